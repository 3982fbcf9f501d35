"""Backup, restore and copy of a whole store. A backup is one SQLite file, whatever the store itself runs on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select, text, update

from bot.core.lifecycle import DeliveryEvent, sources
from bot.core.model import DeliveryState
from bot.errors import StoreError
from bot.store import chain, opening, schema
from bot.store.engine import make_engine, must_be_there, parse_url, snapshot, sqlite_file, writing
from bot.store.faults import plainly
from bot.store.purge import purge, retain
from bot.store.upsert import insert_new

__all__ = ["backup", "copy", "purge", "restore", "retain"]

_ROWS = 200  # rows carried at once: blobs may be megabytes
_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a file that is open, or was when its program ended
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def backup(url: str, file: Path | str) -> None:
    """Write the store, as of one moment, to a new file (0600), while bots go on working.

    It is complete on the disk or not there at all. Raises StoreError when the file exists or the copy is damaged.
    """
    target = Path(file)
    if target.exists():
        raise StoreError(f"The file {target} is there already.", "Name a new file; no backup is overwritten.", "exists")
    if not target.parent.is_dir():
        raise StoreError(f"There is no directory {target.parent}.", "Make it, or name another file.", "no-directory")
    source = sqlite_file(parse_url(url))
    must_be_there(url)
    with _beside(target) as partial, plainly():
        if source is not None:
            _copy_file(source, partial)
            _check_file(partial)
        else:
            with _locally() as local:
                copy(url, _url(local))
                _single_file(local)
                _check_file(local)
                _copy_bytes(local, partial)
        _name(partial, target)


def restore(file: Path | str, url: str, *, at: datetime) -> Path | None:
    """Put a backup in the place of the store. Stop the service first.

    Nobody knows what left after the backup was made: all that was queued or releasing in it becomes in doubt, which
    means that it is looked up or shown to a person, never sent blindly. That is written before the backup has the
    store's name, so whenever this is killed, the store is the old one, whole, or the new one with its mark. An SQLite
    store that is there is kept beside it (the path is returned); a PostgreSQL database must be empty, and gets the rows
    of a copy that was migrated first. The backup itself is only read, wherever it lies. Raises StoreError (also while
    somebody uses the store), SchemaMismatch.
    """
    source = Path(file)
    if not source.is_file():
        raise StoreError(f"There is no backup {source}.", "Check the name of the file.", "no-backup")
    target = sqlite_file(parse_url(url))
    with plainly():
        if target is not None:
            return _replace(source, target, at)
        with _locally() as local:
            _fetch(source, local)
            _check_file(local)
            _check_store(local)
            from bot.store.migrate import migrate  # loads Alembic

            migrate(_url(local))  # a PostgreSQL database is filled with rows of today's tables only
            _copy_all(_url(local), url, at)
    return None


def copy(source_url: str, target_url: str) -> None:
    """Copy every row of a store into an empty database, in one transaction.

    Raises ConfigError when there is no store to copy, StoreError when the database to copy to is not empty."""
    must_be_there(source_url)
    with plainly():
        _copy_all(source_url, target_url)


def _copy_all(source_url: str, target_url: str, restored_at: datetime | None = None) -> None:
    """Copy a store; with ``restored_at`` the copy carries the mark of a restore from its first moment on."""
    source, target = make_engine(source_url), make_engine(target_url)
    try:
        _copy(source, target, restored_at)
    finally:
        source.dispose()
        target.dispose()


def _copy(source: Engine, target: Engine, restored_at: datetime | None) -> None:
    with snapshot(source).connect() as reading, writing(target).begin() as connection:
        opening.check(opening.schema_version(reading))
        opening.lock_creation(connection)
        if opening.schema_version(connection) is not None:
            raise StoreError("The database to copy to is not empty.", "Name an empty one.", "not-empty")
        opening.create(connection)
        for table in schema.metadata.sorted_tables:
            rows = reading.execution_options(yield_per=_ROWS).execute(select(table))
            for batch in rows.mappings().partitions():
                connection.execute(insert(table), [dict(row) for row in batch])
        if target.dialect.name == "postgresql":
            _go_on_counting(connection)
        if restored_at is not None:
            _doubt(connection, restored_at)


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL's sequences do not see numbers that were given from outside."""
    for table in schema.metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and keys[0] is table.autoincrement_column:
            name = keys[0].name
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table.name}', '{name}'), max({name})) FROM {table.name}")  # noqa: S608 - our own names
            )


def _doubt(connection: Connection, at: datetime) -> None:
    """Queued or releasing at the time of the backup: by now it may have left."""
    table = schema.delivery
    unsure = {*sources(DeliveryEvent.RELEASE), *sources(DeliveryEvent.SILENT)}
    states = sorted(state.value for state in unsure)
    changed = update(table).where(table.c.state.in_(states))
    values = {"state": DeliveryState.IN_DOUBT.value, "reason": "restored from a backup", "changed_at": at}
    found = connection.execute(changed.values(leased_until=None, **values)).rowcount
    newest = connection.execute(select(func.max(schema.event.c.at))).scalar_one_or_none() or at
    chain.append(connection, None, at, "restored", {"in_doubt": found})
    problem = {
        "code": "restored",
        "where": "/".join(moment.astimezone(UTC).isoformat(timespec="seconds") for moment in (newest, at)),
        "sentence": "A backup was put back. The bot reads again what was filed since, and looks every mail up in Sent "
        "before it leaves. Drafts and approvals made since the backup do not count any more.",
        "todo": "Look at `status`. An editor who has a draft from before replies CHANGES to get a fresh one.",
        "noted_at": at,
    }
    insert_new(connection, schema.problem, [problem], "code", "where", where=schema.OPEN_PROBLEM)


# ------------------------------------------------------------------------------------------------------ files


def _url(file: Path) -> str:
    """The store URL of an SQLite file of ours."""
    return f"sqlite:///{file.as_posix()}"


@contextmanager
def _locally() -> Iterator[Path]:
    """A name for a private copy where SQLite may work: a backup may lie on a network share. It is gone afterwards."""
    try:
        directory = tempfile.TemporaryDirectory(prefix="bulletin-")  # 0700
    except OSError as error:
        raise StoreError(
            f"There is no temporary directory to work in: {error.strerror or error}.", "Name one in TMPDIR.", "file"
        ) from error
    with directory as name:
        yield Path(name) / "copy.db"


def _fetch(source: Path, target: Path) -> None:
    """A private copy of a backup, which itself is only read: its bytes, or, of one that has a log beside it (a store's
    file, taken for a backup), what SQLite makes of the two."""
    if any(source.with_name(source.name + suffix).exists() for suffix in _BESIDE):
        _copy_file(source, target)
        return
    _copy_bytes(source, target)
    try:
        _single_file(target)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{source} cannot be read as a store: {error}.", "Is it damaged?", "damaged") from error


def _copy_bytes(source: Path, target: Path) -> None:
    """The same bytes in a new file (0600), on the disk."""
    try:
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(source, target)
        _sync(target)
    except OSError as error:
        raise StoreError(
            f"{source} cannot be copied into {target.parent}: {error.strerror or error}.",
            "Check the rights and the disk; TMPDIR names another temporary directory.",
            "file",
        ) from error


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name beside the target for what is not complete yet; it is gone afterwards."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        yield partial
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {error.strerror or error}.", "Check the disk.", "file"
        ) from error
    finally:
        for suffix in ("", *_BESIDE):
            partial.with_name(partial.name + suffix).unlink(missing_ok=True)


def _name(partial: Path, target: Path) -> None:
    """Give the complete file its name. A link fails when somebody was faster, where a rename would overwrite."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        os.rename(partial, target)
    _sync(target.parent)


def _copy_file(source: Path, target: Path) -> None:
    """SQLite's own online backup: one moment, the write-ahead log included."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as new:
            reading.backup(new)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{source} cannot be read as a store: {error}.", "Is it damaged?", "damaged") from error
    _single_file(target)


def _single_file(file: Path) -> None:
    """Everything in one file, nothing in a write-ahead log, and on the disk."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    _sync(file)


def _check_file(file: Path) -> None:
    """SQLite's own check. What the digests say is said when bytes are read."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            told = connection.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            told = str(error)
    if told != "ok":
        raise StoreError("The store is damaged, so there is no backup.", f"SQLite says: {told}", "damaged")


def _replace(source: Path, target: Path, at: datetime) -> Path | None:
    """Put a copy of ``source``, marked as restored, at ``target`` in one step; what was there stays beside it."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _beside(target) as partial:
        _fetch(source, partial)
        _check_file(partial)
        _check_store(partial)
        _mark(partial, at)
        kept = _keep(target)
        os.replace(partial, target)
        _sync(target.parent)
    return kept


def _mark(file: Path, at: datetime) -> None:
    """Write into the copy that it is a restored one, while it has no name yet."""
    engine = make_engine(f"sqlite:///{file}")
    try:
        with writing(engine).begin() as connection:
            _doubt(connection, at)
    finally:
        engine.dispose()
    _single_file(file)


def _keep(target: Path) -> Path | None:
    """Keep the store that is there under another name, and leave nothing at ``target`` but one whole file: an old
    write-ahead log would be applied to the new file. What is too damaged for that is kept as SQLite leaves it."""
    if target.exists():
        _fold(target)
    beside = [suffix for suffix in _BESIDE if target.with_name(target.name + suffix).exists()]
    if not target.exists() and not beside:
        return None
    kept = _free_name(target)
    for suffix in (*beside, "") if target.exists() else beside:  # the store itself last: its name says that all is kept
        _copy_as(target.with_name(target.name + suffix), kept.with_name(kept.name + suffix))
    for suffix in beside:
        target.with_name(target.name + suffix).unlink()
    _sync(target.parent)
    return kept


def _fold(target: Path) -> None:
    """Bring the log of the store that is there into its file, which asks for nobody else to have it open."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        kind = error.sqlite_errorcode & 0xFF
        if kind in _BUSY:
            raise StoreError("The store is in use.", "Stop the service, then restore.", "busy") from error
        if kind not in _DAMAGED:  # a full disk, for instance
            raise StoreError(
                f"{target} cannot be kept: {error}.", "Nothing was changed; is the disk full?", "file"
            ) from error


def _copy_as(source: Path, target: Path) -> None:
    """A copy that is complete on the disk or not there at all."""
    with _beside(target) as partial:
        shutil.copy2(source, partial)
        _sync(partial)
        _name(partial, target)


def _check_store(file: Path) -> None:
    """Is it a store of ours, of this version or one that `migrate` can bring here?"""
    engine = make_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            opening.check_upgradable(opening.schema_version(connection))
    finally:
        engine.dispose()
    _single_file(file)


def _free_name(target: Path) -> Path:
    """The first name "store.db.replaced-N" that is not taken."""
    number = 1
    taken = {file.name for file in target.parent.iterdir()}
    while any((name := f"{target.name}.replaced-{number}") + suffix in taken for suffix in ("", *_BESIDE)):
        number += 1
    return target.with_name(name)


def _sync(path: Path) -> None:
    """Make a file, or the names in a directory, durable; Windows has no such call."""
    if os.name != "nt":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
