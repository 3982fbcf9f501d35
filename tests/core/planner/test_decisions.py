"""The editor's words: what each does, in each state, and what it never does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core import lifecycle
from bot.core.decision import Word
from bot.core.effects import Answer, Confirm, Distribute, FileHeld, MakeDraft, Notify, Plan, Remind
from bot.core.lifecycle import EditionEvent
from bot.core.model import EditionState
from bot.core.planner.decisions import ACTIONS, WITHOUT_TOKEN, plan_decision
from bot.core.planner.due import plan_due
from bot.core.records import (
    DecisionAdded,
    DeliveriesRequeued,
    DeliveriesWithdrawn,
    Edition,
    EditionView,
    Logged,
    TokensKilled,
)
from bot.core.timetable import LONDON
from tests.core.builders import (
    AFTER_DEADLINE,
    DISTRIBUTION,
    DRUGS_LEAD,
    EDITOR,
    EDITOR_DEPUTY,
    HATE_LEAD,
    IN_THE_WEEK,
    MINUTE,
    PREVENT_LEAD,
    READERS,
    RULES,
    becomes,
    changes,
    delivery,
    draft,
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


def decided(seen: EditionView | Edition | str, word: Word | None, now: datetime = AFTER_DEADLINE, **of: Any) -> Plan:
    """What an editor's word does to the edition."""
    there = seen if isinstance(seen, EditionView) else view(seen)
    return plan_decision(there, RULES, said(word, **of), now)


def answer(plan: Plan) -> str:
    """Everything that the editor reads in the one answer to their mail."""
    (found,) = [effect for effect in effects(plan, Answer) if effect.to == EDITOR]
    return " ".join((found.about, *found.sentences, *found.lines))


def nothing_happened(plan: Plan) -> bool:
    """Whether only a decision and a line in the log were written and only an answer leaves."""
    written = {change.change for change in plan.changes} <= {"decision_added", "logged"}
    return plan.edition is None and written and all(isinstance(effect, Answer) for effect in plan.effects)


# -------------------------------------------------------------------------------------- unclear, or no token


def test_an_unclear_mail_changes_nothing_and_is_answered_with_what_was_understood() -> None:
    plan = decided("in_review", None, problem="That sounds like an approval with a condition.", argument="ok if")
    assert "approval with a condition" in answer(plan)
    assert plan.changes == ()
    assert plan.edition is None
    assert only(plan, Answer).quoted == "ok if"


def test_a_mail_without_any_word_that_is_known_changes_nothing() -> None:
    plan = decided("in_review", None)
    assert "nothing was changed" in answer(plan)
    assert plan.changes == ()


def test_an_approval_with_a_condition_under_it_approves_nothing() -> None:
    plan = decided("in_review", Word.APPROVE, problem="APPROVE was followed by more text.")
    assert plan.edition is None
    assert plan.changes == ()


def test_somebody_who_is_worried_about_an_approved_edition_is_told_how_to_stop_it() -> None:
    worried = decided("approved", None, problem="I could not read that.", worried=True)
    assert "HOLD, alone on the first line, stops it" in answer(worried)
    assert "HOLD" not in answer(decided("in_review", None, problem="I could not read that.", worried=True))
    assert "HOLD" not in answer(decided("approved", None, problem="I could not read that."))


@pytest.mark.parametrize("word", [word for word in Word if word not in ACTIONS])
def test_a_word_that_does_nothing_here_is_answered(word: Word) -> None:
    plan = decided("in_review", word)
    assert f"{word} does nothing" in answer(plan)
    assert plan.edition is None
    assert plan.changes == ()


@pytest.mark.parametrize("word", [word for word in ACTIONS if word not in WITHOUT_TOKEN])
def test_a_word_without_its_reference_does_nothing_and_says_what_is_missing(word: Word) -> None:
    plan = decided("in_review", word, token=False, theme="drugs", numbers=(3,), until=DISTRIBUTION)
    assert "reply to the newest draft mail itself" in answer(plan)
    assert plan.edition is None
    assert plan.changes == ()


def test_only_hold_and_status_need_no_reference() -> None:
    assert set(WITHOUT_TOKEN) == {Word.HOLD, Word.STATUS}
    assert becomes(decided("approved", Word.HOLD, token=False)).state is EditionState.IN_REVIEW
    assert "draft is number 1" in answer(decided("in_review", Word.STATUS, token=False))


def test_every_word_that_acts_is_written_down_with_who_said_it_and_about_which_draft() -> None:
    plan = decided("in_review", Word.APPROVE)
    (row,) = changes(plan, DecisionAdded)
    assert (row.inbound, row.draft, row.word, row.person) == (31, 1, "APPROVE", EDITOR.address)
    assert row.done == f"approved by {EDITOR.address}"
    assert changes(plan, Logged)[0].data == {"word": "APPROVE", "inbound": 31}


def test_a_word_that_changed_nothing_is_written_down_as_having_done_nothing() -> None:
    assert changes(decided("collecting", Word.APPROVE), DecisionAdded)[0].done == ""


def test_the_note_of_a_command_goes_into_the_answer() -> None:
    plan = decided("approved", Word.HOLD, note="Your mail says both HOLD and APPROVE; I held and approved nothing.")
    assert "both HOLD and APPROVE" in answer(plan)


def test_an_answer_to_an_editor_is_bound_to_the_draft_that_stands() -> None:
    assert only(decided(edition("in_review", draft=4), Word.STATUS), Answer).editor_draft == 4


# --------------------------------------------------------------------------------------------------- APPROVE


def test_an_approval_freezes_the_draft_and_the_readers_and_starts_the_cooling_off() -> None:
    after = becomes(decided("in_review", Word.APPROVE))
    assert (after.state, after.approved_draft, after.approved_by) == (EditionState.APPROVED, 1, EDITOR.address)
    assert (after.approved_at, after.readers) == (AFTER_DEADLINE, READERS)
    assert after.release_at == DISTRIBUTION


def test_an_approval_after_the_distribution_time_leaves_after_the_cooling_off() -> None:
    late = DISTRIBUTION + timedelta(hours=3)
    assert becomes(decided("in_review", Word.APPROVE, late)).release_at == late + RULES.cooling_off


def test_an_approval_is_confirmed_to_the_editors_and_to_whoever_gave_it_once_each() -> None:
    assert [confirm.to for confirm in effects(decided("in_review", Word.APPROVE), Confirm)] == [EDITOR]
    plan = decided("in_review", Word.APPROVE, of=EDITOR_DEPUTY)
    assert [confirm.to for confirm in effects(plan, Confirm)] == [EDITOR, EDITOR_DEPUTY]
    assert {confirm.approved_by for confirm in effects(plan, Confirm)} == {EDITOR_DEPUTY.name}
    nameless = EDITOR.model_copy(update={"name": ""})
    assert effects(decided("in_review", Word.APPROVE, of=nameless), Confirm)[0].approved_by == EDITOR.address


def test_an_approval_ends_every_token_of_the_edition() -> None:
    killed = changes(decided("in_review", Word.APPROVE), TokensKilled)
    assert killed == [TokensKilled(bulletin="ccsu-rag", period="2025-08")]


def test_an_approval_alone_sends_nothing_to_readers() -> None:
    assert effects(decided("in_review", Word.APPROVE), Distribute) == []


def test_an_approval_of_an_older_draft_approves_nothing_and_shows_what_changed_since() -> None:
    newest = draft(3, changes=("Hate Crime: “Vigil” was changed.",))
    plan = decided(view(edition("in_review", draft=3), draft=newest), Word.APPROVE, about=2)
    assert nothing_happened(plan)
    assert "for draft 2; the newest is draft 3" in answer(plan)
    assert "Hate Crime: “Vigil” was changed." in answer(plan)


def test_an_approval_under_a_mail_that_was_about_no_draft_approves_nothing() -> None:
    plan = decided(edition("in_review", draft=3), Word.APPROVE, about=None)
    assert nothing_happened(plan)
    assert "for no draft; the newest is draft 3" in answer(plan)


def test_an_approval_of_a_draft_that_the_store_does_not_show_still_says_which_is_the_newest() -> None:
    plan = decided(view(edition("in_review", draft=3), draft=None), Word.APPROVE, about=2)
    assert "the newest is draft 3" in answer(plan)


def test_an_older_approval_does_not_approve_a_stopped_edition_anew() -> None:
    plan = decided(edition("stopped", draft=2), Word.APPROVE, about=1)
    assert nothing_happened(plan)


@pytest.mark.parametrize(
    "state", [state for state in EditionState if state not in (EditionState.IN_REVIEW, EditionState.STOPPED)]
)
def test_outside_review_an_approval_does_nothing_and_says_why(state: EditionState) -> None:
    plan = decided(state.value, Word.APPROVE, about=edition(state).draft)
    assert nothing_happened(plan)
    assert lifecycle.edition_cell(state, EditionEvent.APPROVE).says in answer(plan)


def test_after_changes_the_old_draft_cannot_be_approved() -> None:
    assert nothing_happened(decided(edition("collecting", draft=1), Word.APPROVE))


def test_an_approval_while_a_late_reply_waits_says_that_the_approved_draft_does_not_hold_it() -> None:
    late = submission(item("Vigil"), revision=1, at=AFTER_DEADLINE)
    seen = view(edition("in_review", changed_at=AFTER_DEADLINE), submissions=(late,))
    plan = decided(seen, Word.APPROVE, AFTER_DEADLINE + MINUTE)
    assert becomes(plan).state is EditionState.APPROVED
    told = only(plan, Notify)
    assert told.to == EDITOR
    assert "(Hate Crime)" in told.sentences[0]
    assert "unless you reply CHANGES" in told.sentences[1]
    assert told.editor_draft == 1


def test_a_reply_that_the_draft_holds_is_not_named_as_left_out() -> None:
    early = submission(item("Vigil"), revision=1, at=IN_THE_WEEK)
    seen = view(edition("in_review", changed_at=AFTER_DEADLINE), submissions=(early,))
    assert only(decided(seen, Word.APPROVE), Notify).sentences[0] == (
        "Something changed after draft 1 was made; the approved draft does not hold it."
    )


def test_a_skip_that_no_draft_holds_yet_is_named_when_the_older_draft_is_approved() -> None:
    seen = view(edition("in_review", changed_at=AFTER_DEADLINE, skipped_themes=("drugs",)), draft=None)
    assert "(Drugs and Alcohol)" in only(decided(seen, Word.APPROVE), Notify).sentences[0]


def test_an_approval_with_nothing_waiting_is_confirmed_and_no_more() -> None:
    assert effects(decided("in_review", Word.APPROVE), Notify) == []


# ------------------------------------------------------------------------------------------------------ HOLD


def test_hold_voids_an_approval_and_the_same_draft_may_be_approved_anew() -> None:
    plan = decided("approved", Word.HOLD)
    held_one = becomes(plan)
    assert (held_one.state, held_one.draft) == (EditionState.IN_REVIEW, 1)
    assert (held_one.approved_draft, held_one.approved_by, held_one.release_at, held_one.readers) == (
        None,
        "",
        None,
        (),
    )
    assert "APPROVE" in dict(only(plan, Answer).may_say)
    again = becomes(decided(held_one, Word.APPROVE))
    assert (again.state, again.approved_draft) == (EditionState.APPROVED, 1)
    assert again.readers == READERS


def test_a_held_edition_does_not_leave_when_its_time_comes() -> None:
    after = becomes(decided("approved", Word.HOLD))
    assert effects(plan_due(view(after), RULES, DISTRIBUTION + timedelta(days=1)), Distribute) == []


@pytest.mark.parametrize(
    ("queued", "words"), [(2, "2 mails that had not left stay here"), (1, "1 mail that had not left stays here")]
)
def test_hold_stops_what_has_not_left_and_says_how_many(queued: int, words: str) -> None:
    mails = [delivery("bulletin", reader, "queued" if at < queued else "sent") for at, reader in enumerate(READERS)]
    seen = view("distributing", deliveries=(*mails, delivery("receipt", HATE_LEAD, "queued")))
    plan = decided(seen, Word.HOLD)
    assert becomes(plan).state is EditionState.STOPPED
    assert becomes(plan).approved_draft == 1
    (withdrawn,) = changes(plan, DeliveriesWithdrawn)
    assert (withdrawn.kinds, withdrawn.reason) == (("bulletin",), f"HOLD by {EDITOR.address}")
    assert words in answer(plan)


@pytest.mark.parametrize(
    "state", [s for s in EditionState if s not in (EditionState.APPROVED, EditionState.DISTRIBUTING)]
)
def test_hold_where_nothing_is_on_its_way_does_nothing_and_says_so(state: EditionState) -> None:
    plan = decided(state.value, Word.HOLD, token=False)
    assert nothing_happened(plan)
    assert lifecycle.edition_cell(state, EditionEvent.HOLD).says in answer(plan)


def test_a_stopped_edition_that_is_approved_anew_goes_on_and_nobody_gets_it_twice() -> None:
    plan = decided(edition("stopped", issue_version=2), Word.APPROVE)
    after = becomes(plan)
    assert (after.state, after.approved_draft) == (EditionState.DISTRIBUTING, 1)
    assert after.readers == READERS
    assert changes(plan, DeliveriesRequeued) == [
        DeliveriesRequeued(edition_id=7, kinds=("bulletin",), not_before=AFTER_DEADLINE, version=2)
    ]
    assert effects(plan, Distribute) == []
    assert "Nobody who has it gets it again" in answer(plan)


def test_a_stopped_edition_that_is_changed_instead_withdraws_what_was_stopped_and_gets_a_new_version() -> None:
    mails = tuple(delivery("bulletin", reader, "withdrawn") for reader in READERS)
    seen = view("stopped", deliveries=mails)
    plan = decided(seen, Word.CHANGES)
    assert becomes(plan).state is EditionState.COLLECTING
    assert changes(plan, DeliveriesWithdrawn)[0].kinds == ("bulletin",)
    came = becomes(plan).model_copy(update={"changed_at": AFTER_DEADLINE})
    drafted = plan_due(seen.model_copy(update={"edition": came}), RULES, AFTER_DEADLINE + 10 * MINUTE)
    assert only(drafted, MakeDraft).version == 2


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
    assert set(withdrawn.kinds) == {"request", "reminder", "deputy_question", "bulletin"}
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
