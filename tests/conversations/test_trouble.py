"""Bad input and trouble: a plain sentence to the right person, nothing lost, and the tick goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.model import EditionState, InboundState
from bot.errors import StoreError
from tests.conversations.world import World


def test_a_mail_that_is_nobodys_business_is_left_untouched_and_listed_once(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.somebody("facilities@council.example.org").writes("The car park is closed.", subject="Car park")
    assert len(list((world.folder / "var/mailbox/new").iterdir())) == 1
    world.at("2025-08-12 12:00")
    assert "Car park" in world.editor.received("draft").text
    world.clock.at = world.clock.at.replace(hour=13)
    world.lead("hate-crime").replies("News.", quoting=False)
    world.at("2025-08-12 13:10")
    assert "Car park" not in world.editor.received("draft").text


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe garbage", b"no headers at all", b"From: x\r\n" * 900])
def test_a_mail_that_is_not_a_mail_stops_nothing(world: World, raw: bytes) -> None:
    world.at("2025-08-01 09:00")
    world.delivers(raw)
    world.lead("hate-crime").replies("Still here.")
    assert world.lead("hate-crime").mails("receipt")
    assert not world.desk.store.inbounds((InboundState.REMEMBERED,))


def test_a_reply_to_last_months_request_is_kept_and_offered(world: World) -> None:
    world.approved()
    old = world.lead("hate-crime").received("request")
    world.at("2025-08-18 09:00")
    world.at("2025-09-01 09:00")
    assert world.edition("2025-09").state is EditionState.COLLECTING
    world.lead("hate-crime").replies("For September, by mistake in the old thread.", to=old, quoting=False)
    assert "gone to the readers" in world.lead("hate-crime").received("answer").text
    assert len(world.desk.store.inbounds((InboundState.HELD,))) == 1
    assert not world.view("2025-09").submissions


def test_a_paragraph_longer_than_anybody_writes_is_named_in_the_receipt(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies(f"First line.\n\n{'Words that go on. ' * 1_200}\n\nLast line.", quoting=False)
    (text,) = world.items("hate-crime").values()
    assert text == "First line.\nLast line."
    _, told = lead.received("receipt").text.split("Not printed")
    assert "Words that go on." in told
    assert "(too long)" in told


def test_two_replies_at_once_are_both_kept_in_order(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    world.tick = lambda: None  # type: ignore[assignment, method-assign]
    request = lead.received("request")
    lead.replies("First thing.", to=request, quoting=False)
    lead.replies("Please add this to my earlier reply: second thing.", to=request, quoting=False)
    del world.tick
    world.tick()
    submissions = world.view().submissions
    assert [s.revision for s in submissions] == [1, 2]
    text = "\n".join(world.items("hate-crime").values())
    assert "First thing." in text
    assert "second thing." in text


def test_the_same_mail_twice_counts_once(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("Only once.", quoting=False)
    copy = next((world.folder / "var/mailbox/.Processed").rglob("*.eml"), None) or next(
        f
        for f in (world.folder / "var/mailbox/.Processed").rglob("*")
        if f.is_file() and b"Only once" in f.read_bytes()
    )
    world.delivers(copy.read_bytes(), "another-name")
    assert len(world.view().submissions) == 1
    assert len(lead.mails("receipt")) == 1


def test_a_stranger_with_the_token_waits_in_the_holding_pen_and_the_editor_files_it(world: World) -> None:
    world.in_review()
    request = world.lead("hate-crime").received("request")
    stranger = world.somebody("assistant@elsewhere.example")
    stranger.replies("Words from a stranger.", to=request, quoting=False)
    assert not stranger.mails(), "a stranger gets no answer"
    notice = world.editor.received("notice")
    held = world.desk.store.inbounds((InboundState.HELD,))
    assert f"FILE {held[0].id} Hate Crime" in notice.text
    world.editor.replies(f"FILE {held[0].id} Hate Crime", to=notice, quoting=False)
    assert "Words from a stranger." in "\n".join(world.items("hate-crime").values())
    assert not world.desk.store.inbounds((InboundState.HELD,))


def test_a_mail_that_crashes_the_reader_is_parked_and_the_operator_told(world: World, monkeypatch) -> None:
    world.at("2025-08-01 09:00")
    from bot.service import understand

    real = understand.open_mail

    def explode(desk, account, inbound):
        if b"poison" in desk.store.raw(inbound.id):
            raise RuntimeError("boom")
        return real(desk, account, inbound)

    monkeypatch.setattr(understand, "open_mail", explode)
    world.somebody("x@elsewhere.example").writes("poison", subject="poison")
    world.lead("hate-crime").replies("Good words.")
    for minute in (5, 10, 15, 20):
        world.at(f"2025-08-01 09:{minute:02d}")
    assert len(world.desk.store.inbounds((InboundState.PARKED,))) == 1
    assert world.lead("hate-crime").mails("receipt")
    world.tick()
    assert "unpark" in world.operator.received("alert").text
    assert len(world.operator.mails("alert")) == 1


def test_a_full_disk_while_saving_a_draft_is_told_and_made_good(world: World, monkeypatch) -> None:
    world.at("2025-08-01 09:00")
    world.lead("hate-crime").replies("News.")
    real = world.desk.store.apply
    full = {"disk": True}

    def apply(changes, at):
        if full["disk"] and any(change.change == "draft_added" for change in changes):
            raise StoreError("The disk is full.", "Free some space.", "disk-full")
        real(changes, at)

    monkeypatch.setattr(world.desk.store, "apply", apply)
    report = world.at("2025-08-12 12:00")
    assert world.state is EditionState.COLLECTING
    assert any("disk is full" in problem for problem in report.problems)
    world.tick()
    assert "disk is full" in world.operator.received("alert").text
    full["disk"] = False
    world.at("2025-08-12 12:01")
    assert world.state is EditionState.IN_REVIEW
    assert len(world.editor.mails("draft")) == 1
    assert not world.desk.store.problems()


def test_a_mailbox_that_is_away_is_told_once_and_cleared(world: World, monkeypatch) -> None:
    from bot.errors import Unavailable

    def away(known, limit):
        raise Unavailable("The mailbox does not answer.", "Nothing to do; it is tried again.")

    monkeypatch.setattr(world.box, "fetch_new", away)
    world.at("2025-08-01 09:00")
    world.at("2025-08-01 09:05")
    assert [p.code for p in world.desk.store.problems()] == ["mailbox-unreachable"]
    monkeypatch.undo()
    world.at("2025-08-01 09:10")
    assert not world.desk.store.problems()
    told = [mail.delivery.key.partition("/")[0] for mail in world.operator.mails("alert")]
    assert sorted(told) == ["alert", "all-clear"]


def test_a_leads_hostile_word_file_is_held_and_explained(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("See attached.", files={"section.docx": b"PK\x03\x04" + b"\x00" * 200})
    told = [*lead.mails("answer"), *lead.mails("receipt")]
    assert told
    assert world.editor.mails("notice") or "section.docx" in told[-1].text


def test_requests_missed_by_an_outage_are_told_and_extend_still_works(world: World) -> None:
    world.at("2025-08-01 08:30")
    world.at("2025-08-13 09:00")
    assert world.state is EditionState.PLANNED
    assert "not sent" in world.operator.received("alert").text


def test_logs_hold_no_text_and_no_address(world: World, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    import logging

    caplog.set_level(logging.DEBUG, logger="bot")
    world.at("2025-08-01 09:00")
    world.lead("hate-crime").replies("A canary sentence.")
    assert "canary" not in caplog.text
    assert "@council.example.org" not in caplog.text
