"""The editor's other words: what each does, in each state, and what it never does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core import lifecycle
from bot.core.decision import Word
from bot.core.effects import Answer, FileHeld, Remind
from bot.core.lifecycle import EditionEvent
from bot.core.model import EditionState
from bot.core.planner.decisions import ACTIONS, plan_decision
from bot.core.planner.due import plan_due
from bot.core.records import (
    DecisionAdded,
    DeliveriesWithdrawn,
    TokensKilled,
)
from bot.core.timetable import LONDON
from tests.core.builders import (
    AFTER_DEADLINE,
    DISTRIBUTION,
    DRUGS_LEAD,
    EDITOR,
    HATE_LEAD,
    PREVENT_LEAD,
    RULES,
    becomes,
    changes,
    edition,
    effects,
    everybody_in,
    held,
    item,
    only,
    rows,
    rules,
    said,
    submission,
    view,
)
from tests.core.planner.asking import answer, decided, nothing_happened

# --------------------------------------------------------------------------------------------------- CHANGES


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_changes_go_back_to_collecting_and_void_an_approval(state: str) -> None:
    after = becomes(decided(state, Word.CHANGES))
    assert (after.state, after.approved_draft, after.release_at) == (EditionState.COLLECTING, None, None)
    assert changes(decided(state, Word.CHANGES), DeliveriesWithdrawn) == []


def test_a_line_that_names_a_theme_goes_to_its_lead_and_the_rest_into_the_notes() -> None:
    plan = decided(
        "in_review",
        Word.CHANGES,
        rest="Hate Crime: please give the date\n\nThe masthead is too wide\nSomething else: and more",
    )
    (to_lead,) = [effect for effect in effects(plan, Answer) if effect.to == HATE_LEAD]
    assert to_lead.sentences[0] == "please give the date"
    assert to_lead.editor_draft is None
    assert becomes(plan).notes == ("The masthead is too wide", "Something else: and more")
    assert "Passed on to the leads of: Hate Crime." in answer(plan)
    assert "The masthead is too wide" in answer(plan)


def test_changes_written_behind_the_word_are_read_too() -> None:
    plan = decided("in_review", Word.CHANGES, argument="Prevent: add the link")
    assert PREVENT_LEAD in [effect.to for effect in effects(plan, Answer)]


def test_changes_alone_say_only_what_follows() -> None:
    plan = decided("in_review", Word.CHANGES)
    assert "Passed on" not in answer(plan)
    assert "Kept as notes" not in answer(plan)


def test_notes_of_several_mails_gather_for_the_next_draft() -> None:
    seen = view(edition("collecting", notes=("First.",), draft=1))
    assert becomes(decided(seen, Word.CHANGES, rest="Second.")).notes == ("First.", "Second.")


def test_changes_while_collecting_are_noted_and_nothing_moves() -> None:
    plan = decided("collecting", Word.CHANGES, rest="Check the links.", about=None)
    assert becomes(plan).state is EditionState.COLLECTING
    assert becomes(plan).notes == ("Check the links.",)


@pytest.mark.parametrize("state", ["distributing", "distributed", "cancelled", "skipped"])
def test_changes_to_an_edition_that_is_on_its_way_or_over_trouble_no_lead(state: str) -> None:
    plan = decided(state, Word.CHANGES, rest="Hate Crime: please give the date")
    assert nothing_happened(plan)
    assert [effect.to for effect in effects(plan, Answer)] == [EDITOR]
    assert lifecycle.edition_cell(EditionState(state), EditionEvent.CHANGES).says in answer(plan)


# ---------------------------------------------------------------------------------------------------- EXTEND

NEW_DEADLINE = datetime(2025, 8, 20, 12, 0, tzinfo=LONDON)


@pytest.mark.parametrize("state", ["planned", "collecting", "in_review"])
def test_extend_moves_the_deadline_and_says_both_new_dates(state: str) -> None:
    plan = decided(state, Word.EXTEND, until=NEW_DEADLINE)
    after = becomes(plan)
    assert after.timetable.deadline_at == NEW_DEADLINE
    assert after.timetable.distribution_at > NEW_DEADLINE
    assert after.extended
    assert after.state == ("planned" if state == "planned" else "collecting")
    assert "The new deadline is Wednesday 20 August 2025 at 12:00; distribution is Wednesday 27 August" in answer(plan)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (datetime(2025, 8, 23, 12, 0, tzinfo=LONDON), "Saturday 23 August 2025 is not a working day."),
        (datetime(2025, 8, 25, 12, 0, tzinfo=LONDON), "Monday 25 August 2025 is not a working day."),
        (datetime(2025, 8, 11, 12, 0, tzinfo=LONDON), "Monday 11 August 2025 has passed."),
    ],
    ids=["a Saturday", "a bank holiday", "a day that has passed"],
)
def test_extend_to_a_day_that_cannot_be_changes_nothing_and_says_why(until: datetime, words: str) -> None:
    plan = decided("collecting", Word.EXTEND, until=until)
    assert nothing_happened(plan)
    assert words in answer(plan)
    assert "Nothing was changed." in answer(plan)


def test_extend_without_a_day_is_answered_too() -> None:
    plan = decided("collecting", Word.EXTEND)
    assert nothing_happened(plan)
    assert "EXTEND needs a day" in answer(plan)


@pytest.mark.parametrize("state", ["approved", "distributing", "distributed", "stopped", "cancelled"])
def test_extend_of_an_edition_that_is_approved_or_gone_does_nothing(state: str) -> None:
    plan = decided(state, Word.EXTEND, until=NEW_DEADLINE)
    assert nothing_happened(plan)
    assert lifecycle.edition_cell(EditionState(state), EditionEvent.EXTEND).says in answer(plan)


# ----------------------------------------------------------------------------------------------------- CHASE


def test_chase_reminds_everybody_who_is_not_in_and_names_them() -> None:
    seen = view(submissions=(submission(item("One"), revision=1),))
    plan = decided(seen, Word.CHASE)
    assert [remind.to for remind in effects(plan, Remind)] == [DRUGS_LEAD, PREVENT_LEAD]
    assert "Reminded: Drugs Lead, Prevent Lead." in answer(plan)
    assert plan.edition is None


def test_chase_of_one_theme_reminds_its_lead_alone() -> None:
    plan = decided("in_review", Word.CHASE, theme="prevent")
    assert [(remind.to, remind.themes) for remind in effects(plan, Remind)] == [(PREVENT_LEAD, ("prevent",))]


def test_each_chase_is_a_reminder_of_its_own_and_the_same_mail_read_again_is_not() -> None:
    first = only(decided("collecting", Word.CHASE, theme="prevent"), Remind)
    same = only(decided("collecting", Word.CHASE, theme="prevent"), Remind)
    other = plan_decision(
        view(), RULES, said(Word.CHASE, theme="prevent").model_copy(update={"inbound": 32}), AFTER_DEADLINE
    )
    assert first.key == same.key
    assert only(other, Remind).key != first.key


def test_chase_when_everybody_is_in_says_so() -> None:
    plan = decided(view(submissions=everybody_in()), Word.CHASE)
    assert nothing_happened(plan)
    assert "Everybody whom that concerns is in." in answer(plan)


def test_somebody_without_a_name_is_named_by_address_among_those_reminded() -> None:
    nameless = RULES.themes[2].model_copy(update={"leads": (PREVENT_LEAD.model_copy(update={"name": ""}),)})
    plan = plan_decision(view(), rules(themes=(nameless,)), said(Word.CHASE), AFTER_DEADLINE)
    assert f"Reminded: {PREVENT_LEAD.address}." in answer(plan)


@pytest.mark.parametrize("state", ["planned", "approved", "stopped", "distributing", "distributed", "cancelled"])
def test_chase_reminds_nobody_of_an_edition_that_is_not_collecting(state: str) -> None:
    plan = decided(state, Word.CHASE)
    assert nothing_happened(plan)
    assert "nobody was reminded" in answer(plan)


# ------------------------------------------------------------------------------------------------------ SKIP


@pytest.mark.parametrize("state", ["planned", "collecting", "in_review", "correcting"])
def test_skip_leaves_a_theme_out_and_a_new_draft_follows(state: str) -> None:
    plan = decided(state, Word.SKIP, theme="drugs")
    after = becomes(plan)
    assert (after.skipped_themes, after.changed_at, after.state) == (("drugs",), AFTER_DEADLINE, state)
    assert "Drugs and Alcohol is left out" in answer(plan)


def test_a_theme_that_is_skipped_twice_is_skipped_once() -> None:
    seen = edition("in_review", skipped_themes=("drugs",))
    assert becomes(decided(seen, Word.SKIP, theme="drugs")).skipped_themes == ("drugs",)


@pytest.mark.parametrize("state", ["approved", "stopped", "distributing", "distributed", "cancelled"])
def test_skip_does_nothing_once_the_draft_is_approved_or_gone(state: str) -> None:
    plan = decided(state, Word.SKIP, theme="drugs")
    assert nothing_happened(plan)
    assert "Nothing was changed." in answer(plan)


@pytest.mark.parametrize("theme", ["parks", None])
def test_skip_of_a_theme_that_is_not_there_does_nothing(theme: str | None) -> None:
    assert nothing_happened(decided("in_review", Word.SKIP, theme=theme))


# ---------------------------------------------------------------------------------------------------- CANCEL


@pytest.mark.parametrize("state", ["planned", "collecting", "in_review", "approved", "stopped"])
def test_cancel_ends_the_edition_withdraws_what_waits_and_ends_its_tokens(state: str) -> None:
    plan = decided(state, Word.CANCEL)
    assert becomes(plan).state is EditionState.CANCELLED
    (withdrawn,) = changes(plan, DeliveriesWithdrawn)
    assert set(withdrawn.kinds) == {"request", "reminder", "deputy_question", "bulletin", "late_copy"}
    assert len(changes(plan, TokensKilled)) == 1
    assert "cancelled" in answer(plan)


def test_nothing_leaves_a_cancelled_edition_any_more() -> None:
    after = becomes(decided("approved", Word.CANCEL))
    for moment in (AFTER_DEADLINE, DISTRIBUTION, DISTRIBUTION + timedelta(days=5)):
        assert plan_due(view(after), RULES, moment).empty


@pytest.mark.parametrize("state", ["distributing", "distributed", "correcting", "cancelled", "skipped"])
def test_cancel_of_what_is_on_its_way_or_over_does_nothing(state: str) -> None:
    plan = decided(state, Word.CANCEL)
    assert nothing_happened(plan)
    assert lifecycle.edition_cell(EditionState(state), EditionEvent.CANCEL).says in answer(plan)


# ----------------------------------------------------------------------------------------- STATUS, FILE, YES, NO


@pytest.mark.parametrize("state", EditionState)
def test_status_says_where_the_edition_stands_and_changes_nothing(state: EditionState) -> None:
    plan = decided(state.value, Word.STATUS)
    assert nothing_happened(plan)
    assert f"This edition is {state.value.replace('_', ' ')}." in answer(plan)
    assert "Deadline Tuesday 12 August 2025 at 12:00; distribution Monday 18 August 2025 at 09:00." in answer(plan)


def test_status_lists_each_theme_with_who_is_in() -> None:
    seen = view(edition(skipped_themes=("prevent",)), submissions=(submission(item("One"), revision=1),))
    plan = decided(seen, Word.STATUS)
    assert only(plan, Answer).lines == ("Hate Crime: in", "Drugs and Alcohol: missing", "Prevent: skipped")
    assert "newest draft" not in answer(plan)


def test_file_reads_a_held_mail_as_a_reply_of_the_theme() -> None:
    plan = decided(view("in_review", held=(held(3), held(9))), Word.FILE, numbers=(9,), theme="hate-crime")
    assert only(plan, FileHeld) == FileHeld(inbound=9, theme="hate-crime")
    assert "number 9 is filed" in answer(plan)


def test_file_of_a_number_that_is_not_in_the_holding_pen_says_which_are() -> None:
    plan = decided(view("in_review", held=(held(3), held(9))), Word.FILE, numbers=(4,), theme="hate-crime")
    assert nothing_happened(plan)
    assert "Numbers in the holding pen: 3, 9." in answer(plan)
    empty = decided("in_review", Word.FILE, numbers=(4,), theme="hate-crime")
    assert "Numbers in the holding pen: none." in answer(empty)


def test_file_under_a_theme_that_is_not_there_files_nothing() -> None:
    assert nothing_happened(decided(view("in_review", held=(held(3),)), Word.FILE, numbers=(3,), theme=None))


@pytest.mark.parametrize("state", ["distributing", "distributed", "cancelled"])
def test_file_into_an_edition_that_takes_no_replies_files_nothing_and_says_so(state: str) -> None:
    plan = decided(view(state, held=(held(3),)), Word.FILE, numbers=(3,), theme="hate-crime")
    assert nothing_happened(plan)
    assert "The mail stays in the holding pen." in answer(plan)


@pytest.mark.parametrize("word", [Word.YES, Word.NO])
def test_yes_and_no_to_no_question_do_nothing(word: Word) -> None:
    plan = decided("in_review", word)
    assert nothing_happened(plan)
    assert "nothing to answer" in answer(plan)


# -------------------------------------------------------------------------------------- for every word and state

ARGUMENTS: dict[str, Any] = {"theme": "drugs", "numbers": (3,), "until": NEW_DEADLINE, "rest": "A note."}


@pytest.mark.parametrize("word", ACTIONS)
@pytest.mark.parametrize("state", EditionState)
def test_every_word_in_every_state_is_answered_and_moves_only_as_the_table_says(
    word: Word, state: EditionState
) -> None:
    plan = decided(view(state, held=(held(3),)), word, about=edition(state).draft, **ARGUMENTS)
    assert [effect for effect in plan.effects if getattr(effect, "to", None) == EDITOR]
    assert len(changes(plan, DecisionAdded)) == 1
    event = next((event for event in EditionEvent if event.value == word.value), None)
    if word is Word.CORRECT:
        event = None  # without a Word file nothing moves; test_editing has the rest
    moved = lifecycle.edition_cell(state, event).to if event is not None else None
    after = plan.edition.state.value if plan.edition is not None else state.value
    assert after == (moved or state.value)


@pytest.mark.parametrize("word", ACTIONS)
@pytest.mark.parametrize("state", ["distributed", "cancelled", "skipped"])
def test_no_word_writes_to_an_edition_that_is_over(word: Word, state: str) -> None:
    plan = decided(view(state, held=(held(3),)), word, about=edition(state).draft, **ARGUMENTS)
    assert nothing_happened(plan)
    assert [change.change for change in rows(plan)] == ["decision_added"]
