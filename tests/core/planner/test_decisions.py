"""What an editor's mail does: unclear ones, APPROVE and HOLD, in each state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.core import keys, lifecycle
from bot.core.decision import Word
from bot.core.effects import Answer, Confirm, Distribute, MakeDraft, Notify
from bot.core.lifecycle import EditionEvent
from bot.core.model import EditionState
from bot.core.planner.decisions import ACTIONS, WITHOUT_TOKEN, plan_decision
from bot.core.planner.due import plan_due
from bot.core.records import (
    AbsenceEnded,
    DecisionAdded,
    DeliveriesRequeued,
    DeliveriesWithdrawn,
    Logged,
    TokensKilled,
)
from tests.core.builders import (
    AFTER_DEADLINE,
    DISTRIBUTION,
    EDITOR,
    EDITOR_DEPUTY,
    HATE_LEAD,
    IN_THE_WEEK,
    MINUTE,
    READERS,
    RULES,
    away,
    becomes,
    changes,
    delivery,
    draft,
    edition,
    effects,
    item,
    only,
    said,
    submission,
    view,
)
from tests.core.planner.asking import answer, decided, nothing_happened

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


def test_somebody_who_is_worried_about_an_approved_edition_stops_it_and_is_asked() -> None:
    plan = decided("approved", None, problem="I could not read that.", worried=True, of=EDITOR_DEPUTY)
    assert becomes(plan).state is EditionState.IN_REVIEW
    (asked,) = effects(plan, Answer)
    assert (asked.to, asked.may_say[0][0]) == (EDITOR_DEPUTY, "APPROVE")
    assert "I stopped it to be safe, because I am not sure what you want." in asked.sentences
    assert "could not read for certain" in only(plan, Notify).sentences[0]
    assert only(plan, Notify).to == EDITOR
    assert changes(plan, DecisionAdded)[0].argument == "in doubt"


def test_doubt_stops_a_distribution_that_has_begun_and_nothing_when_nothing_is_on_its_way() -> None:
    on_its_way = decided("distributing", Word.APPROVE, problem="APPROVE was followed by more text.", worried=True)
    assert becomes(on_its_way).state is EditionState.STOPPED
    assert decided("distributed", None, problem="Unclear.", worried=True).edition is None
    assert "stopped" not in answer(decided("approved", None, problem="I could not read that."))


@pytest.mark.parametrize("first", [Word.HOLD, None])
def test_an_approval_that_crossed_another_editors_hold_or_doubt_is_asked_back(first: Word | None) -> None:
    problem = "" if first else "Unclear."
    held = becomes(decided("in_review", first, of=EDITOR_DEPUTY, problem=problem, worried=not first))
    plan = decided(held, Word.APPROVE, stale=True)
    assert f"{EDITOR_DEPUTY.address} wrote HOLD or asked something. Nothing was approved." in answer(plan)
    assert plan.edition is None
    approved = becomes(decided(held, Word.APPROVE))
    assert (approved.state, approved.objected_by) == (EditionState.APPROVED, "")
    own = decided(held, Word.APPROVE, of=EDITOR_DEPUTY, stale=True)
    assert becomes(own).state is EditionState.APPROVED


def test_what_a_hold_says_beside_the_word_is_kept_as_a_note_and_told_to_the_other_editors() -> None:
    plan = decided("approved", Word.HOLD, of=EDITOR_DEPUTY, argument="wrong table", rest="Look at Prevent.")
    name = EDITOR_DEPUTY.name
    assert becomes(plan).notes == (f"HOLD, {name}: wrong table", f"HOLD, {name}: Look at Prevent.")
    assert "They wrote: “wrong table Look at Prevent.”" in only(plan, Notify).sentences
    assert becomes(decided("in_review", Word.HOLD, rest="Thanks\nJo")).notes == ()
    assert becomes(decided("collecting", Word.HOLD, rest="Wait for Sam.")).notes != ()
    assert "Kept as a note" in answer(decided("collecting", Word.HOLD, rest="Wait for Sam."))


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


def test_only_hold_status_and_people_need_no_reference() -> None:
    assert set(WITHOUT_TOKEN) == {Word.HOLD, Word.STATUS, Word.PEOPLE}
    assert "approved already" in answer(decided("approved", Word.APPROVE, token=False))
    assert becomes(decided("approved", Word.HOLD, token=False)).state is EditionState.IN_REVIEW
    assert "draft is number 1" in answer(decided("in_review", Word.STATUS, token=False))


def test_every_word_that_acts_is_written_down_with_who_said_it_and_about_which_draft() -> None:
    plan = decided("in_review", Word.APPROVE)
    (row,) = changes(plan, DecisionAdded)
    assert (row.inbound, row.draft, row.word, row.person) == (31, 1, "APPROVE", EDITOR.address)
    assert row.done == f"approved by {EDITOR.address}"
    assert changes(plan, Logged)[0].data == {"word": "APPROVE", "inbound": 31, "mail": "d31", "draft": "0" * 64}


def test_the_log_names_the_digest_of_the_draft_that_was_approved_and_no_other() -> None:
    def named(state: str, word: Word, **changed: Any) -> object:
        plan = plan_decision(view(state, **changed), RULES, said(word), AFTER_DEADLINE)
        return changes(plan, Logged)[0].data.get("draft")

    newer = {"draft": draft(2, digest="2" * 64), "approved": draft(1, digest="1" * 64)}
    assert named("in_review", Word.APPROVE, draft=draft(1, digest="1" * 64)) == "1" * 64
    assert named("stopped", Word.APPROVE, **newer) == "1" * 64
    assert named("in_review", Word.HOLD) is None
    assert named("approved", Word.APPROVE) is None  # it was approved already
    assert view("in_review").approved_digest == ""


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
    assert (withdrawn.kinds, withdrawn.reason) == (keys.READER_KINDS, f"HOLD by {EDITOR.address}")
    assert words in answer(plan)


def test_hold_stops_a_late_copy_with_the_bulletins_and_counts_it() -> None:
    mails = (delivery("bulletin", READERS[0], "queued"), delivery("late_copy", READERS[1], "queued"))
    assert "2 mails that had not left stay here" in answer(decided(view("distributing", deliveries=mails), Word.HOLD))


@pytest.mark.parametrize(
    ("copies", "words"), [(1, "1 late copy that had not left stays"), (2, "2 late copies that had not left stay")]
)
def test_hold_after_the_distribution_stops_the_late_copy_that_waits_and_says_so(copies: int, words: str) -> None:
    mails = [delivery("late_copy", reader, "queued") for reader in READERS[:copies]]
    plan = decided(view("distributed", deliveries=(*mails, delivery("bulletin", READERS[2]))), Word.HOLD)
    (withdrawn,) = changes(plan, DeliveriesWithdrawn)
    assert (withdrawn.kinds, withdrawn.reason) == (("late_copy",), f"HOLD by {EDITOR.address}")
    assert plan.edition is None
    assert changes(plan, TokensKilled) == []  # SEND TO, to the same mail, sends it after all
    assert f"Stopped: {words} here. Everything else has left already" in answer(plan)
    assert [word for word, _ in only(plan, Answer).may_say] == ["SEND TO name@example.org"]


def test_the_other_editors_hear_that_a_late_copy_was_stopped_and_how_it_leaves_after_all() -> None:
    waiting = view("distributed", deliveries=(delivery("late_copy", READERS[0], "queued"),))
    told = only(decided(waiting, Word.HOLD, of=EDITOR_DEPUTY), Notify)
    assert "until an editor says SEND TO and its address again" in " ".join(told.sentences)


def test_doubt_stops_a_late_copy_that_waits_too() -> None:
    waiting = view("distributed", deliveries=(delivery("late_copy", READERS[0], "queued"),))
    plan = decided(waiting, None, problem="What do you want?", worried=True)
    assert changes(plan, DeliveriesWithdrawn)[0].kinds == ("late_copy",)
    assert "I stopped it to be safe" in answer(plan)


def test_hold_when_the_late_copy_has_left_says_that_everything_has() -> None:
    plan = decided(view("distributed", deliveries=(delivery("late_copy", READERS[0]),)), Word.HOLD)
    assert changes(plan, DeliveriesWithdrawn) == []
    assert "Everything has left already" in answer(plan)


@pytest.mark.parametrize(
    "state", [s for s in EditionState if s not in (EditionState.APPROVED, EditionState.DISTRIBUTING)]
)
def test_hold_where_nothing_is_on_its_way_does_nothing_and_says_so(state: EditionState) -> None:
    plan = decided(state.value, Word.HOLD, token=False)
    assert plan.edition is None or plan.edition.state is state
    assert nothing_happened(plan) or state in (EditionState.IN_REVIEW, EditionState.STOPPED)
    assert lifecycle.edition_cell(state, EditionEvent.HOLD).says in answer(plan)


def test_a_stopped_edition_that_is_approved_anew_goes_on_and_nobody_gets_it_twice() -> None:
    plan = decided(edition("stopped", issue_version=2), Word.APPROVE)
    after = becomes(plan)
    assert (after.state, after.approved_draft) == (EditionState.DISTRIBUTING, 1)
    assert after.readers == READERS
    assert changes(plan, DeliveriesRequeued) == [
        DeliveriesRequeued(edition_id=7, kinds=keys.READER_KINDS, not_before=AFTER_DEADLINE, version=2)
    ]
    assert effects(plan, Distribute) == []
    assert "Nobody who has it gets it again" in answer(plan)


def test_a_stopped_edition_that_is_changed_instead_withdraws_what_was_stopped_and_gets_a_new_version() -> None:
    mails = tuple(delivery("bulletin", reader, "withdrawn") for reader in READERS)
    seen = view("stopped", deliveries=mails)
    plan = decided(seen, Word.CHANGES)
    assert becomes(plan).state is EditionState.COLLECTING
    assert changes(plan, DeliveriesWithdrawn)[0].kinds == keys.READER_KINDS
    came = becomes(plan).model_copy(update={"changed_at": AFTER_DEADLINE})
    drafted = plan_due(seen.model_copy(update={"edition": came}), RULES, AFTER_DEADLINE + 10 * MINUTE)
    assert only(drafted, MakeDraft).version == 2


def test_an_editor_who_decides_is_back() -> None:
    assert changes(decided("in_review", Word.STATUS), AbsenceEnded) == []
    back = decided(view("in_review", absences=(away(EDITOR),)), Word.STATUS)
    assert [one.address for one in changes(back, AbsenceEnded)] == [EDITOR.address]
