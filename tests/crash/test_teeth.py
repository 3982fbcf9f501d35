"""The harness has teeth: loops that are built wrong on purpose are caught, each by its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.crash import months, variants
from tests.crash.ending import ending_of
from tests.crash.office import CALM, Faults, Office, ledger_of, sending_by
from tests.crash.points import hook_in, kill_after
from tests.crash.steps import Reference

OUT_OF_OFFICE, REPLY, CHASER = 1, 2, 12  # steps of the demonstration with few mails


@dataclass(frozen=True)
class Wrong:
    """A wrong variant, the step in which it is killed, the faults of the office, and what must be found."""

    variant: Callable[[], None]
    step: int
    finds: str
    faults: Faults = CALM


WRONG = (
    Wrong(variants.mark_before_send, CHASER, "lost: "),
    Wrong(variants.send_before_mark, CHASER, "duplicated: "),
    Wrong(variants.acknowledge_before_store, REPLY, "another end: received: missing"),
    Wrong(variants.two_transactions_for_one_mail, OUT_OF_OFFICE, "another end: "),
    Wrong(variants.resend_what_is_silent, CHASER, "duplicated: ", Faults(silent_after=50, late=1)),
)


def faults_of_kills(reference: Reference, wrong: Wrong | None, step: int, faults: Faults, every: int) -> Iterator[str]:
    """Kill the step after each (or every second ...) of its effects, go on, and say what is found."""
    out = reference.folder / "teeth"
    before = ending_of(reference.before(step)).accepted
    for effect in range(1, 400, every):
        reference.restore(step, out)
        if through_office(out, step, wrong, faults, effect) == months.FINISHED:
            return  # it had no such effect: every kill was made
        if through_office(out, step, wrong, faults, 0) != months.FINISHED:
            yield "it could not go on"
            continue
        accepted = before + Office(ledger_of(out)).accepted()  # what left before the step is in Sent, since then here
        yield from ending_of(out, accepted.elements()).faults(reference.after(step))
    raise AssertionError("the step never ended")


def through_office(out: Path, step: int, wrong: Wrong | None, faults: Faults, effect: int) -> int:
    """Play one step with the variant, sending through an office, and kill it after an effect (0 = not)."""

    def prepare() -> None:
        seen = kill_after(effect) if effect else (lambda name: None)
        if effect:
            hook_in(seen)
        if wrong is not None:
            wrong.variant()
        sending_by(partial(Office, ledger_of(out), faults, 0, seen))

    return months.month(out, until=step + 1, prepare=prepare)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG, ids=[wrong.variant.__name__ for wrong in WRONG])
def test_a_loop_that_is_built_wrong_is_caught(reference: Reference, wrong: Wrong) -> None:
    found = list(until(faults_of_kills(reference, wrong, wrong.step, wrong.faults, 1), wrong.finds))
    assert found, "no kill was made"
    assert found[-1].startswith(wrong.finds), found


def until(faults: Iterator[str], finds: str) -> Iterator[str]:
    """The faults up to the first that is looked for: one is enough to be caught by."""
    for fault in faults:
        yield fault
        if fault.startswith(finds):
            return


@pytest.mark.slow
@pytest.mark.parametrize("step", [OUT_OF_OFFICE, REPLY, CHASER])
def test_the_loop_that_is_built_right_is_not(reference: Reference, step: int) -> None:
    """The same kills, through an office that loses half of its answers, find nothing in the product."""
    lossy = Faults(silent_after=50, busy=10, late=1)
    assert list(faults_of_kills(reference, None, step, lossy, 2)) == []
