"""A mailbox that is in trouble for a while: one alert, one all-clear, and every mail of the month's start once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import LoginFailed, Unavailable
from bot.service import Service
from tests.conversations.world import World, moment
from tests.transports.certs import Authority
from tests.transports.troubles import EWS, HTTP, Trouble
from tests.transports.worlds import EwsWorld, GraphWorld

pytestmark = pytest.mark.slow
# A 401 is not among them: after a few the bot tries no log-in for half an hour of the machine's own clock, so that it
# locks no account out (tests/transports/test_bricks.py).
LASTING = (
    "connection refused",
    "DNS gone",
    "403 forbidden",
    "500 server fault",
    "certificate expired",
    "mailbox full",
)
CASES = [("Graph", name, HTTP[name]) for name in LASTING] + [("EWS", name, EWS[name]) for name in LASTING]


@pytest.mark.parametrize(("kind", "name", "trouble"), CASES, ids=[f"{kind}, {name}" for kind, name, _ in CASES])
def test_trouble_that_lasts_is_told_once_and_so_is_its_end(
    kind: str, name: str, trouble: Trouble, authority: Authority, tmp_path: Path
) -> None:
    box = (GraphWorld if kind == "Graph" else EwsWorld)(authority, tmp_path)
    world = World(tmp_path / "council")
    (account,) = world.desk.accounts
    world.desk = replace(world.desk, accounts=(replace(account, mailbox=box.mailbox, sender=box.sender),))
    world.service = Service(world.desk)
    try:
        world.tick()
        world.clock.at = moment("2025-08-01 09:00")
        with trouble(box, Authority(tmp_path)):
            for _ in range(3):
                world.tick()
                world.clock.at += timedelta(minutes=1)
        for _ in range(3):
            world.tick()
            world.clock.at += timedelta(minutes=3)
        told = Counter(d.key.split("/")[0] for d in world.desk.store.deliveries(kind="alert") if d.state == "sent")
        assert told == {"alert": 1, "all-clear": 1}
        requests = list(world.desk.store.deliveries(kind="request"))
        assert {d.state.value for d in requests} == {"sent"}
        assert len(box.sent()) == len(requests) + 2
    finally:
        world.close()
        box.close()


def test_an_answer_that_is_no_oauth_is_a_sentence_and_not_remembered(authority: Authority, tmp_path: Path) -> None:
    """msal keeps what went wrong for its telemetry and stumbles over it at every later log-in."""
    box = GraphWorld(authority, tmp_path)
    try:
        with HTTP["401 unauthorized"](box, Authority(tmp_path)):
            for _ in range(2):
                with pytest.raises((LoginFailed, Unavailable)):
                    list(box.mailbox.fetch_new(lambda ref: False, 5))
    finally:
        box.close()
