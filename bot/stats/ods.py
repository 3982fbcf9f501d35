"""What an .ods file hides or never worked out, from its XML; the values themselves are read by calamine."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from bot.errors import InputError
from bot.stats.xlsx import CELLS_MAX, ROWS_MAX, SEND, Structure, check_extent

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CALC_EXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_ERRORS = ("#REF", "#DIV", "#VALUE", "#NAME", "#N/A", "#NUM", "#NULL", "Err:")
_REPEATS_MAX = 2_000_000


def read_structures(data: bytes) -> dict[str, Structure]:
    """The structure of every visible table by its name. Raises InputError for macros, encryption or huge tables."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
            raise InputError("The workbook contains macros, which are never opened here.", SEND, "macro-enabled")
        if "META-INF/manifest.xml" in names and b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise InputError("The workbook is protected by a password.", SEND, "protected-file")
        xml = package.read("content.xml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise InputError("The workbook is damaged and cannot be read.", SEND, "not-a-workbook") from error
    hidden_styles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    return {
        table.get(f"{_TABLE}name", ""): _structure(table)
        for table in root.iter(f"{_TABLE}table")
        if table.get(f"{_TABLE}style-name") not in hidden_styles
    }


def _repeat(element: etree._Element, what: str) -> int:
    text = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return min(int(text), _REPEATS_MAX) if text.isascii() and text.isdigit() else 1


def _hidden(element: etree._Element) -> bool:
    return element.get(f"{_TABLE}visibility", "visible") != "visible"


def _structure(table: etree._Element) -> Structure:
    structure = Structure()
    column = 0
    for element in table.iter(f"{_TABLE}table-column"):
        repeat = _repeat(element, "columns")
        if _hidden(element):
            structure.hidden_columns.update(range(column, min(column + repeat, 1024)))
        column += repeat
    row, filled = 0, 0
    for element in table.iter(f"{_TABLE}table-row"):
        repeat = _repeat(element, "rows")
        width = _row(element, row, structure)
        if width:
            filled += width * repeat
            structure.last_row = max(structure.last_row, row + repeat - 1)
            check_extent(structure.last_row, structure.last_column)
        if _hidden(element) and row < 1_000_000:
            structure.hidden_rows.update(range(row, min(row + repeat, structure.last_row + 1 if width else row + 1)))
        row += repeat
        if filled > CELLS_MAX:
            raise InputError("A sheet of the workbook has too many cells.", SEND, "too-big")
    return structure


def _row(element: etree._Element, row: int, structure: Structure) -> int:
    """Look at one row; gives the number of its columns up to the last one with something in it."""
    column = width = 0
    for cell in element.iterchildren(*_CELLS):
        repeat = _repeat(cell, "columns")
        formula = cell.get(f"{_TABLE}formula") is not None
        value = cell.get(f"{_OFFICE}value-type") is not None or cell.find(f"{_TEXT}p") is not None
        if formula and not value:
            structure.pending.add((row, column))
        if (error := _error(cell)) and row < ROWS_MAX:
            structure.errors[row, column] = error
        across, down = _spanned(cell, "columns"), _spanned(cell, "rows")
        if across > 1 or down > 1:
            structure.merged.append(((row, column), (row + down - 1, column + across - 1)))
        column += repeat
        if formula or value:
            width = column
            structure.last_column = max(structure.last_column, column - 1)
    return width


def _error(cell: etree._Element) -> str:
    """The error value of a cell ("#REF!", "Err:508"), or ""."""
    text = "".join(cell.findtext(f"{_TEXT}p") or "").strip()
    named = cell.get(f"{_CALC_EXT}value-type") == "error"
    return (
        (text or "#ERROR")[:20] if named or text.startswith(("#REF", "#DIV", "#VALUE", "#NAME", "#N/A", "Err:")) else ""
    )


def _spanned(cell: etree._Element, what: str) -> int:
    text = cell.get(f"{_TABLE}number-{what}-spanned", "1")
    return min(int(text), _REPEATS_MAX) if text.isascii() and text.isdigit() else 1
