"""Trouble with a mailbox: told once when it begins and once when it is over, side by side and machine by machine.

A mailbox that can be read may still refuse to send, and one machine may reach it while another cannot. So the place of
a trouble names its side and the machine, and only what failed can end it: that side, on that machine.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from bot.core.model import Problem
from bot.core.records import Change, ProblemCleared, ProblemNoted
from bot.errors import BotError, LoginFailed, Unavailable
from bot.service.desk import Account, Desk, log

SENDING_TROUBLE = ("in-doubt", "refused", "mailbox-unreachable", "login-failed")
FORGOTTEN = timedelta(hours=6)  # so old a trouble of another machine is over when it works here: that one may be gone


class Side(StrEnum):
    """What of a mailbox failed, as its place says it."""

    READING = ""
    FILING = ", filing"
    SENDING = ", sending"


def troubled(desk: Desk) -> bool:
    """Is something wrong with sending? Then an alert waits for the next tick, or it would fare like the mail before."""
    return any(problem.code in SENDING_TROUBLE for problem in desk.store.problems())


def note_trouble(desk: Desk, account: Account, error: BotError, side: Side) -> None:
    """The mailbox is not there: noted once, until that side of it works again. "Wait a moment" is no trouble."""
    if error.code == "throttled":
        log.info("mailbox of %s: paced", _bulletins(account))
        return
    code = "login-failed" if isinstance(error, LoginFailed) else "mailbox-unreachable"
    log.warning("mailbox of %s%s: %s", _bulletins(account), side, code)
    open_now = desk.store.problems()
    if _theirs(open_now, account, Side.READING) and side is not Side.READING:
        return  # one trouble, one alert: what cannot be read can hardly be sent from
    if code == "mailbox-unreachable" and any(p.code == "login-failed" for p in _theirs(open_now, account, side)):
        return  # a mailbox that refuses us is not to be reached either
    if any(problem.code == code for problem in _theirs(open_now, account, side)):
        return  # told already, by this machine or another
    problem = Problem(code=code, sentence=error.message, where=_place(desk, account, side), todo=error.hint)
    desk.store.apply([ProblemNoted(problem=problem)], desk.clock.now())


def note_unexpected(desk: Desk, account: Account, error: Exception, side: Side) -> str:
    """A mailbox failed in a way that nobody foresaw: the same alert as for one that is away; gives its sentence."""
    log.error("mailbox of %s%s: unexpected %s", _bulletins(account), side, type(error).__name__, exc_info=error)
    sentence = f"The mailbox failed in an unexpected way ({type(error).__name__})."
    note_trouble(desk, account, Unavailable(sentence, "The log says more; please report it.", "unexpected"), side)
    return sentence


def note_works(desk: Desk, worked: Collection[tuple[str, Side]]) -> None:
    """These sides of mailboxes, by name, worked to the end of a pass."""
    problems = desk.store.problems() if worked else ()
    changes = [
        change
        for account in desk.accounts
        for side in Side
        if (account.mailbox.name, side) in worked
        for change in _over(desk, problems, account, side)
    ]
    if changes:
        desk.store.apply(changes, desk.clock.now())


def note_read(desk: Desk, account: Account, *, read_all: bool = False) -> None:
    """The mailbox was read. What it holds and cannot give us is noted once; ``read_all``: it was read to the end, so a
    mail that it does not complain of any more needs nobody."""
    name = account.mailbox.name
    unreadable = {
        (problem.code, f"{name}: {problem.where}"): problem for problem in getattr(account.mailbox, "problems", ())
    }
    problems = desk.store.problems()
    open_now = {(problem.code, problem.where) for problem in problems}
    changes: list[Change] = [
        ProblemNoted(problem=unreadable[code, where].model_copy(update={"where": where}))
        for code, where in sorted(unreadable.keys() - open_now)
    ]
    changes += [
        ProblemCleared(code=code, where=where)
        for code, where in sorted(open_now - unreadable.keys())
        if read_all and code == "mail-unreadable" and where.startswith(f"{name}: ")
    ]
    changes += _over(desk, problems, account, Side.READING)
    if changes:
        desk.store.apply(changes, desk.clock.now())


def _over(desk: Desk, problems: tuple[Problem, ...], account: Account, side: Side) -> list[Change]:
    """What ends this side's troubles: those of this machine, and those of another that are old."""
    here, now = _place(desk, account, side), desk.clock.now()
    return [
        ProblemCleared(code=problem.code, where=problem.where)
        for problem in _theirs(problems, account, side)
        if problem.where == here or problem.noted_at is None or now - problem.noted_at >= FORGOTTEN
    ]


def _theirs(problems: tuple[Problem, ...], account: Account, side: Side) -> list[Problem]:
    """The open troubles of one side of a mailbox, whichever machine met them."""
    place = f"{account.mailbox.name}{side}"
    return [
        problem
        for problem in problems
        if problem.code in ("mailbox-unreachable", "login-failed")
        and (problem.where == place or problem.where.startswith(f"{place}, on "))
    ]


def _place(desk: Desk, account: Account, side: Side) -> str:
    """Where a trouble is: the mailbox, its side, the machine."""
    return f"{account.mailbox.name}{side}" + (f", on {desk.instance}" if desk.instance else "")


def _bulletins(account: Account) -> str:
    """A mailbox by its bulletins: its name holds its address, which the log must not."""
    return ", ".join(sorted(account.bulletins)) or "no bulletin"
