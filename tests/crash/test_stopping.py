"""SIGTERM finishes the step in hand; the watchdog wakes a job that lost its ticks; a full disk is a plain sentence."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.commands.service import MISSED_TICKS, watch
from bot.core.model import EditionState
from bot.errors import StoreError
from bot.service import Service
from tests.conversations.world import ROOT, World, moment

POLL = 60


class Job:
    """What the watchdog sees of APScheduler."""

    def __init__(self) -> None:
        self.woken: list[datetime] = []

    def modify_job(self, name: str, *, next_run_time: datetime) -> None:
        """The job is to run at once."""
        assert name == "tick"
        self.woken.append(next_run_time)


class Turns(threading.Event):
    """An event whose ``wait`` lets some time of a fake clock pass, a few times, and is then set."""

    def __init__(self, steps: list[float], last: dict[str, float]) -> None:
        super().__init__()
        self.now = 0.0
        self._steps = iter(steps)
        self.last = last

    def wait(self, timeout: float | None = None) -> bool:
        """Pass one step of time; True at the end."""
        step = next(self._steps, None)
        if step is None:
            return True
        self.now += step
        return False


@pytest.mark.parametrize(
    ("steps", "wakes"),
    [
        ([5.0] * 30, 0),  # 150 s without a tick: not yet three intervals
        ([POLL * MISSED_TICKS + 1.0], 1),
        ([POLL * MISSED_TICKS + 1.0, 5.0, 5.0], 1),  # woken once, then given its time
        ([POLL * MISSED_TICKS + 1.0, POLL * MISSED_TICKS + 1.0], 2),
        ([1e6], 1),  # the clock of the machine was set back by days: the monotonic one goes on
    ],
)
def test_the_watchdog_wakes_a_job_that_missed_its_intervals(steps: list[float], wakes: int) -> None:
    last = {"tick": 0.0}
    job, turns = Job(), Turns(steps, last)
    watch(job, POLL, last, turns, monotonic=lambda: turns.now)
    assert len(job.woken) == wakes
    assert all(moment.tzinfo is not None for moment in job.woken)


def test_stop_finishes_the_mail_in_hand_and_begins_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path)
    release = world.box.release

    def stopped_meanwhile(mail: Any) -> None:
        world.service.stop()
        release(mail)

    monkeypatch.setattr(world.box, "release", stopped_meanwhile)
    world.at("2025-08-01 09:00")
    states = [delivery.state.value for delivery in world.desk.store.deliveries(kind="request")]
    assert sorted(states) == ["queued"] * 4 + ["sent"]
    monkeypatch.undo()
    world.service = Service(world.desk)
    world.at("2025-08-01 09:05")
    assert {delivery.state.value for delivery in world.desk.store.deliveries(kind="request")} == {"sent"}
    world.close()


def _started(folder: Path) -> subprocess.Popen[str]:
    """``run_bot.py run`` on a council in a folder; returns when it has said that it started."""
    shutil.copytree(ROOT / "config", folder / "config")
    command = [sys.executable, str(ROOT / "run_bot.py"), "--config", str(folder / "config"), "run"]
    bot = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder)
    assert bot.stderr is not None
    for line in bot.stderr:
        if "started" in line:
            return bot
    raise AssertionError(f"it did not start (ended with {bot.wait()})")


def _editions(file: Path) -> int:
    """How many editions the store holds; 0 when it is not there yet."""
    try:
        with sqlite3.connect(file) as store:
            return int(store.execute("SELECT count(*) FROM edition").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM for a console program")
def test_sigterm_ends_the_service_in_order(tmp_path: Path) -> None:
    bot = _started(tmp_path)
    deadline = time.monotonic() + 60
    while not _editions(tmp_path / "var/bulletin.db") and time.monotonic() < deadline:
        time.sleep(0.05)  # the first tick is on its way when the edition is there
    bot.send_signal(signal.SIGTERM)
    _, said = bot.communicate(timeout=60)
    assert bot.returncode == 0, said
    assert "stopped" in said
    assert "Traceback" not in said
    with sqlite3.connect(tmp_path / "var/bulletin.db") as store:
        assert store.execute("SELECT count(*) FROM edition").fetchone() == (1,)
        assert store.execute("SELECT count(*) FROM delivery WHERE state = 'releasing'").fetchone() == (0,)


def _may_mount() -> bool:
    """Whether this process may make a small disk (CAP_SYS_ADMIN, which root in a container often lacks)."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return False
    found = re.search(r"^CapEff:\s*([0-9a-f]+)", status.read_text("utf-8"), re.MULTILINE)
    return bool(found and int(found[1], 16) >> 21 & 1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _fill(disk: Path) -> Path:
    """Use up the disk to the last page; the store's log is emptied first, since room in it would still be used."""
    with sqlite3.connect(disk / "var/bulletin.db") as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return ballast


def _tick_on_a_full_disk(world: World) -> str:
    """What the tick said: in its report, or as the error that `tick` prints and `run` logs."""
    try:
        return " ".join(world.tick().problems)
    except StoreError as error:
        return str(error)


@pytest.mark.slow
@pytest.mark.skipif(not _may_mount(), reason="a small disk needs root on Linux")
def test_a_full_disk_stops_nothing_for_good(small_disk: Path) -> None:
    """It is full when the draft is due; room is made, and the month goes on: nothing lost, nothing twice."""
    world = World(small_disk)
    world.at("2025-08-01 09:00")
    world.clock.at = world.clock.at.replace(day=5)
    world.everybody_is_in()
    ballast = _fill(small_disk)
    world.clock.at = moment("2025-08-12 12:00")
    told = _tick_on_a_full_disk(world)
    assert "disk" in told
    assert world.state is EditionState.COLLECTING
    assert world.desk.store.broken_events() == ()
    ballast.unlink()
    world.at("2025-08-12 12:10")
    assert world.state is EditionState.IN_REVIEW
    assert len(world.editor.mails("draft")) == 1
    world.clock.at = world.clock.at.replace(day=13, hour=9)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 09:00")
    assert {delivery.state.value for delivery in world.bulletins()} == {"sent"}
    world.close()
