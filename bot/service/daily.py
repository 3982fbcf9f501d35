"""What a tick does besides the loop: note what is late; once a day write to the operator and forget old mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core import keys
from bot.core.lifecycle import IN_HAND
from bot.core.model import InboundState
from bot.core.planner.overdue import LATE, overdue, place_of
from bot.core.records import Change, ProblemCleared, ProblemNoted
from bot.core.timetable import LONDON, next_step
from bot.errors import EditionUnreadable, StoreError
from bot.mail.letters import AnswerLetter
from bot.service.desk import Desk, log
from bot.service.mended import mended
from bot.service.operator import heading, mail_rows

FORGET_AT_ONCE = 200  # mails whose bytes go in one tick; the rest in the next ones
NEVER = datetime.min.replace(tzinfo=UTC)  # nothing is older
MOST_LINES = 40  # of a daily summary; `status` has all


def besides(desk: Desk) -> bool:
    """All of it; whether a mail was queued. A store that cannot be written is the loop's to tell: here it waits."""
    if not desk.bulletins:
        return False
    queued = False
    for step in (note_late, summarise, forget):
        try:
            queued |= step(desk)
        except StoreError as error:
            log.error("%s waits: %s", step.__name__, error.code)
    return queued


def note_late(desk: Desk) -> bool:
    """Requests, drafts and distributions that did not happen by their day: noted once, cleared when they have, as is
    other trouble that has lost its cause."""
    now = desk.clock.now()
    problems = desk.store.problems()
    open_now = {(problem.code, problem.where) for problem in problems if problem.code in LATE}
    late: dict[tuple[str, str], Change] = {}
    editions, unreadable = desk.store.readable(IN_HAND)
    open_now -= {(code, f"{one.bulletin} {one.period}") for code in LATE for one in unreadable}  # nobody here can say
    for edition in editions:
        config = desk.bulletins.get(edition.bulletin)
        skip = config.skip if config else frozenset({edition.period})  # unknown: a month that is not begun is not told
        problem = overdue(edition, now, skip)
        if problem is not None:
            late[problem.code, place_of(edition)] = ProblemNoted(problem=problem, edition_id=edition.id)
    changes = [change for key, change in late.items() if key not in open_now]
    changes += [ProblemCleared(code=code, where=where) for code, where in sorted(open_now - late.keys())]
    changes += mended(desk, problems)
    if changes:
        desk.store.apply(changes, now)
    return False  # the alert is queued with those of all open problems


def summarise(desk: Desk) -> bool:
    """One mail a day to the operator with what is open, at the time that bot.toml gives; none where it gives none."""
    now = desk.clock.now().astimezone(LONDON)
    if desk.daily_summary is None or now.time() < desk.daily_summary:
        return False
    key = keys.alert_key(f"summary/{now:%Y-%m-%d}", desk.operator.address)
    if desk.store.delivery(key) is not None:
        return False
    lines = (*_needs(desk), *_editions(desk))
    more = (f"... and {len(lines) - MOST_LINES} more: see `run_bot.py status`.",) if len(lines) > MOST_LINES else ()
    open_now = len(desk.store.problems())
    about = (
        "nothing needs a person"
        if not open_now
        else f"{open_now} thing{'s' * (open_now > 1)} need{'s' * (open_now == 1)} a person"
    )
    letter = AnswerLetter(
        **heading(desk),
        about=f"the day's summary: {about}",
        sentences=(f"This is what is open on {desk.instance or 'this machine'} today.",),
        lines=(*lines[:MOST_LINES], *more),
    )
    desk.store.apply(mail_rows(desk, letter, key), now)
    return True


def _needs(desk: Desk) -> tuple[str, ...]:
    """What needs a person, and the mails that wait for one."""
    needs = [f"{problem.sentence} ({problem.where}) {problem.todo}".strip() for problem in desk.store.problems()]
    for state, words in ((InboundState.HELD, "in the holding pen"), (InboundState.PARKED, "parked")):
        if number := len(desk.store.inbounds((state,))):
            needs.append(f"{number} mail{'s' * (number > 1)} {words}.")
    return tuple(needs)


def _editions(desk: Desk) -> tuple[str, ...]:
    """Where each edition in hand stands, and what comes next."""
    now, lines = desk.clock.now(), []
    editions, unreadable = desk.store.readable(IN_HAND)
    for edition in editions:
        try:
            view = desk.store.view(edition.id)
        except EditionUnreadable as error:
            unreadable += (error,)
            continue
        step = next_step(edition.timetable, view.done, now)
        when = f"; next: {step[0]} on {step[1].astimezone(LONDON):%d %b at %H:%M}" if step else ""
        lines.append(f"{place_of(edition)}: {edition.state.value.replace('_', ' ')}{when}.")
    return (*lines, *(one.message for one in unreadable))


def forget(desk: Desk) -> bool:
    """Once a day the bytes of old mails go, a bounded number of them a tick; retained months are excepted.

    A bulletin that was taken out of the configuration follows the longest limit of those that are in it; while one has
    stopped, its mails, those of no edition and those of bulletins that are gone wait for it."""
    now = desk.clock.now()
    limits = {key: now - timedelta(days=config.retention.raw_days) for key, config in desk.bulletins.items()}
    limits.update(dict.fromkeys(desk.absent, NEVER))  # stopped for now: nobody can read how long it keeps its mails
    gone = desk.store.forget(limits, at=now, most=FORGET_AT_ONCE)
    if gone:
        log.info("%s old mails were forgotten", gone)
    return False
