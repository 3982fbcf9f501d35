"""The outbox: leases and the moves of lifecycle.py as compare-and-set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Update, and_, bindparam, or_, select, update

from bot.core.keys import READER_KINDS
from bot.core.lifecycle import DeliveryEvent, delivery_cell, sources
from bot.core.model import DeliveryState, EditionState
from bot.core.records import Delivery
from bot.store import schema
from bot.store.rows import DELIVERY_COLUMNS, deliveries_of

RELEASE_LEASE_SECONDS = 600  # how long a release may be silent before others probe: SMTP waits 300 s after the dot
LONGEST_LEASE = timedelta(hours=1)  # none is taken for so long, whatever two machines' clocks differ by
BULLETIN = "bulletin"  # the kind of readers' mails of a distribution; a late copy leaves with the others
LETS_GO = (EditionState.DISTRIBUTING, EditionState.DISTRIBUTED)  # the second: what the operator queued again

_table = schema.delivery
_ORDER = (_table.c.kind == BULLETIN, _table.c.id)  # readers last, else oldest first


def target(event: DeliveryEvent) -> DeliveryState:
    """The state this event leads to; every event of the delivery table leads to exactly one."""
    return DeliveryState(str(delivery_cell(sources(event)[0], event).to))


def movable(event: DeliveryEvent) -> ColumnElement[bool]:
    """SQL for "this event moves the row from where it is"."""
    return _table.c.state.in_([state.value for state in sources(event)])


def _distributing() -> ColumnElement[bool]:
    """SQL for "no reader's mail, or its edition lets it go"."""
    edition = schema.edition
    lets_go = select(edition.c.id).where(
        edition.c.id == _table.c.edition_id, edition.c.state.in_([state.value for state in LETS_GO])
    )
    return or_(_table.c.kind.not_in(READER_KINDS), lets_go.exists())


def _unleased(now: datetime) -> ColumnElement[bool]:
    """SQL for "no lease that still runs"."""
    return or_(_table.c.leased_until.is_(None), _run_out(now))


def _run_out(now: datetime) -> ColumnElement[bool]:
    """SQL for "its lease ran out": it ends before now, or so late that the clock was set back since it was taken."""
    return or_(_table.c.leased_until <= now, _table.c.leased_until > now + LONGEST_LEASE)


def _present(absent: Sequence[str]) -> list[ColumnElement[bool]]:
    """SQL for "its bulletin is none of these", where there are some."""
    edition = schema.edition
    theirs = select(edition.c.id).where(edition.c.id == _table.c.edition_id, edition.c.bulletin.in_(absent))
    return [~theirs.exists()] if absent else []


def lease_deliverable(
    connection: Connection, now: datetime, limit: int, lease_seconds: int, absent: Sequence[str] = ()
) -> tuple[Delivery, ...]:
    """Lease queued mails whose time has come, oldest first, readers' bulletins last.

    A bulletin whose edition does not let it go is passed over: it could not be released, and would hold up others.
    """
    ready = select(_table.c.id).where(_table.c.not_before <= now, _unleased(now), *_present(absent))
    others = ready.where(schema.OTHERS, _distributing()).order_by(_table.c.id)  # late copies among them
    readers = ready.where(schema.READERS, _distributing()).order_by(_table.c.id)
    return _lease(connection, (others, readers), limit, now, lease_seconds)


def lease_silent(
    connection: Connection, now: datetime, limit: int, lease_seconds: int, absent: Sequence[str] = ()
) -> tuple[Delivery, ...]:
    """Lease what is releasing with a lease that ran out, and what is in doubt: to be probed."""
    quiet = or_(
        and_(_table.c.state == DeliveryState.RELEASING.value, _run_out(now)),
        and_(_table.c.state == DeliveryState.IN_DOUBT.value, _unleased(now)),
    )
    wanted = select(_table.c.id).where(schema.LIVE, quiet, *_present(absent)).order_by(*_ORDER)
    return _lease(connection, (wanted,), limit, now, lease_seconds)


def _lease(
    connection: Connection, wanted: Sequence[Select[Any]], limit: int, now: datetime, seconds: int
) -> tuple[Delivery, ...]:
    """Take the rows nobody else is taking (SKIP LOCKED; SQLite has one writer anyway) and give them back leased, at
    most ``limit``: of the second question only what the first leaves room for."""
    ids: list[int] = []
    for question in wanted:
        if len(ids) < limit:
            locked = question.limit(limit - len(ids)).with_for_update(skip_locked=True, of=_table)
            ids += connection.execute(locked).scalars()
    if not ids:
        return ()
    until = now + timedelta(seconds=seconds)
    connection.execute(update(_table).where(_table.c.id.in_(ids)).values(leased_until=until))
    leased = select(*DELIVERY_COLUMNS).where(_table.c.id.in_(ids)).order_by(*_ORDER)
    return deliveries_of(list(connection.execute(leased)))


def give_back(connection: Connection, leased: Sequence[Delivery]) -> None:
    """End leases of ours: queued mails, and only while the lease is the one that was taken here."""
    queued = _table.c.state == DeliveryState.QUEUED.value
    for delivery in leased:
        ours = (_table.c.key == delivery.key, queued, _table.c.leased_until == delivery.leased_until)
        connection.execute(update(_table).where(*ours).values(leased_until=None))


def move(connection: Connection, key: str, event: DeliveryEvent, at: datetime, ref: str | None, reason: str) -> bool:
    """Move one delivery by the table, or say False. RELEASE asks the edition in the same transaction: HOLD wins."""
    values: dict[str, Any] = {"moved": key, "state": target(event).value, "changed_at": at, "leased_until": None}
    if event is DeliveryEvent.RELEASE:
        connection.execute(_LOCK_EDITION, {"moved": key})
        values["leased_until"] = at + timedelta(seconds=RELEASE_LEASE_SECONDS)
    else:
        values["reason"] = reason
    if ref is not None:
        values["ref"] = ref
    moved = connection.execute(_move(event), values).rowcount == 1
    if moved and event in _NEEDS_NOBODY:
        connection.execute(_CLEAR_PROBLEMS, {"key": key, "cleared_at": at})
    return moved


@cache
def _move(event: DeliveryEvent) -> Update:
    """The statement of one event, made once; what changes is given with it."""
    moving = update(_table).where(_table.c.key == bindparam("moved"), movable(event))
    if event is DeliveryEvent.RELEASE:
        return moving.where(_distributing()).values(attempts=_table.c.attempts + 1)
    return moving


# Whoever is changing this mail's edition is waited for (PostgreSQL; on SQLite we hold the write lock already).
_LOCK_EDITION = (
    select(schema.edition.c.id)
    .where(
        schema.edition.c.id == select(_table.c.edition_id).where(_table.c.key == bindparam("moved")).scalar_subquery()
    )
    .with_for_update(read=True)
)

# After these a mail in doubt, or one that was refused, needs no person any more: said in the same transaction.
_NEEDS_NOBODY = frozenset(
    {
        DeliveryEvent.ACCEPTED,
        DeliveryEvent.FOUND,
        DeliveryEvent.BOUNCE,
        DeliveryEvent.OPERATOR_SENT,
        DeliveryEvent.OPERATOR_RETRY,
    }
)


_CLEAR_PROBLEMS = update(schema.problem).where(
    schema.problem.c.code.in_(("in-doubt", "refused")),
    schema.problem.c["where"] == bindparam("key"),
    schema.problem.c.cleared_at.is_(None),
)


def withdraw(connection: Connection, edition_id: int, kinds: tuple[str, ...], reason: str, at: datetime) -> None:
    """Withdraw what is still queued of an edition: of these kinds, or of all when none is named."""
    where = [_table.c.edition_id == edition_id, movable(DeliveryEvent.WITHDRAW)]
    if kinds:
        where.append(_table.c.kind.in_(kinds))
    state = target(DeliveryEvent.WITHDRAW).value
    connection.execute(
        update(_table).where(*where).values(state=state, reason=reason, changed_at=at, leased_until=None)
    )


def requeue(
    connection: Connection,
    edition_id: int,
    kinds: tuple[str, ...],
    not_before: datetime,
    at: datetime,
    version: int | None = None,
    key: str = "",
) -> None:
    """Put withdrawn mails of these kinds back in the outbox, of this version (and key) only; no kind named means
    none."""
    where = [_table.c.edition_id == edition_id, movable(DeliveryEvent.REQUEUE), _table.c.kind.in_(kinds)]
    if key:
        where.append(_table.c.key == key)
    if version is not None:
        where.append(_table.c.key.contains(f"/bulletin/v{version}/", autoescape=True))
    state = target(DeliveryEvent.REQUEUE).value
    connection.execute(
        update(_table)
        .where(*where)
        .values(state=state, reason="", changed_at=at, not_before=not_before, leased_until=None)
    )
