"""Files that are refused: each with a sentence that says what to send instead, and nothing of them read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.errors import InputError
from bot.stats.custody import read_statistics
from bot.stats.workbook import read_workbook
from tests.stats.build import DATA, config, csv, ods, ole, plain, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def repacked(change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    """The plain workbook with its parts changed, and more parts."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(plain()))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    return repacked(lambda name, data: data.replace(old, new, 1) if name.endswith("sheet1.xml") else data)


def many_styles(name: str, data: bytes) -> bytes:
    return (
        data.replace(b"<cellXfs", b"<cellXfs>" + b'<xf numFmtId="0"/>' * 60_000 + b"</cellXfs><cellXfs")
        if (name == "xl/styles.xml")
        else data
    )


def repacked_as_word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<document/>")
    return out.getvalue()


FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
FAR_ODS = (
    '<table:table-row table:number-rows-repeated="900000">'
    '<table:table-cell office:value="1" office:value-type="float"/></table:table-row>'
)

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "old or protected container, broken": (lambda: OLE + b"\x00" * 600, "not-a-workbook"),
    "xls cut short": (lambda: (DATA / "plain.xls").read_bytes()[:3000], "not-a-workbook"),
    "xls with macros": (lambda: ole("Workbook", "_VBA_PROJECT"), "macro-enabled"),
    "container without a workbook": (lambda: ole("WordDocument"), "not-a-workbook"),
    "macros": (lambda: repacked(lambda _, data: data, {"xl/vbaProject.bin": b"x"}), "macro-enabled"),
    "macro-enabled by its type": (
        lambda: repacked(
            lambda name, data: (
                data.replace(b"spreadsheetml.sheet.main", b"macroEnabled.main")
                if name == "[Content_Types].xml"
                else data
            )
        ),
        "macro-enabled",
    ),
    "zip bomb": (
        lambda: repacked(lambda name, data: b" " * 60_000_000 if name.endswith("sheet1.xml") else data),
        "too-big",
    ),
    "one cell in the farthest corner": (lambda: in_sheet(b"</sheetData>", FAR_CELL), "too-big"),
    "60,000 styles": (lambda: repacked(many_styles), "too-big"),
    "billion laughs": (lambda: in_sheet(b"<worksheet", DOCTYPE + b"<worksheet"), "unsafe-package"),
    "the whole sheet merged": (
        lambda: in_sheet(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "too-big",
    ),
    "ods with a million rows of one cell": (lambda: ods(plain(), extra=FAR_ODS), "too-big"),
    "web page named .xlsx": (lambda: b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "web-page"),
    "web page in UTF-16": (lambda: "<table><tr><td>1</td></tr></table>".encode("utf-16"), "web-page"),
    "XML of a spreadsheet": (lambda: b"<?xml version='1.0'?><Workbook/>", "web-page"),
    "PDF": (lambda: b"%PDF-1.7 ...", "not-a-workbook"),
    "gzip named .csv": (lambda: b"\x1f\x8b\x08\x00" + b"x" * 50, "not-a-workbook"),
    "bytes that are no text": (lambda: bytes(range(256)) * 4, "not-a-workbook"),
    "Word document": (repacked_as_word, "not-a-workbook"),
    "damaged zip": (lambda: xlsx(plain())[:900], "not-a-package"),
    "workbook that lost its sheets": (
        lambda: repacked(lambda name, data: b"<x/>" if name == "xl/workbook.xml" else data),
        "not-a-workbook",
    ),
    "sheet that is no XML": (lambda: in_sheet(b"<sheetData>", b"<sheetData"), "not-a-workbook"),
    "empty": (lambda: b"", "empty-file"),
    "blank text": (lambda: b" \r\n \r\n", "empty-file"),
    "text of too many rows": (lambda: b"a,b\r\n" * 160_000, "too-big"),
}


@pytest.mark.parametrize("name", FILES)
def test_refused_with_a_sentence(name: str) -> None:
    make, code = FILES[name]
    with pytest.raises(InputError) as refused:
        read_workbook("custody.xlsx", make())
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert refused.value.hint.startswith("Please ")


def test_password_protected_container() -> None:
    """A locked .xlsx is an OLE container with a stream named EncryptedPackage."""
    data = ole("EncryptedPackage", "EncryptionInfo")
    with pytest.raises(InputError) as refused:
        read_workbook("custody.xlsx", data)
    assert refused.value.code == "protected-file"
    assert "password" in str(refused.value)


def test_hidden_sheet_is_not_in_memory() -> None:
    def hide(sheet: Worksheet) -> None:
        book = sheet.parent
        assert book is not None
        book["Staff"].sheet_state = "veryHidden"

    book = read_workbook("a.xlsx", xlsx(plain(), hide, more={"Staff": [["SECRET-1", 1]]}))
    assert "SECRET" not in repr(book)
    assert [sheet.name for sheet in book.visible] == ["Custody"]


def test_a_styled_but_empty_far_cell_is_no_harm() -> None:
    data = in_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')
    reading = read_statistics(read_workbook("a.xlsx", data), config())
    assert reading.totals["total"] == 10220


def test_sheets_of_odd_shapes_never_raise() -> None:
    odd: list[list[list[object]]] = [
        [[]],
        [["Positive", "Negative"]],
        [["CSP", "Positive", "Negative", "Refused", "Total"]],
        [["Total", "Total", "Positive", "Negative"], ["x", 1, 2, 3]],
        [["Positive", "Negative", "Positive", "Negative", "Total"], [1, 2, 3, 4, 5]],
        [["", "Broxbourne", "Dacorum", "Watford"], ["Positive", 1, 2, 3]],
        [["Month", "CSP", "Positive", "Negative"], ["Smarch", "Dacorum", 1, 2]],
    ]
    for rows in odd:
        reading = read_statistics(read_workbook("a.csv", csv([*rows, ["x"]])), config())
        assert reading.stops
        assert all(finding.message.endswith((".", "?")) for finding in reading.findings)
