"""The log: append-only, chained per edition; whoever changes it past the triggers is seen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from bot.core.records import Logged
from bot.errors import StoreError
from bot.store import chain, schema
from tests.store.world import NOW, World, later


def _log(world: World) -> None:
    """Three lines of no edition and three of one, in turn."""
    for number in range(3):
        lines = [Logged(what="tick", data={"n": number}), Logged(what="saved", edition_id=world.edition.id)]
        world.store.apply(lines, later(number))


def _tamper(world: World, *statements: str) -> None:
    """Change the log behind the program's back: without the triggers."""
    with world.sql._writer.begin() as connection:
        triggers = ["event_no_update", "event_no_delete"]
        if connection.dialect.name == "postgresql":
            triggers = ["event_no_update ON event", "event_no_truncate ON event"]
        for trigger in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_lines_come_back_in_order_by_edition(world: World) -> None:
    _log(world)
    world.store.apply([Logged(what="last", data={"b": None, "a": "é"})], NOW)
    numbers = [line.number for line in world.store.events()]
    assert numbers == sorted(set(numbers))
    assert [line.what for line in world.store.events(world.edition.id)] == ["saved"] * 3
    last = world.store.events(0)[-1]
    assert (last.what, last.at, last.data, json.loads(last.data)) == (
        "last",
        NOW,
        '{"a":"é","b":null}',
        {"a": "é", "b": None},
    )
    assert world.store.broken_events() == ()


def test_an_untouched_or_empty_log_is_whole(world: World) -> None:
    assert world.store.broken_events() == ()
    assert world.store.events() == ()


@pytest.mark.parametrize("statement", ["UPDATE event SET what = 'x'", "DELETE FROM event WHERE number = 1"])
def test_the_database_refuses_to_change_the_log(world: World, statement: str) -> None:
    _log(world)
    with pytest.raises(DBAPIError, match="append-only"), world.sql._writer.begin() as connection:
        connection.exec_driver_sql(statement)
    assert len(world.store.events()) == 6
    assert world.store.broken_events() == ()


def test_postgresql_refuses_to_empty_the_log(world: World) -> None:
    _log(world)
    statement = "TRUNCATE event" if world.url.startswith("postgresql") else "DELETE FROM event"
    with pytest.raises(DBAPIError, match="append-only"), world.sql._writer.begin() as connection:
        connection.exec_driver_sql(statement)
    assert len(world.store.events()) == 6


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE event SET what = 'x' WHERE number = 3", (3,)),
        ("UPDATE event SET data = '{}' WHERE number = 1", (1,)),
        ("UPDATE event SET at = '2025-08-12 07:00:00' WHERE number = 6", (6,)),
        ("UPDATE event SET edition_id = 7 WHERE number = 6", (6,)),
        ("UPDATE event SET hash = previous WHERE number = 3", (3, 5)),
        ("DELETE FROM event WHERE number = 3", (5,)),
        ("DELETE FROM event WHERE number >= 5", (5, 6)),
        ("DELETE FROM event", (5, 6)),
        ("DELETE FROM chain WHERE edition_id = 0", (5,)),
    ],
)
def test_a_change_past_the_triggers_is_found(world: World, statement: str, broken: tuple[int, ...]) -> None:
    _log(world)
    _tamper(world, statement)
    assert world.store.broken_events() == broken


def test_two_lines_that_change_places_are_found(world: World) -> None:
    _log(world)
    swap = "UPDATE event SET number = {} WHERE number = {}"
    _tamper(world, swap.format(99, 1), swap.format(1, 3), swap.format(3, 99))
    assert set(world.store.broken_events()) >= {1, 3}


def test_numbers_of_a_tail_that_was_cut_off_are_not_given_again(world: World) -> None:
    _log(world)
    _tamper(world, "DELETE FROM event WHERE number >= 5")
    world.store.apply([Logged(what="after")], NOW)
    assert world.store.events()[-1].number == 7
    assert world.store.broken_events() != ()


def test_a_second_line_after_the_same_line_is_refused(world: World) -> None:
    _log(world)
    first = {**world.store.events(0)[0].model_dump(), "number": 50, "previous": "", "hash": "0" * 64}
    with pytest.raises(DBAPIError), world.sql._writer.begin() as connection:
        connection.execute(schema.event.insert().values(first))
    assert len(world.store.events()) == 6


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text(), st.integers(0, 9), st.integers(1, 9), st.text())
def test_every_field_counts_in_the_hash(previous: str, what: str, edition: int, number: int, data: str) -> None:
    told = chain.event_hash(previous, edition, number, NOW, what, data)
    others = [
        chain.event_hash(previous + "x", edition, number, NOW, what, data),
        chain.event_hash(previous, edition + 1, number, NOW, what, data),
        chain.event_hash(previous, edition, number + 1, NOW, what, data),
        chain.event_hash(previous, edition, number, later(1e-6), what, data),
        chain.event_hash(previous, edition, number, NOW, what + "x", data),
        chain.event_hash(previous, edition, number, NOW, what, data + "x"),
    ]
    assert len({told, *others}) == 7
    assert told == chain.event_hash(previous, edition, number, NOW.astimezone(), what, data)


def test_a_flipped_bit_in_bytes_is_found_when_they_are_read(world: World) -> None:
    inbound = world.mail("1", b"the mail")
    with world.sql._writer.begin() as connection:
        connection.execute(schema.blob.update().values(data=b"the nail"))
    with pytest.raises(StoreError) as told:
        world.store.raw(inbound)
    assert told.value.code == "blob-damaged"
