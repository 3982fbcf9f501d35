"""A newer program wrote an edition in a way that this one cannot read: no mail is lost, nothing leaves unstopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.commands.report import status_document
from bot.config import load_usable
from bot.core.lifecycle import IN_HAND
from bot.core.model import EditionState, InboundState, Problem
from bot.core.records import ProblemNoted
from bot.errors import EditionUnreadable
from bot.service import Service
from bot.service.daily import _editions
from bot.store import rows
from bot.store.sql import SqlStore
from bot.wiring import open_desk
from tests.bench import council
from tests.conversations.several import NORTH, SOUTH, Several
from tests.conversations.test_stopped_bulletins import renamed, words

REMEMBERED = InboundState.REMEMBERED


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Several]:
    made = Several(tmp_path)
    yield made
    made.close()


def rewritten(both: Several, table: str, *, newer: bool) -> None:
    """The rows of the south's edition as a newer program writes them, or as this one does."""
    assert isinstance(both.desk.store, SqlStore)
    column = "id" if table == "edition" else "edition_id"
    south = f"SELECT id FROM edition WHERE bulletin = '{SOUTH}'"
    with both.desk.store._writer.begin() as connection:
        found = connection.execute(text(f"SELECT id, data FROM {table} WHERE {column} IN ({south})")).all()
        assert found
        for number, data in found:
            values = json.loads(data)
            values.pop("of_tomorrow", None)
            told = {"number": number, "data": json.dumps({**values, **({"of_tomorrow": 1} if newer else {})})}
            connection.execute(text(f"UPDATE {table} SET data = :data WHERE id = :number"), told)


def unreadable(both: Several) -> list[str]:
    """Where the open problems of this kind are."""
    return [one.where for one in both.desk.store.problems() if one.code == "edition-unreadable"]


def distributing(both: Several) -> None:
    """Both bulletins begin to leave."""
    both.approved()
    both.clock.at = council.DISTRIBUTION
    service = Service(both.desk)
    service._deliver = lambda report: None  # type: ignore[method-assign]
    service.tick()  # everything is queued, nothing has left
    assert {both.edition(key).state for key in (NORTH, SOUTH)} == {EditionState.DISTRIBUTING}


@pytest.mark.parametrize("table", ["edition", "submission", "draft"])
def test_hold_waits_for_the_newer_program_and_no_bulletin_leaves_meanwhile(both: Several, table: str) -> None:
    distributing(both)
    draft = both.mails(SOUTH, "draft")[-1]
    rewritten(both, table, newer=True)
    hold = both.arrives(both.reply(draft, "HOLD"))
    both.ticks(5)

    waits = both.inbound(hold)
    assert (waits.state, waits.attempts) == (REMEMBERED, 0)
    assert both.edition(NORTH).state is EditionState.DISTRIBUTED
    told = [words(mail) for mail in both.told()]
    assert [f"The edition 2025-08 of {SOUTH} was written by a newer program" in one for one in told] == [True]
    assert "start the newer program again" in told[0]
    assert unreadable(both) == [f"{SOUTH} 2025-08"]
    document = status_document(both.desk)
    assert [one["bulletin"] for one in document["editions"]] == [NORTH]
    assert "edition-unreadable" in {need["code"] for need in document["needs_a_person"]}

    rewritten(both, table, newer=False)  # as if by a program that can read it
    assert {mail.state for mail in both.mails(SOUTH, "bulletin")} == {"queued"}
    both.restart()
    both.ticks(2)
    assert both.edition(SOUTH).state is EditionState.STOPPED
    assert not [mail for mail in both.mails(SOUTH, "bulletin") if mail.state == "sent"]
    assert unreadable(both) == []


def test_leads_mails_wait_uncounted_while_the_other_bulletins_are_read(both: Several) -> None:
    both.at(council.REQUESTS)
    south, north = both.mails(SOUTH, "request")[0], both.mails(NORTH, "request")[0]
    rewritten(both, "edition", newer=True)
    replies = [renamed(both.reply(south, f"News {number}."), f"<{number}@lead.example>") for number in range(25)]
    theirs = [both.arrives(reply) for reply in replies]  # more than are read at once
    both.arrives(both.reply(north, "News of the north."))
    both.clock.at = council.REPLIES
    both.ticks(5)
    assert {(both.inbound(mail).state, both.inbound(mail).attempts) for mail in theirs} == {(REMEMBERED, 0)}
    assert len(both.mails(NORTH, "receipt")) == 1
    assert len(both.told()) == 1

    rewritten(both, "edition", newer=False)
    both.ticks(3)  # without a restart
    assert {both.inbound(mail).state for mail in theirs} == {InboundState.HANDLED}
    assert unreadable(both) == []
    assert "is over" in words(both.told()[1])
    assert len(both.told()) == 2


def test_the_calendar_of_the_others_goes_on_and_the_day_is_summed_up(both: Several) -> None:
    both.at(council.REQUESTS)
    rewritten(both, "edition", newer=True)
    both.clock.at = council.DRAFTS
    both.ticks(2)
    assert both.edition(NORTH).state is EditionState.IN_REVIEW
    late = Problem(code="distribution-late", sentence="It is late.", where=f"{SOUTH} 2025-08")
    both.desk.store.apply([ProblemNoted(problem=late)], both.clock.at)  # the newer one has seen that
    both.ticks(2)
    assert late.code in {one.code for one in both.desk.store.problems()}
    assert not [one for one in both.desk.store.deliveries(kind="alert") if one.key.startswith("all-clear/")]
    assert any(SOUTH in line and "newer program" in line for line in _editions(both.desk))


def test_a_newer_program_beside_it_takes_the_mails_and_the_operator_is_told_once(
    both: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributing(both)
    real, older = rows.edition_of, {"works": False}

    def edition_of(row: object) -> object:
        found = real(row)  # type: ignore[arg-type]
        if older["works"] and found.bulletin == SOUTH:
            raise EditionUnreadable(found.bulletin, found.period)
        return found

    monkeypatch.setattr(rows, "edition_of", edition_of)
    hold = both.arrives(both.reply(both.mails(SOUTH, "draft")[-1], "HOLD"))
    with open_desk(load_usable(both.directory, {}), {}, clock=both.clock) as desk:
        newer = Service(desk)
        older["works"] = True
        both.ticks(2)
        assert [one.bulletin for one in both.desk.store.readable(IN_HAND)[0]] == []
        for _ in range(4):
            older["works"] = False
            newer.tick()
            older["works"] = True
            both.ticks(1)
    older["works"] = False
    assert both.inbound(hold).state is InboundState.HANDLED
    assert both.edition(SOUTH).state is EditionState.STOPPED
    assert not [mail for mail in both.mails(SOUTH, "bulletin") if mail.state == "sent"]
    assert len([mail for mail in both.told() if "newer program" in words(mail)]) <= 2  # the alert and its all-clear
