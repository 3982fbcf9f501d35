"""The statistics as they are printed: the same rows, words and numbers for Word, HTML, text and both charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.model import CountRow, Run, StatisticsTable, Table

PLACE_HEADING = "CSP"
TOTAL = "Total"
NOT_GIVEN = "[x]"  # the Government Statistical Service's sign for "not available"
NOT_GIVEN_NOTE = "[x] means that no figure was given."
STALE_NOTE = "These are the figures published last; no new ones were received."
ALT_CHARS_MAX = 390

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Chart:
    """What both charts show: one bar per ``categories``, one colour per (title, values) of ``series``."""

    title: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[int | None, ...]], ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A statistics table in print order: heading, intro, tables with captions, chart, sentence, notes."""

    heading: str
    intro: str
    tables: tuple[Table, ...]
    chart: Chart
    sentence: str
    notes: tuple[str, ...]


def number(value: int | None) -> str:
    """A count as printed: thousands by comma; a count that was not given is ``[x]``."""
    return NOT_GIVEN if value is None else f"{value:,}"


def month_name(period: str | None) -> str:
    """``"2025-07"`` as "July 2025"; anything else as it is."""
    year, _, month = (period or "").partition("-")
    if len(year) == 4 and month.isdigit() and 1 <= int(month) <= 12:
        return f"{_MONTHS[int(month) - 1]} {year}"
    return period or ""


def figures(table: StatisticsTable) -> Figures:
    """Everything of ``table`` that is printed."""
    to = month_name(table.period)
    caption = f"{table.title}, to the end of {to}" if to else table.title
    tables = [_printed(table, table.rows, table.totals, caption)]
    if table.month_rows:
        month_caption = f"{table.title}, {to} only" if to else f"{table.title}, this month"
        tables.append(_printed(table, table.month_rows, table.month_totals, month_caption))
    notes = list(table.footnotes)
    if table.stale and STALE_NOTE not in notes:
        notes.append(STALE_NOTE)
    if any(row.total is None or None in row.values.values() for row in (*table.rows, *table.month_rows)):
        notes.append(NOT_GIVEN_NOTE)
    return Figures(table.title, table.intro, tuple(tables), chart(table), table.sentence, tuple(notes))


def _printed(table: StatisticsTable, rows: Sequence[CountRow], totals: dict[str, int], caption: str) -> Table:
    heading = [PLACE_HEADING, *(title for _, title in table.measures), TOTAL]
    lines = [heading]
    for row in rows:
        lines.append([row.district, *(number(row.values.get(key)) for key, _ in table.measures), number(row.total)])
    lines.append([TOTAL, *(number(totals.get(key)) for key, _ in table.measures), number(totals.get("total"))])
    return Table(rows=tuple(tuple((Run(text=cell),) for cell in line) for line in lines), caption=caption)


def chart(table: StatisticsTable) -> Chart:
    """The bars of ``table``: every row of it, so that the bars add up to the printed totals."""
    series = tuple((title, tuple(row.values.get(key) for row in table.rows)) for key, title in table.measures)
    return Chart(table.title, tuple(row.district for row in table.rows), series, _alt(table))


def _alt(table: StatisticsTable) -> str:
    """One or two sentences that say what the chart shows; the figures themselves are in the table beside it."""
    measures = ", ".join(title.lower() for _, title in table.measures)
    text = f"Bar chart of the table: {table.title}, {measures}, by {PLACE_HEADING}."
    counted = [row for row in table.rows if row.total is not None]
    if counted and "total" in table.totals:
        most = max(counted, key=lambda row: row.total or 0)
        least = min(counted, key=lambda row: row.total or 0)
        text += (
            f" {most.district} has the most, {number(most.total)} of {number(table.totals['total'])};"
            f" {least.district} the fewest, {number(least.total)}."
        )
    return text if len(text) <= ALT_CHARS_MAX else text[: ALT_CHARS_MAX - 1] + "…"
