"""Two bots that take each other for a lead: what they say to each other dies out by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bot.config import load_config
from bot.service import Service
from bot.service.desk import Desk
from bot.wiring import FixedClock, open_desk
from tests.bench import council

pytestmark = pytest.mark.slow

DAYS = 30
MOST = 10
MARKS = ("auto-submitted", "x-auto-response-suppress", "precedence")
NORTH, SOUTH = "bulletins@north.example", "bulletins@south.example"


class Bot:
    """One council's bot, whose first lead is the mailbox of the other council's bot."""

    def __init__(self, folder: Path, address: str, other: str, clock: FixedClock, stack: ExitStack) -> None:
        directory = council.configuration(folder, bulletins=1, themes=2, readers=2)
        for file in directory.rglob("*.*"):
            text = file.read_text("utf-8").replace(f"bulletins@{council.COUNCIL}", address)
            file.write_text(text.replace(council.lead("bulletin-000", 0), other), "utf-8")
        self.address, self.other = address, other
        self.desk: Desk = stack.enter_context(open_desk(load_config(directory, {}), {}, clock=clock))
        self.service = Service(self.desk)
        self.posted: set[str] = set()

    def post(self) -> Iterator[bytes]:
        """What has left for the other bot since the last look."""
        for delivery in self.desk.store.deliveries():
            if delivery.recipient == self.other and delivery.state == "sent" and delivery.key not in self.posted:
                self.posted.add(delivery.key)
                yield self.desk.store.mail_bytes(delivery)


def without_marks(raw: bytes) -> bytes:
    """The mail as a gateway passes it on that drops every sign of a machine."""
    message = message_from_bytes(raw, policy=policy.compat32)
    for name in MARKS:
        del message[name]
    return message.as_bytes()


@pytest.mark.parametrize("gateway", [bytes, without_marks])
def test_two_bots_stop_talking(tmp_path: Path, gateway: type[bytes]) -> None:
    clock = FixedClock(council.REQUESTS)
    exchanged = 0
    with ExitStack() as stack:
        north = Bot(tmp_path / "north", NORTH, SOUTH, clock, stack)
        south = Bot(tmp_path / "south", SOUTH, NORTH, clock, stack)
        for _ in range(DAYS * 3):
            for one, two in ((north, south), (south, north)):
                one.service.tick()
                for raw in list(one.post()):
                    council.box_of(two.desk).deliver(gateway(raw))
                    exchanged += 1
            clock.at += timedelta(hours=8)
        kinds = [d.kind for bot in (north, south) for d in bot.desk.store.deliveries() if d.recipient == bot.other]
    assert exchanged >= 2
    assert exchanged <= MOST, kinds
