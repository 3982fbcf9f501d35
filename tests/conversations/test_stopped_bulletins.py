"""One broken configuration stops only its own bulletin: nothing of it is lost, doubled or judged by the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.commands.report import status_document
from bot.config import load_usable
from bot.core.model import EditionState, InboundState
from bot.errors import ConfigError, TemplateError
from bot.ports import RawMail
from bot.service.daily import NEVER
from bot.service.tick import TickReport
from bot.store.sql import SqlStore
from bot.wiring import open_desk
from tests.bench import council
from tests.conversations.several import NORTH, SOUTH, Several

LEAD = council.lead(SOUTH, 0)
REMEMBERED = InboundState.REMEMBERED


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Several]:
    made = Several(tmp_path)
    yield made
    made.close()


def words(raw: str) -> str:
    """The text of a mail as one line."""
    body = message_from_bytes(raw.encode(), policy=policy.default).get_body(("plain",))  # type: ignore[attr-defined]
    assert body is not None
    return " ".join(body.get_content().split())


def renamed(mail: EmailMessage, message_id: str) -> EmailMessage:
    """The same mail under another Message-ID: a second reply to one mail of ours."""
    mail.replace_header("Message-ID", message_id)
    return mail


def away(both: Several) -> EmailMessage:
    """An out-of-office answer of the south's lead."""
    mail = both.reply(both.mails(SOUTH, "request")[0], "I am away until 2 September 2025.")
    mail = renamed(mail, "<away@council.example>")
    mail.replace_header("Subject", f"Automatic reply: {mail['Subject']}")
    mail["Auto-Submitted"] = "auto-replied"
    return mail


def test_a_broken_bulletin_waits_with_its_mails_while_the_other_goes_on(both: Several) -> None:
    both.at(council.REQUESTS)
    request = both.mails(SOUTH, "request")[0]
    both.change(SOUTH, "themes.toml", f'leads = ["{LEAD}"]', 'leads = ["nobody"]')
    both.clock.at = council.REPLIES
    both.restart()
    before = both.edition(SOUTH)
    theirs = {
        "reply": both.arrives(both.reply(request, "News of the south.")),
        "absence": both.arrives(away(both)),
        "no thread": both.arrives(both.new_mail(LEAD, "My section", "It comes tomorrow.")),
        "stray": both.arrives(both.new_mail("caretaker@council.example", "Car park", "It is closed.")),
    }
    both.arrives(both.reply(both.mails(NORTH, "request")[0], "News of the north."))
    both.ticks(5)

    assert len(both.desk.store.view(both.edition(NORTH).id).submissions) == 1
    assert len(both.mails(NORTH, "receipt")) == 1
    waiting = [both.inbound(mail) for mail in theirs.values()]
    assert [(mail.state, mail.attempts) for mail in waiting] == [(REMEMBERED, 0)] * 4
    assert len(list(both.box()._files(""))) == 4
    assert both.edition(SOUTH) == before
    (alert,) = both.told()
    line = "config/bulletin-001/themes.toml, line 5: themes[1].leads[1] ="
    assert line in words(alert)
    document = status_document(both.desk)
    assert [need["code"] for need in document["needs_a_person"]] == ["bulletin-stopped"]
    assert (document["stopped_bulletins"], document["mails_that_wait_for_them"]) == ([SOUTH], 4)

    both.change(SOUTH, "themes.toml", 'leads = ["nobody"]', f'leads = ["{LEAD}"]')
    both.restart()
    both.ticks(2)
    view = both.desk.store.view(both.edition(SOUTH).id)
    assert [one.inbound for one in view.submissions] == [both.inbound(theirs["reply"]).id]
    assert len(both.mails(SOUTH, "receipt")) == 1
    assert [one.address for one in view.absences] == [LEAD]
    assert both.inbound(theirs["no thread"]).state == InboundState.HELD
    assert both.inbound(theirs["stray"]).verdict.kind == "stray"  # type: ignore[union-attr]
    assert "is over" in words(both.told()[1])
    assert len(both.told()) == 2
    assert status_document(both.desk)["needs_a_person"] == []


@pytest.mark.slow
def test_a_bulletin_taken_away_while_its_edition_is_open_goes_on_when_it_is_put_back(both: Several) -> None:
    both.approved()
    assert {both.edition(key).state for key in (NORTH, SOUTH)} == {EditionState.APPROVED}
    put_back = both.taken_away(SOUTH)
    both.restart()
    both.at(council.DISTRIBUTION)
    hold = both.arrives(both.reply(both.mails(SOUTH, "draft")[-1], "HOLD"))
    both.at(council.DISTRIBUTION + timedelta(days=2))
    assert both.edition(NORTH).state is EditionState.DISTRIBUTED
    assert both.edition(SOUTH).state is EditionState.APPROVED
    assert both.inbound(hold).state is REMEMBERED
    told = [words(mail) for mail in both.told()]
    assert sum("has no directory bulletin-001, and its edition 2025-08 is open" in one for one in told) == 1
    assert sum("has not left in full" in one for one in told) == 1
    put_back()
    both.restart()
    both.ticks(1)
    assert both.edition(SOUTH).state is EditionState.IN_REVIEW  # HOLD is read before anything leaves
    assert not [mail for mail in both.mails(SOUTH, "bulletin") if mail.state == "sent"]
    both.arrives(renamed(both.reply(both.mails(SOUTH, "draft")[-1], "APPROVE"), "<again@council.example>"))
    both.ticks(12)
    assert [mail.state for mail in both.mails(SOUTH, "bulletin")] == ["sent", "sent"]
    assert both.edition(SOUTH).state is EditionState.DISTRIBUTED


def test_nothing_of_a_broken_bulletin_with_its_own_mailbox_goes_through_anothers(both: Several) -> None:
    both.own_mailbox(SOUTH)
    both.restart()
    both.service._advance(TickReport())  # requests are queued and have not left
    box = both.box(SOUTH)
    both.arrives(both.new_mail(LEAD, "My section", "Words."), SOUTH)
    both.service._receive(TickReport())  # a mail is remembered and has not been read
    both.change(SOUTH, "bulletin.toml", "[mailbox]", "[mailbx]")
    both.restart()
    stray = both.arrives(both.new_mail("caretaker@council.example", "Car park", "It is closed."))
    both.ticks(3)
    assert {mail.state for mail in both.mails(NORTH, "request")} == {"sent"}
    assert {mail.state for mail in both.mails(SOUTH, "request")} == {"queued"}
    (waits,) = both.desk.store.inbounds((REMEMBERED,))[:1]
    assert (waits.mailbox, waits.attempts) == (box.name, 0)
    assert both.inbound(stray).state is REMEMBERED  # whether the south has its own mailbox is not known now

    both.change(SOUTH, "bulletin.toml", "[mailbx]", "[mailbox]")
    both.change(SOUTH, "themes.toml", f'leads = ["{LEAD}"]', 'leads = ["nobody"]')
    both.restart()
    both.ticks(1)
    assert both.inbound(stray).state is InboundState.HANDLED  # known again: nobody writes to the south here
    assert [mail.id for mail in both.desk.store.inbounds((REMEMBERED,))] == [waits.id]
    assert {mail.state for mail in both.mails(SOUTH, "request")} == {"queued"}
    both.change(SOUTH, "themes.toml", 'leads = ["nobody"]', f'leads = ["{LEAD}"]')
    both.restart()
    both.ticks(1)
    assert {mail.state for mail in both.mails(SOUTH, "request")} == {"sent"}
    assert both.desk.store.inbounds((REMEMBERED,)) == ()
    assert len(both.told()) == 2


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        pytest.param("bulletin.docx", b"no Word file", "bulletin.docx", marks=pytest.mark.slow),
        ("mail/parts.txt.j2", b"{% if %}", "The mail template parts.txt.j2, line 1 cannot be used"),
        pytest.param("mail/parts.html.j2", b"\xff", "A template cannot be read", marks=pytest.mark.slow),
    ],
)
def test_a_broken_template_stops_only_its_own(both: Several, name: str, data: bytes, said: str) -> None:
    both.change(SOUTH, "bulletin.toml", "title =", 'templates = "south"\ntitle =')
    file = both.folder / "south" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    (both.folder / "var" / f"{SOUTH}.good.docx").unlink()
    both.restart()
    both.at(council.REQUESTS)
    assert both.mails(NORTH, "request")
    assert both.desk.store.edition(SOUTH, "2025-08") is None
    assert said in words(both.told()[0])
    file.unlink()
    both.restart()
    both.ticks(1)
    assert both.mails(SOUTH, "request")


def test_what_concerns_all_stops_all(both: Several, tmp_path: Path) -> None:
    both.change(SOUTH, "themes.toml", "key", "kye")
    assert [one.key for one in load_usable(both.directory, {}).broken] == [SOUTH]
    both.change(NORTH, "themes.toml", "key", "kye")
    with pytest.raises(ConfigError) as none_left:
        load_usable(both.directory, {})
    assert len(none_left.value.problems) >= 4
    both.change(NORTH, "themes.toml", "kye", "key")
    both.change("", "bot.toml", "data_directory", "data_dir")
    with pytest.raises(ConfigError, match="has"):
        load_usable(both.directory, {})


def test_where_the_only_template_is_broken_the_error_is_the_templates(both: Several) -> None:
    both.taken_away(SOUTH)
    both.change(NORTH, "bulletin.toml", "title =", 'templates = "north"\ntitle =')
    (both.folder / "north").mkdir()
    (both.folder / "north" / "bulletin.docx").write_bytes(b"no Word file")
    (both.folder / "var" / f"{NORTH}.good.docx").unlink()
    with pytest.raises(TemplateError), open_desk(load_usable(both.directory, {}), {}, clock=both.clock):
        pass


def test_a_directory_whose_name_is_none_for_a_bulletin_stops_nobody(both: Several) -> None:
    (both.directory / "Old stuff").mkdir()
    both.restart()
    stray = both.arrives(both.new_mail("caretaker@council.example", "Car park", "It is closed."))
    both.at(council.REQUESTS)
    assert both.mails(NORTH, "request")
    assert both.mails(SOUTH, "request")
    assert "config/Old stuff: is no name for a bulletin" in words(both.told()[0])
    assert both.inbound(stray).state is InboundState.HANDLED


def test_two_bulletins_cannot_own_one_mailbox(both: Several) -> None:
    both.own_mailbox(NORTH)
    both.own_mailbox(SOUTH)
    assert load_usable(both.directory, {}).broken == ()
    both.change(SOUTH, "bulletin.toml", f"{SOUTH}@own.example", f"{NORTH}@own.example")
    (south,) = load_usable(both.directory, {}).broken
    assert "is the mailbox of bulletin-000 already" in south.problems[0]
    both.change(NORTH, "bulletin.toml", f"{NORTH}@own.example", f"bulletins@{council.COUNCIL}")
    (north,) = load_usable(both.directory, {}).broken
    assert "is the mailbox of bot.toml already" in north.problems[0]


def test_mailboxes_without_an_address_are_told_apart(both: Several) -> None:
    for bulletin in (NORTH, SOUTH):
        with both.file(bulletin, "bulletin.toml").open("a", encoding="utf-8") as stream:
            stream.write('\n[mailbox]\nkind = "folder"\nsettle_seconds = 0\n')
    both.restart()
    both.desk.store.remember(both.box(NORTH).name, RawMail(ref="1", raw=b"x"), council.REQUESTS)
    assert not both.desk.store.known(both.box(SOUTH).name, "1")


def test_a_tick_forgets_by_the_limits_of_the_files_and_never_for_a_stopped_bulletin(
    both: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, object]] = []
    monkeypatch.setattr(SqlStore, "forget", lambda _store, limits, **_more: given.append(dict(limits)) or 0)
    both.at(council.REQUESTS)
    assert given[-1] == dict.fromkeys((NORTH, SOUTH), council.REQUESTS - timedelta(days=90))
    both.change(SOUTH, "themes.toml", f'leads = ["{LEAD}"]', 'leads = ["nobody"]')
    both.restart()
    both.at(council.REQUESTS)
    assert given[-1] == {NORTH: council.REQUESTS - timedelta(days=90), SOUTH: NEVER}
