"""What a Word document keeps beside its text: links, numbering, pictures, charts, and the ids that must be unique."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from bot.core.model import Picture
from bot.render.figures import Chart

EMU_PER_TWIP = 635
EMU_PER_PIXEL = 9525
PICTURE_HEIGHT_MAX = 16 * 360_000  # EMU: 16 cm, so that heading and picture fit a page
CHART_HEIGHT_BASE = 800_000  # EMU: scale and legend
CHART_HEIGHT_PER_BAR = 200_000  # EMU: with a table of twelve districts it fits one page
PICTURE_PIXELS_MAX = 1_600  # of the longer side; more is nothing on paper and heavy in the mail
PICTURE_BYTES_KEPT = 2_000_000  # a heavier one is written anew, without transparency as JPEG
PICTURE_BYTES_MAX = 30_000_000
PICTURE_AREA_MAX = 80_000_000  # pixels: beyond this a small file may be meant to fill the memory

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_CHART = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


class Parts:
    """The parts around one document's body. ``text_width`` is in twentieths of a point."""

    def __init__(self, document: Any, pictures: Mapping[str, bytes], text_width: int) -> None:
        self.part = document.part
        self.pictures = pictures
        self.text_width = text_width
        self._links: dict[tuple[int, str], str] = {}
        self._images: dict[str, tuple[str, int, int] | None] = {}
        self._charts = 0
        self._relations = 0
        body = document.element
        self._bookmarks = _highest(body, f"{{{_W}}}bookmarkStart", f"{{{_W}}}id")
        self._drawings = _highest(body, f"{{{_WP}}}docPr", "id")
        self.numbering = Numbering(document)

    def bookmark(self) -> int:
        """A fresh bookmark id."""
        self._bookmarks += 1
        return self._bookmarks

    def link(self, url: str, part: Any = None) -> str:
        """The relationship id of ``url`` in ``part`` (the document when None); one for each address."""
        part = self.part if part is None else part
        key = (id(part), url)
        if key not in self._links:
            self._links[key] = self._relate(part, _LINK, url, external=True)
        return self._links[key]

    def _relate(self, part: Any, kind: str, target: Any, *, external: bool = False) -> str:
        self._relations += 1
        name = f"rIdB{self._relations}"  # own numbers: python-docx's search for a free one is quadratic
        part.rels.add_relationship(kind, target, name, external)
        return name

    def has_own_numbering(self, style_id: str, level: int) -> bool:
        """Whether paragraphs of that style are bulleted at that level by the style alone."""
        return self.numbering.of_style.get(style_id, (0, -1))[1] == level

    def bullet(self, level: int) -> str:
        """The numPr of a bullet below what the style gives."""
        return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{self.numbering.bullets()}"/></w:numPr>'

    def new_list(self, level: int, start: int) -> int:
        """A numbered list of its own that begins with ``start`` at ``level`` (0-based); its numId."""
        return self.numbering.restart(level, start)

    def picture(self, picture: Picture) -> str | None:
        """The drawing of a picture in line with the text; None when there are no bytes that can be shown."""
        if picture.digest not in self._images:
            self._images[picture.digest] = self._image(picture)
        found = self._images[picture.digest]
        if found is None:
            return None
        relation, width, height = found
        scale = min(1.0, self.text_width * EMU_PER_TWIP / max(width, 1), PICTURE_HEIGHT_MAX / max(height, 1))
        size = (max(int(width * scale), 1), max(int(height * scale), 1))
        number, name = self._next_drawing(), f"Picture {len(self._images)}"
        body = (
            f'<pic:pic xmlns:pic="{_PIC}"><pic:nvPicPr><pic:cNvPr id="{number}" name="{name}"/><pic:cNvPicPr/>'
            f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch>'
            f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{size[0]}" cy="{size[1]}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
        )
        return _drawing(size, number, name, picture.alt, _PIC, body)

    def _next_drawing(self) -> int:
        self._drawings += 1
        return self._drawings

    def _image(self, picture: Picture) -> tuple[str, int, int] | None:
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        ready = printable_picture(self.pictures.get(picture.digest, b""))
        if ready is None:
            return None
        data, extension, width, height = ready
        name = PackURI(f"/word/media/picture{len(self._images) + 1}.{extension}")
        part = Part(name, f"image/{extension}", data, self.part.package)
        return self._relate(self.part, _IMAGE, part), width * EMU_PER_PIXEL, height * EMU_PER_PIXEL

    def chart(self, chart: Chart) -> str:
        """The drawing of a native chart."""
        from bot.render.native_chart import chart_part

        self._charts += 1
        relation = self._relate(self.part, _CHART, chart_part(chart, self.part.package, self._charts))
        height = min(CHART_HEIGHT_BASE + CHART_HEIGHT_PER_BAR * len(chart.categories), 20 * 360_000)
        body = f'<c:chart xmlns:c="{_C}" r:id="{relation}"/>'
        name = f"Chart {self._charts}"
        return _drawing((self.text_width * EMU_PER_TWIP, height), self._next_drawing(), name, chart.alt, _C, body)


def printable_picture(data: bytes) -> tuple[bytes, str, int, int] | None:
    """(bytes, "png" or "jpeg", width, height) fit for print and mail, or None when it is no picture we can show."""
    from PIL import Image

    if not data or len(data) > PICTURE_BYTES_MAX:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF")) as image:
            width, height = image.size
            if width * height > PICTURE_AREA_MAX:
                return None
            kind = (image.format or "").lower()
            small = max(width, height) <= PICTURE_PIXELS_MAX and len(data) <= PICTURE_BYTES_KEPT
            if small and kind in ("png", "jpeg"):
                image.verify()
                return data, kind, width, height
            image.load()
            image.thumbnail((PICTURE_PIXELS_MAX, PICTURE_PIXELS_MAX))
            photo = kind == "jpeg" or (len(data) > PICTURE_BYTES_KEPT and image.mode == "RGB")
            out, kind = io.BytesIO(), "jpeg" if photo else "png"
            image.convert("RGB" if kind == "jpeg" else "RGBA").save(out, kind.upper(), quality=85)
            return out.getvalue(), kind, *image.size
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError, EOFError):
        return None


class Numbering:
    """The template's numbering definitions, and the lists that we add."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self.root = _numbering_root(document)
        self.of_style = _style_numbering(document.styles.element)
        self._abstract = _Ids(self.root, "abstractNum", "abstractNumId")
        self._nums = _Ids(self.root, "num", "numId")
        self._list_number: str | None = None
        self._bullets: int | None = None
        self._pending: list[str] = []

    def use(self, bullet_style: str, number_style: str) -> None:
        """Say which styles carry the template's bullets and numbers."""
        self._list_number = self._abstract_of(number_style)
        found = self.of_style.get(bullet_style)
        self._bullets = int(found[0]) if found and self._abstract_of(bullet_style) is not None else None

    def _abstract_of(self, style_id: str) -> str | None:
        found = self.of_style.get(style_id)
        if found is None or self.root is None:
            return None
        for num in self.root.iter(f"{{{_W}}}num"):
            if num.get(f"{{{_W}}}numId") == str(found[0]):
                abstract = num.find(f"{{{_W}}}abstractNumId")
                return abstract.get(f"{{{_W}}}val") if abstract is not None else None
        return None

    def bullets(self) -> int:
        """The numId of the bullets, made when the template has none."""
        if self._bullets is None:
            self._bullets = self._num(self._own_abstract(bullets=True), "")
        return self._bullets

    def restart(self, level: int, start: int) -> int:
        """A new list after the template's numbers; its numId."""
        if self._list_number is None:
            self._list_number = self._own_abstract(bullets=False)
        override = f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        return self._num(self._list_number, override)

    def _num(self, abstract: str, inner: str) -> int:
        number = self._nums.next()
        self._pending.append(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{inner}</w:num>')
        return number

    def _own_abstract(self, *, bullets: bool) -> str:
        number = self._abstract.next()
        levels = "".join(_level(index, bullets) for index in range(9))
        xml = (
            f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        )
        first = self.root.find(f"{{{_W}}}num")
        element = _parse(xml)[0]
        if first is not None:
            first.addprevious(element)
        else:
            self.root.insert(len(self.root.findall(f"{{{_W}}}abstractNum")), element)
        return str(number)

    def finish(self) -> None:
        """Write the added lists into the numbering part, in the place that the schema gives them."""
        if not self._pending:
            return
        new = list(_parse("".join(self._pending)))
        cleanup = self.root.find(f"{{{_W}}}numIdMacAtCleanup")
        for element in new:
            if cleanup is not None:
                cleanup.addprevious(element)
            else:
                self.root.append(element)
        self._pending.clear()


def _numbering_root(document: Any) -> Any:
    try:
        return document.part.part_related_by(_NUMBERING_REL).element
    except KeyError:
        return _new_numbering(document)


_NUMBERING_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering"
_NUMBERING_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"


def _new_numbering(document: Any) -> Any:
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart
    from docx.oxml import parse_xml

    element = parse_xml(f'<w:numbering xmlns:w="{_W}"/>')
    part = XmlPart(PackURI("/word/numbering-added.xml"), _NUMBERING_TYPE, element, document.part.package)
    document.part.rels.add_relationship(_NUMBERING_REL, part, "rIdBnumbering")
    return element


def _style_numbering(styles: Any) -> dict[str, tuple[str, int]]:
    """Style id -> (numId, level) for styles that carry numbering themselves."""
    out: dict[str, tuple[str, int]] = {}
    for style in styles.iter(f"{{{_W}}}style"):
        numbering = style.find(f"{{{_W}}}pPr/{{{_W}}}numPr")
        number = numbering.find(f"{{{_W}}}numId") if numbering is not None else None
        if number is not None and number.get(f"{{{_W}}}val") not in (None, "0"):
            level = numbering.find(f"{{{_W}}}ilvl")
            value = level.get(f"{{{_W}}}val", "0") if level is not None else "0"
            out[style.get(f"{{{_W}}}styleId")] = (number.get(f"{{{_W}}}val"), int(value) if value.isdigit() else 0)
    return out


def _level(index: int, bullets: bool) -> str:
    text, kind = ("•", "bullet") if bullets else (f"%{index + 1}.", "decimal")
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{425 * (index + 1)}" w:hanging="425"/></w:pPr></w:lvl>'
    )


class _Ids:
    """Fresh numbers above those in use."""

    def __init__(self, root: Any, tag: str, attribute: str) -> None:
        self._last = _highest(root, f"{{{_W}}}{tag}", f"{{{_W}}}{attribute}")

    def next(self) -> int:
        self._last += 1
        return self._last


def _highest(root: Any, tag: str, attribute: str) -> int:
    values = [element.get(attribute, "0") for element in root.iter(tag)]
    return max((int(value) for value in values if value.isdigit()), default=0)


def _parse(xml: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(f'<w:numbering xmlns:w="{_W}">{xml}</w:numbering>')


def _drawing(size: tuple[int, int], number: int, name: str, alt: str, uri: str, body: str) -> str:
    words = escape(alt, {'"': "&quot;", "\n": " "})
    return (
        f'<w:drawing><wp:inline xmlns:wp="{_WP}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{size[0]}" cy="{size[1]}"/><wp:docPr id="{number}" name="{name}" descr="{words}"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic xmlns:a="{_A}"><a:graphicData uri="{uri}">{body}</a:graphicData>'
        "</a:graphic></wp:inline></w:drawing>"
    )
