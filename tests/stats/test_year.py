"""A played year: twelve months, two restatements, a month without a file, a wrong file corrected; all reconciles."""

from __future__ import annotations

from bot.core.model import StatisticsTable
from bot.stats.adding import baseline_counts, month_counts
from bot.stats.history import History, running_total
from bot.stats.months import add, words
from bot.stats.printed import chart_data, table_for
from tests.stats.months_of import Counts, codes, cumulative, monthly, read_rows, small_config

CONFIG = small_config()
NAMES = [district.name for district in CONFIG.districts]
BASELINE = {"Town A": (100, 90, 3), "Town B": (50, 60, 0), "Town C": (10, 20, 30)}
TRUE: dict[str, Counts] = {
    add("2025-07", n): {name: (5 + (n * 3 + k) % 4, 4 + (n + k) % 3, (n * k) % 2) for k, name in enumerate(NAMES)}
    for n in range(12)
}


def total_to(period: str, counts: dict[str, Counts]) -> Counts:
    """The running total a provider would send."""
    months = [values for month, values in counts.items() if month <= period]
    return {
        name: tuple(BASELINE[name][m] + sum(values[name][m] for values in months) for m in range(3)) for name in NAMES
    }


def reconciles(table: StatisticsTable, before: StatisticsTable | None) -> None:
    """Printed totals are the sums of printed rows, and the month is the difference of two running totals."""
    for rows, totals in ((table.rows, table.totals), (table.month_rows, table.month_totals)):
        if rows:
            for key, _ in table.measures:
                assert sum(row.values[key] or 0 for row in rows) == totals[key]
            assert sum(row.total or 0 for row in rows) == totals["total"]
            assert all(sum(value or 0 for value in row.values.values()) == row.total for row in rows)
    if (
        before is not None
        and table.month_rows
        and not table.stale
        and not any("Revised" in note for note in table.footnotes)
    ):
        old = {row.district: row.values for row in before.rows}
        for row, month in zip(table.rows, table.month_rows, strict=True):
            grown = {key: (row.values[key] or 0) - (old[row.district][key] or 0) for key, _ in table.measures}
            assert grown == month.values


class Year:
    """The series as it is kept and printed from month to month."""

    def __init__(self) -> None:
        first = read_rows(cumulative(CONFIG, "2025-06", BASELINE), CONFIG)
        self.history = History("small").add(baseline_counts(first, "2025-06", inbound=1))
        self.printed: list[StatisticsTable] = [table_for(self.history, CONFIG, "2025-06")]
        self.published = self.history
        self.mail = 1

    def comes(self, period: str, rows: list[list[object]], *findings: str) -> bool:
        """A file comes and is read; it is kept unless an error stops it."""
        self.mail += 1
        reading = read_rows(rows, CONFIG, period, self.history)
        assert codes(reading) == list(findings), [finding.message for finding in reading.findings]
        if reading.stops:
            return False
        self.history = self.history.add(month_counts(reading, self.history, CONFIG, period, inbound=self.mail))
        return True

    def prints(self, period: str) -> StatisticsTable:
        """The edition of a month goes out."""
        table = table_for(self.history, CONFIG, period, published=self.published)
        reconciles(table, self.printed[-1])
        self.published = self.history
        self.printed.append(table)
        return table


def test_a_year_reconciles() -> None:
    year = Year()
    now = dict(TRUE)
    year.comes("2025-07", cumulative(CONFIG, "2025-07", total_to("2025-07", now)))
    assert year.prints("2025-07").month_totals["total"] == sum(map(sum, now["2025-07"].values()))

    year.comes("2025-08", monthly(CONFIG, "2025-08", now["2025-08"]))
    table = year.prints("2025-08")
    assert table.sentence.startswith("In August 2025 there were")
    assert table.period == "2025-08"

    # The file of last month is sent again, then put right: a wrong file is corrected by replying again.
    assert not year.comes("2025-09", monthly(CONFIG, "2025-08", now["2025-08"]), "period-mismatch:error")
    wrong = now["2025-09"] | {"Town B": (500, 4, 1)}
    year.comes("2025-09", monthly(CONFIG, "2025-09", wrong), *["unusual:warning"] * 2)
    year.comes("2025-09", monthly(CONFIG, "2025-09", now["2025-09"]), *["restated:warning"] * 2)
    assert not [note for note in year.prints("2025-09").footnotes if "Revised" in note]

    # No file by the deadline: the last table stands, dated; the next file's difference covers both months.
    stale = year.prints("2025-10")
    assert stale.stale
    assert stale.rows == year.printed[-2].rows
    assert stale.footnotes == ("No figures came for October 2025; these are the figures to the end of September 2025.",)
    assert not year.comes("2025-11", monthly(CONFIG, "2025-11", now["2025-11"]), "month-missing:error")
    year.comes("2025-11", cumulative(CONFIG, "2025-11", total_to("2025-11", now)), "month-missing:note")
    table = year.prints("2025-11")
    assert table.month == "October 2025 and November 2025"
    assert "cover 2 months" in table.footnotes[0]

    # Two restatements: a file of several months changes one that was printed.
    changed = now["2025-11"] | {}
    year.comes("2025-12", monthly(CONFIG, "2025-12", now["2025-12"]))
    year.prints("2025-12")
    restated = now["2025-12"] | {"Town A": (now["2025-12"]["Town A"][0] + 2, *now["2025-12"]["Town A"][1:])}
    rows = monthly(CONFIG, "2026-01", now["2026-01"], {"2025-12": restated})
    year.comes("2026-01", rows, "restated:warning")
    now["2025-12"] = restated
    table = year.prints("2026-01")
    old = now["2025-12"]["Town A"][0]
    assert f"Revised: Town A, December 2025, measure x {old} (was {old - 2})." in table.footnotes
    assert changed == now["2025-11"]

    restated = now["2026-01"] | {"Town C": (0, 0, 0)}
    rows = monthly(CONFIG, "2026-02", now["2026-02"], {"2026-01": restated})
    year.comes("2026-02", rows, *["restated:warning"] * sum(1 for value in now["2026-01"]["Town C"] if value))
    now["2026-01"] = restated
    assert any("Town C, January 2026" in note for note in year.prints("2026-02").footnotes)

    for month in ("2026-03", "2026-04", "2026-05", "2026-06"):
        year.comes(month, cumulative(CONFIG, month, total_to(month, now)))
        table = year.prints(month)
        assert not [note for note in table.footnotes if "Revised" in note]
        assert {row.district: tuple(row.values.values()) for row in table.rows} == total_to(month, now)
    assert running_total(year.history, CONFIG, "2026-06") == {
        (name, key): value
        for name, values in total_to("2026-06", now).items()
        for key, value in zip(("x", "y", "z"), values, strict=True)
    }
    chart = chart_data(year.history, CONFIG, "2026-06")
    assert chart.labels[0] == words("2025-07")
    assert [number for number, value in enumerate(chart.series[0][1]) if value is None] == [3, 4]


def test_a_month_that_comes_late_is_taken_out_of_the_difference() -> None:
    year = Year()
    year.comes("2025-08", cumulative(CONFIG, "2025-08", total_to("2025-08", TRUE)), "month-missing:note")
    before = running_total(year.history, CONFIG, "2025-08")
    reading = read_rows(monthly(CONFIG, "2025-07", TRUE["2025-07"]), CONFIG)
    year.history = year.history.add(month_counts(reading, year.history, CONFIG, "2025-07"))
    assert running_total(year.history, CONFIG, "2025-08") == before
    assert year.history.month("2025-08") == {
        (name, key): value
        for name, values in TRUE["2025-08"].items()
        for key, value in zip(("x", "y", "z"), values, strict=True)
    }
