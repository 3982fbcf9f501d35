"""A month as a dialogue: requests, replies, receipts, reminders, the draft."""

from __future__ import annotations

import io

import openpyxl
from docx import Document

from bot.core.model import EditionState, InboundState
from tests.conversations.world import World


def test_every_lead_is_asked_once_on_the_first_working_day(world: World) -> None:
    world.at("2025-08-01 08:59")
    assert world.state is EditionState.PLANNED
    world.at("2025-08-01 09:00")
    world.at("2025-08-01 09:01")
    for theme in ("community-safety-asb", "drugs-alcohol-cj", "hate-crime", "serious-violence", "prevent"):
        assert len(world.lead(theme).mails("request")) == 1
    request = world.lead("hate-crime").received("request")
    assert request.subject.startswith("Hate Crime:")
    assert "Tuesday 12 August 2025 at 12:00" in request.text
    assert "[F1] Hate Crime" in request.text
    assert request.message["Auto-Submitted"] is None
    assert request.message["X-Auto-Response-Suppress"] == "RN, NRN, AutoReply"
    assert request.message["Bcc"] is None


def test_a_reply_is_answered_with_the_section_as_it_will_be_printed(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("Hate Crime Awareness Week starts on 11 October 2025.\n\nKind regards\nHazel")
    receipt = lead.received("receipt")
    assert "Hate Crime Awareness Week starts on 11 October 2025." in receipt.text
    assert "signature" in receipt.text
    assert receipt.message["Auto-Submitted"] == "auto-generated"
    assert list(world.items("hate-crime").values()) == ["Hate Crime Awareness Week starts on 11 October 2025."]


def test_reminders_go_only_to_those_who_are_not_in(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("hate-crime").replies("All quiet, one event planned.")
    world.at("2025-08-07 09:30")
    assert not world.lead("hate-crime").mails("reminder")
    assert len(world.lead("prevent").mails("reminder")) == 1


def test_nobody_is_reminded_on_a_closed_day_and_nobody_gets_a_heap_after_an_outage(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.at("2025-08-09 10:00")  # a Saturday; the bot was away since the 1st
    assert not world.lead("prevent").mails("reminder")
    world.at("2025-08-11 10:00")
    assert len(world.lead("prevent").mails("reminder")) == 1


def test_an_out_of_office_asks_the_deputy_and_tells_the_editor(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    away = {"Auto-Submitted": "auto-replied"}
    lead.replies("I am on leave until Monday 18 August 2025.", headers=away, quoting=False)
    assert "away until Monday 18 August 2025" in world.deputy("hate-crime").received("deputy_question").text
    assert "out of office" in world.editor.received("notice").text
    lead.replies("I am on leave until Monday 18 August 2025.", to=lead.received("request"), headers=away, quoting=False)
    assert len(world.deputy("hate-crime").mails("deputy_question")) == 1
    world.at("2025-08-07 09:30")
    assert not lead.mails("reminder")
    assert world.deputy("hate-crime").mails("reminder")
    world.deputy("hate-crime").replies("A vigil is planned.", to=world.deputy("hate-crime").received("deputy_question"))
    assert "A vigil is planned." in world.items("hate-crime").values()
    assert "has written for this theme" in lead.received("receipt").text


def test_a_bounced_request_is_treated_like_an_absence(world: World) -> None:
    world.at("2025-08-01 09:00")
    request = world.lead("prevent").received("request")
    report = (
        "From: postmaster@council.example.org\r\nTo: rag.update@council.example.org\r\nSubject: Undeliverable\r\n"
        "Message-ID: <ndr@council.example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nDelivery has failed.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;mx\r\n\r\n"
        f"Final-Recipient: rfc822;{world.lead('prevent').address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {request.message['Message-ID']}\r\n\r\n--b--\r\n"
    )
    world.delivers(report.encode())
    assert world.deputy("prevent").mails("deputy_question")
    assert "came back" in world.editor.received("notice").text


def test_nothing_this_month_is_an_answer(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("prevent").replies("Nothing from us this month, thanks.\n\nMarlow")
    world.at("2025-08-12 12:00")
    draft = world.view().draft
    assert draft is not None
    assert [s.theme for s in draft.bulletin.sections] == ["prevent"]
    assert draft.bulletin.sections[0].nil


def test_a_second_mail_replaces_only_the_field_it_answers(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("serious-violence")
    lead.replies(
        "[F1] Serious Violence Duty\nThe duty is met.\n[/F1]\n[F2] Funding\nFunding is agreed.\n[/F2]", quoting=False
    )
    lead.replies("[F2] Funding\nFunding is doubled.\n[/F2]", to=lead.received("receipt"), quoting=False)
    assert world.items("serious-violence") == {
        "Serious Violence Duty": "The duty is met.",
        "Funding and projects": "Funding is doubled.",
    }
    assert "Funding and projects" in lead.received("receipt").text


def test_a_reply_by_another_person_is_added_and_both_are_told(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead, deputy = world.lead("hate-crime"), world.deputy("hate-crime")
    lead.replies("[F1] Hate Crime\nThe lead's words.\n[/F1]", quoting=False)
    deputy.writes(
        "[F1] Hate Crime\nThe deputy's words.\n[/F1]",
        subject=f"Re: {lead.received('request').subject}",
        headers={"In-Reply-To": str(lead.received("request").message["Message-ID"])},
    )
    assert len(world.view().submissions) == 2
    assert deputy.received("receipt")
    assert len(lead.mails("receipt")) == 2
    assert "both are kept" in world.editor.received("notice").text


def test_a_word_file_becomes_the_section(world: World) -> None:
    world.at("2025-08-01 09:00")
    document = Document()
    document.add_heading("Serious Violence Duty", 1)
    document.add_paragraph("The duty is met in full.")
    document.add_paragraph("First point", style="List Bullet")
    data = io.BytesIO()
    document.save(data)
    world.lead("serious-violence").replies("Please see attached.", files={"section.docx": data.getvalue()})
    assert world.items("serious-violence")["Serious Violence Duty"] == "The duty is met in full.\nFirst point"


def test_the_custody_workbook_is_printed_with_computed_totals_and_the_slip_is_told(world: World) -> None:
    world.at("2025-08-01 09:00")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["CSP", "Positive", "Negative", "Refused", "Total"])
    districts = (
        "Broxbourne", "Dacorum", "East Herts", "Hertsmere", "North Herts", "St Albans",
        "Stevenage", "Three Rivers", "Watford", "WelHat", "NFA", "OOC",
    )  # fmt: skip
    for district in districts:
        sheet.append([district, 10, 5, 1, 16])
    sheet.append(["Total", 121, 60, 12, 193])
    data = io.BytesIO()
    book.save(data)
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("Figures attached.", files={"custody.xlsx": data.getvalue()})
    receipt = lead.received("receipt")
    assert "The total row says 121 positive; the rows add up to 120 (1 fewer)" in receipt.text
    world.at("2025-08-12 12:00")
    draft = world.view().draft
    assert draft is not None
    table = draft.bulletin.sections[0].statistics
    assert table is not None
    assert table.totals == {"positive": 120, "negative": 60, "refused": 12, "total": 192}
    assert "121 positive" in world.editor.received("draft").text


def test_an_unreadable_workbook_gets_a_plain_sentence_and_the_rest_is_kept(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("The strategy is out.", files={"custody.xlsx": b"PK\x03\x04 this is no workbook"})
    waits = lead.mails("answer") or lead.mails("receipt")
    assert waits, "the lead hears of it"
    assert "custody.xlsx" in waits[-1].text or "could not" in waits[-1].text
    held = world.desk.store.inbounds((InboundState.HELD,))
    assert world.items("drugs-alcohol-cj") or held


def test_at_the_deadline_the_editor_gets_a_draft_with_who_is_in(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("hate-crime").replies("One event is planned.")
    world.at("2025-08-12 12:00")
    draft = world.editor.received("draft")
    assert "Draft 1" in draft.subject
    names = [part.get_filename() for part in draft.message.iter_attachments()]
    assert names == ["CCSU Monthly RAG Update August 2025 draft 1.docx"]
    assert "Prevent: NOT IN YET" in draft.text
    assert "Hate Crime: in" in draft.text
    assert world.state is EditionState.IN_REVIEW


def test_a_late_reply_makes_a_new_draft_after_ten_quiet_minutes_that_says_what_changed(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.at("2025-08-12 12:00")
    world.clock.at = world.clock.at.replace(hour=14)
    world.lead("hate-crime").replies("A late event.", to=world.lead("hate-crime").received("request"))
    assert len(world.editor.mails("draft")) == 1
    world.at("2025-08-12 14:09")
    assert len(world.editor.mails("draft")) == 1
    world.at("2025-08-12 14:10")
    assert len(world.editor.mails("draft")) == 2
    assert "Hate Crime: new in this draft." in world.editor.received("draft").text


def test_a_skipped_month_asks_nobody(world: World) -> None:
    text = (world.folder / "config/ccsu-rag/bulletin.toml").read_text("utf-8")
    (world.folder / "config/ccsu-rag/bulletin.toml").write_text(
        text.replace("skip = []", 'skip = ["2025-08"]'), "utf-8"
    )
    world.close()
    again = World.__new__(World)
    from bot.config import load_config
    from bot.service import Service
    from bot.wiring import open_desk

    again.folder, again.clock, again.written = world.folder, world.clock, 0
    again.config = load_config(world.folder / "config", {})
    again._opened = open_desk(again.config, {}, clock=again.clock)
    again.desk = again._opened.__enter__()
    again.service = Service(again.desk)
    again.at("2025-08-01 09:00")
    assert again.state is EditionState.SKIPPED
    assert not again.lead("prevent").mails()
    world._opened, world.desk = again._opened, again.desk
