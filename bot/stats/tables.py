"""Finding the table of counts on a sheet by its words, wherever it stands and whichever way it runs.

A table is found by its header: the names of at least two measures side by side (districts run down), or the names of
several districts side by side with measures below each other (districts run across). Measures that repeat along a
header are tables beside each other (this month, to date); headers further down are tables below each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.stats.cells import Cell, Place, Sheet, column_letters
from bot.stats.nested import headings_go_on, nested_groups
from bot.stats.numbers import read_count
from bot.stats.roles import DISTRICT, MONTH, TOTAL, role_finder
from bot.stats.series import SeriesConfig
from bot.stats.texts import name_key

_TITLE_ROWS = 12
_LOOK_AHEAD = 40


@dataclass(frozen=True)
class FoundTable:
    """Where a table's parts are. ``places`` gives for each role (a measure's key or "total") its column, or its row
    when districts run ``across``; ``lines`` are the rows (columns) of the districts, ``label_at`` their names' column
    (row). ``said`` are texts that may tell month and kind, the most telling first; ``notes`` stand below the table.
    """

    sheet: Sheet
    across: bool
    places: dict[str, int]
    label_at: int
    lines: range
    month_at: int | None = None
    said: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    other_columns: tuple[tuple[str, Place], ...] = ()
    _spans: dict[Place, Place] = field(default_factory=dict, compare=False, repr=False)

    def place(self, role: str, line: int) -> Place:
        """Row and column of a role's cell in one line."""
        return (self.places[role], line) if self.across else (line, self.places[role])

    def label_place(self, line: int) -> Place:
        """Row and column of a line's name; of a merged cell its top left."""
        place = (self.label_at, line) if self.across else (line, self.label_at)
        return self._spans.get(place, place)

    def label(self, line: int) -> str:
        """The name written in a line, or ""."""
        value = self.sheet.value(*self.label_place(line))
        if isinstance(value, float) and value == int(value):
            value = int(value)
        return "" if value is None else str(value).strip()

    def month_cells(self) -> list[Cell]:
        """The cells of the month column, line by line; None for empty and hidden ones, and without such a column."""
        if self.month_at is None:
            return [None] * len(self.lines)
        places = ((line, self.month_at) for line in self.lines)
        if self._spans:
            places = (self._spans.get(place, place) for place in places)
        return [self.sheet.value(*place) for place in places]

    def values(self, roles: Sequence[str], line: int) -> list[Cell]:
        """The values of some roles in one line, None for empty and hidden cells."""
        if self.across or line in self.sheet.hidden_rows or line >= len(self.sheet.rows):
            return [self.sheet.value(*self.place(role, line)) for role in roles]
        row, hidden = self.sheet.rows[line], self.sheet.hidden_columns
        columns = [self.places[role] for role in roles]
        cells = [row[column] if column < len(row) and column not in hidden else None for column in columns]
        return [None if cell == "" else cell for cell in cells]

    def source(self, line: int) -> str:
        """The cells of one line: "Sheet1!A2:E2"."""
        first, last, prefix = self._ends
        if self.across:
            letters = column_letters(line)
            return f"{prefix}{letters}{first + 1}:{letters}{last + 1}"
        return f"{prefix}{column_letters(first)}{line + 1}:{column_letters(last)}{line + 1}"

    @property
    def source_columns(self) -> tuple[str, str]:
        """What stands before a line's number in the cells of a table with districts down: "Sheet1!A" and "E"."""
        first, last, prefix = self._ends
        return f"{prefix}{column_letters(first)}", column_letters(last)

    @cached_property
    def _ends(self) -> tuple[int, int, str]:
        """First and last column (row) of a line's cells, and the sheet's name as it stands before a cell."""
        places = (self.label_at, *self.places.values())
        return min(places), max(places), self.sheet.ref(0, 0).removesuffix("A1")


def find_tables(sheet: Sheet, config: SeriesConfig) -> list[FoundTable]:
    """Every table of this series on a sheet, from top to bottom and left to right."""
    role = role_finder(config)
    spans = _spans(sheet)
    headers = [(row, "down") for row in _down_headers(sheet, config, role)]
    if not headers:
        headers = [(row, "across") for row in _across_headers(sheet, config)]
    found: list[FoundTable] = []
    previous_end = 0
    for number, (row, way) in enumerate(headers):
        end = headers[number + 1][0] if number + 1 < len(headers) else len(sheet.rows)
        finder = _Finder(sheet, config, role, spans, row, end, previous_end)
        found += finder.down() if way == "down" else finder.across()
        previous_end = row + 1
    return found


def _spans(sheet: Sheet) -> dict[Place, Place]:
    """Every cell under a merged area -> its top left cell (areas of a sane size only)."""
    spans: dict[Place, Place] = {}
    for (top, left), (bottom, right) in sheet.merged:
        bottom = min(bottom, len(sheet.rows) - 1)
        if (bottom - top + 1) * (right - left + 1) <= 5_000:
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    spans[row, column] = (top, left)
    return spans


def _down_headers(sheet: Sheet, config: SeriesConfig, role: Callable[[str], str | None]) -> list[int]:
    keys = set(config.measure_keys)
    needed = min(2, len(keys))
    rows = []
    for number, row in enumerate(sheet.rows):
        texts = [cell for cell in row if type(cell) is str and cell]
        if len(texts) < needed or number in sheet.hidden_rows:
            continue
        if sum(1 for cell in row if type(cell) is float) > len(texts):
            continue  # figures, and not worth looking up each name of a long table
        if len(keys & {role(text) for text in texts}) >= needed:
            rows.append(number)
    return rows


def _across_headers(sheet: Sheet, config: SeriesConfig) -> list[int]:
    needed = min(3, len(config.districts))
    rows = []
    for number, row in enumerate(sheet.rows):
        texts = [cell for cell in row if type(cell) is str and cell]
        if len(texts) >= needed and number not in sheet.hidden_rows:
            known = {config.district_keys.get(name_key(text)) for text in texts} - {None}
            if len(known) >= needed:
                rows.append(number)
    return rows


@dataclass
class _Finder:
    """Works out one header row. ``end`` is the row after the table's last possible row."""

    sheet: Sheet
    config: SeriesConfig
    role: Callable[[str], str | None]
    spans: dict[Place, Place]
    row: int
    end: int
    previous_end: int

    def text(self, row: int, column: int) -> str:
        """The text of a cell, of a merged one from its top left; "" for numbers."""
        place = self.spans.get((row, column), (row, column))
        value = self.sheet.value(*place)
        return value.strip() if isinstance(value, str) else ""

    def roles(self, cells: Iterable[Place]) -> dict[int, str]:
        """Index along the header -> role. A merged heading counts where it begins."""
        found = {}
        for number, (row, column) in enumerate(cells):
            if self.spans.get((row, column), (row, column)) == (row, column):
                role = self.role(self.text(row, column))
                if role:
                    found[number] = role
        return found

    def width(self) -> int:
        """How many columns the rows about the header have."""
        return max((len(row) for row in self.sheet.rows[max(0, self.row - 1) : self.row + 2]), default=0)

    def down(self) -> list[FoundTable]:
        """The tables of a header row with districts below each other."""
        width = self.width()
        roles = self.roles((self.row, column) for column in range(width))
        if TOTAL not in roles.values() and self.row > 0:
            above = self.roles((self.row - 1, column) for column in range(width))
            roles |= {column: TOTAL for column, role in above.items() if role == TOTAL and column not in roles}
        nested = self._nested(roles, width)
        groups = [group for _, group in nested] or _groups(roles, self.config.measure_keys)
        months = [column for column, role in roles.items() if role == MONTH]
        used = {column for group in groups for column in group.values()}
        label_at = self._label_column(width, used, roles)
        months = [column for column in months if column != label_at]
        labels = self._labels(groups, label_at)
        titles = self._titles(self.row - 2 if len(groups) > 1 and self._heads_groups() else self.row - 1)
        tables = []
        for number, (group, names) in enumerate(zip(groups, labels, strict=True)):
            own = [self.text(self.row, column) for column in group.values()]
            if nested:
                own = [nested[number][0], *own]
            elif len(groups) > 1:
                own = [*own, *self._group_titles(min(group.values()), max(group.values()))]
            tables.append(
                FoundTable(
                    sheet=self.sheet,
                    across=False,
                    places=group,
                    label_at=names,
                    lines=range(self.row + (2 if nested else 1), self.end),
                    month_at=months[0] if months else None,
                    said=(" ".join(own), *titles, self.sheet.words),
                    notes=self._notes(),
                    other_columns=self._other_columns(width, {*labels, *used, *roles}),
                    _spans=self.spans,
                )
            )
        return tables

    def _nested(self, roles: dict[int, str], width: int) -> list[tuple[str, dict[str, int]]]:
        """The tables of headings in two rows, each with its own heading of the lower row."""
        below = self.row + 1
        cells = self.sheet.rows[below] if below < min(self.end, len(self.sheet.rows)) else ()
        names = [cell for cell in cells if isinstance(cell, str) and name_key(cell) in self.config.district_keys]
        if names or below in self.sheet.hidden_rows or not headings_go_on(cells):
            return []
        own = [self.spans.get((self.row, column), (self.row, column)) for column in range(width)]
        heads = [self.text(*place) if place == (self.row, c) else "" for c, place in enumerate(own)]
        values = [self.sheet.value(below, column) for column in range(width)]
        texts = ["" if value is None else _title_text(value).strip() for value in values]
        return nested_groups(roles, self.config.measure_keys, heads, texts, self.role)

    def across(self) -> list[FoundTable]:
        """The tables of a header row of districts, measures below each other."""
        width = self.width()
        rows = range(self.row + 1, self.end)
        district_columns = [c for c in range(width) if name_key(self.text(self.row, c)) in self.config.district_keys]
        best, label_column = 0, -1
        for column in range(min(district_columns)):
            hits = sum(1 for row in rows[:_LOOK_AHEAD] if self.role(self.text(row, column)) in self.config.measure_keys)
            if hits > best:
                best, label_column = hits, column
        if label_column < 0:
            return []
        roles = {row: role for row in rows if (role := self.role(self.text(row, label_column)))}
        tables = []
        groups = _groups(roles, self.config.measure_keys)
        for group in groups:
            first = min(group.values())
            between = [self.text(row, label_column) for row in range(max(self.row + 1, first - 2), first)]
            tables.append(
                FoundTable(
                    sheet=self.sheet,
                    across=True,
                    places=group,
                    label_at=self.row,
                    lines=range(label_column + 1, width),
                    said=(" ".join(between), *self._titles(), self.sheet.words),
                    notes=self._notes(),
                    _spans=self.spans,
                )
            )
        return tables

    def _names(self, columns: Sequence[int]) -> Counter[int]:
        """How many known names stand in some columns below the header."""
        hits: Counter[int] = Counter()
        for row in range(self.row + 1, min(self.end, self.row + 1 + _LOOK_AHEAD)):
            for column in columns:
                if name_key(self.text(row, column)) in self.config.district_keys:
                    hits[column] += 1
        return hits

    def _labels(self, groups: list[dict[str, int]], label_at: int) -> list[int]:
        """The column of the names of each group of measures: one that begins with names of its own, or the common."""
        labels, after = [], -1
        for group in groups:
            first = min(group.values())
            hits: Counter[int] = self._names(range(after + 1, first)) if len(groups) > 1 else Counter()
            labels.append(max(hits, key=lambda column: (hits[column], -column), default=label_at))
            after = max(group.values())
        return labels

    def _label_column(self, width: int, used: set[int], roles: dict[int, str]) -> int:
        """The column of the names: where most known names stand; else the one with such a heading; else the first."""
        hits = self._names([column for column in range(width) if column not in used])
        if hits:
            return min(hits, key=lambda column: (-hits[column], column))
        headed = [column for column, role in roles.items() if role == DISTRICT]
        free = [column for column in range(width) if column not in used and roles.get(column) != MONTH]
        return next(iter(headed or free), 0)

    def _heads_groups(self) -> bool:
        """Whether the row above holds headings of groups of columns, not titles: two texts or more."""
        cells = self.sheet.rows[self.row - 1] if self.row else ()
        return sum(1 for cell in cells if cell not in ("", None)) >= 2

    def _titles(self, start: int | None = None) -> tuple[str, ...]:
        """Texts above the header, the nearest first, down from the table above."""
        titles: list[str] = []
        start = self.row - 1 if start is None else start
        for row in range(start, max(self.previous_end, self.row - _TITLE_ROWS) - 1, -1):
            if row in self.sheet.hidden_rows:
                continue
            cells = [cell for cell in self.sheet.rows[row] if cell not in ("", None)]
            if sum(1 for cell in cells if isinstance(read_count(cell), int)) >= 2:
                break
            line = " ".join(_title_text(cell) for cell in cells)
            if line:
                titles.append(line)
        return tuple(titles)

    def _group_titles(self, first: int, last: int) -> list[str]:
        """The heading above a group of columns: over one of them, or the nearest to the left."""
        if self.row == 0:
            return []
        for column in (*range(first, last + 1), *range(first - 1, max(first - 4, -1), -1)):
            text = self.text(self.row - 1, column)
            value = self.sheet.value(self.row - 1, column)
            if text or value is not None:
                return [text or _title_text(value)]
        return []

    def _notes(self) -> tuple[str, ...]:
        """Short texts in the last rows of the sheet's part, which may say what the figures are."""
        notes = []
        for row in range(max(self.row + 1, self.end - 6), self.end):
            texts = [cell for cell in self.sheet.rows[row] if cell not in ("", None)]
            if (
                len(texts) == 1
                and isinstance(texts[0], str)
                and len(texts[0]) > 12
                and row not in self.sheet.hidden_rows
            ):
                notes.append(texts[0])
        return tuple(notes)

    def _other_columns(self, width: int, taken: set[int]) -> tuple[tuple[str, Place], ...]:
        """Headed columns with figures that are none of the series'."""
        others = []
        for column in range(width):
            merged = self.spans.get((self.row, column), (self.row, column)) != (self.row, column)
            text = "" if merged else self.text(self.row, column)
            if text and column not in taken and column not in self.sheet.hidden_columns:
                cells = [self.sheet.value(row, column) for row in range(self.row + 1, min(self.end, self.row + 10))]
                if any(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells):
                    others.append((text, (self.row, column)))
        return tuple(others)


def _title_text(cell: Cell) -> str:
    """A title's cell as text; a date on its own is its month."""
    return f"{cell:%B %Y}" if hasattr(cell, "strftime") and hasattr(cell, "year") else str(cell)


def _groups(roles: dict[int, str], measures: tuple[str, ...]) -> list[dict[str, int]]:
    """Split a header's measures into tables: a measure that comes again begins the next one; then totals are dealt."""
    groups: list[dict[str, int]] = []
    for index in sorted(roles):
        role = roles[index]
        if role in measures:
            if not groups or role in groups[-1]:
                groups.append({})
            groups[-1][role] = index
    totals = [index for index in sorted(roles) if roles[index] == TOTAL]
    if len(totals) == len(groups):
        for group, index in zip(groups, totals, strict=True):
            group[TOTAL] = index
    else:
        for index in totals:
            before = [group for group in groups if min(group.values()) < index]
            (before or groups)[-1 if before else 0].setdefault(TOTAL, index)
    return groups
