"""From a store URL to an engine: durable SQLite on a local disk, or PostgreSQL."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import ConfigError
from bot.store.disk import network_file_system

BUSY_SECONDS = 30  # how long a writer waits for another
REST_SECONDS = 5.0
_USED = "bot_used"
_WAL = "wal"
_POSTGRES_OPTIONS = (
    # The last two end what a stopped process (SIGSTOP) would otherwise hold for ever.
    f"-c timezone=UTC -c lock_timeout={BUSY_SECONDS}s -c idle_in_transaction_session_timeout={BUSY_SECONDS}s"
)


def parse_url(url: str) -> URL:
    """The store URL, with the driver filled in. Raises ConfigError."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        hint = "Use sqlite:///var/bulletin.db or postgresql://..."
        raise ConfigError("The store URL cannot be read.", hint) from error
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ConfigError(f"The store cannot be kept in {parsed.drivername}.", "Use sqlite:/// or postgresql://.")
    if parsed.database in {None, "", ":memory:"}:
        raise ConfigError("The store URL names no file.", "Use sqlite:///var/bulletin.db, for instance.")
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite store, None for PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def must_be_there(url: str) -> None:
    """Refuse an SQLite store whose file does not exist, before an engine makes an empty one. Raises ConfigError."""
    file = sqlite_file(parse_url(url))
    if file is not None and not file.is_file():
        raise ConfigError(f"There is no store at {file}.", "Check the store URL.", "no-store")


def make_engine(url: str) -> Engine:
    """An engine for this store; the directory and the file (0600) are made when they are missing.

    Raises ConfigError on a URL that cannot be used, a network share included.
    """
    parsed = parse_url(url)
    file = sqlite_file(parsed)
    if file is None:
        engine = create_engine(parsed, connect_args={"connect_timeout": 10, "options": _POSTGRES_OPTIONS})
        _ask_after_rest(engine)
        return engine
    _prepare(file)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write: SQLite takes the write lock at BEGIN, so none fails half way."""
    return engine.execution_options(bot_writes=True)


def snapshot(engine: Engine) -> Engine:
    """The same engine for transactions that read: what one reads is of one moment (on SQLite it is anyway)."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")


def single(engine: Engine) -> Engine:
    """The same engine for one statement that reads, which is of one moment by itself."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


def _prepare(file: Path) -> None:
    """Refuse a network share; make the directory and an empty file that only we can read."""
    kind = network_file_system(file)
    if kind:
        raise ConfigError(
            f"The store {file} lies on a network share ({kind}), where SQLite cannot keep it safe.",
            "Put it on a local disk, or use PostgreSQL.",
            "network-share",
        )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(
            f"The store {file} cannot be made or written: {error.strerror or error}.",
            "Check the store URL and the rights.",
        ) from error


def _ask_after_rest(engine: Engine) -> None:
    """A connection that has rested is asked whether it still lives before it is used; to ask each time would be a third
    of what a bot says to the server. One that died in use is an error of its statement, and is opened anew after it."""

    def put_back(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_USED] = time.monotonic()

    def taken(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get(_USED, time.monotonic()) < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "checkin", put_back)
    event.listen(engine, "checkout", taken)


def _on_connect(connection: Any, _record: object) -> None:
    """Durable, checked, patient. ``isolation_level = None`` leaves BEGIN to us (SQLAlchemy's recipe)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute(f"PRAGMA journal_mode = {_WAL}")
    mode = cursor.fetchone()[0]
    cursor.execute("PRAGMA synchronous = FULL")  # NORMAL loses every commit since the last checkpoint on a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
    if mode != "wal":
        raise ConfigError(
            "The store's file system cannot do write-ahead logging.", "Put the store on a local disk.", "no-wal"
        )


def _on_begin(connection: Connection) -> None:
    """BEGIN IMMEDIATE for those who write, a plain BEGIN (one snapshot) for those who read."""
    writes = connection.get_execution_options().get("bot_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
