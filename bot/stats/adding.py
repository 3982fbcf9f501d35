"""From a file that was accepted to counts for the series: what is new, what is revised, nothing else.

Pure: the caller stores the counts (``CountsAdded``) and makes a new History of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bot.core.model import CountRow
from bot.core.records import Count
from bot.errors import InputError
from bot.stats.custody import StatisticsReading
from bot.stats.history import Cell, History, Values, running_total
from bot.stats.lines import Line
from bot.stats.months import words
from bot.stats.series import SeriesConfig


class _New(NamedTuple):
    """A count about to be stored."""

    value: int
    source: str


def baseline_counts(
    reading: StatisticsReading, period: str, *, history: History | None = None, inbound: int | None = None
) -> tuple[Count, ...]:
    """The opening balance: a cumulative table whose counts hold everything to the end of ``period``.

    Raises InputError when the file has errors or holds one month's counts.
    """
    _must_be_usable(reading)
    if reading.kind != "cumulative":
        hint = "Import a table of running totals as the baseline."
        raise InputError("The file holds one month's counts, not a running total.", hint, "not-a-baseline")
    new = {cell: _New(value, row.source) for row in reading.rows for cell, value in _cells(row)}
    history = history or History(reading.series)
    if any(period in other.periods and period not in other.openings for other in (history,)):
        message = f"The series has counts for {words(period)} already, so it cannot be a baseline."
        raise InputError(message, "Send a correction of that month instead.", "not-a-baseline")
    return tuple(_counts(history, period, new, inbound, opening=True))


def month_counts(
    reading: StatisticsReading, history: History, config: SeriesConfig, period: str, *, inbound: int | None = None
) -> tuple[Count, ...]:
    """The counts that a file adds to the series: the month ``period``, and earlier months that it fills or revises.

    A monthly file gives its counts; a cumulative one the difference to the last running total before it (the first
    cumulative file of an empty series is the baseline). A count equal to the stored one is not stored again. Raises
    InputError when the file has errors.
    """
    _must_be_usable(reading)
    if reading.kind == "cumulative" and not history.periods:
        return baseline_counts(reading, period, inbound=inbound, history=history)
    added: list[Count] = []
    for other in sorted(reading.others, key=lambda table: table.period or ""):
        if other.kind == "monthly" and other.period and config.start <= other.period < period:
            added += _one_month(history.add(added), other.period, _monthly(other.rows), inbound)
    rows = _monthly(reading.rows)
    if reading.kind == "cumulative":
        before = history.add(added)
        added += _counts(before, period, _difference(before, config, period, rows), inbound, period in before.openings)
    else:
        added += _one_month(history.add(added), period, rows, inbound)
    return tuple(added)


def _must_be_usable(reading: StatisticsReading) -> None:
    if reading.stops:
        message = f"The figures of {reading.file} were not taken over, because they have errors."
        raise InputError(message, "Correct what the findings say and send the file again.", "statistics-stopped")


def _cells(row: CountRow | Line) -> list[tuple[Cell, int]]:
    return [((row.district, measure), value) for measure, value in row.values.items() if value is not None]


def _monthly(rows: Iterable[CountRow | Line]) -> dict[Cell, _New]:
    return {cell: _New(value, row.source) for row in rows for cell, value in _cells(row)}


def _difference(history: History, config: SeriesConfig, period: str, rows: dict[Cell, _New]) -> dict[Cell, _New]:
    """What a running total adds to the last one before it; the baseline's own month has nothing before it."""
    before = None if period in history.openings else history.before(period)
    old: Values = running_total(history, config, before, period) or {}
    return {cell: _New(new.value - old.get(cell, 0), new.source) for cell, new in rows.items()}


def _one_month(history: History, period: str, rows: dict[Cell, _New], inbound: int | None) -> list[Count]:
    """A month's own counts. A month that comes late is taken out of the later difference that covered it."""
    if any(opening >= period for opening in history.openings):
        return []  # the baseline holds it already
    added = _counts(history, period, rows, inbound)
    covering = next((later for later in history.periods if later > period), None)
    if period not in history.periods and covering is not None and history.covers(covering) <= period:
        rest = {
            cell: _New(count.value - rows[cell].value, count.source)
            for cell, count in history.latest(covering).items()
            if cell in rows
        }
        added += _counts(history, covering, rest, inbound)
    return added


def _counts(
    history: History, period: str, new: dict[Cell, _New], inbound: int | None, opening: bool = False
) -> list[Count]:
    """Counts for what is new or has another value than stored, each with the next revision of its cell."""
    counts = []
    for (district, measure), (value, source) in new.items():
        old = history.latest(period).get((district, measure))
        if old is not None and old.value == value:
            continue
        if value < 0:
            message = f"{district}: the count of {words(period)} would be below nought ({value:,})."
            raise InputError(message, "Check the file against the months published before.", "cumulative-fell")
        counts.append(
            Count(
                series=history.series,
                period=period,
                district=district,
                measure=measure,
                revision=old.revision + 1 if old else 1,
                value=value,
                cumulative=value if opening else None,
                source=source,
                inbound=inbound,
            )
        )
    return counts
