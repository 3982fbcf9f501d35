"""Opening a store: a fresh one is made, one with another schema is refused."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, inspect, select, text

from bot.errors import SchemaMismatch
from bot.store import schema
from bot.store.engine import writing

_CREATION_LOCK = 7_046_029  # any number of our own: two bots that start on an empty PostgreSQL make the tables once


def schema_version(connection: Connection) -> str | None:
    """The schema version of a store; None for an empty database, "" for one whose tables are not ours."""
    names = set(inspect(connection).get_table_names())
    if schema.alembic_version.name not in names:
        return "" if names else None
    return connection.execute(select(schema.alembic_version.c.version_num)).scalar() or ""


def create(connection: Connection) -> None:
    """Make every table, the triggers and the version mark of an empty database."""
    schema.metadata.create_all(connection, checkfirst=False)
    schema.alembic_version.create(connection, checkfirst=False)
    for statement in schema.APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    connection.execute(insert(schema.alembic_version).values(version_num=schema.VERSION))


def lock_creation(connection: Connection) -> None:
    """Let one program at a time make or change tables (PostgreSQL; SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CREATION_LOCK})


def make_ready(engine: Engine) -> None:
    """Check the schema, or make it in an empty database. Raises SchemaMismatch."""
    with engine.connect() as connection:
        found = schema_version(connection)
    if found is None:
        with writing(engine).begin() as connection:
            lock_creation(connection)
            found = schema_version(connection)
            if found is None:
                create(connection)
                return
    check(found)


def check(found: str | None) -> None:
    """Raise SchemaMismatch unless ``found`` is the version this program needs."""
    check_upgradable(found)
    if found != schema.VERSION:
        raise SchemaMismatch(
            f"The store has schema {found}; this program needs {schema.VERSION}.",
            "Make a backup, then run: run_bot.py migrate",
            "schema-older",
        )


def check_upgradable(found: str | None) -> None:
    """Raise SchemaMismatch when this is no store of ours, or one of a newer program."""
    if not found:
        raise SchemaMismatch("This database is not a store of the bot.", "Check the store URL.", "not-a-store")
    if found > schema.VERSION:
        raise SchemaMismatch(
            f"The store has schema {found}; this program knows {schema.VERSION} and is too old for it.",
            "Install the newer program again.",
            "schema-newer",
        )
