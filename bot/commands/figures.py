"""The commands under `stats`: read a file, import a baseline, show and export the series."""

from __future__ import annotations

from pathlib import Path

from bot.cli import Options
from bot.commands.reading import file_bytes, show_findings
from bot.commands.shared import cannot_write, desk_for, print_json, say, table
from bot.config import Config
from bot.core import keys
from bot.core.model import Severity, StatisticsTable
from bot.core.records import CountsAdded, Logged
from bot.core.timetable import period_parts
from bot.errors import InputError
from bot.stats.adding import baseline_counts, month_counts
from bot.stats.custody import read_statistics, statistics_json
from bot.stats.export import export_csv, export_xlsx
from bot.stats.history import History
from bot.stats.printed import table_for
from bot.stats.series import SeriesConfig
from bot.stats.workbook import read_workbook
from bot.wiring import load


def series_of(config: Config, wanted: str | None) -> tuple[str, SeriesConfig]:
    """The series with this key (or bulletin/key, where two bulletins name one alike), or the only one; and the name
    under which the store keeps it."""
    known = {
        keys.series_name(bulletin.key, series.key): series
        for bulletin in config.bulletins
        for series in bulletin.series.values()
    }
    found = [(name, series) for name, series in known.items() if wanted in (None, name, series.key)]
    if len(found) != 1:
        message = (
            f"There are several series “{wanted}”." if found and wanted else f"There is no series “{wanted or ''}”."
        )
        raise InputError(message, f"Known: {', '.join(known) or 'none'}.", "no-series")
    return found[0]


def read(options: Options, file: Path, key: str | None, *, as_json: bool) -> int:
    """What is read in a statistics file; 3 when an error would stop it."""
    _, series = series_of(load(options.config), key)
    reading = read_statistics(read_workbook(file.name, file_bytes(file)), series)
    if as_json:
        print_json(statistics_json(reading))
    else:
        say(f"{reading.kind}, to the end of {reading.period or 'an unnamed month'}")
        heads = ("district", *(measure.title for measure in series.measures), "total", "cells")
        rows = [
            (row.district, *(_shown(row.values.get(k)) for k in series.measure_keys), _shown(row.total), row.source)
            for row in reading.rows
        ]
        rows.append(("Total", *(f"{value:,}" for value in reading.totals.values()), ""))
        table(rows, heads)
        show_findings(reading.findings)
    return 3 if reading.stops else 0


def _shown(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def import_file(options: Options, file: Path, period: str, key: str | None, *, baseline: bool) -> int:
    """Take published figures into the series."""
    period_parts(period)
    with desk_for(options) as (config, desk):
        name, series = series_of(config, key)
        history = History(name, desk.store.counts(name))
        reading = read_statistics(
            read_workbook(file.name, file_bytes(file)), series, expected_period=period, history=history
        )
        show_findings(reading.findings)
        if reading.stops:
            say("Nothing was imported.")
            return 3
        counts = (
            baseline_counts(reading, period, history=history)
            if baseline
            else month_counts(reading, history, series, period)
        )
        now = desk.clock.now()
        note = Logged(what="figures imported", data={"series": name, "period": period, "counts": len(counts)})
        desk.store.apply([CountsAdded(counts=counts), note], now)
        say(f"{len(counts)} counts were imported, to the end of {period}.")
    return 3 if any(f.severity is Severity.WARNING for f in reading.findings) else 0


def show(options: Options, key: str | None) -> int:
    """The last published table."""
    with desk_for(options) as (config, desk):
        name, series = series_of(config, key)
        history = History(name, desk.store.counts(name))
        if history.last is None:
            say(f"Nothing of {series.title} has been published yet.")
            return 0
        _print(table_for(history, series, history.last))
    return 0


def _print(printed: StatisticsTable) -> None:
    say(f"{printed.title}, to the end of {printed.period}")
    heads = ("", *(title for _, title in printed.measures), "Total")
    rows = [
        (row.district, *(_shown(row.values.get(k)) for k, _ in printed.measures), _shown(row.total))
        for row in printed.rows
    ]
    keys = [k for k, _ in printed.measures]
    rows.append(("Total", *(_shown(printed.totals.get(k)) for k in keys), _shown(printed.totals.get("total"))))
    table(rows, heads)


def export(options: Options, file: Path, key: str | None) -> int:
    """The whole series as a file."""
    with desk_for(options) as (config, desk):
        name, _ = series_of(config, key)
        history = History(name, desk.store.counts(name))
        if file.suffix.lower() not in (".csv", ".xlsx"):
            raise InputError(f"{file.name} is neither .csv nor .xlsx.", "Choose one of the two.", "bad-ending")
        data = export_csv(history) if file.suffix.lower() == ".csv" else export_xlsx(history)
        try:
            file.write_bytes(data)
        except OSError as error:
            raise cannot_write(file, error) from error
        say(f"{len(history.counts)} counts were written to {file}.")
    return 0
