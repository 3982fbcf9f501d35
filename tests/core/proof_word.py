"""The pages for the proof-reader as Word files, made with python-docx as a person's Word would."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterable

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph

_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")


def word_file(pages: Iterable[str], month: str = "March 2026") -> bytes:
    """Pages as one Word bulletin with a masthead."""
    document = Document()
    document.add_paragraph("CCSU RAG update", style="Title")
    document.add_paragraph(month, style="Subtitle")
    for page in pages:
        rows: list[list[str]] = []
        for line in [*page.split("\n"), ""]:
            if line.startswith("|"):
                rows.append([cell.strip() for cell in line.strip("| ").split("|")])
                continue
            if rows:
                _table(document, rows)
                rows = []
            if line.strip():
                _line(document, line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _line(document: WordDocument, line: str) -> None:
    if match := re.fullmatch(r"(#+)\s+(.*)", line):
        _runs(document.add_heading(level=len(match[1])), match[2])
    elif match := re.fullmatch(r"!\[(.*)\]\((.*)\)", line):
        document.add_picture(io.BytesIO(_png()), width=Cm(2))
        shown = document.paragraphs[-1]._p.find(f".//{qn('wp:docPr')}")
        shown.set("descr", match[1])
        shown.set("name", match[2])
    elif match := re.fullmatch(r"(-|\d+\.)\s+(.*)", line):
        _runs(document.add_paragraph(style="List Bullet" if match[1] == "-" else "List Number"), match[2])
    else:
        _runs(document.add_paragraph(), line)


def _runs(paragraph: Paragraph, text: str) -> None:
    at = 0
    for match in _LINK.finditer(text):
        paragraph.add_run(text[at : match.start()])
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), paragraph.part.relate_to(match[2], RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        link.append(paragraph.add_run(match[1])._r)
        paragraph._p.append(link)
        at = match.end()
    paragraph.add_run(text[at:])


def _table(document: WordDocument, rows: list[list[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text


def _png() -> bytes:
    """A white square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\xff\xff\xff\xff\xff\xff\xff\xff" * 8))
        + chunk(b"IEND", b"")
    )
