"""After the distribution: corrections, late readers, and files that leads sent for enclosing."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.core.model import DeliveryState, EditionState
from bot.core.records import Delivery
from bot.service import TickReport
from tests.conversations import wordfiles
from tests.conversations.world import World

pytestmark = pytest.mark.slow

OLD = "The hate-crime partnership met and agreed its plan."
NEW = "The hate-crime partnership met on 14 July and agreed its plan."
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def distributed(world: World) -> None:
    """To the end of the month: everybody has version 1."""
    world.approved()
    world.at("2025-08-18 09:00")
    assert world.state is EditionState.DISTRIBUTED


def corrects(world: World, words: dict[str, str] | None = None, text: str = "CORRECT") -> None:
    """The editor alters the file that went out and replies with it."""
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), words or {OLD: NEW})
    world.editor.replies(text, to=world.editor.received("outcome"), files={"bulletin.docx": data}, quoting=False)


def version(world: World, number: int, kind: str = "bulletin") -> list[Delivery]:
    """The readers' mails of one version."""
    return [d for d in world.desk.store.deliveries(world.edition().id, kind) if f"/bulletin/v{number}/" in d.key]


def bounce(world: World, number: int) -> str:
    """One reader's mail comes back; gives the address."""
    reader = world.reader(number)
    original = reader.received("bulletin").message["Message-ID"]
    report = (
        f"From: postmaster@council.example.org\r\nSubject: Failed\r\nMessage-ID: <b{number}@council.example.org>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nFailed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns;mx\r\n\r\nFinal-Recipient: rfc822;{reader.address}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n\r\n--b--\r\n"
    )
    world.delivers(report.encode())
    return reader.address


def stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """To a distribution that HOLD stopped in the middle; gives who got it."""
    from bot.service import outbox

    world.approved()
    monkeypatch.setattr(outbox, "BATCH", 7)
    real, answers = world.service._deliver, iter([True] * 8)  # asked before the batch, and before each of its seven

    def once(report: TickReport) -> None:
        report.left += outbox.deliver(world.desk, lambda: next(answers, False), set())

    monkeypatch.setattr(world.service, "_deliver", once)
    world.at("2025-08-18 09:00")
    world.editor.writes("HOLD", subject="stop")
    monkeypatch.setattr(world.service, "_deliver", real)
    world.tick()
    assert world.state is EditionState.STOPPED
    return [d.recipient for d in version(world, 1) if d.state is DeliveryState.SENT]


# ------------------------------------------------------------------------------------------------ corrections


def test_a_correction_is_a_new_version_that_waits_for_its_own_approve(world: World) -> None:
    distributed(world)
    corrects(world)
    assert world.state is EditionState.IN_REVIEW
    assert world.edition().issue_version == 2
    draft = world.editor.received("draft")
    assert draft.subject.startswith("Correction, draft 2")
    assert "now it says" in draft.text
    world.at("2025-08-19 12:00")
    assert version(world, 2) == []


def test_a_correction_leaves_after_approve_and_cooling_off_and_says_what_changed(world: World) -> None:
    distributed(world)
    world.at("2025-08-19 10:00")
    corrects(world)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-19 10:14")
    assert version(world, 2) == []
    world.at("2025-08-19 10:15")
    assert world.state is EditionState.DISTRIBUTED
    assert len(version(world, 2)) == 30
    mail = world.reader().received("bulletin")
    assert mail.subject.startswith("Corrected:")
    assert mail.text.index("Correction: this takes the place") < mail.text.index("In this edition")
    assert "met on 14 July" in mail.text.partition("In this edition")[0]
    html = mail.message.get_body(("html",))
    assert html is not None
    assert "Correction: this takes the place" in html.get_content()


def test_a_correction_goes_only_to_those_who_have_the_version_before(world: World) -> None:
    distributed(world)
    gone = bounce(world, 3)
    corrects(world)
    assert "29 readers" in world.editor.received("draft").text
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 10:00")
    sent = {d.recipient for d in version(world, 2)}
    assert len(sent) == 29
    assert gone not in sent


def test_hold_and_a_new_approval_of_a_correction_still_reach_the_same_readers(world: World) -> None:
    distributed(world)
    gone = bounce(world, 3)
    corrects(world)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.editor.replies("HOLD", to=world.editor.received("confirmation"))
    world.editor.replies("APPROVE", to=world.editor.received("answer"))
    world.at("2025-08-18 10:00")
    sent = {d.recipient for d in version(world, 2)}
    assert len(sent) == 29
    assert gone not in sent


def test_a_correction_of_the_correction_is_version_3(world: World) -> None:
    distributed(world)
    corrects(world)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 10:00")
    corrects(world, {NEW: "The hate-crime partnership met on 15 July and agreed its plan."})
    assert world.edition().issue_version == 3
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 11:00")
    assert len(version(world, 3)) == 30
    assert "14 July" in world.reader().received("bulletin").text, "what changed names the words before"


def test_correct_without_a_file_or_with_the_unchanged_one_changes_nothing(world: World) -> None:
    distributed(world)
    world.editor.replies("CORRECT", to=world.editor.received("outcome"), quoting=False)
    assert world.state is EditionState.DISTRIBUTED
    assert "needs the edited Word file" in world.editor.received("answer").text
    same = wordfiles.attached(world.reader().received("bulletin"))
    world.editor.replies("CORRECT", to=world.editor.received("outcome"), files={"b.docx": same}, quoting=False)
    assert world.state is EditionState.DISTRIBUTED
    resaved = wordfiles.altered(same, {OLD: OLD})
    world.editor.replies("CORRECT", to=world.editor.received("outcome"), files={"b.docx": resaved}, quoting=False)
    assert world.state is EditionState.DISTRIBUTED
    assert "nothing to correct" in world.editor.received("answer").text


def test_an_edited_file_after_the_distribution_is_told_to_say_correct(world: World) -> None:
    distributed(world)
    corrects(world, text="")
    assert world.state is EditionState.DISTRIBUTED
    assert "CORRECT makes a correction" in world.editor.received("answer").text


def test_correct_before_anything_went_out_says_so(world: World) -> None:
    world.in_review()
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW})
    world.editor.replies("CORRECT", to=world.editor.received("draft"), files={"b.docx": data}, quoting=False)
    assert world.edition().draft == 1
    assert "Nothing has gone to the readers yet" in world.editor.received("answer").text


def test_correct_again_while_a_correction_is_in_review_is_one_more_draft(world: World) -> None:
    distributed(world)
    corrects(world)
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {NEW: "It met on 16 July."})
    world.editor.replies("CORRECT", to=world.editor.received("draft"), files={"b.docx": data}, quoting=False)
    assert world.edition().draft == 3
    assert world.edition().issue_version == 2


def test_a_stopped_edition_with_an_edited_file_goes_to_everybody_on_the_frozen_list(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    had = stopped(world, monkeypatch)
    assert 0 < len(had) < 30
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW})
    world.editor.replies("", to=world.editor.received("answer"), files={"b.docx": data}, quoting=False)
    assert world.state is EditionState.IN_REVIEW
    assert world.edition().issue_version == 2
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 10:00")
    assert world.state is EditionState.DISTRIBUTED
    assert {d.recipient for d in version(world, 2) if d.state is DeliveryState.SENT} == {
        d.recipient for d in version(world, 1)
    }
    assert [d.recipient for d in version(world, 1) if d.state is DeliveryState.SENT] == had


# ----------------------------------------------------------------------------------------------- late readers


def test_send_to_mails_the_approved_version_once(world: World) -> None:
    distributed(world)
    late = world.somebody("late.reader@district.example")
    outcome = world.editor.received("outcome")
    world.editor.replies(f"SEND TO {late.address}", to=outcome, quoting=False)
    mail = late.received("late_copy")
    assert wordfiles.attached(mail) == wordfiles.attached(world.reader().received("bulletin"))
    assert f"goes to {late.address}" in world.editor.received("answer").subject
    world.editor.replies(f"Send to {late.address}", to=outcome, quoting=False)
    assert len(late.mails()) == 1
    assert "has it already" in world.editor.received("answer").text
    assert world.state is EditionState.DISTRIBUTED


def test_send_to_a_reader_who_has_it_sends_nothing(world: World) -> None:
    distributed(world)
    world.editor.replies(f"SEND TO {world.reader().address}", to=world.editor.received("outcome"), quoting=False)
    assert len(world.reader().mails()) == 1
    assert "has it already" in world.editor.received("answer").text


def test_send_to_before_the_distribution_sends_nothing(world: World) -> None:
    world.in_review()
    world.editor.replies("SEND TO late.reader@district.example", quoting=False)
    assert not world.somebody("late.reader@district.example").mails()
    assert "SEND TO was not done" in world.editor.received("answer").subject


def test_a_late_reader_gets_the_correction_too(world: World) -> None:
    distributed(world)
    late = world.somebody("late.reader@district.example")
    world.editor.replies(f"SEND TO {late.address}", to=world.editor.received("outcome"), quoting=False)
    corrects(world)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 10:00")
    assert len(version(world, 2)) == 31
    assert late.received("bulletin").subject.startswith("Corrected:")


def test_a_late_readers_reply_goes_to_the_editor(world: World) -> None:
    distributed(world)
    late = world.somebody("late.reader@district.example")
    world.editor.replies(f"SEND TO {late.address}", to=world.editor.received("outcome"), quoting=False)
    late.replies("Thank you, when is the next one?", to=late.received("late_copy"))
    assert "a reader has replied" in world.editor.received("notice").subject


# ------------------------------------------------------------------------------------------------- enclosures


def picture(side: int, noise: bool = False) -> bytes:
    """A PNG; with noise it does not compress."""
    import random

    image = Image.new("RGB", (side, side), "navy")
    if noise:
        image = Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def with_files(world: World, files: dict[str, bytes]) -> None:
    """To a draft for which Hate Crime's lead sent files."""
    world.at("2025-08-01 09:00")
    world.lead("prevent").replies("Nothing this month.")
    world.lead("hate-crime").replies(OLD, files=files)
    world.at("2025-08-12 12:00")
    assert world.state is EditionState.IN_REVIEW


def test_an_enclosure_is_listed_and_enclose_sends_it_with_the_bulletin(world: World) -> None:
    with_files(world, {"poster.pdf": PDF})
    draft = world.editor.received("draft")
    assert "Enclosures that were sent" in draft.text
    assert "1. poster.pdf (Hate Crime, 1 kB)" in draft.text
    world.editor.replies("ENCLOSE 1", to=draft, quoting=False)
    second = world.editor.received("draft")
    assert second.subject.startswith("Draft 2")
    assert "Enclosed now: 1. poster.pdf" in second.text
    world.editor.replies("APPROVE", to=second)
    world.at("2025-08-18 09:00")
    files = {
        str(p.get_filename()): p.get_content() for p in world.reader().received("bulletin").message.iter_attachments()
    }
    assert files["poster.pdf"] == PDF


def test_an_enclosure_keeps_the_editors_own_word_file(world: World) -> None:
    with_files(world, {"poster.pdf": PDF})
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW})
    world.editor.replies("", to=world.editor.received("draft"), files={"d.docx": data}, quoting=False)
    world.editor.replies("ENCLOSE 1", to=world.editor.received("draft"), quoting=False)
    assert world.edition().draft == 3
    second = wordfiles.part_of_draft(world, 2, "bulletin.docx")
    assert wordfiles.part_of_draft(world, 3, "bulletin.docx") == second


def test_enclosures_that_are_too_large_together_are_refused(world: World) -> None:
    large = PDF + b"%" + b"x" * 1_600_000
    with_files(world, {"one.pdf": large, "two.pdf": large})
    world.editor.replies("ENCLOSE 1", to=world.editor.received("draft"), quoting=False)
    assert world.edition().draft == 2
    world.editor.replies("ENCLOSE 2", to=world.editor.received("draft"), quoting=False)
    assert world.edition().draft == 2
    assert "at most 3.0 MB" in world.editor.received("answer").text


def test_an_unknown_number_or_one_enclosed_already_changes_nothing(world: World) -> None:
    with_files(world, {"poster.pdf": PDF})
    world.editor.replies("ENCLOSE 4", to=world.editor.received("draft"), quoting=False)
    assert "There is no enclosure 4." in world.editor.received("answer").text
    world.editor.replies("ENCLOSE 1", to=world.editor.received("draft"), quoting=False)
    world.editor.replies("ENCLOSE 1", to=world.editor.received("draft"), quoting=False)
    assert world.edition().draft == 2
    assert "enclosed already" in world.editor.received("answer").text


def test_a_file_that_only_pretends_to_be_a_pdf_or_holds_a_program_is_not_enclosed(world: World) -> None:
    with_files(world, {"poster.pdf": PDF, "script.pdf": PDF + b"<< /OpenAction << /JS (app.alert(1)) >> >>"})
    world.editor.replies("ENCLOSE 2", to=world.editor.received("draft"), quoting=False)
    assert world.edition().draft == 1
    assert "holds a program" in world.editor.received("answer").text


def test_enclose_while_approved_says_hold_first(world: World) -> None:
    with_files(world, {"poster.pdf": PDF})
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.editor.replies("ENCLOSE 1", to=world.editor.received("draft"), quoting=False)
    assert world.state is EditionState.APPROVED
    assert "HOLD it first" in world.editor.received("answer").text


def test_a_picture_that_a_lead_sent_may_be_enclosed_too(world: World) -> None:
    with_files(world, {"event.png": picture(300, noise=True)})
    draft = world.editor.received("draft")
    assert "1. event.png (Hate Crime" in draft.text
    world.editor.replies("ENCLOSE 1", to=draft, quoting=False)
    assert world.edition().draft == 2
