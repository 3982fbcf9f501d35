"""What changed between two drafts, in the sentences that the editor reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.assemble import (
    changes_between,
)
from bot.core.model import (
    Bulletin,
    Heading,
    Item,
    ListItem,
    Paragraph,
    Picture,
    Section,
    Table,
)
from tests.core.builders import (
    bulletin,
    item,
    runs,
    statistics,
)
from tests.core.strategies import BULLETINS, neighbours

REPORTING = item("Third party reporting", "Six centres are open.", field="F1")
WEEK = item("Awareness week", "It starts on Monday.", field="F2")


# ------------------------------------------------------------------------------------------ what changed, in words


def section(*items: Item, **changed: Any) -> Section:
    """The Hate Crime section with some items."""
    return Section(**{"theme": "hate-crime", "title": "Hate Crime", "items": items, **changed})


def said(old: Section, new: Section) -> tuple[str, ...]:
    """What the editor hears when one section becomes another."""
    return changes_between(bulletin(old), bulletin(new))


def test_the_first_draft_has_nothing_to_compare_with() -> None:
    assert changes_between(None, bulletin(section(WEEK))) == ()


def test_a_section_that_came_and_one_that_went_are_named() -> None:
    drugs = Section(theme="drugs", title="Drugs and Alcohol", nil=True)
    assert changes_between(bulletin(section(WEEK)), bulletin(drugs)) == (
        "Drugs and Alcohol: new in this draft.",
        "Hate Crime: no longer in this draft.",
    )


def test_an_item_that_came_and_one_that_went_are_named() -> None:
    assert said(section(REPORTING), section(WEEK)) == (
        "Hate Crime: “Awareness week” is new.",
        "Hate Crime: “Third party reporting” was taken out.",
    )


def test_a_changed_sentence_is_shown_before_and_after() -> None:
    old, new = section(item("Vigil", "It is at six.")), section(item("Vigil", "It is at seven."))
    assert said(old, new) == (
        "Hate Crime: “Vigil” was changed. It said “It is at six.”; now it says “It is at seven.”.",
    )


def test_of_a_long_paragraph_only_the_place_that_changed_is_shown() -> None:
    long = "The partnership met in the town hall and agreed on a plan for the coming year. " * 3
    (sentence,) = said(section(item("Plan", f"{long}Six.")), section(item("Plan", f"{long}Seven.")))
    assert "coming year. Six.”; now it says" in sentence
    assert "coming year. Seven.”." in sentence
    assert len(sentence) < 200
    (cut,) = said(section(item("Plan", long)), section(item("Plan", f"A new beginning. {long}")))
    assert " …”; now it says “A new beginning. The partnership met" in cut
    assert all(len(shown) <= 90 for shown in re.findall("“([^”]*…)”", cut))


def test_a_text_that_only_grew_at_its_end_is_shown_from_its_beginning() -> None:
    assert said(section(item("Vigil", "At six")), section(item("Vigil", "At six."))) == (
        "Hate Crime: “Vigil” was changed. It said “At six”; now it says “At six.”.",
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (1, 2, "It has 1 paragraph more."),
        (1, 3, "It has 2 paragraphs more."),
        (3, 2, "It has 1 paragraph fewer."),
    ],
)
def test_paragraphs_that_came_or_went_at_the_end_are_counted(before: int, after: int, words: str) -> None:
    def of(count: int) -> Section:
        return section(Item(heading="Vigil", blocks=tuple(Paragraph(runs=runs(f"Line {n}.")) for n in range(count))))

    assert said(of(before), of(after)) == (f"Hate Crime: “Vigil” was changed. {words}",)


def test_a_link_that_leads_elsewhere_is_a_change_though_the_words_are_the_same() -> None:
    def of(url: str) -> Section:
        return section(Item(heading="Form", blocks=(Paragraph(runs=runs("the form", url=url)),)))

    (sentence,) = said(of("https://old.example/form"), of("https://new.example/form"))
    assert "https://new.example/form" in sentence


def test_another_picture_is_a_change() -> None:
    old, new = (section(Item(heading="Poster", blocks=(Picture(digest=d * 8, alt="Poster"),))) for d in "ab")
    assert "“Poster” was changed." in said(old, new)[0]


def test_a_changed_cell_of_a_table_is_shown() -> None:
    def of(count: str) -> Section:
        table = Table(rows=((runs("Centre"), runs("Visits")), (runs("North"), runs(count))))
        return section(Item(heading="Visits", blocks=(table,)))

    assert said(of("6"), of("7")) == ("Hate Crime: “Visits” was changed. It said “North 6”; now it says “North 7”.",)


@pytest.mark.parametrize(
    "look",
    [
        Paragraph(runs=runs("Come along.", bold=True)),
        ListItem(runs=runs("Come along.")),
        Heading(runs=runs("Come along."), level=2),
        Paragraph(runs=runs("Come along."), contact=True),
    ],
    ids=["bold", "bullet", "heading", "contact line"],
)
def test_words_that_only_look_different_are_a_change_too(look: Any) -> None:
    old, new = section(item("Vigil", "Come along.")), section(Item(heading="Vigil", blocks=(look,)))
    assert said(old, new) == ("Hate Crime: “Vigil” looks different; its words are the same.",)


def test_items_that_share_a_heading_are_compared_one_by_one() -> None:
    old = section(item("Hate Crime", "One."), item("Hate Crime", "Two."))
    assert said(old, section(item("Hate Crime", "One."))) == ("Hate Crime: “Hate Crime” was taken out.",)
    assert len(said(old, section(item("Hate Crime", "One."), item("Hate Crime", "Three.")))) == 1
    assert said(old, old) == ()


def test_the_same_items_in_another_order_and_the_same_sections_in_another_order_are_named() -> None:
    assert said(section(REPORTING, WEEK), section(WEEK, REPORTING)) == (
        "Hate Crime: the items stand in another order.",
    )
    other = Section(theme="drugs", title="Drugs and Alcohol", nil=True)
    assert changes_between(bulletin(section(WEEK), other), bulletin(other, section(WEEK))) == (
        "The sections stand in another order.",
    )


def test_a_nil_return_that_came_or_went_is_named() -> None:
    assert said(section(nil=True), section(WEEK)) == (
        "Hate Crime: no longer a nil return.",
        "Hate Crime: “Awareness week” is new.",
    )
    assert said(section(WEEK), section(nil=True))[0] == "Hate Crime: now a nil return."


def test_statistics_that_came_went_or_changed_are_named_with_the_totals_that_differ() -> None:
    none, old, new = (
        section(WEEK),
        section(WEEK, statistics=statistics(4898)),
        section(WEEK, statistics=statistics(4958)),
    )
    assert said(none, old) == ("Hate Crime: the statistics are new.",)
    assert said(old, none) == ("Hate Crime: the statistics were taken out.",)
    assert said(old, new) == ("Hate Crime: the statistics were changed (positive 4,898 → 4,958).",)
    footnote = section(WEEK, statistics=statistics(4898, footnotes=("Restated.",)))
    assert said(old, footnote) == ("Hate Crime: the statistics were changed.",)


def test_another_title_or_mail_link_of_a_section_is_named() -> None:
    assert said(section(WEEK), section(WEEK, title="Hate Crime and Prevent")) == (
        "Hate Crime and Prevent: the title was “Hate Crime” before.",
    )
    assert said(section(WEEK), section(WEEK, mail_link="mailto:x@y.example")) == (
        "Hate Crime: the link for readers’ questions was changed.",
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "Another", "The title was changed."),
        ("month", "September 2025", "The month was changed."),
        ("marking", "OFFICIAL", "The marking was changed."),
        ("intro", "Welcome.", "The introduction was changed."),
        ("contact", runs("Write to us."), "The contact line was changed."),
        ("nil_sentence", "Nothing.", "The sentence of a nil return was changed."),
    ],
)
def test_what_stands_around_the_sections_is_compared_too(field: str, value: Any, sentence: str) -> None:
    assert changes_between(bulletin(), bulletin(**{field: value})) == (sentence,)


def test_the_same_words_sent_again_in_another_mail_are_no_change() -> None:
    again = WEEK.model_copy(update={"inbound": 99})
    assert said(section(WEEK), section(again)) == ()


# ----------------------------------------------------------------------------------------------------- properties


@settings(max_examples=40, deadline=None)
@given(BULLETINS)
def test_equal_bulletins_give_no_changes(one: Bulletin) -> None:
    assert changes_between(one, one.model_copy(deep=True)) == ()


@settings(max_examples=120, deadline=None)
@given(st.one_of(neighbours(), st.tuples(BULLETINS, BULLETINS)))
def test_different_bulletins_give_at_least_one_change_and_each_is_a_sentence(pair: tuple[Bulletin, Bulletin]) -> None:
    sentences = changes_between(*pair)
    assert bool(sentences) == (pair[0] != pair[1])
    assert all(sentence.endswith(".") for sentence in sentences)
