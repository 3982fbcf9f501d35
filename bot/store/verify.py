"""Is the store whole? Every digest, every reference to bytes and every line of the audit log is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, func, select, text

from bot.core import keys
from bot.core.model import Part
from bot.core.records import LogHead
from bot.store import chain, opening, schema
from bot.store.engine import make_engine, must_be_there, snapshot
from bot.store.faults import plainly

_AT_ONCE = 50  # blobs carried at once: each may be megabytes


class Audit(NamedTuple):
    """What was looked at, and what is wrong, in plain sentences (none = the store is whole).

    ``head_of`` is the edition whose log holds the line that was asked for, "ccsu-rag 2025-08"; "" = none does."""

    blobs: int
    lines: int
    faults: tuple[str, ...]
    head_of: str = ""


def verify(url: str, head: LogHead | None = None) -> Audit:
    """Look through a whole store without changing it, while bots go on working: all of one moment.

    ``head`` is a line as a draft mail printed it: its number and how its hash begins; the log must still hold it.
    Raises ConfigError when there is none, StoreError, SchemaMismatch."""
    must_be_there(url)
    with plainly():
        engine = make_engine(url)
        try:
            with snapshot(engine).connect() as connection:
                opening.check(opening.schema_version(connection))
                return _audit(connection, head)
        finally:
            engine.dispose()


def _audit(connection: Connection, head: LogHead | None) -> Audit:
    """One snapshot of everything that can be checked."""
    faults = [*_pages(connection), *_damaged(connection), *_unwritten(connection), *_redrawn(connection)]
    faults += [f"Line {number} of the audit log was changed or removed." for number in chain.broken(connection)]
    count = connection.execute(select(func.count()).select_from(schema.blob)).scalar_one()
    lines = connection.execute(select(func.count()).select_from(schema.event)).scalar_one()
    return Audit(int(count), int(lines), tuple(faults), _edition_of(connection, head) if head is not None else "")


def _edition_of(connection: Connection, head: LogHead) -> str:
    """The edition whose log holds this line with a hash that begins so, or ""."""
    event, edition = schema.event, schema.edition
    wanted = select(event.c.hash, edition.c.bulletin, edition.c.period).join(
        edition, edition.c.id == event.c.edition_id
    )
    row = connection.execute(wanted.where(event.c.number == head.number)).one_or_none()
    return f"{row.bulletin} {row.period}" if row is not None and row.hash.startswith(head.hash) else ""


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


def _redrawn(connection: Connection) -> Iterator[str]:
    """Drafts that are not what the log says of them; a line of before the log held digests says nothing."""
    event, draft = schema.event, schema.draft
    lines = connection.execute(select(event.c.edition_id, event.c.data).where(event.c.what == "draft")).all()
    logged = {(row.edition_id, data["number"]): data.get("digest") for row in lines if (data := json.loads(row.data))}
    wanted = select(draft.c.edition_id, draft.c.number, draft.c.data)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(wanted):
        digest = logged.pop((row.edition_id, row.number), None)
        if digest is not None and digest != _draft_digest(row.data):
            yield f"Draft {row.number} of edition {row.edition_id} is not the one that the log names."
    for (edition_id, number), digest in logged.items():
        if digest is not None:
            yield f"Draft {number} of edition {edition_id}, which the log names, is not there."


def _draft_digest(stored: str) -> str:
    """The digest of a draft, from the text that is stored: a program of another version spells values otherwise."""
    draft = from_json(stored)
    return keys.draft_digest(map(Part.model_validate, draft["parts"]), to_json(draft["bulletin"]).decode())
