"""Figures and shape: totals, prose against the table, headings, pictures, empty and unchanged text."""

from __future__ import annotations

import pytest

from bot.core.model import (
    CountRow,
    Heading,
    ListItem,
    Paragraph,
    Picture,
    Run,
    Section,
    Severity,
    StatisticsTable,
    Table,
)
from bot.core.proof import Printed, finding_key, proofread
from tests.core.proof_cases import codes, context, of, runs, section, table


def test_a_table_that_does_not_add_up() -> None:
    block = table("CSP|Positive|Refused|Total", "North|10|-|10", "South|5|1|7", "Total|16|1|17")
    found = {(f.where.split(" / ")[-1], f.suggestion) for f in proofread([of(block)], context())}
    assert found == {("table 1, row 3", "6"), ("table 1, row 4", "15")}


@pytest.mark.parametrize(
    "rows",
    [
        ("CSP|Count", "North|10", "South|5", "Total|15"),
        ("CSP|Count", "North|10%", "South|5%", "Total|16%"),  # shares do not add up
        ("CSP|Count", "North|some", "South|5", "Total|15"),
        ("CSP|Count", "North|10", "South|5", "Total|"),
        ("CSP|Count", "North|10", "South|5", "Subtotal|12"),
        ("CSP|Count", "North|10"),
        ("CSP|Count",),
        ("Year|Count|Total so far", "2024|10|10", "2025|5|15"),
    ],
)
def test_a_table_that_adds_up_or_cannot_be_judged(rows: tuple[str, ...]) -> None:
    assert [f.code for f in proofread([of(table(*rows))], context())] == []


def statistics(positive: int = 15, total: int = 25) -> StatisticsTable:
    """Two districts with 15 positive and 10 negative tests; this month 3 and 2."""
    rows = (
        CountRow(district="Broxbourne", values={"positive": 10, "negative": 4}, total=14),
        CountRow(district="Watford", values={"positive": 5, "negative": 6}, total=11),
    )
    month = (CountRow(district="Watford", values={"positive": 3, "negative": 2}, total=5),)
    return StatisticsTable(
        series="custody",
        title="Drug tests",
        intro="Since October 2020 these tests have been made.",
        period="2025-07",
        measures=(("positive", "Positive"), ("negative", "Negative")),
        rows=rows,
        totals={"positive": positive, "negative": 10, "total": total},
        month_rows=month,
        month_totals={"positive": 3, "negative": 2, "total": 5},
    )


def test_statistics_that_do_not_add_up() -> None:
    findings = proofread([of(Paragraph(runs=runs("All is well.")), statistics=statistics(75, 85))], context())
    assert [(f.code, f.suggestion) for f in findings] == [("total-mismatch", "15"), ("total-mismatch", "25")]
    wrong = statistics().rows[0].model_copy(update={"total": 99})
    bad = statistics().model_copy(update={"rows": (wrong, statistics().rows[1])})
    found = proofread([of(Paragraph(runs=runs("All is well.")), statistics=bad)], context())
    assert "the row Broxbourne" in found[0].message


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Broxbourne had 12 positive tests.", "10"),
        ("Since October 2020, 19 tests were positive in total.", "15"),
        ("A total of 30 tests have been made since October 2020.", "25"),
        ("In all, 17 positive results were recorded to date.", "15"),
        ("In Watford the number of negative tests was 9.", "6"),
        ("Watford: positive (8) is the highest.", "5"),
    ],
)
def test_prose_that_says_another_figure_than_the_table(text: str, right: str) -> None:
    findings = proofread([of(Paragraph(runs=runs(text)), statistics=statistics())], context())
    assert [f.suggestion for f in findings if f.code == "figure-changed"] == [right]


@pytest.mark.parametrize(
    "text",
    [
        "Broxbourne had 10 positive tests.",
        "In Watford there were 3 positive tests in July.",
        "Broxbourne and Watford had 99 positive tests between them.",
        "There were 99 positive examples of good work.",
        "Altogether 25 tests have been made since October 2020.",
        "We held 12 meetings.",
    ],
)
def test_prose_that_agrees_with_the_table_or_is_about_something_else(text: str) -> None:
    assert [f.code for f in proofread([of(Paragraph(runs=runs(text)), statistics=statistics())], context())] == []


def test_a_monthly_figure_is_not_judged_without_monthly_rows() -> None:
    stats = statistics().model_copy(update={"month_rows": (), "month_totals": {}})
    text = Paragraph(runs=runs("This month Broxbourne had 12 positive tests."))
    assert proofread([of(text, statistics=stats)], context()) == ()


LONG = "The unit keeps a register of trained staff in all ten districts, and partners may ask for a copy at any time."


def test_text_unchanged_since_an_earlier_edition() -> None:
    earlier = tuple(Printed(period=p, sections=(section(LONG),)) for p in ("2025-07", "2025-06"))
    (finding,) = proofread([section(LONG)], context(previous=earlier))
    assert (finding.code, finding.severity) == ("stale-text", Severity.WARNING)
    assert "since June 2025" in finding.message
    (once,) = proofread([section(LONG.replace("copy", "copys"))], context(previous=earlier[:1]))
    assert (once.code, once.severity) == ("stale-text", Severity.NOTE)


@pytest.mark.parametrize(
    "now", [LONG.replace("ten", "9 of ten"), "No change.", LONG[:60] + " and that is all new now, as agreed."]
)
def test_changed_or_short_text_is_not_stale(now: str) -> None:
    earlier = (Printed(period="2025-07", sections=(section(LONG), section("No change."))),)
    assert codes(now, previous=earlier) == []


def test_a_gap_between_editions_ends_the_count() -> None:
    other = Section(theme="other", title="Other")
    earlier = (
        Printed(period="2025-07", sections=(section(LONG),)),
        Printed(period="2025-06", sections=(other,)),
        Printed(period="2025-05", sections=(section(LONG),)),
    )
    (finding,) = proofread([section(LONG)], context(previous=earlier))
    assert "since July 2025" in finding.message


def heading(text: str, level: int) -> Heading:
    """A heading block."""
    return Heading(runs=(Run(text=text),), level=level)


def test_headings_out_of_order_empty_or_bare() -> None:
    text = Paragraph(runs=runs("Some words."))
    good = proofread([of(heading("One", 2), text, heading("Two", 3), text, heading("Three", 2), text)], context())
    assert good == ()
    assert [f.code for f in proofread([of(heading("One", 3), text)], context())] == ["heading-order"]
    assert [f.code for f in proofread([of(heading("", 2), text)], context())] == ["heading-order"]
    bare = proofread([of(text, heading("One", 2), heading("Two", 2), text, heading("End", 2))], context())
    assert [f.code for f in bare] == ["empty-section", "empty-section"]


@pytest.mark.parametrize(
    ("alt", "right"),
    [
        ("", False),
        ("image001.png", False),
        ("IMG_2034", False),
        ("picture", False),
        ("chart.final", False),
        ("A sign. Description automatically generated", False),
        ("Bar chart: positive drug tests by district, Watford the highest at 428", True),
    ],
)
def test_a_picture_needs_words(alt: str, right: bool) -> None:
    picture = Picture(digest="0" * 64, alt=alt, name="chart.final")
    findings = proofread([of(Paragraph(runs=runs("See below.")), picture)], context())
    assert [f.code for f in findings] == ([] if right else ["alt-text"])


def test_a_picture_without_a_name_is_still_told() -> None:
    (finding,) = proofread([of(Picture(digest="0" * 64))], context())
    assert finding.message.startswith("The picture has no description")


def test_empty_sections_and_items() -> None:
    empty = Section(theme="t", title="Theme")
    assert [f.code for f in proofread([empty], context())] == ["empty-section"]
    assert proofread([empty.model_copy(update={"nil": True})], context()) == ()
    assert [f.where for f in proofread([of(heading="Only a heading")], context())] == ["Theme / Only a heading"]
    assert [f.where for f in proofread([of(heading="")], context())] == ["Theme / item 1"]
    assert proofread([of(heading="Drug tests", statistics=statistics())], context()) == ()


def test_places_are_named_for_people() -> None:
    blocks = (
        ListItem(runs=runs("First.")),
        ListItem(runs=runs("It recieved.")),
        Table(rows=((runs("a"), runs("b")), (runs("recieve"), runs("c"))), caption="Recieved forms"),
    )
    stats = statistics().model_copy(update={"sentence": "We recieved more."})
    where = {f.where for f in proofread([of(*blocks, statistics=stats)], context())}
    assert where == {
        "Theme / Update / bullet 2",
        "Theme / Update / table 1, caption",
        "Theme / Update / table 1, row 2, column 1",
        "Theme / Drug tests / sentence",
    }


@pytest.mark.parametrize(
    ("words", "before", "told"), [(600, 100, True), (300, 100, False), (600, 300, False), (600, 0, False)]
)
def test_a_section_far_longer_than_usual(words: int, before: int, told: bool) -> None:
    earlier = (
        tuple(Printed(period=f"2025-0{m}", sections=(section("word " * before),)) for m in (7, 6)) if before else ()
    )
    found = {f.code for f in proofread([section("text " * words)], context(previous=earlier))}
    assert ("long-section" in found) is told


def test_an_accept_of_a_missing_link_holds_only_among_the_same_words() -> None:
    first, second = section("The report is available to view here."), section("Our strategy can be read here.")
    (finding,) = proofread([first], context())
    accepted = frozenset({finding_key(finding)})
    assert proofread([first], context(accepted=accepted)) == ()
    assert len(proofread([second], context(accepted=accepted))) == 1
