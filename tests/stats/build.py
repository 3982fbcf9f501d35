"""Workbooks for the tests, built cell by cell, and the figures they hold (invented, of the size of real ones)."""

from __future__ import annotations

import io
import struct
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook as ExcelWorkbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.stats.series import SeriesConfig, SeriesFile

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "stats"
FIGURES: dict[str, tuple[int, int, int]] = {
    "Broxbourne": (201, 190, 1),
    "Dacorum": (512, 421, 2),
    "East Hertfordshire": (204, 187, 0),
    "Hertsmere": (213, 251, 0),
    "North Hertfordshire": (199, 196, 0),
    "St Albans": (295, 250, 1),
    "Stevenage": (413, 257, 4),
    "Three Rivers": (149, 130, 3),
    "Watford": (437, 281, 4),
    "Welwyn Hatfield": (402, 389, 7),
    "No fixed abode": (260, 107, 22),
    "Out of County": (1702, 2511, 19),
}
TOTALS = (4987, 5170, 63)
HEAD = ("CSP", "Positive", "Negative", "Refused", "Total")


def config(**changes: object) -> SeriesConfig:
    """The example series, with some of its keys changed."""
    path = ROOT / "config" / "ccsu-rag" / "series.toml"
    data = SeriesFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).series[0].model_dump()
    return SeriesConfig.model_validate(data | changes)


Rows = list[list[object]]


def lines(figures: dict[str, tuple[int, ...]] | None = None, total: bool = True) -> Rows:
    """The plain table: one line a district with its total, and the total row."""
    figures = FIGURES if figures is None else figures
    rows: Rows = [[name, *values, sum(values)] for name, values in figures.items()]
    if total:
        columns = [sum(values[number] for values in figures.values()) for number in range(3)]
        rows.append(["Total", *columns, sum(columns)])
    return rows


def plain(title: str = "", figures: dict[str, tuple[int, ...]] | None = None, total: bool = True) -> Rows:
    """Title (when given), headings, lines."""
    head: Rows = [[title]] if title else []
    return [*head, list(HEAD), *lines(figures, total)]


def xlsx(
    rows: Rows,
    change: Callable[[Worksheet], None] | None = None,
    sheet: str = "Custody",
    more: dict[str, Rows] | None = None,
) -> bytes:
    """An .xlsx file; ``change`` may alter the first sheet, ``more`` adds sheets."""
    book = ExcelWorkbook()
    first = book.active
    assert first is not None
    first.title = sheet
    for row in rows:
        first.append(row)
    for name, extra in (more or {}).items():
        other = book.create_sheet(name)
        for row in extra:
            other.append(row)
    if change:
        change(first)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def csv(rows: Rows, separator: str = ",", encoding: str = "utf-8", before: str = "") -> bytes:
    """A text file; text with the separator in it is quoted."""
    text = "".join(
        separator.join(f'"{cell}"' if separator in str(cell) else str("" if cell is None else cell) for cell in row)
        + "\r\n"
        for row in rows
    )
    return (before + text).encode(encoding)


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 office:version="1.3"><office:automatic-styles>
<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>
</office:document-content>"""


def ods(rows: Rows, hidden_rows: Sequence[int] = (), hidden_sheet: Rows | None = None, extra: str = "") -> bytes:
    """An .ods file with the empty repeated cells and rows at the end that spreadsheet programs write."""
    body = "".join(_ods_row(row, number in hidden_rows) for number, row in enumerate(rows))
    tail = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    tables = f'<table:table table:name="Custody" table:style-name="ta1">{body}{extra}{tail}</table:table>'
    if hidden_sheet:
        body = "".join(_ods_row(row, False) for row in hidden_sheet)
        tables += f'<table:table table:name="Working" table:style-name="ta2">{body}</table:table>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", _ODS.format(tables=tables))
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return data.getvalue()


def _ods_row(row: Sequence[object], hidden: bool) -> str:
    cells = ""
    for cell in row:
        if cell is None:
            cells += "<table:table-cell/>"
        elif isinstance(cell, int | float):
            cells += (
                f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p>'
                "</table:table-cell>"
            )
        else:
            cells += (
                f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
            )
    visibility = ' table:visibility="collapse"' if hidden else ""
    cells += '<table:table-cell table:number-columns-repeated="16000"/>'
    return f"<table:table-row{visibility}>{cells}</table:table-row>"


def ole(*names: str) -> bytes:
    """A minimal OLE container with one stream of 4,096 zero bytes under each name (MS-CFB, version 3)."""
    count = len(names)
    fat = [0xFFFFFFFD, 0xFFFFFFFE]  # sector 0: the FAT itself, sector 1: the directory
    starts = []
    for _ in names:
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + 8), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6xLLLLLLLLL", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109L", 0, *([0xFFFFFFFF] * 108))
    entries = _ole_entry("Root Entry", 5, 0xFFFFFFFE, 0, 1 if count else 0xFFFFFFFF)
    for number, (name, start) in enumerate(zip(names, starts, strict=True)):
        entries += _ole_entry(name, 2, start, 4096, 0xFFFFFFFF, number + 2 if number + 1 < count else 0xFFFFFFFF)
    entries += _ole_entry("", 0, 0, 0, 0xFFFFFFFF) * (4 - len(entries) // 128)
    return header + struct.pack("<128L", *fat) + entries + bytes(4096) * count


def _ole_entry(name: str, kind: int, start: int, size: int, child: int, right: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00" if name else b""
    head = text.ljust(64, b"\x00") + struct.pack("<HBBLLL", len(text), kind, 1, 0xFFFFFFFF, right, child)
    return head + bytes(36) + struct.pack("<LQ", start, size)
