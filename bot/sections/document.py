"""A Word file (.docx) as blocks: headings, paragraphs, lists, tables, links, text boxes, pictures.

Read by an own pass over the XML, because the usual libraries lose tracked insertions and text boxes without a word.
Tracked changes: what was inserted is read, what was deleted is not, and both are reported. Comments and hidden text are
reported and not read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bot.core.model import Finding, Heading, ListItem, Paragraph, Picture, Run, Severity, Table
from bot.errors import InputError
from bot.mail.charset import clean
from bot.mail.links import safe_url
from bot.sections.gate import check_package
from bot.sections.wordruns import (
    ALTERNATE,
    alt_text,
    choice,
    row_of,
    run_text,
    simple_field,
    span_of,
    table_of,
    trimmed,
    unbold,
)
from bot.sections.wordstyles import Numbering, Styles, parse_part, w

AnyBlock = Heading | Paragraph | ListItem | Table | Picture

BLOCKS_MAX = 20_000
SPAN_MAX = 60
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WRAPPERS = frozenset(
    (
        w("sdt"),
        w("sdtContent"),
        w("ins"),
        w("moveTo"),
        w("smartTag"),
        w("customXml"),
        w("body"),
        w("fldSimple"),
        w("dir"),
        w("bdo"),
    )
)
_GONE = frozenset(
    (
        w("del"),
        w("moveFrom"),
        w("instrText"),
        w("delText"),
        w("rPr"),
        w("pPr"),
        w("sectPr"),
        w("sdtPr"),
        w("tblPr"),
        w("trPr"),
    )
)


@dataclass(slots=True)
class Document:
    """What a Word file holds; ``pictures`` are bytes by the block's name (the part's name in the package)."""

    blocks: list[AnyBlock] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


def read_document(data: bytes) -> Document:
    """Read a .docx. Raises InputError when it cannot be opened safely or is no Word file."""
    check_package(data)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = set(package.namelist())
        main = _main_part(package, names)
        if main is None:
            raise InputError(
                "The file is not a Word document.", "Please send the text as an ordinary .docx file.", "not-a-package"
            )
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise InputError(
                "The Word file holds macros.",
                "Please save it as Word Document (.docx) and send that.",
                "unsafe-package",
            )
        reader = _Reader(package, main, names)
        return reader.read()


def _main_part(package: zipfile.ZipFile, names: set[str]) -> str | None:
    if "word/document.xml" in names:
        return "word/document.xml"
    if "_rels/.rels" in names:
        root = parse_part(package.read("_rels/.rels"))
        for relation in root if root is not None else ():
            target = (relation.get("Target") or "").lstrip("/")
            if (relation.get("Type") or "").endswith("/officeDocument") and target in names:
                return target
    return None


class _Reader:
    """Walks the main part once; ``_stack`` free, as deep as the XML is (lxml limits it)."""

    def __init__(self, package: zipfile.ZipFile, main: str, names: set[str]) -> None:
        folder = main.rpartition("/")[0]
        self._package, self._names, self._folder = package, names, folder
        self._main = self._part(main)
        self._styles = Styles(self._part(f"{folder}/styles.xml"))
        self._numbering = Numbering(self._part(f"{folder}/numbering.xml"))
        self._targets = self._relations(f"{folder}/_rels/{main.rpartition('/')[2]}.rels")
        self._document = Document()
        self._numbers: dict[tuple[str, int], int] = {}
        self._hidden: list[str] = []

    def _part(self, name: str) -> etree._Element | None:
        return parse_part(self._package.read(name)) if name in self._names else None

    def _relations(self, name: str) -> dict[str, tuple[str, bool]]:
        root = self._part(name)
        return {
            relation.get("Id") or "": (relation.get("Target") or "", relation.get("TargetMode") == "External")
            for relation in (root if root is not None else ())
        }

    def read(self) -> Document:
        """All blocks and findings."""
        if self._main is None:
            raise InputError(
                "The Word file is damaged and cannot be read.", "Please save it again and send that.", "not-a-package"
            )
        body = self._main.find(w("body"))
        for element in self._blocks(body if body is not None else self._main):
            if len(self._document.blocks) >= BLOCKS_MAX:
                self._find("too-long", f"Only the first {BLOCKS_MAX} paragraphs were read.")
                break
            self._block(element)
        self._report()
        return self._document

    def _blocks(self, parent: etree._Element) -> Iterator[etree._Element]:
        """Paragraphs and tables below ``parent``, content controls and insertions looked through."""
        stack = [iter(parent)]
        while stack:
            element = next(stack[-1], None)
            if element is None:
                stack.pop()
            elif element.tag in (w("p"), w("tbl")):
                yield element
            elif element.tag in _WRAPPERS:
                stack.append(iter(element))
            elif isinstance(element.tag, str) and element.tag.startswith(ALTERNATE):
                stack.append(iter(element if element.tag != f"{ALTERNATE}AlternateContent" else choice(element)))

    def _block(self, element: etree._Element) -> None:
        if element.tag == w("tbl"):
            self._table(element)
        else:
            self._paragraph(element)

    # ------------------------------------------------------------------------------------------- paragraphs

    def _paragraph(self, element: etree._Element) -> None:
        runs, boxes, pictures = self._runs(element)
        if any(run.text.strip() for run in runs):
            self._document.blocks.append(self._shaped(element, trimmed(runs)))
        for name, alt in pictures:
            self._picture(name, alt)
        for box in boxes:
            for inner in self._blocks(box):
                self._block(inner)

    def _shaped(self, element: etree._Element, runs: tuple[Run, ...]) -> AnyBlock:
        properties = element.find(w("pPr"))
        level = self._styles.heading_level(properties)
        if level:
            return Heading(runs=unbold(runs), level=min(level, 3))
        numbered = self._numbering.of(properties, self._styles)
        if numbered is not None:
            number_id, depth, ordered, start = numbered
            number = None
            if ordered:
                seen = self._numbers.get((number_id, depth))
                number = start if seen is None else None
                self._numbers[number_id, depth] = (seen or start) + 1
            return ListItem(runs=runs, level=min(depth + 1, 9), ordered=ordered, number=number)
        text = "".join(run.text for run in runs)
        bold = all(run.bold or not run.text.strip() for run in runs)
        if bold and len(text.split()) <= 14 and text[-1] not in ".!;,":
            return Heading(runs=unbold(runs), level=1)
        return Paragraph(runs=runs)

    def _runs(self, element: etree._Element) -> tuple[list[Run], list[etree._Element], list[tuple[str, str]]]:
        """(runs, text boxes, pictures) of a paragraph."""
        runs: list[Run] = []
        boxes: list[etree._Element] = []
        pictures: list[tuple[str, str]] = []
        field_url: list[str | None] = []  # nested complex fields: the address of each, None when no link
        stack: list[tuple[Iterator[etree._Element], str | None]] = [(iter(element), None)]
        while stack:
            children, url = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                continue
            tag = child.tag
            if tag == w("r"):
                self._run(
                    child, url or next((u for u in reversed(field_url) if u), None), runs, boxes, pictures, field_url
                )
            elif tag == w("hyperlink"):
                stack.append((iter(child), self._target(child)))
            elif tag in _WRAPPERS:
                stack.append((iter(child), url or simple_field(child)))
            elif isinstance(tag, str) and tag.startswith(ALTERNATE):
                stack.append((iter(choice(child)), url))
        return runs, boxes, pictures

    def _run(
        self,
        element: etree._Element,
        url: str | None,
        runs: list[Run],
        boxes: list[etree._Element],
        pictures: list[tuple[str, str]],
        fields: list[str | None],
    ) -> None:
        bold, italic, hidden = self._styles.look(element.find(w("rPr")))
        text = run_text(element, fields)
        if hidden:
            self._hidden.append(text)
        elif text:
            runs.append(Run(text=clean(text), bold=bold, italic=italic, url=url))
        for child in element:
            if not isinstance(child.tag, str) or child.tag in _GONE:
                continue
            inner = choice(child) if child.tag == f"{ALTERNATE}AlternateContent" else child
            boxes.extend(inner.iter(w("txbxContent")))
            for blip in inner.iter(_DRAWING):
                pictures.append((blip.get(_EMBED) or "", alt_text(inner)))

    def _target(self, element: etree._Element) -> str | None:
        target, external = self._targets.get(element.get(_RELATION) or "", ("", False))
        return safe_url(target) if target and external else None

    def _picture(self, relation: str, alt: str) -> None:
        target, external = self._targets.get(relation, ("", False))
        name = f"{self._folder}/{target}" if not target.startswith("/") else target.lstrip("/")
        if external or name not in self._names:
            return
        self._document.pictures[name] = self._package.read(name)
        self._document.blocks.append(Picture(digest="", alt=clean(alt)[:500], name=name))

    # ---------------------------------------------------------------------------------------------- tables

    def _table(self, element: etree._Element) -> None:
        rows: list[tuple[tuple[Run, ...], ...]] = []
        above: dict[int, tuple[Run, ...]] = {}
        for row in (child for child in element.iter(w("tr")) if table_of(child) is element):
            if row.find(f"{w('trPr')}/{w('del')}") is not None:
                continue
            rows.append(self._row(row, above))
        width = max((len(row) for row in rows), default=0)
        table = tuple(row + ((),) * (width - len(row)) for row in rows if any(row))
        if len(table) == 1 and width == 1:
            self._document.blocks.append(Paragraph(runs=table[0][0]))
        elif table:
            self._document.blocks.append(Table(rows=table))

    def _row(self, row: etree._Element, above: dict[int, tuple[Run, ...]]) -> tuple[tuple[Run, ...], ...]:
        cells: list[tuple[Run, ...]] = []
        for cell in (child for child in row.iter(w("tc")) if row_of(child) is row):
            properties = cell.find(w("tcPr"))
            span = span_of(properties, "gridSpan", SPAN_MAX)
            merge = properties.find(w("vMerge")) if properties is not None else None
            column = len(cells)
            if merge is not None and merge.get(w("val")) != "restart":
                runs = above.get(column, ())
            else:
                runs = self._cell_runs(cell)
            for right in range(span):
                above[column + right] = runs
                cells.append(runs)
        return tuple(cells)

    def _cell_runs(self, cell: etree._Element) -> tuple[Run, ...]:
        runs: list[Run] = []
        for paragraph in cell.iter(w("p")):
            found, _, _ = self._runs(paragraph)
            if runs and any(run.text.strip() for run in found):
                runs.append(Run(text=" "))
            runs.extend(found)
        return trimmed(runs)

    # -------------------------------------------------------------------------------------------- findings

    def _find(self, code: str, message: str, text: str = "") -> None:
        self._document.findings.append(Finding(code=code, severity=Severity.WARNING, text=text[:300], message=message))

    def _report(self) -> None:
        if self._main is None:
            return
        changed = [e for tag in ("ins", "del", "moveFrom", "moveTo") for e in self._main.iter(w(tag))]
        if changed:
            deleted = " ".join(text.text or "" for text in self._main.iter(w("delText"))).strip()
            self._find(
                "tracked-changes",
                "The Word file has tracked changes: what was inserted is used, what was deleted is not. Please check.",
                deleted,
            )
        if f"{self._folder}/comments.xml" in self._names and self._main.find(f".//{w('commentReference')}") is not None:
            self._find("comments", "The Word file has comments; they are not printed.")
        for name in ("footnotes", "endnotes"):
            if self._main.find(f".//{w(name[:-1] + 'Reference')}") is not None:
                self._find("notes", f"The Word file has {name}; they are not printed.")
        if hidden := "".join(self._hidden).strip():
            self._find("hidden-content", "The Word file has hidden text; it is not printed.", hidden)
