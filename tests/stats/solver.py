"""A small integer solver: every table of counts that fits all that readers were shown, edition after edition.

Readers know the true totals of each printed month by row and by column, the counts that were printed, and for each
cell the sum of every closed window. The solver lists the tables of each month that fit its totals, walks over the
months with the sums of the windows so far, and gives for each month and cell the counts that are possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from bot.stats.suppression import _State

Cell = tuple[str, str]
Table = tuple[int, ...]


def _splits(total: int, parts: int, known: list[int | None]) -> Iterator[Table]:
    """Ways to write a row's total as so many counts, some of which are known."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for value in range(total + 1) if known[0] is None else [known[0]]:
        if value <= total:
            for rest in _splits(total - value, parts - 1, known[1:]):
                yield (value, *rest)


def tables_of(state: _State, step: int) -> list[Table]:
    """Every table of a month that fits its totals and its printed counts, cells in the order of ``state.cells``."""
    counts = state.steps[step]
    width = len(state.columns)
    known = [counts[cell] if state.window(step, cell) is None else None for cell in state.cells]
    columns = tuple(sum(counts[row, column] for row in state.rows) for column in state.columns)
    rows = []
    for number, row in enumerate(state.rows):
        total = sum(counts[row, column] for column in state.columns)
        rows.append(list(_splits(total, width, known[number * width : (number + 1) * width])))
    found = []
    for choice in product(*rows):
        if tuple(map(sum, zip(*choice, strict=True))) == columns:
            found.append(tuple(value for row in choice for value in row))
    return found


def possible(state: _State) -> list[dict[Cell, set[int]]]:
    """For each printed month and cell the counts that fit everything that was printed."""
    closed = [
        (number, window)
        for number, cell in enumerate(state.cells)
        for window in state.windows.get(cell, [])
        if window[1] is not None
    ]
    truth = [tuple(step[cell] for cell in state.cells) for step in state.steps]
    sums = [sum(truth[s][cell] for s in range(first, (last or 0) + 1)) for cell, (first, last) in closed]

    def after(step: int, so_far: Table, table: Table) -> Table | None:
        """The sums of the closed windows after one more month; None when one is missed."""
        new = []
        for index, (cell, (first, last)) in enumerate(closed):
            value = so_far[index] + (table[cell] if first <= step <= (last or 0) else 0)
            if value > sums[index] or (step == last and value != sums[index]):
                return None
            new.append(value)
        return tuple(new)

    tables = [tables_of(state, step) for step in range(len(state.steps))]
    forward: list[dict[Table, list[tuple[Table, Table]]]] = []
    states: set[Table] = {tuple(0 for _ in closed)}
    for step, choices in enumerate(tables):
        moves: dict[Table, list[tuple[Table, Table]]] = {}
        for so_far in states:
            for table in choices:
                new = after(step, so_far, table)
                if new is not None:
                    moves.setdefault(so_far, []).append((table, new))
        forward.append(moves)
        states = {new for pairs in moves.values() for _, new in pairs}
    alive = states
    result: list[dict[Cell, set[int]]] = []
    for moves in reversed(forward):
        values: dict[Cell, set[int]] = {cell: set() for cell in state.cells}
        kept = set()
        for so_far, pairs in moves.items():
            for table, new in pairs:
                if new in alive:
                    kept.add(so_far)
                    for cell, value in zip(state.cells, table, strict=True):
                        values[cell].add(value)
        alive = kept
        result.append(values)
    return result[::-1]
