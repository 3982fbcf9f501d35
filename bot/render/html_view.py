"""The bulletin as the HTML layout wants it: themes of pieces, with consecutive list items folded into nested lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.core.model import Bulletin, Heading, Item, ListItem, Paragraph, Picture, Run, Section, Table, plain
from bot.render.contents import Entry, contents, is_printed
from bot.render.flow import Ask, Band, Nil, Numbers, Piece, Story, numbered, section_flow

SUMMARY_CHARS = 220

# What an image is shown by: its cid: or data: address, or None when it is left out.
Source = Callable[[Picture | Numbers], str | None]


@dataclass(slots=True)
class ListView:
    """One list with its items; ``start`` is the first number of a numbered one."""

    ordered: bool
    start: int | None
    level: int
    items: list[ItemView] = field(default_factory=list)
    kind: str = "list"


@dataclass(slots=True)
class ItemView:
    """One item of a list, with the lists below it."""

    runs: tuple[Run, ...]
    lists: list[ListView] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """One piece for the layout: what kind it is and what it shows."""

    kind: str
    piece: Any
    source: str | None = None
    level: int = 0
    numeric: tuple[bool, ...] = ()
    tables: tuple[View, ...] = ()
    statistics: bool = False


@dataclass(slots=True)
class ThemeView:
    """One theme: its band and the pieces under it."""

    title: str
    anchor: str
    pieces: list[View | ListView]


@dataclass(slots=True)
class EditionView:
    """Everything the layout shows."""

    bulletin: Bulletin
    contents: tuple[Entry, ...]
    themes: list[ThemeView]
    shortened: bool = False


def edition_view(bulletin: Bulletin, source: Source, shorten: int = 0) -> EditionView:
    """The view of a tidy bulletin; ``shorten`` 0 shows all, 1 a first sentence of each item, 2 headings, 3 themes."""
    entries = contents(bulletin)
    themes = []
    for index, section in enumerate(bulletin.sections):
        if is_printed(section):
            shown = _shortened(section, shorten)
            band, *pieces = section_flow(shown, index, bulletin.nil_sentence)
            if isinstance(band, Band):
                themes.append(ThemeView(band.title, band.anchor, list(_views(pieces, source))))
    kept = tuple(entry for entry in entries if shorten < 3 or entry.level == 1)
    return EditionView(bulletin, kept, themes, shorten > 0)


def _shortened(section: Section, shorten: int) -> Section:
    if shorten == 0:
        return section
    if shorten >= 3:
        return section.model_copy(update={"items": (), "statistics": None, "nil": section.nil})
    items = tuple(
        item.model_copy(update={"blocks": _first_words(item) if shorten == 1 else ()}) for item in section.items
    )
    return section.model_copy(update={"items": items, "statistics": section.statistics if shorten == 1 else None})


def _first_words(item: Item) -> tuple[Paragraph, ...]:
    """The start of an item's first paragraph, cut after a sentence where there is one."""
    text = next((plain(block.runs) for block in item.blocks if isinstance(block, Paragraph | ListItem)), "")
    if len(text) > SUMMARY_CHARS:
        cut = text[:SUMMARY_CHARS]
        sentence = cut.rfind(". ")
        text = cut[: sentence + 1] if sentence > 60 else cut.rsplit(" ", 1)[0] + " …"
    return (Paragraph(runs=(Run(text=text),)),) if text else ()


def _views(pieces: Iterable[Piece], source: Source) -> Iterator[View | ListView]:
    open_lists: list[ListView] = []
    for piece, shown, restarts in numbered(pieces):
        if isinstance(piece, ListItem):
            first = _into_lists(open_lists, piece, shown, restarts)
            if first is not None:
                yield first
            continue
        open_lists.clear()
        yield _view(piece, source)


def _into_lists(open_lists: list[ListView], item: ListItem, shown: int | None, restarts: bool) -> ListView | None:
    """Put an item where it belongs; a list that begins at the outermost level is given back."""
    while open_lists and open_lists[-1].level > item.level:
        open_lists.pop()
    last = open_lists[-1] if open_lists else None
    if last is not None and last.level == item.level and (last.ordered != item.ordered or restarts):
        open_lists.pop()
        last = open_lists[-1] if open_lists else None
    if last is not None and last.level == item.level:
        last.items.append(ItemView(item.runs))
        return None
    new = ListView(item.ordered, shown, item.level, [ItemView(item.runs)])
    open_lists.append(new)
    if last is not None and last.items:
        last.items[-1].lists.append(new)
        return None
    return new


def _view(piece: Piece, source: Source) -> View:
    if isinstance(piece, Table):
        return _table(piece)
    if isinstance(piece, Numbers):
        tables = tuple(_table(table, statistics=True) for table in piece.figures.tables)
        return View("numbers", piece, source=source(piece), tables=tables)
    if isinstance(piece, Picture):
        return View("picture", piece, source=source(piece))
    if isinstance(piece, Heading):
        return View("heading", piece, level=piece.level + 2)
    if isinstance(piece, Paragraph):
        return View("contact" if piece.contact else "paragraph", piece)
    if isinstance(piece, Ask):
        return View("contact", piece)
    if isinstance(piece, Nil):
        return View("nil", piece)
    return View("story" if isinstance(piece, Story) else "other", piece)


def _table(table: Table, *, statistics: bool = False) -> View:
    numeric = tuple(_is_numeric(table, column) for column in range(len(table.rows[0])))
    return View("table", table, numeric=numeric, statistics=statistics)


def _is_numeric(table: Table, column: int) -> bool:
    texts = [plain(row[column]) for row in table.rows[table.header_rows :]]
    return any(char.isdigit() for text in texts for char in text) and all(
        set(text) <= set("0123456789,.%£+-–−()[x] ") for text in texts
    )
