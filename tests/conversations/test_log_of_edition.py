"""The log of an edition: each draft mail prints where it stood, its lines name content by digest, `verify` looks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.cli import Options
from bot.commands import records, shared
from bot.core import keys
from bot.core.model import InboundState
from bot.errors import InputError
from bot.service import writing
from bot.service.work import Work
from bot.store.engine import make_engine
from tests.conversations.world import Received, World
from tests.crash.ending import without_chance
from tests.rehearsal.test_differences import without_chance as in_a_rehearsal

PRINTED = re.compile(r"log of this edition when this mail was made: (line (\d+), ((?:[0-9a-f]{4} ?){4}))\.")


@pytest.fixture
def verify(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], int]:
    """``run_bot.py verify --head WORDS``."""
    monkeypatch.setattr(shared, "start_log", lambda config, options: None)
    monkeypatch.setattr(records, "_url", lambda options: url_of(world))
    options = Options(world.folder / "config", verbose=False, log_json=False)
    return lambda words: records.verify(options, words)


def printed(mail: Received) -> tuple[str, int, str]:
    """The words, the number and the digits that a draft mail prints; the same in both its texts."""
    found = PRINTED.search(" ".join(mail.text.split()))
    assert found is not None, mail.text[-600:]
    html = mail.message.get_body(("html",))
    assert html is not None
    assert found[1] in " ".join(html.get_content().split())
    return found[1], int(found[2]), found[3].replace(" ", "")


def lines(world: World, what: str) -> list[dict[str, Any]]:
    """What the edition's lines of one kind say."""
    return [json.loads(event.data) for event in world.desk.store.events(world.edition().id) if event.what == what]


def url_of(world: World) -> str:
    """Where the world keeps its store: the gate also plays it on PostgreSQL."""
    return world.config.store_url({}).get_secret_value()


def spoil(world: World, *statements: str) -> None:
    """Change the store behind the program's back, with the triggers of the log out of the way."""
    engine = make_engine(url_of(world))
    on = " ON event" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER event_no_update{on}")
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_each_draft_mail_prints_where_the_log_of_its_edition_stood(world: World) -> None:
    world.in_review()
    events = world.desk.store.events(world.edition().id)
    at = next(number for number, event in enumerate(events) if event.what == "draft")
    _, number, digits = printed(world.editor.received("draft"))
    assert (number, digits) == (events[at - 1].number, events[at - 1].hash[:16])
    world.clock.at = world.clock.at.replace(hour=14)
    world.lead("prevent").replies("A late event.", to=world.lead("prevent").received("request"))
    world.at("2025-08-12 14:10")
    assert printed(world.editor.received("draft"))[1] > events[at].number


def test_a_view_without_a_line_prints_none(world: World) -> None:
    world.in_review()
    bare = world.view().model_copy(update={"log_head": None})
    assert writing.head_of_log(Work(world.desk, bare, world.clock.now())) == ""


def test_two_plays_of_a_month_may_differ_in_the_head_that_is_printed() -> None:
    said = "made: line 12, 3f2a 9c1b\n77d0 e4a5."
    assert without_chance(said) == in_a_rehearsal(said) == "made: (line of the log)."


def test_the_command_says_whether_the_log_still_holds_the_printed_line(
    world: World, verify: Callable[[str | None], int], capsys: pytest.CaptureFixture[str]
) -> None:
    world.approved()
    words, number, digits = printed(world.editor.received("draft"))
    assert verify(words) == verify(f" {number}: {digits.upper()} ") == verify(None) == 0
    assert "The log of ccsu-rag 2025-08 holds that line as the mail printed it" in capsys.readouterr().out
    for wrong in (f"line {number}, {'0' * 16}", f"line {number + 1}, {digits}", f"line 999, {digits}"):
        assert verify(wrong) == 3
        said = capsys.readouterr().out
        assert "The store is whole" in said
        assert "Compare them with the draft mail." in said
        assert "Stop the service" not in said
    for no_line in ("", "line 12", f"line {number}, {digits[:15]}", digits):
        with pytest.raises(InputError, match="no line of the log"):
            verify(no_line)


def test_the_lines_name_drafts_and_mails_by_their_digests(world: World) -> None:
    world.approved()
    world.at("2025-08-20 12:00")
    world.at("2025-08-20 12:05")
    draft = world.view().draft
    assert draft is not None
    mails = {mail.id: mail.digest for mail in world.desk.store.inbounds((InboundState.HANDLED,))}
    assert lines(world, "draft") == [{"number": 1, "why": "deadline", "digest": draft.digest}]
    (decision,) = lines(world, "decision")
    assert (decision["mail"], decision["draft"]) == (mails[decision["inbound"]], draft.digest)
    assert [line["draft"] for line in lines(world, "distribution")] == [draft.digest]
    assert {line["mail"] for line in lines(world, "submission")} < set(mails.values())
    assert "@" not in "".join(event.data for event in world.desk.store.events())


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE draft SET data = replace(data, 'agreed its plan', 'agreed no plan')", "is not the one that"),
        ("UPDATE draft SET number = 2", "Draft 1 of edition 1, which the log names, is not there."),
    ],
)
def test_a_draft_that_is_not_the_one_in_the_log_is_found(
    world: World,
    verify: Callable[[str | None], int],
    capsys: pytest.CaptureFixture[str],
    statement: str,
    found: str,
) -> None:
    world.in_review()
    spoil(world, statement)
    assert verify(None) == 3
    assert found in capsys.readouterr().out


def test_a_line_of_before_the_log_held_digests_is_no_fault_of_the_draft(
    world: World, verify: Callable[[str | None], int], capsys: pytest.CaptureFixture[str]
) -> None:
    world.in_review()
    old = """UPDATE event SET data = '{"number":1,"why":"deadline"}' WHERE what = 'draft'"""
    spoil(world, old, "UPDATE draft SET data = replace(data, 'agreed its plan', 'agreed no plan')")
    verify(None)
    told = capsys.readouterr().out
    assert "audit log was changed" in told  # that line itself
    assert "Draft 1" not in told


def slip_of(mail: Received) -> str:
    """The reference of one of our mails with one character wrong."""
    (token,) = keys.find_tokens(mail.subject)
    return f"{'A' if token[0] != 'A' else 'B'}{token[1:]}"


def test_a_reference_with_a_slip_is_known_in_its_month_and_the_two_after_it(world: World) -> None:
    world.approved()
    lead = world.lead("hate-crime")
    slip = slip_of(lead.received("request"))
    known = []
    for day in ("2025-08-14 10:00", "2025-10-30 10:00", "2025-12-02 10:00"):
        world.at(day)
        lead.writes(f"One more event, of {day}.\nReference: {slip}", subject="An event")
        newest = max(world.desk.store.inbounds(tuple(InboundState)), key=lambda mail: mail.id)
        assert newest.verdict is not None
        known.append(newest.verdict.period == "2025-08")
    assert known == [True, True, False]


def test_an_exact_reference_is_known_however_late_it_comes(world: World) -> None:
    world.approved()
    lead = world.lead("hate-crime")
    (token,) = keys.find_tokens(lead.received("request").subject)
    world.at("2026-06-10 10:00")
    lead.writes(f"Very late.\nReference: {token}", subject="An event")
    newest = max(world.desk.store.inbounds(tuple(InboundState)), key=lambda mail: mail.id)
    assert (newest.state, newest.verdict and newest.verdict.period) == (InboundState.HELD, "2025-08")
