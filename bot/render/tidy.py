"""A bulletin made fit for print, once, before any format sees it: so Word, HTML and text cannot differ.

What leads write is kept word for word; what is mended is form. Typed bullets become list items, a bold line standing
alone becomes a heading, a table cell is never blank, heading levels are never skipped, a table too wide for the page
is cut into several that repeat their first column. What a person should know of is told as findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.model import (
    Block,
    Bulletin,
    CountRow,
    Finding,
    Heading,
    Item,
    Picture,
    Run,
    Section,
    Severity,
    StatisticsTable,
    Table,
)
from bot.render.clean import clean_text
from bot.render.contents import contents
from bot.render.links import LinkWords
from bot.render.shape import (
    LEVELS_MAX,
    clean_runs,
    shaped,
    unbulleted,
    unnumbered,
    without_bullet,
    without_number,
)

COLUMNS_MAX = 8  # of a table in portrait A4 at 12 point
NO_VALUE = "–"


def tidy(bulletin: Bulletin) -> Bulletin:
    """The bulletin as every format prints it. Tidying a tidy bulletin changes nothing."""
    return _Tidier().bulletin(bulletin)


def concerns(bulletin: Bulletin) -> tuple[Finding, ...]:
    """What was mended so visibly that the editor should know, with the place named."""
    tidier = _Tidier()
    tidier.bulletin(bulletin)
    return tuple(tidier.findings)


class _Tidier:
    """One pass over one bulletin."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.where = ""
        self.words = LinkWords({})

    def bulletin(self, bulletin: Bulletin) -> Bulletin:
        sections = tuple(_named(section) for section in bulletin.sections)
        cleaned = bulletin.model_copy(
            update={
                "title": without_number(without_bullet(_line(bulletin.title))) or bulletin.key,
                "month": _line(bulletin.month),
                "marking": _line(bulletin.marking),
                "intro": _intro(bulletin.intro),
                "author": _line(bulletin.author),
                "nil_sentence": _line(bulletin.nil_sentence),
                "sections": sections,
            }
        )
        self.words = LinkWords({entry.text: "#" + entry.anchor for entry in contents(cleaned)})
        tidied = tuple(self.section(section) for section in sections)
        return cleaned.model_copy(update={"sections": tidied, "contact": self.runs(_contact(bulletin.contact))})

    def section(self, section: Section) -> Section:
        items = []
        for item in section.items:
            self.where = f"{section.title} / {item.heading}" if item.heading else section.title
            blocks = tuple(self.blocks(item.blocks, 2 if item.heading else 1))
            if item.heading or blocks:
                items.append(item.model_copy(update={"blocks": blocks}))
        statistics = _statistics(section.statistics) if section.statistics is not None else None
        return section.model_copy(update={"items": tuple(items), "statistics": statistics})

    def blocks(self, blocks: tuple[Block, ...], depth: int) -> Iterator[Block]:
        """Tidy blocks; ``depth`` is the level of the heading above them in the document."""
        for block in shaped(blocks):
            if isinstance(block, Heading):
                level = min(max(block.level, 1), depth, LEVELS_MAX)
                runs = self.runs(block.runs)
                if runs:
                    depth = level + 1
                    yield block.model_copy(update={"runs": runs, "level": level})
            elif isinstance(block, Table):
                yield from self.table(block)
            elif isinstance(block, Picture):
                yield _picture(block, self.where)
            else:
                runs = self.runs(block.runs)
                if runs:
                    yield block if runs == block.runs else block.model_copy(update={"runs": runs})

    def runs(self, runs: tuple[Run, ...]) -> tuple[Run, ...]:
        """Clean runs without outer space, with readable links; empty when there is nothing to print."""
        return _stripped(self.words.readable(list(runs)))

    def table(self, table: Table) -> Iterator[Block]:
        rows = [[self.runs(cell) for cell in row] for row in table.rows]
        rows = [row for row in rows if any(row)]
        width = max((len(row) for row in rows), default=0)
        rows = [row + [()] * (width - len(row)) for row in rows]
        kept = [column for column in range(width) if any(row[column] for row in rows)]
        filled = [tuple(row[column] or (Run(text=NO_VALUE),) for column in kept) for row in rows]
        header_rows = min(max(table.header_rows, 1), len(filled) - 1)
        caption = without_number(without_bullet(_line(table.caption)))
        pieces = list(_column_groups(len(kept)))
        if len(pieces) > 1:
            self._tell_split(len(kept), len(pieces))
        for number, columns in enumerate(pieces, 1):
            part = f" (part {number} of {len(pieces)})" if len(pieces) > 1 else ""
            yield table.model_copy(
                update={
                    "rows": tuple(tuple(row[column] for column in columns) for row in filled),
                    "header_rows": header_rows,
                    "caption": f"{caption or 'Table'}{part}" if part else caption,
                }
            )

    def _tell_split(self, columns: int, pieces: int) -> None:
        message = f"A table of {columns} columns is too wide for the page and is printed as {pieces} tables."
        self.findings.append(Finding(code="wide-table", severity=Severity.WARNING, where=self.where, message=message))


def _contact(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The bulletin's own contact line: no list, and not bold throughout, which would pass for a heading."""
    runs = unnumbered(unbulleted(clean_runs(runs)))
    if all(run.bold for run in runs if run.text.strip()):
        return tuple(run.model_copy(update={"bold": False}) for run in runs)
    return runs


def _intro(text: str) -> str:
    return without_number("\n".join(map(without_bullet, clean_text(text).strip().split("\n"))).strip())


def _named(section: Section) -> Section:
    items = [item.model_copy(update={"heading": without_bullet(_line(item.heading))}) for item in section.items]
    title = without_bullet(_line(section.title)) or section.theme or "Untitled"
    if items and items[0].blocks and items[0].heading.casefold() == title.casefold():
        items[0] = items[0].model_copy(update={"heading": ""})  # the band above says it already
    return section.model_copy(update={"title": title, "items": tuple(filter(_holds_something, items))})


def _holds_something(item: Item) -> bool:
    return bool(item.heading or item.blocks)


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _stripped(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    kept = list(runs)
    while kept and not kept[0].text.strip():
        kept.pop(0)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept and kept[0].text[0].isspace():
        kept[0] = kept[0].model_copy(update={"text": kept[0].text.lstrip()})
    if kept and kept[-1].text[-1].isspace():
        kept[-1] = kept[-1].model_copy(update={"text": kept[-1].text.rstrip()})
    return tuple(kept)


def _column_groups(width: int) -> Iterator[list[int]]:
    if width <= COLUMNS_MAX:
        yield list(range(width))
        return
    for start in range(1, width, COLUMNS_MAX - 1):
        yield [0, *range(start, min(start + COLUMNS_MAX - 1, width))]


_POOR_ALT = re.compile(
    r"\s*(?:image|picture|photo|graphic|chart|figure|img|logo|untitled|placeholder)?\s*\d*\s*|.*\.\w{3,4}\s*"
    r"|.*(?:automatically generated|AI-generated content).*",
    re.IGNORECASE | re.DOTALL,
)


def _picture(picture: Picture, where: str) -> Picture:
    alt = _line(picture.alt)
    if _POOR_ALT.fullmatch(alt) is not None:
        alt = f"Picture sent for: {where}"
    return picture.model_copy(update={"alt": alt[:400], "name": _line(picture.name)})


def _statistics(table: StatisticsTable) -> StatisticsTable:
    return table.model_copy(
        update={
            "title": _line(table.title),
            "intro": clean_text(table.intro).strip(),
            "sentence": clean_text(table.sentence).strip(),
            "footnotes": tuple(note for note in map(_line, table.footnotes) if note),
            "measures": tuple((key, _line(title) or key) for key, title in table.measures),
            "rows": _rows(table.rows),
            "month_rows": _rows(table.month_rows),
        }
    )


def _rows(rows: tuple[CountRow, ...]) -> tuple[CountRow, ...]:
    return tuple(row.model_copy(update={"district": _line(row.district) or NO_VALUE}) for row in rows)
