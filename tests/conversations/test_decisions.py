"""The editor's words, as a dialogue: what is approved is what is sent, and everything unclear changes nothing."""

from __future__ import annotations

import re

import pytest

from bot.core.model import DeliveryState, EditionState
from tests.conversations.world import World


def test_the_approved_bytes_go_to_every_reader_once(world: World) -> None:
    world.approved()
    world.at("2025-08-18 08:59")
    assert world.bulletins() == []
    world.at("2025-08-18 09:00")
    assert world.state is EditionState.DISTRIBUTED
    mails = world.bulletins()
    assert len(mails) == 30
    assert {m.state for m in mails} == {DeliveryState.SENT}
    assert len({m.body for m in mails}) == 1, "all readers share one stored body"
    draft = world.desk.store.draft(world.edition().id, 1)
    assert draft is not None
    assert mails[0].body == next(p.digest for p in draft.parts if p.name == "mail-body.mime")
    word = next(p.digest for p in draft.parts if p.name == "bulletin.docx")
    html = world.reader().received("bulletin").message.get_body(("html",))
    assert html is not None
    carried = {str(part["Content-ID"]).strip("<>") for part in world.reader().received("bulletin").message.walk()}
    assert set(re.findall(r"cid:([^\"]+)", html.get_content())) <= carried
    attached = next(iter(world.reader().received("bulletin").message.iter_attachments()))
    assert attached.get_content() == world.desk.store.blob(word)
    world.at("2025-08-18 09:10")
    assert len(list((world.folder / "var/mailbox/.Sent").rglob("*.eml"))) == len(
        [d for d in world.desk.store.deliveries() if d.state in ("sent", "bounced")]
    )
    assert "30 of 30" in world.editor.received("outcome").text + world.editor.received("outcome").subject


def test_a_reader_sees_no_other_reader(world: World) -> None:
    world.approved()
    world.at("2025-08-18 09:00")
    mail = world.reader(0).received("bulletin")
    assert mail.message["To"].addresses[0].addr_spec == world.reader(0).address
    assert world.reader(1).address.encode() not in mail.raw


def test_approval_waits_for_the_cooling_off(world: World) -> None:
    world.in_review()
    world.clock.at = world.clock.at.replace(day=18, hour=10)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 10:14")
    assert world.bulletins() == []
    world.at("2025-08-18 10:15")
    assert len(world.bulletins()) == 30


def test_hold_voids_the_approval_and_the_same_draft_may_be_approved_anew(world: World) -> None:
    world.approved()
    world.editor.replies("HOLD", to=world.editor.received("confirmation"))
    assert world.state is EditionState.IN_REVIEW
    world.at("2025-08-18 09:00")
    assert world.bulletins() == []
    world.editor.replies("APPROVE", to=world.editor.received("answer"))
    assert world.state is EditionState.APPROVED
    world.at("2025-08-18 09:15")
    assert len(world.bulletins()) == 30


def test_hold_stops_what_has_not_left_and_approving_anew_sends_only_the_rest(world: World, monkeypatch) -> None:
    world.approved()
    from bot.service import outbox

    monkeypatch.setattr(outbox, "BATCH", 7)
    real = world.service._deliver
    answers = iter([True] * 8)  # asked before the batch, and before each of its seven

    def seven_then_stop(report) -> None:
        report.left += outbox.deliver(world.desk, lambda: next(answers, False), set())

    monkeypatch.setattr(world.service, "_deliver", seven_then_stop)
    world.at("2025-08-18 09:00")
    sent = [m for m in world.bulletins() if m.state is DeliveryState.SENT]
    assert 0 < len(sent) < 30
    world.editor.writes("HOLD", subject="stop it please")
    assert world.state is EditionState.STOPPED
    monkeypatch.setattr(world.service, "_deliver", real)
    world.tick()
    assert len([m for m in world.bulletins() if m.state is DeliveryState.SENT]) == len(sent)
    world.editor.replies("APPROVE", to=world.editor.received("answer"))
    world.tick()
    assert world.state is EditionState.DISTRIBUTED
    files = list((world.folder / "var/mailbox/.Sent").rglob("*.eml"))
    to_readers = [f for f in files if b"bulletin" in f.read_bytes()[:0] or b".example" in f.read_bytes()]
    assert len({m.recipient for m in world.bulletins() if m.state is DeliveryState.SENT}) == 30
    assert len(to_readers) == len(files)


@pytest.mark.parametrize(
    "words",
    [
        "APPROVE\n\nbut please fix the date first",
        "I do not approve",
        "Approve once Hazel has confirmed",
        "approve?",
        "Looks good to me",
        "> APPROVE",
        "APPR\u200bOVE",
    ],
)
def test_anything_but_the_plain_word_approves_nothing_and_is_answered(world: World, words: str) -> None:
    world.in_review()
    world.editor.replies(words, to=world.editor.received("draft"))
    assert world.state is EditionState.IN_REVIEW
    answer = world.editor.received("answer").text
    assert "othing was" in answer or "did not take it as a command" in answer
    world.at("2025-08-18 12:00")
    assert world.bulletins() == []


def test_approve_for_an_older_draft_is_refused_with_what_changed(world: World) -> None:
    world.in_review()
    first = world.editor.received("draft")
    world.clock.at = world.clock.at.replace(hour=13)
    world.lead("hate-crime").replies("This replaces my earlier reply.\n\nNew words for October.", quoting=False)
    world.at("2025-08-12 13:10")
    assert len(world.editor.mails("draft")) == 2
    world.editor.replies("APPROVE", to=first)
    assert world.state is EditionState.IN_REVIEW
    assert "not for the newest draft" in world.editor.received("answer").subject
    assert "Hate Crime" in world.editor.received("answer").text


def test_a_lead_who_has_the_draft_mail_cannot_approve(world: World) -> None:
    world.in_review()
    draft = world.editor.received("draft")
    world.lead("prevent").replies("APPROVE", to=draft)
    assert world.state is EditionState.IN_REVIEW


def test_an_out_of_office_of_the_editor_commands_nothing(world: World) -> None:
    world.in_review()
    world.editor.replies("APPROVE", headers={"Auto-Submitted": "auto-replied"})
    assert world.state is EditionState.IN_REVIEW


def test_a_second_approval_is_harmless(world: World) -> None:
    world.approved()
    draft = world.editor.received("draft")
    world.editor.replies("APPROVE", to=draft)
    world.at("2025-08-18 09:00")
    world.editor.replies("APPROVE", to=draft)
    world.at("2025-08-18 09:30")
    assert len(world.bulletins()) == 30
    assert "already" in world.editor.received("answer").text


def test_a_reply_after_the_approval_keeps_the_approved_draft_and_asks_the_editor(world: World) -> None:
    world.approved()
    world.lead("hate-crime").replies("One more event.", quoting=False)
    assert world.state is EditionState.APPROVED
    assert "after draft 1 was approved" in world.editor.received("notice").text
    assert "approved draft stays" in world.lead("hate-crime").received("receipt").text
    world.at("2025-08-18 09:00")
    body = world.reader().received("bulletin").text
    assert "One more event." not in body


def test_changes_goes_to_the_lead_who_is_named(world: World) -> None:
    world.in_review()
    world.editor.replies("CHANGES\n\nHate Crime: please add the venue.\nThe order looks right.", quoting=False)
    assert world.state is EditionState.COLLECTING
    assert "please add the venue." in world.lead("hate-crime").received("answer").text
    world.clock.at = world.clock.at.replace(hour=15)
    world.lead("hate-crime").replies("This replaces my earlier reply.\n\nAt the Fielder Centre.", quoting=False)
    world.at("2025-08-12 15:10")
    assert world.state is EditionState.IN_REVIEW
    assert "The order looks right." in world.editor.received("draft").text


def test_extend_moves_the_deadline(world: World) -> None:
    world.in_review()
    world.editor.replies("EXTEND 14 August", quoting=False)
    assert world.state is EditionState.COLLECTING
    world.at("2025-08-14 11:59")
    assert len(world.editor.mails("draft")) == 1
    world.at("2025-08-14 12:00")
    assert len(world.editor.mails("draft")) == 2


def test_skip_leaves_a_theme_out_and_cancel_ends_the_month(world: World) -> None:
    world.in_review()
    world.editor.replies("SKIP Prevent", quoting=False)
    world.at("2025-08-12 12:10")
    draft = world.view().draft
    assert draft is not None
    assert "prevent" not in [s.theme for s in draft.bulletin.sections]
    world.editor.replies("CANCEL", to=world.editor.received("draft"))
    assert world.state is EditionState.CANCELLED
    world.at("2025-08-18 09:00")
    assert world.bulletins() == []


def test_status_answers_who_is_in(world: World) -> None:
    world.in_review()
    world.editor.replies("STATUS", quoting=False)
    assert "Hate Crime: in" in world.editor.received("answer").text


def test_a_reader_bounce_after_the_distribution_is_told(world: World) -> None:
    world.approved()
    world.at("2025-08-18 09:00")
    reader = world.reader(3)
    original = reader.received("bulletin")
    report = (
        "From: postmaster@council.example.org\r\nSubject: Undeliverable\r\nMessage-ID: <b1@council.example.org>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nFailed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns;mx\r\n\r\nFinal-Recipient: rfc822;{reader.address}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original.message['Message-ID']}\r\n\r\n--b--\r\n"
    )
    world.delivers(report.encode())
    assert [m.recipient for m in world.bulletins() if m.state is DeliveryState.BOUNCED] == [reader.address]
    assert "came back" in world.editor.received("notice").text
