"""The same tests run on SQLite and, where PostgreSQL is installed, on a private cluster in a temporary directory."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.store.sql import SqlStore
from tests.store.world import World

BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
NO_SERVER = "PostgreSQL (initdb, pg_ctl) is not installed: the store's tests on PostgreSQL do not run"
POSTGRES = pytest.param(
    "postgresql", marks=[pytest.mark.server, pytest.mark.skipif(BINARIES is None, reason=NO_SERVER)]
)
_numbers = itertools.count(1)


def _server_user(root: Path) -> int | None:
    """PostgreSQL refuses to run as root: use the user that its package made."""
    if os.geteuid() != 0:
        return None
    who = pwd.getpwnam("postgres")
    os.chown(root, who.pw_uid, who.pw_gid)
    return who.pw_uid


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """A PostgreSQL server on a Unix socket; gives the socket's directory. It ends with the test session."""
    assert BINARIES is not None
    root = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path holds 107 characters
    user = _server_user(root)

    def run(program: str, *words: str) -> None:
        subprocess.run([f"{BINARIES}/{program}", *words], check=True, stdout=subprocess.DEVNULL, cwd=root, user=user)

    data = str(root / "data")
    run("initdb", "-D", data, "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    settings = f"-c listen_addresses= -c unix_socket_directories={root} -c fsync=off -c max_connections=60"
    run("pg_ctl", "-D", data, "-w", "-l", str(root / "log"), "-o", settings, "start")
    try:
        yield root
    finally:
        run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(params=["sqlite", POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of one kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'store.db'}"
    return new_database(request.getfixturevalue("cluster"))


def new_database(socket: Path) -> str:
    """An empty database on the private cluster: three in turn, emptied, which is ten times cheaper than new ones."""
    name = f"store{next(_numbers) % 3}"
    with psycopg.connect(host=str(socket), user="bot", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f"CREATE DATABASE {name}")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    with psycopg.connect(host=str(socket), user="bot", dbname=name, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return f"postgresql://bot@/{name}?host={socket}"


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
