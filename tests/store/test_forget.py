"""What a bot forgets by itself, once a day: each bulletin by its own limit, in portions, retained months never."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.model import EditionState
from bot.core.records import EditionSaved
from bot.errors import StoreError
from bot.service.daily import NEVER
from bot.store.backup import retain
from tests.store.world import NOW, World, edition

LATE = NOW + timedelta(days=100)
DAY = timedelta(days=1)


def over(world: World, bulletin: str, ref: str) -> int:
    """An edition of August 2025 that has gone to its readers, and the mail of it that was received."""
    made = world.store.add_edition(edition(bulletin=bulletin))
    gone = EditionSaved(edition=made.model_copy(update={"state": EditionState.DISTRIBUTED}))
    mail = world.mail(ref)
    world.store.apply([gone, world.closed(mail, edition_id=made.id)], NOW)
    return mail


def kept(world: World, *mails: int) -> list[bool]:
    """Whether the bytes of these mails are still there."""
    found = []
    for mail in mails:
        try:
            world.store.raw(mail)
            found.append(True)
        except StoreError as error:
            if error.code != "blob-purged":
                raise
            found.append(False)
    return found


def ago(days: int) -> datetime:
    return LATE - timedelta(days=days)


def test_each_bulletin_forgets_by_its_own_limit(world: World) -> None:
    short, long = over(world, "short", "1"), over(world, "long", "2")
    assert world.store.forget({"short": ago(90), "long": ago(365)}, at=LATE, most=50) == 1
    assert kept(world, short, long) == [False, True]


def test_a_mail_of_no_edition_follows_the_longest_limit(world: World) -> None:
    stray = world.mail("stray")
    world.store.apply([world.closed(stray, place="left")], NOW)
    assert world.store.forget({"short": ago(10), "long": ago(365)}, at=LATE, most=50) == 0
    assert kept(world, stray) == [True]
    assert world.store.forget({"short": ago(10), "long": ago(90)}, at=LATE + DAY, most=50) == 1
    assert kept(world, stray) == [False]


def test_a_bulletin_that_is_configured_no_more_follows_the_longest_limit(world: World) -> None:
    gone = over(world, "gone", "1")
    assert world.store.forget({"short": ago(10), "long": ago(365)}, at=LATE, most=50) == 0
    assert kept(world, gone) == [True]
    assert world.store.forget({"short": ago(10), "long": ago(90)}, at=LATE + DAY, most=50) == 1
    assert kept(world, gone) == [False]


def test_while_a_bulletin_has_stopped_its_mails_and_those_of_nobody_wait(world: World) -> None:
    stopped, gone, going = (over(world, name, name) for name in ("stopped", "gone", "going"))
    stray = world.mail("stray")
    world.store.apply([world.closed(stray, place="left")], NOW)
    assert world.store.forget({"going": ago(90), "stopped": NEVER}, at=LATE, most=50) == 1
    assert kept(world, stopped, gone, going, stray) == [True, True, False, True]


def test_portions_go_on_until_the_day_is_done_and_then_it_rests(world: World) -> None:
    mails = [over(world, f"b{number}", str(number)) for number in range(5)]
    limits = {f"b{number}": ago(90) for number in range(6)}
    assert [world.store.forget(limits, at=LATE, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert kept(world, *mails) == [False] * 5
    late = over(world, "b5", "late")
    assert world.store.forget(limits, at=LATE + timedelta(hours=1), most=2) == 0  # done for today
    assert kept(world, late) == [True]
    assert world.store.forget(limits, at=LATE + DAY, most=2) == 1
    lines = [line for line in world.store.events(0) if line.what == "purged"]
    assert len(lines) == 4  # a call of a day that is done writes nothing


@pytest.mark.parametrize("edition_too", [True, False])
def test_a_retained_month_stays(world: World, edition_too: bool) -> None:
    mail = over(world, "a", "1") if edition_too else world.mail("stray")
    if not edition_too:
        world.store.apply([world.closed(mail, place="left")], NOW)
    retain(world.url, "2025-08", at=NOW)
    assert world.store.forget({"a": ago(1)}, at=LATE, most=50) == 0
    assert kept(world, mail) == [True]
    assert world.store.forget({"a": ago(1)}, at=LATE + DAY, most=50) == 0
