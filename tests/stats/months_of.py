"""Files of a played series: monthly or cumulative tables made of chosen counts, read the way a mail's file is."""

from __future__ import annotations

from bot.stats.custody import StatisticsReading, read_statistics
from bot.stats.history import History
from bot.stats.months import words
from bot.stats.series import SeriesConfig
from bot.stats.workbook import read_workbook, workbook_from_rows
from tests.stats.build import Rows, csv

Counts = dict[str, tuple[int, ...]]


def small_config(**changes: object) -> SeriesConfig:
    """A series with districts A, B, C ... and measures x, y, z."""
    data: dict[str, object] = {
        "key": "small",
        "title": "Small series",
        "start": "2025-01",
        "unit": "tests",
        "measures": [{"key": key, "title": f"Measure {key}"} for key in ("x", "y", "z")],
        "districts": [{"name": f"Town {letter}"} for letter in "ABC"],
        "rate": "x",
        "sentences": ["In {month} there were {total} tests, {change} the month before."],
    }
    return SeriesConfig.model_validate(data | changes)


def table_rows(config: SeriesConfig, counts: Counts, title: str) -> Rows:
    """A table as a provider writes it, with a total row."""
    head: Rows = [[title], ["District", *(measure.title for measure in config.measures), "Total"]]
    body: Rows = [[name, *values, sum(values)] for name, values in counts.items()]
    totals = [sum(values[number] for values in counts.values()) for number in range(len(config.measures))]
    return [*head, *body, ["Total", *totals, sum(totals)]]


def monthly(config: SeriesConfig, period: str, counts: Counts, more: dict[str, Counts] | None = None) -> Rows:
    """A file of one month, or of several below each other."""
    rows: Rows = []
    for month, values in {**(more or {}), period: counts}.items():
        rows += [*table_rows(config, values, f"Monthly counts, {words(month)}"), []]
    return rows


def cumulative(config: SeriesConfig, period: str, counts: Counts) -> Rows:
    """A file of running totals."""
    return table_rows(config, counts, f"Since {words(config.start)}, to the end of {words(period)}")


def read_rows(
    rows: Rows, config: SeriesConfig, expected: str | None = None, history: History | None = None
) -> StatisticsReading:
    """Read a file's rows as csv."""
    book = read_workbook("file.csv", csv(rows))
    return read_statistics(book, config, expected_period=expected, history=history)


def codes(reading: StatisticsReading) -> list[str]:
    """The findings' codes and severities."""
    return [f"{finding.code}:{finding.severity}" for finding in reading.findings]


__all__ = ["Counts", "codes", "cumulative", "monthly", "read_rows", "small_config", "table_rows", "workbook_from_rows"]
