"""The Protocols the service needs; adapters in transports/ and store/ meet them, wiring.py chooses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.core.lifecycle import DeliveryEvent
from bot.core.model import Draft, EditionState, InboundState, Problem, Value
from bot.core.records import (
    Absence,
    Change,
    Count,
    Decided,
    Delivery,
    Edition,
    EditionView,
    Event,
    Inbound,
    PeopleOver,
    Token,
)
from bot.errors import EditionUnreadable


class RawMail(Value):
    """One message as the mailbox gave it: ``ref`` names it there and never changes while it lies in the inbox."""

    ref: str
    raw: bytes
    junk: bool = False  # found in the Junk folder


class Place(StrEnum):
    """Where a mail is filed once it has been handled."""

    PROCESSED = "processed"
    HELD = "held"  # the holding pen
    LEFT = "left"  # nobody's business of ours: untouched in the inbox


class Mailbox(Protocol):
    """The shared mailbox, read side."""

    name: str

    def fetch_new(self, known: Callable[[str], bool], limit: int) -> Iterator[RawMail]:
        """Mails of the inbox (and Junk) whose ref is not ``known``, oldest first, at most ``limit``.

        Nothing in the mailbox changes. Raises Unavailable or LoginFailed.
        """
        ...

    def fetch_filed(self, known: Callable[[str], bool], limit: int, since: datetime) -> Iterator[RawMail]:
        """The same of Processed and Held, from ``since`` on: what a store that was restored has forgotten.

        Mails may come that the store knows under another ref; their content tells that they are a repeat.
        """
        ...

    def acknowledge(self, ref: str, place: Place) -> None:
        """File a remembered and handled mail; idempotent; a mail that is gone is no error. LEFT does nothing."""
        ...


class StagedMail(Value):
    """A mail that is ready to leave: everything needed to release or to probe it, all fixed when it was queued."""

    key: str  # the delivery key, unique for all time
    message_id: str
    sender: str
    recipient: str  # exactly one envelope recipient
    mail: bytes
    ref: str | None = None  # what stage() gave: a draft's id, a file name ...


class Probe(StrEnum):
    """What asking the mailbox about a silent send gave."""

    SENT = "sent"  # proof that it was accepted
    NOT_ACCEPTED = "not_accepted"  # proof that it was not
    UNKNOWN = "unknown"  # absence proves nothing


class Sender(Protocol):
    """The send side. No implementation and no library below it retries a send."""

    def stage(self, mail: StagedMail) -> str | None:
        """Put the mail where release() finds it (a draft); nothing has left; repeating it for a key is harmless."""
        ...

    def release(self, mail: StagedMail) -> None:
        """Let it leave. Raises NotSent (certainly not accepted), Refused (for good), MaybeSent (nobody knows),
        Unavailable (nothing was tried), LoginFailed. Returning means accepted."""
        ...

    def probe(self, mail: StagedMail) -> Probe:
        """After silence: was it accepted?"""
        ...


class Clock(Protocol):
    """The time, passed in everywhere."""

    def now(self) -> datetime:
        """Aware, in Europe/London."""
        ...


class Filing(Value):
    """A handled mail that still waits to be filed in its mailbox."""

    inbound: int
    mailbox: str
    ref: str
    place: Place


class Store(Protocol):
    """The store: the only memory. Every method is one transaction; times come in, none is read from a clock."""

    def check_schema(self) -> None:
        """Raises SchemaMismatch when another program has changed the store's schema meanwhile."""
        ...

    # -- mails
    def known(self, mailbox: str, ref: str) -> bool: ...

    def remember(self, mailbox: str, mail: RawMail, at: datetime) -> int | None:
        """Keep the raw mail; its new id, or None when (mailbox, ref) is there already."""
        ...

    def unhandled(
        self,
        limit: int,
        *,
        now: datetime | None = None,
        lease_seconds: int = 120,
        first: Sequence[int] = (),
        mailboxes: Sequence[str] = (),
        waiting: str = "",
    ) -> tuple[Inbound, ...]:
        """Remembered mails, those in ``first`` before the others, oldest first; with ``now`` they are leased, so that
        no other bot reads them meanwhile. Of ``mailboxes`` only, where some are named, and but those that were left
        to wait for the same (``waiting``)."""
        ...

    def wait(self, inbound: int, waiting: str) -> None:
        """Leave a mail unread until something else than ``waiting`` is waited for; its attempts begin anew."""
        ...

    def begin_attempt(self, inbound: int) -> int:
        """Count one more attempt, committed before the mail is parsed; the number of attempts so far."""
        ...

    def inbound(self, inbound: int) -> Inbound | None: ...

    def inbounds(self, states: tuple[InboundState, ...]) -> tuple[Inbound, ...]: ...

    def raw(self, inbound: int) -> bytes: ...

    def seen(self, digest: str, other_than: int) -> Inbound | None:
        """A handled mail with this content digest, if one came before."""
        ...

    def unpark(self, inbound: int) -> bool: ...

    def unfiled(self, limit: int, mailboxes: Sequence[str] = ()) -> tuple[Filing, ...]:
        """Mails that were dealt with and wait to be filed, oldest first; of ``mailboxes``, where some are named."""
        ...

    def filed(self, inbound: int) -> None: ...

    # -- editions
    def add_edition(self, edition: Edition) -> Edition:
        """Create it, or give back the one that is there."""
        ...

    def edition(self, bulletin: str, period: str) -> Edition | None: ...

    def opened(self, bulletins: Collection[str], period: str) -> frozenset[str]:
        """Those of the bulletins that have an edition of this month."""
        ...

    def bulletins_in(self, states: Collection[EditionState]) -> frozenset[str]:
        """The bulletins that have an edition in one of these states."""
        ...

    def edition_by_id(self, edition_id: int) -> Edition | None: ...

    def editions(
        self, bulletin: str | None = None, *, states: tuple[EditionState, ...] = tuple(EditionState)
    ) -> tuple[Edition, ...]:
        """Editions in these states, oldest period first. One that this program cannot read is left out; of one
        bulletin alone it raises EditionUnreadable."""
        ...

    def readable(self, states: tuple[EditionState, ...]) -> tuple[tuple[Edition, ...], tuple[EditionUnreadable, ...]]:
        """The editions in these states, and what is to be said of those that this program cannot read."""
        ...

    def view(self, edition_id: int) -> EditionView: ...

    def views(self, ids: Sequence[int]) -> tuple[EditionView, ...]:
        """Several editions, without ``held``, ``strays`` and ``log_head``, in the order of ``ids``."""
        ...

    def draft(self, edition_id: int, number: int) -> Draft | None: ...

    def apply(self, changes: Sequence[Change], at: datetime) -> None:
        """Write all or none. Raises Conflict when an EditionSaved lost the race or a UNIQUE says no."""
        ...

    # -- identity
    def token(self, token_hash: str) -> Token | None: ...

    def live_tokens(self, purpose: str, bulletins: Collection[str], periods: Collection[str]) -> tuple[Token, ...]:
        """The tokens for this purpose that are alive, of these bulletins in these months."""
        ...

    def delivery(self, key: str) -> Delivery | None: ...

    def delivery_by_message_id(self, message_id: str) -> Delivery | None: ...

    def mail_bytes(self, delivery: Delivery) -> bytes:
        """Header and body blobs joined: exactly what leaves."""
        ...

    def blob(self, digest: str) -> bytes: ...

    # -- the outbox
    def lease_deliverable(
        self, now: datetime, limit: int, lease_seconds: int, *, absent: Sequence[str] = ()
    ) -> tuple[Delivery, ...]:
        """Lease queued mails whose time has come, oldest first (readers' bulletins last); they stay queued. Mails of
        the bulletins that are ``absent`` are passed over, here and in ``silent``."""
        ...

    def give_back(self, leased: Sequence[Delivery]) -> None:
        """End the leases of mails that nothing was done with, where they still are those that these rows carry."""
        ...

    def silent(
        self, now: datetime, limit: int, lease_seconds: int, *, absent: Sequence[str] = ()
    ) -> tuple[Delivery, ...]:
        """Lease mails that are releasing with a lease that ran out, and those in doubt: to be probed."""
        ...

    def move_delivery(
        self, key: str, event: DeliveryEvent, at: datetime, *, ref: str | None = None, reason: str = ""
    ) -> bool:
        """Move one delivery by the table of lifecycle.py, compare-and-set; False when the table says no from here.

        RELEASE also refuses (False) when the delivery's edition no longer lets it go (a reader's mail and the
        edition is neither distributing nor distributed (operator retries)): HOLD is checked in that transaction."""
        ...

    def deliveries(self, edition_id: int | None = None, kind: str | None = None) -> tuple[Delivery, ...]: ...

    # -- the rest
    def absences(self) -> tuple[Absence, ...]: ...

    def counts(self, series: str) -> tuple[Count, ...]: ...

    def people(self, bulletin: str) -> PeopleOver | None:
        """The newest list of people that an editor confirmed for this bulletin, or None."""
        ...

    def newest_people(self) -> Mapping[str, PeopleOver]:
        """The same for every bulletin that has one, by its key."""
        ...

    def problems(self) -> tuple[Problem, ...]: ...

    def troubles(self, since: datetime) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """What needs a person now, and what has needed nobody any more since then or later; oldest first. What is over
        is looked for among the newest thousand."""
        ...

    def decisions(self, edition_id: int) -> tuple[Decided, ...]:
        """What the editors decided about an edition, oldest first."""
        ...

    def events(self, edition_id: int | None = None) -> tuple[Event, ...]: ...

    def newest_line(self) -> datetime | None:
        """The time of the log's last line of no edition, of which there is one a day at least; None in a fresh store.
        Asked when a service starts: it reads no history."""
        ...

    def forget(self, limits: Mapping[str, datetime], *, at: datetime, most: int) -> int:
        """Once a day (London's): the bytes of mails older than their bulletin's limit go, at most ``most`` a call,
        until none is left that day; gives how many. Mails of no edition, and of a bulletin that is not named, follow
        the oldest limit; retained months stay."""
        ...

    def broken_events(self) -> tuple[int, ...]:
        """Numbers of log lines whose hash does not follow from the line before: the log was changed."""
        ...
