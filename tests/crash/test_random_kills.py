"""Months killed at random moments, on the folder mailbox and through a post office that loses answers.

``CRASH_KILLS`` says how many kills, ``CRASH_SEED`` which ones; `make soak N=20000` runs the same for hours.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.crash.soak import Tally, soak

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
