"""Sections longer than anybody writes: read in pieces and up to a limit, which is told."""

from __future__ import annotations

import pytest

from bot.core.model import Item, Paragraph, Run, Section
from bot.core.proof import proofread
from bot.core.proofing.context import PIECE_MAX, SECTION_MAX, WORD_MAX, Text, excerpt
from bot.core.proofing.numbers import whole_number
from bot.core.proofing.tabled import CELLS_MAX, SIDE_MAX, grid_of
from bot.core.proofing.words import ACRONYMS_MAX
from tests.core.proof_cases import codes, context, of, section, table


def test_a_paragraph_longer_than_any_is_cut_between_words_and_loses_nothing() -> None:
    words = "one two three four. " * 1_000
    blocks = (Paragraph(runs=(Run(text=words), Run(text="five six " * 1_000, url="https://example.org/"))),)
    pieces = Text.of([of(*blocks)]).passages[1:]
    assert len(pieces) > 2
    assert "".join(piece.text for piece in pieces) == words + "five six " * 1_000
    assert {piece.where for piece in pieces} == {"Theme / Update / paragraph 1"}
    assert all(len(piece.text) <= PIECE_MAX for piece in pieces)
    assert all(piece.text[-1] == " " for piece in pieces)
    assert {run.url for run in pieces[-1].runs} == {"https://example.org/"}


def test_a_word_longer_than_a_piece_is_cut_too() -> None:
    assert [len(p.text) for p in Text.of([section("a" * (PIECE_MAX + 5))]).passages[1:]] == [PIECE_MAX, 5]


def test_a_slip_far_inside_a_long_paragraph_is_found() -> None:
    assert "repeated-words" in codes("One, two, three. " * 1_000 + "It is the the end.", directory=())


def test_what_is_beyond_the_limit_is_said_to_be_unread() -> None:
    long = section(*["The group met and spoke about one plan."] * (SECTION_MAX // 30), "It is the the end.")
    findings = proofread([long, section("It is the the end.", heading="Other")], context())
    assert [f.message for f in findings if f.code == "long-section"] == [
        "The section “Theme” is too long: from here on it was not proof-read."
    ]
    assert [f.where for f in findings if "“the”" in f.message] == ["Theme / Other / paragraph 1"]


def test_an_excerpt_shows_no_endless_word() -> None:
    assert len(excerpt("a" * 50_000, 20_000, 20_001)) < 3 * WORD_MAX
    assert excerpt("See https://example.org/plan now", 10, 12, 0) == "… https://example.org/plan …"


def test_more_acronyms_than_can_be_looked_for_are_left_alone() -> None:
    letters = "BCDFGHJKLM"
    names = [f"Q{a}{b}{c}" for a in letters for b in letters for c in letters][: ACRONYMS_MAX + 20]
    text = [f"The team of {name} met with the others and spoke." for name in names]
    assert codes(*text, directory=()).count("unexpanded-acronym") == ACRONYMS_MAX


def test_an_acronym_that_is_written_out_is_looked_for_once() -> None:
    assert codes("The Safer Places Partnership (SPP) met. The SPP met again, and the SPP agreed.") == []


def test_tables_of_a_size_that_nobody_reads_are_not_compared_with_the_prose() -> None:
    assert grid_of(table("A | B", *["x | 1"] * (SIDE_MAX - 1))) is not None
    assert grid_of(table("A | B", *["x | 1"] * SIDE_MAX)) is None
    small = table("Strand | 2024 | 2025", "Race | 812 | 766")
    wrong = Paragraph(runs=(Run(text="Race had 776 crimes in 2025."),))
    many = [table("A | B", *["x | 1"] * 200)] * (CELLS_MAX // 400)
    for before, told in (([], True), (many, False)):
        item = Item(heading="Figures", blocks=(*before, wrong, small))
        found = proofread([Section(theme="t", title="T", items=(item,))], context())
        assert ("figure-changed" in {f.code for f in found}) is told


@pytest.mark.parametrize("text", ["9" * 5_000, "1" + ",000" * 2_000])
def test_a_number_longer_than_any_count_is_none(text: str) -> None:
    assert whole_number(text) is None
