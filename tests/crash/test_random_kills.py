"""Months killed at random moments, on the folder mailbox and through a post office that loses answers.

``CRASH_KILLS`` says how many kills, ``CRASH_SEED`` which ones; `make soak N=20000` runs the same for hours.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.crash.soak import Tally, main, soak

KILLS = int(os.environ.get("CRASH_KILLS", "400"))
SEED = int(os.environ.get("CRASH_SEED", "20250801"))
SHARES = 4


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_no_random_kill_loses_or_doubles_a_mail(folder: Path, share: int, capsys: pytest.CaptureFixture[str]) -> None:
    place = folder / f"random-{share}"
    place.mkdir()
    tally = soak(-(-KILLS // SHARES), SEED + share, place)
    with capsys.disabled():
        print(f"\nseed {SEED + share}: {tally.lines()[0]}")  # noqa: T201 - the counts are what this test is for
    assert tally.faults == []
    assert (tally.lost, tally.duplicated) == (0, 0)
    assert tally.kills >= KILLS // SHARES
    assert tally.messages >= 45 * tally.months


def test_what_no_failure_proves_is_said() -> None:
    said = Tally(kills=20_000, months=4_000, messages=204_000).lines()
    assert "20,000 kills in 4,000 months" in said[0]
    assert "1.50e-04" in said[1]


def test_a_failure_is_never_called_good() -> None:
    total = Tally(kills=10, months=2)
    total.add(Tally(kills=5, months=1, lost=1))
    total.add(Tally(faults=["seed 3: another end"]))
    assert not total.good
    assert total.lines()[-1] == "seed 3: another end"
    assert "95 %" not in " ".join(total.lines())


def test_a_failing_month_is_said_with_the_command_that_plays_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    played: list[tuple[int, bool]] = []

    def spoilt(out: Path, seed: int, reference: Any, seconds: float, *, rough: bool) -> Tally:
        out.mkdir(parents=True)
        played.append((seed, rough))
        return Tally(kills=5, months=1, faults=[f"month {seed}: another end"] if len(played) > 1 else [])

    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr("tests.crash.soak.unkilled", lambda folder: (None, 1.0))
    monkeypatch.setattr("tests.crash.soak.kill_a_month", spoilt)
    monkeypatch.setattr(tempfile, "tempdir", str(kept))
    said = soak(10, 3, tmp_path).lines()
    assert played == [(3_000_009, False), (3_000_010, True)]
    command = "python -m tests.crash.soak --month 3000010 --rough"
    assert said[-2:] == ["month 3000010: another end", f"again: {command}"]
    assert main(command.split()[3:]) == 1
    assert played[-1] == (3_000_010, True)
    assert "month 3000010: another end" in capsys.readouterr().out
    assert list(kept.glob("*/month-3000010"))
