"""The folder mailbox as sender: full disks, lost drafts, and a kill at every step."""

from __future__ import annotations

import errno
import os
from collections.abc import Container, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import MaybeSent, NotSent, Unavailable
from bot.ports import Place, Probe, StagedMail
from bot.transports import folder as folder_module
from bot.transports import maildir
from tests.transports.contract import mail, staged, with_ref
from tests.transports.folder_world import FolderWorld, refs


@pytest.fixture
def world(tmp_path: Path) -> FolderWorld:
    return FolderWorld(tmp_path / "mailbox")


def test_files_are_for_the_owner_only(world: FolderWorld) -> None:
    world.sender.stage(staged(1))
    (draft,) = (world.root / ".Drafts" / "cur").iterdir()
    assert draft.stat().st_mode & 0o077 == 0
    assert (world.root / ".Drafts").stat().st_mode & 0o077 == 0


def test_a_draft_that_somebody_changed_leaves_as_it_was_approved(world: FolderWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    (draft,) = (world.root / ".Drafts" / "cur").iterdir()
    draft.write_bytes(b"Subject: something else\r\n\r\n")
    os.rename(draft, draft.with_name(f"{draft.name}:2,DS"))
    assert world.sender.probe(ready) is Probe.NOT_ACCEPTED
    world.sender.release(ready)
    assert world.sent() == [staged(1).mail]
    assert world.drafts() == []


def test_a_repeated_release_sends_nothing_more_even_when_flags_were_set(world: FolderWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.sender.release(ready)
    (sent,) = (world.root / ".Sent" / "cur").iterdir()
    os.rename(sent, sent.with_name(f"{sent.name}:2,FS"))
    world.reopen()
    world.sender.stage(ready)
    world.sender.release(ready)
    assert world.sent() == [staged(1).mail]
    assert world.drafts() == []
    assert world.sender.probe(ready) is Probe.SENT


def test_another_bots_mail_is_found_in_sent_at_once_and_with_flags_when_the_list_is_old(
    world: FolderWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_time(mail: StagedMail) -> None:
        world.sender.release(mail.model_copy(update={"ref": world.sender.stage(mail)}))

    world.sender.release(with_ref(world.sender, staged(1)))  # now this bot has a list of Sent
    other = folder_module.FolderMailbox(world.root)
    second, third = with_ref(other, staged(2)), with_ref(other, staged(3))
    other.release(second)
    other.release(third)
    world.sender.stage(staged(2))
    assert world.drafts() == []
    first_time(staged(2))
    flagged = world.root / ".Sent" / "cur" / str(third.ref)
    os.rename(flagged, flagged.with_name(f"{flagged.name}:2,S"))
    monkeypatch.setattr(folder_module, "LIST_SECONDS", 0.0)
    first_time(staged(3))
    assert sorted(world.sent()) == sorted(staged(number).mail for number in (1, 2, 3))
    assert world.drafts() == []


def test_sent_is_not_listed_for_every_mail(world: FolderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[str] = []
    real = folder_module.FolderMailbox._files

    def files(box: folder_module.FolderMailbox, name: str, *but: Container[str]) -> Iterator[Path]:
        listed.append(name)
        return real(box, name, *but)

    monkeypatch.setattr(folder_module.FolderMailbox, "_files", files)
    other = folder_module.FolderMailbox(world.root)
    for number in range(1, 6):
        for sender, mine in ((world.sender, staged(number)), (other, staged(100 + number))):
            sender.release(mine.model_copy(update={"ref": sender.stage(mine)}))
    assert len(world.sent()) == 10
    assert listed.count(".Sent") == 2  # once by each bot


def test_a_mail_that_was_let_go_before_is_looked_for_in_sent_anew(world: FolderWorld) -> None:
    world.sender.release(with_ref(world.sender, staged(1)))  # now this bot has a list of Sent
    other = folder_module.FolderMailbox(world.root)
    late = with_ref(other, staged(2))
    other.release(late)
    flagged = world.root / ".Sent" / "cur" / str(late.ref)
    os.rename(flagged, flagged.with_name(f"{flagged.name}:2,S"))
    world.sender.stage(late)  # it has a ref: its release was taken back once
    world.sender.release(late)
    assert sorted(world.sent()) == sorted(staged(number).mail for number in (1, 2))
    assert world.drafts() == []


def test_a_draft_that_is_gone_is_in_doubt(world: FolderWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.a_person_removes_the_drafts()
    with pytest.raises(MaybeSent, match="no longer in the Drafts folder"):
        world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.UNKNOWN


def test_a_full_disk_is_said_plainly_and_leaves_no_half_draft(
    world: FolderWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(maildir.os, "fsync", full)
        with pytest.raises(Unavailable, match="The draft could not be saved: the disk is full"):
            world.sender.stage(staged(1))
        with pytest.raises(Unavailable, match="disk is full"):
            world.mailbox.deliver(mail(1))
    assert list((world.root / ".Drafts" / "tmp").iterdir()) == []
    assert (world.drafts(), world.inbox()) == ([], [])
    world.sender.release(with_ref(world.sender, staged(1)))
    assert world.sent() == [staged(1).mail]


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, Unavailable), (errno.EACCES, NotSent)])
def test_a_rename_that_is_refused_has_certainly_not_sent(
    world: FolderWorld, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    ready = with_ref(world.sender, staged(1))

    def refuses(old: object, new: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(folder_module.os, "rename", refuses)
        with pytest.raises(error):
            world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.NOT_ACCEPTED


def test_a_rename_that_answers_with_an_error_but_happened_is_sent(
    world: FolderWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = with_ref(world.sender, staged(1))
    real = os.rename

    def lies(old: str, new: str) -> None:
        real(old, new)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(folder_module.os, "rename", lies)
    world.sender.release(ready)
    assert world.sent() == [staged(1).mail]


def test_a_draft_that_vanishes_during_the_rename_is_in_doubt(
    world: FolderWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = with_ref(world.sender, staged(1))

    def vanishes(old: Path, new: Path) -> None:
        old.unlink()
        raise FileNotFoundError(errno.ENOENT, "No such file")

    monkeypatch.setattr(folder_module.os, "rename", vanishes)
    with pytest.raises(MaybeSent, match="vanished"):
        world.sender.release(ready)


def test_a_rename_that_may_not_be_on_disk_is_in_doubt_and_the_probe_settles_it(
    world: FolderWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = with_ref(world.sender, staged(1))

    def fails(path: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(folder_module, "sync_folder", fails)
        with pytest.raises(MaybeSent, match="may not be on disk"):
            world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.SENT


class Killed(BaseException):
    """The process dies: nothing catches it and nothing is tidied up."""


class Steps:
    """Counts the system calls that change the disk, and dies before or after the one that it is told."""

    def __init__(self, patch: pytest.MonkeyPatch, deadly: int, after: bool) -> None:
        self.count = 0
        for name in ("rename", "replace", "fsync"):
            real = getattr(os, name)

            def call(*given: object, real: object = real) -> object:
                self.count += 1
                if self.count == deadly and not after:
                    raise Killed
                result = real(*given)  # type: ignore[operator]
                if self.count == deadly:
                    raise Killed
                return result

            patch.setattr(os, name, call)


def send_as_the_service_does(world: FolderWorld, ready: StagedMail, was_releasing: bool) -> None:
    """The protocol: after silence ask first, and send again only on proof that nothing left."""
    if was_releasing:
        answer = world.sender.probe(ready)
        if answer is Probe.SENT:
            return
        assert answer is Probe.NOT_ACCEPTED
    world.sender.stage(ready)
    world.sender.release(ready)


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_step_of_sending_one_mail_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    deaths = 0
    for deadly in range(1, 30):
        world = FolderWorld(tmp_path / f"box-{deadly}")
        releasing = False
        with monkeypatch.context() as patch:
            Steps(patch, deadly, after)
            try:
                world.sender.stage(staged(1))
                releasing = True
                world.sender.release(staged(1))
            except Killed:
                deaths += 1
        assert len(world.sent()) + len(world.drafts()) <= 1
        world.reopen()
        send_as_the_service_does(world, staged(1), releasing)
        assert world.sent() == [staged(1).mail]
        assert world.drafts() == []
    assert deaths == 6  # stage: fsync, rename, fsync; release: rename and two fsyncs


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_step_of_filing_the_mail_lies_in_one_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    deaths = 0
    for deadly in range(1, 10):
        world = FolderWorld(tmp_path / f"box-{deadly}")
        world.arrive(mail(1))
        (ref,) = refs(world)
        with monkeypatch.context() as patch:
            Steps(patch, deadly, after)
            try:
                world.mailbox.acknowledge(ref, Place.HELD)
            except Killed:
                deaths += 1
        assert len(world.inbox()) + len(world.filed(Place.HELD)) == 1
        world.reopen()
        world.mailbox.acknowledge(ref, Place.HELD)
        assert (world.inbox(), world.filed(Place.HELD)) == ([], [mail(1)])
    assert deaths == 3


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_step_of_a_named_delivery_it_arrives_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    deaths = 0
    for deadly in range(1, 10):
        world = FolderWorld(tmp_path / f"box-{deadly}")
        with monkeypatch.context() as patch:
            Steps(patch, deadly, after)
            try:
                world.mailbox.deliver(mail(1), "reply")
            except Killed:
                deaths += 1
        world.reopen()
        world.mailbox.deliver(mail(1), "reply")
        assert world.inbox() == [mail(1)]
    assert deaths == 3


@given(st.lists(st.sampled_from(["stage", "release", "probe", "reopen", "flags"]), max_size=12))
@settings(max_examples=40, deadline=None)
def test_any_order_of_calls_sends_at_most_once(tmp_path_factory: pytest.TempPathFactory, calls: list[str]) -> None:
    world = FolderWorld(tmp_path_factory.mktemp("box") / "mailbox")
    released = False
    for call in calls:
        if call == "reopen":
            world.reopen()
        elif call == "flags":
            for name in (".Sent", ".Drafts"):
                for path in (world.root / name / "cur").iterdir():
                    os.rename(path, path.with_name(f"{maildir.base_name(path.name)}:2,S"))
        elif call == "release":
            try:
                world.sender.release(staged(1))
                released = True
            except MaybeSent:
                assert not released
        else:
            getattr(world.sender, call)(staged(1))
    assert world.sent() == ([staged(1).mail] if released else [])
    assert len(world.drafts()) <= (0 if released else 1)
