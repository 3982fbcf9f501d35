"""The machine's clock jumps, between ticks and inside them: nothing lost or sent twice, no cooling-off shortened."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.commands.clockwatch import ClockWatch
from bot.core.model import EditionState
from bot.service import Service
from bot.service.clocks import MOVED, rests
from bot.wiring import FixedClock
from tests.conversations.world import World, moment
from tests.crash import months
from tests.crash.clocks import DAY, HOUR, JUMPS, Machine, jumping
from tests.crash.ending import ending_of
from tests.crash.steps import Reference

NOON = moment("2025-08-04 12:00")
FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here: months are killed on Linux")


class Council(World):
    """A council whose service runs on a machine with a clock that can be set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.machine = Machine(self.clock)

    def watched(self) -> None:
        """From now on the service watches the clock."""
        self.service = Service(self.desk, moved=self.machine.watch(self.folder).moved)
        self.service.tick()

    def minutes(self, number: float) -> None:
        """Time goes by, and the service ticks."""
        self.clock.at += timedelta(minutes=number)
        self.tick()

    def states(self) -> set[str]:
        """The states of the readers' mails."""
        return {delivery.state.value for delivery in self.bulletins()}

    def told(self) -> list[str]:
        """What the operator has to know of the clock."""
        return [problem.sentence for problem in self.desk.store.problems() if problem.code == MOVED]


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    made = Council(tmp_path)
    yield made
    made.close()


class TestTheWatch:
    def watch(self, folder: Path, clock: FixedClock, boot: str = "one", newest: datetime | None = None) -> Machine:
        machine = Machine(clock)
        machine.moved = ClockWatch(folder / "clock", lambda: newest, machine.steady, lambda: boot).moved  # type: ignore[attr-defined]
        return machine

    @pytest.mark.parametrize("jump", JUMPS)
    def test_sees_a_jump_between_two_looks_once(self, tmp_path: Path, jump: timedelta) -> None:
        clock = FixedClock(NOON)
        machine = self.watch(tmp_path, clock)
        assert machine.moved(clock.now()) == timedelta()
        clock.at += HOUR
        assert abs(machine.moved(clock.now())) < timedelta(seconds=1)
        machine.set_wrong(jump)
        assert abs(machine.moved(clock.now()) - jump) < timedelta(seconds=1)
        assert abs(machine.moved(clock.now())) < timedelta(seconds=1)

    def test_sees_a_jump_between_two_processes(self, tmp_path: Path) -> None:
        clock = FixedClock(NOON)
        self.watch(tmp_path, clock).moved(clock.now())
        clock.at += HOUR
        later = self.watch(tmp_path, clock)
        later.set_wrong(3 * DAY)
        assert abs(later.moved(clock.now()) - 3 * DAY) < timedelta(seconds=1)

    @pytest.mark.parametrize("spoil", ["", "{}", '{"boot": "one", "steady": "x", "wall": 3}', "[]"])
    def test_takes_a_spoilt_hint_for_none(self, tmp_path: Path, spoil: str) -> None:
        (tmp_path / "clock").write_text(spoil, "utf-8")
        assert self.watch(tmp_path, FixedClock(NOON)).moved(NOON) == timedelta()

    def test_knows_nothing_after_the_machine_was_started_again(self, tmp_path: Path) -> None:
        clock = FixedClock(NOON)
        self.watch(tmp_path, clock).moved(clock.now())
        later = self.watch(tmp_path, clock, boot="two")
        later.set_wrong(3 * DAY)
        assert later.moved(clock.now()) == timedelta()

    def test_sees_a_clock_that_stands_before_the_log(self, tmp_path: Path) -> None:
        clock = FixedClock(NOON)
        assert self.watch(tmp_path, clock, newest=NOON + DAY).moved(clock.now()) == -DAY

    def test_lives_without_a_place_for_its_hint(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", "utf-8")
        assert self.watch(tmp_path / "file", FixedClock(NOON)).moved(NOON) == timedelta()


def test_an_approval_keeps_its_cooling_off_when_the_clock_goes_forward(council: Council) -> None:
    council.approved()
    council.watched()
    council.machine.set_wrong(10 * DAY)  # the day of the distribution is long over by that clock
    council.tick()
    assert council.states() == set()
    assert council.told() == [
        "The machine's clock was moved forward by 10 days: it says 23 August 2025, 09:00 now. Until it says "
        "24 August, 09:00 nothing is done by the calendar."
    ]
    council.minutes(14)
    assert council.state is EditionState.APPROVED
    council.editor.replies("HOLD", to=council.editor.received("draft"))
    council.minutes(3 * 24 * 60)
    assert council.states() == set()


def test_a_council_that_does_not_watch_its_clock_would_send_at_once(council: Council) -> None:
    council.approved()
    council.machine.set_wrong(10 * DAY)
    council.tick()
    assert council.states() == {"sent"}


@pytest.mark.slow
def test_a_clock_that_is_set_right_again_leaves_the_month_as_it_was(council: Council) -> None:
    council.approved()
    council.watched()
    council.machine.set_wrong(1200 * DAY)
    council.minutes(5)
    council.machine.set_right()
    council.minutes(5)
    council.minutes(16)  # a jump that takes another back needs no longer than the cooling-off
    assert council.told() == []
    assert [edition.period for edition in council.desk.store.editions()] == ["2025-08"]
    assert council.desk.store.raw(1)  # nothing was old enough to be forgotten
    council.at("2025-08-18 09:00")
    assert council.states() == {"sent"}
    about = [mail.delivery.key.split("/")[0] for mail in council.operator.mails() if "clock" in mail.text]
    assert sorted(about) == ["alert", "alert", "all-clear", "all-clear"]  # two jumps: each, and that it is over


@pytest.mark.slow
@pytest.mark.parametrize("jump", [-400 * DAY, 400 * DAY])
def test_no_month_is_opened_and_nobody_asked_by_a_wrong_clock(council: Council, jump: timedelta) -> None:
    council.at("2025-08-01 09:00")
    council.watched()
    council.machine.set_wrong(jump)
    for _ in range(4):
        council.minutes(60)
    assert [edition.period for edition in council.desk.store.editions()] == ["2025-08"]
    assert len(council.desk.store.deliveries(kind="request")) == 5
    council.minutes(24 * 60)
    assert council.told() == []  # after a day without a word the clock is believed


@pytest.mark.slow
def test_a_clock_that_goes_back_an_hour_lets_everything_wait_no_longer(council: Council) -> None:
    council.approved()
    council.watched()
    council.clock.at = moment("2025-08-18 08:55")
    council.tick()
    council.machine.set_wrong(-HOUR)
    council.minutes(1)
    assert council.told()[0].startswith("The machine's clock was moved back by 1 hour")
    council.minutes(66)
    council.tick()
    assert council.states() == {"sent"}
    council.machine.set_right()
    council.minutes(1)
    assert len(council.reader().mails("bulletin")) == 1


def test_what_was_leased_when_the_clock_went_back_a_day_does_not_wait_for_it(council: Council) -> None:
    council.clock.at = moment("2025-08-01 09:00")
    service = council.service
    service._deliver = lambda report: None  # type: ignore[method-assign]
    council.tick()
    store, now = council.desk.store, council.clock.at
    assert len(store.lease_deliverable(now + DAY, 10, 120)) == 5
    assert store.lease_deliverable(now + DAY, 10, 120) == ()
    assert len(store.lease_deliverable(now, 10, 120)) == 5  # the clock was set back by a day since
    assert store.lease_deliverable(now - timedelta(minutes=30), 10, 120) == ()  # another machine's clock may be late


def test_seconds_are_no_jump(council: Council) -> None:
    assert not rests(council.desk, timedelta(seconds=90), council.clock.at)
    assert council.told() == []


@pytest.mark.slow
@pytest.mark.parametrize("call", range(1, 24, 3))
def test_a_jump_inside_a_tick_shortens_no_cooling_off(council: Council, call: int) -> None:
    """The clock goes forward at some look at it, in the tick that reads the approval or the one after."""
    council.in_review()
    council.watched()
    council.clock.at = moment("2025-08-18 10:00")  # the day of the distribution is here: only the cooling-off is left
    council.tick()
    looks = 0
    real = FixedClock.now

    def now(clock: FixedClock) -> datetime:
        nonlocal looks
        looks += 1
        if looks == call:
            council.machine.set_wrong(HOUR)
        return real(clock)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FixedClock, "now", now)
        council.editor.replies("APPROVE", to=council.editor.received("draft"))
        council.tick()
    assert looks >= call
    council.minutes(10)
    assert council.states() == set()
    council.editor.replies("HOLD", to=council.editor.received("draft"))
    council.minutes(24 * 60)
    assert council.states() == set()


@FORK
@pytest.mark.slow
def test_a_month_of_wide_jumps_ends_as_one_without(folder: Path, reference: Reference) -> None:
    out = folder / "jumps-wide"
    assert months.month(out, prepare=partial(jumping, out, 1)) == months.FINISHED
    assert months.afterwards(out) == months.FINISHED
    assert ending_of(out).faults(reference.end) == []


@FORK
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_month_of_jumps_and_kills_ends_as_one_without(folder: Path, reference: Reference, seed: int) -> None:
    out = folder / f"jumps-{seed}"
    chance = random.Random(seed)
    prepare = partial(_prepare, out, seed)
    for _ in range(4):
        months.killed_later(out, chance.uniform(0.3, 2.5), prepare)
    assert months.month(out, prepare=prepare) == months.FINISHED
    assert months.afterwards(out) == months.FINISHED
    assert ending_of(out).faults(reference.end) == []


def _prepare(out: Path, seed: int) -> None:
    months.operator_unparks()
    jumping(out, seed, (-HOUR, HOUR))


@FORK
@pytest.mark.slow
def test_a_loop_that_does_not_watch_the_clock_is_caught(folder: Path, reference: Reference) -> None:
    out = folder / "jumps-unwatched"
    prepare = partial(jumping, out, 1, (12 * DAY,), watched=False)
    assert months.month(out, until=2, prepare=prepare) == months.FINISHED
    assert ending_of(out).faults(reference.after(1))
