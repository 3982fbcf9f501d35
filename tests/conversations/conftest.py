"""One world a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A council in a folder."""
    made = World(tmp_path)
    yield made
    made.close()
