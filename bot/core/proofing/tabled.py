"""Figures in prose beside an ordinary table: a number that the table has otherwise.

Only where the sentence says which row is meant, and the number is either a slip of the one in the table (two digits
turned round, one wrong, missing or too many) or is plainly said to be it ("fell to 350 in 2025").
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cached_property

from pydantic import ConfigDict
from rapidfuzz.distance import OSA

from bot.core.model import Finding, Section, Severity, Table, Value, plain
from bot.core.proofing.context import Passage, Text, found, sentences, tidy
from bot.core.proofing.numbers import COUNT, TOTAL_ROW, whole_number

_SAID = re.compile(
    r"\b(?:(?:rose|fell|increased|decreased|went (?:up|down)|dropped|grew|came down) (?:\w+ ){0,2}?to|stood at|reached|"
    r"came to|totall?ed|numbered|recorded|counted|there were|of)\s+$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_DATED = re.compile(r"\s*(?:January|February|March|April|May|June|July|August|September|October|November|December)")
SURE_DIGITS = 3  # from this many digits on a slip is told without the column's name


SIDE_MAX = 300  # rows or columns of a table that is compared with the prose
CELLS_MAX = 6_000  # of one section's tables that are
COUNTS_MAX = 100  # numbers of one sentence that are


class Grid(Value):
    """A table as numbers: its row labels, its column titles, its cells (None: no whole number)."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    labels: tuple[str, ...]
    titles: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]

    @cached_property
    def rows_named(self) -> tuple[re.Pattern[str] | None, ...]:
        """How each row's name is found in a sentence."""
        return _as_words(self.labels)

    @cached_property
    def columns_named(self) -> tuple[re.Pattern[str] | None, ...]:
        """The same of the columns."""
        return _as_words(self.titles)

    @cached_property
    def total(self) -> int | None:
        """The total row."""
        return next((n for n, label in enumerate(self.labels) if TOTAL_ROW.fullmatch(label)), None)

    @cached_property
    def known(self) -> frozenset[int]:
        """Every number that follows from the table: its cells, and differences and sums along rows and columns."""
        lines = [
            [value for value in line if value is not None] for line in (*self.cells, *zip(*self.cells, strict=True))
        ]
        out = {value for line in lines for value in line} | {sum(line) for line in lines}
        for line in lines:
            out |= {n for a, b in itertools.combinations(line, 2) for n in (abs(a - b), a + b)}
        return frozenset(out)


def grid_of(table: Table) -> Grid | None:
    """The table as numbers; None when it has no titles, no labels or nothing to compare."""
    rows = [[tidy(plain(cell)).strip() for cell in row] for row in table.rows]
    width = min((len(row) for row in rows), default=0)
    if len(rows) < 2 or width < 2 or max(len(rows), width) > SIDE_MAX:
        return None
    cells = tuple(tuple(whole_number(cell) if cell else None for cell in row[1:width]) for row in rows[1:])
    if not any(value is not None for row in cells for value in row):
        return None
    return Grid(labels=tuple(row[0] for row in rows[1:]), titles=tuple(rows[0][1:width]), cells=cells)


def figures_beside_tables(text: Text) -> Iterator[Finding]:
    """The numbers in the prose of an item that are not what its tables say."""
    prose: dict[tuple[int, int], list[Passage]] = {}
    for passage in text.passages:
        if passage.part in ("paragraph", "bullet"):
            prose.setdefault((passage.section, passage.item), []).append(passage)
    for at, section in enumerate(text.sections):
        for index, grids in _grids(section):
            for passage in prose.get((at, index), ()):
                for grid in grids:
                    yield from _compared(passage, grid)


def _grids(section: Section) -> Iterator[tuple[int, list[Grid]]]:
    left = CELLS_MAX
    for index, item in enumerate(section.items):
        grids: list[Grid] = []
        for table in item.blocks:
            if isinstance(table, Table):
                left -= sum(map(len, table.rows))
                if left >= 0 and (grid := grid_of(table)):
                    grids.append(grid)
        if grids:
            yield index, grids


def _compared(passage: Passage, grid: Grid) -> Iterator[Finding]:
    for start, sentence in sentences(passage.text):
        named, columns_named = _named(sentence, grid.rows_named), None
        for match in itertools.islice(COUNT.finditer(sentence), COUNTS_MAX):
            said = int(match.group(1).replace(",", ""))
            row = _row_of(sentence[: match.start()], named, grid)
            if row is None or said in grid.known or _no_count(sentence, match):
                continue
            if columns_named is None:
                columns_named = _named(sentence, grid.columns_named)
            columns = _beside(sentence, match, grid) or columns_named
            right = _meant(sentence, match, grid, row, columns, sure=len(named) == 1)
            if right is not None:
                span = (start + match.start(), start + match.end())
                message = f"The text says {said:,}, the table says {right:,}."
                yield found("figure-changed", Severity.WARNING, passage, span, message, f"{right:,}", match.group(1))


def _as_words(names: tuple[str, ...]) -> tuple[re.Pattern[str] | None, ...]:
    """A pattern for each name of some length."""
    return tuple(re.compile(rf"\b{re.escape(name)}s?\b", re.IGNORECASE) if len(name) > 1 else None for name in names)


def _named(sentence: str, patterns: tuple[re.Pattern[str] | None, ...]) -> list[int]:
    """The rows or columns whose names the sentence has, whole and as words."""
    return [n for n, pattern in enumerate(patterns) if pattern and pattern.search(sentence)]


def _row_of(before: str, named: list[int], grid: Grid) -> int | None:
    """The row that a number belongs to: the one that was named last before it, or the only one in the sentence; where
    none is named, the total row."""
    if not named:
        return grid.total
    spoken = before.lower()
    places = {n: spoken.rfind(grid.labels[n].lower()) for n in named}
    last = max(named, key=places.__getitem__)
    return last if places[last] >= 0 or len(named) == 1 else None


def _no_count(sentence: str, match: re.Match[str]) -> bool:
    """A year, a day of a month, or a sum of money."""
    return bool(_YEAR.fullmatch(match.group(1)) or _DATED.match(sentence, match.end()))


def _beside(sentence: str, match: re.Match[str], grid: Grid) -> list[int]:
    """The columns whose title stands right behind the number."""
    near = re.match(r"\s+(?:\w+\s+)?(?:in\s+|were\s+|was\s+)?(\w+)", sentence[match.end() :])
    words = near.group().lower() if near else ""
    there = ((n, title.lower()) for n, title in enumerate(grid.titles) if title)
    return [n for n, title in there if title in words and re.search(rf"\b{re.escape(title)}\b", words)]


def _meant(sentence: str, match: re.Match[str], grid: Grid, row: int, columns: list[int], *, sure: bool) -> int | None:
    """The table's number where the prose has another; None when it is not sure that it means it."""
    said = match.group(1).replace(",", "")
    values = [grid.cells[row][n] for n in columns] if columns else list(grid.cells[row])
    known = [value for value in values if value is not None]
    slips = [value for value in known if _slip(said, str(value)) and (columns or len(said) >= SURE_DIGITS)]
    if len(slips) == 1:
        return slips[0]
    plainly = sure and (len(columns) == 1 or len(grid.titles) == 1)
    if plainly and len(known) == 1 and _SAID.search(sentence[: match.start()]):
        return known[0]
    return None


def _slip(said: str, right: str) -> bool:
    """One digit wrong, missing or too many, or two turned round; of two digits, only turned round."""
    if min(len(said), len(right)) < 2:
        return False
    return OSA.distance(said, right) == 1 and (len(said) > 2 or sorted(said) == sorted(right))
