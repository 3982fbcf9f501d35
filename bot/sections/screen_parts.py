"""The words and the sheets of an Office package, looked at for what must be refused, asked about or left out."""

from __future__ import annotations

import re
from typing import Any

from bot.sections.screen import SPAN_MAX, Notes

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_FIELD_REFUSED = re.compile(r"^\s*(?:DDE|DDEAUTO)\b", re.IGNORECASE)
_FIELD_DROPPED = re.compile(
    r"^\s*(?:INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE|MACROBUTTON|AUTOTEXT)\b", re.IGNORECASE
)
_TRACKED = frozenset(("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"))
_FORMULA_ODD = re.compile(
    r"\b(?:HYPERLINK|WEBSERVICE|FILTERXML|IMPORT\w+|CALL|EXEC|REGISTER|RTD|DDE|IMAGE)\s*\(|\||\[|\\\\|https?:",
    re.IGNORECASE,
)
_LOOKS_LIKE_FORMULA = re.compile(r"^[\s\x00]*[=@＝＠]|^[\t\r\n]+[=+@-]|^[+＋][^\d\s]|^[+-]\d+[+*/-]\d")


def screen_words(parts: dict[str, bytes], notes: Notes) -> None:
    """A Word document: tracked changes, comments, fields, hidden text, absurd tables, no text at all."""
    readable = re.compile(r"word/(?:document|footnotes|endnotes|header|footer|comments)\w*\.xml", re.IGNORECASE)
    words = 0
    main = False
    for name, data in parts.items():
        if not readable.fullmatch(name):
            continue
        root = _tree(data, notes)
        if root is None:
            return
        main = main or "document" in name.casefold()
        instruction: list[str] = []
        for element in root.iter():
            words += _screen_word_element(element, instruction, notes)
        _screen_instruction("".join(instruction), notes)
    if not main:
        notes.refuse("damaged", "The file is damaged: it holds no document.")
    elif not words:
        notes.ask(
            "no-text", "The document holds no text that can be read.", "Please put the text into the mail itself."
        )


def _screen_word_element(element: Any, instruction: list[str], notes: Notes) -> int:
    """Look at one element; returns 1 where it brings visible text, 0 otherwise."""
    name = _local(element)
    if name == "t":
        text = element.text or ""
        if _BIDI.search(text):
            notes.drop("bidi-controls", "Characters that turn the direction of reading were left out.")
        return int(bool(text.strip()))
    if name in _TRACKED:
        _note_tracked(element, notes)
    elif name in ("comment", "commentReference"):
        notes.ask("comments", "The document still holds comments.", "Please resolve or delete them and send it again.")
    elif name in ("gridSpan", "tblGrid", "tr"):
        _screen_table(element, name, notes)
    elif name == "vanish" and _is_on(element) and _local(element.getparent().getparent()) != "pPr":
        notes.drop("hidden-text", "Hidden text was left out.")
    elif name == "instrText":
        instruction.append(element.text or "")
    elif name == "fldChar" and instruction:
        _screen_instruction("".join(instruction), notes)
        instruction.clear()
    elif name == "fldSimple":
        _screen_instruction(_attribute(element, "instr"), notes)
    elif name == "altChunk":
        notes.refuse("foreign-part", "The file takes in another document (altChunk), which is not accepted.")
    elif name == "OLEObject":
        notes.refuse("embedded-object", "Files with embedded objects (OLE) are not accepted.")
    return 0


def _note_tracked(element: Any, notes: Notes) -> None:
    if _local(element.getparent()) not in ("rPr", "trPr") or _local(element) in ("ins", "del"):
        why = "The document holds tracked changes, so it does not say which text you want."
        notes.ask("tracked-changes", why, "Please accept or reject all changes in Word and send it again.")


def _screen_table(element: Any, name: str, notes: Notes) -> None:
    """Spans and columns beyond what Word itself allows make readers build endless rows."""
    count = len(element)
    if name == "gridSpan":
        value = _attribute(element, "val")
        count = int(value) if re.fullmatch(r"[0-9]{1,6}", value) else SPAN_MAX + 1
    if count > (10 * SPAN_MAX if name == "tr" else SPAN_MAX):
        notes.refuse("absurd-table", f"A table of the document claims more than {SPAN_MAX} columns.")


def _screen_instruction(instruction: str, notes: Notes) -> None:
    """A field's instruction; its shown result is read as text like any other."""
    if _FIELD_REFUSED.match(instruction):
        notes.refuse("active-field", "The document holds a field that starts another program (DDE).")
    elif _FIELD_DROPPED.match(instruction):
        notes.drop("active-field", "A field that takes in another file was left out.")


def screen_sheets(parts: dict[str, bytes], notes: Notes) -> None:
    """A workbook: links to other books, hidden sheets, rows and columns, formulas and text that looks like one."""
    for name, data in parts.items():
        lower = name.casefold()
        if lower.startswith("xl/externallinks/") and lower.endswith(".xml"):
            if b"ddeLink" in data or b"oleLink" in data:
                notes.refuse("active-link", "The workbook is linked to another program (DDE).")
            notes.drop("remote-content", "Links to other workbooks were left out.")
        elif lower in ("xl/connections.xml", "xl/querytables.xml") or lower.startswith("xl/querytables/"):
            notes.drop("remote-content", "Connections to other data were left out.")
        elif lower.startswith(("xl/comments", "xl/threadedcomments")):
            notes.drop("comments", "Comments in the workbook were left out.")
        elif lower == "xl/workbook.xml" or lower == "xl/sharedstrings.xml" or lower.startswith("xl/worksheets/sheet"):
            root = _tree(data, notes)
            if root is None:
                return
            for element in root.iter():
                _screen_sheet_element(element, notes)
    if not any(name.casefold().startswith("xl/worksheets/") for name in parts):
        notes.refuse("damaged", "The file is damaged: it holds no sheet.")


def _screen_sheet_element(element: Any, notes: Notes) -> None:
    name = _local(element)
    if name == "sheet" and element.get("state", "visible") in ("hidden", "veryHidden"):
        notes.drop("hidden-content", "A hidden sheet was left out.")
    elif name in ("row", "col") and element.get("hidden", "0") in ("1", "true"):
        notes.drop("hidden-content", "Hidden rows or columns were left out.")
    elif name == "f" and _FORMULA_ODD.search(element.text or ""):
        notes.drop("formula", "A formula that reaches outside the workbook was not run; only its stored value counts.")
    elif name == "t" and _LOOKS_LIKE_FORMULA.search(element.text or ""):
        notes.drop("formula-text", "Text that looks like a formula is kept as text.")
    elif name in ("c", "dimension", "mergeCell") and _too_far(element.get("r") or element.get("ref") or ""):
        notes.refuse("absurd-table", "The workbook claims cells beyond what Excel has.")
    elif name == "t" and _BIDI.search(element.text or ""):
        notes.drop("bidi-controls", "Characters that turn the direction of reading were left out.")


def _too_far(reference: str) -> bool:
    """Is a cell reference beyond XFD1048576, or none at all?"""
    for column, row in re.findall(r"([A-Za-z]*)([0-9]*)", reference):
        if len(column) > 3 or len(row) > 7 or (row and int(row) > 1_048_576):
            return True
    return False


def looks_like_formula(text: str) -> bool:
    """Would a spreadsheet take this text for a formula? (A plain negative number would stay a number.)"""
    return bool(_LOOKS_LIKE_FORMULA.search(text))


def _tree(data: bytes, notes: Notes) -> Any | None:
    """The parsed part, or None after a refusal. No entities, no network, libxml2's own limits (depth 256)."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        deep = "depth" in str(error).lower()
        code, why = ("too-deep", "nested absurdly deeply") if deep else ("damaged", "damaged")
        notes.refuse(code, f"The file is {why} and cannot be read.")
        return None


def _local(element: Any) -> str:
    """An element's name without its namespace; "" for comments and for none."""
    tag = getattr(element, "tag", "")
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _attribute(element: Any, name: str) -> str:
    """An attribute whatever its namespace."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _is_on(element: Any) -> bool:
    return _attribute(element, "val").lower() not in ("0", "false", "off", "none")
