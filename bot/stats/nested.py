"""Headings in two rows, the measures above and months, or numbers and percentages, below each of them.

"Positive" over "July" and "August", "Negative" over the same two, is two tables; "Positive" over "No." and "%" is one,
and its percentages are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.stats.cells import Cell
from bot.stats.numbers import Bad, read_count
from bot.stats.roles import IGNORED, TOTAL
from bot.stats.texts import fold

Names = Sequence[str]  # the heading of every column of one row, "" for none
_OF_COUNTS = frozenset({"no", "nos", "number", "numbers", "n", "count", "counts", "tests", "figure", "figures"})
_MOST = 60  # columns below one heading


def nested_groups(
    roles: dict[int, str], measures: Names, heads: Names, below: Names, role: Callable[[str], str | None]
) -> list[tuple[str, dict[str, int]]]:
    """The tables below measures that each have several headings of their own: (that heading, role -> column).

    ``roles`` and ``heads`` are those of the upper row; a column without a heading belongs to the one to its left. Empty
    when the headings below are not the same ones under every measure, or when a measure stands there twice.
    """
    columns = [column for column, key in roles.items() if key in measures]
    parts = {roles[column]: _below(column, heads, below, role) for column in columns}
    names = [name for name, _ in next(iter(parts.values()), [])]
    spread = any(len(_span(column, heads, below)) > 1 for column in columns)
    if not spread or len(parts) < len(columns) or any([name for name, _ in part] != names for part in parts.values()):
        return []
    groups = [(names[number], {key: part[number][1] for key, part in parts.items()}) for number in range(len(names))]
    _deal_totals(groups, [column for column, key in roles.items() if key == TOTAL], heads, below, role)
    return groups


def _span(column: int, heads: Names, below: Names) -> list[int]:
    """The columns with a heading in the lower row that belong to one of the upper row."""
    end = next((c for c in range(column + 1, len(heads)) if heads[c]), len(heads))
    return [c for c in range(column, min(end, column + _MOST)) if c < len(below) and below[c]]


def _below(column: int, heads: Names, below: Names, role: Callable[[str], str | None]) -> list[tuple[str, int]]:
    """The headings of counts below one heading, with their columns; shares and rates are none."""
    span = _span(column, heads, below)
    counts = [c for c in span if fold(below[c]) in _OF_COUNTS or role(below[c]) != IGNORED]
    return [(below[c], c) for c in counts]


def _deal_totals(
    groups: list[tuple[str, dict[str, int]]],
    columns: list[int],
    heads: Names,
    below: Names,
    role: Callable[[str], str | None],
) -> None:
    """Totals headed like the measures go to the table with that heading; a lone one to the only table."""
    for column in columns:
        for name, place in _below(column, heads, below, role):
            for group_name, group in groups:
                if group_name == name:
                    group.setdefault(TOTAL, place)
        if len(groups) == 1:
            groups[0][1].setdefault(TOTAL, column)


def headings_go_on(cells: Sequence[Cell]) -> bool:
    """Whether a row may go on with the headings above it: two texts or dates, or more, and no number."""
    counts = [read_count(cell) for cell in cells]
    return sum(1 for count in counts if isinstance(count, Bad)) >= 2 and not any(isinstance(n, int) for n in counts)
