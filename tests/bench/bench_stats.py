"""The statistics' own figures for `make bench`: each row is (what, seconds, what it is compared with, its seconds).

The comparison of a workbook is openpyxl reading the same file's values; that of a series is a plain sum over it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator

from openpyxl import Workbook as ExcelWorkbook
from openpyxl import load_workbook

from bot.core.records import Count
from bot.stats.custody import read_statistics
from bot.stats.history import History
from bot.stats.months import add, words
from bot.stats.printed import chart_data, table_for
from bot.stats.series import SeriesConfig
from bot.stats.workbook import read_workbook, workbook_from_rows

MEASURES = ("positive", "negative", "refused")
LIMITS = {"workbook of 200 rows": 0.060, "workbook of 100,000 rows": 3.0, "series of 240 months x 60 districts": 0.3}
_HEAD = ["CSP", "Positive", "Negative", "Refused", "Total"]


def series(districts: int) -> SeriesConfig:
    """A series with so many districts."""
    return SeriesConfig.model_validate(
        {
            "key": "bench",
            "title": "Tests",
            "start": "2006-01",
            "rate": "positive",
            "sentences": ["In {month} there were {total} tests, {change} the month before."],
            "measures": [{"key": key, "title": key.title()} for key in MEASURES],
            "districts": [{"name": f"District {number}"} for number in range(districts)],
        }
    )


def workbook(districts: int, months: int = 0) -> bytes:
    """An .xlsx of so many districts, or (with ``months``) a long table of months and districts."""
    book = ExcelWorkbook(write_only=True)
    sheet = book.create_sheet("Counts")
    sheet.append((["Month"] if months else []) + _HEAD)
    for month in range(max(months, 1)):
        for number in range(districts):
            values = [(number + month) % 300, number % 200, number % 3]
            named = [words(add("2006-01", month))] if months else []
            sheet.append([*named, f"District {number}", *values, sum(values)])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def history(config: SeriesConfig, months: int) -> History:
    """So many months of counts."""
    counts = [
        Count(
            series=config.key,
            period=add(config.start, month),
            district=district.name,
            measure=measure,
            value=(month * 7 + number * 3 + len(measure)) % 40,
        )
        for month in range(months)
        for number, district in enumerate(config.districts)
        for measure in MEASURES
    ]
    return History(config.key, tuple(counts))


def best(action: Callable[[], object], times: int) -> float:
    """The shortest of some runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        action()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest


def _with_openpyxl(data: bytes) -> int:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return sum(1 for sheet in book for _ in sheet.iter_rows(values_only=True))


def rows(times: int = 3) -> Iterator[tuple[str, float, str, float]]:
    """(name, seconds, name of the comparison, its seconds)."""
    for name, districts, months in (("200", 200, 0), ("100,000", 100, 1_000)):
        data, config = workbook(districts, months), series(districts)

        def read(data: bytes = data, config: SeriesConfig = config) -> None:
            read_statistics(read_workbook("bench.xlsx", data), config)

        baseline = best(lambda data=data: _with_openpyxl(data), 1)
        yield f"workbook of {name} rows", best(read, times * 5 if not months else times), "openpyxl alone", baseline
    config = series(60)
    counts = history(config, 240).counts
    period = add(config.start, 239)
    table = [_HEAD, *([d.name, "2000", "2000", "2000", "6000"] for d in config.districts)]

    def render_and_check() -> None:
        series_history = History(config.key, counts)
        table_for(series_history, config, period)
        chart_data(series_history, config, period)
        pasted = workbook_from_rows(table, "Since January 2006 to January 2026")
        read_statistics(pasted, config, expected_period=add(period, 1), history=series_history)

    mine = best(render_and_check, times)
    yield (
        "series of 240 months x 60 districts",
        mine,
        "adding up its counts",
        best(lambda: sum(c.value for c in counts), 3),
    )
