"""What an .xlsx file hides or never worked out, from its XML; the values themselves are read by calamine.

Reading the XML of a long sheet cell by cell is slow, so its bytes are searched first: only a sheet in which something
is hidden, a formula has no value, or a cell lies far out is parsed, as a stream.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from bot.errors import InputError
from bot.stats.cells import Area, Place, column_number

ROWS_MAX = 150_000
COLUMNS_MAX = 1_000
CELLS_MAX = 3_000_000
STYLES_MAX = 20_000
SEND = "Please copy the table of counts into a new workbook, save it as an ordinary .xlsx file and send that."

_HIDDEN = (b"hidden", b't="e"', b"t='e'", b"zeroHeight", b' ht="0', b" ht='0", b' width="0', b" width='0")
# Nobody writes cells so: look properly. What needs a character that the whole sheet lacks is not searched for.
_LOOSE = {
    b"'": (b"r='",),
    b"\n": (b"r\n",),
    b"\t": (b"r\t",),
    b"\r": (b"r\r",),
    b"=": (b"r =", b" ht =", b" width ="),
}
_NO_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f\s*>|<(?:\w+:)?f(?:\s[^<>]*)?/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*>\s*</(?:\w+:)?v\s*>)?\s*</(?:\w+:)?c\s*>"
)
_FAR_COLUMN = re.compile(rb'r="[A-Z]{2}')
_LONG = re.compile(rb'r="[A-Z]?\d{6}')
_FAR_ROW = re.compile(rb'r="[A-Z]?(?:1[5-9]\d{4}|[2-9]\d{5}|\d{7})')
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*[\"']([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)[\"']")
_STYLE = re.compile(rb"<(?:\w+:)?xf[\s/>]")
_CELL = re.compile(r"\A([A-Z]{1,3})(\d{1,7})\Z")
_MERGED_MAX = 20_000
_DECLARATION = 80  # bytes within which the XML declaration and the line break after it lie


@dataclass
class Structure:
    """What is not plain to see in one sheet. Rows and columns count from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    pending: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)  # "#REF!" and the like, which calamine reads as nothing
    merged: list[Area] = field(default_factory=list)
    last_row: int = -1
    last_column: int = -1


def check_extent(last_row: int, last_column: int) -> None:
    """Refuse a sheet whose farthest cell would make a huge table of nothing."""
    cells = (last_row + 1) * (last_column + 1)
    if last_row >= ROWS_MAX or last_column >= COLUMNS_MAX or cells > CELLS_MAX:
        raise InputError("A sheet of the workbook has a cell far away from the table.", SEND, "too-big")


def read_structures(data: bytes) -> dict[str, Structure]:
    """The structure of every visible sheet by its name.

    Raises InputError for a workbook with macros, with too many styles, or with a cell far out.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = {name.casefold(): name for name in package.namelist()}
        if any(name.endswith("vbaproject.bin") or "macrosheet" in name for name in names):
            raise InputError("The workbook contains macros, which are never opened here.", SEND, "macro-enabled")
        if b"macroEnabled" in package.read(names.get("[content_types].xml", "[Content_Types].xml")):
            raise InputError("The workbook is of the macro-enabled kind (.xlsm).", SEND, "macro-enabled")
        styles = names.get("xl/styles.xml")
        if styles and sum(1 for _ in _STYLE.finditer(package.read(styles))) > STYLES_MAX:
            raise InputError("The workbook has so many cell styles that it cannot be read safely.", SEND, "too-big")
        found = {}
        for name, part in _sheet_parts(package, names).items():
            if part.casefold() in names:
                found[name] = _structure(package.read(names[part.casefold()]))
        return found


def _sheet_parts(package: zipfile.ZipFile, names: dict[str, str]) -> dict[str, str]:
    """Visible sheets by name -> the part that holds them."""
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        raise InputError("The workbook is damaged: it does not say where its sheets are.", SEND, "not-a-workbook")
    rels = _parse(package.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {rel.get("Id", ""): rel.get("Target", "") for rel in rels.iter("{*}Relationship")}
    parts = {}
    for sheet in _parse(package.read(names["xl/workbook.xml"])).iter("{*}sheet"):
        if sheet.get("state", "visible") != "visible":
            continue
        ids = [value for key, value in sheet.attrib.items() if str(key).endswith("}id")]
        target = targets.get(str(ids[0]), "") if ids else ""
        parts[sheet.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _parse(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise InputError("The workbook is damaged and cannot be read.", SEND, "not-a-workbook") from error


def _structure(xml: bytes) -> Structure:
    if b"\x00" in xml:
        raise InputError(
            "The workbook is written in a way that spreadsheet programs never use.", SEND, "unsafe-package"
        )
    structure = Structure(merged=_merged(xml))
    if _needs_a_walk(xml):
        try:
            _walk(xml, structure)
        except etree.XMLSyntaxError as error:
            raise InputError("A sheet of the workbook is damaged.", SEND, "not-a-workbook") from error
        check_extent(structure.last_row, structure.last_column)
    return structure


def _needs_a_walk(xml: bytes) -> bool:
    """Whether something may be hidden, wrong, not worked out or far away. Plain substrings first: the fastest."""
    if any(word in xml for word in _HIDDEN) or _FAR_COLUMN.search(xml):
        return True
    if any(word in xml for char, words in _LOOSE.items() if xml.find(char, _DECLARATION) >= 0 for word in words):
        return True
    if _LONG.search(xml) and _FAR_ROW.search(xml):
        return True
    return (b"<f" in xml or b":f" in xml) and _NO_VALUE.search(xml) is not None


def _merged(xml: bytes) -> list[Area]:
    areas: list[Area] = []
    if b"mergeCell" not in xml:
        return areas
    for left, top, right, bottom in _MERGED.findall(xml):
        area = (
            (int(top) - 1, column_number(left.decode())),
            (int(bottom) - 1, column_number(right.decode())),
        )
        areas.append(area)
        if len(areas) > _MERGED_MAX:
            raise InputError("The sheet has too many merged cells.", SEND, "too-big")
    return areas


def _walk(xml: bytes, structure: Structure) -> None:
    """Read rows, columns and formulas of a sheet as a stream; each row is freed once it has been looked at."""
    row_number = -1
    context = etree.iterparse(
        io.BytesIO(xml),
        events=("end",),
        tag=("{*}row", "{*}col", "{*}sheetFormatPr"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    zero_height, shown_rows = False, set()
    for _, element in context:
        tag = etree.QName(element).localname
        if tag == "sheetFormatPr":
            zero_height = element.get("zeroHeight") in ("1", "true")
        elif tag == "col":
            _column(element, structure)
        else:
            row_number = _number(element.get("r"), row_number + 2) - 1
            if _is_hidden(element, "ht"):
                structure.hidden_rows.add(row_number)
            else:
                shown_rows.add(row_number)
            _row(element, row_number, structure)
            element.clear()
            while element.getprevious() is not None:
                parent = element.getparent()
                if parent is None:
                    break
                del parent[0]
    if zero_height:
        last = min(structure.last_row, ROWS_MAX)
        structure.hidden_rows.update(row for row in range(last + 1) if row not in shown_rows)


def _is_hidden(element: etree._Element, size: str) -> bool:
    if element.get("hidden") in ("1", "true"):
        return True
    try:
        return float(element.get(size, "1")) == 0
    except ValueError:
        return False


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 7 else otherwise


def _column(element: etree._Element, structure: Structure) -> None:
    if _is_hidden(element, "width"):
        first, last = _number(element.get("min"), 1), _number(element.get("max"), 1)
        structure.hidden_columns.update(range(first - 1, min(last, COLUMNS_MAX)))


def _row(element: etree._Element, row_number: int, structure: Structure) -> None:
    column = -1
    for cell in element:
        place = _CELL.match(cell.get("r", ""))
        column = column_number(place[1]) if place else column + 1
        formula = value = False
        if cell.get("t") == "e":
            structure.errors[row_number, column] = (cell.findtext("{*}v") or "#ERROR").strip()[:20]
        for child in cell:
            tag = etree.QName(child).localname
            if tag == "f":
                formula = True
            elif tag == "is" or (tag == "v" and child.text and child.text.strip()):
                value = True
        if formula and not value and cell.get("t") != "str":
            structure.pending.add((row_number, column))
        if formula or value:
            structure.last_row = max(structure.last_row, row_number)
            structure.last_column = max(structure.last_column, column)
