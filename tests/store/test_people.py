"""Lists of people in the store: the newest holds, of two made from the same one the second is refused whole."""

from __future__ import annotations

import pytest

from bot.core import keys
from bot.core.model import EditionState
from bot.core.people import KeptPeople, People, ReaderRow, kept_bytes
from bot.core.records import BlobAdded, Change, PeopleChanged
from bot.errors import Conflict, StoreError
from bot.store.purge import purge
from tests.store.world import NOW, World, blob, later


def listing(*readers: str) -> bytes:
    """The bytes of a list with these readers."""
    rows = tuple(ReaderRow(name=name.title(), address=f"{name}@district.example") for name in readers)
    return kept_bytes(KeptPeople(people=People(readers=rows), files={}))


def confirmed(world: World, number: int, data: bytes) -> tuple[BlobAdded, PeopleChanged]:
    """The changes that keep one list."""
    row = PeopleChanged(
        bulletin="ccsu-rag",
        number=number,
        digest=keys.digest(data),
        edition_id=world.edition.id,
        inbound=world.mail(f"yes {number} {keys.digest(data)[:8]}"),
        person="editor@council.example.org",
    )
    return blob(data), row


def test_the_newest_list_of_a_bulletin_holds(world: World) -> None:
    assert world.store.people("ccsu-rag") is None
    world.store.apply(confirmed(world, 1, listing("ann")), NOW)
    world.store.apply(confirmed(world, 2, listing("bea")), later(5))
    newest = world.store.people("ccsu-rag")
    assert newest is not None
    assert (newest.number, newest.person, newest.at) == (2, "editor@council.example.org", later(5))
    assert world.store.blob(newest.digest) == listing("bea")
    assert world.store.people("another") is None
    assert world.store.newest_people() == {"ccsu-rag": newest}


def test_of_two_lists_made_from_the_same_one_the_second_is_refused_with_all_that_goes_with_it(world: World) -> None:
    world.store.apply(confirmed(world, 1, listing("ann")), NOW)
    late: list[Change] = [world.saved(EditionState.COLLECTING), *confirmed(world, 1, listing("bea"))]
    with pytest.raises(Conflict):
        world.store.apply(late, NOW)
    there = world.store.people("ccsu-rag")
    assert there is not None
    assert there.digest == keys.digest(listing("ann"))
    assert world.store.edition_by_id(world.edition.id) == world.edition
    with pytest.raises(StoreError, match="missing"):
        world.store.blob(keys.digest(listing("bea")))


def test_a_purge_takes_lists_that_a_newer_one_took_the_place_of_and_no_other(world: World) -> None:
    ann, bea, kim = listing("ann"), listing("bea"), listing("kim")
    for number, data in enumerate((ann, bea, kim, bea), 1):
        world.store.apply(confirmed(world, number, data), later(number))
    purge(world.url, later(1000), at=later(1000))
    assert world.store.blob(keys.digest(ann)) == ann  # its edition is not over
    world.save(EditionState.DISTRIBUTED)
    purge(world.url, later(2), at=later(1000))
    assert world.store.blob(keys.digest(ann)) == ann  # it held until after that
    purge(world.url, later(1000), at=later(1001))
    for data in (ann, kim):
        with pytest.raises(StoreError, match="purged"):
            world.store.blob(keys.digest(data))
    assert world.store.blob(keys.digest(bea)) == bea  # an older list of the same words is the newest too
