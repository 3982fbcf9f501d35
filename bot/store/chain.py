"""The append-only log: each line carries a hash over the line before of the same edition, so a change shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, text, update

from bot.core import keys
from bot.core.records import Event, LogHead
from bot.store import schema
from bot.store.upsert import insert_new


def event_hash(previous: str, edition_id: int, number: int, at: datetime, what: str, data: str) -> str:
    """The hash of one line: SHA-256 over the hash before ("" for the first) and the line as canonical JSON."""
    line = {
        "edition": edition_id,
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "what": what,
        "data": data,
    }
    return keys.event_hash(previous, keys.canonical(line))


def append(
    connection: Connection, edition_id: int | None, at: datetime, what: str, data: Mapping[str, str | int | None]
) -> None:
    """Write one line. The edition's row in ``chain`` is locked first, so that two bots cannot fork the chain."""
    chain, edition = schema.chain, edition_id or 0
    insert_new(connection, chain, [{"edition_id": edition, "number": 0, "head": ""}], "edition_id")
    locked = select(chain.c.head).where(chain.c.edition_id == edition).with_for_update()
    previous = connection.execute(locked).scalar_one()
    number = _next_number(connection)
    spelled = keys.canonical(dict(data))
    value = event_hash(previous, edition, number, at, what, spelled)
    row = {"number": number, "edition_id": edition, "at": at, "what": what, "data": spelled}
    connection.execute(insert(schema.event), [{**row, "previous": previous, "hash": value}])
    connection.execute(update(chain).where(chain.c.edition_id == edition).values(number=number, head=value))


def _next_number(connection: Connection) -> int:
    """The number of the next line; it goes into the hash, so it must be known before the row is written."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(text("SELECT nextval(pg_get_serial_sequence('event', 'number'))")).scalar_one())
    # One writer at a time (BEGIN IMMEDIATE). The heads count too: a tail that was cut off gives no number twice.
    last = select(func.max(schema.event.c.number)).scalar_subquery()
    heads = select(func.max(schema.chain.c.number)).scalar_subquery()
    found = connection.execute(select(func.coalesce(last, 0), func.coalesce(heads, 0))).one()
    return max(int(found[0]), int(found[1])) + 1


def events(connection: Connection, edition_id: int | None) -> tuple[Event, ...]:
    """The lines of one edition (0 = those of no edition), or all, in order."""
    table = schema.event
    wanted = select(*(table.c[name] for name in Event.model_fields)).order_by(table.c.number)
    if edition_id is not None:
        wanted = wanted.where(table.c.edition_id == edition_id)
    return tuple(Event.model_validate(dict(row._mapping)) for row in connection.execute(wanted))


def head(connection: Connection, edition_id: int) -> LogHead | None:
    """The last line of an edition's log, by the row that its writers lock; None before its first line."""
    table = schema.chain
    row = connection.execute(select(table.c.number, table.c.head).where(table.c.edition_id == edition_id)).first()
    return LogHead(number=row.number, hash=row.head) if row is not None else None


def newest(connection: Connection) -> datetime | None:
    """The time of the last line of no edition, by the head of its chain: two rows, however long the log is."""
    head, table = schema.chain, schema.event
    wanted = select(table.c.at).join(head, head.c.number == table.c.number).where(head.c.edition_id == 0)
    return connection.execute(wanted).scalar_one_or_none()


def broken(connection: Connection) -> tuple[int, ...]:
    """Numbers of lines whose hash does not follow from the line before; a tail that is gone shows as its last."""
    heads: dict[int, tuple[int, str]] = {}
    wrong: list[int] = []
    for line in events(connection, None):
        previous = heads.get(line.edition_id, (0, ""))[1]
        told = event_hash(previous, line.edition_id, line.number, line.at, line.what, line.data)
        if told != line.hash:
            wrong.append(line.number)
        heads[line.edition_id] = (line.number, line.hash)
    for edition_id, number, head in connection.execute(
        select(schema.chain.c.edition_id, schema.chain.c.number, schema.chain.c.head)
    ):
        last, value = heads.pop(edition_id, (0, ""))
        if last != number or (value != head and number not in wrong):
            wrong.append(number)
    wrong += [number for number, _ in heads.values()]  # lines of an edition whose head is gone
    return tuple(sorted(set(wrong)))
