"""The folder mailbox: the contract, and what only a folder has: dropped files, half copies, flags, strangers."""

from __future__ import annotations

import errno
import mailbox
import os
import shutil
from pathlib import Path

import pytest

from bot.ports import Place
from bot.transports import folder as folder_module
from bot.transports import maildir
from tests.transports.contract import TransportContract, mail, nothing_known, staged, with_ref
from tests.transports.folder_world import NOW, FolderWorld, drop, refs


@pytest.fixture
def world(tmp_path: Path) -> FolderWorld:
    return FolderWorld(tmp_path / "mailbox")


class TestContract(TransportContract):
    """All that any transport must do."""


def test_a_dropped_file_is_read_once_it_has_settled(world: FolderWorld) -> None:
    drop(world, "Re RAG update.eml", mail(1), age=2)
    assert refs(world) == []
    world.now += 4
    (got,) = world.mailbox.fetch_new(nothing_known, 10)
    assert got.raw == mail(1)
    assert got.ref.startswith("Re RAG update.")
    assert got.ref.endswith(".eml")


def test_a_file_that_is_still_growing_is_not_read(world: FolderWorld) -> None:
    path = drop(world, "reply.eml", mail(1)[:50], age=6)
    with path.open("ab") as file:
        file.write(mail(1)[50:])
    later = path.stat().st_ctime
    world.now = later + 1
    assert refs(world) == []
    world.now = later + 6
    assert [got.raw for got in world.mailbox.fetch_new(nothing_known, 10)] == [mail(1)]


def test_a_copy_that_keeps_its_old_date_is_not_read_too_early(world: FolderWorld) -> None:
    path = drop(world, "reply.eml", mail(1), age=1)
    os.utime(path, (NOW - 86400, NOW - 86400))
    world.now = path.stat().st_ctime + 1
    assert refs(world) == []


def test_a_file_that_changes_while_it_is_read_waits(world: FolderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(world, "reply.eml", mail(1)[:50], age=10)
    real = os.fstat

    def grows(descriptor: int) -> os.stat_result:
        with path.open("ab") as file:
            file.write(b"more")
        return real(descriptor)

    monkeypatch.setattr(folder_module.os, "fstat", grows)
    assert refs(world) == []


def test_a_file_from_the_future_is_watched_instead(world: FolderWorld) -> None:
    path = drop(world, "reply.eml", mail(1), age=-3600)  # the share's clock is an hour ahead
    assert refs(world) == []
    world.now += 3
    path.write_bytes(mail(2))
    assert refs(world) == []
    world.now += 4
    assert refs(world) == []
    world.now += 6
    assert [got.raw for got in world.mailbox.fetch_new(nothing_known, 10)] == [mail(2)]


def test_the_same_name_with_other_content_is_another_mail(world: FolderWorld) -> None:
    drop(world, "reply.eml", mail(1), age=10)
    (first,) = refs(world)
    world.mailbox.acknowledge(first, Place.PROCESSED)
    drop(world, "reply.eml", mail(2), age=10)
    (second,) = refs(world)
    world.mailbox.acknowledge(second, Place.PROCESSED)
    assert first != second
    assert sorted(world.filed(Place.PROCESSED)) == sorted([mail(1), mail(2)])
    assert {path.name for path in (world.root / ".Processed" / "cur").iterdir()} == {first, second}


def test_the_same_file_dropped_twice_is_the_same_mail(world: FolderWorld) -> None:
    drop(world, "reply.eml", mail(1), age=10)
    (first,) = refs(world)
    world.mailbox.acknowledge(first, Place.PROCESSED)
    drop(world, "reply.eml", mail(1), age=10)
    world.reopen()
    assert refs(world) == [first]
    world.mailbox.acknowledge(first, Place.PROCESSED)
    assert world.filed(Place.PROCESSED) == [mail(1)]
    assert world.inbox() == []


def test_outlook_files_are_handed_on_as_they_are(world: FolderWorld) -> None:
    raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    drop(world, "RAG update.MSG", raw, age=10)
    assert [got.raw for got in world.mailbox.fetch_new(nothing_known, 10)] == [raw]


@pytest.mark.parametrize("flags", ["", ":2,", ":2,S", ":2,FRS", "!2,S", "!2,", ";2,RS"])
def test_flags_of_any_client_are_no_part_of_the_ref(world: FolderWorld, flags: str) -> None:
    (world.root / "cur" / f"1754990000.M1P2Q3.host,S=99{flags}").write_bytes(mail(1))
    (ref,) = refs(world)
    assert ref == "1754990000.M1P2Q3.host,S=99"
    world.mailbox.acknowledge(ref, Place.PROCESSED)
    (filed,) = (world.root / ".Processed" / "cur").iterdir()
    assert maildir.base_name(filed.name) == ref


def test_a_mail_seen_in_new_and_in_cur_is_given_once(world: FolderWorld) -> None:
    for name in ("new/1754990000.M1P2Q3.host", "cur/1754990000.M1P2Q3.host:2,S"):
        (world.root / name).write_bytes(mail(1))
    assert refs(world) == ["1754990000.M1P2Q3.host"]


def test_oldest_come_first(world: FolderWorld) -> None:
    for seconds in (1754990300, 1754990100, 1754990200):
        (world.root / "new" / f"{seconds}.M1P2Q3.host").write_bytes(mail(seconds))
    assert [ref[:10] for ref in refs(world)] == ["1754990100", "1754990200", "1754990300"]


def test_links_directories_and_hidden_files_are_not_read(world: FolderWorld, tmp_path: Path) -> None:
    secret = tmp_path / "secret.eml"
    secret.write_bytes(b"root:x:0:0")
    (world.root / "new" / "link.eml").symlink_to(secret)
    (world.root / "new" / "1754990000.M1P2Q3.link").symlink_to(secret)
    (world.root / "new" / "folder.eml").mkdir()
    (world.root / "new" / ".hidden.eml").write_bytes(mail(1))
    world.now = secret.stat().st_ctime + 60
    assert refs(world) == []
    assert world.mailbox.problems == ()


@pytest.mark.parametrize(
    ("name", "raw", "said"), [("notes.docx", b"PK", "neither"), ("reply.eml", b"", "empty"), ("x.txt", b"x", "neither")]
)
def test_what_is_no_mail_is_left_alone_and_told(
    world: FolderWorld, name: str, raw: bytes, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.arrive(mail(1))
    drop(world, name, raw, age=60)
    assert len(refs(world)) == 1
    (problem,) = world.mailbox.problems
    assert said in problem.sentence
    assert problem.where == f"new/{name}"
    refs(world)
    assert len([record for record in caplog.records if said in record.getMessage()]) == 1
    assert name not in caplog.text  # a saved mail's file name is its subject
    assert (world.root / "new" / name).exists()


def test_an_unreadable_file_stops_no_other(world: FolderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.arrive(mail(1))
    world.arrive(mail(2))
    bad = min((world.root / "new").iterdir())
    real = Path.open

    def refuses(path: Path, *rest: object, **more: object) -> object:
        if path == bad:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuses)
    assert len(refs(world)) == 1
    assert world.mailbox.problems[0].sentence == "A file in the mailbox folder was left alone: permission denied."


def test_an_enormous_file_is_cut_so_that_memory_holds(world: FolderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_BYTES", 1000)
    world.arrive(mail(1) + b"x" * 5000)
    (got,) = world.mailbox.fetch_new(nothing_known, 10)
    assert len(got.raw) == 1000


def test_a_file_name_that_is_no_text_does_no_harm(world: FolderWorld) -> None:
    path = os.fsencode(world.root / "new") + b"/R\xe9ponse.txt"
    with open(path, "wb") as file:
        file.write(b"x")
    assert refs(world) == []
    assert "ponse" in world.mailbox.problems[0].where


def test_folders_that_a_person_deleted_are_made_again(world: FolderWorld) -> None:
    world.arrive(mail(1))
    (ref,) = refs(world)
    for name in (".Processed", ".Sent", ".Drafts", "cur"):
        shutil.rmtree(world.root / name)
    world.mailbox.acknowledge(ref, Place.PROCESSED)
    world.sender.release(with_ref(world.sender, staged(1)))
    assert (world.filed(Place.PROCESSED), world.sent()) == ([mail(1)], [staged(1).mail])


def test_pythons_own_maildir_reads_every_folder(world: FolderWorld) -> None:
    world.arrive(mail(1))
    world.sender.release(with_ref(world.sender, staged(1)))
    box = mailbox.Maildir(world.root, create=False)
    assert sorted(box.list_folders()) == ["Drafts", "Held", "Junk", "Processed", "Sent"]
    assert [message["Subject"] for message in box] == ["Reply 1"]
    assert [message["Subject"] for message in box.get_folder("Sent")] == ["RAG update"]


def test_a_named_delivery_happens_once_for_all_time(world: FolderWorld) -> None:
    ref = world.mailbox.deliver(mail(1), "hate crime reply")
    world.now += 500
    assert world.mailbox.deliver(mail(1), "hate crime reply") == ref
    world.mailbox.acknowledge(ref, Place.PROCESSED)
    world.reopen()
    assert world.mailbox.deliver(mail(1), "hate crime reply") == ref
    assert world.inbox() == []
    assert world.filed(Place.PROCESSED) == [mail(1)]


def test_what_a_crash_left_in_tmp_is_cleared_after_days_and_never_read(world: FolderWorld) -> None:
    old, young = world.root / "tmp" / "old", world.root / "tmp" / "young"
    for path in (old, young):
        path.write_bytes(mail(1))
    os.utime(old, (NOW - 10**7, NOW - 10**7))
    world.reopen()
    assert refs(world) == []
    assert (old.exists(), young.exists()) == (False, True)


def test_what_people_leave_in_the_inbox_is_looked_at_once(world: FolderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand mails of a flood may lie there for days, and each pass would name and sort them all."""
    left = {world.mailbox.deliver(mail(number), f"left-{number}") for number in range(3)}
    list(world.mailbox.fetch_new(left.__contains__, 10))
    fresh = world.mailbox.deliver(mail(4), "fresh")
    looked_at = []
    real = folder_module.Found

    def found(path: Path, junk: bool) -> maildir.Found:
        looked_at.append(path.name)
        return real(path, junk)

    monkeypatch.setattr(folder_module, "Found", found)
    assert [got.ref for got in world.mailbox.fetch_new(left.__contains__, 10)] == [fresh]
    assert looked_at == [fresh]
