"""Text files of columns: which encoding, which separator, and the rows in them."""

from __future__ import annotations

import codecs
import csv
import io
import re

from bot.errors import InputError
from bot.stats.cells import Sheet

CELLS_MAX = 3_000_000
BYTES_MAX = 25_000_000
ROWS_MAX = 150_000
_SEND = "Please open it in your spreadsheet program, save it as an Excel workbook (.xlsx) and send that."
_SEPARATOR_LINE = re.compile(r"\A\s*\"?sep=(.|\\t)\"?[ \t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_SEPARATORS = (",", ";", "\t", "|")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 (with or without BOM), UTF-16 or Windows-1252.

    Raises InputError when the bytes are not text at all.
    """
    if data.startswith(codecs.BOM_UTF8):
        text = data[3:].decode("utf-8", "replace")
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    elif data[:200].count(0) > len(data[:200]) // 4:
        text = data.decode("utf-16-le" if data[1:200:2].count(0) >= data[:200:2].count(0) else "utf-16-be", "replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    if _BINARY.search(text):
        raise InputError("The file is not a spreadsheet and not a text file of columns.", _SEND, "not-a-workbook")
    return text.removeprefix("\ufeff")


def read_text_table(name: str, data: bytes) -> Sheet:
    """The rows of a csv, semicolon or tab separated file as one sheet that bears the file's name.

    Raises InputError when it is no text, too large, or broken.
    """
    if len(data) > BYTES_MAX:
        raise InputError("The text file is too large for a table of counts.", _SEND, "too-big")
    text = decode(data)
    if not text.strip():
        raise InputError("The file is empty.", "Please send the file with the figures in it.", "empty-file")
    match = _SEPARATOR_LINE.match(text)
    skipped = 0
    if match:
        separator = "\t" if match[1] in ("\t", "\\t") else match[1]
        text, skipped = text[match.end() :], 1
    else:
        separator = _separator(text)
    rows: list[list[str]] = [[]] * skipped  # the "sep=" line counts, so that row numbers are those of the file
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            cells += len(row)
            if cells > CELLS_MAX or len(rows) >= ROWS_MAX:
                raise InputError("The text file has too many rows for a table of counts.", _SEND, "too-big")
            rows.append(row)
    except csv.Error as error:
        raise InputError("The columns of the text file cannot be told apart.", _SEND, "not-a-workbook") from error
    return Sheet(name=name, rows=rows, separated=True)


def _separator(text: str) -> str:
    """The separator that splits the most lines into the same number of columns; a comma when nothing does."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:50]
    best, score = ",", 0
    for separator in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        wide = [width for width in widths if width > 1]
        if wide:
            common = max(set(wide), key=wide.count)
            points = wide.count(common) * min(common, 4)
            if points > score:
                best, score = separator, points
    return best
