"""Two bulletins with a mailbox each: trouble of one holds up nothing of the other, and is told once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from bot.commands.service import attempt
from bot.config import load_config
from bot.core.model import DeliveryState
from bot.errors import MaybeSent, OutOfDate, Unavailable
from bot.ports import Probe
from bot.service import Service, outbox
from bot.service.desk import Account, Desk
from bot.transports.folder import FolderMailbox
from bot.wiring import FixedClock, open_desk
from tests.bench import council
from tests.conversations.test_two_bulletins import NORTH, ROOT, SOUTH, bulletin

pytestmark = pytest.mark.slow
BOTH = (NORTH, SOUTH)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "bot.toml", tmp_path / "config")
    for key in BOTH:
        bulletin(tmp_path, key)
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with open_desk(load_config(folder / "config", {}), {}, clock=FixedClock(council.REQUESTS)) as opened:
        yield opened


def fails(*_: Any, **__: Any) -> Any:
    raise Unavailable("The mailbox does not answer.", "Nothing to do; it is tried again.")


def box(desk: Desk, key: str) -> FolderMailbox:
    found = desk.account_of(key).mailbox
    assert isinstance(found, FolderMailbox)
    return found


def states(desk: Desk, key: str, kind: str = "request") -> Counter[DeliveryState]:
    return Counter(one.state for one in desk.store.deliveries(kind=kind) if one.key.startswith(f"{key}/"))


def told(desk: Desk) -> Counter[str]:
    """The mails to the operator: how many alerts, how many all-clears."""
    return Counter(one.key.split("/")[0] for one in desk.store.deliveries(kind="alert"))


def ticks(desk: Desk, service: Service, times: int, minutes: int = 1) -> None:
    for _ in range(times):
        service.tick()
        desk.clock.at += timedelta(minutes=minutes)  # type: ignore[attr-defined]


@pytest.mark.parametrize("call", ["stage", "release"])
def test_what_cannot_be_sent_from_one_mailbox_holds_up_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(box(desk, NORTH), call, fails)
    service = Service(desk)
    ticks(desk, service, 1)
    assert set(states(desk, SOUTH)) == {DeliveryState.SENT}
    assert set(states(desk, NORTH)) == {DeliveryState.QUEUED}
    ticks(desk, service, 6)
    assert told(desk) == {"alert": 1}
    monkeypatch.undo()
    ticks(desk, service, 4)
    assert set(states(desk, NORTH)) == {DeliveryState.SENT}
    assert told(desk) == {"alert": 1, "all-clear": 1}
    for key in BOTH:
        left = Counter(_id(file.read_bytes()) for file in files(desk, key, "Sent"))
        assert set(left.values()) == {1}
        assert left.keys() >= {one.message_id for one in desk.store.deliveries(kind="request") if key in one.key}


def files(desk: Desk, key: str, folder: str) -> list[Path]:
    """The mails in one folder of a bulletin's mailbox."""
    return [path for path in box(desk, key).root.rglob("*") if path.is_file() and folder in path.parent.parent.name]


def _id(raw: bytes) -> str:
    return str(message_from_bytes(raw, policy=policy.default)["Message-ID"])


def test_a_mailbox_at_its_limit_holds_up_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def room(self) -> int:
            return 0

        def wait(self) -> float:
            return 30.0

    monkeypatch.setattr(box(desk, NORTH), "pace", Full(), raising=False)
    report = Service(desk).tick()
    assert set(states(desk, SOUTH)) == {DeliveryState.SENT}
    assert set(states(desk, NORTH)) == {DeliveryState.QUEUED}
    assert {one.leased_until for one in desk.store.deliveries(kind="request") if one.key.startswith(NORTH)} == {None}
    assert report.again_in == 30.0


def test_what_cannot_be_filed_in_one_mailbox_holds_up_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(desk)
    service.tick()
    for key in BOTH:
        for reply in council.replies(desk, council.REPLIES):
            if key.split("-")[0].encode() in reply:
                box(desk, key).deliver(reply)
    monkeypatch.setattr(box(desk, NORTH), "acknowledge", fails)
    desk.clock.at = council.REPLIES  # type: ignore[attr-defined]
    ticks(desk, service, 5)
    filed = {key: len(files(desk, key, "Processed")) for key in BOTH}
    assert filed[NORTH] == 0
    assert filed[SOUTH] > 0
    assert not desk.store.unfiled(50, (box(desk, SOUTH).name,))
    assert told(desk) == {"alert": 1}
    monkeypatch.undo()
    ticks(desk, service, 3)
    assert not desk.store.unfiled(50)
    assert told(desk) == {"alert": 1, "all-clear": 1}


def test_a_silence_is_asked_about_although_another_mailbox_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def silence(*_: Any) -> None:
        raise MaybeSent("Nobody knows.", "It is asked about.")

    for key in BOTH:
        monkeypatch.setattr(box(desk, key), "release", silence)
    monkeypatch.setattr(box(desk, SOUTH), "probe", lambda mail: Probe.SENT)
    monkeypatch.setattr(box(desk, NORTH), "probe", fails)
    ticks(desk, Service(desk), 3, minutes=15)
    assert set(states(desk, SOUTH)) == {DeliveryState.SENT}
    assert DeliveryState.SENT not in states(desk, NORTH)


class Machines:
    """Two machines on one store; ``broken`` can be made to fail alone."""

    def __init__(self, desk: Desk, patch: pytest.MonkeyPatch) -> None:
        self.desk = replace(desk, instance="one")
        self.well = Service(self.desk)
        accounts = tuple(self._twin(account) for account in desk.accounts)
        self.other = replace(desk, instance="two", accounts=accounts)
        self.broken = Service(self.other)
        for account in accounts:
            patch.setattr(account.mailbox, "fetch_new", fails)

    def _twin(self, account: Account) -> Account:
        assert isinstance(account.mailbox, FolderMailbox)
        again = FolderMailbox(account.mailbox.root, settle_seconds=0)
        again.name = account.mailbox.name
        return replace(account, mailbox=again, sender=again)

    def pass_by(self, times: int, minutes: int = 1) -> None:
        for _ in range(times):
            self.broken.tick()
            ticks(self.desk, self.well, 1, minutes)


def test_one_machine_that_cannot_reach_the_mailbox_is_told_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    both = Machines(desk, monkeypatch)
    both.pass_by(6)
    assert told(desk) == {"alert": 2}, "one for each of the two mailboxes"
    assert all(", on two" in problem.where for problem in desk.store.problems())
    monkeypatch.undo()
    both.pass_by(2)
    assert not desk.store.problems()
    assert told(desk) == {"alert": 2, "all-clear": 2}


def test_the_trouble_of_a_machine_that_is_gone_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    both = Machines(desk, monkeypatch)
    both.pass_by(1)
    ticks(desk, both.well, 3)
    assert len(desk.store.problems()) == 2, "nobody can say yet that it is over"
    ticks(desk, both.well, 2, minutes=400)
    assert not [problem for problem in desk.store.problems() if problem.code == "mailbox-unreachable"]


@pytest.fixture
def started_before(folder: Path) -> Iterator[Callable[[], Desk]]:
    """A bot that started when there was no south yet, on the same store."""
    shutil.move(folder / "config" / SOUTH, folder / SOUTH)
    with open_desk(load_config(folder / "config", {}), {}, clock=FixedClock(council.REQUESTS)) as opened:
        shutil.move(folder / SOUTH, folder / "config" / SOUTH)
        yield lambda: opened


def test_a_bot_that_does_not_know_a_bulletin_ends_and_touches_nothing(
    folder: Path, started_before: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    older = started_before()
    Service(older).tick()
    config = load_config(folder / "config", {})
    with open_desk(config, {}, clock=FixedClock(council.REQUESTS)) as newer:
        monkeypatch.setattr(box(newer, SOUTH), "stage", fails)
        Service(newer).tick()
        assert set(states(newer, SOUTH)) == {DeliveryState.QUEUED}
    older.clock.at += timedelta(minutes=5)  # type: ignore[attr-defined]
    with pytest.raises(OutOfDate, match=f"An edition of {SOUTH} is open.*start this bot again"):
        attempt(Service(older), config, older)
    outbox.deliver(older, lambda: True, set())  # also where it opens while a pass runs
    assert set(states(older, SOUTH)) == {DeliveryState.QUEUED}
    assert not list((folder / "var" / "mailbox").rglob("*south*"))
