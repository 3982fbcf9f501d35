"""Random kills, many of them: months that are killed anywhere, started again, and compared with one that was not.

``make soak N=20000`` (or ``python -m tests.crash.soak --kills 20000``) prints kills, months, messages, lost,
duplicated, in doubt, and what that proves: no failure in N kills bounds the rate at 3/N with 95 % confidence.
Every other month sends through a post office that loses answers; what stays in doubt there is answered by the
"operator", who asks the office. A month that failed is said with the command that plays it again, and is kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.crash import months
from tests.crash.ending import Ending, ending_of
from tests.crash.office import ROUGH, Office, ledger_of, sending_by

KILLS_A_MONTH = 5  # at most, on average: N kills are spread over N/5 months or more
LONGEST_LIFE = 0.5  # of an unkilled month: a life ends at random before that, which makes about as many kills
MOST_KILLS_A_MONTH = 30


@dataclass
class Tally:
    """What came of some months."""

    kills: int = 0
    months: int = 0
    messages: int = 0
    lost: int = 0
    duplicated: int = 0
    in_doubt: int = 0  # on the way: mails whose answer was lost and that the first probe did not find
    faults: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another tally in."""
        for name in ("kills", "months", "messages", "lost", "duplicated", "in_doubt"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults

    @property
    def good(self) -> bool:
        """Nothing lost, nothing twice, every month ended the same."""
        return not (self.lost or self.duplicated or self.faults)

    def lines(self) -> list[str]:
        """For people."""
        said = [
            f"{self.kills:,} kills in {self.months:,} months, {self.messages:,} messages: {self.lost} lost, "
            f"{self.duplicated} duplicated, {self.in_doubt} in doubt on the way (found later, or answered)."
        ]
        if self.good and self.kills:
            said.append(f"No failure in {self.kills:,} kills: at most {3 / self.kills:.2e} a kill (95 %, 3/N).")
        return said + self.faults


def _prepare(out: Path, rough: int | None) -> None:
    """In the child: an operator at hand and, with a seed, an office that loses answers."""
    months.operator_unparks()
    if rough is not None:
        sending_by(partial(Office, ledger_of(out), ROUGH, rough))


def kill_a_month(out: Path, seed: int, reference: Ending, seconds: float, *, rough: bool) -> Tally:
    """One month with kills at random moments, to its end. ``seconds``: how long a month takes unkilled."""
    chance = random.Random(seed)
    prepare = partial(_prepare, out, seed if rough else None)
    tally = Tally(months=1)
    ended = -1
    while ended != months.FINISHED and tally.kills < MOST_KILLS_A_MONTH:
        ended = months.killed_later(out, chance.uniform(0, LONGEST_LIFE * seconds), prepare)
        tally.kills += ended == -9
        if ended not in (months.FINISHED, -9):
            tally.faults.append(f"month {seed}: it could not go on (ended with {ended})")
            return tally
    office = Office(ledger_of(out))
    for work in (months.month, months.afterwards):
        if work(out, prepare=prepare) != months.FINISHED:
            tally.faults.append(f"month {seed}: it could not be ended")
            return tally
    found = ending_of(out, office.accepted().elements() if rough else None)
    tally.messages = len(found.facts["mails"])
    tally.lost, tally.duplicated = len(found.lost), len(found.duplicated)
    tally.in_doubt = found.answered
    tally.faults += [f"month {seed}: {fault}" for fault in found.faults(reference)]
    return tally


def unkilled(folder: Path) -> tuple[Ending, float]:
    """How a month ends that nobody killed, played in this folder, and the seconds that it took."""
    months.warm_up()
    started = time.monotonic()
    assert months.month(folder / "unkilled") == months.FINISHED
    seconds = time.monotonic() - started
    assert months.afterwards(folder / "unkilled") == months.FINISHED
    return ending_of(folder / "unkilled"), seconds


def again(number: int, *, rough: bool) -> str:
    """The command that plays a month again: its number draws its kills, as parts of the time of an unkilled month."""
    return f"python -m tests.crash.soak --month {number}" + (" --rough" if rough else "")


def one_month(number: int, folder: Path, *, rough: bool) -> Tally:
    """Just this month again; what it left stays in ``folder``."""
    reference, seconds = unkilled(folder)
    return kill_a_month(folder / f"month-{number}", number, reference, seconds, rough=rough)


def soak(kills: int, seed: int, folder: Path, say: Callable[[str], None] = lambda line: None) -> Tally:
    """Months until so many kills were made in enough of them, in this process."""
    reference, seconds = unkilled(folder)
    total = Tally()
    while (total.kills < kills or total.months * KILLS_A_MONTH < kills) and len(total.faults) < 20:
        number = seed * 1_000_003 + total.months
        rough = total.months % 2 == 1
        out = folder / f"month-{number}"
        one = kill_a_month(out, number, reference, seconds, rough=rough)
        if one.good:
            shutil.rmtree(out)
        else:
            one.faults.append(f"again: {again(number, rough=rough)}")
        total.add(one)
        if total.months % 20 == 0:
            say(total.lines()[0])
    return total


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _worker(kills: int, seed: int, folder: Path, answers: Any, aloud: bool) -> None:
    (folder / str(seed)).mkdir()
    answers.put(soak(kills, seed, folder / str(seed), say if aloud else lambda line: None))


def soak_on(cores: int, kills: int, seed: int, folder: Path, aloud: bool = False) -> Tally:
    """The same on several cores, each with its own seeds."""
    ways = multiprocessing.get_context("fork")
    answers = ways.Queue()
    share = -(-kills // cores)
    workers = [ways.Process(target=_worker, args=(share, seed + n, folder, answers, aloud)) for n in range(cores)]
    for worker in workers:
        worker.start()
    total = Tally()
    for _ in workers:
        total.add(answers.get())
    for worker in workers:
        worker.join()
    return total


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when anything was lost, doubled or spoilt."""
    words = argparse.ArgumentParser(prog="soak", description="Kill the month at random moments, many times.")
    words.add_argument("--kills", type=int, default=1000)
    words.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    words.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    words.add_argument("--month", type=int, help="play just this month again, by its number, and keep it")
    words.add_argument("--rough", action="store_true", help="that month's office loses answers")
    asked = words.parse_args(arguments)
    started = time.monotonic()
    with months.playground() as folder:
        if asked.month is not None:
            total = one_month(asked.month, folder, rough=asked.rough)
        else:
            say(f"seed {asked.seed}")
            total = soak_on(asked.cores, asked.kills, asked.seed, folder, aloud=True)
        if asked.month is not None or not total.good:
            say(f"what was played is kept in {shutil.copytree(folder, tempfile.mkdtemp(), dirs_exist_ok=True)}")
    for line in (*total.lines(), f"{time.monotonic() - started:.0f} s"):
        say(line)
    return 0 if total.good else 1


if __name__ == "__main__":
    sys.exit(main())
