"""Four bots on one PostgreSQL, killed at random, stopped and woken: nothing is lost and nothing leaves twice.

``BOT_KILLS`` says how many kills: 2,000 take about a quarter of an hour.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import DeliveryState
from bot.core.records import Delivery
from bot.store.sql import SqlStore
from tests.crash import months
from tests.crash.bots import month_of_many
from tests.crash.ending import Ending, ending_of
from tests.crash.soak import Tally
from tests.postgres import BINARIES, NO_SERVER, new_database, running

KILLS = int(os.environ.get("BOT_KILLS", "100"))
SEED = int(os.environ.get("CRASH_SEED", "20250801"))


pytestmark = [pytest.mark.slow, pytest.mark.skipif(BINARIES is None, reason=NO_SERVER)]


@dataclass
class Alone:
    """A month of one bot that nobody disturbed, and about how long a step of it takes, in seconds."""

    reference: Ending
    quick: float


@pytest.fixture(scope="module")
def alone(folder: Path) -> Alone:
    months.warm_up()
    began = time.monotonic()
    assert months.month(folder / "alone") == months.FINISHED
    quick = (time.monotonic() - began) / months.LAST
    assert months.afterwards(folder / "alone") == months.FINISHED
    return Alone(ending_of(folder / "alone"), quick)


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with running() as root:
        yield root


def test_no_kill_and_no_zombie_among_many_bots_loses_or_doubles_a_mail(
    folder: Path, alone: Alone, server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    total, woken = Tally(), 0
    while total.kills < KILLS and not total.faults:
        out = folder / f"many-{total.months}"
        out.mkdir()
        one, zombies = month_of_many(out, new_database(server), SEED + total.months, alone.reference, alone.quick)
        total.add(one)
        woken += zombies
    with capsys.disabled():
        print(f"\n{total.lines()[0]} {woken} zombies woken.")  # noqa: T201 - the counts are what this test is for
    assert total.faults == []
    assert (total.lost, total.duplicated) == (0, 0)
    assert woken > 0


def without_leases() -> None:
    """A wrong bot: it takes whatever is queued, and does not ask whether another was faster."""
    real = SqlStore.move_delivery

    def lease_deliverable(store: SqlStore, now: datetime, limit: int, seconds: int, **_: Any) -> tuple[Delivery, ...]:
        return tuple(mail for mail in store.deliveries() if mail.state is DeliveryState.QUEUED)[:limit]

    def move_delivery(store: SqlStore, *given: Any, **named: Any) -> bool:
        real(store, *given, **named)
        return True

    SqlStore.lease_deliverable = lease_deliverable
    SqlStore.move_delivery = move_delivery


def test_bots_that_do_not_lease_are_caught(folder: Path, alone: Alone, server: Path) -> None:
    out = folder / "wrong"
    out.mkdir()
    tally, _ = month_of_many(out, new_database(server), SEED, alone.reference, alone.quick, without_leases)
    assert tally.duplicated > 0
