"""What the store holds about one person, for a subject access request (UK GDPR, article 15).

A person is an address here. Who is named without it, in somebody's text or inside an attached file, is not found.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, or_, select

from bot.core.keys import address_key
from bot.core.people import read_kept
from bot.errors import StoreError
from bot.store import opening, schema, viewing
from bot.store.engine import make_engine, must_be_there, snapshot
from bot.store.faults import plainly

_AT_ONCE = 50  # rows carried at once: a draft may be megabytes
_ADDRESS_HEADERS = frozenset((b"from", b"sender", b"to", b"cc", b"reply-to"))
_FOLD = re.compile(rb"(?:\r\n|\r|\n)(?=[ \t])")
# What each table says of a person, and the column that names them.
_ABOUT: tuple[tuple[Table, str, tuple[str, ...]], ...] = (
    (schema.delivery, "recipient", ("id", "key", "kind", "state", "queued_at", "changed_at", "reason")),
    (schema.decision, "person", ("id", "edition_id", "draft", "word", "argument", "done", "at")),
    (schema.absence, "address", ("id", "address", "since", "until", "why", "ended_at")),
    (schema.token, "person", ("purpose", "bulletin", "period", "theme", "draft", "dead")),
)
# Whole lines that name a person somewhere in these columns; the columns that are shown.
_NAMING: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...] = (
    (schema.inbound, ("verdict", "note"), ("id", "received_at", "state", "verdict", "note")),
    (
        schema.problem,
        ("where", "sentence", "todo"),
        ("id", "code", "where", "sentence", "todo", "noted_at", "cleared_at"),
    ),
    (schema.event, ("data",), ("number", "edition_id", "at", "what", "data")),
)
_WHOSE = ("address", "by", "person")  # an object with one of these is about the person that it names


def subject_access(url: str, address: str, file: Path) -> dict[str, int]:
    """Write all that is kept under ``address`` to a new zip (0600): tables as .csv and its mails as .eml.

    Gives how many rows and mails of each kind there are. A mail is theirs when they wrote it, or it was written to
    them: an address field of its header names them. Of an edition or a draft only what names them is shown, with its
    place. Raises ConfigError when there is no store, StoreError when the file exists or the store cannot be read; on
    any error no file is left.
    """
    must_be_there(url)
    if file.exists():
        raise StoreError(f"The file {file} is there already.", "Name a new file; nothing is overwritten.", "exists")
    if not file.parent.is_dir():
        raise StoreError(f"There is no directory {file.parent}.", "Make it, or name another file.", "no-directory")
    person = address_key(address)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with plainly(), os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            return _write(url, person, packed)
    except BaseException:
        file.unlink(missing_ok=True)  # half of what is kept is no answer, and would stand in the way of the next run
        raise


def _write(url: str, person: str, packed: zipfile.ZipFile) -> dict[str, int]:
    """All of one moment of the store."""
    engine = make_engine(url)
    try:
        with snapshot(engine).connect() as connection:
            opening.check(opening.schema_version(connection))
            return _collect(connection, person, packed)
    finally:
        engine.dispose()


def _collect(connection: Connection, person: str, packed: zipfile.ZipFile) -> dict[str, int]:
    """Tables, then mails in, then mails out; counts by kind."""
    found: dict[str, int] = {}
    for table, column, names in _ABOUT:
        shown = list(_rows(connection, table, column, person))
        found[table.name] = len(shown)
        packed.writestr(f"{table.name}.csv", _csv(names, [[row[name] for name in names] for row in shown]))
    submissions = list(_submissions(connection, person))
    listed = list(_listed(connection, person))
    found["people"] = len(listed)
    packed.writestr("people.csv", _csv(("id", "bulletin", "number", "at", "as", "name", "more"), listed))
    found["submission"] = len(submissions)
    packed.writestr("submission.csv", _csv(("id", "edition_id", "theme", "revision", "inbound", "data"), submissions))
    for name, places in (("edition", _in_editions(connection, person)), ("draft", _in_drafts(connection, person))):
        named = list(places)
        found[name] = len(named)
        packed.writestr(f"{name}.csv", _csv(("id", "bulletin", "period", "draft", "place", "what it says"), named))
    for table, columns, names in _NAMING:
        lines = [[row[name] for name in names] for row in _naming(connection, table, columns, person)]
        found[table.name] = len(lines)
        packed.writestr(f"{table.name}.csv", _csv(names, lines))
    found["mails received"] = _write_mails(packed, "received", _received(connection, person))
    found["mails sent"] = _write_mails(packed, "sent", _sent(connection, person))
    return found


def _rows(connection: Connection, table: Table, column: str, person: str) -> Iterator[Any]:
    """Rows of a table about this person, whatever the case of the address in them."""
    wanted = select(table).where(func.lower(table.c[column]).in_({person, person.lower()}))
    return (row._mapping for row in connection.execute(wanted))


def _submissions(connection: Connection, person: str) -> Iterator[list[Any]]:
    """What this person sent for a section, as it was read."""
    table = schema.submission
    for row in connection.execute(select(table).order_by(table.c.id)):
        if address_key(str(json.loads(row.data).get("person", ""))) == person:
            yield [row.id, row.edition_id, row.theme, row.revision, row.inbound, row.data]


def _listed(connection: Connection, person: str) -> Iterator[list[Any]]:
    """Where this person stands in a list of people that came by mail, or who confirmed it, newest last."""
    table = schema.people
    for row in connection.execute(select(table).order_by(table.c.id)).all():
        if address_key(row.person) == person:
            yield [row.id, row.bulletin, row.number, row.at, "confirmed by", "", ""]
        if _purged(connection, row.digest):
            continue
        people = read_kept(viewing.blob(connection, row.digest)).people
        for one in people.leads:
            if address_key(one.address) == person:
                yield [row.id, row.bulletin, row.number, row.at, one.role, one.name, one.theme]
        for reader in people.readers:
            if address_key(reader.address) == person:
                yield [row.id, row.bulletin, row.number, row.at, "reader", reader.name, reader.csp]


def _in_editions(connection: Connection, person: str) -> Iterator[list[Any]]:
    """Where an edition keeps the person: frozen among its readers, who asked, decided, is owed a receipt ..."""
    for row in _naming(connection, schema.edition, ("data",), person):
        for place, text in _places(json.loads(row["data"]), person):
            yield [row["id"], row["bulletin"], row["period"], "", place, text]


def _in_drafts(connection: Connection, person: str) -> Iterator[list[Any]]:
    """Where a draft, and so what was printed, names the person."""
    editions = {row.id: row for row in connection.execute(select(schema.edition))}
    for row in _naming(connection, schema.draft, ("data",), person):
        edition = editions[row["edition_id"]]
        for place, text in _places(json.loads(row["data"]), person):
            yield [row["id"], edition.bulletin, edition.period, row["number"], place, text]


def _naming(connection: Connection, table: Table, columns: tuple[str, ...], person: str) -> Iterator[Any]:
    """Rows in which one of these columns names the person, oldest first."""
    wanted = select(table).order_by(*table.primary_key.columns)
    if person.isascii():  # SQLite's lower() knows no other letters
        said = [func.lower(table.c[name]).contains(person, autoescape=True) for name in columns]
        wanted = wanted.where(or_(*said))
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(wanted):
        if any(any(_places(_plain(row._mapping[name]), person)) for name in columns):
            yield row._mapping


def _plain(stored: str | None) -> Any:
    """What a column holds: JSON as data (its text has escapes next to words), anything else as it is."""
    try:
        return json.loads(stored or "null")
    except (ValueError, RecursionError):  # a text may begin with a thousand brackets
        return stored


def _places(value: Any, person: str, place: str = "") -> Iterator[tuple[str, str]]:
    """Each place in nested data that names the person, as "readers[2]", and what it says: an object that is about them,
    else the one text."""
    if isinstance(value, dict):
        if any(address_key(str(value.get(name, ""))) == person for name in _WHOSE):
            yield place, json.dumps(value, ensure_ascii=False)
            return
        for name, inner in value.items():
            yield from _places(inner, person, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _places(inner, person, f"{place}[{number}]")
    elif isinstance(value, str) and _mentions(value, person):
        yield place, value


def _mentions(text: str, person: str) -> bool:
    """Does this text hold the address by itself, not as a part of a longer one?"""
    return re.search(rf"(?<![\w.+-]){re.escape(person)}(?![\w-]|\.\w)", text, re.IGNORECASE) is not None


def _received(connection: Connection, person: str) -> Iterator[tuple[int, bytes]]:
    """Mails that name the person in an address header and still have their bytes."""
    table, blob = schema.inbound, schema.blob
    ids = select(table.c.id, table.c.blob).join(blob).where(blob.c.purged_at.is_(None)).order_by(table.c.id)
    for row in connection.execute(ids).all():
        raw = viewing.blob(connection, row.blob)
        if _names(raw, person):
            yield row.id, raw


def _sent(connection: Connection, person: str) -> Iterator[tuple[int, bytes]]:
    """Our mails to the person that still have their bytes."""
    table = schema.delivery
    for row in _rows(connection, table, "recipient", person):
        parts = [row["header"], *filter(None, [row["body"]])]
        if all(not _purged(connection, digest) for digest in parts):
            yield row["id"], b"".join(viewing.blob(connection, digest) for digest in parts)


def _purged(connection: Connection, digest: str) -> bool:
    wanted = select(schema.blob.c.purged_at).where(schema.blob.c.digest == digest)
    return connection.execute(wanted).scalar_one_or_none() is not None


def _names(raw: bytes, person: str) -> bool:
    """Does an address header of this mail name the person? Found as written, without a parser: one that takes every
    address apart can be made to fail, or to run for hours, by whoever writes to us."""
    head = raw.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    for line in _FOLD.sub(b"", head).splitlines():
        name, _, value = line.partition(b":")
        if name.strip().lower() in _ADDRESS_HEADERS and _mentions(value.decode("utf-8", "replace"), person):
            return True
    return False


def _write_mails(packed: zipfile.ZipFile, folder: str, mails: Iterator[tuple[int, bytes]]) -> int:
    count = 0
    for number, raw in mails:
        packed.writestr(f"{folder}/{number:06}.eml", raw)
        count += 1
    return count


def _csv(names: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A table for a spreadsheet; text that looks like a formula is made harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for line in lines:
        writer.writerow([_harmless(value) for value in line])
    return out.getvalue()


def _harmless(value: Any) -> Any:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
