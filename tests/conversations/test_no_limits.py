"""A machine that cannot limit a process (Windows): risky files are refused in words, the rest of the month goes on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from bot.core.records import InboundState
from bot.errors import InputError
from bot.mail.msgfile import parse_msg
from bot.sections import cage
from bot.sections.files import judge_in_cage
from bot.sections.gate import OLE_MAGIC
from bot.sections.peoplebook import read_in_cage
from tests.conversations.conftest import cluster, world
from tests.conversations.world import World
from tests.hostile.packages import word

__all__ = ["cluster", "world"]
SENTENCE = "The file cannot be opened safely on this computer; please paste its text or table into the mail."


@pytest.fixture(autouse=True)
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.setattr(cage, "LIMITED", False)


def workbook() -> bytes:
    """A plain one."""
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def open_sheet() -> bytes:
    """The head of an OpenDocument spreadsheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<content/>")
    return out.getvalue()


def old_workbook() -> bytes:
    """What looks like an old .xls."""
    return OLE_MAGIC + "Workbook".encode("utf-16-le")


RISKY = {"news.docx": word, "figures.xlsx": workbook, "figures.ods": open_sheet, "figures.xls": old_workbook}


@pytest.mark.parametrize(("name", "data"), RISKY.items(), ids=RISKY)
def test_a_risky_file_is_set_aside_the_text_is_read_and_the_receipt_says_so(
    world: World, name: str, data: Callable[[], bytes]
) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("The forum met twice and agreed its plan.", files={name: data()}, quoting=False)
    assert "agreed its plan" in "\n".join(world.items("hate-crime").values())
    receipt = " ".join(lead.received("receipt").text.split())
    assert name in receipt
    assert SENTENCE in receipt
    assert not world.desk.store.inbounds((InboundState.HELD,))


@pytest.mark.parametrize(("name", "data"), RISKY.items(), ids=RISKY)
def test_a_risky_file_alone_is_answered_to_its_sender(world: World, name: str, data: Callable[[], bytes]) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("See attached.", files={name: data()}, quoting=False)
    assert SENTENCE in " ".join(lead.received("answer").text.split())
    assert len(world.desk.store.inbounds((InboundState.HELD,))) == 1


def test_an_outlook_message_file_is_not_opened() -> None:
    (problem,) = parse_msg(OLE_MAGIC).problems
    assert problem.endswith(SENTENCE)


def test_a_list_of_people_as_a_workbook_is_not_opened() -> None:
    with pytest.raises(InputError) as caught:
        read_in_cage(workbook(), "people.xlsx")
    assert str(caught.value) == SENTENCE


def test_files_that_need_no_parser_of_that_kind_are_judged_as_ever() -> None:
    assert judge_in_cage("counts.csv", b"a,b\n1,2\n").verdict == "accept"
    assert judge_in_cage("tool.exe", b"MZ program").findings[0].code == "program"
