"""The statistics as they will be printed: the table, its totals, the month beside it, and what stands out.

Nothing here is taken from a file: every figure comes from the series, and every total is the sum of its rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model import CountRow, StatisticsTable, Value
from bot.core.records import Count
from bot.stats.custody import StatisticsReading
from bot.stats.history import History, Values, folded, running_total, sums
from bot.stats.months import add, distance, words
from bot.stats.sentence import standing_out
from bot.stats.series import SeriesConfig
from bot.stats.suppression import Shown, ShownTables, shown_cells
from bot.stats.texts import listed

_FOOTNOTES_MAX = 12
_CHART_MONTHS = 24


class ChartData(Value):
    """One chart: a line of months (``labels``) and for each measure its counts; None where a month has none."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int | None, ...]], ...]


@dataclass(frozen=True)
class _Month:
    """One month's counts under today's districts; ``covers`` in words."""

    values: Values
    covers: str


def table_for(
    history: History, config: SeriesConfig, period: str, *, published: History | None = None
) -> StatisticsTable:
    """The table to the end of ``period``; when that month has no counts, the last published one, dated and ``stale``.

    ``published`` is the series as the last edition printed it: months that differ since get a "revised" footnote. Left
    out, the revisions that came with the same file as ``period``'s counts are told. Without a baseline the rows are
    the month's own counts, and a footnote says so.
    """
    last = period if period in history.periods else history.before(period)
    if last is None:
        return _empty(config, period, f"No figures have come for {words(period)} or any month before.")
    shown = shown_cells(history, config, last)
    if shown.cumulative is not None:
        if shown.period is None:
            return _empty(config, period, *shown.notes)
        last = shown.period
    return _table(history, config, period, last, shown, published)


def _table(
    history: History, config: SeriesConfig, period: str, last: str, shown: ShownTables, published: History | None
) -> StatisticsTable:
    """The table of the month ``last``, printed in the edition that asked for ``period``."""
    running = running_total(history, config, last)
    month = _month(history, config, last, shown)
    values = running if running is not None else month.values if month else {}
    main, beside = (shown.cumulative, shown.month) if running is not None else (shown.month, None)
    rows = _rows(values, config, last, history, main)
    totals = sums(values, config.measure_keys)
    stale = period not in history.periods
    alone = not stale and last not in shown.together and history.before(last) not in shown.together
    return StatisticsTable(
        series=config.key,
        title=config.title,
        intro=config.intro if running is not None else "",
        period=last,
        measures=config.titles(),
        rows=rows,
        totals=totals,
        month_rows=_rows(month.values, config, last, history, beside) if month and running is not None else (),
        month_totals=sums(month.values, config.measure_keys) if month else {},
        sentence=standing_out(history, config, last, month.values if month else None, running) if alone else "",
        footnotes=_footnotes(history, config, period, last, published, shown),
        stale=stale,
        month=month.covers if month else "",
        rate_title=f"{config.measure_title(config.rate)} rate" if config.rate else "",
        rates=_rates(rows, totals, config),
        changes=_changes(history, config, last, month) if alone else {},
    )


def table_of(reading: StatisticsReading, config: SeriesConfig) -> StatisticsTable:
    """A reading as a table without any history: for the receipt of a file that cannot be merged yet."""
    return StatisticsTable(
        series=config.key,
        title=config.title,
        intro=config.intro if reading.kind == "cumulative" else "",
        period=reading.period,
        measures=config.titles(),
        rows=reading.rows,
        totals=reading.totals,
    )


def chart_data(history: History, config: SeriesConfig, period: str, months: int = _CHART_MONTHS) -> ChartData:
    """Monthly counts of all rows together, by measure, for the last ``months`` months to the end of ``period``.

    A month that never came on its own (a baseline, a gap, a difference over several months) has None.
    """
    first = max(add(period, 1 - months), config.start)
    labels = [add(first, number) for number in range(distance(first, period) + 1)]
    columns: dict[str, list[int | None]] = {key: [] for key in config.measure_keys}
    last = period if period in history.periods else history.before(period)
    together = shown_cells(history, config, last).together if last else frozenset()
    for label in labels:
        values = history.month(label) if history.covers(label) == label and label not in together else None
        totals = sums(values, config.measure_keys) if values is not None else None
        for key, column in columns.items():
            column.append(totals[key] if totals else None)
    filled = [number for number in range(len(labels)) if any(column[number] is not None for column in columns.values())]
    begin = filled[0] if filled else len(labels)
    return ChartData(
        title=f"{config.title}: {config.unit} a month",
        labels=tuple(words(label) for label in labels[begin:]),
        series=tuple((config.measure_title(key), tuple(column[begin:])) for key, column in columns.items()),
    )


def _empty(config: SeriesConfig, period: str, *notes: str) -> StatisticsTable:
    return StatisticsTable(
        series=config.key,
        title=config.title,
        period=None,
        measures=config.titles(),
        rows=(),
        totals=dict.fromkeys((*config.measure_keys, "total"), 0),
        footnotes=notes,
        stale=True,
    )


def _month(history: History, config: SeriesConfig, period: str, shown: ShownTables) -> _Month | None:
    """The counts beside the running total: one month's, or those of several that are printed together."""
    values = history.month(period)
    if values is None or (shown.cumulative is not None and shown.month is None):
        return None
    first = (shown.first if shown.cumulative is not None else None) or history.covers(period)
    months = [words(add(first, number)) for number in range(distance(first, period) + 1)]
    covers = listed(months) if len(months) <= 2 else f"{months[0]} to {months[-1]}"
    if shown.cumulative is not None:
        return _Month(shown.counts, covers)
    return _Month(folded(values, config, period), covers)


def _rows(
    values: Values, config: SeriesConfig, period: str, history: History, shown: Shown | None
) -> tuple[CountRow, ...]:
    """The rows in the order of the configuration; a district that ended without successor stays while it has counts."""
    rows = []
    for district in config.districts:
        counts = {key: values.get((district.name, key), 0) for key in config.measure_keys}
        if not district.valid_in(period) and not any(counts.values()):
            continue
        total = sum(counts.values())
        printed: dict[str, int | None] = dict(counts)
        if shown is not None:
            printed = {key: shown.get((district.name, key)) for key in config.measure_keys}
        sources = {
            count.source
            for key in config.measure_keys
            if (count := history.latest(period).get((district.name, key))) is not None and count.source
        }
        rows.append(
            CountRow(
                district=district.name,
                values=printed,
                total=total,
                place=district.place,
                source=", ".join(sorted(sources)),
            )
        )
    return tuple(rows)


def _rates(rows: tuple[CountRow, ...], totals: dict[str, int], config: SeriesConfig) -> dict[str, float]:
    """Per cent of the row's total that is ``config.rate``, to one decimal; rows without figures have none."""
    if config.rate is None:
        return {}
    rates = {
        row.district: round(100 * value / row.total, 1)
        for row in rows
        if row.total
        and (value := row.values.get(config.rate)) is not None
        and sum(other or 0 for other in row.values.values()) == row.total
    }
    if totals["total"]:
        rates["total"] = round(100 * totals[config.rate] / totals["total"], 1)
    return rates


def _changes(history: History, config: SeriesConfig, period: str, month: _Month | None) -> dict[str, int]:
    """The month's total less that of the month before, for rows and in all; only between two single months."""
    before = history.before(period)
    if month is None or before is None or history.covers(period) != period or history.covers(before) != before:
        return {}
    old = history.month(before)
    if old is None:
        return {}
    old = folded(old, config, period)
    changes = {}
    for district in config.districts_in(period):
        now = sum(month.values.get((district.name, key), 0) for key in config.measure_keys)
        then = sum(old.get((district.name, key), 0) for key in config.measure_keys)
        changes[district.name] = now - then
    changes["total"] = sum(month.values.values()) - sum(old.values())
    return changes


def _footnotes(
    history: History,
    config: SeriesConfig,
    period: str,
    last: str,
    published: History | None,
    shown: ShownTables,
) -> tuple[str, ...]:
    notes = []
    if period not in history.periods:
        notes.append(f"No figures came for {words(period)}; these are the figures to the end of {words(last)}.")
    if history.month(last) is not None and history.covers(last) != last and history.before(last):
        first = history.covers(last)
        months = distance(first, last) + 1
        notes.append(
            f"The counts beside the running total cover {months} months, from {words(first)} to {words(last)}."
        )
    if running_total(history, config, last) is None:
        notes.append(f"Counts of {words(last)} only: no running total has been imported yet.")
    notes += _revised_notes(history, config, last, published)
    return (*notes, *shown.notes)


def _revised_notes(history: History, config: SeriesConfig, last: str, published: History | None) -> list[str]:
    changes = _published_changes(history, published) if published else _changes_of_file(history, last)
    notes = [
        f"Revised: {district}, {words(month)}, {config.measure_title(measure).lower()} {new:,} (was {old:,})."
        for month, district, measure, old, new in changes
        if month <= last
    ]
    if len(notes) > _FOOTNOTES_MAX:
        notes = [*notes[:_FOOTNOTES_MAX], f"{len(notes) - _FOOTNOTES_MAX} more figures of earlier months were revised."]
    return notes


Change = tuple[str, str, str, int, int]  # month, district, measure, old, new


def _published_changes(history: History, published: History) -> list[Change]:
    changes: list[Change] = []
    for month in published.periods:
        old = published.latest(month)
        for (district, measure), count in history.latest(month).items():
            before = old[district, measure].value if (district, measure) in old else 0
            if before != count.value:
                changes.append((month, district, measure, before, count.value))
    return changes


def _changes_of_file(history: History, last: str) -> list[Change]:
    """What the file of the last month changed in months before it, against the revision before."""
    files = {count.inbound for count in history.latest(last).values()} - {None}
    changed = [
        count
        for count in history.counts
        if count.revision > 1
        and count.period < last
        and count.inbound in files
        and history.latest(count.period).get((count.district, count.measure)) == count
    ]
    cells = {(count.period, count.district, count.measure): count for count in changed}
    before: dict[tuple[str, str, str], Count] = {}
    for count in history.counts if cells else ():
        cell = (count.period, count.district, count.measure)
        newer = cells.get(cell)
        if newer is not None and newer.inbound != count.inbound:
            old = before.get(cell)
            if old is None or old.revision < count.revision:
                before[cell] = count
    return [(*cell, old.value, cells[cell].value) for cell, old in before.items() if old.value != cells[cell].value]
