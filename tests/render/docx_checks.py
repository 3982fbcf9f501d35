"""What must hold of every Word bulletin, looked at with zipfile and lxml only: never with the library that wrote it."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
DC = "{http://purl.org/dc/elements/1.1/}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


class Docx:
    """An unzipped Word file."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert package.testzip() is None
            self.parts = {name: package.read(name) for name in package.namelist()}
        self.document = self.xml("word/document.xml")
        self.body = self.document.find(f"{W}body")
        self.styles = self.xml("word/styles.xml")
        self.links = {
            one.get("Id"): (one.get("Target"), one.get("TargetMode") == "External")
            for one in self.xml("word/_rels/document.xml.rels")
        }

    def xml(self, name: str) -> Any:
        """A part parsed."""
        return etree.fromstring(self.parts[name], etree.XMLParser(resolve_entities=False))

    def style_of(self, paragraph: Any) -> str:
        """The name of a paragraph's style, lower case."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        if named is None:
            return "normal"
        for style in self.styles.iter(f"{W}style"):
            if style.get(f"{W}styleId") == named.get(f"{W}val"):
                return str(style.find(f"{W}name").get(f"{W}val")).lower()
        raise AssertionError(f"style {named.get(f'{W}val')} is not defined")

    def text(self, element: Any) -> str:
        """The words of an element; line breaks as line ends."""
        out = []
        for piece in element.iter(f"{W}t", f"{W}br"):
            out.append(piece.text or "" if piece.tag == f"{W}t" else "\n")
        return "".join(out)

    def paragraphs(self) -> list[tuple[str, str]]:
        """(style, text) of all paragraphs of the body in order, those in tables too."""
        return [(self.style_of(one), self.text(one)) for one in self.body.iter(f"{W}p")]


def check(data: bytes) -> Docx:
    """All of it; gives the file back for more."""
    docx = Docx(data)
    _package(docx)
    _structure(docx)
    _headings(docx)
    _tables(docx)
    _no_typed_marks(docx)
    _links_and_pictures(docx)
    core = docx.xml("docProps/core.xml")
    assert (core.findtext(f"{DC}title") or "").strip()
    assert core.findtext(f"{DC}language") == "en-GB"
    language = docx.styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert language.get(f"{W}val") == "en-GB"
    return docx


def _package(docx: Docx) -> None:
    types = docx.xml("[Content_Types].xml")
    defaults = {one.get("Extension") for one in types if one.tag.endswith("Default")}
    overrides = {one.get("PartName").lstrip("/") for one in types if one.tag.endswith("Override")}
    assert overrides <= set(docx.parts)
    for name, data in docx.parts.items():
        if name != "[Content_Types].xml":
            assert name in overrides or name.rsplit(".", 1)[-1] in defaults, name
        if name.endswith((".xml", ".rels")):
            etree.fromstring(data)
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            for one in docx.xml(name):
                target = one.get("Target")
                if one.get("TargetMode") == "External":
                    assert re.fullmatch(r"(https?://|mailto:)[!-~]+", target), target
                else:
                    path = (
                        target.lstrip("/")
                        if target.startswith("/")
                        else posixpath.normpath(posixpath.join(folder, target))
                    )
                    assert path in docx.parts, (name, target)


def _structure(docx: Docx) -> None:
    assert docx.body[-1].tag == f"{W}sectPr"
    assert docx.body[-2].tag != f"{W}tbl"
    for element in docx.document.iter(f"{W}tc"):
        assert element[-1].tag == f"{W}p"
    for kind in ("bookmarkStart", "bookmarkEnd"):
        ids = [one.get(f"{W}id") for one in docx.document.iter(f"{W}{kind}")]
        assert len(ids) == len(set(ids))
    names = [one.get(f"{W}name") for one in docx.document.iter(f"{W}bookmarkStart")]
    assert len(names) == len(set(names))
    assert all(len(name) <= 40 for name in names)
    drawings = [one.get("id") for one in docx.document.iter(f"{WP}docPr")]
    assert len(drawings) == len(set(drawings))
    numbering = docx.xml("word/numbering.xml")
    known = {one.get(f"{W}numId") for one in numbering.iter(f"{W}num")}
    for one in docx.document.iter(f"{W}numId"):
        assert one.get(f"{W}val") in known
    blank = [
        style
        for style, text in docx.paragraphs()
        if not text.strip() and style not in ("picture", "table note", "normal")
    ]
    assert blank == []


def _headings(docx: Docx) -> None:
    before = 0
    for style, text in docx.paragraphs():
        if style.startswith("heading "):
            level = int(style.split()[1])
            assert level <= before + 1, (before, level, text)
            assert text.strip()
            before = level


def _tables(docx: Docx) -> None:
    for table in docx.body.iter(f"{W}tbl"):
        rows = table.findall(f"{W}tr")
        assert len(rows) > 1
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert {len(row.findall(f"{W}tc")) for row in rows} == {len(table.findall(f"{W}tblGrid/{W}gridCol"))}
        assert table.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val").strip()
        for cell in table.iter(f"{W}tc"):
            assert docx.text(cell).strip()
        assert next(table.iter(f"{W}vMerge", f"{W}gridSpan"), None) is None


TYPED_BULLET = re.compile(r"\s*([•●▪◦‣·∙–—*»►✓✔-]|o)\s+\S")
TYPED_NUMBER = re.compile(r"\s*(\(?\d{1,2}[.)]|\(?[a-z][.)]|\(?[ivx]{1,4}[.)])\s+\S")


def _no_typed_marks(docx: Docx) -> None:
    """Lists are lists: no typed bullet at all, and at most one line that only looks like a numbered one."""
    plain = [
        docx.text(one)
        for one in docx.body.iter(f"{W}p")
        if one.find(f"{W}pPr/{W}numPr") is None and not docx.style_of(one).startswith(("heading", "list"))
    ]
    assert [line for text in plain for line in text.split("\n") if TYPED_BULLET.match(line)] == []
    starts = [text for text in plain if TYPED_NUMBER.match(text) and "\n" not in text]
    assert len(starts) <= 1, starts


def _links_and_pictures(docx: Docx) -> None:
    seen: dict[str, str] = {}
    anchors = {one.get(f"{W}name") for one in docx.document.iter(f"{W}bookmarkStart")}
    for link in docx.document.iter(f"{W}hyperlink"):
        text = " ".join(docx.text(link).split()).lower()
        anchor = link.get(f"{W}anchor")
        target = f"#{anchor}" if anchor else docx.links[link.get(f"{R}id")][0]
        assert anchor is None or anchor in anchors
        assert text
        assert text not in ("here", "click here", "link")
        assert not re.fullmatch(r"(https?://|www\.)\S+", text), text
        assert seen.setdefault(text, target) == target, text
    for drawing in docx.document.iter(f"{WP}docPr"):
        assert drawing.get("descr", "").strip()
        assert len(drawing.get("descr", "")) <= 400
