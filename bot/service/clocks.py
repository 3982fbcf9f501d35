"""The machine's clock when it was moved: told once, and for a while nothing is done by the calendar.

A clock that jumps would otherwise end a cooling-off early, send requests of another month, or forget mails that are not
old. So after a jump neither the calendar is looked at nor anything forgotten, for as long as the jump was wide, a day
at most, and never for less than the longest cooling-off: an editor's HOLD has the time that it was promised. Mails are
read, answered and sent meanwhile.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.model import Problem
from bot.core.records import Change, Logged, ProblemCleared, ProblemNoted
from bot.service.desk import Desk, log

MOVED = "clock-moved"
TOLERANCE = timedelta(minutes=2)  # clocks are set by seconds all the time
LONGEST_REST = timedelta(days=1)


def still(now: datetime) -> timedelta:
    """A clock that nobody moves: `--now`, the demo, tests."""
    return timedelta()


def rests(desk: Desk, moved: timedelta, now: datetime) -> bool:
    """Whether the calendar is left alone now. ``moved``: how far the clock was moved since this was asked last."""
    earlier = [problem for problem in desk.store.problems() if problem.code == MOVED]
    over: list[Change] = [ProblemCleared(code=MOVED, where=problem.where) for problem in earlier]
    if abs(moved) > TOLERANCE:
        until = now + _rest(desk, moved, earlier)
        log.warning("the clock was moved by %.0f seconds", moved.total_seconds())
        noted = ProblemNoted(problem=_problem(moved, now, until))
        line = Logged(what=MOVED, data={"seconds": round(moved.total_seconds())})
        desk.store.apply([*over, noted, line], now)
        return True
    if not earlier:
        return False
    if all(now >= _until(problem) for problem in earlier):
        desk.store.apply(over, now)
        return False
    return True


def _rest(desk: Desk, moved: timedelta, earlier: list[Problem]) -> timedelta:
    """How long: a jump that takes another one back needs no more than a cooling-off."""
    least = max([config.cooling_off for config in desk.bulletins.values()], default=TOLERANCE)
    takes_back = any(_forward(problem) != (moved > timedelta()) for problem in earlier)
    return least if takes_back else max(least, min(abs(moved), LONGEST_REST))


def _problem(moved: timedelta, now: datetime, until: datetime) -> Problem:
    way = "forward" if moved > timedelta() else "back"
    place = "/".join((way, *(one.astimezone(UTC).isoformat(timespec="seconds") for one in (now, until))))
    return Problem(
        code=MOVED,
        sentence=f"The machine's clock was moved {way} by {_long(moved)}: it says {now:%d %B %Y, %H:%M} now. Until it "
        f"says {until:%d %B, %H:%M} nothing is done by the calendar.",
        where=place,
        todo="Correct the clock if it is wrong. If it is right, nothing: this ends by itself.",
    )


def _forward(problem: Problem) -> bool:
    return problem.where.startswith("forward")


def _until(problem: Problem) -> datetime:
    return datetime.fromisoformat(problem.where.rsplit("/", 1)[1])


def _long(moved: timedelta) -> str:
    """A span in the largest fitting unit: "3 days", "50 minutes"."""
    minutes = round(abs(moved) / timedelta(minutes=1))
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            number = round(minutes / size)
            return f"{number} {unit}{'s' * (number > 1)}"
    return "some minutes"
