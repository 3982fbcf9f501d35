"""Whether figures are the sum of rows that stand together: a total of a part of the table, whatever it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.stats.roles import TOTAL

if TYPE_CHECKING:
    from bot.stats.lines import Line


def run_that_gives(figures: Mapping[str, int], rows: Sequence[Line]) -> int:
    """How many rows below each other add up to ``figures`` (by measure, and "total"), or 0; the longest such run."""
    if not any(figures.values()):
        return 0
    roles, wanted = tuple(figures), tuple(figures.values())
    above = tuple(0 for _ in roles)
    first = {above: 0}  # the sum of the rows above a place -> the first such place
    longest = 0
    for number, row in enumerate(rows, 1):
        above = tuple(value + _value(row, role) for value, role in zip(above, roles, strict=True))
        start = first.get(tuple(value - part for value, part in zip(above, wanted, strict=True)))
        if start is not None:
            longest = max(longest, number - start)
        first.setdefault(above, number)
    return longest


def _value(row: Line, role: str) -> int:
    return (row.total if role == TOTAL else row.values.get(role)) or 0
