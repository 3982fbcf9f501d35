"""A Word file read as it stands after "accept all": insertions are text, deletions are not, comments are set apart.

python-docx shows neither inserted text nor links; mammoth shows both but neither style names nor list restarts. This
walk keeps what a bulletin needs to be the next draft: style, heading level, list place, links, emphasis, pictures.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.core.model import Run
from bot.render.clean import clean_text
from bot.render.docx_parts import DocxParts, R, Style, W, on

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FIELD_LINK = re.compile(r'\s*HYPERLINK\s+"([^"]+)"', re.IGNORECASE)
_THROUGH = frozenset(W + name for name in ("smartTag", "customXml", "sdtContent", "fldSimple", "dir", "bdo"))
_WRAPPERS = frozenset(W + name for name in ("customXml", "ins", "moveTo", "smartTag"))


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in the margin: who wrote it, what, and about which words."""

    author: str
    text: str
    about: str = ""


@dataclass(slots=True)
class ReadPicture:
    """A picture in the text; ``digest`` is "" when its bytes are not in the file."""

    digest: str
    alt: str
    name: str
    chart: bool = False


@dataclass(slots=True)
class ReadParagraph:
    """One paragraph: its style, its runs, what list it belongs to, and the bookmarks that begin in it."""

    style: Style
    runs: tuple[Run, ...]
    level: int | None = None  # of a heading
    list_id: str | None = None
    list_level: int = 0
    ordered: bool = False
    start: int = 1
    bookmarks: tuple[str, ...] = ()
    pictures: tuple[ReadPicture, ...] = ()

    @property
    def text(self) -> str:
        """The words of the paragraph."""
        return "".join(run.text for run in self.runs)


@dataclass(slots=True)
class ReadTable:
    """One table: rows of cells of paragraphs; ``header_rows`` are those marked as repeating headings."""

    rows: list[list[list[ReadParagraph]]]
    header_rows: int
    caption: str = ""


ReadBlock = ReadParagraph | ReadTable


@dataclass(slots=True)
class ReadDocument:
    """Everything that is read of a Word file."""

    blocks: list[ReadBlock]
    comments: tuple[Comment, ...]
    insertions: int
    deletions: int
    pictures: dict[str, bytes]


def read_docx(data: bytes) -> ReadDocument:
    """Read a Word file whose bytes the caller has let through the gate. Raises InputError when it cannot be read."""
    return _Walker(DocxParts(data)).document()


@dataclass(slots=True)
class _Open:
    """The paragraph that is being read."""

    runs: list[Run] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)
    pictures: list[ReadPicture] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)  # text boxes anchored in it, read after it
    fields: list[list[str]] = field(default_factory=list)  # [instruction, phase] of nested fields


class _Walker:
    def __init__(self, parts: DocxParts) -> None:
        self.parts = parts
        self.insertions = self.deletions = 0
        self.pictures: dict[str, bytes] = {}
        self.ranges: dict[str, list[str]] = {}
        self.open_ranges: set[str] = set()
        self.carried: _Open | None = None  # a paragraph whose end was deleted
        self.carried_properties: Any = None

    def document(self) -> ReadDocument:
        blocks = list(self.blocks(self.parts.body))
        return ReadDocument(blocks, self._comments(), self.insertions, self.deletions, self.pictures)

    def blocks(self, parent: Any, depth: int = 0) -> Iterator[ReadBlock]:
        """Paragraphs and tables under ``parent`` in order; deeper than 40 levels nothing is read."""
        if depth > 40:
            return
        for child in parent:
            if child.tag == f"{W}p":
                yield from self.paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                yield self.table(child, depth)
            elif child.tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    yield from self.blocks(content, depth + 1)
            elif child.tag in _WRAPPERS:
                yield from self.blocks(child, depth + 1)
            elif child.tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                if choice is not None:
                    yield from self.blocks(choice, depth + 1)

    def paragraph(self, element: Any, depth: int) -> Iterator[ReadParagraph]:
        properties = element.find(f"{W}pPr")
        opened, self.carried = self.carried or _Open(), None
        if any(run.text.strip() for run in opened.runs):
            properties = self.carried_properties  # joined paragraphs look like the first, as in Word
        self._inline(element, opened, None, 0)
        mark = element.find(f"{W}pPr/{W}rPr")
        if mark is not None and mark.find(f"{W}ins") is not None:
            self.insertions += 1
        if mark is not None and mark.find(f"{W}del") is not None:
            self.deletions += 1
            self.carried, self.carried_properties = opened, properties
            return
        yield self._closed(properties, opened)
        for box in opened.boxes:
            for block in self.blocks(box, depth + 1):
                yield from self._flat(block)

    def _flat(self, block: ReadBlock) -> Iterator[ReadParagraph]:
        if isinstance(block, ReadParagraph):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from cell

    def _closed(self, properties: Any, opened: _Open) -> ReadParagraph:
        style = self.parts.style(properties, "pStyle")
        level = style.level
        outline = properties.find(f"{W}outlineLvl") if properties is not None else None
        if outline is not None and outline.get(f"{W}val", "").isdigit():
            value = int(outline.get(f"{W}val"))
            level = value + 1 if value < 9 else None
        number = properties.find(f"{W}numPr") if properties is not None else None
        list_id, list_level = style.num_id, style.num_level
        if number is not None:
            named, deep = number.find(f"{W}numId"), number.find(f"{W}ilvl")
            list_id = named.get(f"{W}val") if named is not None else list_id
            list_level = (
                int(deep.get(f"{W}val")) if deep is not None and deep.get(f"{W}val", "").isdigit() else list_level
            )
        if list_id == "0" or level is not None:
            list_id = None
        form, start = self.parts.lists.get(list_id or "", {}).get(list_level, ("bullet", 1))
        paragraph = ReadParagraph(
            style, _joined(opened.runs), level, list_id, list_level, form not in ("bullet", "none")
        )
        paragraph.start, paragraph.bookmarks = start, tuple(opened.bookmarks)
        paragraph.pictures = tuple(opened.pictures)
        return paragraph

    def _inline(self, parent: Any, opened: _Open, url: str | None, depth: int) -> None:
        if depth > 40:
            return
        for child in parent:
            tag = child.tag
            if tag == f"{W}r":
                self._run(child, opened, url)
            elif tag == f"{W}hyperlink":
                _, target, outside = self.parts.links.get(child.get(f"{R}id", ""), ("", "", False))
                self._inline(child, opened, target if outside else url, depth + 1)
            elif tag in (f"{W}ins", f"{W}moveTo"):
                self.insertions += 1
                self._inline(child, opened, url, depth + 1)
            elif tag in (f"{W}del", f"{W}moveFrom"):
                self.deletions += 1
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                if content is not None:
                    self._inline(content, opened, url, depth + 1)
            elif tag in _THROUGH:
                link = _FIELD_LINK.match(child.get(f"{W}instr", "")) if tag == f"{W}fldSimple" else None
                self._inline(child, opened, link.group(1) if link else url, depth + 1)
            else:
                self._marker(child, opened)

    def _marker(self, child: Any, opened: _Open) -> None:
        if child.tag == f"{W}bookmarkStart":
            opened.bookmarks.append(child.get(f"{W}name", ""))
        elif child.tag == f"{W}commentRangeStart":
            self.open_ranges.add(child.get(f"{W}id", ""))
        elif child.tag == f"{W}commentRangeEnd":
            self.open_ranges.discard(child.get(f"{W}id", ""))

    def _run(self, run: Any, opened: _Open, url: str | None) -> None:
        look = run.find(f"{W}rPr")
        if look is not None and on(look.find(f"{W}vanish")):
            return
        text = "".join(self._piece(child, opened) for child in run)
        url = next((link for link in map(_field_link, reversed(opened.fields)) if link), url)
        if not text:
            return
        style = self.parts.style(look, "rStyle")
        bold = on(look.find(f"{W}b"), style.bold) if look is not None else style.bold
        italic = on(look.find(f"{W}i"), style.italic) if look is not None else style.italic
        for number in self.open_ranges:
            self.ranges.setdefault(number, []).append(text)
        opened.runs.append(Run(text=text, bold=bold, italic=italic, url=url))

    def _piece(self, child: Any, opened: _Open) -> str:
        tag = child.tag
        in_instruction = bool(opened.fields) and opened.fields[-1][1] == "instruction"
        if tag == f"{W}t":
            return "" if in_instruction else child.text or ""
        if tag == f"{W}tab":
            return "\t"
        if tag in (f"{W}br", f"{W}cr"):
            return "\n" if child.get(f"{W}type") in (None, "textWrapping") else ""
        if tag == f"{W}noBreakHyphen":
            return "\u2011"
        if tag == f"{W}fldChar":
            _field(child.get(f"{W}fldCharType"), opened)
        elif tag == f"{W}instrText" and opened.fields:
            opened.fields[-1][0] += child.text or ""
        elif tag in (f"{W}drawing", f"{W}pict", f"{W}object", f"{_MC}AlternateContent"):
            self._drawing(child, opened)
        return ""

    def _drawing(self, element: Any, opened: _Open) -> None:
        if element.tag == f"{_MC}AlternateContent":
            choice = element.find(f"{_MC}Choice")
            element = choice if choice is not None else element
        opened.boxes.extend(element.iter(f"{W}txbxContent"))
        for shape in element.iter(f"{_WP}inline", f"{_WP}anchor"):
            properties = shape.find(f"{_WP}docPr")
            alt = properties.get("descr", "") if properties is not None else ""
            name = properties.get("name", "") if properties is not None else ""
            data = shape.find(f".//{_A}graphicData")
            chart = data is not None and data.get("uri", "").endswith("/chart")
            blip = shape.find(f".//{_A}blip")
            digest = self._digest(blip.get(f"{R}embed", "")) if blip is not None else ""
            if chart or blip is not None:
                opened.pictures.append(ReadPicture(digest, alt, name, chart))

    def _digest(self, relation: str) -> str:
        _, target, outside = self.parts.links.get(relation, ("", "", True))
        data = None if outside else self.parts.bytes_of(target)
        if data is None:
            return ""
        digest = hashlib.sha256(data).hexdigest()
        self.pictures[digest] = data
        return digest

    def table(self, element: Any, depth: int) -> ReadTable:
        caption = element.find(f"{W}tblPr/{W}tblCaption")
        table = ReadTable([], 0, caption.get(f"{W}val", "") if caption is not None else "")
        heading = True
        for row in _rows(element):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                self.deletions += 1
                continue
            if properties is not None and properties.find(f"{W}ins") is not None:
                self.insertions += 1
            heading = heading and properties is not None and on(properties.find(f"{W}tblHeader"))
            table.header_rows += heading
            table.rows.append(self._cells(row, table, depth))
        return table

    def _cells(self, row: Any, table: ReadTable, depth: int) -> list[list[ReadParagraph]]:
        cells: list[list[ReadParagraph]] = []
        for cell in _cells_of(row):
            properties = cell.find(f"{W}tcPr")
            span = properties.find(f"{W}gridSpan") if properties is not None else None
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            content = [one for block in self.blocks(cell, depth + 1) for one in self._flat(block)]
            if (
                merge is not None
                and merge.get(f"{W}val") != "restart"
                and table.rows
                and len(cells) < len(table.rows[-1])
            ):
                content = table.rows[-1][len(cells)]
            wide = span.get(f"{W}val", "1") if span is not None else "1"
            cells.extend([content] * min(int(wide) if wide.isdigit() else 1, 63))
        return cells

    def _comments(self) -> tuple[Comment, ...]:
        root = self.parts.part_of_kind("comments")
        found = []
        for comment in root.iter(f"{W}comment") if root is not None else ():
            paragraphs = ("".join(piece.text or "" for piece in line.iter(f"{W}t")) for line in comment.iter(f"{W}p"))
            text = clean_text("\n".join(paragraphs)).strip()
            about = clean_text("".join(self.ranges.get(comment.get(f"{W}id", ""), []))).strip()
            found.append(Comment(clean_text(comment.get(f"{W}author", "")), text, about[:200]))
        return tuple(found)


def _field(kind: str | None, opened: _Open) -> None:
    if kind == "begin":
        opened.fields.append(["", "instruction"])
    elif kind == "separate" and opened.fields:
        opened.fields[-1][1] = "result"
    elif kind == "end" and opened.fields:
        opened.fields.pop()


def _field_link(one: list[str]) -> str | None:
    match = _FIELD_LINK.match(one[0]) if one[1] == "result" else None
    return match.group(1) if match else None


def _rows(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag == f"{W}tr":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", *_WRAPPERS):
            yield from _rows(child)


def _cells_of(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", *_WRAPPERS):
            yield from _cells_of(child)


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """Runs with clean text, neighbours of one look made one."""
    out: list[Run] = []
    for run in runs:
        text = clean_text(run.text)
        last = out[-1] if out else None
        if last is not None and (last.bold, last.italic, last.url) == (run.bold, run.italic, run.url):
            out[-1] = last.model_copy(update={"text": last.text + text})
        elif text:
            out.append(run.model_copy(update={"text": text}))
    return tuple(out)
