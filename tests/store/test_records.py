"""The store as a record: what verify finds, what a subject access request gives, on both databases."""

from __future__ import annotations

import csv
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.core.records import Logged
from bot.errors import StoreError
from bot.store.engine import make_engine
from bot.store.subject import subject_access
from bot.store.verify import verify
from tests.store.world import NOW, World

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
