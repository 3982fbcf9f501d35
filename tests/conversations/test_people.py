"""The editor changes who leads, deputises and reads, by mail: a spreadsheet goes out, comes back, and a YES counts."""

from __future__ import annotations

import importlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.commands.report import _show, _trace, status_document
from bot.config import load_config
from bot.core.model import DeliveryState, EditionState
from bot.core.people import read_kept
from bot.core.records import EditionSaved
from bot.errors import StoreError
from bot.sections import cage
from bot.service import Service
from bot.service.joined import JoinedBulletins, over_the_files, settle
from bot.store.purge import purge
from bot.store.subject import subject_access
from bot.wiring import open_desk
from tests.conversations.test_codes_and_doubt import code_in, deputy_editor, unprovable
from tests.conversations.wordfiles import attached
from tests.conversations.world import BULLETIN, Person, Received, World, moment

Change = Callable[[Any, Any], None]
ROBIN = "robin.sedge@dacorum.example"
GONE = "analyst@broxbourne.example"  # a reader whom some of the tests take off
PREVENT = "new.prevent.lead@council.example.org"


@pytest.fixture(autouse=True)
def uncaged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, which is quick; the test of hostile files undoes this."""

    def run(function: str, data: bytes, **options: Any) -> Any:
        module, _, name = function.partition(":")
        return getattr(importlib.import_module(module), name)(data, **options).model_dump(mode="json")

    monkeypatch.setattr(cage, "run_caged", run)


def asks(world: World, by: Person | None = None) -> Received:
    """An editor asks for the lists."""
    editor = by or world.editor
    editor.writes("PEOPLE", subject="the lists please")
    return editor.received("people")


def changed(mail: Received, change: Change) -> bytes:
    """The spreadsheet of a mail, as somebody saves it from Excel after changing its two sheets."""
    book = openpyxl.load_workbook(io.BytesIO(attached(mail, ".xlsx")))
    change(book["Leads"], book["Readers"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sends(
    world: World, change: Change, to: Received | None = None, by: Person | None = None, text: str = ""
) -> Received:
    """An editor sends a changed list back; gives the answer."""
    editor = by or world.editor
    mail = to or asks(world, editor)
    editor.replies(text, to=mail, files={"people.xlsx": changed(mail, change)}, quoting=False)
    return editor.received("answer")


def says(world: World, word: str, to: Received) -> str:
    """The editor answers with a word; gives what they are told."""
    world.editor.replies(word, to=to)
    return world.editor.received("answer").text


def added(leads: Any, readers: Any) -> None:
    readers.append(["Robin Sedge", ROBIN, "Dacorum"])


def taken_off(leads: Any, readers: Any) -> None:
    (row,) = [cell.row for cell in readers["B"] if cell.value == GONE]
    readers.delete_rows(row)


def new_lead(leads: Any, readers: Any) -> None:
    (row,) = [row for row in leads.iter_rows(min_row=2) if (row[0].value, row[1].value) == ("Prevent", "lead")]
    row[2].value, row[3].value = "Linden Fen", PREVENT


def wrong(leads: Any, readers: Any) -> None:
    leads.append(["Prevnt", "lead", "Linden Fen", PREVENT])
    readers.append(["Robin Sedge", "robin at dacorum", "Dacorum"])
    readers.append(["Robin Sedge", ROBIN, "=A1"])


def readers(world: World) -> list[str]:
    return [reader.address for reader in world.desk.bulletins[BULLETIN].readers]


def reopened(world: World) -> None:
    """The operator has changed the files, and the bot is started anew."""
    world.close()
    world.config = load_config(world.folder / "config", {}).model_copy(update={"store": world.config.store})
    world._open()


def list_of_files(world: World) -> Path:
    return world.folder / "config" / BULLETIN / "csm_list.csv"


# ------------------------------------------------------------------------------------- out, back, YES


def test_the_lists_go_out_come_back_and_hold_on_a_yes(world: World) -> None:
    world.at("2025-08-01 09:00")
    answer = sends(world, added)
    assert "Your list would change this: 1 reader added." in answer.text
    assert f"Added: Robin Sedge <{ROBIN}>, reader in Dacorum" in answer.text
    assert ROBIN not in readers(world)
    assert "Done: 1 reader added." in says(world, "YES", answer)
    assert ROBIN in readers(world)
    assert "it is not made twice" in says(world, "Yes please", answer)
    assert readers(world).count(ROBIN) == 1
    assert "changed the lists of people: 1 reader added" in deputy_editor(world).received("notice").text
    (event,) = [event for event in world.desk.store.events(world.edition().id) if event.what == "people changed"]
    assert json.loads(event.data)["reader added"] == 1
    assert ROBIN not in event.data
    assert world.desk.store.broken_events() == ()
    book = openpyxl.load_workbook(io.BytesIO(attached(asks(world), ".xlsx")))
    assert ("Robin Sedge", ROBIN, "Dacorum") in list(book["Readers"].values)


def test_a_list_with_faults_changes_nothing_and_says_where_each_is(world: World) -> None:
    world.at("2025-08-01 09:00")
    before = readers(world)
    answer = sends(world, wrong, text="Here is the new list.")
    assert "In “people.xlsx” 3 things are to be mended. Nothing was changed." in answer.text
    assert "Leads, row 12: “Prevnt” is no theme. Did you mean “Prevent”?" in answer.text
    assert "Readers, row 32: “robin at dacorum” is not an email address; please write" in answer.text
    assert "Readers, cell C33 holds a formula" in answer.text
    assert "No question about the lists is open" in says(world, "YES", answer)
    assert readers(world) == before
    assert world.desk.store.people(BULLETIN) is None
    mended = sends(world, added, to=world.editor.received("people"))
    assert "1 reader added" in mended.text


@pytest.mark.slow
def test_a_lead_who_says_people_gets_nothing(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("prevent").writes("PEOPLE", subject="people")
    world.lead("prevent").replies("PEOPLE")
    assert world.lead("prevent").mails("people") == []
    assert world.editor.mails("people") == []


# ----------------------------------------------------------------------------------------- a YES that is too late


@pytest.mark.slow
def test_a_newer_file_makes_the_older_question_void(world: World) -> None:
    world.at("2025-08-01 09:00")
    first = sends(world, taken_off)
    second = sends(world, added)
    assert "A newer list came in after that mail" in says(world, "YES", first)
    assert GONE in readers(world)
    says(world, "YES", second)
    assert {GONE, ROBIN} <= set(readers(world))


@pytest.mark.slow
def test_a_yes_counts_only_while_the_lists_are_those_that_were_shown(world: World) -> None:
    """Another bot, or another month's mail, changed them meanwhile."""
    world.at("2025-08-01 09:00")
    earlier = sends(world, taken_off)
    assert "1 reader removed" in earlier.text
    in_august = world.edition().people
    says(world, "YES", sends(world, added))
    edition = world.edition().model_copy(update={"people": in_august})
    world.desk.store.apply([EditionSaved(edition=edition)], world.clock.now())
    assert "The lists have changed since I showed you that difference." in says(world, "YES", earlier)
    assert {GONE, ROBIN} <= set(readers(world))
    old = sends(world, taken_off, to=world.editor.mails("people")[0])
    assert "The lists have changed since this file was made, so look with care" in old.text
    assert "2 readers removed" in old.text


@pytest.mark.slow
def test_no_leaves_them_and_a_word_beside_a_file_is_asked_back(world: World) -> None:
    world.at("2025-08-01 09:00")
    answer = sends(world, added)
    world.editor.replies("YES", to=answer, files={"people.xlsx": b"x"})
    assert "Nothing was changed." in world.editor.received("answer").text
    assert ROBIN not in readers(world)
    assert "Nothing was changed." in says(world, "NO", answer)
    assert "dropped on a NO" in says(world, "YES", answer)
    assert ROBIN not in readers(world)


# ------------------------------------------------------------------------------------------- what it changes


@pytest.mark.slow
def test_a_new_lead_is_reminded_and_the_draft_goes_to_the_new_readers(world: World) -> None:
    world.at("2025-08-01 09:00")

    def both(leads: Any, sheet: Any) -> None:
        new_lead(leads, sheet)
        added(leads, sheet)
        taken_off(leads, sheet)

    answer = sends(world, both)
    assert "WARNING: Prevent gets other leads altogether." in answer.text
    assert "CHASE asks them at once" in answer.text
    says(world, "YES", answer)
    world.at("2025-08-11 12:00")
    lead = world.somebody(PREVENT)
    lead.replies("The board met and agreed its plan.", to=lead.received("reminder"))
    assert lead.received("receipt")
    world.at("2025-08-12 12:00")
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 12:00")
    sent = {mail.recipient for mail in world.bulletins() if mail.state is DeliveryState.SENT}
    assert ROBIN in sent
    assert GONE not in sent
    assert len(sent) == 30


@pytest.mark.slow
def test_who_was_taken_off_stays_off_when_the_next_list_comes_and_another_bot_knows(world: World) -> None:
    world.at("2025-08-01 09:00")
    with open_desk(world.config, {}, clock=world.clock) as desk:
        other = Service(desk)
        says(world, "YES", sends(world, taken_off))
        other.tick()
        assert GONE not in {reader.address for reader in desk.bulletins[BULLETIN].readers}
        lists, world.service = asks(world), other
        says(world, "YES", sends(world, added, to=lists))
        assert {GONE, ROBIN} & {reader.address for reader in desk.bulletins[BULLETIN].readers} == {ROBIN}


@pytest.mark.slow
def test_a_list_holds_for_the_next_mail_of_the_same_tick(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.at("2025-08-01 09:00")
    request = world.lead("prevent").received("request")
    answer = sends(world, new_lead)
    with monkeypatch.context() as waiting:
        waiting.setattr(world, "tick", lambda: None)
        world.editor.replies("YES", to=answer)
    world.somebody(PREVENT).replies("The board met and agreed its plan.", to=request)
    assert [one.person for one in world.view().submissions] == [PREVENT]


@pytest.mark.slow
def test_an_approved_bulletin_keeps_its_readers(world: World) -> None:
    world.approved()
    answer = sends(world, added)
    assert "August 2025 is approved and goes to the 30 readers who were on the list then." in answer.text
    says(world, "YES", answer)
    world.at("2025-08-18 12:00")
    assert ROBIN not in {mail.recipient for mail in world.bulletins()}
    assert world.state is EditionState.DISTRIBUTED
    world.editor.replies(f"SEND TO {ROBIN}", to=world.editor.received("outcome"))
    assert world.somebody(ROBIN).received("late_copy")


# ------------------------------------------------------------------------------------------- beside the files


@pytest.mark.slow
def test_a_later_change_by_hand_counts_too_and_status_says_what_differs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.at("2025-08-01 09:00")
    says(world, "YES", sends(world, taken_off))
    file = list_of_files(world)
    file.write_text(file.read_text("utf-8") + f"Robin Sedge,{ROBIN},Dacorum\n", "utf-8")
    reopened(world)
    assert ROBIN in readers(world)
    assert GONE not in readers(world)
    (over,) = over_the_files(world.desk)
    assert over["lines"] == [f"Removed: Broxbourne Partnership Analyst <{GONE}>, reader in Broxbourne"]
    _show(status_document(world.desk))
    assert "holds and goes before the files (1 reader removed); `check` lists them." in capsys.readouterr().out
    _trace(world.desk, world.view(), "")
    assert 'people changed {"before"' in capsys.readouterr().out
    file.write_text("".join(line for line in file.read_text("utf-8").splitlines(True) if GONE not in line), "utf-8")
    reopened(world)
    _show(status_document(world.desk))
    assert "holds and says the same as the files." in capsys.readouterr().out


# --------------------------------------------------------------------------------------- who may, and what is kept


@pytest.mark.slow
def test_where_nobody_can_prove_who_wrote_each_step_waits_for_its_code(world: World) -> None:
    world.at("2025-08-01 09:00")
    unprovable(world)
    world.editor.writes("PEOPLE", subject="the lists please")
    assert world.editor.mails("people") == []
    world.editor.replies(code_in(world.editor.received("answer")))
    lists = world.editor.received("people")
    waits = sends(world, added, to=lists)
    assert "waits for a code" in waits.subject
    world.editor.replies(code_in(waits), to=waits)
    question = world.editor.received("answer")
    assert "1 reader added" in question.text
    world.editor.replies("YES", to=question)
    waits = world.editor.received("answer")
    assert ROBIN not in readers(world)
    world.editor.replies(code_in(waits), to=waits)
    assert "Done: 1 reader added." in world.editor.received("answer").text
    assert ROBIN in readers(world)


@pytest.mark.slow
def test_who_is_taken_off_survives_in_no_list_and_a_subject_finds_theirs(world: World, tmp_path: Path) -> None:
    world.at("2025-08-01 09:00")
    says(world, "YES", sends(world, added))
    url = world.config.store_url({}).get_secret_value()
    found = subject_access(url, ROBIN, tmp_path / "robin.zip")
    assert found["people"] == 1
    with zipfile.ZipFile(tmp_path / "robin.zip") as packed:
        assert "reader,Robin Sedge,Dacorum" in packed.read("people.csv").decode()
    assert subject_access(url, world.editor.address, tmp_path / "editor.zip")["people"] == 1

    def off(leads: Any, sheet: Any) -> None:
        sheet.delete_rows(sheet.max_row)

    first = world.desk.store.people(BULLETIN)
    says(world, "YES", sends(world, off))
    newest = world.desk.store.people(BULLETIN)
    assert first is not None
    assert newest is not None
    assert ROBIN in world.desk.store.blob(first.digest).decode()
    assert ROBIN not in world.desk.store.blob(newest.digest).decode()
    world.editor.replies("CANCEL", to=world.editor.received("answer"))
    assert world.state is EditionState.COLLECTING  # not in a mail about the lists
    world.at("2025-08-12 12:00")
    world.editor.replies("CANCEL", to=world.editor.received("draft"))
    assert world.state is EditionState.CANCELLED
    world.clock.at = moment("2025-12-01 09:00")
    purge(url, moment("2025-11-01 09:00"), at=world.clock.now())
    with pytest.raises(StoreError, match="purged"):
        world.desk.store.blob(first.digest)
    assert read_kept(world.desk.store.blob(newest.digest)).people.readers
    for event in world.desk.store.events():
        assert "@" not in event.data


@pytest.mark.slow
def test_who_is_taken_out_by_hand_goes_from_the_list_over_the_files_at_the_next_purge(world: World) -> None:
    world.at("2025-08-01 09:00")
    says(world, "YES", sends(world, added))
    file = list_of_files(world)
    file.write_text("".join(line for line in file.read_text("utf-8").splitlines(True) if GONE not in line), "utf-8")
    reopened(world)
    assert GONE not in readers(world)
    bulletins = world.desk.bulletins
    assert isinstance(bulletins, JoinedBulletins)
    settle(bulletins, world.desk.store, world.clock.now())
    newest = world.desk.store.people(BULLETIN)
    assert newest is not None
    assert newest.number == 2
    assert GONE not in world.desk.store.blob(newest.digest).decode()
    assert ROBIN in readers(world)
    settle(bulletins, world.desk.store, world.clock.now())
    assert world.desk.store.people(BULLETIN) == newest


# ------------------------------------------------------------------------------------------------ hostile files


@pytest.mark.slow
def test_a_hostile_file_is_answered_in_words_and_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    world.at("2025-08-01 09:00")
    lists = asks(world)
    out = io.BytesIO(attached(lists, ".xlsx"))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    world.editor.replies("", to=lists, files={"people.xlsx": out.getvalue()}, quoting=False)
    assert "Files with macros are not accepted. Please send back the .xlsx file" in world.editor.received("answer").text
    world.editor.replies("", to=lists, files={"people.csv": b"Name,Address\n"}, quoting=False)
    assert "It is no Excel workbook (.xlsx): text file." in world.editor.received("answer").text
    good = attached(lists, ".xlsx")
    world.editor.replies("", to=lists, files={"a.xlsx": good, "b.xlsx": good}, quoting=False)
    assert "There are 2 files in your mail (a.xlsx, b.xlsx); please send one." in world.editor.received("answer").text
    world.editor.replies("", to=lists, files={"people.xlsx": good}, quoting=False)
    assert "says the same as the lists that hold" in world.editor.received("answer").text
