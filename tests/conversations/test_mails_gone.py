"""Strays and held mails over the months: each stray is listed once, and a draft is made though their text is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.core.model import EditionState, InboundState
from bot.errors import StoreError
from tests.conversations import wordfiles
from tests.conversations.test_corrections import distributed
from tests.conversations.test_figures_year import newest
from tests.conversations.world import BULLETIN, World

pytestmark = pytest.mark.slow

OLD, NEW = "The prevent partnership met", "The prevent partnership met twice"
MANY_FIELDS = {f"X-Field-{number}": "x" for number in range(600)}  # the pre-scan refuses more than 500


def sells(world: World, what: str, headers: dict[str, str] | None = None) -> None:
    """A stray."""
    world.somebody("sales@elsewhere.example").writes("Buy them.", subject=what, headers=headers)


def purged(world: World, number: int) -> bool:
    """Whether the text of a mail was purged."""
    try:
        world.desk.store.raw(number)
    except StoreError as error:
        return error.code == "blob-purged"
    return False


def purge_what_came(world: World) -> None:
    """The text of every mail that came so far goes."""
    engine = world.desk.store._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        gone = "UPDATE blob SET data = NULL, purged_at = '2025-08-14 00:00:00' WHERE digest IN "
        connection.execute(text(f"{gone} (SELECT blob FROM inbound)"))


def draft_of(world: World, period: str) -> str:
    """One month without replies to its first draft mail, and on to the readers; what that draft mail says."""
    dates = world.edition(period).timetable
    world.at(f"{dates.request_at:%Y-%m-%d} 12:00")
    world.clock.at = dates.deadline_at + timedelta(hours=3)
    world.tick()
    draft = newest(world, world.editor, "draft")
    world.editor.replies("APPROVE", to=draft)
    world.clock.at = dates.distribution_at + timedelta(hours=2)
    world.tick()
    assert world.edition(period).state is EditionState.DISTRIBUTED, period
    return draft.text


def test_every_month_has_its_draft_and_each_stray_is_listed_once(world: World) -> None:
    world.configured(readers=world.desk.bulletins[BULLETIN].readers[:2])
    months = ("2025-08", "2025-09", "2025-10", "2025-11", "2025-12")
    with_strays = (months[0], months[-1])  # a long quiet time between them
    drafts = []
    for period in months:
        world.at(f"{period}-01 12:00")
        if period in with_strays:
            sells(world, f"Chairs of {period}")
        drafts.append(draft_of(world, period))
    first = next(mail for mail in world.desk.store.inbounds((InboundState.HANDLED,)))
    assert purged(world, first.id)
    assert ["Chairs of 2025-08" in draft for draft in drafts] == [True, False, False, False, False]
    assert ["Chairs of 2025-12" in draft for draft in drafts] == [False, False, False, False, True]
    assert not any("subject not kept" in draft for draft in drafts)
    assert not world.desk.store.problems()


def test_a_stray_whose_text_is_gone_before_a_draft_lists_it_is_listed_by_its_row(world: World) -> None:
    world.at("2025-08-01 09:00")
    sells(world, "Chairs")
    purge_what_came(world)
    world.at("2025-08-12 12:00")
    draft = world.editor.received("draft").text
    assert "“subject not kept” from sales@elsewhere.example" in draft
    assert "Nothing ties it to us. This mail was purged on 14 August 2025." in draft


def test_a_stray_that_is_not_safe_to_read_is_listed_and_never_parsed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.at("2025-08-01 09:00")
    sells(world, "Chairs", headers=MANY_FIELDS)
    world.at("2025-08-12 11:00")

    def never(raw: bytes) -> None:
        raise AssertionError("an unsafe mail was parsed")

    monkeypatch.setattr("bot.service.writing.parse_message", never)
    world.at("2025-08-12 12:00")
    draft = world.editor.received("draft").text
    assert "“subject not read” from sales@elsewhere.example" in draft
    assert "could not be read safely" in draft


def test_a_correction_is_made_though_the_text_of_a_held_mail_is_gone(world: World) -> None:
    distributed(world)
    world.lead("prevent").writes("Something on its own.", subject="News")
    (held,) = world.desk.store.inbounds((InboundState.HELD,))
    file = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW})
    purge_what_came(world)
    assert purged(world, held.id)
    world.editor.replies("CORRECT", to=world.editor.received("outcome"), files={"b.docx": file}, quoting=False)
    assert world.state is EditionState.IN_REVIEW
    correction = world.editor.received("draft")
    assert f"Number {held.id}, in the holding pen: “subject not kept” from {world.lead('prevent').address}" in (
        correction.text
    )
    assert "This mail was purged on 14 August 2025." in correction.text
    assert not world.desk.store.inbounds((InboundState.PARKED,))
