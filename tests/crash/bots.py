"""Several bots on one PostgreSQL store and one mailbox: forked, killed, stopped and woken, through a whole month.

Each step's mail arrives, then all bots tick at once for what there is to do. Some are killed at a random moment; one
may be stopped (SIGSTOP) until the others have taken over its work, and woken then: a zombie. What leaves is counted by
an office outside (office.py), which takes every copy that it is given.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.core.model import InboundState
from bot.core.records import ProblemCleared
from bot.demo import play
from bot.demo.letters import written
from bot.demo.script import STEPS
from bot.errors import StoreError
from bot.service import Service
from bot.service.desk import Desk
from bot.transports.folder import FolderMailbox
from bot.wiring import FixedClock
from tests.crash import months
from tests.crash.ending import Ending, ending_of
from tests.crash.office import Office, ledger_of, rest
from tests.crash.soak import Tally

BOTS = 4
TAKE_OVER = timedelta(minutes=3)  # simulated: longer than a lease
PATIENCE_SECONDS = 60.0
MOST_FAILED = 3  # passes that the database may end, for one bot
REAL_OPEN = play.open_desk


def configure(out: Path, url: str) -> None:
    """The demonstration's configuration in ``out``, on this database."""
    play.prepare(out)
    file = out / "config" / "bot.toml"
    file.write_text(file.read_text("utf-8").replace("[store]\n", f'[store]\nurl = "{url}"\n', 1), "utf-8")


def bot(out: Path, at: datetime, prepare: months.Prepare = months.nothing) -> None:
    """One bot: ticks until nothing is left to do at this time. A pass that the database ended is followed by another,
    as in the service: PostgreSQL ends what a bot that was frozen in a transaction would hold for ever."""
    prepare()
    with REAL_OPEN(play.prepare(out), os.environ, clock=FixedClock(at)) as opened:
        service = Service(_by_office(opened, out))
        failed = 0
        while failed < MOST_FAILED:
            try:
                if service.tick().idle:
                    return
            except StoreError:
                failed += 1
                if failed == MOST_FAILED:
                    raise


def _by_office(desk: Desk, out: Path) -> Desk:
    """The same desk with the office as its sender."""
    office = Office(ledger_of(out))
    return replace(desk, accounts=tuple(replace(account, sender=office) for account in desk.accounts))


def _settle(out: Path, at: datetime, number: int | None) -> None:
    """In a child: the step's mail arrives (``number``), or the minutes go by until the outbox rests (None)."""
    clock = FixedClock(at)
    with REAL_OPEN(play.prepare(out), os.environ, clock=clock) as opened:
        desk = _by_office(opened, out)
        if number is None:
            service = Service(desk)
            _unpark(desk)
            service.tick()
            rest(desk, service, lambda mail: mail in Office(ledger_of(out)).accepted())
            return
        step = STEPS[number]
        if step.mail:
            box = desk.accounts[0].mailbox
            assert isinstance(box, FolderMailbox)
            original = play._original(desk, step.answers) if step.answers else None
            box.deliver(written(step.mail, step.at, original), f"demo-{number:02d}")


def _unpark(desk: Desk) -> None:
    """The operator: mails whose reading was killed three times are read again."""
    for inbound in desk.store.inbounds((InboundState.PARKED,)):
        desk.store.apply([ProblemCleared(code="parked", where=f"inbound {inbound.id}")], desk.clock.now())
        desk.store.unpark(inbound.id)


class Herd:
    """The bots of one month. ``kills`` and ``woken`` count what was done to them."""

    def __init__(self, out: Path, seed: int, prepare: months.Prepare) -> None:
        self.out = out
        self.prepare = prepare
        self.chance = random.Random(seed)
        self.kills = 0
        self.woken = 0

    def step(self, number: int, quick: float) -> None:
        """One step of the month; ``quick``: about how long a bot works on it, in seconds."""
        at = STEPS[number].at
        assert months.forked(lambda: _settle(self.out, at, number))[0] == months.FINISHED
        running = [self._start(at) for _ in range(BOTS)]
        stopped = running.pop() if self.chance.random() < 0.3 else None
        if stopped is not None:
            time.sleep(self.chance.uniform(0, quick))
            os.kill(stopped, signal.SIGSTOP)
        for child in running[: self.chance.randint(1, BOTS - 1)]:
            time.sleep(self.chance.uniform(0, quick / 2))
            os.kill(child, signal.SIGKILL)
        self._ended(running)
        assert months.forked(lambda: bot(self.out, at + TAKE_OVER))[0] == months.FINISHED
        if stopped is not None:
            os.kill(stopped, signal.SIGCONT)
            self.woken += 1
            self._ended([stopped])
        assert months.forked(lambda: _settle(self.out, at + TAKE_OVER, None))[0] == months.FINISHED

    def _start(self, at: datetime) -> int:
        return months.forked(lambda: bot(self.out, at, self.prepare), wait=False)[1]

    def _ended(self, children: list[int]) -> None:
        """Wait for each. Killed or finished is well; a bot that fell over is not."""
        for child in children:
            how = months.waited(child)
            self.kills += how == -signal.SIGKILL
            assert how in (months.FINISHED, -signal.SIGKILL), f"a bot ended with {how}"


def month_of_many(
    out: Path, url: str, seed: int, reference: Ending, quick: float, prepare: months.Prepare = months.nothing
) -> tuple[Tally, int]:
    """A whole month with several bots; what came of it, and the zombies woken. ``prepare`` runs in each bot."""
    configure(out, url)
    herd = Herd(out, seed, prepare)
    for number in range(len(STEPS)):
        herd.step(number, quick)
    found = ending_of(out, Office(ledger_of(out)).accepted().elements())
    tally = Tally(kills=herd.kills, months=1, messages=len(found.facts["mails"]))
    tally.lost, tally.duplicated = len(found.lost), len(found.duplicated)
    tally.faults = [f"seed {seed}: {fault}" for fault in comparable(found).faults(comparable(reference))]
    return tally, herd.woken


KEPT = ("edition", "submissions", "due", "absences", "drafts", "texts", "counts", "mails")
IDS = (
    "id",
    "inbound",
    "strays_listed",
)  # PostgreSQL leaves gaps in its numbers where two bots remembered the same mail


def comparable(ending: Ending) -> Ending:
    """What must be the same although bots worked side by side: neither the order of the log nor the ids of mails."""
    return replace(ending, facts={name: _without_ids(ending.facts[name]) for name in KEPT if name in ending.facts})


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(inner) for key, inner in value.items() if key not in IDS}
    if isinstance(value, list):
        return [_without_ids(inner) for inner in value]
    return re.sub(r"'inbound': \d+", "'inbound': 0", value) if isinstance(value, str) else value
