"""A Word bulletin read back into sections, items and blocks: the editor's altered draft, or any bulletin at all.

Headings make the order: the highest level is a theme, the next an item. What the template prints around it (masthead,
contents, marking) is known by its styles and left out; a text without headings is one section.
The bytes must have passed the gate for Office packages already; the caller does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.core.model import Block, Heading, Item, ListItem, Paragraph, Picture, Run, Section, Table, plain
from bot.render.docx_reader import Comment, ReadBlock, ReadDocument, ReadParagraph, ReadTable, read_docx
from bot.render.flow import ASK_WORDS, CONTACT_MARK

_AROUND = frozenset(
    ("toc heading", "toc 1", "toc 2", "toc 3", "contents heading", "contents 1", "contents 2", "contents 3")
)
_MASTHEAD = {"title": "title", "subtitle": "month", "masthead marking": "marking", "marking": "marking"}
NIL_SENTENCE = "Nothing to report this month."

_THEME_MARK = re.compile(r"t\d+_(?!item\d|figures)\w*")
_FIGURES_MARK = re.compile(r"t\d+_figures")
_ASK_MARK = re.compile(r"t\d+_ask")
_NOT_IN_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Returned:
    """What a Word bulletin holds.

    ``sections`` are as read: ``theme`` is the bookmark of the theme's heading when it is one of ours, else made of
    the title. ``figures`` are the statistics items by index of their section. ``pictures`` gives bytes by digest.
    """

    title: str = ""
    month: str = ""
    marking: str = ""
    intro: str = ""
    sections: tuple[Section, ...] = ()
    figures: dict[int, tuple[Item, ...]] = field(default_factory=dict)
    contact: tuple[Run, ...] = ()
    comments: tuple[Comment, ...] = ()
    insertions: int = 0
    deletions: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)


def sections_of(data: bytes) -> tuple[Section, ...]:
    """The sections of any Word bulletin, statistics as ordinary items. Raises InputError when it cannot be read."""
    returned = read_bulletin(data)
    out = list(returned.sections)
    for index, items in returned.figures.items():
        out[index] = out[index].model_copy(update={"items": (*out[index].items, *items)})
    return tuple(out)


def read_bulletin(data: bytes, nil_sentence: str = NIL_SENTENCE) -> Returned:
    """A Word bulletin as it stands after "accept all changes"; ``nil_sentence`` is what nil returns print.

    Raises InputError when the file cannot be read.
    """
    document = read_docx(data)
    returned = Returned(
        comments=document.comments,
        insertions=document.insertions,
        deletions=document.deletions,
        pictures=document.pictures,
    )
    _Folder(document, returned, nil_sentence).fold()
    return returned


class _Folder:
    """Folds the stream of paragraphs into sections."""

    def __init__(self, document: ReadDocument, returned: Returned, nil_sentence: str) -> None:
        self.returned = returned
        self.nil_sentence = nil_sentence
        self.blocks = list(_without_layout(document.blocks))
        levels = [
            block.level
            for block in self.blocks
            if isinstance(block, ReadParagraph) and block.level and block.text.strip()
        ]
        self.top = min(levels, default=1)
        self.sections: list[Section] = []
        self.items: list[Item] = []
        self.figure_items: list[Item] = []
        self.heading = ""
        self.is_figures = False
        self.out: list[Block] = []
        self.title, self.theme = "", ""
        self.lists: set[str] = set()
        self.caption = ""

    def fold(self) -> None:
        for block in self.blocks:
            if isinstance(block, ReadTable):
                self._table(block)
            elif not self._around(block):
                self._paragraph(block)
        self._end_section()
        self.returned.sections = tuple(self.sections)

    def _around(self, paragraph: ReadParagraph) -> bool:
        """Take note of the masthead and contents; True when the paragraph is part of them."""
        name, text = paragraph.style.name, " ".join(paragraph.text.split())
        if name in _AROUND:
            return True
        before_sections = not self.title and not self.sections
        if name in _MASTHEAD and before_sections:
            known = getattr(self.returned, _MASTHEAD[name])
            setattr(self.returned, _MASTHEAD[name], f"{known} {text}".strip())
            return True
        if CONTACT_MARK in paragraph.bookmarks and not self.returned.contact:
            self.returned.contact = _trimmed(paragraph.runs)
            return True
        if text.startswith(ASK_WORDS) and any(_ASK_MARK.fullmatch(mark) for mark in paragraph.bookmarks):
            return True  # ours to print, not the editor's to keep
        if name == "introduction" and before_sections and not self.returned.intro:
            self.returned.intro = paragraph.text.strip()
            return True
        return False

    def _paragraph(self, paragraph: ReadParagraph) -> None:
        text = paragraph.text.strip()
        if paragraph.level is not None and text:
            self._heading(paragraph, " ".join(text.split()))
        elif text:
            self._text(paragraph)
        for picture in paragraph.pictures:
            if not picture.chart:
                self.out.append(Picture(digest=picture.digest, alt=picture.alt, name=picture.name))

    def _heading(self, paragraph: ReadParagraph, text: str) -> None:
        self._caption_as_text()
        depth = (paragraph.level or 1) - self.top
        if depth == 0:
            self._end_section()
            self.title = text
            self.theme = next((mark for mark in paragraph.bookmarks if _THEME_MARK.fullmatch(mark)), "") or _key(text)
        elif depth == 1:
            self._end_item()
            self.heading = text
            self.is_figures = any(_FIGURES_MARK.fullmatch(mark) for mark in paragraph.bookmarks)
        else:
            self.out.append(Heading(runs=_plain_bold(paragraph.runs), level=min(depth, 3)))

    def _text(self, paragraph: ReadParagraph) -> None:
        name = paragraph.style.name
        if name == "caption":
            self._caption_as_text()
            self.caption = paragraph.text.strip()
            return
        self._caption_as_text()
        runs = _trimmed(paragraph.runs)
        if paragraph.list_id is not None:
            new = paragraph.ordered and paragraph.list_id not in self.lists
            self.lists.add(paragraph.list_id)
            number = paragraph.start if new else None
            level = min(paragraph.list_level + 1, 3)
            self.out.append(ListItem(runs=runs, level=level, ordered=paragraph.ordered, number=number))
        else:
            self.out.append(Paragraph(runs=runs, contact=name == "contact"))

    def _caption_as_text(self) -> None:
        if self.caption:
            caption, self.caption = self.caption, ""
            self.out.append(Paragraph(runs=(Run(text=caption),)))

    def _table(self, table: ReadTable) -> None:
        caption, self.caption = self.caption, ""
        rows = tuple(tuple(_cell(cell) for cell in row) for row in table.rows if row)
        if rows:
            self.out.append(Table(rows=rows, header_rows=max(table.header_rows, 1), caption=caption))

    def _end_item(self) -> None:
        self._caption_as_text()
        if self.heading or self.out:
            item = Item(heading=self.heading, blocks=tuple(self.out))
            (self.figure_items if self.is_figures else self.items).append(item)
        self.heading, self.out, self.is_figures = "", [], False

    def _end_section(self) -> None:
        self._end_item()
        if self.title or self.items or self.figure_items:
            if self.figure_items:
                self.returned.figures[len(self.sections)] = tuple(self.figure_items)
            nil = [_only_text(item) for item in self.items] == [self.nil_sentence]
            items = () if nil else tuple(self.items)
            self.sections.append(Section(theme=self.theme or "front", title=self.title, items=items, nil=nil))
        self.items, self.figure_items, self.title, self.theme = [], [], "", ""


def _without_layout(blocks: list[ReadBlock]) -> Iterator[ReadBlock]:
    """Blocks with the content of layout tables in reading order: cells with lists or several paragraphs are no data."""
    for block in blocks:
        if isinstance(block, ReadTable) and not block.header_rows and _is_layout(block):
            for row in block.rows:
                seen: list[list[ReadParagraph]] = []
                for cell in row:
                    if not any(cell is one for one in seen):  # a merged cell stands in several columns
                        seen.append(cell)
                        yield from cell
        else:
            yield block


def _is_layout(table: ReadTable) -> bool:
    cells = [[one for one in cell if one.text.strip() or one.pictures] for row in table.rows for cell in row]
    if max((len(row) for row in table.rows), default=0) < 2:
        return True
    return any(len(cell) > 1 or any(one.level is not None or one.list_id for one in cell) for cell in cells)


def _cell(paragraphs: list[ReadParagraph]) -> tuple[Run, ...]:
    out: list[Run] = []
    for paragraph in paragraphs:
        if paragraph.text.strip():
            if out:
                out.append(Run(text="\n"))
            out.extend(_trimmed(paragraph.runs))
    return tuple(out)


def _trimmed(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    kept = [run for run in runs if run.text]
    if kept:
        kept[0] = kept[0].model_copy(update={"text": kept[0].text.lstrip()})
        kept[-1] = kept[-1].model_copy(update={"text": kept[-1].text.rstrip()})
    return tuple(run for run in kept if run.text)


def _plain_bold(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    return tuple(run.model_copy(update={"bold": False}) for run in _trimmed(runs))


def _only_text(item: Item) -> str:
    """The text of an item that is nothing but one paragraph, else ""."""
    if item.heading or len(item.blocks) != 1 or not isinstance(item.blocks[0], Paragraph):
        return ""
    return plain(item.blocks[0].runs)


def _key(title: str) -> str:
    return _NOT_IN_KEY.sub("-", title.lower()).strip("-") or "section"
