"""Forgetting: the bytes of old mails go, their digests, the log and what was printed stay.

An edition that is over gives up its mails once its distribution lies before the limit; a mail of no edition once it
was received before it; a list of people once its edition may, and a newer list has held since before the limit.
``retain`` keeps a period from this (freedom of information, litigation).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, select, update

from bot.core.lifecycle import OVER
from bot.core.model import DeliveryState, InboundState
from bot.core.timetable import LONDON
from bot.errors import StoreError
from bot.store import chain, opening, rows, schema
from bot.store.engine import make_engine, writing
from bot.store.faults import plainly
from bot.store.outbox import BULLETIN
from bot.store.upsert import insert_new

_READ = (InboundState.HANDLED.value, InboundState.HELD.value)  # unread and parked mails still wait for somebody
_DONE = (DeliveryState.SENT.value, DeliveryState.BOUNCED.value, DeliveryState.WITHDRAWN.value)
_AT_ONCE = 500  # bound parameters of one statement
_ALL_ALIKE: Mapping[str, datetime] = {}
PURGED = "purged"


class _Mail(NamedTuple):
    """A mail in or out, or a list of people, that may go: its row and the digests of its bytes."""

    id: int
    edition_id: int | None
    at: datetime
    digests: tuple[str, ...]


def purge(url: str, older_than: datetime, *, at: datetime) -> int:
    """Remove the bytes of mails from before ``older_than``; how many blobs went. ``at`` is the log's time.

    On SQLite what is freed is overwritten, so nothing is left in the file, and VACUUM makes it smaller. Raises
    StoreError (code ``not-smaller``) when all was removed but the file could not be made smaller.
    """
    with plainly():
        engine = make_engine(url)
        try:
            opening.make_ready(engine)
            with writing(engine).begin() as connection:
                _overwrite(connection)
                gone = _purge(connection, older_than, at)
                chain.append(connection, None, at, PURGED, {"blobs": gone, "older_than": older_than.isoformat()})
            _compact(engine)
        finally:
            engine.dispose()
    return gone


def retain(url: str, period: str, *, at: datetime, why: str = "") -> None:
    """Keep the mails of this period ("2025-08") from every purge. Repeating it is harmless."""
    with plainly():
        engine = make_engine(url)
        try:
            opening.make_ready(engine)
            with writing(engine).begin() as connection:
                row = {"period": period, "since": at, "why": why}
                insert_new(connection, schema.retained, [row], "period")
                chain.append(connection, None, at, "retained", {"period": period})
        finally:
            engine.dispose()


def forget(connection: Connection, limits: Mapping[str, datetime], at: datetime, most: int) -> int:
    """The purge that a tick makes by itself: at most ``most`` blobs a call, until a call of this day finds no more.

    ``limits`` gives for each bulletin what is old; a mail of no edition, or of a bulletin that is not named, follows
    the oldest. The log's own line says that the day is done, so a bot that is started every minute does it once."""
    table = schema.event
    last = select(table.c.at, table.c.data).where(table.c.edition_id == 0, table.c.what == PURGED)
    row = connection.execute(last.order_by(table.c.number.desc()).limit(1)).first()
    if row is not None and _day(row.at) == _day(at) and not json.loads(row.data).get("more"):
        return 0
    _overwrite(connection)
    gone = _purge(connection, max(limits.values()), at, limits, most)
    chain.append(connection, None, at, PURGED, {"blobs": gone, "more": int(gone >= most)})
    return gone


def _overwrite(connection: Connection) -> None:
    """What this connection frees is overwritten (SQLite), without a VACUUM."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _day(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(LONDON).date()


def _purge(
    connection: Connection,
    older_than: datetime,
    at: datetime,
    limits: Mapping[str, datetime] = _ALL_ALIKE,
    most: int | None = None,
) -> int:
    """Empty the blobs that only mails which may go still name, at most ``most`` of them."""
    may_go = _Permission(connection, older_than, limits)
    received = [mail for mail in _received(connection, older_than) if may_go(mail)]
    sent = [mail for mail in _sent(connection, older_than) if may_go(mail)]
    lists = [mail for mail in _lists(connection, older_than) if may_go(mail)]
    digests = sorted({digest for mail in (*received, *sent, *lists) for digest in mail.digests})
    going = [{mail.id for mail in mails} for mails in (received, sent, lists)]
    needed = _needed(connection, digests, *going)
    table, gone = schema.blob, 0
    for chunk in _chunks([digest for digest in digests if digest not in needed][:most]):
        where = (table.c.digest.in_(chunk), table.c.purged_at.is_(None))
        gone += connection.execute(update(table).where(*where).values(data=None, purged_at=at)).rowcount
    return gone


class _Permission:
    """May this mail go? Editions are looked at once each. ``limits``: what is old, where bulletins differ."""

    def __init__(self, connection: Connection, older_than: datetime, limits: Mapping[str, datetime]) -> None:
        self._connection = connection
        self._limits = limits
        self._oldest = min(limits.values(), default=older_than)  # also of a bulletin that is configured no more
        self._retained = frozenset(connection.execute(select(schema.retained.c.period)).scalars())
        self._editions: dict[int, bool] = {}

    def __call__(self, mail: _Mail) -> bool:
        """True when its edition is over and old enough; without one, when its month is not retained."""
        if mail.edition_id is None:
            return mail.at < self._oldest and f"{mail.at:%Y-%m}" not in self._retained
        if mail.edition_id not in self._editions:
            self._editions[mail.edition_id] = self._over(mail.edition_id)
        return self._editions[mail.edition_id]

    def _over(self, edition_id: int) -> bool:
        row = self._connection.execute(select(schema.edition).where(schema.edition.c.id == edition_id)).one()
        edition = rows.edition_of(row)
        old = edition.timetable.distribution_at < self._limits.get(edition.bulletin, self._oldest)
        return edition.state in OVER and old and edition.period not in self._retained


def _received(connection: Connection, older_than: datetime) -> Iterator[_Mail]:
    """Mails received before the limit that were read and still have their bytes."""
    table, blob = schema.inbound, schema.blob
    wanted = select(table.c.id, table.c.edition_id, table.c.received_at, table.c.blob).join(blob)
    where = (table.c.state.in_(_READ), table.c.received_at < older_than, blob.c.purged_at.is_(None))
    for row in connection.execute(wanted.where(*where)).all():
        yield _Mail(row.id, row.edition_id, row.received_at, (row.blob,))


def _sent(connection: Connection, older_than: datetime) -> Iterator[_Mail]:
    """Our own mails but the bulletin: they quote leads and carry tokens. What was published stays."""
    table, blob = schema.delivery, schema.blob
    wanted = select(table.c.id, table.c.edition_id, table.c.changed_at, table.c.header, table.c.body)
    wanted = wanted.join(blob, blob.c.digest == table.c.header)
    old = (table.c.changed_at < older_than, blob.c.purged_at.is_(None))
    for row in connection.execute(wanted.where(table.c.kind != BULLETIN, table.c.state.in_(_DONE), *old)).all():
        yield _Mail(row.id, row.edition_id, row.changed_at, tuple(filter(None, (row.header, row.body))))


def _lists(connection: Connection, older_than: datetime) -> Iterator[_Mail]:
    """Lists of people that a newer one of their bulletin took the place of: only the newest is needed."""
    table, blob = schema.people, schema.blob
    newer = table.alias()
    next_one = and_(newer.c.bulletin == table.c.bulletin, newer.c.number == table.c.number + 1)
    wanted = select(table.c.id, table.c.edition_id, newer.c.at, table.c.digest).select_from(table)
    wanted = wanted.join(newer, next_one).join(blob, blob.c.digest == table.c.digest)
    for row in connection.execute(wanted.where(newer.c.at < older_than, blob.c.purged_at.is_(None))).all():
        yield _Mail(row.id, row.edition_id, row.at, (row.digest,))


def _needed(
    connection: Connection, digests: Sequence[str], received: set[int], sent: set[int], lists: set[int]
) -> set[str]:
    """Those digests that a part of a draft, a mail or a list which stays, still names."""
    inbound, delivery, part, people = schema.inbound, schema.delivery, schema.part, schema.people
    needed: set[str] = set()
    for chunk in _chunks(digests):
        needed.update(connection.execute(select(part.c.digest).where(part.c.digest.in_(chunk))).scalars())
        for column, going in (
            (inbound.c.blob, received),
            (delivery.c.header, sent),
            (delivery.c.body, sent),
            (people.c.digest, lists),
        ):
            named = select(column.table.c.id, column.label("digest")).where(column.in_(chunk))
            needed.update(row.digest for row in connection.execute(named) if row.id not in going)
    return needed


def _chunks(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as one statement takes."""
    for start in range(0, len(digests), _AT_ONCE):
        yield digests[start : start + _AT_ONCE]


def _compact(engine: Engine) -> None:
    """Give back to the disk what was freed (SQLite); PostgreSQL's own vacuum does it there. Raises StoreError."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        try:
            cursor.execute("VACUUM")
        finally:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
    except engine.dialect.loaded_dbapi.Error as error:
        raise StoreError(
            "The old mails were deleted, but the store's file could not be made smaller: the disk has too little "
            "space for that, or another program keeps the store busy.",
            "Free as much space as the store takes, then run purge again to shrink the file.",
            "not-smaller",
        ) from error
    finally:
        connection.close()
