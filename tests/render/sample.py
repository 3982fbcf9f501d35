"""An invented edition like a real one: four themes, a nil return, the custody table, and one of every kind of block."""

from __future__ import annotations

import hashlib
import io

from bot.core.model import (
    Block,
    Bulletin,
    CountRow,
    Heading,
    Item,
    ListItem,
    Paragraph,
    Picture,
    Run,
    Section,
    StatisticsTable,
    Table,
)

CUSTODY = (
    ("Broxbourne", 196, 188, 1),
    ("Dacorum", 504, 416, 2),
    ("East Hertfordshire", 199, 185, 0),
    ("Hertsmere", 208, 245, 0),
    ("North Hertfordshire", 196, 190, 0),
    ("St Albans", 288, 246, 1),
    ("Stevenage", 407, 253, 4),
    ("Three Rivers", 145, 128, 3),
    ("Watford", 428, 275, 4),
    ("Welwyn Hatfield", 395, 384, 7),
    ("No fixed abode", 253, 105, 22),
    ("Out of County", 1679, 2486, 19),
)


def para(*runs: Run | str, contact: bool = False) -> Paragraph:
    """A paragraph of runs or plain strings."""
    return Paragraph(runs=tuple(Run(text=run) if isinstance(run, str) else run for run in runs), contact=contact)


def bullet(*runs: Run | str, level: int = 1) -> ListItem:
    """A bullet."""
    return ListItem(runs=para(*runs).runs, level=level)


def number(text: str, start: int | None = None, level: int = 1) -> ListItem:
    """A numbered list item."""
    return ListItem(runs=(Run(text=text),), ordered=True, number=start, level=level)


def mail(address: str, text: str = "") -> Run:
    """A mail link."""
    return Run(text=text or address, url=f"mailto:{address}")


def custody(**changes: object) -> StatisticsTable:
    """The custody figures since October 2020; totals computed from the rows."""
    rows = tuple(
        CountRow(
            district=name,
            values={"positive": positive, "negative": negative, "refused": refused},
            total=positive + negative + refused,
            place=name not in ("No fixed abode", "Out of County"),
            source=f"Sheet1!A{index}:E{index}",
        )
        for index, (name, positive, negative, refused) in enumerate(CUSTODY, 2)
    )
    totals = {key: sum(row.values[key] or 0 for row in rows) for key in ("positive", "negative", "refused")}
    values: dict[str, object] = {
        "series": "custody",
        "title": "Drug tests on arrest since October 2020",
        "intro": "Since October 2020 the following number of tests have been carried out in the custody suites.",
        "period": "2025-07",
        "measures": (("positive", "Positive"), ("negative", "Negative"), ("refused", "Refused")),
        "rows": rows,
        "totals": totals | {"total": sum(totals.values())},
        "sentence": "Of 10,062 tests, 4,898 were positive and 63 were refused.",
        "footnotes": ("No fixed abode and Out of County are counted apart from the ten districts.",),
    }
    return StatisticsTable.model_validate(values | changes)


def item(heading: str, *blocks: Block) -> Item:
    """One item."""
    return Item(heading=heading, blocks=blocks)


def picture_bytes() -> bytes:
    """A small picture."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 240), "#DCE9EE")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 60, 280, 200), fill="#12355B")
    draw.ellipse((340, 50, 520, 210), fill="#F2B84B")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


PICTURE_DIGEST = hashlib.sha256(picture_bytes()).hexdigest()
PICTURES = {PICTURE_DIGEST: picture_bytes()}


def community_safety() -> Section:
    """Community Safety & ASB."""
    jsna = item(
        "Violence Against Women and Girls (VAWG) JSNA",
        para(
            "The CCSU are just starting on a refresh of the previous VAWG JSNA published in 2021. This will include a "
            "refresh of the public survey, which will be combined with consultation for the new VAWG Strategy."
        ),
        para("To join the working group, please email ", mail("j.marsh@council.example.org"), ".", contact=True),
    )
    products = item(
        "Community safety and health intelligence products",
        para("The CCSU work regularly with Public Health on joint intelligence products. Recent examples include:"),
        bullet("Mental Health and Wellbeing JSNAs"),
        bullet("adults", level=2),
        bullet("children", level=2),
        bullet("Ketamine-related harms Lite Bite"),
        bullet("Health of people using substances ", Run(text="(nearing completion)", italic=True)),
        para(
            "Completed documents are on the ",
            Run(text="Public Health JSNA website", url="https://www.council.example.org/jsna"),
            ".",
        ),
        para("For more information, please email ", mail("a.khan@council.example.org"), ".", contact=True),
    )
    return Section(theme="community-safety", title="Community Safety & ASB", items=(jsna, products))


def drugs() -> Section:
    """Drugs, Alcohol and Criminal Justice, with the statistics."""
    strategy = item(
        "Drug & Alcohol Strategy",
        para(
            "The Drug & Alcohol Strategy 2025-30 has been published: https://www.council.example.org/media-library/"
            "documents/public-health/drug-and-alcohol-strategy-2025-30.pdf."
        ),
        para("The CCSU will lead on the ", Run(text="Enforcement", bold=True), " objectives. The steps are:"),
        number("Set up a cuckooing working group.", 1),
        number("Agree one response countywide."),
        number("with police", 1, 2),
        number("with housing", None, 2),
        number("Report to the RAG."),
    )
    audit = item(
        "Drug and Alcohol Deaths Audit 2024",
        para(
            "The report has been shared with all CSMs and is available to view ",
            Run(text="here", url="https://www.council.example.org/deaths-audit-2024"),
            ".",
        ),
        Table(
            rows=tuple(
                tuple((Run(text=cell),) if cell else () for cell in row)
                for row in (
                    ("Step", "Who", "When"),
                    ("Findings to partners", "CCSU", "September 2025"),
                    ("Action plan", "Public Health", ""),
                )
            ),
            caption="What happens next",
        ),
        number("First, read the summary.", 1),
        number("Then send comments."),
        para("Please contact ", mail("v.doyle@council.example.org"), " with questions.", contact=True),
    )
    return Section(
        theme="drugs-alcohol",
        title="Drugs, Alcohol and Criminal Justice",
        items=(strategy, audit),
        statistics=custody(),
        mail_link="mailto:rag@council.example.org?subject=Drugs",
    )


def bulletin(**changes: object) -> Bulletin:
    """The whole sample edition."""
    hate = item(
        "Hate Crime Awareness Week",
        para("The week runs from 11 to 18 October 2025; its theme is disability."),
        Picture(digest=PICTURE_DIGEST, width=640, height=240, alt="Poster of the awareness week", name="poster.png"),
        para("To take part, please contact ", mail("h.white@council.example.org", "Helen White"), ".", contact=True),
    )
    violence = item(
        "Serious Violence Duty",
        Heading(runs=(Run(text="Funding for 2025/26"),), level=2),
        para("Some of the projects awarded include:"),
        bullet(Run(text="Aspire Higher", bold=True), ": a programme for men on probation."),
        bullet(Run(text="You Turn", bold=True), ": specialist support for anyone aged 13 or over."),
        para(
            "Guidance: ",
            Run(text="Serious Violence Duty: statutory guidance", url="https://www.gov.example/serious-violence"),
            ".",
        ),
    )
    sections = (
        community_safety(),
        drugs(),
        Section(theme="hate-crime", title="Hate Crime", items=(hate,)),
        Section(theme="serious-violence", title="Serious Violence", items=(violence,)),
        Section(theme="prevent", title="Prevent", nil=True),
    )
    values: dict[str, object] = {
        "key": "ccsu-rag",
        "period": "2025-08",
        "title": "CCSU Monthly RAG Update",
        "month": "August 2025",
        "marking": "OFFICIAL",
        "intro": "News from the County Community Safety Unit for the ten Community Safety Partnerships.",
        "sections": sections,
        "contact": (Run(text="Questions about this bulletin: "), mail("rag@council.example.org"), Run(text=".")),
        "author": "County Community Safety Unit",
    }
    return Bulletin.model_validate(values | changes)
