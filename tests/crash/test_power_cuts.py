"""The power goes at any sync of a month: nothing that left is forgotten, nothing that was committed is gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.demo import play
from tests.crash.powercuts import TORN, cuts, faults, record
from tests.crash.tracing import NO_STRACE, strace_works

CUTS = int(os.environ.get("POWER_CUTS", "100"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not strace_works(), reason=NO_STRACE),
]


def month_under_strace(folder: Path, *, relaxed: bool = False) -> tuple[Path, Path]:
    """The store's file and the trace of a month."""
    out = (folder / "out").resolve()
    play.prepare(out)
    record(out, folder / "trace", relaxed=relaxed)
    return next((out / "var").glob("*.db")), folder / "trace"


def spread(found: list, number: int) -> list:
    """So many of them, from beginning to end."""
    return found[:: max(1, len(found) // number)]


def test_no_power_cut_loses_or_doubles_a_mail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, disk = folder / "power", folder / "disk"
    place.mkdir()
    disk.mkdir()
    store, trace = month_under_strace(place)
    found = list(cuts(trace, store, seed=20250801))
    chosen = spread(found, CUTS)
    wrong = [fault for cut in chosen for fault in faults(cut, disk)]
    with capsys.disabled():
        print(f"\n{len(chosen):,} power cuts at the {len(found) // (TORN + 1):,} syncs of a month: {len(wrong)} faults")  # noqa: T201
    assert wrong == []
    assert len(chosen) >= min(CUTS, len(found))
    assert found[-1].outside.accepted
    assert found[-1].outside.filed


def test_a_store_that_does_not_sync_its_commits_is_caught(folder: Path) -> None:
    place, disk = folder / "relaxed", folder / "relaxed-disk"
    place.mkdir()
    disk.mkdir()
    store, trace = month_under_strace(place, relaxed=True)
    assert any(fault for cut in spread(list(cuts(trace, store, seed=1)), 60) for fault in faults(cut, disk))
