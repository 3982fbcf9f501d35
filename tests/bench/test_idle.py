"""With nothing to do the program loads little and holds little; `make bench` has its CPU."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench import idle
from tests.bench.bench_idle import MEMORY

MOST_MODULES = 760  # of any origin; each costs a millisecond or two at every pass that cron starts

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return idle.configuration(tmp_path_factory.mktemp("idle"))


def test_a_pass_with_nothing_due_loads_no_heavy_library(config: Path) -> None:
    found = idle.loaded(config, "tick")
    assert set(found) & set(idle.HEAVY) == set()
    assert len(found) <= MOST_MODULES


def test_alembic_is_loaded_by_migrate_alone(config: Path) -> None:
    assert "alembic" in idle.loaded(config, "migrate")
    for command in ("status", "check", "verify"):
        assert "alembic" not in idle.loaded(config, command)


def test_a_waiting_service_stays_small(config: Path) -> None:
    _, megabytes = idle.waiting(config, polls=1)
    assert megabytes < MEMORY
