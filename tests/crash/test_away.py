"""The mailbox is away for days, over the deadline: nothing is lost, nothing comes in a burst, one alert and one end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Unavailable
from tests.conversations.world import World, moment

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def away(*given: Any, **named: Any) -> Any:
    raise Unavailable("The mailbox did not answer.", "", "unavailable")


def until(world: World, end: str) -> None:
    """Ticks every three hours up to a moment."""
    while world.clock.at < moment(end):
        world.clock.at = min(world.clock.at + timedelta(hours=3), moment(end))
        world.tick()


@pytest.mark.parametrize(
    ("begin", "end"), [("2025-08-06 18:00", "2025-08-14 09:00"), ("2025-08-01 08:00", "2025-08-05 09:00")]
)
def test_days_without_a_mailbox_lose_and_repeat_nothing(world: World, begin: str, end: str) -> None:
    until(world, begin)
    in_time = ("community-safety-asb", "hate-crime") if begin > "2025-08-02" else ()
    for theme in in_time:
        world.lead(theme).replies(f"The {theme} partnership met.")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fetch_new", "stage", "release", "probe", "acknowledge"):
            patch.setattr(world.box, name, away)
        if in_time:  # people write meanwhile: it lies in the mailbox
            world.lead("prevent").replies("The prevent partnership met.", to=world.lead("prevent").received("request"))
        until(world, end)
        assert [problem.code for problem in world.desk.store.problems()].count("mailbox-unreachable") == 1
    until(world, "2025-08-15 12:00")
    assert "mailbox-unreachable" not in {problem.code for problem in world.desk.store.problems()}
    everything = [d for d in world.desk.store.deliveries() if d.state == "sent"]
    assert max(Counter(delivery.message_id for delivery in everything).values()) == 1
    reminders = Counter(delivery.recipient for delivery in everything if delivery.kind == "reminder")
    assert all(number <= 2 for number in reminders.values())
    themes = {submission.theme for submission in world.view().submissions}
    assert themes >= {*in_time, *(("prevent",) if in_time else ())}
    assert len([d for d in everything if d.kind == "request"]) == 5
    told = [mail.subject for mail in world.operator.mails() if "mailbox" in mail.text.lower()]
    assert len(told) <= 2, told
