"""`make simulate`: a shared service through a month. Many bulletins, four bots on one PostgreSQL, killed all the while.

Simulated time runs faster than the clock on the wall, so that the leases of killed bots run out. Who has written and
what has left is counted at the end from the mailbox and the store: lost, duplicated, in doubt.

    python -m tests.bench.simulate [--bulletins 200] [--themes 12] [--readers 150] [--bots 4] [--kill-every 5]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from sqlalchemy import text

from bot.config import load_config
from bot.core.model import DeliveryState, EditionState, InboundState
from bot.core.records import ProblemCleared
from bot.service import Service
from bot.service.desk import Desk
from bot.store.sql import SqlStore
from bot.wiring import open_desk
from tests.bench import council
from tests.postgres import BINARIES, NO_SERVER, new_database, running

SPEED = 20  # simulated seconds in one on the wall
LAST = "bulletin"
PHASE_SECONDS = 1800.0


@dataclass(frozen=True)
class Shared:
    """A clock that all bots share: it stands at ``base`` when it begins and runs ``SPEED`` times as fast."""

    base: datetime
    began: float

    def now(self) -> datetime:
        """The simulated moment."""
        return self.base + timedelta(seconds=(time.monotonic() - self.began) * SPEED)


@dataclass
class Herd:
    """The bots of a phase: kept at their number, killed now and then."""

    directory: Path
    clock: Shared
    wanted: int
    chance: random.Random
    kill_every: float
    children: list[int] = field(default_factory=list)
    kills: int = 0
    next_kill: float = 0.0

    def keep(self) -> None:
        """Start what is missing; kill one when its time has come."""
        self._bury()
        while len(self.children) < self.wanted:
            self.children.append(_start(self.directory, self.clock))
        if self.kill_every and time.monotonic() >= self.next_kill:
            if self.next_kill:
                os.kill(self.chance.choice(self.children), signal.SIGKILL)
                self.kills += 1
            self.next_kill = time.monotonic() + self.chance.uniform(0.5, 1.5) * self.kill_every

    def _bury(self) -> None:
        for child in list(self.children):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                self.children.remove(child)
                if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
                    raise RuntimeError("a bot fell over")

    def end(self) -> None:
        """No more bots."""
        for child in self.children:
            os.kill(child, signal.SIGTERM)
        for child in self.children:
            os.waitpid(child, 0)
        self.children.clear()


def _start(directory: Path, clock: Shared) -> int:
    """One bot in a child: ticks until SIGTERM."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        with open_desk(load_config(directory, os.environ), os.environ, clock=clock) as desk:
            service = Service(desk)
            ending: list[int] = []
            signal.signal(signal.SIGTERM, lambda *_: (ending.append(1), service.stop()))
            while not ending:
                if service.tick().idle:
                    time.sleep(0.3)
        code = 0
    except BaseException as error:  # noqa: BLE001 - said here, seen by the parent
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(code)


class Left:
    """What is still to be done, counted by the database itself: a look must cost little."""

    def __init__(self, desk: Desk, kind: str) -> None:
        store = desk.store
        assert isinstance(store, SqlStore)
        with store._engine.connect() as connection:

            def count(words: str) -> int:
                return int(connection.execute(text(f"SELECT count(*) FROM {words}"), {"kind": kind}).scalar_one())

            self.unread = count("inbound WHERE state = 'remembered' OR (NOT filed AND place IS NOT NULL)")
            self.waiting = count("delivery WHERE state IN ('queued', 'releasing', 'in_doubt') AND not_before < now()")
            self.editions = count("edition WHERE state IN ('approved', 'distributing')")
            self.made = count("delivery WHERE kind = :kind")
        self.unread += sum(1 for _ in council.box_of(desk)._files(""))

    @property
    def nothing(self) -> bool:
        """Nothing unread, nothing that waits to be sent."""
        return not (self.unread or self.waiting)


def unpark(desk: Desk) -> None:
    """The operator: what three kills parked is read again."""
    for inbound in desk.store.inbounds((InboundState.PARKED,)):
        desk.store.apply([ProblemCleared(code="parked", where=f"inbound {inbound.id}")], desk.clock.now())
        desk.store.unpark(inbound.id)


def phase(
    directory: Path, herd: Herd, name: str, mails: Callable[[Desk, datetime], Iterable[bytes]] | None, expected: int
) -> None:
    """Let mails arrive, and bots work until nothing waits and ``expected`` mails of the kind ``name`` left."""
    began = time.monotonic()
    with open_desk(load_config(directory, os.environ), os.environ, clock=herd.clock) as desk:
        arrived = council.arrive(desk, mails(desk, herd.clock.now())) if mails is not None else 0
        print(f"{name:<16}{arrived:>8,} mails arrive", flush=True)  # noqa: T201 - a command
        while True:
            herd.keep()
            time.sleep(1)
            unpark(desk)
            left = Left(desk, name)
            if left.nothing and left.made >= expected and (name != LAST or left.editions == 0):
                break
            if time.monotonic() - began > PHASE_SECONDS:
                raise TimeoutError(f"{name}: {left.made} of {expected} made, {vars(left)}")
    herd.end()
    print(f"{'':<16}{expected:>8,} {name} mails left in {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201


def month(directory: Path, asked: argparse.Namespace) -> int:
    """The month, phase by phase; how many kills."""
    chance, kills = random.Random(asked.seed), 0
    themes = asked.bulletins * asked.themes
    for at, name, mails, expected in (
        (council.REQUESTS, "request", None, themes),
        (council.REPLIES, "receipt", council.replies, themes),
        (council.DRAFTS, "draft", None, asked.bulletins),
        (council.APPROVALS, "answer", council.approvals, 0),
        (council.DISTRIBUTION, "bulletin", None, asked.bulletins * asked.readers),
    ):
        herd = Herd(directory, Shared(at, time.monotonic()), asked.bots, chance, asked.kill_every)
        phase(directory, herd, name, mails, expected)
        kills += herd.kills
    return kills


def verdict(directory: Path, asked: argparse.Namespace) -> tuple[str, bool]:
    """What came of it, in a line, and whether all is well."""
    with open_desk(load_config(directory, os.environ), os.environ) as desk:
        copies = Counter(_message_id(path) for path in council.box_of(desk)._files(".Sent"))
        made = desk.store.deliveries()
        lost = [d.key for d in made if d.state is DeliveryState.SENT and not copies[d.message_id]]
        doubt = [d.key for d in made if d.state is not DeliveryState.SENT]
        readers = Counter(d.recipient for d in made if d.kind == "bulletin" and copies[d.message_id])
        editions = desk.store.editions()
        ended = sum(edition.state is EditionState.DISTRIBUTED for edition in editions)
        replies = sum(len(desk.store.view(edition.id).submissions) for edition in editions)
    doubled = [mail for mail, count in copies.items() if count > 1]
    well = not lost and not doubled and not doubt and ended == asked.bulletins
    well = well and len(readers) == asked.bulletins * asked.readers and set(readers.values()) == {1}
    well = well and replies == asked.bulletins * asked.themes
    return (
        f"{ended} of {asked.bulletins} editions distributed, {replies:,} replies in, {len(copies):,} mails left: "
        f"{len(lost)} lost, {len(doubled)} duplicated, {len(doubt)} not settled."
    ), well


def _message_id(path: Path) -> str:
    with path.open("rb") as stream:
        return str(message_from_bytes(stream.read(8192))["Message-ID"]).strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 when anything was lost or doubled."""
    words = argparse.ArgumentParser(prog="simulate")
    for name, default in (("bulletins", 200), ("themes", 12), ("readers", 150), ("bots", 4), ("seed", 1)):
        words.add_argument(f"--{name}", type=int, default=default)
    words.add_argument("--kill-every", type=float, default=5.0, help="seconds between two kills; 0 = none")
    asked = words.parse_args(arguments)
    if BINARIES is None:
        print(NO_SERVER)  # noqa: T201
        return 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="council-") as folder, running() as server:
        directory = council.configuration(
            Path(folder),
            bulletins=asked.bulletins,
            themes=asked.themes,
            readers=asked.readers,
            store_url=new_database(server),
        )
        kills = month(directory, asked)
        said, well = verdict(directory, asked)
    print(f"{said}\n{kills} kills, {asked.bots} bots, {time.monotonic() - began:.0f} s on {os.cpu_count()} cores")  # noqa: T201
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
