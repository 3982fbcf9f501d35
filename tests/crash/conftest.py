"""One uninterrupted month for all tests of a worker; what needs fork is left out where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.months import as_it_was, playground, quicken
from tests.crash.steps import Reference

NEEDS_FORK = (
    "test_step_kills",
    "test_random_kills",
    "test_teeth",
    "test_many_bots",
    "test_call_kills",
    "test_step_kills_postgres",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The kills run where processes fork (Linux, macOS)."""
    if not hasattr(os, "fork"):
        for item in items:
            if item.path.stem in NEEDS_FORK:
                item.add_marker(pytest.mark.skip(reason="no fork here: the kills run on Linux"))


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for months, removed at the end."""
    with playground() as made:
        yield made


@pytest.fixture(scope="session")
def reference(folder: Path) -> Reference:
    """The month that nobody killed."""
    made = folder / "reference-month"
    made.mkdir()
    return Reference(made)


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Quick months in this folder's tests, and in no others of the same process."""
    quicken()
    yield
    as_it_was()
