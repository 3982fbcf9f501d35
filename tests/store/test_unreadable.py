"""What a newer program wrote at the same schema: the edition that it belongs to is named, and the others are read."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from bot.core.lifecycle import IN_HAND
from bot.core.model import InboundState
from bot.errors import EditionUnreadable
from tests.store.world import NOW, World, edition


def _newer(world: World, table: str, column: str = "data") -> None:
    """Write a field into every row of a table that this program does not know."""
    with world.sql._writer.begin() as connection:
        for number, data in connection.execute(text(f"SELECT id, {column} FROM {table}")).all():
            values = {"number": number, "data": json.dumps({**json.loads(data), "of_tomorrow": 1})}
            connection.execute(text(f"UPDATE {table} SET {column} = :data WHERE id = :number"), values)


@pytest.mark.parametrize("table", ["edition", "submission", "draft"])
def test_a_view_names_the_edition_that_cannot_be_read(world: World, table: str) -> None:
    inbound = world.mail("1")
    world.store.apply([world.closed(inbound), world.submission(inbound), *world.drafted()], NOW)
    _newer(world, table)
    other = world.store.add_edition(edition(bulletin="other"))
    with pytest.raises(EditionUnreadable) as told:
        world.store.view(world.edition.id)
    assert (told.value.bulletin, told.value.period, told.value.code) == ("ccsu-rag", "2025-08", "edition-unreadable")
    assert world.store.view(other.id).edition == other


def test_a_draft_by_its_number_names_its_edition(world: World) -> None:
    world.store.apply(world.drafted(), NOW)
    _newer(world, "draft")
    with pytest.raises(EditionUnreadable, match="2025-08 of ccsu-rag"):
        world.store.draft(world.edition.id, 1)


def test_one_edition_that_cannot_be_read_hides_no_other(world: World) -> None:
    _newer(world, "edition")
    later, other = world.store.add_edition(edition("2025-09")), world.store.add_edition(edition(bulletin="other"))
    read, unreadable = world.store.readable(IN_HAND)
    assert set(read) == {later, other}
    assert [(one.bulletin, one.period) for one in unreadable] == [("ccsu-rag", "2025-08")]
    assert world.store.editions(states=IN_HAND) == read
    assert world.store.editions("other") == (other,)
    with pytest.raises(EditionUnreadable):  # which edition a mail belongs to is not guessed from the rest
        world.store.editions("ccsu-rag")


def test_a_verdict_that_says_more_than_we_know_is_read(world: World) -> None:
    inbound = world.mail("1")
    world.store.apply([world.closed(inbound, "held", "held", edition_id=world.edition.id)], NOW)
    before = world.store.inbounds((InboundState.HELD,))
    _newer(world, "inbound", "verdict")
    assert world.store.inbounds((InboundState.HELD,)) == before
    assert world.store.view(world.edition.id).held == before
