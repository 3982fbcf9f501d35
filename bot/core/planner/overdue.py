"""What did not happen by its day: requests, draft, distribution. The operator hears of it, and the heartbeat stops.

Worked out from the edition and the clock, apart from the planning of it: an edition that is stuck shows here as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core import keys
from bot.core.effects import Notify, PlanBuilder
from bot.core.model import EditionState, Problem
from bot.core.planner.rules import Rules, london_day
from bot.core.records import DueDone, Edition, EditionView, Logged, ProblemNoted
from bot.core.timetable import LONDON, MONTHS, month_title, working_days_from

REQUESTS_MISSED = "requests-missed"
REQUESTS_LATE, DRAFT_LATE, DISTRIBUTION_LATE = "requests-late", "draft-late", "distribution-late"
LATE = (REQUESTS_LATE, DRAFT_LATE, DISTRIBUTION_LATE)
GRACE = timedelta(hours=24)  # what is late by less is on its way, or somebody is dealing with it
ROOM_DAYS = 5  # working days that leads have when an editor takes the day that is proposed


def place_of(edition: Edition) -> str:
    """Where a problem of an edition is: "ccsu-rag 2025-08"."""
    return f"{edition.bulletin} {edition.period}"


def requests_missed(build: PlanBuilder, view: EditionView, rules: Rules, now: datetime) -> None:
    """The deadline came before the requests went out: operator and editors are told once for this deadline."""
    edition = view.edition
    name = f"{REQUESTS_MISSED}/{london_day(edition.timetable.deadline_at)}"
    if name in view.done:
        return
    sentence = (
        f"The requests for {month_title(edition.period)} were not sent: the bot did not run between their day "
        "and the deadline."
    )
    todo = "The editors are asked what to do: EXTEND and a day sends the requests at once, SKIP leaves the month out."
    problem = Problem(code=REQUESTS_MISSED, sentence=sentence, where=place_of(edition), todo=todo)
    build.write(
        DueDone(edition_id=edition.id, name=name),
        ProblemNoted(problem=problem, edition_id=edition.id),
        Logged(edition_id=edition.id, what="requests missed"),
    )
    day = working_days_from(london_day(now), ROOM_DAYS, rules.closed)
    may_say = (
        (f"EXTEND {day.day} {MONTHS[day.month - 1]}", "the requests go out at once, with that deadline"),
        ("SKIP", "no bulletin for this month"),
    )
    for editor in rules.editors:
        key = keys.notice_key(edition.bulletin, edition.period, name, editor.address)
        about = "the requests were not sent"
        sentences = (sentence, "Nobody has been asked for anything, and nothing goes out unless you say so.")
        build.do(Notify(key=key, to=editor, about=about, sentences=sentences, may_say=may_say))


def overdue(edition: Edition, now: datetime, skip: frozenset[str] = frozenset()) -> Problem | None:
    """What should have happened with this edition a day ago or more and has not; None when nothing is late."""
    times, state = edition.timetable, edition.state
    if state is EditionState.PLANNED:
        late = edition.period not in skip and times.request_at + GRACE <= now < times.deadline_at
        return (
            _late(REQUESTS_LATE, edition, "requests", times.request_at, "See edition-stuck, or the log.")
            if late
            else None
        )
    if state is EditionState.COLLECTING and edition.draft is None:
        late = now >= times.deadline_at + GRACE
        return (
            _late(DRAFT_LATE, edition, "draft", times.deadline_at, "See edition-stuck, or the log.") if late else None
        )
    leaves_at = max(times.distribution_at, edition.release_at or times.distribution_at)
    open_ = (EditionState.COLLECTING, EditionState.IN_REVIEW, EditionState.APPROVED, EditionState.DISTRIBUTING)
    waits = state in (EditionState.COLLECTING, EditionState.IN_REVIEW)
    if state not in open_ or now < leaves_at + GRACE or (waits and edition.whole_version):
        return None  # a correction of what everybody has: it has no day of its own; its editors are reminded
    todo = "It waits for an editor's APPROVE; they have been reminded." if waits else "Look at the mails in `status`."
    return _late(DISTRIBUTION_LATE, edition, "bulletin", leaves_at, todo)


def _late(code: str, edition: Edition, what: str, due: datetime, todo: str) -> Problem:
    day = due.astimezone(LONDON)
    verb = (
        "has not left in full" if what == "bulletin" else "have not been sent" if what == "requests" else "is not made"
    )
    sentence = (
        f"{month_title(edition.period)}: the {what} should have gone out on {day:%A} {day.day} "
        f"{MONTHS[day.month - 1]} at {day:%H:%M} and {verb}."
    )
    return Problem(code=code, sentence=sentence, where=place_of(edition), todo=todo)
