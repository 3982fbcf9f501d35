"""A copy of the example configuration for each test to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The example configuration, free to be changed."""
    return Files(tmp_path / "config")
