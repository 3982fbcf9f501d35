"""The store as a record: what verify finds, what a subject access request gives, on both databases."""

from __future__ import annotations

import csv
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.core.model import EditionState, Person, Problem
from bot.core.records import DraftAdded, Event, Logged, ProblemNoted
from bot.errors import ConfigError, StoreError
from bot.store import chain
from bot.store.engine import make_engine
from bot.store.subject import subject_access
from bot.store.verify import verify
from tests.store.world import NOW, World, later

LEAD = b"From: Lead <Lead@council.example.org>\r\nTo: rag@council.example.org\r\nSubject: ours\r\n\r\nour own words\r\n"
OTHER = b"From: other@council.example.org\r\nTo: rag@council.example.org\r\n\r\nabout lead@council.example.org\r\n"


def filled(world: World) -> None:
    mine = world.mail("1", LEAD)
    world.mail("2", OTHER)
    world.store.apply([world.closed(mine, edition_id=world.edition.id), world.submission(mine)], NOW)
    world.queue("lead", "receipt", recipient="lead@council.example.org")
    world.store.apply([Logged(what="one"), Logged(what="two", edition_id=world.edition.id)], NOW)


def spoil(url: str, *statements: str) -> None:
    """Change the database behind the program's back, its triggers out of the way."""
    engine = make_engine(url)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER event_no_update"))
        else:
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_store_that_nobody_touched_is_whole(world: World) -> None:
    filled(world)
    audit = verify(world.url)
    assert audit.faults == ()
    assert audit.blobs >= 3
    assert audit.lines >= 2


def test_the_newest_line_is_the_last_of_no_edition(world: World) -> None:
    assert world.store.newest_line() is None
    world.store.apply([Logged(what="one")], NOW)
    world.store.apply([Logged(what="two")], later(60))
    world.store.apply([Logged(what="three", edition_id=world.edition.id)], later(120))
    assert world.store.newest_line() == later(60)


def test_a_record_of_a_store_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no store"):
        verify(f"sqlite:///{tmp_path}/misspelt.db")
    with pytest.raises(ConfigError, match="no store"):
        subject_access(f"sqlite:///{tmp_path}/misspelt.db", "a@council.example.org", tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_bot_that_writes_meanwhile_makes_no_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of one moment: a line and its head that come between two statements are in neither."""
    filled(world)
    read = chain.events

    def between(connection: Connection, edition_id: int | None) -> tuple[Event, ...]:
        lines = read(connection, edition_id)
        world.store.apply([Logged(what="meanwhile")], NOW)
        return lines

    monkeypatch.setattr(chain, "events", between)
    assert verify(world.url).faults == ()


def test_a_changed_line_of_the_log_is_found(world: World) -> None:
    filled(world)
    spoil(world.url, "UPDATE event SET what = 'another' WHERE what = 'one'")
    assert any("audit log" in fault for fault in verify(world.url).faults)


def test_changed_bytes_are_found(world: World) -> None:
    filled(world)
    spoil(world.url, "UPDATE blob SET data = 'xx' WHERE digest = (SELECT blob FROM inbound ORDER BY id LIMIT 1)")
    assert any("digest" in fault for fault in verify(world.url).faults)


def test_a_mail_that_waits_without_its_bytes_is_found(world: World) -> None:
    filled(world)
    spoil(
        world.url, "UPDATE blob SET data = NULL, purged_at = '2025-01-01' WHERE digest IN (SELECT header FROM delivery)"
    )
    assert any("purged" in fault for fault in verify(world.url).faults)


def test_all_about_one_person_and_nothing_of_others(world: World, tmp_path: Path) -> None:
    filled(world)
    target = tmp_path / "lead.zip"
    found = subject_access(world.url, "LEAD@council.example.org", target)
    with zipfile.ZipFile(target) as packed:
        mails = [packed.read(name) for name in packed.namelist() if name.startswith("received/")]
        rows = list(csv.reader(io.StringIO(packed.read("delivery.csv").decode())))
        everything = b"".join(packed.read(name) for name in packed.namelist())
    assert mails == [LEAD]
    assert found["mails received"] == 1
    assert len(rows) == 2
    assert b"other@council.example.org" not in everything
    if os.name != "nt":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(StoreError, match="there already"):
        subject_access(world.url, "lead@council.example.org", target)


def test_where_editions_drafts_problems_and_the_log_name_a_person(world: World, tmp_path: Path) -> None:
    ann, joann = "ann@partner.example", "joann@partner.example"
    readers = (Person(name="Ann", address="Ann@partner.example"), Person(name="Jo", address=joann))
    bulletin = world.drafted()
    draft = next(change for change in bulletin if isinstance(change, DraftAdded))
    printed = draft.draft.bulletin.model_copy(update={"title": f"RAG update\n{ann}"})
    named = draft.model_copy(update={"draft": draft.draft.model_copy(update={"bulletin": printed})})
    problem = Problem(code="refused", sentence=f"The mail to {ann} came back.", where="x")
    other = Problem(code="refused", sentence=f"The mail to {joann} came back.", where="y")
    world.store.apply(
        [
            world.saved(EditionState.APPROVED, readers=readers, approved_by=ann),
            *(change for change in bulletin if change is not draft),
            named,
            ProblemNoted(problem=problem),
            ProblemNoted(problem=other),
            Logged(what="told", data={"to": ann}),
            Logged(what="told", data={"to": joann}),
        ],
        NOW,
    )
    target = tmp_path / "ann.zip"
    found = subject_access(world.url, ann, target)
    with zipfile.ZipFile(target) as packed:
        tables = {
            name: list(csv.reader(io.StringIO(packed.read(f"{name}.csv").decode())))[1:]
            for name in ("edition", "draft", "problem", "event")
        }
        everything = b"".join(packed.read(name) for name in packed.namelist())
    assert {row[4] for row in tables["edition"]} == {"approved_by", "readers[0]"}
    assert [row[4] for row in tables["draft"]] == ["bulletin.title"]
    assert [row[3] for row in tables["problem"]] == [problem.sentence]
    assert len(tables["event"]) == 1
    assert {name: found[name] for name in tables} == {"edition": 2, "draft": 1, "problem": 1, "event": 1}
    assert joann.encode() not in everything


@pytest.mark.parametrize("field", ["From", "To"])
def test_one_hostile_mail_takes_nothing_from_anybody(world: World, tmp_path: Path, field: str) -> None:
    """A thousand brackets in an address field, or at the start of a note, break a parser that goes down into them."""
    brackets = b"(" * 1_500
    filled(world)
    world.mail("3", field.encode() + b": " + brackets + b"\r\n\r\ntext\r\n")
    theirs = field.encode() + b": " + brackets + b",\r\n <Lead@council.example.org>\r\n\r\ntext\r\n"
    world.mail("4", theirs)
    noted = "[" * 100_000 + "lead@council.example.org"
    world.store.apply([ProblemNoted(problem=Problem(code="refused", sentence=noted, where="x"))], NOW)
    target = tmp_path / "lead.zip"
    found = subject_access(world.url, "lead@council.example.org", target)
    with zipfile.ZipFile(target) as packed:
        mails = [packed.read(name) for name in packed.namelist() if name.startswith("received/")]
    assert mails == [LEAD, theirs]
    assert found["problem"] == 1


def test_half_an_answer_to_a_person_is_not_left_behind(world: World, tmp_path: Path) -> None:
    filled(world)
    spoil(world.url, "UPDATE blob SET data = (SELECT data FROM blob WHERE digest IN (SELECT header FROM delivery))")
    target = tmp_path / "lead.zip"
    with pytest.raises(StoreError):
        subject_access(world.url, "lead@council.example.org", target)
    assert not target.exists()
