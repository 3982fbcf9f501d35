"""Is the store whole? Every digest, every reference to bytes and every line of the audit log is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from bot.core import keys
from bot.store import chain, opening, schema
from bot.store.engine import make_engine
from bot.store.faults import plainly

_AT_ONCE = 50  # blobs carried at once: each may be megabytes


class Audit(NamedTuple):
    """What was looked at, and what is wrong, in plain sentences (none = the store is whole)."""

    blobs: int
    lines: int
    faults: tuple[str, ...]


def verify(url: str) -> Audit:
    """Look through a whole store without changing it, while bots go on working. Raises StoreError, SchemaMismatch."""
    with plainly():
        engine = make_engine(url)
        try:
            with engine.connect() as connection:
                opening.check(opening.schema_version(connection))
                return _audit(connection)
        finally:
            engine.dispose()


def _audit(connection: Connection) -> Audit:
    """One snapshot of everything that can be checked."""
    faults = [*_pages(connection), *_damaged(connection), *_unwritten(connection)]
    faults += [f"Line {number} of the audit log was changed or removed." for number in chain.broken(connection)]
    count = connection.execute(select(func.count()).select_from(schema.blob)).scalar_one()
    lines = connection.execute(select(func.count()).select_from(schema.event)).scalar_one()
    return Audit(int(count), int(lines), tuple(faults))


def _pages(connection: Connection) -> Iterator[str]:
    """SQLite's own check of its file; PostgreSQL has checksums of its own."""
    if connection.dialect.name != "sqlite":
        return
    for told in connection.execute(text("PRAGMA integrity_check")).scalars():
        if told != "ok":
            yield f"The file of the store is damaged: {told}."
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"A row of {row[0]} names a row of {row[2]} that is not there."


def _damaged(connection: Connection) -> Iterator[str]:
    """Bytes that are not what their digest says."""
    table = schema.blob
    wanted = select(table.c.digest, table.c.data).where(table.c.purged_at.is_(None))
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(wanted):
        if isinstance(row.data, str) or keys.digest(row.data) != row.digest:  # SQLite lets text stand in a blob
            yield f"Bytes with the digest {row.digest[:12]} were changed or damaged."


def _unwritten(connection: Connection) -> Iterator[str]:
    """Mails that wait to be sent, or whose sending is in doubt, must have their bytes."""
    table, blob = schema.delivery, schema.blob
    for column in (table.c.header, table.c.body):
        wanted = select(table.c.id).join(blob, blob.c.digest == column)
        for number in connection.execute(wanted.where(schema.LIVE, blob.c.purged_at.is_not(None))).scalars():
            yield f"Delivery {number} waits to be sent, but its bytes were purged."
