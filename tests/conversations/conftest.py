"""One world a test; on PostgreSQL instead of SQLite when CONVERSATIONS_STORE=postgresql (a part of the gate)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.world import World
from tests.postgres import new_database, running

ON_POSTGRES = os.environ.get("CONVERSATIONS_STORE") == "postgresql"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path | None]:
    """A PostgreSQL server, where it is wanted."""
    if not ON_POSTGRES:
        yield None
        return
    with running() as root:
        yield root


@pytest.fixture
def world(tmp_path: Path, cluster: Path | None) -> Iterator[World]:
    """A council in a folder."""
    made = World(tmp_path, new_database(cluster) if cluster else None)
    yield made
    made.close()
