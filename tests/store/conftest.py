"""The same tests run on SQLite and, where PostgreSQL is installed, on a private cluster in a temporary directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.sql import SqlStore
from tests.postgres import BINARIES, NO_SERVER, new_database, running
from tests.store.world import World

POSTGRES = pytest.param(
    "postgresql", marks=[pytest.mark.server, pytest.mark.skipif(BINARIES is None, reason=NO_SERVER)]
)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """A PostgreSQL server on a Unix socket; gives the socket's directory. It ends with the test session."""
    with running() as root:
        yield root


@pytest.fixture(params=["sqlite", POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of one kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'store.db'}"
    return new_database(request.getfixturevalue("cluster"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def open_store() -> Iterator[Callable[[str], SqlStore]]:
    """Open stores; all are closed when the test ends."""
    opened: list[SqlStore] = []

    def opener(url: str) -> SqlStore:
        opened.append(SqlStore(url))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def world(url: str, open_store: Callable[[str], SqlStore]) -> World:
    """A store with one edition that is collecting."""
    return World(url, open_store(url))
