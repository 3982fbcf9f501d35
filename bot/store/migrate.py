"""Bring an older store to the schema this program needs. The only module of the program that imports Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from bot.store import opening
from bot.store.engine import make_engine, writing
from bot.store.faults import plainly

_SCRIPTS = Path(__file__).with_name("migrations")


def migrate(url: str, target: str = "head") -> tuple[str | None, str | None]:
    """Run what is missing, all in one transaction; the versions before and after (None = an empty database).

    Raises SchemaMismatch for a store of a newer program or a database that is not ours.
    """
    with plainly():
        engine = make_engine(url)
        try:
            with writing(engine).begin() as connection:
                opening.lock_creation(connection)
                before = opening.schema_version(connection)
                if before is not None:
                    opening.check_upgradable(before)
                command.upgrade(_config(connection), target)
                return before, opening.schema_version(connection)
        finally:
            engine.dispose()


def schema_version(url: str) -> str | None:
    """The schema version of a store; None for an empty database, "" for one whose tables are not ours."""
    with plainly():
        engine = make_engine(url)
        try:
            with engine.connect() as connection:
                return opening.schema_version(connection)
        finally:
            engine.dispose()


def _config(connection: Connection) -> Config:
    """Alembic's configuration without its .ini file."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
