"""Where a store may lie, how it is opened, and what is said when it may not be."""

from __future__ import annotations

import os
import sqlite3
import stat
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, StatementError

from bot.errors import BotError, ConfigError, Conflict, SchemaMismatch, StoreError
from bot.store import disk, opening, schema
from bot.store.engine import make_engine, parse_url
from bot.store.faults import plainly, translate
from bot.store.sql import SqlStore
from tests.store.world import World, edition

MOUNTS = """\
proc /proc proc rw 0 0
/dev/sda1 / ext4 rw 0 0
server:/data /mnt/shared\\040files nfs4 rw 0 0
//nas/x /mnt/nas cifs rw 0 0
/dev/sdb1 /mnt/nas/local ext4 rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/bot/store.db", ""),
        ("/mnt/shared files/bot/store.db", "nfs4"),
        ("/mnt/shared filesystem/store.db", ""),
        ("/mnt/nas/store.db", "cifs"),
        ("/mnt/nas/local/store.db", ""),
        ("\\\\server\\share\\store.db", "UNC path"),
        ("//server/share/store.db", "UNC path"),
        ("\\\\?\\UNC\\server\\share\\store.db", "UNC path"),
    ],
)
def test_a_network_share_is_recognised(tmp_path: Path, path: str, kind: str) -> None:
    table = tmp_path / "mounts"
    table.write_text(MOUNTS)
    assert disk.network_file_system(Path(path), table) == kind


def test_where_nothing_is_known_of_mounts_nothing_is_refused(tmp_path: Path) -> None:
    assert disk.network_file_system(tmp_path, tmp_path / "none") == ""


def test_a_store_on_a_network_share_is_refused(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.engine.network_file_system", lambda _path: "nfs4")
    with pytest.raises(ConfigError, match="network share \\(nfs4\\)") as told:
        SqlStore(sqlite_url)
    assert told.value.exit_code == 2
    assert not Path(sqlite_url.removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize(
    "url", ["", "not a url", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://x/y"]
)
def test_a_url_that_cannot_be_used_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError):
        SqlStore(url)


@pytest.mark.parametrize("url", ["postgresql://h/d", "postgres://h/d", "postgresql+psycopg://h/d"])
def test_every_spelling_of_postgresql_uses_psycopg_3(url: str) -> None:
    assert parse_url(url).drivername == "postgresql+psycopg"


def test_a_directory_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="cannot be made or written"):
        SqlStore(f"sqlite:///{tmp_path}/file/store.db")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_directory_and_files_are_ours_alone(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/a/b/store.db")
    store.add_edition(edition())
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "a" / "b").iterdir()}
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    store.close()


def test_sqlite_is_durable_checked_and_takes_the_write_lock_at_once(sqlite_url: str) -> None:
    store = SqlStore(sqlite_url)
    with store._engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert found == ["wal", 2, 1, 30_000]
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0)
    with store._writer.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    store.close()


def test_a_store_opens_again_with_what_it_held(world: World) -> None:
    again = SqlStore.open(world.url)
    assert again.edition("ccsu-rag", "2025-08") == world.edition
    again.close()


@pytest.mark.parametrize(
    ("version", "code"), [("0001", "schema-older"), ("9999", "schema-newer"), (None, "not-a-store")]
)
def test_another_schema_is_refused_with_what_to_do(world: World, version: str | None, code: str) -> None:
    table = schema.alembic_version
    with world.sql._writer.begin() as connection:
        if version is None:
            table.drop(connection)
        else:
            connection.execute(table.update().values(version_num=version))
    with pytest.raises(SchemaMismatch) as told:
        SqlStore(world.url)
    assert (told.value.code, told.value.exit_code) == (code, 2)
    assert ("run_bot.py migrate" in told.value.hint) == (code == "schema-older")


def test_a_version_mark_without_a_version_is_no_store(world: World) -> None:
    with world.sql._writer.begin() as connection:
        connection.execute(schema.alembic_version.delete())
        assert opening.schema_version(connection) == ""
    with pytest.raises(SchemaMismatch):
        SqlStore(world.url)


def test_a_file_that_is_no_database_is_a_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is a letter to the council, not a database. " * 50)
    with pytest.raises(StoreError) as told:
        SqlStore(f"sqlite:///{tmp_path}/store.db")
    assert told.value.code == "damaged"


def test_a_server_that_is_not_there_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        SqlStore(f"postgresql://bot@/store?host={tmp_path}")
    assert (told.value.code, told.value.message) == ("unreachable", "The database server does not answer.")


class _Postgres(Exception):
    """What psycopg raises, as far as we look at it."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("first line\nDETAIL: somebody@reader.example")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "code", "kind"),
    [
        ("23505", "conflict", Conflict),
        ("40001", "conflict", Conflict),
        ("40P01", "conflict", Conflict),
        ("53100", "disk-full", StoreError),
        ("55P03", "busy", StoreError),
        ("28P01", "login", StoreError),
        ("25006", "read-only", StoreError),
        ("42703", "store", StoreError),
        (None, "unreachable", StoreError),
    ],
)
def test_what_postgresql_says_becomes_ours(state: str | None, code: str, kind: type[BotError]) -> None:
    told = translate(OperationalError("SELECT 1", {}, _Postgres(state)))
    assert (type(told), told.code) == (kind, code)
    assert "reader.example" not in str(told)


def test_a_broken_rule_of_postgresql_is_no_conflict() -> None:
    assert translate(IntegrityError("INSERT", {}, _Postgres("23503"))).code == "refused"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("database or disk is full", "disk-full"),
        ("database is locked", "busy"),
        ("database disk image is malformed", "damaged"),
        ("attempt to write a readonly database", "read-only"),
        ("unable to open database file", "unreachable"),
        ("disk I/O error", "disk-error"),
        ("no such table: x", "store"),
    ],
)
def test_what_sqlite_says_becomes_ours(words: str, code: str) -> None:
    cause = sqlite3.OperationalError(words)
    cause.sqlite_errorname = "SQLITE_X"
    assert translate(OperationalError("SELECT 1", {}, cause)).code == code


class _Row(BaseModel):
    """Something to read wrongly."""

    number: int


def _unreadable() -> None:
    _Row.model_validate({"number": "many"})


def _strange() -> None:
    raise ArgumentError("strange")


@pytest.mark.parametrize(("fails", "code"), [(_unreadable, "row-unreadable"), (_strange, "store")])
def test_other_trouble_is_a_plain_sentence_too(fails: object, code: str) -> None:
    with pytest.raises(StoreError) as told, plainly():
        fails()  # type: ignore[operator]
    assert told.value.code == code


def test_a_time_without_a_zone_is_not_stored(sqlite_url: str) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    naive = datetime(2025, 8, 12, 9, 0)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="without a time zone"), world.sql._writer.begin() as connection:
        connection.execute(schema.due.insert().values(edition_id=1, name="x", at=naive))
    world.sql.close()


def test_a_file_system_without_a_write_ahead_log_is_refused(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.engine._WAL", "off")
    with pytest.raises(ConfigError) as told:
        SqlStore(sqlite_url)
    assert told.value.code == "no-wal"


def test_a_dead_connection_is_a_plain_sentence_and_the_next_step_works(world: World) -> None:
    if world.url.startswith("sqlite"):
        assert make_engine(world.url).dialect.name == "sqlite"
        return
    with make_engine(world.url).connect() as killer, world.sql._engine.connect() as victim:
        number = victim.execute(text("SELECT pg_backend_pid()")).scalar()
        killer.execute(text(f"SELECT pg_terminate_backend({number})"))
        with pytest.raises(DBAPIError) as raised:
            victim.execute(text("SELECT 1"))
    assert translate(raised.value).code == "unreachable"
    assert world.store.edition_by_id(world.edition.id) == world.edition
