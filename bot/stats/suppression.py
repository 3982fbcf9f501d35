"""Small numbers: which cells may be printed so that no suppressed one can be worked out, now or with earlier editions.

Off by default. All totals are printed and true, so a reader who keeps every edition knows the totals of each month by
row and by column. He also knows, for each cell, every running total that was printed. Between two printed values of a
cell lies a *window* of months; its sum is known, the months in it are not. The rules here:

* a change from 1 to threshold - 1 since a cell was last printed keeps its window open: the running total stays as
  last printed (frozen), and the month's count is not printed (primary suppression);
* every hidden count is hidden together with three more that form a rectangle with it (complementary suppression), in
  which one can be added and taken away without changing a total: so at least two tables fit all that is known;
* a window closes only when each hidden count in it still has such a rectangle: one whose windows are open, or one
  that is hidden in two months of the same windows, added in one and taken away in the other;
* a month whose totals alone give its counts away (one district, say) is held back and printed with the next.

What was printed before the rule began is known and exempt. Restating a month after it was printed under this rule
changes what its totals say; such an edition should be looked at by a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from bot.stats.history import Cell, History, Values, folded, running_total
from bot.stats.months import words
from bot.stats.series import SeriesConfig
from bot.stats.texts import listed

Shown = dict[Cell, int]
Window = tuple[int, int | None]  # first step, last step (None: still open)
Corners = tuple[Cell, Cell, Cell, Cell]  # added at the first two, taken away at the last two


@dataclass(frozen=True)
class ShownTables:
    """What may be printed. ``cumulative`` and ``month`` hold the printed cells (of the month a cell left out is
    suppressed); None when everything is printed.

    ``frozen`` cells stand in ``cumulative`` as last printed. ``period`` is the month whose totals may be printed (None:
    none yet), ``first`` the first month of the counts beside it, ``counts`` their true values. ``together`` are the
    months that were, or will be, printed with others only.
    """

    cumulative: Shown | None = None
    month: Shown | None = None
    notes: tuple[str, ...] = ()
    frozen: frozenset[Cell] = frozenset()
    period: str | None = None
    first: str | None = None
    counts: Values = field(default_factory=dict)
    together: frozenset[str] = frozenset()


@dataclass
class _State:
    """What readers know after some editions. ``steps`` are the printed months (or months printed together)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    threshold: int
    printed: Shown  # the running total of each cell as last printed
    steps: list[Values] = field(default_factory=list)
    windows: dict[Cell, list[Window]] = field(default_factory=dict)  # hidden stretches of a cell, oldest first
    held: Values = field(default_factory=dict)
    running: Values = field(default_factory=dict)
    unprinted: set[Cell] = field(default_factory=set)  # cells of which no running total was ever printed

    @property
    def cells(self) -> list[Cell]:
        """Every cell of the table, row by row."""
        return list(product(self.rows, self.columns))

    def open(self, cell: Cell) -> bool:
        """Whether the cell's last window is still open."""
        return bool(self.windows.get(cell)) and self.windows[cell][-1][1] is None

    def window(self, step: int, cell: Cell) -> Window | None:
        """The window that hides a cell's count in a step, or None when that count is known."""
        for first, last in reversed(self.windows.get(cell, [])):
            if first <= step and (last is None or step <= last):
                return (first, last)
        return None


def shown_cells(history: History, config: SeriesConfig, period: str) -> ShownTables:
    """What may be printed of the table to the end of ``period`` (a month with counts).

    Works out every edition since the rule began, in order, so that it needs no memory of its own.
    """
    rule = config.suppression
    opening = history.opening(period)
    if not rule.enabled or (rule.since and period < rule.since):
        return ShownTables()
    exempt = max((p for p in history.periods if (rule.since and p < rule.since) or p == opening), default=None)
    steps = [p for p in history.periods if (exempt or "") < p <= period and p not in history.openings]
    before = running_total(history, config, exempt, period)
    known = before or {}
    rows = tuple(district.name for district in config.districts)
    cells = product(rows, config.measure_keys)
    state = _State(rows, config.measure_keys, rule.threshold, {cell: known.get(cell, 0) for cell in cells})
    state.running = dict(state.printed)
    state.unprinted = set(state.printed) if before is None else set()
    last, first = exempt, exempt
    waiting: list[str] = []
    together: set[str] = set()
    month: Shown | None = None
    for step in steps:
        waiting.append(step)
        printed = _edition(state, folded(history.month(step) or {}, config, period))
        if printed is not None:
            month, last, first = printed, step, history.covers(waiting[0])
            together |= set(waiting) if len(waiting) > 1 else set()
            waiting = []
    return ShownTables(
        cumulative={cell: value for cell, value in state.printed.items() if cell not in state.unprinted},
        month=month,
        notes=_notes(state, waiting),
        frozen=frozenset(cell for cell in state.cells if state.open(cell)),
        period=last,
        first=first,
        counts=state.steps[-1] if state.steps else {},
        together=frozenset(together | set(waiting)),
    )


def _notes(state: _State, waiting: list[str]) -> tuple[str, ...]:
    """The rule that was applied, in words; nothing when it changed nothing."""
    frozen = [cell for cell in state.cells if state.open(cell)]
    notes = []
    if waiting:
        months = listed([words(month) for month in waiting])
        notes.append(f"The counts of {months} are so few that they will be printed together with the next month's.")
    if frozen:
        notes.append(
            f"Small numbers: changes of 1 to {state.threshold - 1} since a figure was last printed are not shown, nor "
            f"figures from which they could be worked out; {len(frozen)} figures stand as last printed, and their "
            "counts of the month are left out. All totals are complete."
        )
    return tuple(notes)


def _edition(state: _State, counts: Values) -> Shown | None:
    """One more edition: its month's printed counts, or None when the month is held back. Changes ``state``."""
    new = {cell: state.held.get(cell, 0) + counts.get(cell, 0) for cell in state.cells}
    for cell, value in counts.items():
        state.running[cell] = state.running.get(cell, 0) + value
    step = len(state.steps)
    state.steps.append(new)
    hidden = _to_hide(state, step)
    if hidden is None:
        state.steps.pop()
        state.held = new
        return None
    state.held = {}
    for cell in hidden:
        if not state.open(cell):
            state.windows.setdefault(cell, []).append((step, None))
    _close(state, step)
    month: Shown = {}
    for cell in state.cells:
        if state.window(step, cell) is None or _zero_by_totals(state, step, cell):
            month[cell] = new[cell]
        if not state.open(cell):
            state.printed[cell] = state.running.get(cell, 0)
            state.unprinted.discard(cell)
    return month


def _change(state: _State, cell: Cell) -> int:
    return state.running.get(cell, 0) - state.printed[cell]


def _to_hide(state: _State, step: int) -> set[Cell] | None:
    """The cells whose window is open after this step: small changes, those open before, and their rectangles.

    None when a hidden count of this step cannot be given a rectangle.
    """
    hidden = {c for c in state.cells if state.open(c) or 0 < _change(state, c) < state.threshold}
    todo = sorted(hidden)
    while todo:
        cell = todo.pop()
        if _zero_by_totals(state, step, cell):
            continue
        best = _best_rectangle(state, step, cell, hidden)
        if best is None:
            return None
        new = set(best) - hidden
        hidden |= new
        # the corners just added lie in this very rectangle, which protects them as well
    return hidden


def _best_rectangle(state: _State, step: int, cell: Cell, hidden: set[Cell]) -> Corners | None:
    """The rectangle at ``cell`` that hides the fewest and smallest further counts, and that can be moved."""
    counts = state.steps[step]
    best: tuple[tuple[int, int, Corners], Corners] | None = None
    for corners in _rectangles(state, cell):
        if _movable(counts, corners) or _movable(counts, _turned(corners)):
            more = [corner for corner in corners if corner not in hidden]
            rank = (len(more), sum(counts[corner] for corner in more), corners)
            if best is None or rank < best[0]:
                best = (rank, corners)
    return best[1] if best else None


def _rectangles(state: _State, cell: Cell) -> list[Corners]:
    row, column = cell
    return [
        ((row, column), (other_row, other_column), (row, other_column), (other_row, column))
        for other_row in state.rows
        if other_row != row
        for other_column in state.columns
        if other_column != column
    ]


def _turned(corners: Corners) -> Corners:
    return (corners[2], corners[3], corners[0], corners[1])


def _movable(counts: Values, corners: Corners) -> bool:
    """Whether one can be taken away at the last two corners (and so added at the first two)."""
    return counts[corners[2]] > 0 and counts[corners[3]] > 0


def _zero_by_totals(state: _State, step: int, cell: Cell) -> bool:
    """Whether the totals alone say that a count is nought: then there is nothing to hide."""
    counts = state.steps[step]
    row = all(counts[cell[0], column] == 0 for column in state.columns)
    return row or all(counts[other, cell[1]] == 0 for other in state.rows)


def _close(state: _State, step: int) -> None:
    """Print again what may be: first all cells that are due, then those that were frozen together, then each alone."""
    due = [c for c in state.cells if state.open(c) and not 0 < _change(state, c) < state.threshold]
    together: dict[int, list[Cell]] = {}
    for cell in due:
        together.setdefault(state.windows[cell][-1][0], []).append(cell)
    for group in (due, *together.values(), *([cell] for cell in due)):
        closing = [cell for cell in group if state.open(cell)]
        if not closing:
            continue
        for cell in closing:
            state.windows[cell][-1] = (state.windows[cell][-1][0], step)
        if not _all_safe(state, closing):
            for cell in closing:
                state.windows[cell][-1] = (state.windows[cell][-1][0], None)


def _all_safe(state: _State, closing: list[Cell]) -> bool:
    """Whether every hidden count of the months that these cells' windows cover can still not be worked out."""
    first = min(state.windows[cell][-1][0] for cell in closing)
    return all(
        _safe(state, step, cell)
        for step in range(first, len(state.steps))
        for cell in state.cells
        if state.window(step, cell) is not None and not _zero_by_totals(state, step, cell)
    )


def _safe(state: _State, step: int, cell: Cell) -> bool:
    """Whether another history with another count here fits everything that was printed."""
    for rectangle in _rectangles(state, cell):
        windows = [state.window(step, corner) for corner in rectangle]
        if any(window is None for window in windows):
            continue
        for corners in (rectangle, _turned(rectangle)):
            if not _movable(state.steps[step], corners):
                continue
            if all(window is not None and window[1] is None for window in windows):
                return True
            if any(_undone(state, step, other, corners) for other in range(len(state.steps)) if other != step):
                return True
    return False


def _undone(state: _State, step: int, other: int, corners: Corners) -> bool:
    """Whether the move at ``step`` can be taken back at ``other`` so that every closed window keeps its sum."""
    for corner in corners:
        here, there = state.window(step, corner), state.window(other, corner)
        if here is None or there is None or here != there:
            return False
    return _movable(state.steps[other], _turned(corners))
