"""The kills after lasting effects on PostgreSQL, in short: a few of each chosen step (SQLite meets them all)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.crash.bots import comparable, configure
from tests.crash.ending import Ending
from tests.crash.steps import Reference, failures, spread
from tests.crash.test_step_kills import APPROVAL, DISTRIBUTION, DRAFT, REQUESTS, WORKBOOK

pytestmark = [pytest.mark.slow, pytest.mark.skipif(postgres.BINARIES is None, reason=postgres.NO_SERVER)]

CHOSEN = ((REQUESTS, 2), (WORKBOOK, 3), (DRAFT, 2), (APPROVAL, 2), (DISTRIBUTION, 3))
MONTH = "month"


class OnPostgres(Reference):
    """The month on one database of a server; what stood before each step is kept as a database to copy from."""

    def __init__(self, folder: Path, server: Path) -> None:
        super().__init__(folder)
        self._server = server

    def keep(self, step: int) -> None:
        """Copy the month's database aside."""
        self._copy(f"before_{step}", MONTH)

    def put_back(self, step: int, out: Path) -> None:
        """The month's database as it stood before ``step``; before the first, an empty one and its configuration."""
        self._copy(MONTH, f"before_{step}" if step else "template0")
        if not step:
            out.mkdir(exist_ok=True)
            configure(out, f"postgresql://bot@/{MONTH}?host={self._server}")

    def faults(self, found: Ending, wanted: Ending) -> list[str]:
        """Numbers of rows apart: PostgreSQL leaves gaps in them where a transaction was killed."""
        return comparable(found).faults(comparable(wanted))

    def _copy(self, name: str, source: str) -> None:
        with psycopg.connect(host=str(self._server), user="bot", dbname="postgres", autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ANY(%s)", [[name, source]]
            )
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")


@pytest.fixture(scope="module")
def on_postgres(folder: Path) -> Iterator[OnPostgres]:
    with postgres.running() as server:
        made = folder / "reference-postgres"
        made.mkdir()
        yield OnPostgres(made, server)


@pytest.mark.parametrize(("step", "wanted"), CHOSEN)
def test_a_kill_in_a_chosen_step_changes_nothing_on_postgresql(on_postgres: OnPostgres, step: int, wanted: int) -> None:
    effects = spread(len(on_postgres.effects(step)), wanted)
    assert len(effects) == wanted
    assert list(failures(on_postgres, step, effects)) == []
    assert not list(on_postgres.folder.rglob("*.db"))  # it was PostgreSQL, and nothing else
