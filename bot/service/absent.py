"""Bulletins that are not here: files or template of one are broken, or its directory is gone while an edition is open.

Such a bulletin stops alone. Its editions, its outbox and its mails stay as they are until it is back: a distribution
that nobody could stop must not go on, and a mail that only its own files can place must not be judged a stranger's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.classify import Kind
from bot.core.lifecycle import IN_HAND
from bot.core.model import InboundState, Problem, Verdict
from bot.core.records import ProblemCleared, ProblemNoted
from bot.errors import OutOfDate
from bot.service.desk import Account, Desk

if TYPE_CHECKING:
    from bot.service.opening import Opened

STOPPED = "bulletin-stopped"
MOST_FAULTS = 3  # of one bulletin in the sentence; `check` names all
_WAITS = "Its editions and mails wait untouched until then; the other bulletins go on."


def broken(key: str, faults: tuple[str, ...]) -> Problem:
    """The operator's problem with a bulletin whose files cannot be used."""
    more = len(faults) - MOST_FAULTS
    told = (*faults[:MOST_FAULTS], *((f"And {more} more: `run_bot.py check` names all.",) if more > 0 else ()))
    return Problem(
        code=STOPPED,
        sentence=f"Bulletin {key} has stopped: its configuration cannot be used. {' '.join(told)}",
        where=key,
        todo=f"Mend it, run `run_bot.py check`, then start the service again. {_WAITS}",
    )


def missing(key: str, periods: tuple[str, ...]) -> Problem:
    """The operator's problem with a bulletin whose directory is gone while editions are open."""
    return Problem(
        code=STOPPED,
        sentence=f"Bulletin {key} has stopped: the configuration has no directory {key}, and its edition "
        f"{' and '.join(periods)} is open.",
        where=key,
        todo="Put the directory back, then start the service again. To end the bulletin for good, put it back, let an "
        f"editor CANCEL what is open, and take it away then. {_WAITS}",
    )


def waiting(desk: Desk) -> str:
    """What mails that are left unread wait for, as their rows say it; "" when no bulletin is absent.

    Another text means that something has changed, and that they are looked at again."""
    sharing = frozenset[str]().union(*(account.absent for account in desk.accounts))
    return ", ".join(key if key in sharing else f"{key} elsewhere" for key in sorted(desk.absent))


def mailboxes(desk: Desk) -> tuple[str, ...]:
    """The mailboxes whose mails may be dealt with; none named means all, as while no bulletin is absent."""
    return tuple(account.mailbox.name for account in desk.accounts) if desk.absent else ()


def must_wait(desk: Desk, account: Account, opened: Opened, verdict: Verdict) -> bool:
    """Whether a mail is an absent bulletin's, or may be: nobody else's, in a mailbox that such a one shares."""
    if opened.thread is not None and opened.thread.bulletin in desk.absent:
        return True
    return verdict.kind == Kind.STRAY and bool(account.absent)


def all_are_known(desk: Desk) -> None:
    """Raises OutOfDate when another bot has opened an edition of a bulletin that was configured after this one started:
    it would take that bulletin's replies for strangers' mail."""
    unknown = sorted(desk.store.bulletins_in(IN_HAND) - desk.bulletins.keys() - desk.absent.keys())
    if unknown:
        raise OutOfDate(
            f"An edition of {' and '.join(unknown)} is open, and this bot started before that bulletin was configured.",
            "Put its directory under config/ on this machine too and start this bot again; until then it reads and "
            "sends nothing.",
            "bulletin-unknown",
        )


def number_waiting(desk: Desk) -> int:
    """How many mails wait for absent bulletins."""
    remembered = desk.store.inbounds((InboundState.REMEMBERED,)) if desk.absent else ()
    return sum(bool(mail.note) for mail in remembered)


def note_absent(desk: Desk) -> None:
    """The operator hears once of each bulletin that is not here, and once that it is back.

    Asked when a service starts, not at each tick: two bots whose files differ would contradict each other for ever."""
    now = desk.clock.now()
    told = [problem.where for problem in desk.store.problems() if problem.code == STOPPED]
    for problem in desk.absent.values():
        desk.store.apply([ProblemNoted(problem=problem)], now)  # one that is open already stays as it was told
    for key in told:
        if key not in desk.absent:
            desk.store.apply([ProblemCleared(code=STOPPED, where=key)], now)
