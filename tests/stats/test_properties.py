"""What holds for every history and every file: printed totals, months as differences, and no suppressed cell found."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.records import Count
from bot.stats.adding import month_counts
from bot.stats.history import History, running_total, sums
from bot.stats.months import add
from bot.stats.printed import chart_data, table_for
from bot.stats.suppression import _edition, _State, _zero_by_totals, shown_cells
from tests.stats.months_of import Counts, cumulative, monthly, read_rows, small_config
from tests.stats.solver import possible

CONFIG = small_config()
NAMES = [district.name for district in CONFIG.districts]
MEASURES = CONFIG.measure_keys
COUNTS = st.fixed_dictionaries({name: st.tuples(*[st.integers(0, 30)] * 3) for name in NAMES})
MONTHS = st.lists(st.tuples(COUNTS, st.sampled_from(["monthly", "cumulative", "none"])), min_size=1, max_size=6)


def totals_to(counts: list[Counts]) -> Counts:
    return {name: tuple(sum(month[name][m] for month in counts) for m in range(3)) for name in NAMES}


def played(months: list[tuple[Counts, str]]) -> tuple[History, list[str]]:
    """A series of files of either kind, with months that never came; files with errors are not kept."""
    history, came = History("small"), []
    counts: list[Counts] = []
    for number, (values, kind) in enumerate(months):
        period = add(CONFIG.start, number)
        counts.append(values)
        if kind == "none":
            continue
        rows = monthly(CONFIG, period, values) if kind == "monthly" else cumulative(CONFIG, period, totals_to(counts))
        reading = read_rows(rows, CONFIG, period, history)
        if not reading.stops:
            history = history.add(month_counts(reading, history, CONFIG, period))
            came.append(period)
    return history, came


@given(MONTHS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_printed_totals_are_sums_and_months_are_differences(months: list[tuple[Counts, str]]) -> None:
    history, came = played(months)
    for period in came:
        table = table_for(history, CONFIG, period)
        for rows, totals in ((table.rows, table.totals), (table.month_rows, table.month_totals)):
            if rows:
                added = {key: sum(row.values[key] or 0 for row in rows) for key in MEASURES}
                assert {**added, "total": sum(row.total or 0 for row in rows)} == totals
        before = history.before(period)
        new, old = running_total(history, CONFIG, period), running_total(history, CONFIG, before)
        month = history.month(period)
        if new is not None and old is not None and month is not None:
            assert {cell: value - old[cell] for cell, value in new.items()} == month
    if came:
        chart = chart_data(history, CONFIG, came[-1])
        assert all(len(values) == len(chart.labels) for _, values in chart.series)


@given(MONTHS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cumulative_files_print_what_they_say(months: list[tuple[Counts, str]]) -> None:
    """However many months never came, after a cumulative file the running total is the file's."""
    months = [(values, "none" if kind == "none" else "cumulative") for values, kind in months]
    history, came = played(months)
    for period in came:
        number = int(period[-2:])
        expected = totals_to([values for values, _ in months[:number]])
        table = table_for(history, CONFIG, period)
        assert {row.district: tuple(row.values.values()) for row in table.rows} == expected


SMALL = st.integers(0, 6) | st.integers(0, 2)
GRIDS = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(st.tuples(*[SMALL] * width), min_size=3, max_size=3), min_size=1, max_size=4)
)


@given(GRIDS, st.sampled_from([3, 5]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_suppressed_cell_can_be_worked_out(grids: list[list[tuple[int, ...]]], threshold: int) -> None:
    columns = ("x", "y", "z")[: len(grids[0][0])]
    rows = ("A", "B", "C")
    cells = {(row, column): 0 for row in rows for column in columns}
    state = _State(rows, columns, threshold, dict(cells), running=dict(cells))
    for grid in grids:
        counts = {(r, c): grid[i][j] for i, r in enumerate(rows) for j, c in enumerate(columns)}
        _edition(state, counts)
        for step, values in enumerate(possible(state)):
            for cell, found in values.items():
                assert state.steps[step][cell] in found
                if state.window(step, cell) is not None and not _zero_by_totals(state, step, cell):
                    assert len(found) > 1, (step, cell, state.steps, state.windows)


def history_of(grids: list[Counts]) -> History:
    counts = [
        Count(series="small", period=add(CONFIG.start, n), district=name, measure=key, value=values[name][m])
        for n, values in enumerate(grids)
        for name in NAMES
        for m, key in enumerate(MEASURES)
    ]
    return History("small", tuple(counts))


@given(st.lists(COUNTS, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_suppressed_tables_keep_true_totals_and_never_print_a_small_change(grids: list[Counts]) -> None:
    config = small_config(suppression={"enabled": True, "threshold": 5})
    history = history_of(grids)
    printed: dict[tuple[str, str], int] = {}
    for number in range(len(grids)):
        period = add(config.start, number)
        shown = shown_cells(history, config, period)
        table = table_for(history, config, period)
        if table.period is None or shown.period != period:
            continue
        true = running_total(history, config, period) or {}
        assert table.totals == sums(true, MEASURES)
        for row in table.rows:
            for key, value in row.values.items():
                old = printed.get((row.district, key))
                assert (value is None) == (old is None) or old is None
                assert value in (None, 0, old) or value - (old or 0) >= 5
                if value is not None:
                    printed[row.district, key] = value
        for row in table.month_rows:
            assert all(value is None or value == 0 or value >= 5 for value in row.values.values())
