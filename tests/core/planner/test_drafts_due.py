"""The calendar from the deadline on: drafts, chasers, distribution and its end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core import keys
from bot.core.effects import (
    ChaseEditor,
    Distribute,
    MakeDraft,
    ReportOutcome,
)
from bot.core.model import EditionState
from bot.core.planner.due import bulletin_deliveries, draft_is_due, plan_due
from bot.core.records import DeliveriesWithdrawn, DueDone
from bot.core.timetable import LONDON
from tests.core.builders import (
    AFTER_DEADLINE,
    DEADLINE,
    DISTRIBUTION,
    EDITOR,
    EDITOR_DEPUTY,
    HATE_LEAD,
    IN_THE_WEEK,
    MINUTE,
    PERIOD,
    READERS,
    RULES,
    TIMETABLE,
    away,
    becomes,
    changes,
    delivery,
    draft,
    edition,
    effects,
    only,
    view,
)

CHASERS = TIMETABLE.chase_editor_at


# --------------------------------------------------------------------------------------------------- drafts


def test_at_the_deadline_the_first_draft_is_made_whoever_is_in() -> None:
    assert plan_due(view("collecting"), RULES, DEADLINE - MINUTE).empty
    plan = plan_due(view("collecting"), RULES, DEADLINE)
    assert only(plan, MakeDraft) == MakeDraft(number=1, version=1, why="deadline")
    made = becomes(plan)
    assert (made.state, made.draft, made.cause) == (EditionState.IN_REVIEW, 1, "deadline")


def test_the_deadline_draft_is_made_on_a_closed_day_too_and_once() -> None:
    sunday = datetime(2025, 8, 17, 12, 0, tzinfo=LONDON)
    plan = plan_due(view("collecting"), RULES, sunday)
    assert len(effects(plan, MakeDraft)) == 1
    again = view(becomes(plan), draft=draft(1, made_at=sunday))
    assert effects(plan_due(again, RULES, sunday + MINUTE), MakeDraft) == []


def test_notes_for_the_draft_travel_with_it_once() -> None:
    plan = plan_due(view(edition(notes=("Check the date.",))), RULES, DEADLINE)
    assert only(plan, MakeDraft).notes == ("Check the date.",)
    assert becomes(plan).notes == ()


def test_a_late_reply_makes_a_new_draft_after_ten_quiet_minutes() -> None:
    seen = view(edition("in_review", changed_at=AFTER_DEADLINE))
    assert plan_due(seen, RULES, AFTER_DEADLINE + 9 * MINUTE).empty
    plan = plan_due(seen, RULES, AFTER_DEADLINE + 10 * MINUTE)
    assert only(plan, MakeDraft).number == 2
    made = becomes(plan)
    assert (made.state, made.draft, made.changed_at) == (EditionState.IN_REVIEW, 2, None)


def test_another_reply_in_the_quiet_minutes_starts_them_anew() -> None:
    later = view(edition("in_review", changed_at=AFTER_DEADLINE + 8 * MINUTE))
    assert plan_due(later, RULES, AFTER_DEADLINE + 12 * MINUTE).empty


def test_a_reply_before_the_deadline_makes_no_draft() -> None:
    seen = view(edition(changed_at=IN_THE_WEEK))
    assert draft_is_due(seen, RULES, IN_THE_WEEK + 30 * MINUTE) == ""


def test_after_changes_the_next_draft_waits_for_something_to_come_in() -> None:
    wanted = edition(draft=1)
    assert draft_is_due(view(wanted), RULES, AFTER_DEADLINE) == ""
    came = view(wanted.model_copy(update={"changed_at": AFTER_DEADLINE}))
    assert draft_is_due(came, RULES, AFTER_DEADLINE + 5 * MINUTE) == ""
    assert draft_is_due(came, RULES, AFTER_DEADLINE + 10 * MINUTE) == "changes"


def test_after_extend_the_next_draft_follows_at_the_new_deadline() -> None:
    later = TIMETABLE.model_copy(update={"deadline_at": DEADLINE + timedelta(days=2)})
    seen = view(edition(draft=1, extended=True, timetable=later))
    assert draft_is_due(seen, RULES, DEADLINE + timedelta(days=1)) == ""
    assert draft_is_due(seen, RULES, DEADLINE + timedelta(days=2)) == "deadline"


@pytest.mark.parametrize("state", ["approved", "stopped", "distributing", "distributed", "cancelled", "planned"])
def test_what_came_in_makes_no_draft_while_the_edition_is_approved_stopped_or_over(state: str) -> None:
    assert draft_is_due(view(edition(state, changed_at=AFTER_DEADLINE)), RULES, DISTRIBUTION + timedelta(1)) == ""


def test_a_correction_is_drafted_after_the_quiet_minutes() -> None:
    seen = view(edition("correcting", changed_at=AFTER_DEADLINE))
    assert draft_is_due(seen, RULES, AFTER_DEADLINE + 10 * MINUTE) == "correction"


def test_a_new_draft_gets_a_new_version_when_mails_of_the_old_one_are_in_the_outbox() -> None:
    seen = view(
        edition("correcting", draft=2, changed_at=AFTER_DEADLINE),
        deliveries=(delivery("bulletin", READERS[0], "withdrawn"), delivery("draft", EDITOR)),
    )
    plan = plan_due(seen, RULES, AFTER_DEADLINE + 10 * MINUTE)
    assert only(plan, MakeDraft) == MakeDraft(number=3, version=2, why="correction")
    assert becomes(plan).issue_version == 2


def test_a_version_that_nothing_was_queued_for_is_used_again() -> None:
    seen = view(
        edition("in_review", draft=2, issue_version=2, changed_at=AFTER_DEADLINE),
        deliveries=(delivery("bulletin", READERS[0], version=1),),
    )
    assert only(plan_due(seen, RULES, AFTER_DEADLINE + 10 * MINUTE), MakeDraft).version == 2


# -------------------------------------------------------------------------------------------------- chasers


def test_the_editor_is_asked_again_once_while_a_draft_waits() -> None:
    plan = plan_due(view("in_review"), RULES, CHASERS[0])
    assert [(chase.to, chase.overdue) for chase in effects(plan, ChaseEditor)] == [(EDITOR, False)]
    assert plan.edition is None
    done = view("in_review", done=frozenset({"request", "chaser/1"}))
    assert plan_due(done, RULES, CHASERS[0] + MINUTE).empty


def test_from_the_distribution_day_on_the_deputy_editor_is_asked_too() -> None:
    overdue = next(moment for moment in CHASERS if moment >= DISTRIBUTION)
    plan = plan_due(view("in_review"), RULES, overdue)
    assert [(chase.to, chase.overdue) for chase in effects(plan, ChaseEditor)] == [
        (EDITOR, True),
        (EDITOR_DEPUTY, True),
    ]


def test_while_no_editor_is_here_the_deputy_gets_the_draft_and_is_asked_at_once() -> None:
    gone = (away(EDITOR),)
    (made,) = effects(plan_due(view(absences=gone), RULES, DEADLINE), MakeDraft)
    assert made.also_to == (EDITOR_DEPUTY,)
    chased = effects(plan_due(view("in_review", absences=gone), RULES, CHASERS[0]), ChaseEditor)
    assert [(chase.to, chase.overdue) for chase in chased] == [(EDITOR, False), (EDITOR_DEPUTY, False)]


def test_a_correction_is_not_chased_before_it_is_a_day_old() -> None:
    made = DISTRIBUTION + timedelta(days=1)
    seen = view(edition("in_review", draft=2, sent_draft=1), draft=draft(2, made_at=made))
    assert not effects(plan_due(seen, RULES, made + MINUTE), ChaseEditor)
    assert effects(plan_due(seen, RULES, made + timedelta(days=1)), ChaseEditor)


def test_nothing_is_ever_distributed_because_nobody_decided() -> None:
    plan = plan_due(view("in_review"), RULES, DISTRIBUTION + timedelta(days=20))
    assert effects(plan, Distribute) == []
    assert plan.edition is None


def test_the_editor_is_not_chased_about_a_draft_that_a_newer_one_will_replace() -> None:
    seen = view(edition("in_review", changed_at=CHASERS[0] - MINUTE))
    assert effects(plan_due(seen, RULES, CHASERS[0]), ChaseEditor) == []


@pytest.mark.parametrize("state", ["approved", "cancelled", "stopped", "distributed"])
def test_an_editor_who_has_decided_is_not_chased(state: str) -> None:
    release = {"release_at": CHASERS[-1] + timedelta(days=1)} if state == "approved" else {}
    assert effects(plan_due(view(edition(state, **release)), RULES, CHASERS[0]), ChaseEditor) == []


# --------------------------------------------------------------------------------------------- distribution


def test_the_approved_draft_leaves_when_its_time_has_come_and_not_before() -> None:
    assert plan_due(view("approved"), RULES, DISTRIBUTION - MINUTE).empty
    plan = plan_due(view("approved"), RULES, DISTRIBUTION)
    assert effects(plan, Distribute) == [Distribute()]
    assert (becomes(plan).state, becomes(plan).sent_draft) == (EditionState.DISTRIBUTING, 1)
    assert changes(plan, DueDone) == [DueDone(edition_id=7, name="distribution/v1")]
    assert changes(plan, DeliveriesWithdrawn) == []


def test_an_edition_approved_without_a_release_time_waits() -> None:
    assert plan_due(view(edition("approved", release_at=None)), RULES, DISTRIBUTION).empty


@pytest.mark.parametrize("kind", ["bulletin", "late_copy"])
def test_what_is_left_in_the_outbox_of_an_older_version_does_not_leave_with_the_new_one(kind: str) -> None:
    seen = view(edition("approved", issue_version=2), deliveries=(delivery(kind, READERS[0], "queued"),))
    plan = plan_due(seen, RULES, DISTRIBUTION)
    (withdrawn,) = changes(plan, DeliveriesWithdrawn)
    assert (withdrawn.kinds, withdrawn.reason) == (("bulletin", "late_copy"), "out of date")


def test_the_edition_is_distributed_when_nothing_is_queued_or_releasing_and_the_editors_hear_how_it_ended() -> None:
    mails = (delivery("bulletin", READERS[0]), delivery("bulletin", READERS[1], "bounced"))
    plan = plan_due(
        view("distributing", deliveries=(*mails, delivery("bulletin", READERS[2], "failed"))), RULES, DISTRIBUTION
    )
    assert becomes(plan).state is EditionState.DISTRIBUTED
    assert only(plan, ReportOutcome).key == keys.outcome_key("ccsu-rag", PERIOD, 1, EDITOR.address)


@pytest.mark.parametrize("state", ["queued", "releasing"])
def test_the_edition_is_not_distributed_while_one_mail_is_on_its_way(state: str) -> None:
    mails = (delivery("bulletin", READERS[0]), delivery("bulletin", READERS[1], state))
    assert plan_due(view("distributing", deliveries=mails), RULES, DISTRIBUTION).empty


def test_mails_that_are_no_bulletin_and_mails_of_another_version_do_not_count() -> None:
    old, request = delivery("bulletin", READERS[0], "queued"), delivery("request", HATE_LEAD, "queued")
    new = delivery("bulletin", READERS[0], version=2)
    seen = view(edition("distributing", issue_version=2), deliveries=(old, request, new))
    assert bulletin_deliveries(seen, 2) == (new,)
    assert becomes(plan_due(seen, RULES, DISTRIBUTION)).state is EditionState.DISTRIBUTED


def test_an_edition_whose_mails_are_not_in_the_outbox_yet_is_not_distributed() -> None:
    assert plan_due(view("distributing"), RULES, DISTRIBUTION).empty
