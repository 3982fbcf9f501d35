"""Backup, restore, copy and purge: what is kept is whole, what is forgotten is gone."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.lifecycle import DeliveryEvent
from bot.core.model import DeliveryState, EditionState
from bot.core.records import Logged
from bot.errors import ConfigError, SchemaMismatch, StoreError
from bot.ports import RawMail
from bot.store import schema
from bot.store.backup import backup, copy, purge, restore, retain
from bot.store.migrate import migrate
from bot.store.sql import SqlStore
from tests.store.test_migrate import OLD, _other
from tests.store.world import NOW, World, edition, later

LATE = NOW + timedelta(days=100)
E = DeliveryEvent


def _fill(world: World) -> list[str]:
    """A month: a mail, a draft, mails in four states, log lines; the keys of those mails."""
    inbound = world.mail("1", b"a lead's own words")
    world.store.apply(
        [world.closed(inbound, edition_id=world.edition.id), world.submission(inbound), *world.drafted()], NOW
    )
    keys = [world.queue(name, "receipt") for name in ("queued", "releasing", "sent", "failed")]
    world.move(keys[1], E.RELEASE)
    world.move(keys[2], E.RELEASE, E.ACCEPTED)
    world.move(keys[3], E.RELEASE, E.REFUSED)
    world.store.apply([Logged(what="x"), Logged(what="y", edition_id=world.edition.id)], NOW)
    return keys


def _states(store: SqlStore, keys: list[str]) -> list[str]:
    found = [store.delivery(key) for key in keys]
    return [one.state.value for one in found if one is not None]


def test_a_backup_is_one_file_that_holds_everything(
    world: World, tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    _fill(world)
    target = tmp_path / "backups" / "august.db"
    target.parent.mkdir()
    backup(world.url, target)
    assert [file.name for file in target.parent.iterdir()] == ["august.db"]
    if os.name != "nt":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    kept = open_store(f"sqlite:///{target}")
    assert kept.view(world.edition.id) == world.store.view(world.edition.id)
    assert kept.events() == world.store.events()
    assert kept.broken_events() == ()
    assert kept.raw(1) == b"a lead's own words"


def test_a_backup_never_overwrites(world: World, tmp_path: Path) -> None:
    target = tmp_path / "august.db"
    target.write_text("an older backup")
    with pytest.raises(StoreError, match="there already"):
        backup(world.url, target)
    assert target.read_text() == "an older backup"


def test_a_backup_of_nothing_or_to_nowhere_is_a_plain_sentence(world: World, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no store"):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "b.db")
    with pytest.raises(StoreError):
        backup(world.url, tmp_path / "missing" / "b.db")
    assert not (tmp_path / "none.db").exists()


def test_a_damaged_store_gives_no_backup(sqlite_url: str, tmp_path: Path) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    _fill(world)
    world.sql.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    data = bytearray(file.read_bytes())
    data[5 * 4096 : 6 * 4096] = b"\xff" * 4096
    file.write_bytes(data)
    with pytest.raises(StoreError) as told:
        backup(sqlite_url, tmp_path / "b.db")
    assert told.value.code == "damaged"
    assert not (tmp_path / "b.db").exists()
    assert not list(tmp_path.glob(".*partial*"))


def test_after_a_restore_nothing_is_sent_blindly(
    world: World, tmp_path: Path, request: pytest.FixtureRequest, open_store: Callable[[str], SqlStore]
) -> None:
    keys = _fill(world)
    backup(world.url, tmp_path / "b.db")
    other = _other(world.url, lambda: request.getfixturevalue("cluster"))
    assert restore(tmp_path / "b.db", other, at=LATE) is None
    store = open_store(other)
    assert _states(store, keys) == ["in_doubt", "in_doubt", "sent", "failed"]
    assert store.lease_deliverable(LATE, 10, 60) == ()
    assert [one.key for one in store.silent(LATE, 10, 60)] == keys[:2]
    assert (store.events(0)[-1].what, store.events(0)[-1].at) == ("restored", LATE)
    assert store.broken_events() == ()
    fresh = store.add_edition(edition("2025-09"))
    assert fresh.id == world.edition.id + 1
    mail = store.remember("m", RawMail(ref="after", raw=b"x"), LATE)
    assert mail == 2


def test_the_store_that_was_there_is_kept_beside(
    sqlite_url: str, tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    keys = _fill(world)
    backup(sqlite_url, tmp_path / "b.db")
    world.store.add_edition(edition("2025-09"))  # still in the write-ahead log
    with pytest.raises(StoreError, match="in use"):
        restore(tmp_path / "b.db", sqlite_url, at=LATE)
    assert not list(tmp_path.glob("*replaced*"))
    world.sql.close()
    kept = restore(tmp_path / "b.db", sqlite_url, at=LATE)
    assert kept is not None
    assert kept.name == "store.db.replaced-1"
    restored = open_store(sqlite_url)
    assert [one.period for one in restored.editions()] == ["2025-08"]
    assert [one.period for one in open_store(f"sqlite:///{kept}").editions()] == ["2025-08", "2025-09"]
    restored.close()
    again = restore(tmp_path / "b.db", sqlite_url, at=LATE)
    assert again is not None
    assert again.name == "store.db.replaced-2"
    assert len(keys) == 4


def test_what_is_no_backup_is_refused_and_the_store_stays(sqlite_url: str, tmp_path: Path) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    (tmp_path / "letter.db").write_text("Dear editor, " * 100)
    with pytest.raises(StoreError):
        restore(tmp_path / "letter.db", sqlite_url, at=LATE)
    (tmp_path / "empty.db").write_bytes(b"")
    with pytest.raises(SchemaMismatch):
        restore(tmp_path / "empty.db", sqlite_url, at=LATE)
    with pytest.raises(StoreError, match="no backup"):
        restore(tmp_path / "none.db", sqlite_url, at=LATE)
    assert world.store.edition_by_id(1) == world.edition
    assert not list(tmp_path.glob("*replaced*"))
    world.sql.close()


def test_a_damaged_store_is_kept_and_replaced(
    sqlite_url: str, tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    world = World(f"sqlite:///{tmp_path}/good.db", SqlStore(f"sqlite:///{tmp_path}/good.db"))
    backup(world.url, tmp_path / "b.db")
    world.sql.close()
    (tmp_path / "store.db").write_bytes(b"spoilt" * 1000)
    (tmp_path / "store.db-wal").write_bytes(b"an old log")
    kept = restore(tmp_path / "b.db", sqlite_url, at=LATE)
    assert kept is not None
    assert kept.read_bytes() == b"spoilt" * 1000
    assert not (tmp_path / "store.db-wal").exists()
    assert [problem.code for problem in open_store(sqlite_url).problems()] == ["restored"]


def test_a_log_whose_store_is_gone_is_not_applied_to_the_new_one(
    sqlite_url: str, tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    backup(sqlite_url, tmp_path / "b.db")
    world.store.add_edition(edition("2025-09"))
    log = (tmp_path / "store.db-wal").read_bytes()
    world.sql.close()
    (tmp_path / "store.db").unlink()
    (tmp_path / "store.db-wal").write_bytes(log)
    restore(tmp_path / "b.db", sqlite_url, at=LATE)
    assert [one.period for one in open_store(sqlite_url).editions()] == ["2025-08"]
    assert (tmp_path / "store.db.replaced-1-wal").read_bytes() == log


def test_a_backup_of_an_older_version_is_restored_and_then_migrated(
    sqlite_url: str, tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    migrate(f"sqlite:///{tmp_path}/old.db", "0001")
    backup(f"sqlite:///{tmp_path}/old.db", tmp_path / "b.db")
    restore(tmp_path / "b.db", sqlite_url, at=LATE)
    assert migrate(sqlite_url) == ("0001", schema.VERSION)
    assert open_store(sqlite_url).events(0)[-1].what == "restored"


def _old_backup(folder: Path) -> Path:
    """A backup of a store of the first schema, with its data."""
    with closing(sqlite3.connect(folder / "old.db")) as connection:
        connection.executescript(OLD.read_text("utf-8"))
    backup(f"sqlite:///{folder}/old.db", folder / "b.db")
    return folder / "b.db"


def test_a_backup_from_before_an_upgrade_is_restored_with_its_data(
    url: str, tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    restore(_old_backup(tmp_path), url, at=LATE)
    migrate(url)  # has something to do on SQLite alone, where the file itself was put back
    store = open_store(url)
    assert [one.theme for one in store.view(1).submissions] == ["hate-crime"]
    assert store.raw(1).endswith(b"Nothing this month.\r\n")
    assert [problem.code for problem in store.problems()] == ["restored"]
    assert store.broken_events() == ()


@pytest.mark.parametrize("by", ["today", "another program, with a log for many writers"])
def test_a_backup_is_only_read(
    url: str, by: str, tmp_path: Path, open_store: Callable[[str], SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(f"sqlite:///{tmp_path}/first.db", SqlStore(f"sqlite:///{tmp_path}/first.db"))
    _fill(world)
    kept = tmp_path / "share"
    kept.mkdir()
    backup(world.url, kept / "b.db")
    world.sql.close()
    if by != "today":
        with closing(sqlite3.connect(kept / "b.db")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    before = (kept / "b.db").read_bytes()
    (kept / "b.db").chmod(0o400)
    opened: list[str] = []
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name, **more: opened.append(str(name)) or real(name, **more))
    restore(kept / "b.db", url, at=LATE)
    assert not [name for name in opened if name.startswith(str(kept))]
    assert (kept / "b.db").read_bytes() == before
    assert [file.name for file in kept.iterdir()] == ["b.db"]
    assert len(open_store(url).view(1).submissions) == 1


def test_a_stores_file_that_is_in_use_is_restored_with_what_is_in_its_log(
    url: str, tmp_path: Path, open_store: Callable[[str], SqlStore]
) -> None:
    live = SqlStore(f"sqlite:///{tmp_path}/live.db")
    live.add_edition(edition("2025-09"))  # in the write-ahead log
    restore(tmp_path / "live.db", url, at=LATE)
    live.close()
    assert [one.period for one in open_store(url).editions()] == ["2025-09"]


def test_a_backup_may_lie_on_a_network_share(
    world: World, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
    open_store: Callable[[str], SqlStore],
) -> None:  # fmt: skip
    _fill(world)
    share, local = tmp_path / "share", tmp_path / "tmp"
    share.mkdir()
    local.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(local))
    monkeypatch.setattr("bot.store.engine.network_file_system", lambda file: "nfs4" if share in file.parents else "")
    backup(world.url, share / "b.db")
    assert [file.name for file in share.iterdir()] == ["b.db"]
    if os.name != "nt":
        assert stat.S_IMODE((share / "b.db").stat().st_mode) == 0o600
    other = _other(world.url, lambda: request.getfixturevalue("cluster"))
    restore(share / "b.db", other, at=LATE)
    assert list(local.iterdir()) == []
    assert open_store(other).raw(1) == b"a lead's own words"


def test_a_restore_that_finds_no_room_or_no_backup_of_ours_leaves_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "letter.db").write_text("Dear editor, " * 100)
    (tmp_path / "empty.db").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be read as a store"):
        restore(tmp_path / "letter.db", url, at=LATE)
    with pytest.raises(SchemaMismatch):
        restore(tmp_path / "empty.db", url, at=LATE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    backed_up = _old_backup(tmp_path)
    monkeypatch.setattr("bot.store.backup.shutil.copyfile", full)
    with pytest.raises(StoreError, match="No space left on device"):
        restore(backed_up, url, at=LATE)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_store_that_is_not_there_is_no_source_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no store"):
        copy(f"sqlite:///{tmp_path}/misspelt.db", f"sqlite:///{tmp_path}/new.db")
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_copied_only_into_an_empty_database(
    world: World, request: pytest.FixtureRequest, open_store: Callable[[str], SqlStore]
) -> None:
    _fill(world)
    with pytest.raises(StoreError, match="not empty"):
        copy(world.url, world.url)
    other = _other(world.url, lambda: request.getfixturevalue("cluster"))
    copy(world.url, other)
    assert open_store(other).view(world.edition.id) == world.store.view(world.edition.id)


# ------------------------------------------------------------------------------------------------ forgetting


def _over(world: World, period: str = "2025-08") -> None:
    """The edition has gone to its readers."""
    world.save(EditionState.DISTRIBUTED)
    assert world.edition.period == period


def test_purge_removes_the_bytes_of_old_mails_and_keeps_digests_and_trace(world: World) -> None:
    keys = _fill(world)
    _over(world)
    digest = world.store.inbound(1)
    assert purge(world.url, LATE, at=LATE) == 2  # the lead's mail and the header of what was sent; others are not done
    with pytest.raises(StoreError, match="purged on") as told:
        world.store.raw(1)
    assert told.value.code == "blob-purged"
    assert world.store.inbound(1) == digest
    view = world.store.view(world.edition.id)
    assert view.draft is not None
    assert world.store.blob(view.draft.parts[0].digest) == b"draft 1"
    assert len(view.submissions) == 1
    assert _states(world.sql, keys) == ["queued", "releasing", "sent", "failed"]
    failed = world.store.delivery(keys[3])
    assert failed is not None
    assert world.store.mail_bytes(failed).startswith(b"To: failed")
    assert world.store.broken_events() == ()
    assert world.store.events(0)[-1].what == "purged"
    assert purge(world.url, LATE, at=LATE) == 0


def test_purge_leaves_open_editions_young_mails_and_bulletins(world: World) -> None:
    bulletin = world.queue("reader")
    _fill(world)
    assert purge(world.url, LATE, at=LATE) == 0
    world.save(EditionState.DISTRIBUTING)
    world.move(bulletin, E.RELEASE, E.ACCEPTED)
    _over(world)
    assert purge(world.url, later(1), at=LATE) == 0  # its distribution is not old enough
    assert purge(world.url, LATE, at=LATE) == 2
    sent = world.store.delivery(bulletin)
    assert sent is not None
    assert sent.state is DeliveryState.SENT
    assert world.store.mail_bytes(sent).startswith(b"To: reader")


def test_purge_leaves_unread_and_parked_mails_and_takes_those_of_no_edition(world: World) -> None:
    unread, parked, stray = (world.mail(name) for name in ("unread", "parked", "stray"))
    world.store.apply([world.closed(parked, "parked", "held"), world.closed(stray, place="left")], NOW)
    assert purge(world.url, LATE, at=LATE) == 1
    assert world.store.raw(unread) == b"mail unread"
    assert world.store.raw(parked) == b"mail parked"
    with pytest.raises(StoreError):
        world.store.raw(stray)


def test_bytes_that_a_mail_which_stays_also_names_are_not_purged(world: World) -> None:
    old = world.mail("old", b"same bytes")
    new = world.mail("new", b"same bytes", at=LATE)
    world.store.apply([world.closed(old), world.closed(new)], LATE)
    assert purge(world.url, LATE, at=LATE) == 0
    assert world.store.raw(old) == b"same bytes"


def test_bytes_that_come_again_after_a_purge_are_there_again(world: World) -> None:
    old = world.mail("old", b"the same words")
    world.store.apply([world.closed(old)], NOW)
    assert purge(world.url, LATE, at=LATE) == 1
    assert world.store.raw(world.mail("new", b"the same words", at=LATE)) == b"the same words"


def test_a_retained_period_is_not_purged(world: World) -> None:
    _fill(world)
    stray = world.mail("stray")
    world.store.apply([world.closed(stray, place="left")], NOW)
    _over(world)
    retain(world.url, "2025-08", at=LATE, why="FOI 123")
    retain(world.url, "2025-08", at=LATE, why="again")
    assert purge(world.url, LATE, at=LATE) == 0
    assert world.store.raw(1) == b"a lead's own words"
    assert [line.what for line in world.store.events(0)][-3:] == ["retained", "retained", "purged"]


def test_nothing_of_a_purged_mail_is_left_in_the_file(sqlite_url: str) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    canary = b"canary-7f3a" * 2000
    inbound = world.mail("1", canary)
    world.store.apply([world.closed(inbound)], NOW)
    world.sql.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    assert b"canary-7f3a" in file.read_bytes()
    assert purge(sqlite_url, LATE, at=LATE) == 1
    beside = [one for one in file.parent.iterdir() if one.name.startswith(file.name)]
    assert not any(b"canary" in one.read_bytes() for one in beside)


_PURGE_IN_LITTLE_SPACE = """
import resource, sys
from datetime import datetime
from bot.errors import StoreError
from bot.store.purge import purge

url, limit, at = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # as on a disk with no more room than this
try:
    purge(url, at, at=at)
except StoreError as error:
    print(error.code, error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_a_purge_that_cannot_shrink_the_file_has_deleted_and_says_so(sqlite_url: str) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    canary = b"canary-7f3a" * 2000
    old = world.mail("1", canary)
    world.mail("2", os.urandom(3_000_000))  # unread: it stays, and the file with it
    world.store.apply([world.closed(old)], NOW)
    world.sql.close()
    command = [sys.executable, "-c", _PURGE_IN_LITTLE_SPACE, sqlite_url, "1500000", LATE.isoformat()]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("not-smaller The old mails were deleted, but the store's file could not be made smaller")
    assert "run purge again" in told
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    assert b"canary" not in file.read_bytes()  # overwritten, although no VACUUM did it
    assert purge(sqlite_url, LATE, at=LATE) == 0
