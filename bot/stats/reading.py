"""A found table read as counts: its kind and month, its lines, and what is wrong with it as a whole."""

from __future__ import annotations

import re
from datetime import date

from bot.stats.cells import Cell
from bot.stats.lines import ERROR, NOTE, LineReader, TableReading
from bot.stats.months import add, of_date, said_by, split
from bot.stats.numbers import read_count
from bot.stats.series import SeriesConfig
from bot.stats.tables import FoundTable
from bot.stats.texts import name_key, shorten

_OF_FIGURES = re.compile(
    r"\b(?:figures?|statistics|stats|numbers|counts?|totals?|tables?|spreadsheets?|workbooks?|files?|data|attach\w*)\b",
    re.IGNORECASE,
)


def read_table(found: FoundTable, config: SeriesConfig, file_name: str, expected: str | None) -> list[TableReading]:
    """Read one table; a table with a month column gives one reading for each month in it, oldest first."""
    kind, period, start = _kind_and_period(found, file_name, expected)
    reader = LineReader(found, config)
    if found.month_at is None:
        reading = TableReading(found, kind, period, start)
        reader.read(reading, found.lines)
        return [reading]
    readings = []
    written: dict[str, int] = {}  # findings are counted over all months, the one asked for or the latest first
    more: dict[str, int] = {}
    months = _by_month(found, expected).items()
    for month, lines in sorted(months, key=lambda item: (item[0] == expected, item[0] or ""), reverse=True):
        reading = TableReading(found, kind or "monthly", month, written=written, more=more)
        reader.read(reading, lines)
        if reading.rows or reading.findings:
            readings.append(reading)
    return sorted(readings, key=lambda reading: reading.period or "")


def _by_month(found: FoundTable, expected: str | None) -> dict[str | None, list[int]]:
    """Lines by the month written in them; a blank goes on with the month above it."""
    months: dict[str | None, list[int]] = {}
    month: str | None = None
    last: Cell = None
    for line, cell in zip(found.lines, found.month_cells(), strict=True):
        if cell is not None and cell != last:
            month, last = month_in(cell, expected) or month, cell
        months.setdefault(month, []).append(line)
    if None in months and len(months) > 1:
        months.pop(None)
    return months


def month_in(cell: Cell, expected: str | None) -> str | None:
    """The month that a cell names: a date, or words."""
    if isinstance(cell, date):
        return of_date(cell)
    if not isinstance(cell, str):
        return None
    said = said_by(cell)
    return said.period or _with_year(said.month_only, expected)


def _with_year(month: int | None, expected: str | None) -> str | None:
    """A month without a year is the latest such month that is not after the one expected."""
    if month is None or expected is None:
        return None
    return next(
        (candidate for back in range(12) if split(candidate := add(expected, -back))[1] == month),
        None,
    )


def _kind_and_period(
    found: FoundTable, file_name: str, expected: str | None
) -> tuple[str | None, str | None, str | None]:
    """What the file says of the table's kind, month and first month: headings first, then titles, sheet, notes, file
    name. From the first to the last day of one month is that month's."""
    kind = period = start = None
    month_only: int | None = None
    for text in (*found.said, found.sheet.name, *found.notes, file_name):
        said = said_by(text)
        period = period or said.period
        start = start or said.start
        one_month = said.start is not None and said.start == said.period
        kind = kind or said.kind or ("monthly" if one_month else "cumulative" if said.start else None)
        month_only = month_only or (said.month_only if period is None else None)
    return kind, period or _with_year(month_only, expected), start


def month_of_mail(text: str, expected: str | None, unit: str = "") -> str | None:
    """The month that a mail's own words give its figures, for a file that names none; None when they do not say.

    Only sentences that speak of figures count. When several months are named, the one asked for if it is among them.
    """
    named: set[str] = set()
    for sentence in re.split(r"[\r\n]+|(?<=[.!?;])\s", text[:20_000]):
        if _OF_FIGURES.search(sentence) or (unit and unit.casefold() in sentence.casefold()):
            said = said_by(sentence)
            period = said.period or _with_year(said.month_only, expected)
            named |= {period} if period else set()
    if expected in named:
        return expected
    return named.pop() if len(named) == 1 else None


def other_findings(reading: TableReading, config: SeriesConfig) -> None:
    """What concerns the table as a whole: columns that are missing, that are none of ours, and merged figures."""
    found = reading.found
    for measure in config.measures:
        if measure.key not in found.places:
            where = (
                found.sheet.ref(found.label_at, 0) if found.across else f"{found.sheet.ref(found.lines.start - 1, 0)}"
            )
            message = f'The table has no column "{measure.title}".'
            reading.find("missing-measure", ERROR, where, message)
    for text, place in found.other_columns:
        message = f'The column "{shorten(text)}" is not part of this table and was not read.'
        reading.find("unknown-column", NOTE, found.sheet.ref(*place), message)
    _merged_figures(reading)
    if found.sheet.separated and not found.across:
        _too_many_columns(reading, config)


def _too_many_columns(reading: TableReading, config: SeriesConfig) -> None:
    """Numbers of a text file beyond its headings: "1,679" without quotes is two columns, and the rest is shifted."""
    found = reading.found
    rows = found.sheet.rows
    heads = rows[found.lines.start - 1]
    width = max((number for number, cell in enumerate(heads, 1) if str(cell or "").strip()), default=0)
    for line in found.lines:
        row = rows[line]
        if len(row) > width and any(isinstance(read_count(cell), int) for cell in row[width:]):
            label = found.label(line)
            if name_key(label) in config.district_keys and not reading.full("too-many-columns"):
                message = (
                    f"The line of {shorten(label)} has more numbers than there are headings, so they cannot be placed: "
                    "perhaps a comma within a number separates two columns."
                )
                hint = "Save the file without commas in the numbers, or as an Excel workbook (.xlsx)."
                reading.find("too-many-columns", ERROR, found.source(line), message, hint)


def _merged_figures(reading: TableReading) -> None:
    """Merged cells over figures: which number belongs to which row cannot be said."""
    found = reading.found
    lines = set(found.lines)
    columns = set(found.places.values())
    for (top, left), (bottom, right) in found.sheet.merged:
        cells = range(top, min(bottom, len(found.sheet.rows) - 1) + 1)
        if found.across:
            over = (
                any(row in columns for row in cells)
                and right - left + 1 > 0
                and any(column in lines for column in range(left, right + 1))
            )
        else:
            over = any(row in lines for row in cells) and any(column in columns for column in range(left, right + 1))
        holds_number = isinstance(read_count(found.sheet.value(top, left)), int)
        if over and holds_number:
            where = found.sheet.ref(top, left, end=(bottom, right))
            message = "Cells with figures are merged, so it cannot be said which row or column the number belongs to."
            reading.find("merged-figures", ERROR, where, message, "Unmerge the cells and fill each one.")
