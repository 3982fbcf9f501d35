"""A mailbox that takes only so many mails a minute, and a bulletin that goes to one group address."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.commands.report import status_document
from bot.ports import Sender, StagedMail
from bot.service import Service, outbox
from bot.service.desk import Desk
from bot.service.tick import TickReport
from bot.transports.limits import Pace
from tests.conversations.world import BULLETIN, World


class Paced:
    """A mailbox's send side with a limit a minute, as the Exchange transports have it."""

    def __init__(self, real: Sender, pace: Pace) -> None:
        self.real = real
        self.pace = pace
        self.stage, self.probe = real.stage, real.probe

    def release(self, mail: StagedMail) -> None:
        self.pace.check()
        self.pace.count()
        self.real.release(mail)


def on(world: World, desk: Desk) -> None:
    """Go on with another desk."""
    world.desk, world.service = desk, Service(desk)


def states(world: World) -> Counter[str]:
    return Counter(delivery.state.value for delivery in world.bulletins())


def test_the_rest_stays_queued_and_status_says_for_how_long(world: World) -> None:
    seconds = [0.0]
    world.approved()
    (account,) = world.desk.accounts
    pace = Pace(12, lambda: seconds[0])
    on(world, replace(world.desk, accounts=(replace(account, sender=Paced(account.sender, pace)),)))

    report = world.at("2025-08-18 09:00")
    assert states(world) == {"sent": 12, "queued": 18}
    assert report.again_in == 60
    sending: dict[str, Any] = status_document(world.desk)["editions"][0]["sending"]
    assert (sending["queued"], sending["per_minute"], sending["minutes"]) == (18, 12, 2)
    assert sending["last_at"].startswith("2025-08-18T09:02")

    world.tick()  # too early
    assert states(world)["sent"] == 12
    for minute in (1, 2):
        seconds[0] += 60.5
        world.clock.at += timedelta(minutes=1)
        world.tick()
        assert states(world)["sent"] == min(12 * (minute + 1), 30)  # nothing waits for a lease
    assert world.state == "distributed"
    assert status_document(world.desk)["editions"][0]["sending"] is None


@pytest.mark.slow
def test_one_mail_goes_to_the_group_and_none_to_the_readers(world: World) -> None:
    config = world.desk.bulletins[BULLETIN].model_copy(
        update={"distribution": "group", "group_address": "csms@council.example.org"}
    )
    on(world, replace(world.desk, bulletins={BULLETIN: config}))
    world.approved()
    world.at("2025-08-18 09:00")
    assert [(d.recipient, d.state.value) for d in world.bulletins()] == [("csms@council.example.org", "sent")]
    assert world.state == "distributed"


def test_when_the_time_of_a_pass_is_over_the_next_one_goes_on_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow mailbox: what was leased and not begun would else wait for its lease, and others overtake it."""
    world.approved()
    real = world.service._deliver
    answers = iter([True] * 4)  # before the batch of ten, and before three of them

    def three_then_stop(report: TickReport) -> None:
        report.left += outbox.deliver(world.desk, lambda: next(answers, False), set())

    monkeypatch.setattr(world.service, "_deliver", three_then_stop)
    world.at("2025-08-18 09:00")
    assert states(world) == {"sent": 3, "queued": 27}
    monkeypatch.setattr(world.service, "_deliver", real)
    world.tick()
    assert states(world) == {"sent": 30}
