"""Kills, races and full disks: all or nothing, and nobody takes what another has."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.lifecycle import DeliveryEvent
from bot.core.model import EditionState
from bot.core.records import Change, DueDone, EditionSaved, Logged
from bot.errors import Conflict, StoreError
from bot.ports import RawMail
from bot.store import changes as writers
from bot.store import outbox
from bot.store.sql import SqlStore
from tests.store.world import NOW, World, blob, edition, later

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here: the kills run on Linux")


def _month(world: World, count: int = 3) -> list[Change]:
    """The changes of one step: the edition, mails, a due mark, log lines, a draft, a closed mail."""
    mails = [change for number in range(count) for change in world.queued(f"r{number}")]
    log = [Logged(edition_id=world.edition.id, what="approved"), Logged(what="step")]
    inbound = world.store.unhandled(1)[0].id
    due = DueDone(edition_id=world.edition.id, name="draft")
    saved = EditionSaved(edition=world.edition.model_copy(update={"state": EditionState.APPROVED}))
    return [*mails, *world.drafted(), world.closed(inbound), world.submission(inbound), due, saved, *log]


def _facts(store: SqlStore, edition_id: int) -> tuple[object, ...]:
    """What is there of such a step."""
    view = store.view(edition_id)
    return (
        view.edition.version,
        len(view.deliveries),
        len(view.submissions),
        view.done,
        view.draft is not None,
        len(store.unhandled(5)),
        len(store.events()),
        store.broken_events(),
    )


NOTHING: tuple[object, ...] = (0, 0, 0, frozenset(), False, 1, 0, ())
ALL = (1, 3, 1, frozenset({"draft"}), True, 0, 2, ())


def _apply_and_die(url: str, changes: list[Change], statement: int) -> None:
    """In a child: apply, and be killed before the statement with this number is sent (0 = right after the commit)."""
    store, seen = SqlStore(url), 0

    def die(*_args: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(store._engine, "before_cursor_execute", die)
    event.listen(store._engine, "commit", die)
    store.apply(changes, NOW)
    os.kill(os.getpid(), signal.SIGKILL if statement == 0 else signal.SIGTERM)


def _forked(work: Callable[[], None]) -> int:
    """Run it in a forked child; the signal that ended the child."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(99)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


@needs_fork
def test_a_kill_before_any_statement_leaves_all_or_nothing(world: World) -> None:
    world.mail("1")
    changes = _month(world)
    world.sql.close()
    kills = 0
    for statement in range(1, 200):
        ended = _forked(partial(_apply_and_die, world.url, changes, statement))
        if ended == signal.SIGTERM:  # it had no such statement: everything was done before
            break
        kills += 1
        assert ended == signal.SIGKILL
        assert _facts(world.sql, world.edition.id) == NOTHING, statement
        world.sql.close()
    assert kills > 15
    assert _facts(world.sql, world.edition.id) == ALL


@needs_fork
def test_a_kill_right_after_the_commit_leaves_all(world: World) -> None:
    world.mail("1")
    changes = _month(world)
    world.sql.close()
    assert _forked(lambda: _apply_and_die(world.url, changes, 0)) == signal.SIGKILL
    assert _facts(world.sql, world.edition.id) == ALL


def _lease_all(url: str, start: Any, results: Any) -> None:
    """In a process: lease and release one by one until nothing is left; the keys that this one released."""
    store, mine = SqlStore(url), []
    start.wait()
    while leased := store.lease_deliverable(NOW, 3, 60):
        mine += [one.key for one in leased if store.move_delivery(one.key, DeliveryEvent.RELEASE, NOW)]
    store.close()
    results.put(mine)


def test_two_bots_never_release_the_same_mail(world: World) -> None:
    keys = [world.queue(f"r{number}", "receipt") for number in range(60)]
    world.sql.close()
    ways: Any = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    start, results = ways.Barrier(2), ways.Queue()
    bots = [ways.Process(target=_lease_all, args=(world.url, start, results)) for _ in range(2)]
    for bot in bots:
        bot.start()
    released = [results.get(timeout=60) for _ in bots]
    for bot in bots:
        bot.join(timeout=60)
    assert sorted(key for mine in released for key in mine) == sorted(keys)


def test_a_bot_in_the_middle_of_a_lease_does_not_block_another(
    world: World, open_store: Callable[[str], SqlStore]
) -> None:
    if world.url.startswith("sqlite"):
        assert world.sql.lease_deliverable(NOW, 1, 60) == ()  # one writer at a time: there is no middle
        return
    keys = [world.queue(f"r{number}", "receipt") for number in range(4)]
    other = open_store(world.url)
    with world.sql._writer.begin() as connection:
        first = outbox.lease_deliverable(connection, NOW, 2, 60)
        second = other.lease_deliverable(NOW, 4, 60)  # SKIP LOCKED: no waiting for the first
    assert [[one.key for one in found] for found in (first, second)] == [keys[:2], keys[2:]]


def test_release_waits_for_a_hold_that_is_being_written(world: World, open_store: Callable[[str], SqlStore]) -> None:
    """HOLD takes the edition's row; a release that began meanwhile sees the HOLD, not the state before it."""
    key = world.queue("a")
    world.save(EditionState.DISTRIBUTING)
    hold = world.saved(EditionState.STOPPED)
    other = open_store(world.url)
    with ThreadPoolExecutor(1) as pool:
        with world.sql._writer.begin() as connection:
            writers.write(connection, [hold], NOW)
            release = pool.submit(other.move_delivery, key, DeliveryEvent.RELEASE, NOW)
            assert not release.done() or release.result() is False
        assert release.result(timeout=30) is False


def test_the_log_of_two_bots_is_one_chain(world: World, open_store: Callable[[str], SqlStore]) -> None:
    stores = [world.sql, open_store(world.url)]

    def write(number: int) -> None:
        lines = [Logged(what=f"line {number}"), Logged(what=f"line {number}", edition_id=world.edition.id)]
        stores[number % 2].apply(lines, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(24)))
    assert len(world.store.events(0)) == len(world.store.events(world.edition.id)) == 24
    assert world.store.broken_events() == ()


def test_of_many_who_save_the_same_version_one_wins(world: World, open_store: Callable[[str], SqlStore]) -> None:
    other = open_store(world.url)
    change = world.saved(EditionState.COLLECTING)

    def save(store: SqlStore) -> bool:
        try:
            store.apply([change], NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(save, [world.sql, other] * 4))
    assert won.count(True) == 1


def test_two_who_remember_the_same_mail_keep_one(world: World, open_store: Callable[[str], SqlStore]) -> None:
    other = open_store(world.url)
    mail = RawMail(ref="1", raw=b"raw" * 1000)
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda store: store.remember("m", mail, NOW), [world.sql, other] * 4))
    assert len([one for one in ids if one is not None]) == 1


def test_two_who_open_an_empty_database_make_one_store(url: str, open_store: Callable[[str], SqlStore]) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [url] * 4))
    assert {store.add_edition(edition()).id for store in stores} == {1}


def test_a_full_disk_is_a_plain_sentence_and_writes_nothing(world: World) -> None:
    if not world.url.startswith("sqlite"):
        assert world.sql.deliveries() == ()  # PostgreSQL's own words are in test_faults.py
        return
    world.mail("1")
    changes = _month(world)
    world.sql.close()

    def small(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    event.listen(world.sql._engine, "connect", small)
    with pytest.raises(StoreError, match="disk that holds the store is full; nothing was written") as told:
        world.store.apply([*changes, *_filler()], NOW)
    assert told.value.code == "disk-full"
    assert _facts(world.sql, world.edition.id) == NOTHING
    event.remove(world.sql._engine, "connect", small)
    world.sql.close()
    world.store.apply(changes, later(1))
    assert _facts(world.sql, world.edition.id) == ALL


def _filler() -> list[Change]:
    """More bytes than two pages hold."""
    return [blob(bytes([number]) * 20_000) for number in range(3)]


def test_a_locked_store_is_a_plain_sentence(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.engine.BUSY_SECONDS", 0)
    world = World(sqlite_url, SqlStore(sqlite_url))
    with sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as told:
            world.save(EditionState.COLLECTING)
        assert world.store.edition_by_id(1) == world.edition  # readers are not kept waiting
        other.execute("ROLLBACK")
    other.close()
    assert told.value.code == "busy"
    world.save(EditionState.COLLECTING)
    world.sql.close()
