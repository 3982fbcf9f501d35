"""What a Word file keeps beside its text, for reading: styles by id, list definitions, link targets, comments.

The bytes must have passed the gate for Office packages already (bombs, document types, names); the caller does that,
because this folder reads what it printed itself and knows nothing of mail.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from bot.errors import InputError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PART_BYTES_MAX = 50_000_000

_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# ISO "strict" files say the same under other names.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
_HEADING = re.compile(r"heading ?([1-9])")
_SEND_WORD = "Please save it in Word as an ordinary .docx file and send it again."


def damaged() -> InputError:
    """The error for a file that cannot be read."""
    return InputError("The Word file is damaged and cannot be read.", _SEND_WORD, "unreadable-docx")


def on(element: Any, default: bool = False) -> bool:
    """The value of an on/off property."""
    if element is None:
        return default
    return str(element.get(f"{W}val", "1")).lower() not in ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph or character style says, with all that it is based on."""

    name: str  # lower case
    level: int | None = None  # of a heading
    num_id: str | None = None
    num_level: int = 0
    bold: bool = False
    italic: bool = False


PLAIN = Style("")


class DocxParts:
    """A Word file opened for reading."""

    def __init__(self, data: bytes) -> None:
        from lxml import etree

        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._names = set(self._zip.namelist())
            self.main = next(
                (target for kind, target, _ in self.relations("").values() if kind == "officeDocument"),
                "word/document.xml",
            )
            root = self.xml(self.main)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError) as error:
            raise damaged() from error
        body = root.find(f"{W}body") if root is not None else None
        if body is None:
            raise InputError("The file is not a Word document.", _SEND_WORD, "not-a-docx")
        self.body = body
        self.links = self.relations(self.main)
        self.styles, self.default_style = self._read_styles()
        self.lists = self._read_lists()

    def xml(self, name: str) -> Any:
        """A part parsed, None when there is none or it is broken."""
        from lxml import etree

        data = self.bytes_of(name)
        if data is None or b"<!DOCTYPE" in data[:4096]:
            return None
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        try:
            return etree.fromstring(data, self._parser)
        except etree.XMLSyntaxError:
            return None

    def bytes_of(self, name: str) -> bytes | None:
        """A part's bytes, None when there is none or it is too big."""
        if name not in self._names or self._zip.getinfo(name).file_size > PART_BYTES_MAX:
            return None
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, NotImplementedError) as error:
            raise damaged() from error

    def relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Relationship id -> (kind, target, is outside) of a part; "" is the package."""
        folder, base = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        out: dict[str, tuple[str, str, bool]] = {}
        for relation in root.iter(f"{_REL}Relationship") if root is not None else ():
            target, outside = relation.get("Target", ""), relation.get("TargetMode") == "External"
            if not outside:
                target = (
                    target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                )
            out[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], target, outside)
        return out

    def part_of_kind(self, kind: str) -> Any:
        """The first part that the document has of that kind, parsed."""
        name = next((target for known, target, outside in self.links.values() if known == kind and not outside), None)
        return self.xml(name) if name else None

    def style(self, element: Any, tag: str) -> Style:
        """The style that ``element`` (a pPr or rPr) names under ``tag``."""
        named = element.find(f"{W}{tag}") if element is not None else None
        if named is None:
            return self.styles.get(self.default_style, PLAIN) if tag == "pStyle" else PLAIN
        return self.styles.get(named.get(f"{W}val", ""), PLAIN)

    def _read_styles(self) -> tuple[dict[str, Style], str]:
        root = self.part_of_kind("styles")
        raw: dict[str, Any] = {}
        default = ""
        for style in root.iter(f"{W}style") if root is not None else ():
            raw.setdefault(style.get(f"{W}styleId", ""), style)
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on"):
                default = style.get(f"{W}styleId", "")
        done: dict[str, Style] = {}
        for style_id in raw:
            _resolve(style_id, raw, done)
        return done, default

    def _read_lists(self) -> dict[str, dict[int, tuple[str, int]]]:
        """numId -> level -> (number format, start)."""
        root = self.part_of_kind("numbering")
        if root is None:
            return {}
        abstract = {item.get(f"{W}abstractNumId"): item for item in root.findall(f"{W}abstractNum")}
        by_style = {
            link.get(f"{W}val"): item for item in abstract.values() if (link := item.find(f"{W}styleLink")) is not None
        }
        out: dict[str, dict[int, tuple[str, int]]] = {}
        for num in root.findall(f"{W}num"):
            named = num.find(f"{W}abstractNumId")
            base = abstract.get(named.get(f"{W}val")) if named is not None else None
            link = base.find(f"{W}numStyleLink") if base is not None else None
            base = by_style.get(link.get(f"{W}val"), base) if link is not None else base
            levels = dict(_levels(base)) if base is not None else {}
            for override in num.findall(f"{W}lvlOverride"):
                levels |= dict(_levels(override))
                level, start = _int(override.get(f"{W}ilvl")), override.find(f"{W}startOverride")
                if start is not None:
                    levels[level] = (levels.get(level, ("decimal", 1))[0], _int(start.get(f"{W}val"), 1))
            out[num.get(f"{W}numId", "")] = levels
        return out


def _int(text: str | None, default: int = 0) -> int:
    try:
        return int(text or "")
    except ValueError:
        return default


def _levels(element: Any) -> list[tuple[int, tuple[str, int]]]:
    out = []
    for level in element.findall(f"{W}lvl"):
        kind, start = level.find(f"{W}numFmt"), level.find(f"{W}start")
        form = kind.get(f"{W}val", "decimal") if kind is not None else "decimal"
        first = _int(start.get(f"{W}val"), 1) if start is not None else 1
        out.append((_int(level.get(f"{W}ilvl")), (form, first)))
    return out


def _resolve(style_id: str, raw: dict[str, Any], done: dict[str, Style], depth: int = 0) -> Style:
    if style_id in done:
        return done[style_id]
    style = raw.get(style_id)
    if style is None or depth > 30:  # a style based on itself
        return PLAIN
    based = style.find(f"{W}basedOn")
    base = _resolve(based.get(f"{W}val", ""), raw, done, depth + 1) if based is not None else PLAIN
    named = style.find(f"{W}name")
    name = (named.get(f"{W}val", "") if named is not None else style_id).lower()
    outline = style.find(f"{W}pPr/{W}outlineLvl")
    level = base.level
    if outline is not None:
        value = _int(outline.get(f"{W}val"), 9)
        level = value + 1 if value < 9 else None
    heading = _HEADING.fullmatch(name)
    number = style.find(f"{W}pPr/{W}numPr")
    num_id, num_level = base.num_id, base.num_level
    if number is not None:
        num_id = _val(number, "numId", num_id)
        num_level = _int(_val(number, "ilvl", "0"))
    look = style.find(f"{W}rPr")
    done[style_id] = Style(
        name,
        int(heading.group(1)) if heading else level,
        num_id,
        num_level,
        on(look.find(f"{W}b"), base.bold) if look is not None else base.bold,
        on(look.find(f"{W}i"), base.italic) if look is not None else base.italic,
    )
    return done[style_id]


def _val(parent: Any, tag: str, default: str | None) -> str | None:
    element = parent.find(f"{W}{tag}")
    return element.get(f"{W}val", default) if element is not None else default
