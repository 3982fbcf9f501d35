"""Migrations: an older store is brought here with its data, and both ways to make a store make the same one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from bot.core.model import InboundState
from bot.errors import SchemaMismatch, StoreError
from bot.store import migrate as migrating
from bot.store import schema
from bot.store.engine import make_engine
from bot.store.migrate import migrate, schema_version
from bot.store.sql import SqlStore
from tests.store.world import NOW, World, edition, later

OLD = Path(__file__).parent / "data" / "0001.sqlite.sql"


def _plain(index: Any) -> dict[str, Any]:
    """An index without SQLAlchemy's objects, which differ each time."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}


def _shape(url: str) -> dict[str, Any]:
    """Everything that the database itself says of its tables."""
    engine = make_engine(url)
    found: dict[str, Any] = {}
    with engine.connect() as connection:
        look = inspect(connection)
        for table in sorted(look.get_table_names()):
            found[table] = {
                "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)],
                "primary key": look.get_pk_constraint(table),
                "unique": sorted(look.get_unique_constraints(table), key=str),
                "foreign keys": sorted(look.get_foreign_keys(table), key=str),
                "checks": sorted(look.get_check_constraints(table), key=str),
                "indexes": sorted((_plain(one) for one in look.get_indexes(table)), key=str),
            }
        triggers = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        if connection.dialect.name == "postgresql":
            triggers = (
                "SELECT tgname, pg_get_triggerdef(oid), pg_get_functiondef(tgfoid) FROM pg_trigger "
                "WHERE NOT tgisinternal ORDER BY tgname"
            )
        found["triggers"] = [tuple(row) for row in connection.execute(text(triggers))]
        found["version"] = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()
    return found


def _other(url: str, cluster: Any) -> str:
    """A second empty database of the same kind."""
    from tests.postgres import new_database

    return new_database(cluster()) if url.startswith("postgresql") else url.replace("store.db", "other.db")


def test_a_fresh_store_and_a_migrated_one_are_the_same(url: str, request: pytest.FixtureRequest) -> None:
    other = _other(url, lambda: request.getfixturevalue("cluster"))
    SqlStore(url).close()
    assert migrate(other) == (None, schema.VERSION)
    fresh, migrated = _shape(url), _shape(other)
    assert fresh == migrated
    assert len(fresh["triggers"]) == 2
    assert len(fresh) == len(schema.metadata.tables) + 3


def test_the_program_and_the_last_migration_agree_on_the_version() -> None:
    scripts = Path(migrating.__file__).with_name("migrations") / "versions"
    assert max(file.name[:4] for file in scripts.glob("[0-9]*.py")) == schema.VERSION


def test_migrating_step_by_step_and_twice_is_harmless(url: str) -> None:
    assert schema_version(url) is None
    assert migrate(url, "0001") == (None, "0001")
    assert migrate(url) == ("0001", schema.VERSION)
    assert migrate(url) == (schema.VERSION, schema.VERSION)
    assert schema_version(url) == schema.VERSION
    store = SqlStore(url)
    assert store.add_edition(edition()).id == 1
    store.close()


def test_an_old_file_is_refused_until_it_is_migrated_and_keeps_its_data(
    tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    file = tmp_path / "store.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(OLD.read_text("utf-8"))
    url = f"sqlite:///{file}"
    with pytest.raises(SchemaMismatch, match=r"run_bot\.py migrate"):
        SqlStore(url)
    assert migrate(url) == ("0001", schema.VERSION)
    store = open_store(url)
    view = store.view(1)
    assert view.edition.cause == "HOLD by editor"
    assert view.done == {"request"}
    assert [one.theme for one in view.submissions] == ["hate-crime"]
    assert view.draft is not None
    assert store.blob(view.draft.parts[0].digest) == b"draft 1"
    assert store.mail_bytes(view.deliveries[0]) == b"To: a\r\n\r\n"
    assert store.raw(1).endswith(b"Nothing this month.\r\n")
    assert [one.state for one in store.inbounds((InboundState.HANDLED,))] == [InboundState.HANDLED]
    assert store.broken_events() == ()
    assert len(store.events()) == 3


def test_data_of_every_table_survives_on_both_databases(url: str, open_store: Callable[[str], SqlStore]) -> None:
    migrate(url, "0001")
    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript(OLD.read_text("utf-8"))
        old.row_factory = sqlite3.Row
        engine = make_engine(url)
        with engine.begin() as connection:
            for table in schema.metadata.sorted_tables:
                if table.name in ("retained", "people"):  # came later
                    continue
                for row in old.execute(f'SELECT * FROM "{table.name}"'):
                    names = [name for name in row.keys()]  # noqa: C416, SIM118 - a Row is no dict
                    marks = ", ".join(f":{name}" for name in names)
                    flags = {name: bool(row[name]) for name in names if name in {"junk", "filed", "dead"}}
                    statement = f'INSERT INTO "{table.name}" ({", ".join(names)}) VALUES ({marks})'
                    connection.execute(text(statement), {**dict(row), **flags})
        engine.dispose()
    migrate(url)
    store = open_store(url)
    assert store.broken_events() == ()
    assert len(store.view(1).deliveries) == 1
    assert store.raw(1).startswith(b"From: lead")


def test_a_foreign_database_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE letters (id INTEGER)")
        connection.commit()
    with pytest.raises(SchemaMismatch, match="not a store"):
        migrate(f"sqlite:///{file}")
    assert schema_version(f"sqlite:///{file}") == ""


def test_a_store_of_a_newer_program_is_not_touched(world: World) -> None:
    with world.sql._writer.begin() as connection:
        connection.execute(schema.alembic_version.update().values(version_num="9999"))
    with pytest.raises(SchemaMismatch, match="too old"):
        migrate(world.url)
    assert world.store.edition_by_id(world.edition.id) == world.edition


def test_a_migration_that_fails_leaves_the_store_as_it_was(url: str) -> None:
    migrate(url, "0001")
    before = _shape(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE retained (x INTEGER)"))  # in the way of 0002, after its first step
    engine.dispose()
    with pytest.raises(StoreError):
        migrate(url)
    after = _shape(url)
    del after["retained"]
    assert after == before


def test_a_plain_engine_sees_times_as_utc_text(sqlite_url: str) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    world.mail("1", at=later(0.5).astimezone())
    world.sql.close()
    with create_engine(sqlite_url).connect() as connection:
        stored = connection.execute(text("SELECT received_at FROM inbound")).scalar()
    assert stored == later(0.5).strftime("%Y-%m-%d %H:%M:%S.%f")
    assert NOW.utcoffset() is not None


def test_figures_come_under_the_name_of_the_bulletin_that_brought_them(url: str) -> None:
    migrate(url, "0003")
    engine = make_engine(url)
    told = {"at": "2025-08-12 08:00:00", "digest": "d" * 64, "data": "{}", "no": False}
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO blob (digest, data, purged_at) VALUES (:digest, NULL, :at)",
            "INSERT INTO edition (id, bulletin, period, state, version, data) VALUES "
            "(1, 'east', '2025-08', 'planned', 0, :data), (2, 'west', '2025-08', 'planned', 0, :data)",
            "INSERT INTO inbound (id, mailbox, ref, state, attempts, junk, received_at, digest, blob, edition_id, "
            "note, filed) VALUES (7, 'm', '1', 'remembered', 0, :no, :at, '', :digest, 2, '', :no)",
        ):
            connection.execute(text(statement), told)
        for period, inbound, series in (
            ("2025-06", None, "custody"),
            ("2025-07", 7, "custody"),
            ("2025-07", None, "x"),
        ):
            connection.execute(
                text(
                    "INSERT INTO count (series, period, district, measure, revision, value, source, inbound) "
                    "VALUES (:series, :period, 'Watford', 'positive', 1, 3, '', :inbound)"
                ),
                {"series": series, "period": period, "inbound": inbound},
            )
    engine.dispose()
    migrate(url)
    with make_engine(url).connect() as connection:
        names = connection.execute(text("SELECT series FROM count ORDER BY id")).scalars().all()
    assert names == ["west/custody", "west/custody", "east/x"]
