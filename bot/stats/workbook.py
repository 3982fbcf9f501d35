"""A statistics file, whatever its kind, as sheets of cells with places: xlsx, xls, ods, csv, or a table of a mail.

The kind is found from the content, never from the name. What cannot be read safely is refused with a sentence that
says what to send instead. Values come from calamine; what is hidden or not worked out from our own look at the file.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Sequence

from bot.core.model import Table, plain
from bot.errors import InputError
from bot.sections.cage import run_caged
from bot.sections.gate import OLE_MAGIC
from bot.stats.cells import Cell, Sheet, Workbook
from bot.stats.gate import check_workbook_package
from bot.stats.textfile import read_text_table
from bot.stats.values import SheetValues, of_plain, sheet_values
from bot.stats.xlsx import SEND, Structure

BYTES_MAX = 25_000_000
XLS_MEMORY = 700_000_000  # address space of the child, most of it the interpreter's
MERGED_CELLS_MAX = 100_000
_SAVE_AS = "Please open it in Excel, choose Save As, Excel Workbook (.xlsx), and send that file."
_HTML = re.compile(
    rb"\A\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|div|style)[\s>]", re.I | re.S
)
_OTHER_KINDS = (
    (b"%PDF", "The file is a PDF, from which figures cannot be read reliably."),
    (b"\x1f\x8b", "The file is a compressed archive."),
    (b"Rar!", "The file is a compressed archive."),
    (b"7z\xbc\xaf", "The file is a compressed archive."),
    (b"\x89PNG", "The file is a picture, from which figures cannot be read reliably."),
    (b"\xff\xd8\xff", "The file is a picture, from which figures cannot be read reliably."),
    (b"MZ", "The file is a program."),
    (b"{\\rtf", "The file is a text document (RTF)."),
)


def read_workbook(name: str, data: bytes) -> Workbook:
    """Read a file that somebody sent. ``name`` is only shown, and names the sheet of a text file.

    Raises InputError (codes ``protected-file``, ``macro-enabled``, ``too-big``, ``unsafe-package``, ``web-page``,
    ``not-a-workbook``, ``empty-file``) with a sentence that says what to send instead.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise InputError("The file is empty.", "Please send the file with the figures in it.", "empty-file")
    if len(data) > BYTES_MAX:
        raise InputError("The file is too large for a table of counts.", SEND, "too-big")
    if data.startswith(OLE_MAGIC):
        return Workbook(name, _read_xls(data))
    if data.startswith(b"PK"):
        return Workbook(name, _read_package(data))
    _refuse_other_kinds(data)
    stem = posixpath.splitext(posixpath.basename(name.replace("\\", "/")))[0]
    return Workbook(name, (read_text_table(stem or "file", data),))


def workbook_from_rows(rows: Table | Sequence[Sequence[str]], name: str = "Table", words: str = "") -> Workbook:
    """A table pasted into a mail or standing in a Word file, as a workbook of one sheet.

    ``words`` is text that goes with it (the sentence above the table), which may name the month.
    """
    if isinstance(rows, Table):
        words = f"{words} {rows.caption}".strip()
        cells: list[list[Cell]] = [[plain(cell).strip() or None for cell in row] for row in rows.rows]
    else:
        cells = [[str(cell).strip() or None for cell in row] for row in rows]
    return Workbook(name, (Sheet(name=name, rows=cells, words=words),))


def _refuse_other_kinds(data: bytes) -> None:
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.decode("utf-16", "replace").encode()
    if _HTML.match(start):
        raise InputError("The file is a web page that is named like a spreadsheet.", _SAVE_AS, "web-page")
    head = start.lstrip()
    if head.startswith(b"<?xml") or head[:40].lower().startswith((b"mime-version", b"<")):
        raise InputError("The file is not an Excel workbook, although it may be named like one.", _SAVE_AS, "web-page")
    for magic, sentence in _OTHER_KINDS:
        if data.startswith(magic):
            raise InputError(sentence, "Please send the figures as an Excel workbook (.xlsx).", "not-a-workbook")


def _read_package(data: bytes) -> tuple[Sheet, ...]:
    """A zip: an .xlsx or .ods workbook, or something else that is named for the sender."""
    check_workbook_package(data)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = {name.casefold() for name in package.namelist()}
        kind = package.read("mimetype")[:80] if "mimetype" in names else b""
    if "xl/workbook.bin" in names:
        raise InputError("The file is a binary workbook (.xlsb).", _SAVE_AS, "not-a-workbook")
    if "xl/workbook.xml" in names:
        from bot.stats import xlsx

        return _read_values(data, xlsx.read_structures(data))
    if b"opendocument.spreadsheet" in kind and "content.xml" in names:
        from bot.stats import ods

        return _read_values(data, ods.read_structures(data))
    what = "a Word document" if "word/document.xml" in names else "not a workbook"
    raise InputError(f"The file is {what}.", "Please send the figures as an Excel workbook (.xlsx).", "not-a-workbook")


def _read_xls(data: bytes) -> tuple[Sheet, ...]:
    from bot.stats import xls

    if xls.is_encrypted_office(data):
        message = "The workbook is protected by a password."
        hint = "Please save it without a password (File, Info, Protect Workbook) and send that."
        raise InputError(message, hint, "protected-file")
    structures = xls.read_structures(data)
    # A damaged .xls makes the library ask for more memory than there is, which ends the process: so in a child.
    values = run_caged("bot.stats.values:plain_values", data, memory=XLS_MEMORY, names=list(structures))
    return _sheets(of_plain(values), structures)


def _read_values(data: bytes, structures: dict[str, Structure]) -> tuple[Sheet, ...]:
    return _sheets(sheet_values(data, list(structures)), structures)


def _sheets(values: list[SheetValues], structures: dict[str, Structure]) -> tuple[Sheet, ...]:
    """Values with what we know of their sheets; of a hidden sheet there is the name alone."""
    return tuple(
        Sheet(name=name, visible=False) if rows is None else _sheet(name, rows, structures[name])
        for name, rows in values
    )


def _sheet(name: str, rows: Sequence[Sequence[Cell]], structure: Structure) -> Sheet:
    for (top, left), (bottom, right) in structure.merged:
        if (bottom - top + 1) * (right - left + 1) > MERGED_CELLS_MAX:
            raise InputError("A whole sheet of the workbook is merged into one cell.", SEND, "too-big")
    return Sheet(
        name=name,
        rows=_with_errors(rows, structure) if structure.errors else rows,
        hidden_rows=frozenset(structure.hidden_rows),
        hidden_columns=frozenset(structure.hidden_columns),
        pending=frozenset(structure.pending),
        merged=tuple(structure.merged),
    )


def _with_errors(rows: Sequence[Sequence[Cell]], structure: Structure) -> Sequence[Sequence[Cell]]:
    """The rows with the error values ("#REF!") that the library leaves out: an error is not a blank."""
    changed = [list(row) for row in rows]
    for (row, column), text in structure.errors.items():
        if row < len(changed) and column < len(changed[row]):
            changed[row][column] = text
    return changed
