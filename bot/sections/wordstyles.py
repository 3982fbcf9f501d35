"""Styles and numbering of a Word file: which paragraphs are headings, which are list items, what is bold or hidden."""

from __future__ import annotations

import re

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT_RELATIONS = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
_RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARENTS_MAX = 12


def w(name: str) -> str:
    """A name in Word's namespace."""
    return _W + name


def parse_part(data: bytes) -> etree._Element | None:
    """An XML part, read without entities, network or document types; None when it is not XML."""
    data = data.replace(_STRICT, _TRANSITIONAL).replace(_STRICT_RELATIONS, _RELATIONS)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _value(parent: etree._Element | None, name: str) -> str | None:
    found = parent.find(w(name)) if parent is not None else None
    return (found.get(w("val")) or "") if found is not None else None


def _is_on(parent: etree._Element | None, name: str) -> bool | None:
    value = _value(parent, name)
    return None if value is None else value.lower() not in ("0", "false", "off", "none")


class Styles:
    """The styles of a document by id, parents followed."""

    def __init__(self, root: etree._Element | None) -> None:
        self._by_id = {
            style.get(w("styleId")) or "": style for style in (root.iter(w("style")) if root is not None else ())
        }

    def chain(self, style_id: str | None) -> list[etree._Element]:
        """The style and its parents, nearest first."""
        found: list[etree._Element] = []
        while style_id and style_id in self._by_id and len(found) < _PARENTS_MAX:
            style = self._by_id[style_id]
            found.append(style)
            style_id = _value(style, "basedOn")
        return found

    def heading_level(self, properties: etree._Element | None) -> int:
        """1 to 9 for a heading, 0 for anything else."""
        outline = _value(properties, "outlineLvl")
        if outline and outline.isdigit() and int(outline) < 9:
            return int(outline) + 1
        style_id = _value(properties, "pStyle")
        for style in self.chain(style_id):
            name = (_value(style, "name") or "").lower()
            if match := re.match(r"heading (\d)", name):
                return int(match[1])
            if name in ("title", "subtitle"):
                return 1 if name == "title" else 2
        match = re.match(r"heading(\d)", (style_id or "").lower())
        return int(match[1]) if match else 0

    def look(self, properties: etree._Element | None) -> tuple[bool, bool, bool]:
        """(bold, italic, hidden) of a run by its own properties and its character style."""
        layers: list[etree._Element | None] = [properties]
        layers += [style.find(w("rPr")) for style in self.chain(_value(properties, "rStyle"))]
        found = []
        for name in ("b", "i", "vanish"):
            answers = (_is_on(layer, name) for layer in layers if layer is not None)
            found.append(next((answer for answer in answers if answer is not None), False))
        return found[0], found[1], found[2]


class Numbering:
    """Lists: numbering definitions by id."""

    def __init__(self, root: etree._Element | None) -> None:
        self._abstract: dict[str, dict[int, tuple[str, int]]] = {}
        self._numbers: dict[str, str] = {}
        if root is None:
            return
        for abstract in root.iter(w("abstractNum")):
            levels = {}
            for level in abstract.iter(w("lvl")):
                depth, start = level.get(w("ilvl")) or "0", _value(level, "start") or "1"
                if depth.isdigit():
                    levels[int(depth)] = (_value(level, "numFmt") or "bullet", int(start) if start.isdigit() else 1)
            self._abstract[abstract.get(w("abstractNumId")) or ""] = levels
        for number in root.iter(w("num")):
            self._numbers[number.get(w("numId")) or ""] = _value(number, "abstractNumId") or ""

    def of(self, properties: etree._Element | None, styles: Styles) -> tuple[str, int, bool, int] | None:
        """(list id, depth from 0, numbered?, first number) of a paragraph, or None when it is no list item."""
        found = properties.find(w("numPr")) if properties is not None else None
        chain = styles.chain(_value(properties, "pStyle"))
        if found is None:
            for style in chain:
                inner = style.find(f"{w('pPr')}/{w('numPr')}")
                if inner is not None:
                    found = inner
                    break
        names = [(_value(style, "name") or "").lower() for style in chain]
        if found is None:
            return self._by_style_name(names)
        number_id = _value(found, "numId") or ""
        depth = _value(found, "ilvl") or "0"
        if number_id in ("", "0"):
            return None
        level = int(depth) if depth.isdigit() and int(depth) < 9 else 0
        form, start = self._abstract.get(self._numbers.get(number_id, ""), {}).get(level, ("bullet", 1))
        return number_id, level, form not in ("bullet", "none"), start

    def _by_style_name(self, names: list[str]) -> tuple[str, int, bool, int] | None:
        for name in names:
            if match := re.match(r"list (bullet|number)(?: (\d))?$", name):
                return name, int(match[2] or "1") - 1, match[1] == "number", 1
        return None
