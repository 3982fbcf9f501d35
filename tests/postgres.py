"""A private PostgreSQL server in a temporary directory, for every test that needs one."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
NO_SERVER = "PostgreSQL (initdb, pg_ctl) is not installed: the tests on PostgreSQL do not run"
DATABASES = 3  # used in turn and emptied: ten times cheaper than new ones
_numbers = itertools.count(1)


def _server_user(root: Path) -> int | None:
    """PostgreSQL refuses to run as root: use the user that its package made."""
    if os.geteuid() != 0:
        return None
    who = pwd.getpwnam("postgres")
    os.chown(root, who.pw_uid, who.pw_gid)
    return who.pw_uid


def _run(root: Path, program: str, *words: str) -> None:
    command = [f"{BINARIES}/{program}", "-D", str(root / "data"), *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=root, user=_server_user(root))


def start(root: Path) -> None:
    """Start the server of this directory."""
    settings = f"-c listen_addresses= -c unix_socket_directories={root} -c fsync=off -c max_connections=60"
    _run(root, "pg_ctl", "-w", "-l", str(root / "log"), "-o", settings, "start")


def stop(root: Path) -> None:
    """Stop it at once, as a crash does."""
    _run(root, "pg_ctl", "-w", "-m", "immediate", "stop")


@contextmanager
def running() -> Iterator[Path]:
    """A PostgreSQL server on a Unix socket; gives the socket's directory."""
    assert BINARIES is not None
    root = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path holds 107 characters
    _run(root, "initdb", "-U", "bot", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    start(root)
    try:
        yield root
    finally:
        stop(root)
        shutil.rmtree(root, ignore_errors=True)


def new_database(socket: Path) -> str:
    """The URL of an empty database on this server."""
    name = f"store{next(_numbers) % DATABASES}"
    with psycopg.connect(host=str(socket), user="bot", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f"CREATE DATABASE {name}")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    with psycopg.connect(host=str(socket), user="bot", dbname=name, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return f"postgresql://bot@/{name}?host={socket}"
