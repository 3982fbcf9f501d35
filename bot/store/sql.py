"""The store on SQLAlchemy Core: SQLite or PostgreSQL, by URL. Meets ``bot.ports.Store``.

Every method is one transaction. Errors are StoreError, Conflict or SchemaMismatch, never a driver's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, update

from bot.core import keys
from bot.core.lifecycle import DeliveryEvent, InboundEvent, inbound_cell
from bot.core.model import Draft, EditionState, InboundState, Problem
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
from bot.errors import EditionUnreadable, StoreError
from bot.ports import Filing, Place, RawMail
from bot.store import chain, changes, opening, outbox, rows, schema, statements, viewing
from bot.store.engine import make_engine, single, snapshot, writing
from bot.store.faults import plainly
from bot.store.upsert import insert_new, insert_unless

_inbound = schema.inbound


class SqlStore:
    """The store behind one URL. A fresh database is made ready; another schema raises SchemaMismatch."""

    def __init__(self, url: str) -> None:
        with plainly():
            self._engine = make_engine(url)
            self._writer, self._reader, self._looker = (
                writing(self._engine),
                snapshot(self._engine),
                single(self._engine),
            )
            self._body = "", b""  # the last one read: the mails of a bulletin share theirs
            try:
                opening.make_ready(self._engine)
            except BaseException:
                self._engine.dispose()
                raise

    @classmethod
    def open(cls, url: str) -> Self:
        """The store behind this URL."""
        return cls(url)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def check_schema(self) -> None:
        """Raises SchemaMismatch when a newer program has migrated the store under this one."""
        with self._reading() as connection:
            opening.check(connection.execute(statements.VERSION).scalar())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One snapshot for everything that is read in it."""
        with plainly(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        """For one statement, or bytes named by their digests: on PostgreSQL no BEGIN and COMMIT is said around it."""
        with plainly(), self._looker.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction: all or nothing."""
        with plainly(), self._writer.begin() as connection:
            yield connection

    # ------------------------------------------------------------------------------------------------- mails

    def known(self, mailbox: str, ref: str) -> bool:
        """Has this mail of this mailbox been remembered?"""
        with self._looking() as connection:
            return _known(connection, mailbox, ref)

    def remember(self, mailbox: str, mail: RawMail, at: datetime) -> int | None:
        """Keep the raw mail; its new id, or None when (mailbox, ref) is there already."""
        digest = keys.digest(mail.raw)
        values = {
            "mailbox": mailbox,
            "ref": mail.ref,
            "state": InboundState.REMEMBERED.value,
            "attempts": 0,
            "junk": mail.junk,
            "received_at": at,
            "digest": "",
            "blob": digest,
            "note": "",
            "filed": False,
        }
        with self._writing() as connection:
            if _known(connection, mailbox, mail.ref):
                return None
            changes.add_blobs(connection, [(digest, mail.raw)])
            new = insert_unless(connection, _inbound, "mailbox", "ref").returning(_inbound.c.id)
            return connection.execute(new, values).scalar_one_or_none()

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
        """Remembered mails, those in ``first`` before the others, oldest first. With ``now`` they are leased, so that
        several bots share the work. Of ``mailboxes`` only, where some are named; none that waits for ``waiting``."""
        wanted = and_(schema.OPEN_INBOUND, _inbound.c.state == InboundState.REMEMBERED.value)
        if mailboxes:
            wanted = and_(wanted, _inbound.c.mailbox.in_(mailboxes))
        if waiting:
            wanted = and_(wanted, _inbound.c.note != waiting)
        if now is None:
            return self._inbounds(wanted, limit)
        too_far = _inbound.c.leased_until > now + outbox.LONGEST_LEASE  # the clock was set back since
        free = or_(_inbound.c.leased_until.is_(None), _inbound.c.leased_until <= now, too_far)
        with self._writing() as connection:
            order = (case((_inbound.c.id.in_(first), 0), else_=1), _inbound.c.id) if first else (_inbound.c.id,)
            next_ones = select(*rows.INBOUND_COLUMNS).where(wanted, free).order_by(*order).limit(limit)
            found = connection.execute(next_ones.with_for_update(skip_locked=True)).all()
            taken = _inbound.c.id.in_([row.id for row in found])
            until = now + timedelta(seconds=lease_seconds)
            connection.execute(update(_inbound).where(taken).values(leased_until=until))
            return tuple(rows.inbound_of(row) for row in found)

    def wait(self, inbound: int, waiting: str) -> None:
        """Leave a mail unread until something else than ``waiting`` is waited for; its attempts begin anew."""
        where = (_inbound.c.id == inbound, _inbound.c.state == InboundState.REMEMBERED.value)
        with self._writing() as connection:
            connection.execute(update(_inbound).where(*where).values(note=waiting, attempts=0, leased_until=None))

    def begin_attempt(self, inbound: int) -> int:
        """Count one more attempt, committed before the mail is parsed; the number of attempts so far."""
        with self._writing() as connection:
            counted = update(_inbound).where(_inbound.c.id == inbound).values(attempts=_inbound.c.attempts + 1)
            attempts = connection.execute(counted.returning(_inbound.c.attempts)).scalar_one_or_none()
        if attempts is None:
            raise StoreError(f"There is no mail {inbound} in the store.", "Check the number.", "no-such-mail")
        return int(attempts)

    def inbound(self, inbound: int) -> Inbound | None:
        """One mail's row, or None."""
        return next(iter(self._inbounds(_inbound.c.id == inbound)), None)

    def inbounds(self, states: tuple[InboundState, ...]) -> tuple[Inbound, ...]:
        """All mails in these states, oldest first."""
        wanted = _inbound.c.state.in_([state.value for state in states])
        return self._inbounds(wanted if InboundState.HANDLED in states else and_(schema.OPEN_INBOUND, wanted))

    def _inbounds(self, where: ColumnElement[bool], limit: int | None = None) -> tuple[Inbound, ...]:
        wanted = select(*rows.INBOUND_COLUMNS).where(where).order_by(_inbound.c.id).limit(limit)
        with self._looking() as connection:
            return tuple(rows.inbound_of(row) for row in connection.execute(wanted))

    def raw(self, inbound: int) -> bytes:
        """The bytes of a mail. Raises StoreError when it is unknown, purged or damaged."""
        with self._looking() as connection:
            digest = connection.execute(select(_inbound.c.blob).where(_inbound.c.id == inbound)).scalar_one_or_none()
            if digest is None:
                raise StoreError(f"There is no mail {inbound} in the store.", "Check the number.", "no-such-mail")
            return viewing.blob(connection, digest)

    def seen(self, digest: str, other_than: int) -> Inbound | None:
        """A handled mail with this content digest, if one came before.

        Only handled ones: a forged copy that waits in the holding pen must not make the genuine mail a repeat.
        """
        where = (_inbound.c.digest == digest) & (_inbound.c.id != other_than) & (_inbound.c.digest != "")
        return next(iter(self._inbounds(where & (_inbound.c.state == InboundState.HANDLED.value), 1)), None)

    def unpark(self, inbound: int) -> bool:
        """Let a parked mail be read again, with its attempts counted from nought; False when it is not parked."""
        event = InboundEvent.UNPARK
        allowed = [state.value for state in InboundState if inbound_cell(state, event).to is not None]
        where = (_inbound.c.id == inbound, _inbound.c.state.in_(allowed))
        values = {"attempts": 0, "place": None, "closed_at": None, "leased_until": None, "filed": False}
        with self._writing() as connection:
            changed = update(_inbound).where(*where).values(state=InboundState.REMEMBERED.value, **values)
            return connection.execute(changed).rowcount == 1

    def unfiled(self, limit: int, mailboxes: Sequence[str] = ()) -> tuple[Filing, ...]:
        """Mails that were dealt with and still wait to be filed in their mailbox, oldest first."""
        wanted = statements.UNFILED.where(_inbound.c.mailbox.in_(mailboxes)) if mailboxes else statements.UNFILED
        with self._looking() as connection:
            found = connection.execute(wanted.limit(limit)).all()
        return tuple(Filing(inbound=row.id, mailbox=row.mailbox, ref=row.ref, place=Place(row.place)) for row in found)

    def filed(self, inbound: int) -> None:
        """The mailbox has filed it."""
        with self._writing() as connection:
            connection.execute(statements.FILED, {"inbound": inbound})

    # ---------------------------------------------------------------------------------------------- editions

    def add_edition(self, edition: Edition) -> Edition:
        """Create it, or give back the one that is there."""
        with self._writing() as connection:
            insert_new(connection, schema.edition, [rows.edition_row(edition)], "bulletin", "period")
            return viewing.one_edition(
                connection,
                (schema.edition.c.bulletin == edition.bulletin) & (schema.edition.c.period == edition.period),
            )

    def edition(self, bulletin: str, period: str) -> Edition | None:
        """The edition of this bulletin and month, or None."""
        table = schema.edition
        with self._looking() as connection:
            return viewing.first_edition(connection, (table.c.bulletin == bulletin) & (table.c.period == period))

    def opened(self, bulletins: Collection[str], period: str) -> frozenset[str]:
        """Those of the bulletins that have an edition of this month."""
        with self._looking() as connection:
            given = {"of_bulletins": list(bulletins), "of_period": period}
            return frozenset(connection.execute(statements.OPENED, given).scalars())

    def bulletins_in(self, states: Collection[EditionState]) -> frozenset[str]:
        """The bulletins that have an edition in one of these states."""
        wanted = select(schema.edition.c.bulletin).where(schema.edition.c.state.in_([state.value for state in states]))
        with self._looking() as connection:
            return frozenset(connection.execute(wanted.distinct()).scalars())

    def edition_by_id(self, edition_id: int) -> Edition | None:
        """The edition with this id, or None."""
        with self._looking() as connection:
            return viewing.first_edition(connection, schema.edition.c.id == edition_id)

    def editions(
        self, bulletin: str | None = None, *, states: tuple[EditionState, ...] = tuple(EditionState)
    ) -> tuple[Edition, ...]:
        """All editions, oldest period first; a tick asks for those in some states, so that history costs nothing.

        One that this program cannot read is left out; of one bulletin alone it raises EditionUnreadable."""
        read, unreadable = self._editions(bulletin, states)
        if bulletin is not None and unreadable:
            raise unreadable[0]
        return read

    def readable(self, states: tuple[EditionState, ...]) -> tuple[tuple[Edition, ...], tuple[EditionUnreadable, ...]]:
        """The editions in these states, and what is to be said of those that this program cannot read."""
        return self._editions(None, states)

    def _editions(
        self, bulletin: str | None, states: tuple[EditionState, ...]
    ) -> tuple[tuple[Edition, ...], tuple[EditionUnreadable, ...]]:
        table = schema.edition
        wanted = select(table).order_by(table.c.period, table.c.bulletin)
        if states != tuple(EditionState):
            wanted = wanted.where(table.c.state.in_([state.value for state in states]))
        if bulletin is not None:
            wanted = wanted.where(table.c.bulletin == bulletin)
        read: list[Edition] = []
        unreadable: list[EditionUnreadable] = []
        with self._looking() as connection:
            for row in connection.execute(wanted):
                try:
                    read.append(rows.edition_of(row))
                except EditionUnreadable as error:
                    unreadable.append(error)
        return tuple(read), tuple(unreadable)

    def view(self, edition_id: int) -> EditionView:
        """Everything a planner needs to know about one edition, read in one transaction."""
        with self._reading() as connection:
            return viewing.view(connection, edition_id)

    def views(self, ids: Sequence[int]) -> tuple[EditionView, ...]:
        """Several editions, without the mails that only a draft lists."""
        with self._reading() as connection:
            return viewing.views(connection, ids)

    def draft(self, edition_id: int, number: int) -> Draft | None:
        """One draft of an edition, or None."""
        with self._looking() as connection:
            return viewing.draft(connection, edition_id, number)

    def apply(self, changes_: Sequence[Change], at: datetime) -> None:
        """Write all or none. Raises Conflict when an EditionSaved lost the race or a UNIQUE says no."""
        with self._writing() as connection:
            changes.write(connection, changes_, at)

    # ---------------------------------------------------------------------------------------------- identity

    def token(self, token_hash: str) -> Token | None:
        """What the token with this hash names, alive or dead, or None."""
        wanted = select(*rows.TOKEN_COLUMNS).where(schema.token.c.hash == token_hash)
        with self._looking() as connection:
            row = connection.execute(wanted).one_or_none()
        return rows.token_of(row) if row is not None else None

    def live_tokens(self, purpose: str, bulletins: Collection[str], periods: Collection[str]) -> tuple[Token, ...]:
        """The tokens for this purpose that are alive, of these bulletins in these months."""
        table = schema.token  # which is dead is sorted out here: those alive, by their index, are all there ever were
        theirs = (table.c.bulletin.in_(bulletins), table.c.period.in_(periods), table.c.purpose == purpose)
        with self._looking() as connection:
            found = connection.execute(select(*rows.TOKEN_COLUMNS).where(*theirs).order_by(table.c.hash))
            return tuple(token for token in map(rows.token_of, found) if not token.dead)

    def delivery(self, key: str) -> Delivery | None:
        """The delivery with this key, or None."""
        return self._delivery(schema.delivery.c.key == key)

    def delivery_by_message_id(self, message_id: str) -> Delivery | None:
        """The delivery with this Message-ID, or None: `own` means a Message-ID of ours."""
        return self._delivery(schema.delivery.c.message_id == message_id)

    def _delivery(self, where: ColumnElement[bool]) -> Delivery | None:
        with self._looking() as connection:
            return rows.delivery_of(connection.execute(select(*rows.DELIVERY_COLUMNS).where(where)).one_or_none())

    def mail_bytes(self, delivery: Delivery) -> bytes:
        """Header and body blobs joined: exactly what leaves."""
        with self._looking() as connection:
            if delivery.body and delivery.body != self._body[0]:
                self._body = delivery.body, viewing.blob(connection, delivery.body)
            return viewing.blob(connection, delivery.header) + (self._body[1] if delivery.body else b"")

    def blob(self, digest: str) -> bytes:
        """Bytes by digest. Raises StoreError (blob-missing, blob-purged, blob-damaged)."""
        with self._looking() as connection:
            return viewing.blob(connection, digest)

    # -------------------------------------------------------------------------------------------- the outbox

    def lease_deliverable(
        self, now: datetime, limit: int, lease_seconds: int, *, absent: Sequence[str] = ()
    ) -> tuple[Delivery, ...]:
        """Lease queued mails whose time has come, oldest first (readers' bulletins last); they stay queued."""
        with self._writing() as connection:
            return outbox.lease_deliverable(connection, now, limit, lease_seconds, absent)

    def give_back(self, leased: Sequence[Delivery]) -> None:
        """End the leases of mails that nothing was done with, where they still are those that these rows carry."""
        with self._writing() as connection:
            outbox.give_back(connection, leased)

    def silent(
        self, now: datetime, limit: int, lease_seconds: int, *, absent: Sequence[str] = ()
    ) -> tuple[Delivery, ...]:
        """Lease mails that are releasing with a lease that ran out, and those in doubt: to be probed."""
        with self._writing() as connection:
            return outbox.lease_silent(connection, now, limit, lease_seconds, absent)

    def move_delivery(
        self, key: str, event: DeliveryEvent, at: datetime, *, ref: str | None = None, reason: str = ""
    ) -> bool:
        """Move one delivery by the table of lifecycle.py, compare-and-set; False when the table says no from here."""
        with self._writing() as connection:
            return outbox.move(connection, key, event, at, ref, reason)

    def deliveries(self, edition_id: int | None = None, kind: str | None = None) -> tuple[Delivery, ...]:
        """Deliveries in the order they were queued; of one edition, of one kind, or all."""
        table = schema.delivery
        wanted = select(*rows.DELIVERY_COLUMNS).order_by(table.c.id)
        if edition_id is not None:
            wanted = wanted.where(table.c.edition_id == edition_id)
        if kind is not None:
            wanted = wanted.where(table.c.kind == kind)
        with self._looking() as connection:
            return rows.deliveries_of(list(connection.execute(wanted)))

    # ---------------------------------------------------------------------------------------------- the rest

    def absences(self) -> tuple[Absence, ...]:
        """Everybody who is away as far as we know."""
        with self._looking() as connection:
            return viewing.absences(connection)

    def counts(self, series: str) -> tuple[Count, ...]:
        """Every revision of every figure of a series, by period, then as they came in."""
        table = schema.count
        wanted = select(*rows.COUNT_COLUMNS).where(table.c.series == series).order_by(table.c.period, table.c.id)
        with self._looking() as connection:
            return tuple(rows.count_of(row) for row in connection.execute(wanted))

    def people(self, bulletin: str) -> PeopleOver | None:
        """The newest list of people that an editor confirmed for this bulletin, or None."""
        with self._reading() as connection:
            row = connection.execute(statements.PEOPLE, {"of_bulletin": bulletin}).one_or_none()
        return PeopleOver.model_validate(dict(row._mapping)) if row is not None else None

    def newest_people(self) -> dict[str, PeopleOver]:
        """The same for every bulletin that has one, by its key: asked in every round, so in one statement."""
        with self._looking() as connection:
            found = [
                PeopleOver.model_validate(dict(row._mapping)) for row in connection.execute(statements.NEWEST_PEOPLE)
            ]
        return {over.bulletin: over for over in found}

    def problems(self) -> tuple[Problem, ...]:
        """What needs a person now, oldest first."""
        table = schema.problem
        # Sorted here: asked to sort by id, SQLite would read all problems there ever were.
        wanted = select(table.c.id, *rows.PROBLEM_COLUMNS).where(schema.OPEN_PROBLEM)
        with self._looking() as connection:
            found = sorted(connection.execute(wanted).all(), key=lambda row: row.id)
        return tuple(rows.problem_of(row) for row in found)

    def troubles(self, since: datetime) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """What needs a person now, and what has needed nobody any more since then or later; oldest first. What is over
        is looked for among the newest thousand."""
        with self._looking() as connection:
            found = connection.execute(statements.TROUBLES, {"since": since}).all()
        found = sorted(found, key=lambda row: row.id)
        open_now, over = ([row for row in found if (row.cleared_at is None) is is_open] for is_open in (True, False))
        return tuple(map(rows.problem_of, open_now)), tuple(map(rows.problem_of, over))

    def decisions(self, edition_id: int) -> tuple[Decided, ...]:
        """What the editors decided about an edition, oldest first."""
        with self._looking() as connection:
            return viewing.decisions(connection, edition_id)

    def events(self, edition_id: int | None = None) -> tuple[Event, ...]:
        """The log: of one edition (0 = of none), or all of it."""
        with self._looking() as connection:
            return chain.events(connection, edition_id)

    def newest_line(self) -> datetime | None:
        """The time of the log's last line of no edition."""
        with self._looking() as connection:
            return chain.newest(connection)

    def forget(self, limits: Mapping[str, datetime], *, at: datetime, most: int) -> int:
        """Once a day: the bytes of mails older than their bulletin's limit go, at most ``most`` a call."""
        from bot.store.purge import forget

        with self._writing() as connection:
            return forget(connection, limits, at, most)

    def broken_events(self) -> tuple[int, ...]:
        """Numbers of log lines whose hash does not follow from the line before: the log was changed."""
        with self._reading() as connection:
            return chain.broken(connection)


def _known(connection: Connection, mailbox: str, ref: str) -> bool:
    return connection.execute(statements.KNOWN, {"of_mailbox": mailbox, "of_ref": ref}).first() is not None
