"""A backup was put back: nothing leaves before everything that was filed since is read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import EditionState, InboundState
from bot.core.records import Inbound
from bot.service import Service, understand
from bot.service.desk import Desk
from bot.service.tick import CHUNK
from bot.store.backup import backup, restore
from bot.store.engine import make_engine
from tests.conversations.conftest import ON_POSTGRES
from tests.conversations.world import World, moment


class Watched:
    """The sender, which notes how many mails were not read yet whenever one leaves or is looked up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sender = desk.accounts[0].sender
        self.unread: list[int] = []

    def __getattr__(self, name: str) -> Any:
        self.unread.append(len(self._desk.store.unhandled(500)))
        return getattr(self._sender, name)


def with_a_backup(world: World) -> Path:
    """The requests are out, a backup is made, more mails than one round reads are filed."""
    world.at("2025-08-01 09:00")
    file = world.folder / "old.db"
    backup(world.config.store_url({}).get_secret_value(), file)
    world.clock.at = moment("2025-08-05 10:00")
    request = world.lead("hate-crime").received("request")
    for number in range(CHUNK + 4):
        world.lead("hate-crime").replies(f"News number {number}.", to=request, quoting=False)
    world.lead("prevent").replies("The last word of all.", quoting=False)
    return file


def put_back(world: World, file: Path) -> Watched:
    """The backup in the store's place, and a service that is watched."""
    world.close()
    url = world.config.store_url({}).get_secret_value()
    if ON_POSTGRES:  # there the operator empties the database first
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    restore(file, url, at=world.clock.now())
    world._open()
    watched = Watched(world.desk)
    account = world.desk.accounts[0]
    world.desk = replace(world.desk, accounts=(replace(account, sender=watched),))
    world.service = Service(world.desk)
    return watched


def test_more_filed_mails_than_one_round_reads_are_all_read_before_anything_leaves(world: World) -> None:
    file = with_a_backup(world)
    before = len(world.view().submissions)
    watched = put_back(world, file)
    world.at("2025-08-12 12:00")  # the draft is due at once
    assert watched.unread
    assert set(watched.unread) == {0}
    assert len(world.view().submissions) == before
    assert world.state is EditionState.IN_REVIEW
    assert world.view().draft is not None
    assert world.view().draft.number == 1  # type: ignore[union-attr]  # made once, with all of them
    assert world.service.tick().idle


def test_a_mail_that_cannot_be_read_holds_up_only_until_it_is_parked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = put_back(world, with_a_backup(world))
    real = understand.handle

    def handle(desk: Desk, inbound: Inbound) -> None:
        if b"poison" in desk.store.raw(inbound.id):
            raise RuntimeError
        real(desk, inbound)

    monkeypatch.setattr(understand, "handle", handle)
    world.box.deliver(b"Subject: poison\r\n\r\nx")
    world.at("2025-08-12 12:00")
    assert watched.unread == []
    for _ in range(4):
        world.clock.at += timedelta(minutes=3)
        world.tick()
    assert len(world.desk.store.inbounds((InboundState.PARKED,))) == 1
    assert set(watched.unread) == {0}
    assert world.editor.mails("draft")
