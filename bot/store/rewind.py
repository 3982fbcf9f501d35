"""A copy of the store taken back to before an edition, for a rehearsal. Never for the store that is in use.

What the edition brought is removed; its mails are there again, unread and parked, so that each can be let go at the
moment at which it came (``unpark``). What was before the edition stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from bot.core.model import InboundState
from bot.core.records import Delivery, Token
from bot.errors import InputError
from bot.store import opening, rows, schema
from bot.store.engine import make_engine, writing
from bot.store.faults import plainly

_inbound, _delivery, _event = schema.inbound, schema.delivery, schema.event


class Rewound(NamedTuple):
    """What was recorded of the edition: ``moments`` at which the bot did something, the ``mails`` that are there again
    (by id, with their moments), how many are ``gone`` (purged), and the ``tokens`` that its mails carried."""

    moments: tuple[datetime, ...]
    mails: dict[int, datetime]
    gone: int
    tokens: tuple[Token, ...]

    def between(self, begin: datetime | None, end: datetime) -> Iterator[int]:
        """The mails that came after ``begin`` (None: from the first on), up to and with ``end``."""
        return (mail for mail, at in self.mails.items() if at <= end and (begin is None or at > begin))


class Rewinder:
    """The copy of a store in one SQLite file, brought to this program's schema first."""

    def __init__(self, file: Path) -> None:
        url = f"sqlite:///{file.as_posix()}"
        with plainly():
            self._engine = make_engine(url)
            with self._engine.connect() as connection:
                found = opening.schema_version(connection)
        opening.check_upgradable(found)
        if found != schema.VERSION:
            from bot.store.migrate import migrate

            migrate(url)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def rewind(self, bulletin: str, period: str, mailboxes: tuple[str, ...], own: str) -> Rewound:
        """Take the copy back to before this edition. A mail of a mailbox that is not among ``mailboxes`` (there was
        another one then) is met in ``own``. Raises InputError when nothing of it was recorded."""
        with plainly(), writing(self._engine).begin() as connection:
            table = schema.edition
            mine = (table.c.bulletin == bulletin, table.c.period >= period)
            found = connection.execute(select(table.c.id, table.c.period).where(*mine).order_by(table.c.period)).all()
            over = [row.id for row in found]
            moments = _moments(connection, over[0]) if found and found[0].period == period else ()
            if not moments:
                raise InputError(f"Nothing happened in {period}.", "Name a month that the bot has run.", "no-edition")
            mails, gone = _mails(connection, over, moments[0], moments[-1])
            tokens = _tokens(connection, bulletin, period)
            _remove(connection, bulletin, period, over, moments[0], mails)
            _unread(connection, mails, mailboxes, own)
        return Rewound(tuple(sorted({*moments, *mails.values()})), mails, gone, tokens)

    def hand_on(self, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        """Let the tokens of the recorded mails count in the copy as soon as it has issued its own for the same purpose
        and person; gives those that still wait. (The copy's are others: tokens are random.)"""
        if not tokens:
            return ()
        table = schema.token
        place = (table.c.bulletin == tokens[0].bulletin, table.c.period == tokens[0].period)
        with plainly(), writing(self._engine).begin() as connection:
            own: dict[tuple[object, ...], bool] = {}
            for row in connection.execute(select(*rows.TOKEN_COLUMNS).where(*place)):
                mine = _names(rows.token_of(row))
                own[mine] = own.get(mine, True) and rows.token_of(row).dead
            ready = [token for token in tokens if _names(token) in own]
            for token in ready:
                connection.execute(insert(table), [{**token.model_dump(), "dead": own[_names(token)]}])
        return tuple(token for token in tokens if token not in ready)

    def put_in_place(self, mails: Iterable[Delivery]) -> None:
        """Give mails of the copy the bytes that were recorded: people answered, and quoted, what they got then."""
        table, blob = _delivery, schema.blob
        with plainly(), writing(self._engine).begin() as connection:
            for mail in mails:
                there = select(blob.c.digest).where(blob.c.digest == mail.header, blob.c.purged_at.is_(None))
                if connection.execute(there).first() is not None:
                    bytes_then = {"header": mail.header, "body": mail.body or None}
                    connection.execute(update(table).where(table.c.key == mail.key).values(**bytes_then))


def _names(token: Token) -> tuple[object, ...]:
    """What a token names."""
    return token.purpose, token.theme, token.draft, token.person


def _moments(connection: Connection, edition: int) -> tuple[datetime, ...]:
    """When something happened in this edition, in order."""
    found: set[datetime] = set()
    for column in (_event.c.at, schema.due.c.at, _delivery.c.queued_at, _delivery.c.changed_at):
        wanted = select(column).where(column.table.c.edition_id == edition)
        found.update(connection.execute(wanted.distinct()).scalars())
    received = select(_inbound.c.received_at).where(_inbound.c.edition_id == edition)
    found.update(connection.execute(received).scalars())
    return tuple(sorted(found))


def _mails(connection: Connection, over: list[int], begin: datetime, end: datetime) -> tuple[dict[int, datetime], int]:
    """The mails to be read again, by id, and how many have lost their bytes: those of the edition, and those of no
    edition that came meanwhile."""
    meanwhile = and_(_inbound.c.edition_id.is_(None), _inbound.c.received_at.between(begin, end))
    wanted = select(_inbound.c.id, _inbound.c.received_at, schema.blob.c.purged_at).join(schema.blob)
    wanted = wanted.where(or_(_inbound.c.edition_id == over[0], meanwhile)).order_by(_inbound.c.id)
    found = connection.execute(wanted).all()
    return {row.id: row.received_at for row in found if row.purged_at is None}, sum(
        1 for row in found if row.purged_at is not None
    )


def _tokens(connection: Connection, bulletin: str, period: str) -> tuple[Token, ...]:
    """Every token of the edition, dead or not: alive in the copy until it is used there."""
    table = schema.token
    wanted = select(*rows.TOKEN_COLUMNS).where(table.c.bulletin == bulletin, table.c.period == period)
    return tuple(rows.token_of(row) for row in connection.execute(wanted.order_by(table.c.hash)))


def _remove(
    connection: Connection, bulletin: str, period: str, over: list[int], begin: datetime, mails: dict[int, datetime]
) -> None:
    """What the edition, and the ones after it, brought. The log begins anew."""
    count, absence, token, draft = schema.count, schema.absence, schema.token, schema.draft
    late = or_(_inbound.c.edition_id.in_(over), and_(_inbound.c.edition_id.is_(None), _inbound.c.received_at >= begin))
    theirs = select(_inbound.c.id).where(late)
    connection.execute(delete(count).where(count.c.inbound.in_(theirs)))
    connection.execute(
        delete(schema.part).where(schema.part.c.draft_id.in_(select(draft.c.id).where(draft.c.edition_id.in_(over))))
    )
    for table in (schema.submission, draft, schema.decision, schema.due, schema.people):
        connection.execute(delete(table).where(table.c.edition_id.in_(over)))
    unnamed = and_(_delivery.c.edition_id.is_(None), _delivery.c.queued_at >= begin)
    connection.execute(delete(_delivery).where(or_(_delivery.c.edition_id.in_(over), unnamed)))
    connection.execute(delete(token).where(token.c.bulletin == bulletin, token.c.period >= period))
    connection.execute(delete(absence).where(absence.c.since >= begin))
    connection.execute(update(absence).where(absence.c.ended_at >= begin).values(ended_at=None))
    connection.execute(delete(schema.problem))
    connection.exec_driver_sql("DROP TRIGGER IF EXISTS event_no_delete")
    connection.execute(delete(_event))
    connection.execute(delete(schema.chain))
    connection.execute(delete(_inbound).where(late, _inbound.c.id.not_in(mails)))
    connection.execute(update(_inbound).where(_inbound.c.id.in_(mails)).values(edition_id=None))
    connection.execute(delete(schema.edition).where(schema.edition.c.id.in_(over)))


def _unread(connection: Connection, mails: dict[int, datetime], mailboxes: tuple[str, ...], own: str) -> None:
    """As it was when each mail had just been remembered; parked, so that nobody reads it too early."""
    again = {
        "state": InboundState.PARKED.value,
        "attempts": 0,
        "digest": "",
        "verdict": None,
        "note": "",
        "place": None,
        "filed": False,
        "closed_at": None,
        "leased_until": None,
    }
    these = _inbound.c.id.in_(mails)
    connection.execute(update(_inbound).where(these).values(**again))
    connection.execute(update(_inbound).where(these, _inbound.c.mailbox.not_in(mailboxes)).values(mailbox=own))
