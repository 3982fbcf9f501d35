"""Figures in prose beside an ordinary table."""

from __future__ import annotations

import pytest

from bot.core.model import Heading, Item, Paragraph, Run, Section, Table
from bot.core.proof import proofread
from tests.core.proof_cases import context, table

YEARS = table("Strand | 2024 | 2025", "Race | 812 | 766", "Religion | 94 | 101", "Total | 906 | 867")
SUITES = table("Suite | Positive | Total", "Ashby Vale | 71 | 121", "Colne Heath | 64 | 124")


def told(words: str, beside: Table = YEARS) -> list[tuple[str, str]]:
    """(what the prose has, what the table has) of each finding."""
    item = Item(heading="Figures", blocks=(Paragraph(runs=(Run(text=words),)), beside))
    findings = proofread([Section(theme="t", title="T", items=(item,))], context())
    return [(f.exact, f.suggestion) for f in findings if f.code == "figure-changed"]


@pytest.mark.parametrize(
    ("words", "said", "right"),
    [
        ("Race was the largest strand, with 776 crimes in 2025.", "776", "766"),
        ("Religion had 49 crimes in 2024.", "49", "94"),
        ("In 2025, reports of religion rose to 130.", "130", "101"),
        ("There were 876 crimes in 2025.", "876", "867"),
        ("There were 8,667 crimes in 2025.", "8,667", "867"),
    ],
)
def test_a_slip_or_a_plain_contradiction_is_told(words: str, said: str, right: str) -> None:
    assert told(words) == [(said, right)]


def test_the_row_named_last_before_the_number_is_meant() -> None:
    assert told("Colne Heath carried out 142 tests, three more than Ashby Vale.", SUITES) == [("142", "124")]
    assert told("Ashby Vale took 17 positive tests, and Colne Heath 64.", SUITES) == [("17", "71")]
    assert told("Of 142 tests in Ashby Vale and Colne Heath, more were positive.", SUITES) == []


@pytest.mark.parametrize(
    "words",
    [
        "Race fell from 812 to 766, by 46, and religion rose by 7 to 101 in 2025.",
        "Race and religion together came to 867 in 2025.",
        "Race: 12 people were charged in 2025, 5 of them on 4 March.",
        "In 2026 there will be 3 meetings on race, at a cost of £767.",
        "Of the race crimes, 46% were in Ashby Vale.",
        "Officers made 93 visits in 2024.",
        "Race had 15 victims in 2025, who spoke to 4 officers.",
    ],
)
def test_sums_differences_and_other_numbers_are_left_alone(words: str) -> None:
    assert told(words) == []


def test_a_table_without_numbers_titles_or_a_total_tells_nothing() -> None:
    assert told("Race had 776 crimes.", table("Race", "766")) == []
    assert told("Race had 776 crimes.", table("Race | 766")) == []
    assert told("Race had 776 crimes.", table("Strand | Lead", "Race | Priya")) == []
    assert told("There were 876 crimes.", table("Strand | 2025 |", "Race | 867 |", " | 10 | x")) == []


def test_a_table_of_another_item_is_not_compared() -> None:
    item = Item(heading="One", blocks=(Heading(runs=(Run(text="Race 776"),), level=2), YEARS))
    other = Item(heading="Two", blocks=(Paragraph(runs=(Run(text="Race had 776 crimes in 2025."),)),))
    findings = proofread([Section(theme="t", title="T", items=(item, other))], context())
    assert not [f for f in findings if f.code == "figure-changed"]


def test_the_only_column_needs_no_name() -> None:
    only = table("Strand | Crimes", "Race | 766", "Religion | 101")
    assert told("Reports about race fell to 700.", only) == [("700", "766")]
    assert told("Reports about race fell by 700.", only) == []
