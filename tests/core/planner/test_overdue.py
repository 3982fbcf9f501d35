"""What did not happen by its day, what can be done about a missed month, and an edition that nobody would get."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.decision import Word
from bot.core.effects import FileHeld
from bot.core.model import EditionState, InboundState
from bot.core.planner.decisions import plan_decision
from bot.core.planner.due import NO_READERS, plan_due
from bot.core.planner.overdue import overdue, place_of
from bot.core.planner.said import Filing
from bot.core.records import Inbound, ProblemCleared, ProblemNoted
from bot.core.timetable import months_missed
from tests.core.builders import (
    AFTER_DEADLINE,
    DEADLINE,
    DISTRIBUTION,
    EDITOR,
    PERIOD,
    REQUEST,
    RULES,
    becomes,
    changes,
    draft,
    edition,
    effects,
    rules,
    said,
    view,
)
from tests.core.planner.asking import answer, decided

DAY = timedelta(days=1)
MISSED = frozenset({"requests-missed/2025-08-12"})


@pytest.mark.parametrize(
    ("state", "now", "values", "code"),
    [
        ("planned", REQUEST + DAY, {}, "requests-late"),
        ("planned", REQUEST, {}, None),
        ("planned", DEADLINE + DAY, {}, None),  # told as missed
        ("collecting", DEADLINE + DAY, {}, "draft-late"),
        ("collecting", DEADLINE, {}, None),
        ("collecting", DISTRIBUTION + DAY, {"draft": 2}, "distribution-late"),
        ("in_review", DISTRIBUTION + DAY, {"draft": 1}, "distribution-late"),
        ("in_review", DISTRIBUTION, {"draft": 1}, None),
        ("approved", DISTRIBUTION + DAY, {"draft": 1, "release_at": DISTRIBUTION + DAY}, None),
        ("distributing", DISTRIBUTION + 3 * DAY, {"draft": 1, "release_at": DISTRIBUTION + DAY}, "distribution-late"),
        ("stopped", DISTRIBUTION + 3 * DAY, {"draft": 1}, None),
        ("in_review", DISTRIBUTION + 3 * DAY, {"draft": 2, "sent_draft": 1, "whole_version": 1}, None),  # a correction
        ("in_review", DISTRIBUTION + 3 * DAY, {"draft": 2, "sent_draft": 1}, "distribution-late"),  # stopped half-way
    ],
)
def test_what_is_a_day_late_is_named(state: str, now: datetime, values: dict[str, object], code: str | None) -> None:
    found = overdue(edition(state, **values), now)
    assert (found.code if found else None) == code
    assert found is None or "August 2025" in found.sentence


def test_a_month_that_the_configuration_skips_is_not_late() -> None:
    assert overdue(edition("planned"), REQUEST + DAY, frozenset({PERIOD})) is None


def test_months_since_the_last_edition_are_opened_and_without_one_only_this_month() -> None:
    assert months_missed(None, "2025-08") == ("2025-08",)
    assert months_missed("2025-07", "2025-08") == ("2025-08",)
    assert months_missed("2025-10", "2026-01") == ("2025-11", "2025-12", "2026-01")
    assert len(months_missed("2019-01", "2026-01")) == 12


def test_once_the_deadline_is_moved_the_requests_go_out_and_the_problem_is_over() -> None:
    plan = plan_due(view(edition("planned"), done=MISSED), RULES, DEADLINE - DAY)
    assert becomes(plan).state is EditionState.COLLECTING
    assert changes(plan, ProblemCleared) == [ProblemCleared(code="requests-missed", where=place_of(edition()))]


def test_skip_alone_leaves_the_month_out_while_nobody_has_been_asked() -> None:
    assert becomes(decided("planned", Word.SKIP)).state is EditionState.SKIPPED
    plan = decided("collecting", Word.SKIP)
    assert plan.edition is None
    assert "CANCEL" in answer(plan)


def test_without_readers_nothing_is_approved_and_the_draft_says_so() -> None:
    nobody = rules(readers=())
    plan = plan_decision(view(edition("in_review", draft=1), draft=draft(1)), nobody, said(Word.APPROVE), DEADLINE)
    assert plan.edition is None
    assert NO_READERS in answer(plan)
    made = plan_due(view("collecting", done=frozenset({"request"})), nobody, DEADLINE)
    (effect,) = [e for e in made.effects if e.effect == "make_draft"]
    assert NO_READERS in effect.notes


def test_an_edition_that_was_approved_for_nobody_ends_and_the_operator_is_told() -> None:
    plan = plan_due(view(edition("distributing", draft=1, approved_draft=1, readers=())), RULES, DISTRIBUTION)
    assert becomes(plan).state is EditionState.DISTRIBUTED
    assert [noted.problem.code for noted in changes(plan, ProblemNoted)] == ["no-readers"]
    waits = edition("distributing", draft=1, approved_draft=1, readers=(EDITOR,))
    assert plan_due(view(waits), RULES, DISTRIBUTION).edition is None


def held(number: int = 4) -> Inbound:
    return Inbound(id=number, mailbox="m", ref="r", state=InboundState.HELD, received_at=DEADLINE)


def filed(state: str, filing: Filing | None = None):
    seen = view(edition(state, draft=1), held=(held(),))
    mail = said(Word.FILE, numbers=(4,), theme="hate-crime").model_copy(update={"filing": filing})
    return plan_decision(seen, RULES, mail, AFTER_DEADLINE)


def test_file_says_what_was_read_and_what_was_not() -> None:
    plan = filed("in_review", Filing(read=("The text of the mail is read.",), aside=("x.doc is not read.",)))
    assert effects(plan, FileHeld)
    assert "August 2025" in answer(plan)
    assert "x.doc is not read." in answer(plan)


def test_file_of_what_may_not_be_read_or_when_no_edition_is_open_leaves_it_in_the_pen() -> None:
    refused = filed("in_review", Filing(refused=("It carries a marking.",)))
    assert not effects(refused, FileHeld)
    assert "It carries a marking." in answer(refused)
    over = filed("distributed")
    assert not effects(over, FileHeld)
    assert "once the edition of September 2025 is open" in answer(over)
