"""A restore that is cut short at any line: the old store, whole, or the new one with its mark; never one without it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot.errors import BotError
from bot.store import backup as module
from bot.store.backup import backup, restore
from bot.store.sql import SqlStore
from tests.store.test_crash import _forked, needs_fork
from tests.store.world import NOW, World, edition

LATE = NOW + timedelta(days=100)
OLD = (["2025-08", "2025-09"], ["queued"], [])
NEW = (["2025-08"], ["in_doubt"], ["restored"])
MOST = 400


class CutShort:
    """A trace function that does something at the N-th line of backup.py that runs."""

    def __init__(self, number: int, cut: Any) -> None:
        self.left = number
        self._cut = cut

    def __call__(self, frame: FrameType, what: str, _more: object) -> Any:
        if frame.f_code.co_filename != module.__file__:
            return None
        if what == "line":
            self.left -= 1
            if self.left == 0:
                self._cut()
        return self


def refuse() -> None:
    raise OSError("the disk does not answer")


def stores(tmp_path: Path) -> Path:
    """A store that a killed program left with a log beside it, and its backup of a month before."""
    world = World(f"sqlite:///{tmp_path}/store.db", SqlStore(f"sqlite:///{tmp_path}/store.db"))
    world.queue("lead", "receipt")
    kept = tmp_path / "kept"
    kept.mkdir()
    backup(world.url, kept / "b.db")
    world.store.add_edition(edition("2025-09"))
    for file in tmp_path.glob("store.db*"):
        shutil.copy2(file, kept)
    world.sql.close()
    assert (kept / "store.db-wal").stat().st_size > 0
    return kept


def found_in(place: Path) -> tuple[list[str], list[str], list[str]]:
    """What the next start of the service would work on: months, states of mails, what needs a person."""
    store = SqlStore(f"sqlite:///{place}/store.db")
    try:
        assert store.broken_events() == ()
        return (
            [one.period for one in store.editions()],
            [one.state.value for one in store.deliveries()],
            [problem.code for problem in store.problems()],
        )
    finally:
        store.close()


def restored(place: Path, number: int, cut: Any) -> None:
    """Restore; at the line with this number something happens."""
    was = sys.gettrace()
    sys.settrace(CutShort(number, cut))
    try:
        restore(place / "b.db", f"sqlite:///{place}/store.db", at=LATE)
    finally:
        sys.settrace(was)


def restored_and_killed(place: Path, number: int) -> None:
    """In a child."""
    restored(place, number, partial(os.kill, os.getpid(), signal.SIGKILL))
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize(("name", "wanted"), [("_doubt", OLD), ("_keep", OLD), ("_sync", NEW)])
def test_a_step_that_fails_leaves_the_old_store_or_the_marked_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, wanted: object
) -> None:
    kept = stores(tmp_path)
    real = getattr(module, name)

    def fails(*values: Any) -> Any:
        done = real(*values)
        if name != "_sync" or found_in(kept) == NEW:  # the last one of these: the store has its name
            refuse()
        return done

    monkeypatch.setattr(module, name, fails)
    with pytest.raises(BotError):
        restored(kept, MOST * MOST, refuse)
    assert found_in(kept) == wanted
    assert not list(kept.glob(".*partial*"))


@pytest.mark.slow
@needs_fork
def test_a_kill_at_any_line_leaves_the_old_store_or_the_marked_one(tmp_path: Path) -> None:
    kept, place, seen = stores(tmp_path), tmp_path / "place", []
    for number in range(1, MOST):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(kept, place)
        ended = _forked(partial(restored_and_killed, place, number))
        seen.append(found_in(place))
        assert seen[-1] in (OLD, NEW), number
        if ended == signal.SIGTERM:
            break
        assert ended == signal.SIGKILL
    assert seen[0] == OLD
    assert seen[-1] == NEW
    assert seen == sorted(seen, key=lambda one: one == NEW)  # once it is the new one it stays that
    assert 60 < len(seen) < MOST - 1


@pytest.mark.slow
def test_an_error_at_any_line_leaves_the_old_store_or_the_marked_one(tmp_path: Path) -> None:
    kept, place, seen = stores(tmp_path), tmp_path / "place", []
    for number in range(1, MOST):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(kept, place)
        try:
            restored(place, number, refuse)
        except (BotError, OSError):
            seen.append(found_in(place))
            assert seen[-1] in (OLD, NEW), number
        else:
            break
    assert found_in(place) == NEW
    assert 60 < len(seen) < MOST - 1
