"""kill -9 after every lasting effect of the month, then a fresh start: the month goes on as if nothing had been."""

from __future__ import annotations

import pytest

from tests.crash.months import LAST
from tests.crash.steps import Reference, failures, kill_and_go_on, spread

REQUESTS, WORKBOOK, DRAFT, APPROVAL, DISTRIBUTION = 0, 3, 10, 13, 14
CHOSEN = [(REQUESTS, 3), (WORKBOOK, 4), (DRAFT, 2), (APPROVAL, 4), (DISTRIBUTION, 4)]
PARTS = {DISTRIBUTION: 4}
EVERY = [(step, part) for step in range(LAST) for part in range(PARTS.get(step, 1))]


@pytest.mark.parametrize(("step", "wanted"), CHOSEN)
def test_a_kill_in_a_chosen_step_changes_nothing(reference: Reference, step: int, wanted: int) -> None:
    effects = spread(len(reference.effects(step)), wanted)
    assert len(effects) == wanted
    assert list(failures(reference, step, effects)) == []


def test_a_killed_distribution_ends_the_month_the_same(reference: Reference) -> None:
    middle = len(reference.effects(DISTRIBUTION)) // 2
    assert kill_and_go_on(reference, DISTRIBUTION, middle, to_the_end=True) == []
    assert len([mail for mail in reference.end.facts["mails"] if "/bulletin/v1/" in mail]) == 30


def test_the_kills_meet_every_kind_of_effect(reference: Reference) -> None:
    """The hooks see the store's transactions and the mailbox's renames, for each of the readers."""
    names = reference.effects(DISTRIBUTION)
    assert len([name for name in names if name.startswith("store.move_delivery")]) == 2 * (30 + 1)
    assert len([name for name in names if name.startswith("os.rename")]) >= 30 + 1
    assert {"store.apply", "store.lease_deliverable", "os.fsync"} <= {name.split(" ")[0] for name in names}


@pytest.mark.slow
@pytest.mark.parametrize(("step", "part"), EVERY)
def test_a_kill_after_any_effect_of_the_month_changes_nothing(reference: Reference, step: int, part: int) -> None:
    effects = range(1, len(reference.effects(step)) + 1)[part :: PARTS.get(step, 1)]
    assert len(effects) > 0
    assert list(failures(reference, step, effects)) == []


@pytest.mark.slow
@pytest.mark.parametrize("step", range(LAST))
def test_a_month_that_was_killed_in_a_step_ends_the_same(reference: Reference, step: int) -> None:
    effect = len(reference.effects(step)) * 2 // 3 or 1
    assert kill_and_go_on(reference, step, effect, to_the_end=True) == []
