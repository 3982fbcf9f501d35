"""What every transport must do, whatever server is behind it.

A transport's tests subclass :class:`TransportContract` and give a ``world`` fixture: the mailbox and the sender under
test, and the hands of the people and servers outside. ``world.exact`` says whether bytes come back as they were given;
where a server rebuilds MIME, Message-IDs are compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Protocol

import pytest

from bot.errors import TransportError, Unavailable
from bot.ports import Mailbox, Place, Probe, RawMail, Sender, StagedMail

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class World(Protocol):
    """The mailbox under test and everything around it."""

    exact: bool
    mailbox: Mailbox
    sender: Sender

    def reopen(self) -> None:
        """Make ``mailbox`` and ``sender`` anew, as after a crash: what they kept in memory is gone."""

    def arrive(self, raw: bytes, junk: bool = False) -> None:
        """A mail arrives from outside."""

    def inbox(self) -> list[bytes]:
        """What lies in the inbox."""

    def filed(self, place: Place) -> list[bytes]:
        """What lies in Processed or in Held."""

    def sent(self) -> list[bytes]:
        """What has left, once per mail that left."""

    def drafts(self) -> list[bytes]:
        """What lies in Drafts."""

    def people_read_everything(self) -> None:
        """A person opens every mail of the inbox in a mail client."""

    def a_person_removes_one(self) -> None:
        """A person moves or deletes one mail of the inbox."""

    def a_person_removes_the_drafts(self) -> None:
        """A person empties Drafts."""

    def away(self) -> AbstractContextManager[None]:
        """While it lasts the mailbox cannot be reached."""


def mail(number: int, text: str = "Hello") -> bytes:
    """A small mail, different for each number."""
    return (
        f"From: lead{number}@council.example.org\r\nTo: rag.update@council.example.org\r\nSubject: Reply {number}\r\n"
        f"Message-ID: <reply-{number}@council.example.org>\r\nDate: Tue, 5 Aug 2025 10:00:00 +0100\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text} {number}\r\n"
    ).encode()


def staged(number: int, text: str = "The bulletin") -> StagedMail:
    """A mail that is ready to leave, different for each number."""
    recipient = f"csm{number}@district.example"
    return StagedMail(
        key=f"ccsu-rag/2025-08/bulletin/v1/{recipient}",
        message_id=f"<bulletin-{number}@council.example.org>",
        sender="rag.update@council.example.org",
        recipient=recipient,
        mail=(
            f"From: rag.update@council.example.org\r\nTo: {recipient}\r\nSubject: RAG update\r\n"
            f"Message-ID: <bulletin-{number}@council.example.org>\r\nDate: Mon, 18 Aug 2025 09:00:00 +0100\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        ).encode(),
    )


def identities(raws: Iterable[bytes]) -> list[bytes]:
    """The Message-IDs of some mails, sorted."""
    return sorted(found[1] if (found := _MESSAGE_ID.search(raw)) else b"" for raw in raws)


def with_ref(sender: Sender, given: StagedMail) -> StagedMail:
    """The mail with the ref that staging it gave, as the store records it."""
    return given.model_copy(update={"ref": sender.stage(given)})


def nothing_known(ref: str) -> bool:
    """A store that remembers nothing."""
    return False


class TransportContract:
    """The tests; ``world`` comes from the subclass."""

    # ------------------------------------------------------------------------------------------------- reading

    def fetch(self, world: World, known: Callable[[str], bool] = nothing_known, limit: int = 100) -> list[RawMail]:
        return list(world.mailbox.fetch_new(known, limit))

    def same(self, world: World, got: Iterable[bytes], expected: Iterable[bytes]) -> bool:
        if world.exact:
            return sorted(got) == sorted(expected)
        return identities(got) == identities(expected)

    def test_what_was_filed_is_given_again_to_a_restored_store(self, world: World) -> None:
        for number in (1, 2, 3):
            world.arrive(mail(number))
        places = (Place.PROCESSED, Place.HELD, Place.LEFT)
        for got, place in zip(sorted(self.fetch(world), key=lambda one: identities([one.raw])), places, strict=True):
            world.mailbox.acknowledge(got.ref, place)
        since = datetime(2025, 1, 1, tzinfo=UTC)
        world.reopen()
        again = list(world.mailbox.fetch_filed(nothing_known, 100, since))
        assert self.same(world, [one.raw for one in again], [mail(1), mail(2)])
        refs = {one.ref for one in again}
        assert list(world.mailbox.fetch_filed(refs.__contains__, 100, since)) == []

    def test_an_empty_mailbox_gives_nothing(self, world: World) -> None:
        assert self.fetch(world) == []

    def test_a_mail_is_fetched_with_its_bytes(self, world: World) -> None:
        world.arrive(mail(1, "Grüße, naïve café"))
        (got,) = self.fetch(world)
        assert self.same(world, [got.raw], [mail(1, "Grüße, naïve café")])
        assert not got.junk

    def test_fetching_changes_nothing_and_gives_the_same_refs_again(self, world: World) -> None:
        for number in range(3):
            world.arrive(mail(number))
        first = self.fetch(world)
        assert [got.ref for got in self.fetch(world)] == [got.ref for got in first]
        world.reopen()
        assert sorted(got.ref for got in self.fetch(world)) == sorted(got.ref for got in first)
        assert len(world.inbox()) == 3

    def test_what_is_known_is_not_given_again(self, world: World) -> None:
        for number in range(3):
            world.arrive(mail(number))
        known = {got.ref for got in self.fetch(world, limit=2)}
        rest = self.fetch(world, known.__contains__)
        assert len(known) == 2
        assert len(rest) == 1
        assert rest[0].ref not in known

    def test_the_limit_holds_and_small_bites_give_everything_once(self, world: World) -> None:
        for number in range(5):
            world.arrive(mail(number))
        known: dict[str, bytes] = {}
        for _ in range(5):
            bite = self.fetch(world, known.__contains__, limit=2)
            assert len(bite) <= 2
            known |= {got.ref: got.raw for got in bite}
        assert self.same(world, known.values(), [mail(number) for number in range(5)])

    def test_a_full_inbox_hides_no_junk_and_the_store_is_asked_little(self, world: World) -> None:
        for number in range(8):
            world.arrive(mail(number))
        world.arrive(mail(8), junk=True)
        known: dict[str, bytes] = {}
        asked: list[str] = []

        def is_known(ref: str) -> bool:
            asked.append(ref)
            return ref in known

        for _ in range(6):
            for got in world.mailbox.fetch_new(is_known, 2):
                known[got.ref] = got.raw
        assert self.same(world, known.values(), [mail(number) for number in range(9)])
        assert len(asked) <= 45  # each mail a few times, not all of them at each fetch

    def test_a_fetch_that_is_broken_off_loses_nothing(self, world: World) -> None:
        for number in range(3):
            world.arrive(mail(number))
        known = {next(iter(world.mailbox.fetch_new(nothing_known, 100))).ref}
        world.reopen()
        assert len(self.fetch(world, known.__contains__)) == 2

    def test_read_flags_belong_to_people(self, world: World) -> None:
        world.arrive(mail(1))
        before = {got.ref for got in self.fetch(world)}
        world.people_read_everything()
        world.reopen()
        assert {got.ref for got in self.fetch(world)} == before
        assert self.fetch(world, before.__contains__) == []

    def test_junk_is_read_and_said_to_be_junk(self, world: World) -> None:
        world.arrive(mail(1), junk=True)
        (got,) = self.fetch(world)
        assert got.junk

    def test_a_mail_that_a_person_removes_is_no_error(self, world: World) -> None:
        world.arrive(mail(1))
        world.arrive(mail(2))
        refs = [got.ref for got in self.fetch(world)]
        world.a_person_removes_one()
        assert len(self.fetch(world)) == 1
        for ref in refs:
            world.mailbox.acknowledge(ref, Place.PROCESSED)
        assert len(world.filed(Place.PROCESSED)) == 1

    # ------------------------------------------------------------------------------------------------- filing

    @pytest.mark.parametrize("place", [Place.PROCESSED, Place.HELD])
    def test_acknowledging_files_a_mail_once_however_often_it_is_said(self, world: World, place: Place) -> None:
        world.arrive(mail(1))
        world.arrive(mail(2))
        ref = next(got.ref for got in self.fetch(world) if b"reply-1@" in got.raw)
        for _ in range(3):
            world.mailbox.acknowledge(ref, place)
        world.reopen()
        world.mailbox.acknowledge(ref, place)
        assert self.same(world, world.filed(place), [mail(1)])
        assert self.same(world, world.inbox(), [mail(2)])
        assert self.same(world, [got.raw for got in self.fetch(world)], [mail(2)])

    def test_a_mail_is_filed_after_a_restart_without_a_fetch(self, world: World) -> None:
        world.arrive(mail(1))
        (got,) = self.fetch(world)
        world.reopen()
        world.mailbox.acknowledge(got.ref, Place.PROCESSED)
        assert self.same(world, world.filed(Place.PROCESSED), [mail(1)])

    def test_what_is_left_stays_untouched(self, world: World) -> None:
        world.arrive(mail(1))
        (got,) = self.fetch(world)
        world.mailbox.acknowledge(got.ref, Place.LEFT)
        assert self.same(world, world.inbox(), [mail(1)])

    def test_a_mail_in_junk_can_be_filed(self, world: World) -> None:
        world.arrive(mail(1), junk=True)
        (got,) = self.fetch(world)
        world.mailbox.acknowledge(got.ref, Place.PROCESSED)
        assert self.same(world, world.filed(Place.PROCESSED), [mail(1)])
        assert self.fetch(world) == []

    def test_an_unknown_ref_is_no_error(self, world: World) -> None:
        world.arrive(mail(1))
        world.mailbox.acknowledge("1754990000.nobody.local", Place.PROCESSED)
        assert len(world.inbox()) == 1

    # ------------------------------------------------------------------------------------------------- sending

    def test_staging_sends_nothing_and_repeats_harmlessly(self, world: World) -> None:
        for _ in range(2):
            world.sender.stage(staged(1))
            world.reopen()
        assert world.sent() == []
        assert len(world.drafts()) <= 1

    def test_a_released_mail_has_left_once_with_its_bytes(self, world: World) -> None:
        world.sender.release(with_ref(world.sender, staged(1)))
        assert self.same(world, world.sent(), [staged(1).mail])
        assert world.drafts() == []

    def test_each_reader_gets_one(self, world: World) -> None:
        for number in range(10):
            world.sender.release(with_ref(world.sender, staged(number)))
        assert self.same(world, world.sent(), [staged(number).mail for number in range(10)])

    def test_a_staged_mail_can_be_released_after_a_restart(self, world: World) -> None:
        ready = with_ref(world.sender, staged(1))
        world.reopen()
        world.sender.release(ready)
        assert len(world.sent()) == 1

    def test_the_probe_proves_what_was_sent(self, world: World) -> None:
        ready = with_ref(world.sender, staged(1))
        world.sender.release(ready)
        world.reopen()
        assert world.sender.probe(ready) is Probe.SENT
        assert world.sender.probe(ready) is Probe.SENT

    def test_the_probe_claims_no_sending_for_what_was_only_staged_or_never_seen(self, world: World) -> None:
        ready = with_ref(world.sender, staged(1))
        assert world.sender.probe(ready) in {Probe.NOT_ACCEPTED, Probe.UNKNOWN}
        assert world.sender.probe(staged(2)) is Probe.UNKNOWN
        assert world.sent() == []

    def test_a_draft_that_a_person_removed_is_never_said_to_have_left(self, world: World) -> None:
        ready = with_ref(world.sender, staged(1))
        world.a_person_removes_the_drafts()
        try:
            world.sender.release(ready)
        except TransportError:
            assert world.sent() == []
        else:
            assert len(world.sent()) == 1

    # ------------------------------------------------------------------------------------------------- trouble

    def test_a_mailbox_that_is_away_says_so_and_loses_nothing(self, world: World) -> None:
        world.arrive(mail(1))
        (got,) = self.fetch(world)
        ready = with_ref(world.sender, staged(1))
        with world.away():
            with pytest.raises(Unavailable) as told:
                self.fetch(world)
            with pytest.raises(Unavailable):
                world.mailbox.acknowledge(got.ref, Place.PROCESSED)
            with pytest.raises(TransportError):
                world.sender.release(ready)
            with pytest.raises(TransportError):
                world.sender.probe(ready)
        assert told.value.message.endswith(".")
        world.reopen()
        assert world.sent() == []
        assert len(self.fetch(world)) == 1
        world.sender.release(with_ref(world.sender, staged(1)))
        assert len(world.sent()) == 1
