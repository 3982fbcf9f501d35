"""What falls into the gaps: a bot that was away, a file that is not what it says, a lead in the wrong thread."""

from __future__ import annotations

from datetime import time

import pytest
from sqlalchemy import text

from bot.config import BulletinConfig
from bot.core.model import EditionState, InboundState
from bot.errors import InputError
from bot.sections.gate import check_package
from bot.service.daily import FORGET_AT_ONCE
from tests.conversations.world import BULLETIN, World

RTF = rb"{\rtf1\ansi A section in rich text.\par}"
PAGE = b"<html><body><table><tr><td>Broxbourne</td><td>1</td></tr></table></body></html>"


def editors(world: World, kind: str) -> str:
    return " ".join(mail.text for mail in world.editor.mails(kind))


def alerts(world: World, words: str) -> int:
    return sum(words in mail.text for mail in world.operator.mails("alert"))


def configured(world: World, **values: object) -> BulletinConfig:
    """The same world with other values in its bulletin."""
    return world.configured(**values)


# ------------------------------------------------------------------------------------------- a bot that was away


def test_a_bot_installed_after_the_deadline_tells_operator_and_editor_and_extend_sends_the_requests(
    world: World,
) -> None:
    world.at("2025-08-20 09:00")
    world.at("2025-08-20 09:05")
    assert world.state is EditionState.PLANNED
    assert alerts(world, "August 2025 were not sent") == 1
    assert [p.code for p in world.desk.store.problems()] == ["requests-missed"]
    notice = world.editor.received("notice")
    assert "EXTEND 28 August" in notice.text
    world.at("2025-08-21 09:00")
    assert len(world.editor.mails("notice")) == len(world.operator.mails("alert")) == 1
    world.editor.replies("EXTEND 28 August", to=notice, quoting=False)
    assert world.state is EditionState.COLLECTING
    assert world.lead("hate-crime").mails("request")
    assert not world.desk.store.problems()


def test_a_missed_month_can_be_skipped(world: World) -> None:
    world.at("2025-08-20 09:00")
    world.editor.replies("SKIP", to=world.editor.received("notice"), quoting=False)
    assert world.state is EditionState.SKIPPED
    assert not world.desk.store.problems()
    assert not world.lead("hate-crime").mails()


@pytest.mark.slow
def test_after_two_months_without_the_bot_each_month_is_told_once(world: World) -> None:
    world.approved()
    world.at("2025-08-18 09:00")
    world.at("2025-11-03 08:30")
    world.at("2025-11-03 09:00")
    assert [(world.edition(p).state.value) for p in ("2025-09", "2025-10", "2025-11")] == [
        "planned",
        "planned",
        "collecting",
    ]
    assert [alerts(world, f"{month} 2025 were not sent") for month in ("September", "October", "November")] == [1, 1, 0]
    assert len([m for m in world.editor.mails("notice") if "were not sent" in m.text]) == 2


@pytest.mark.slow
def test_a_draft_that_nobody_approves_is_told_the_operator_once_and_ends_with_the_approval(world: World) -> None:
    world.in_review()
    for day in (18, 19, 20, 21):
        world.at(f"2025-08-{day} 10:00")
    assert [p.code for p in world.desk.store.problems()] == ["distribution-late"]
    assert alerts(world, "has not left") == 1
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-21 11:00")
    assert world.state is EditionState.DISTRIBUTED
    assert not world.desk.store.problems()


# ---------------------------------------------------------------------------------------------- files and FILE


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("section.doc", RTF, "RTF document"),
        ("section.doc", PAGE, "web page"),
        ("report.docx", b"%PDF-1.7 nothing", "is a PDF"),
        ("notes.docx", b"Only text.", "text file"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_set_aside_and_the_text_is_read(
    world: World, name: str, data: bytes, says: str
) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("The forum met twice and agreed its plan.", files={name: data}, quoting=False)
    assert "agreed its plan" in "\n".join(world.items("hate-crime").values())
    receipt = lead.received("receipt").text
    assert name in receipt
    assert says in receipt
    assert "Please save it" in receipt
    assert not world.desk.store.inbounds((InboundState.HELD,))


def test_figures_in_a_text_file_named_xls_are_read_as_what_they_are(world: World) -> None:
    world.at("2025-08-01 09:00")
    rows = ["CSP,Positive,Negative,Refused", "Broxbourne,1,2,0", "Dacorum,3,4,0", "Hertsmere,5,6,1"]
    lead = world.lead("drugs-alcohol-cj")
    lead.replies("The figures are attached, and the group met.", files={"custody.xls": "\n".join(rows).encode()})
    (submission,) = world.view().submissions
    assert [use.use for use in submission.attachments] == ["statistics"]
    assert "Watford has no row in the table." in [finding.message for finding in submission.findings]


def test_a_dangerous_file_holds_its_mail_and_file_reads_the_text_and_says_what_was_not_read(world: World) -> None:
    world.in_review()
    lead = world.lead("hate-crime")
    request = lead.received("request")
    lead.replies("The forum met again.", to=request, files={"tool.docx": b"MZ\x90\x00 program"}, quoting=False)
    (held,) = world.desk.store.inbounds((InboundState.HELD,))
    world.editor.replies(f"FILE {held.id} Hate Crime", to=world.editor.received("notice"), quoting=False)
    assert "met again" in "\n".join(world.items("hate-crime").values())
    answer = world.editor.received("answer").text
    assert "text of the mail is read" in answer
    assert "tool.docx is not read" in answer
    assert not world.desk.store.inbounds((InboundState.HELD,))


def test_file_of_a_mail_that_may_not_be_read_says_so_and_leaves_it_in_the_pen(world: World) -> None:
    world.in_review()
    lead = world.lead("hate-crime")
    lead.replies("OFFICIAL-SENSITIVE\nThe forum met.", to=lead.received("request"), quoting=False)
    (held,) = world.desk.store.inbounds((InboundState.HELD,))
    world.editor.replies(f"FILE {held.id} Hate Crime", to=world.editor.received("notice"), quoting=False)
    answer = world.editor.received("answer").text
    assert "was not done" in world.editor.received("answer").subject
    assert "nothing of it was read" in answer
    assert world.desk.store.inbounds((InboundState.HELD,)) == (held,)


def test_a_late_reply_is_filed_into_the_next_edition_once_that_is_open(world: World) -> None:
    world.approved()
    lead = world.lead("hate-crime")
    request = lead.received("request")
    world.at("2025-08-18 09:00")
    lead.replies("Words that came too late.", to=request, quoting=False)
    (held,) = world.desk.store.inbounds((InboundState.HELD,))
    notice = next(mail for mail in world.editor.mails("notice") if f"FILE {held.id}" in mail.text)
    world.editor.replies(f"FILE {held.id} Hate Crime", to=notice, quoting=False)
    assert "September 2025 is open" in world.editor.received("answer").text
    world.at("2025-09-01 09:00")
    world.editor.replies(f"FILE {held.id} Hate Crime!", to=notice, quoting=False)
    assert "Hate Crime in September 2025" in world.editor.received("answer").text
    (submission,) = world.view("2025-09").submissions
    assert submission.person == lead.address
    assert not world.desk.store.inbounds((InboundState.HELD,))


# -------------------------------------------------------------------------------------- one mail, one lead, no reader


def test_a_mail_whose_bytes_are_gone_is_parked_and_the_others_go_on(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.service._understand = lambda report: None  # type: ignore[method-assign]
    world.lead("serious-violence").replies("Lost words.", quoting=False)
    del world.service._understand
    engine = world.desk.store._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE blob SET data = NULL, purged_at = CURRENT_TIMESTAMP WHERE digest IN (SELECT blob FROM inbound)"
            )
        )
    world.lead("hate-crime").replies("Good words.", quoting=False)
    assert world.lead("hate-crime").mails("receipt")
    (parked,) = world.desk.store.inbounds((InboundState.PARKED,))
    assert alerts(world, "could not be read and is parked") == 1
    assert parked.verdict is not None


def test_a_reply_to_a_request_that_was_purged_is_still_read(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    request = lead.received("request")
    engine = world.desk.store._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE blob SET data = NULL, purged_at = CURRENT_TIMESTAMP "
                "WHERE digest IN (SELECT header FROM delivery)"
            )
        )
    lead.replies("The forum met.", to=request, quoting=False)
    assert "forum met" in "\n".join(world.items("hate-crime").values())


def test_a_leads_reply_to_a_mail_without_a_reference_is_read_as_the_leads(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.writes("Something on its own.", subject="News")
    waits = lead.received("answer")
    assert "[" not in waits.subject.rpartition("(")[2]
    lead.replies("Please take this: the forum met.", to=waits, quoting=False)
    assert "forum met" in "\n".join(world.items("hate-crime").values())


def test_without_readers_the_editor_is_told_and_approve_is_asked_back(world: World) -> None:
    readers = world.config.bulletin(BULLETIN).readers
    configured(world, readers=())
    world.in_review()
    draft = world.editor.received("draft")
    assert "No reader is on the list" in draft.text
    world.editor.replies("APPROVE", to=draft, quoting=False)
    assert world.state is EditionState.IN_REVIEW
    assert "No reader is on the list" in world.editor.received("answer").text
    configured(world, readers=readers)
    world.editor.replies("APPROVE", to=draft, quoting=False, headers={"X-Again": "1"})
    assert world.state is EditionState.APPROVED


# ------------------------------------------------------------------------------------------------- once a day


def test_the_daily_summary_comes_once_a_day_where_it_is_on(world: World) -> None:
    world.at("2025-08-01 09:00")
    assert not world.operator.mails()
    object.__setattr__(world.desk, "daily_summary", time(8, 0))
    for moment in ("2025-08-04 07:59", "2025-08-04 08:00", "2025-08-04 17:00", "2025-08-05 08:10"):
        world.at(moment)
    mails = world.operator.mails()
    assert len(mails) == 2
    assert "ccsu-rag 2025-08: collecting" in mails[0].text
    assert "nothing needs a person" in mails[0].subject


@pytest.mark.slow
def test_old_mail_is_forgotten_by_itself_in_bounded_chunks_and_retained_months_stay(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store.purge import retain

    monkeypatch.setattr("bot.service.daily.FORGET_AT_ONCE", 3)
    assert FORGET_AT_ONCE > 3
    world.approved()
    world.at("2025-08-18 09:00")
    inbound = world.view().submissions[0].inbound
    world.at("2025-11-10 09:00")
    assert world.desk.store.raw(inbound)
    url = world.config.store_url({}).get_secret_value()
    retain(url, "2025-08", at=world.clock.now())
    world.at("2025-12-10 09:00")
    assert world.desk.store.raw(inbound)
    engine = world.desk.store._engine  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM retained"))
    world.at("2025-12-11 09:00")
    gone = [event for event in world.desk.store.events(0) if event.what == "purged" and '"blobs":3' in event.data]
    assert len(gone) == 1
    for minute in range(1, 40):
        world.at(f"2025-12-11 09:{minute:02d}")
    with pytest.raises(Exception, match="purged on"):
        world.desk.store.raw(inbound)
    assert not world.desk.store.broken_events()
    days = [event for event in world.desk.store.events(0) if event.what == "purged" and '"more":0' in event.data]
    assert len({event.at.date() for event in days}) == len(days)


def test_a_file_that_needs_too_much_memory_is_not_called_protected(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("bot.sections.gate.zipfile.ZipFile", greedy)
    with pytest.raises(InputError, match="more memory") as told:
        check_package(b"PK\x03\x04")
    assert told.value.code == "too-big"
