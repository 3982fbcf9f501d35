"""Which mails of a folder are still to be read, for servers that tell changes since a cursor (EWS, Graph).

The cursor on disk moves only when everything before it is known to the store, so an interruption anywhere gives the
same mails again. Once a day the whole list is read: that heals a lost change, and a store restored from a backup.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from bot.core.model import Problem
from bot.errors import Refused, TransportError
from bot.transports.statefile import StateFile

WHOLE_LIST_EVERY = 86_400.0  # seconds
UNREADABLE_AFTER = 3  # attempts to read one mail, then it no longer holds the cursor back


class Change(NamedTuple):
    """What a server says of a mail: its ``ref``, when it was ``received`` (sortable text or ""), or that it is gone."""

    ref: str
    received: str = ""
    gone: bool = False


class Pending:
    """The unread part of one folder, named ``name`` in the state."""

    def __init__(self, state: StateFile, name: str, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._name = name
        self._clock = clock
        self._waiting: dict[str, str] = {}  # ref -> received
        self._failures: dict[str, int] = {}
        self.whole: bool | None = None  # whether the last answer was the whole list; None before the first
        self.cursor = state.text(f"{name}.cursor")

    def due_cursor(self) -> str:
        """The cursor to ask with: "" (the whole list) when none is kept or the last whole list is a day old."""
        since = self._clock() - self._state.number(f"{self._name}.whole")
        return self.cursor if self.cursor and 0 <= since < WHOLE_LIST_EVERY else ""

    def lost(self) -> None:
        """The server no longer knows our cursor: the next question is for the whole list."""
        self.cursor = ""
        self._state.put(**{f"{self._name}.cursor": ""})

    def add(self, changes: Iterable[Change], cursor: str, whole: bool) -> None:
        """Take in an answer that ends at ``cursor``; ``whole`` = it was the whole list."""
        for change in changes:
            if change.gone:
                self.drop(change.ref)
            else:
                self._waiting.setdefault(change.ref, change.received)
        self.cursor = cursor
        self.whole = whole
        if whole:
            self._failures = {ref: min(times, UNREADABLE_AFTER - 1) for ref, times in self._failures.items()}
            self._state.put(**{f"{self._name}.whole": self._clock()})

    def unknown(self, known: Callable[[str], bool]) -> Iterator[str]:
        """The refs that the store does not know, oldest first (those that failed before come last).

        The store is asked about one at a time: with a thousand waiting, a fetch of twenty asks about twenty. When none
        is left the cursor is kept for good.
        """
        for ref in sorted(self._waiting, key=lambda ref: (ref in self._failures, self._waiting[ref])):
            if known(ref):
                self.drop(ref)
            elif self._failures.get(ref, 0) < UNREADABLE_AFTER:  # one that cannot be read is tried again once a day
                yield ref
        if all(self._failures.get(ref, 0) >= UNREADABLE_AFTER for ref in self._waiting):
            self._state.put(**{f"{self._name}.cursor": self.cursor})

    def drop(self, ref: str) -> None:
        """This mail is known, or gone."""
        self._waiting.pop(ref, None)
        self._failures.pop(ref, None)

    def missing(self, ref: str) -> None:
        """The server does not find this mail. Perhaps it was moved or deleted, which the next list says too; perhaps
        the server has only just been told of it: it is asked for again before it is given up."""
        self._failures[ref] = self._failures.get(ref, 0) + 1
        if self._failures[ref] >= UNREADABLE_AFTER:
            self.drop(ref)

    def failed(self, ref: str, error: TransportError) -> Problem:
        """This mail could not be read. The first times that is an error of the whole fetch (the server may be away):
        it is raised again, and next time the others come first. Then it stops no other: a problem for the operator."""
        self._failures[ref] = self._failures.get(ref, 0) + 1
        if isinstance(error, Refused):
            self._failures[ref] = UNREADABLE_AFTER
        if self._failures[ref] < UNREADABLE_AFTER:
            raise error
        return unreadable(error)


def moment(since: datetime) -> str:
    """A moment as both servers write "received": text that sorts as time does."""
    return f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def unreadable(error: TransportError) -> Problem:
    """One mail that the server does not give out, for the operator."""
    return Problem(
        code="mail-unreadable",
        sentence="The mailbox does not give out one mail of the inbox.",
        where=error.message,
        todo="Open it in a mail program; forward it to the shared mailbox as an attachment, or file it by hand.",
    )
