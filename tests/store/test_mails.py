"""Mails received: remembered once, raw, before anything else; dealt with once."""

from __future__ import annotations

import pytest

from bot.core.model import InboundState, Verdict
from bot.core.records import BlobAdded
from bot.errors import Conflict, StoreError
from bot.ports import Filing, Place, RawMail
from tests.store.world import MAILBOX, NOW, World, later


def test_a_mail_is_remembered_once_and_comes_back_byte_for_byte(world: World) -> None:
    raw = bytes(range(256)) * 20
    inbound = world.store.remember(MAILBOX, RawMail(ref="7", raw=raw, junk=True), NOW)
    assert inbound is not None
    assert world.store.remember(MAILBOX, RawMail(ref="7", raw=b"other"), later(5)) is None
    assert world.store.raw(inbound) == raw
    row = world.store.inbound(inbound)
    assert row is not None
    assert (row.state, row.junk, row.received_at, row.attempts) == (InboundState.REMEMBERED, True, NOW, 0)


def test_the_same_ref_in_another_mailbox_is_another_mail(world: World) -> None:
    first = world.mail("1")
    second = world.store.remember("other@council.example.org", RawMail(ref="1", raw=b"mail 1"), NOW)
    assert second not in (None, first)
    assert world.store.known(MAILBOX, "1")
    assert not world.store.known(MAILBOX, "2")


def test_odd_characters_in_a_ref_are_no_trouble(world: World) -> None:
    odd = "new/1\0\u202e☃!2,S"
    assert world.store.remember(MAILBOX, RawMail(ref=odd, raw=b""), NOW) is not None
    assert world.store.known(MAILBOX, odd)
    assert not world.store.known(MAILBOX, "lone \ud800 surrogate")


def test_five_megabytes_are_remembered(world: World) -> None:
    raw = b"x" * 5_000_000
    assert world.store.raw(world.mail("big", raw)) == raw


def test_unhandled_mails_come_oldest_first_and_no_more_than_asked(world: World) -> None:
    ids = [world.mail(str(number)) for number in range(4)]
    world.store.apply([world.closed(ids[1])], NOW)
    assert [mail.id for mail in world.store.unhandled(2)] == [ids[0], ids[2]]


def test_leased_mails_are_not_given_to_a_second_bot_until_the_lease_ends(world: World) -> None:
    ids = [world.mail(str(number)) for number in range(3)]
    first = world.sql.unhandled(2, now=NOW, lease_seconds=60)
    second = world.sql.unhandled(2, now=later(1), lease_seconds=60)
    assert [[mail.id for mail in found] for found in (first, second)] == [ids[:2], ids[2:]]
    assert [mail.id for mail in world.sql.unhandled(2, now=later(60))] == ids[:2]


def test_a_mail_that_waits_is_given_again_when_something_else_is_waited_for(world: World) -> None:
    waits, other = world.mail("1"), world.mail("2")
    assert [mail.id for mail in world.store.unhandled(1, now=NOW, lease_seconds=60)] == [waits]
    world.store.begin_attempt(waits)
    world.store.wait(waits, "west-rag")
    assert [mail.id for mail in world.store.unhandled(5, now=NOW, waiting="west-rag")] == [other]
    (again,) = world.store.unhandled(5, now=NOW, waiting="east-rag")
    assert (again.id, again.attempts, again.note) == (waits, 0, "west-rag")
    world.store.apply([world.closed(waits)], NOW)
    world.store.wait(waits, "too late")
    assert world.store.inbound(waits).note == "west-rag"  # type: ignore[union-attr]


def test_mails_of_another_mailbox_are_left_where_mailboxes_are_named(world: World) -> None:
    mine = world.mail("1")
    theirs = world.store.remember("other@council.example.org", RawMail(ref="1", raw=b"x"), NOW)
    assert theirs is not None
    assert [mail.id for mail in world.store.unhandled(5, mailboxes=(MAILBOX,))] == [mine]
    world.store.apply([world.closed(mine), world.closed(theirs)], NOW)
    assert [filing.inbound for filing in world.store.unfiled(1, ("other@council.example.org",))] == [theirs]
    assert [filing.inbound for filing in world.store.unfiled(5)] == [mine, theirs]


def test_an_attempt_is_counted_before_the_mail_is_parsed(world: World) -> None:
    inbound = world.mail()
    assert [world.store.begin_attempt(inbound) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(StoreError, match="no mail 999"):
        world.store.begin_attempt(999)


def test_a_closed_mail_keeps_verdict_and_waits_to_be_filed(world: World) -> None:
    inbound = world.mail("9")
    verdict = Verdict(kind="submission", theme="hate-crime", rule="token", reasons=("the token is ours",))
    world.store.apply([world.closed(inbound, verdict=verdict, digest="d1", edition_id=world.edition.id)], NOW)
    row = world.store.inbound(inbound)
    assert row is not None
    assert (row.verdict, row.digest, row.edition_id) == (verdict, "d1", world.edition.id)
    assert world.store.unfiled(5) == (Filing(inbound=inbound, mailbox=MAILBOX, ref="9", place=Place.PROCESSED),)
    world.store.filed(inbound)
    assert world.store.unfiled(5) == ()


def test_a_mail_that_is_left_needs_no_filing(world: World) -> None:
    world.store.apply([world.closed(world.mail(), place="left")], NOW)
    assert world.store.unfiled(5) == ()


def test_a_held_mail_that_is_placed_is_filed_again(world: World) -> None:
    inbound = world.mail()
    world.store.apply([world.closed(inbound, "held", "held")], NOW)
    world.store.filed(inbound)
    world.store.apply([world.closed(inbound, "handled", "processed")], NOW)
    assert [filing.place for filing in world.store.unfiled(5)] == [Place.PROCESSED]


def test_a_mail_is_dealt_with_once(world: World) -> None:
    inbound = world.mail()
    world.store.apply([world.closed(inbound)], NOW)
    with pytest.raises(Conflict):
        world.store.apply([world.closed(inbound)], NOW)


def test_only_a_handled_mail_makes_another_a_repeat(world: World) -> None:
    held, handled, new = (world.mail(str(number)) for number in range(3))
    world.store.apply([world.closed(held, "held", "held", digest="same")], NOW)
    assert world.store.seen("same", new) is None
    world.store.apply([world.closed(handled, digest="same")], NOW)
    found = world.store.seen("same", new)
    assert found is not None
    assert found.id == handled
    assert world.store.seen("same", handled) is None
    assert world.store.seen("", new) is None


def test_unpark_reads_a_parked_mail_again_and_nothing_else(world: World) -> None:
    inbound = world.mail()
    assert not world.store.unpark(inbound)
    world.store.begin_attempt(inbound)
    world.store.apply([world.closed(inbound, "parked", "held")], NOW)
    assert [mail.id for mail in world.store.inbounds((InboundState.PARKED, InboundState.HELD))] == [inbound]
    assert world.store.unpark(inbound)
    assert world.store.begin_attempt(inbound) == 1
    assert [mail.id for mail in world.store.unhandled(5)] == [inbound]


def test_bytes_that_do_not_have_their_digest_are_refused(world: World) -> None:
    with pytest.raises(StoreError) as told:
        world.store.apply([BlobAdded(digest="0" * 64, data=b"x")], NOW)
    assert told.value.code == "blob-damaged"
    with pytest.raises(StoreError) as told:
        world.store.blob("0" * 64)
    assert told.value.code == "blob-missing"


def test_an_unknown_mail_has_no_bytes(world: World) -> None:
    assert world.store.inbound(77) is None
    with pytest.raises(StoreError) as told:
        world.store.raw(77)
    assert told.value.code == "no-such-mail"


def test_mails_that_answer_ours_come_before_the_others(world: World) -> None:
    ids = [world.mail(str(number)) for number in range(4)]
    assert [mail.id for mail in world.store.unhandled(3, now=NOW, first=[ids[3], ids[2]])] == [ids[2], ids[3], ids[0]]
