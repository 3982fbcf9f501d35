"""The Word bulletin: what is printed, where, in which style, and that it is the same file each time."""

from __future__ import annotations

import io
import itertools
from datetime import UTC, datetime

import pytest
from PIL import Image

from bot.core.model import ListItem, Picture, Run, Section
from bot.render.native_chart import COLOURS
from bot.render.resources import templates_folder
from bot.render.word import render_word
from bot.render.wordparts import PICTURE_BYTES_KEPT, printable_picture
from tests.render import docx_checks, sample
from tests.render.docx_checks import C, Docx, R, W
from tests.render.sample import bullet, bulletin, item, number, para

TEMPLATE = (templates_folder() / "bulletin.docx").read_bytes()


def word(*blocks: object) -> Docx:
    """One item with these blocks, printed and checked."""
    section = Section(theme="t", title="Theme", items=(item("Story", *blocks),))  # type: ignore[arg-type]
    return docx_checks.check(render_word(bulletin(sections=(section,)), TEMPLATE, sample.PICTURES))


@pytest.fixture(scope="module")
def edition() -> Docx:
    """The sample edition printed."""
    return docx_checks.check(render_word(bulletin(), TEMPLATE, sample.PICTURES))


def test_the_masthead_has_marking_title_and_month(edition: Docx) -> None:
    assert edition.paragraphs()[:3] == [
        ("masthead marking", "OFFICIAL"),
        ("title", "CCSU Monthly RAG Update"),
        ("subtitle", "August 2025"),
    ]


def test_themes_items_and_nil_returns_stand_in_order(edition: Docx) -> None:
    shown = [text for style, text in edition.paragraphs() if style == "heading 1"]
    assert shown == [section.title for section in bulletin().sections]
    assert edition.paragraphs()[-2] == ("nil return", "Nothing to report this month.")
    assert edition.paragraphs()[-1][0] == "imprint"


def test_the_contents_lead_to_every_heading(edition: Docx) -> None:
    lines = [text for style, text in edition.paragraphs() if style in ("toc 1", "toc 2")]
    assert lines[:2] == ["Community Safety & ASB", "Violence Against Women and Girls (VAWG) JSNA"]
    anchors = [link.get(f"{W}anchor") for link in edition.document.iter(f"{W}hyperlink") if link.get(f"{W}anchor")]
    marks = {mark.get(f"{W}name") for mark in edition.document.iter(f"{W}bookmarkStart")}
    assert len(anchors) == len(lines)
    assert set(anchors) <= marks


def test_the_month_is_in_the_header_and_the_marking_in_the_footer(edition: Docx) -> None:
    headers = "".join(edition.text(edition.xml(name)) for name in edition.parts if name.startswith("word/header"))
    footer = edition.text(edition.xml("word/footer1.xml"))
    assert "August 2025" in headers
    assert footer.startswith("OFFICIAL")


def test_bullets_have_levels_by_style(edition: Docx) -> None:
    styles = [style for style, _ in edition.paragraphs() if style.startswith("list bullet")]
    assert styles[:4] == ["list bullet", "list bullet 2", "list bullet 2", "list bullet"]


def starts(docx: Docx) -> list[tuple[str, str, str | None]]:
    """(text, numId, start of that list) of the numbered paragraphs."""
    overrides = {
        num.get(f"{W}numId"): num.find(f"{W}lvlOverride/{W}startOverride").get(f"{W}val")
        for num in docx.xml("word/numbering.xml").iter(f"{W}num")
        if num.find(f"{W}lvlOverride") is not None
    }
    out = []
    for paragraph in docx.body.iter(f"{W}p"):
        found = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        if found is not None:
            out.append((docx.text(paragraph), found.get(f"{W}val"), overrides.get(found.get(f"{W}val"))))
    return out


def test_numbered_lists_restart_where_the_author_restarted_and_go_on_where_not() -> None:
    docx = word(number("a", 1), number("b"), para("between"), number("c"), number("d", 1), number("e", 7))
    found = starts(docx)
    ids = [num_id for _, num_id, _ in found]
    assert ids[0] == ids[1] == ids[2]
    assert len({ids[0], ids[3], ids[4]}) == 3
    assert [start for _, _, start in found] == ["1", "1", "1", "1", "7"]


def test_a_nested_list_begins_anew_under_each_item_and_the_outer_one_goes_on() -> None:
    docx = word(number("1", 1), number("a", 1, 2), number("2"), number("a again", None, 2), number("3"))
    ids = [num_id for _, num_id, _ in starts(docx)]
    assert ids[0] == ids[2] == ids[4]
    assert len({ids[0], ids[1], ids[3]}) == 3


def test_links_emphasis_and_line_breaks_are_kept() -> None:
    docx = word(para("See ", Run(text="the\nplan", bold=True, italic=True, url="https://council.example.org/p"), "."))
    (link,) = [one for one in docx.document.iter(f"{W}hyperlink") if docx.text(one) == "the\nplan"]
    assert docx.links[link.get(f"{R}id")] == ("https://council.example.org/p", True)
    look = link.find(f"{W}r/{W}rPr")
    assert [child.tag.split("}")[1] for child in look] == ["rStyle", "b", "i"]


def test_one_address_is_one_relationship() -> None:
    run = Run(text="the plan", url="https://council.example.org/p")
    docx = word(para("See ", run), para("And ", run))
    assert sum(target == "https://council.example.org/p" for target, _ in docx.links.values()) == 1


def test_the_statistics_have_a_header_row_a_total_row_and_right_aligned_figures(edition: Docx) -> None:
    table = next(one for one in edition.body.iter(f"{W}tbl") if "Broxbourne" in edition.text(one))
    rows = [[edition.text(cell) for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")]
    assert rows[0] == ["CSP", "Positive", "Negative", "Refused", "Total"]
    assert rows[-1] == ["Total", "4,898", "5,101", "63", "10,062"]
    styles = {edition.style_of(paragraph) for row in table.findall(f"{W}tr") for paragraph in row[2].iter(f"{W}p")}
    assert styles == {"statistics number"}
    assert table.find(f"{W}tblPr/{W}tblLook").get(f"{W}lastRow") == "1"


def test_the_native_chart_carries_the_figures_of_the_table_and_its_workbook(edition: Docx) -> None:
    import openpyxl

    chart = edition.xml("word/charts/chart1.xml")
    series = {
        one.findtext(f"{C}tx//{C}v"): [int(value.text) for value in one.findall(f"{C}val//{C}v")]
        for one in chart.iter(f"{C}ser")
    }
    expected = {
        "Positive": [row[1] for row in sample.CUSTODY],
        "Negative": [row[2] for row in sample.CUSTODY],
        "Refused": [row[3] for row in sample.CUSTODY],
    }
    assert series == expected
    book = openpyxl.load_workbook(io.BytesIO(edition.parts["word/embeddings/chart-data1.xlsx"]))
    rows = list(book.active.iter_rows(min_row=2, values_only=True))
    assert rows == [tuple(row) for row in sample.CUSTODY]
    assert all(int(axis.get("val")) > 0 for axis in chart.iter(f"{C}axId"))


def test_chart_colours_stay_apart_in_grey() -> None:
    greys = [0.2126 * int(c[:2], 16) + 0.7152 * int(c[2:4], 16) + 0.0722 * int(c[4:], 16) for c in COLOURS[:3]]
    assert greys == sorted(greys)
    assert all(later - earlier > 30 for earlier, later in itertools.pairwise(greys))


def test_a_district_that_looks_like_a_formula_stays_a_name() -> None:
    import openpyxl

    table = sample.custody()
    rows = (table.rows[0].model_copy(update={"district": "=1+1"}), *table.rows[1:])
    section = Section(theme="t", title="T", statistics=table.model_copy(update={"rows": rows}))
    docx = docx_checks.check(render_word(bulletin(sections=(section,)), TEMPLATE))
    book = openpyxl.load_workbook(io.BytesIO(docx.parts["word/embeddings/chart-data1.xlsx"]))
    assert (book.active["A2"].value, book.active["A2"].data_type) == ("=1+1", "s")


def test_a_figure_that_was_not_given_is_told_and_not_drawn() -> None:
    table = sample.custody()
    row = table.rows[0].model_copy(update={"values": {"positive": None, "negative": 1, "refused": 0}, "total": None})
    section = Section(theme="t", title="T", statistics=table.model_copy(update={"rows": (row,)}))
    docx = docx_checks.check(render_word(bulletin(sections=(section,)), TEMPLATE))
    texts = [text for _, text in docx.paragraphs()]
    assert "[x]" in texts
    assert "[x] means that no figure was given." in texts
    first = next(docx.xml("word/charts/chart1.xml").iter(f"{C}ser"))
    assert first.findall(f"{C}val//{C}v") == []


def test_months_figures_are_a_table_of_their_own() -> None:
    table = sample.custody()
    month = table.model_copy(update={"month_rows": table.rows[:2], "month_totals": {"positive": 700, "total": 1307}})
    docx = docx_checks.check(
        render_word(bulletin(sections=(Section(theme="t", title="T", statistics=month),)), TEMPLATE)
    )
    captions = [text for style, text in docx.paragraphs() if style == "caption"]
    assert captions[1].endswith("July 2025 only")
    assert len(list(docx.body.iter(f"{W}tbl"))) == 2


def test_a_large_picture_is_made_smaller_and_a_broken_one_is_named() -> None:
    out = io.BytesIO()
    Image.effect_noise((4000, 3000), 60).save(out, "JPEG", quality=95)
    pictures = {"a": out.getvalue(), "b": b"no picture"}
    blocks = (Picture(digest="a", alt="The square"), Picture(digest="b", alt="The map"))
    section = Section(theme="t", title="T", items=(item("Story", *blocks),))
    docx = docx_checks.check(render_word(bulletin(sections=(section,)), TEMPLATE, pictures))
    media = [data for name, data in docx.parts.items() if name.startswith("word/media/")]
    assert len(media) == 1
    assert len(media[0]) < len(out.getvalue()) / 3
    assert max(Image.open(io.BytesIO(media[0])).size) == 1600
    assert ("picture", "[Picture: The map]") in docx.paragraphs()


def test_control_characters_and_lone_surrogates_do_no_harm() -> None:
    docx = word(para("a\x00b\x0b\ud800c & <d> {{ sections }}"))
    assert ("body text", "ab\n\ufffdc & <d> {{ sections }}") in docx.paragraphs()


def test_the_same_bulletin_is_the_same_bytes() -> None:
    first = render_word(bulletin(), TEMPLATE, sample.PICTURES)
    assert first == render_word(bulletin(), TEMPLATE, dict(sample.PICTURES))
    assert first != render_word(bulletin(month="September 2025"), TEMPLATE, sample.PICTURES)


def test_properties_name_title_author_and_the_time_given(edition: Docx) -> None:
    core = edition.parts["docProps/core.xml"].decode()
    assert "CCSU Monthly RAG Update, August 2025" in core
    assert "County Community Safety Unit" in core
    assert "2025-08-01T00:00:00Z" in core
    later = Docx(render_word(bulletin(), TEMPLATE, made_at=datetime(2025, 8, 12, 9, 30, tzinfo=UTC)))
    assert "2025-08-12T09:30:00Z" in later.parts["docProps/core.xml"].decode()


def test_a_section_that_is_missing_prints_nothing() -> None:
    sections = (Section(theme="a", title="Empty"), Section(theme="b", title="Full", items=(item("x", bullet("y")),)))
    docx = docx_checks.check(render_word(bulletin(sections=sections), TEMPLATE))
    assert [text for style, text in docx.paragraphs() if style == "heading 1"] == ["Full"]


def test_a_number_typed_in_a_cell_is_a_real_one() -> None:
    from bot.core.model import Table

    rows = ((Run(text="Step"), Run(text="Who")), (Run(text="3. Recruit"), Run(text="CCSU")))
    docx = word(Table(rows=tuple(tuple((cell,) for cell in row) for row in rows)))
    assert ("Recruit", "3") in [(text, start) for text, _, start in starts(docx)]


def test_list_levels_below_the_template_still_have_bullets() -> None:
    docx = word(ListItem(runs=(Run(text="deep"),), level=3), ListItem(runs=(Run(text="too deep"),), level=9))
    assert [style for style, _ in docx.paragraphs() if style.startswith("list")] == ["list bullet 3", "list bullet 3"]


def test_the_line_to_ask_about_a_theme_stays_with_the_words_before_it(edition: Docx) -> None:
    lines = list(edition.body.iter(f"{W}p"))
    asks = [index for index, one in enumerate(lines) if edition.text(one).startswith("Email a question about")]
    assert asks
    assert all(lines[index - 1].find(f"{W}pPr/{W}keepNext") is not None for index in asks)


def test_a_heavy_picture_without_transparency_is_printed_as_a_jpeg() -> None:
    image = Image.effect_noise((1_500, 1_600), 80).convert("RGB")
    out = io.BytesIO()
    image.save(out, "PNG")
    assert out.tell() > PICTURE_BYTES_KEPT
    ready = printable_picture(out.getvalue())
    assert ready is not None
    assert ready[1:] == ("jpeg", 1_500, 1_600)
    assert len(ready[0]) < out.tell()
