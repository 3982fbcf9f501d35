"""The Word bulletin: the tidy bulletin printed on the editor's template, the same bytes for the same content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.core.model import Bulletin, Run
from bot.render.contents import contents
from bot.render.flow import CONTACT_MARK, Numbers, flow, numbers
from bot.render.ooxml import BlockWriter, text_run
from bot.render.package import package_bytes
from bot.render.placeholders import Tag, put_words, remove_tag
from bot.render.template import OpenTemplate, read_template
from bot.render.tidy import tidy
from bot.render.wordparts import Parts

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TEXT_WIDTH = 9_638  # twentieths of a point: A4 with 2 cm margins, when a template does not say


def render_word(
    bulletin: Bulletin,
    template: bytes,
    pictures: Mapping[str, bytes] | None = None,
    *,
    made_at: datetime | None = None,
) -> bytes:
    """The bulletin as .docx bytes.

    ``pictures`` gives the bytes of pictures by digest. ``made_at`` goes into the file's properties; without it the
    first day of the edition's month, so that the same bulletin is always the same file. Raises TemplateError.
    """
    opened = read_template(template)
    bulletin = tidy(bulletin)
    parts = Parts(opened.document, pictures or {}, _text_width(opened.document))
    ids = opened.styles.ids
    parts.numbering.use(ids["List Bullet"], ids["List Number"])
    writer = _Printer(opened, bulletin, parts)
    writer.fill()
    parts.numbering.finish()
    _close_body(opened.document.element.body)
    _properties(opened.document, bulletin, made_at)
    return package_bytes(opened.document.part.package)


class _Printer:
    """Fills the placeholders of one opened template."""

    def __init__(self, opened: OpenTemplate, bulletin: Bulletin, parts: Parts) -> None:
        self.opened = opened
        self.bulletin = bulletin
        self.parts = parts

    def fill(self) -> None:
        """Put everything in its place; within a paragraph from the end, so that positions stay true."""
        for part, tag in sorted(self.opened.tags, key=lambda pair: -pair[1].start):
            if tag.name in ("sections", "contents", "statistics"):
                self._put_blocks(tag)
            else:
                self._put_line(part, tag)

    def _put_blocks(self, tag: Tag) -> None:
        writer = BlockWriter(self.opened.styles.ids, self.parts)
        if tag.name == "sections":
            self._sections(writer)
        elif tag.name == "contents":
            for entry in contents(self.bulletin):
                writer.contents_line(entry.level, entry.text, entry.anchor)
        else:
            writer.pieces(self._statistics(), figures_heading="Heading 1")
        paragraph = tag.paragraph
        parent = paragraph.getparent()
        place = parent.index(paragraph) + 1
        parent[place:place] = _elements("".join(writer.out))
        if remove_tag(tag) and paragraph.find(f"{_W}pPr/{_W}sectPr") is None:
            parent.remove(paragraph)

    def _sections(self, writer: BlockWriter) -> None:
        if self.bulletin.marking and not self.opened.has("marking"):
            writer.paragraph("Masthead Marking", text_run(self.bulletin.marking))
        if self.bulletin.intro and not self.opened.has("intro"):
            writer.paragraph("Introduction", text_run(self.bulletin.intro))
        writer.pieces(flow(self.bulletin, statistics=not self.opened.has("statistics")))

    def _statistics(self) -> list[Numbers]:
        sections = enumerate(self.bulletin.sections)
        return [numbers(section.statistics, index) for index, section in sections if section.statistics is not None]

    def _put_line(self, part: Any, tag: Tag) -> None:
        runs = self._line(tag.name)
        if not runs:
            if remove_tag(tag) and tag.in_body and tag.paragraph.find(f"{_W}pPr/{_W}sectPr") is None:
                tag.paragraph.getparent().remove(tag.paragraph)
            return
        writer = BlockWriter(self.opened.styles.ids, self.parts, part)

        def words(look: str, plain: bool) -> str:
            shown = [run.model_copy(update={"url": None}) for run in runs] if plain else runs
            written = writer.runs(shown, look=look)
            return writer.marked(written, CONTACT_MARK) if tag.name == "contact" and tag.in_body else written

        put_words(tag, words, _elements)

    def _line(self, name: str) -> tuple[Run, ...]:
        if name == "contact":
            return self.bulletin.contact
        text = {
            "title": self.bulletin.title,
            "month": self.bulletin.month,
            "marking": self.bulletin.marking,
            "intro": self.bulletin.intro,
        }[name]
        return (Run(text=text),) if text else ()


def _elements(xml: str) -> list[Any]:
    """Body-level or run-level XML as elements."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, huge_tree=True)  # our own text, as long as its authors made it
    root = etree.fromstring(f'<w:body xmlns:w="{_W[1:-1]}" xmlns:r="{_R}">{xml}</w:body>'.encode(), parser)
    return list(root)


def _text_width(document: Any) -> int:
    found = document.element.body.find(f"{_W}sectPr")
    size = found.find(f"{_W}pgSz") if found is not None else None
    margins = found.find(f"{_W}pgMar") if found is not None else None
    if size is None or margins is None:
        return _TEXT_WIDTH
    try:
        width = int(float(size.get(f"{_W}w", "0")))
        sides = sum(int(float(margins.get(f"{_W}{side}", "0"))) for side in ("left", "right", "gutter"))
    except ValueError:
        return _TEXT_WIDTH
    return width - sides if width - sides > 2_000 else _TEXT_WIDTH


def _close_body(body: Any) -> None:
    """A body must not end with a table: Word puts an empty paragraph there and calls the file changed."""
    last = [child for child in body if child.tag != f"{_W}sectPr"]
    if last and last[-1].tag == f"{_W}tbl":
        last[-1].addnext(body.makeelement(f"{_W}p", {}))


def _properties(document: Any, bulletin: Bulletin, made_at: datetime | None) -> None:
    properties = document.core_properties
    made = made_at or _first_of_month(bulletin.period)
    properties.title = f"{bulletin.title}, {bulletin.month}"[:255] if bulletin.month else bulletin.title[:255]
    properties.author = properties.last_modified_by = bulletin.author[:255]
    properties.language = "en-GB"
    properties.subject = bulletin.marking[:255]
    properties.comments = properties.keywords = properties.category = ""
    properties.created = properties.modified = _in_utc(made)
    properties.revision = 1


def _first_of_month(period: str) -> datetime:
    year, _, month = period.partition("-")
    if year.isdigit() and month.isdigit() and 1900 <= int(year) <= 9999 and 1 <= int(month) <= 12:
        return datetime(int(year), int(month), 1)  # noqa: DTZ001 - written as it is into a property without a zone
    return datetime(2000, 1, 1)  # noqa: DTZ001


def _in_utc(moment: datetime) -> datetime:
    """A moment as the properties want it: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
