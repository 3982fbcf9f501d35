"""Editions that this program cannot read, as a newer one has written them into the same store.

Such a bulletin stops on this bot alone, as an absent one does (absent.py): its mails wait, none of them counts as
tried, and nothing of it leaves from here, because an editor's HOLD may be among those that wait. A newer program that
runs beside this one, or is started again, deals with all of it. Other bulletins go on.
"""

from __future__ import annotations

from bot.core.model import Problem
from bot.core.records import ProblemCleared, ProblemNoted
from bot.errors import EditionUnreadable
from bot.service.desk import Desk, log

UNREADABLE = "edition-unreadable"


def stop(desk: Desk, error: EditionUnreadable) -> None:
    """The edition's bulletin stops here; the operator hears of it once, whatever else of it cannot be read either."""
    if error.bulletin in desk.absent:
        return
    problem = problem_of(desk, error)
    log.error("edition %s: %s", problem.where, problem.code)
    desk.store.apply([ProblemNoted(problem=problem)], desk.clock.now())
    desk.absent[error.bulletin] = problem


def problem_of(desk: Desk, error: EditionUnreadable) -> Problem:
    """What the operator is told of such an edition."""
    return Problem(
        code=UNREADABLE,
        sentence=f"{error.message} The bot on {desk.instance or 'this machine'} leaves the mails of {error.bulletin} "
        "waiting and sends nothing of it.",
        where=f"{error.bulletin} {error.period}",
        todo="Where the newer program runs beside it on this store, keep that running: it does the work. Else start "
        "the newer program again. The other bulletins go on.",
    )


def look_again(desk: Desk) -> None:
    """Bulletins whose edition this program can read by now go on."""
    stopped = [(key, problem) for key, problem in desk.absent.items() if problem.code == UNREADABLE]
    for bulletin, problem in stopped:
        if can_read(desk, bulletin, problem.where.removeprefix(f"{bulletin} ")):
            desk.store.apply([ProblemCleared(code=UNREADABLE, where=problem.where)], desk.clock.now())
            del desk.absent[bulletin]


def can_read(desk: Desk, bulletin: str, period: str) -> bool:
    """Whether this program can read an edition with its replies and every draft of it."""
    try:
        edition = desk.store.edition(bulletin, period)
        if edition is not None:
            desk.store.view(edition.id)
            for number in range(1, (edition.draft or 0) + 1):
                desk.store.draft(edition.id, number)
    except EditionUnreadable:
        return False
    return True
