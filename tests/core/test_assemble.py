"""From replies to the bulletin: what stands after several replies, and what the editor hears of two drafts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.assemble import (
    not_in,
    of_theme,
    printed,
    section_now,
    standing_items,
    status_of,
    submitted_statistics,
)
from bot.core.model import (
    Item,
    Section,
    SectionStatus,
    Submission,
    block_text,
)
from tests.core.builders import (
    DRUGS,
    HATE,
    HATE_DEPUTY,
    PREVENT,
    THEMES,
    in_order,
    item,
    nil_return,
    statistics,
    submission,
)
from tests.core.strategies import ITEM

REPORTING = item("Third party reporting", "Six centres are open.", field="F1")
WEEK = item("Awareness week", "It starts on Monday.", field="F2")


def standing(*submissions: Submission) -> list[str]:
    """The headings and first words that stand after some replies."""
    items, _ = standing_items(in_order(*submissions), HATE.title)
    return [f"{one.heading}: {block_text(one.blocks[0])}" for one in items]


# -------------------------------------------------------------------------------------- several replies, one theme


def test_a_later_reply_replaces_only_the_field_that_it_answers() -> None:
    later = item("Awareness week", "It starts on Tuesday.", field="F2")
    assert standing(submission(REPORTING, WEEK), submission(later)) == [
        "Third party reporting: Six centres are open.",
        "Awareness week: It starts on Tuesday.",
    ]


def test_a_field_that_was_not_answered_before_is_added() -> None:
    assert standing(submission(REPORTING), submission(WEEK)) == [
        "Third party reporting: Six centres are open.",
        "Awareness week: It starts on Monday.",
    ]


def test_another_persons_reply_is_added_even_when_it_answers_the_same_field() -> None:
    other = item("Third party reporting", "Seven, says the deputy.", field="F1", of=HATE_DEPUTY)
    assert standing(submission(REPORTING), submission(other, of=HATE_DEPUTY)) == [
        "Third party reporting: Six centres are open.",
        "Third party reporting: Seven, says the deputy.",
    ]


def test_another_person_who_says_that_it_replaces_everything_replaces_only_what_is_theirs() -> None:
    mine, theirs = item("One", "mine"), item("Two", "theirs", of=HATE_DEPUTY)
    newer = item("Three", "theirs again", of=HATE_DEPUTY)
    assert standing(
        submission(mine), submission(theirs, of=HATE_DEPUTY), submission(newer, of=HATE_DEPUTY, mode="all")
    ) == ["One: mine", "Three: theirs again"]


def test_free_text_is_added_when_it_does_not_say_that_it_replaces() -> None:
    first, second = item(HATE.title, "First thoughts."), item(HATE.title, "Second thoughts.")
    assert standing(submission(first), submission(second)) == [
        "Hate Crime: First thoughts.",
        "Hate Crime: Second thoughts.",
    ]


def test_free_text_replaces_when_it_says_so() -> None:
    first, second = item(HATE.title, "First thoughts."), item(HATE.title, "Second thoughts.")
    assert standing(submission(first), submission(second, mode="all")) == ["Hate Crime: Second thoughts."]


def test_free_text_under_the_themes_title_does_not_replace_a_field_of_that_title() -> None:
    field = item(HATE.title, "The answer.", field="F1")
    assert standing(submission(field), submission(item(HATE.title, "One more thing."))) == [
        "Hate Crime: The answer.",
        "Hate Crime: One more thing.",
    ]


def test_text_under_the_same_heading_of_its_own_takes_the_place_of_what_stood_there() -> None:
    first, second = item("Vigil in  June", "At six."), item("vigil in June", "At seven.")
    assert standing(submission(WEEK, first), submission(second)) == [
        "Awareness week: It starts on Monday.",
        "vigil in June: At seven.",
    ]


def test_a_reply_that_adds_replaces_nothing_not_even_its_own_field() -> None:
    more = item("Third party reporting", "And one more.", field="F1")
    assert len(standing(submission(REPORTING), submission(more, mode="adds"))) == 2


def test_everything_replaced_keeps_its_place_where_fields_meet_and_the_rest_goes() -> None:
    new_reporting = item("Third party reporting", "Seven centres.", field="F1")
    assert standing(
        submission(item("Old news"), REPORTING), submission(item("New news"), new_reporting, mode="all")
    ) == ["Third party reporting: Seven centres.", "New news: Some text."]


def test_one_answer_takes_the_place_of_two_that_stood_under_its_field() -> None:
    twice = submission(REPORTING, item("Third party reporting", "Twice.", field="F1"))
    assert standing(twice, submission(item("Third party reporting", "Once.", field="F1"))) == [
        "Third party reporting: Once."
    ]


def test_a_mail_without_text_or_nil_changes_nothing() -> None:
    empty = submission(statistics=statistics())
    assert standing(submission(REPORTING), empty) == standing(submission(REPORTING))


# ------------------------------------------------------------------------------------------------ nil returns


def test_a_nil_return_after_text_removes_nothing() -> None:
    items, nil = standing_items(in_order(submission(REPORTING), nil_return()))
    assert (items, nil) == ((REPORTING,), False)


def test_a_nil_return_that_says_it_replaces_takes_the_persons_text_out() -> None:
    items, nil = standing_items(in_order(submission(REPORTING), nil_return(mode="all")))
    assert (items, nil) == ((), True)


def test_a_nil_return_never_takes_out_what_somebody_else_wrote() -> None:
    theirs = item("One", of=HATE_DEPUTY)
    items, nil = standing_items(in_order(submission(theirs, of=HATE_DEPUTY), nil_return(mode="all")))
    assert (items, nil) == ((theirs,), False)


def test_text_after_a_nil_return_takes_its_place() -> None:
    items, nil = standing_items(in_order(nil_return(), submission(REPORTING)))
    assert (items, nil) == ((REPORTING,), False)


def test_a_mail_that_holds_nothing_leaves_a_nil_return_standing() -> None:
    assert standing_items(in_order(nil_return(), submission())) == ((), True)


# ---------------------------------------------------------------------------------------- where a theme stands


def test_a_themes_replies_are_taken_in_the_order_of_their_numbers() -> None:
    first, second = in_order(submission(REPORTING), submission(WEEK))
    other = submission(theme=DRUGS, revision=1)
    assert of_theme("hate-crime", [second, other, first]) == (first, second)


@pytest.mark.parametrize(
    ("submissions", "skipped", "status"),
    [
        ((), (), SectionStatus.MISSING),
        ((submission(REPORTING),), (), SectionStatus.IN),
        ((nil_return(),), (), SectionStatus.NIL),
        ((submission(statistics=statistics()),), (), SectionStatus.IN),
        ((submission(),), (), SectionStatus.MISSING),
        ((nil_return(), submission(statistics=statistics())), (), SectionStatus.IN),
        ((submission(REPORTING),), ("hate-crime",), SectionStatus.SKIPPED),
    ],
    ids=[
        "nobody wrote",
        "text",
        "nil",
        "figures alone",
        "a mail that holds nothing",
        "nil, then figures",
        "skipped by the editor",
    ],
)
def test_a_theme_is_in_nil_missing_or_skipped(
    submissions: tuple[Submission, ...], skipped: tuple[str, ...], status: SectionStatus
) -> None:
    assert status_of(HATE, in_order(*submissions), skipped) is status


def test_who_is_not_in_are_those_who_neither_wrote_nor_said_nil_nor_were_skipped() -> None:
    replies = (submission(REPORTING, revision=1),)
    assert not_in(THEMES, replies, ("prevent",)) == (DRUGS,)


# -------------------------------------------------------------------------------------------------- sections


def test_a_section_prints_fields_in_the_order_of_the_form_and_free_text_after_them() -> None:
    free = item("Vigil")
    section = section_now(HATE, in_order(submission(free, WEEK), submission(REPORTING)), mail_link="mailto:x")
    assert section.items == (REPORTING, WEEK, free)
    assert (section.title, section.nil, section.mail_link) == ("Hate Crime", False, "mailto:x")


def test_a_section_knows_only_its_own_themes_replies() -> None:
    assert section_now(PREVENT, in_order(submission(REPORTING))).items == ()


def test_free_text_that_came_twice_is_printed_under_one_heading() -> None:
    first, second = item(HATE.title, "First."), item(HATE.title, "Second.")
    printed = section_now(HATE, in_order(submission(first), submission(second))).items
    assert printed == (first.model_copy(update={"blocks": (*first.blocks, *second.blocks)}),)


def test_a_nil_return_beside_a_statistics_table_prints_the_table_and_no_nil_sentence() -> None:
    replies = in_order(nil_return(theme=DRUGS))
    assert section_now(DRUGS, replies).nil
    assert not section_now(DRUGS, replies, statistics=statistics()).nil


def test_the_newest_accepted_table_is_the_one_that_counts() -> None:
    older, newer = statistics(196), statistics(197)
    replies = in_order(submission(statistics=older), submission(statistics=newer), submission(REPORTING))
    assert submitted_statistics("hate-crime", replies) == newer
    assert submitted_statistics("drugs", replies) is None


def test_a_missing_section_prints_nothing_a_nil_return_prints_its_sentence() -> None:
    missing, nil = Section(theme="a", title="A"), Section(theme="b", title="B", nil=True)
    text = Section(theme="c", title="C", items=(WEEK,))
    figures = Section(theme="d", title="D", statistics=statistics())
    assert printed([missing, nil, text, figures]) == (nil, text, figures)


# ----------------------------------------------------------------------------------------------------- properties


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["fields", "all", "adds", "unsaid"]), st.lists(ITEM, max_size=2)), max_size=4)
)
def test_whatever_one_person_sends_somebody_elses_items_stand_untouched(replies: list[tuple[Any, list[Item]]]) -> None:
    theirs = (item("One", of=HATE_DEPUTY), item("Two", of=HATE_DEPUTY, field="F1"))
    mine = [
        submission(*(one.model_copy(update={"person": "hate.lead@council.example.org"}) for one in items), mode=mode)
        for mode, items in replies
    ]
    items, _ = standing_items(in_order(submission(*theirs, of=HATE_DEPUTY), *mine), HATE.title)
    assert tuple(one for one in items if one.person == HATE_DEPUTY.address) == theirs
