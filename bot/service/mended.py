"""Troubles that nothing else ends: after each pass their cause is looked at, and when it is gone they are cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.core.lifecycle import OVER
from bot.core.model import Problem
from bot.core.planner.due import plan_due
from bot.core.planner.rules import EDITOR_UNREACHABLE
from bot.core.records import Change, ProblemCleared
from bot.service import unreadable
from bot.service.desk import Desk, readers_of
from bot.service.operator import was_told


def mended(desk: Desk, problems: Iterable[Problem]) -> list[Change]:
    """What clears those of the open problems that have lost their cause.

    Trouble of a bulletin that is not configured any more is over; that of one that has stopped waits with it."""
    gone: list[Change] = []
    for problem in problems:
        bulletin, _, rest = problem.where.partition(" ")
        lasts = _LASTS.get(problem.code)
        if lasts is None or bulletin in desk.absent or not was_told(desk, problem):
            continue  # also when it lasts no longer the operator should hear that it was there
        if bulletin not in desk.bulletins or not lasts(desk, bulletin, rest):
            gone.append(ProblemCleared(code=problem.code, where=problem.where))
    return gone


def _stuck(desk: Desk, bulletin: str, period: str) -> bool:
    """Whether there is still something to do for this edition: after a pass that is what could not be done."""
    edition = desk.store.edition(bulletin, period)
    if edition is None or edition.state in OVER:
        return False
    try:
        return not plan_due(desk.store.view(edition.id), desk.rules(bulletin, period), desk.clock.now()).empty
    except Exception:  # noqa: BLE001 - it cannot be read or planned: the loop has said so
        return True


def _unread(desk: Desk, bulletin: str, _: str) -> bool:
    """Whether the bulletin has no readers."""
    return not readers_of(desk.bulletins[bulletin])


def _edits(desk: Desk, bulletin: str, address: str) -> bool:
    """Whether this address is still that of an editor or a deputy."""
    config = desk.bulletins[bulletin]
    return address in {person.address for person in (*config.editors, *config.editor_deputies)}


def _unreadable(desk: Desk, bulletin: str, period: str) -> bool:
    """Whether this program cannot read the edition either; for one that could not, unreadable.py looks again."""
    return not unreadable.can_read(desk, bulletin, period)


_LASTS: Mapping[str, Callable[[Desk, str, str], bool]] = {
    unreadable.UNREADABLE: _unreadable,
    "edition-stuck": _stuck,
    "no-readers": _unread,
    EDITOR_UNREACHABLE: _edits,
}
