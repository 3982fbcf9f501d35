"""A machine whose clock is set wrong and right again before every step of the month but the first.

What the demonstration plays is the true time. Before each step the clock is moved, the service ticks with the wrong
time, the clock is set right, and the service ticks until it has found its feet again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.commands.clockwatch import STAMP, ClockWatch
from bot.core.timetable import LONDON
from bot.demo import play
from bot.service import Service
from bot.service.clocks import MOVED
from bot.service.desk import Desk
from bot.wiring import FixedClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = (-HOUR, -DAY, -60 * DAY, HOUR, 3 * DAY, 30 * DAY, 1200 * DAY)
EPOCH = datetime(2020, 1, 1, tzinfo=LONDON)
FEET = timedelta(minutes=20)  # longer than the cooling-off, for which the bot rests when the clock is right again


class Machine:
    """The clocks of one machine: the one that people set, and the seconds since it was started."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.wrong = timedelta()

    def steady(self) -> float:
        """Seconds that truly went by."""
        return (self.clock.at - self.wrong - EPOCH).total_seconds()

    def set_wrong(self, by: timedelta) -> None:
        """Somebody sets the clock wrong."""
        self.wrong += by
        self.clock.at += by

    def set_right(self) -> None:
        """Somebody sets it right."""
        self.set_wrong(-self.wrong)

    def watch(self, folder: Path) -> ClockWatch:
        """What a process of this machine notices of it."""
        return ClockWatch(folder / STAMP, lambda: None, steady=self.steady, boot=lambda: "one")


def jumping(out: Path, seed: int, jumps: Sequence[timedelta] = JUMPS, *, watched: bool = True) -> None:
    """Make the clock of this process jump before every step of the demonstration, for good."""
    chance = random.Random(seed)
    step, opened = play._play_step, play.open_desk
    machines: list[Machine] = []

    def service(desk: Desk) -> Service:
        machine = Machine(desk.clock)  # type: ignore[arg-type]  # the demonstration's
        machines.append(machine)
        return Service(desk, moved=machine.watch(out).moved) if watched else Service(desk)

    def wrong_and_right_again(desk: Desk, made: Service) -> None:
        machine = machines[-1]
        machine.set_wrong(chance.choice(jumps))
        made.tick()
        machine.set_right()
        made.tick()
        machine.clock.at += FEET
        made.tick()
        if any(problem.code == MOVED for problem in desk.store.problems()):
            machine.clock.at += HOUR  # killed with the wrong clock: the new process knows no jump that took it back

    def play_step(desk: Desk, made: Service, *more: Any) -> None:
        if desk.store.editions():  # before its first pass ever, no bot can know what time it is
            wrong_and_right_again(desk, made)
        step(desk, made, *more)

    play.Service, play._play_step, play.open_desk = service, play_step, partial(opened)
