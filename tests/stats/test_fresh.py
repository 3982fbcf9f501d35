"""Layouts and slips that were once misread: each must be read right, or asked about in a sentence that is true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.core.model import Finding
from bot.stats.custody import StatisticsReading, read_statistics
from bot.stats.months import said_by
from bot.stats.numbers import Bad, read_count
from bot.stats.workbook import read_workbook
from tests.stats.build import FIGURES, HEAD, TOTALS, Rows, config, csv, lines, plain, xlsx
from tests.stats.cases import JULY, MONTH, SINCE

CONFIG = config()
NAMES = list(FIGURES)
ALL = [*TOTALS, sum(TOTALS)]
PLACES_SUM = [sum(column) for column in zip(*(row[1:] for row in plain()[1:11]), strict=True)]
OTHERS_SUM = [whole - part for whole, part in zip(ALL, PLACES_SUM, strict=True)]


def read(data: bytes, file: str = "custody.xlsx") -> StatisticsReading:
    """What is read in a file."""
    return read_statistics(read_workbook(file, data), CONFIG)


def figures(reading: StatisticsReading) -> dict[str, tuple[int | None, ...]]:
    """District -> its counts."""
    return {row.district: tuple(row.values.values()) for row in reading.rows}


def found(reading: StatisticsReading, code: str) -> list[Finding]:
    """The findings of a code."""
    return [finding for finding in reading.findings if finding.code == code]


def _merge(sheet: Worksheet) -> None:
    for area in ("B2:C2", "D2:E2", "F2:G2"):
        sheet.merge_cells(area)


def _under(title: str, below: list[object], cells: Callable[[str], list[object]]) -> Rows:
    head: list[object] = ["CSP", "Positive", None, "Negative", None, "Refused", None]
    return [[title], head, [None, *below * 3], *([name, *cells(name)] for name in NAMES)]


def _pairs(first: dict[str, tuple[int, ...]], second: dict[str, tuple[int, ...]]) -> Callable[[str], list[object]]:
    return lambda name: [value for n in range(3) for value in (first[name][n], second[name][n])]


@pytest.mark.parametrize("change", [None, _merge])
@pytest.mark.parametrize("below", [["Jul 2025", "Aug 2025"], [date(2025, 7, 1), date(2025, 8, 1)]])
def test_months_below_each_measure_are_tables_of_their_own(
    below: list[object], change: Callable[[Worksheet], None] | None
) -> None:
    reading = read(xlsx(_under("Drug tests by month", below, _pairs(JULY, MONTH)), change))
    assert (reading.kind, reading.period, figures(reading)) == ("monthly", "2025-08", MONTH)
    assert [(other.kind, other.period) for other in reading.others] == [("monthly", "2025-07")]
    assert not found(reading, "two-tables")


def test_month_and_running_total_below_each_measure() -> None:
    rows = _under("August 2025", ["This month", "Since Oct 2020"], _pairs(MONTH, {**FIGURES}))
    reading = read(xlsx(rows))
    assert (reading.kind, reading.period, figures(reading)) == ("cumulative", "2025-08", FIGURES)


@pytest.mark.parametrize("below", [["No.", "%"], ["%", "No."]])
def test_percentages_below_each_measure_are_left_alone(below: list[object]) -> None:
    def cells(name: str) -> list[object]:
        pairs = [[value, 33] for value in FIGURES[name]]
        return [cell for pair in pairs for cell in (pair if below[0] == "No." else pair[::-1])]

    reading = read(xlsx(_under(SINCE, below, cells), _merge))
    assert (figures(reading), reading.findings) == (FIGURES, ())


def test_tables_below_each_measure_that_nobody_can_tell_apart_are_asked_about() -> None:
    reading = read(xlsx(_under("August 2025", ["Male", "Female"], _pairs(JULY, MONTH))))
    assert found(reading, "two-tables")
    assert reading.stops


@pytest.mark.parametrize(
    ("month_sheet", "total_sheet"),
    [("August 2025", "Cumulative to date"), ("Aug25", "To date"), ("Monthly", "All"), ("Month", "Cumulative")],
)
def test_the_sheet_of_the_month_is_not_taken_for_the_running_total(month_sheet: str, total_sheet: str) -> None:
    running: dict[str, tuple[int, ...]] = {**FIGURES}
    for first, second in ((MONTH, running), (running, MONTH)):
        names = (month_sheet, total_sheet) if first is MONTH else (total_sheet, month_sheet)
        reading = read(xlsx(plain("", first), sheet=names[0], more={names[1]: plain("", second)}))
        assert (reading.kind, figures(reading), reading.findings) == ("cumulative", FIGURES, ())
        assert [other.kind for other in reading.others] == ["monthly"]
        assert reading.period == ("2025-08" if "25" in month_sheet else None)


def test_another_table_without_a_month_is_asked_about() -> None:
    other = {name: tuple(value + 1 for value in values) for name, values in FIGURES.items()}
    reading = read(xlsx(plain(), sheet="Aug 2025", more={"Sheet2": plain("", other)}))
    assert len(found(reading, "two-tables")) == 1


@pytest.mark.parametrize("name", ["All county CSPs", "Non-resident subtotal", "County total", "Sub-total"])
def test_totals_of_parts_whatever_they_are_called(name: str) -> None:
    rows = [*lines()[:10], [name, *PLACES_SUM], *lines()[10:12], ["Total NFA and OOC", *OTHERS_SUM], ["Total", *ALL]]
    reading = read(xlsx([list(HEAD), *rows]))
    assert figures(reading) == FIGURES
    assert {finding.code for finding in reading.findings} <= {"other-total"}
    assert not reading.stops


@pytest.mark.parametrize("top", [True, False])
def test_a_total_under_the_county_s_name(top: bool) -> None:
    total = ["The county", *ALL]
    rows = [total, *lines(total=False)] if top else [*lines(total=False), total]
    reading = read(xlsx([list(HEAD), *rows]))
    assert [(f.code, f.severity.value) for f in reading.findings] == [("other-total", "note")]
    reading = read(xlsx([list(HEAD), *lines(total=False), ["The county", *TOTALS, sum(TOTALS) + 1]]))
    assert [(f.code, f.severity.value) for f in reading.findings] == [("unknown-district", "error")]


def test_a_wrong_subtotal_is_compared_with_the_rows_since_the_last_one() -> None:
    wrong = [OTHERS_SUM[0], OTHERS_SUM[1], OTHERS_SUM[2] + 1, OTHERS_SUM[3] + 1]
    rows = [*lines()[:10], ["Subtotal", *PLACES_SUM], *lines()[10:12], ["Subtotal", *wrong], ["Total", *ALL]]
    mismatches = found(read(xlsx([list(HEAD), *rows])), "total-mismatch")
    assert [finding.where for finding in mismatches] == ["Custody!D15", "Custody!E15"]


def test_a_subtotal_above_its_rows() -> None:
    rows = [["Subtotal", *PLACES_SUM], *lines()[:10], ["Subtotal", *OTHERS_SUM], *lines()[10:12], ["Total", *ALL]]
    assert read(xlsx([list(HEAD), *rows])).findings == ()


def test_commas_in_the_numbers_of_a_csv_never_shift_the_columns_unseen() -> None:
    text = "\r\n".join(
        ",".join(f"{c:,}" if isinstance(c, int) else str(c) for c in row[:4]) for row in plain(total=False)
    )
    reading = read(text.encode(), "custody.csv")
    assert [(f.where, f.severity.value) for f in found(reading, "too-many-columns")] == [("custody!A13:D13", "error")]
    ordinary = [[*row, None, "see note 2" if row[0] == "Watford" else None] for row in plain()]
    assert read(csv(ordinary), "custody.csv").findings == ()


def test_what_could_not_be_read_is_told_once() -> None:
    rows = [[name, *("*" if value == 3 else value for value in row)] for name, *row in plain()]
    reading = read(xlsx(rows))
    assert [(finding.code, finding.where) for finding in reading.findings] == [("not-a-number", "Custody!D9")]
    assert reading.findings[0].suggestion


def test_several_missing_rows_are_not_called_one() -> None:
    rows = [row for row in plain() if row[0] not in ("Dacorum", "Watford")]
    first = found(read(xlsx(rows)), "total-mismatch")[0]
    assert "the 2 districts that have no row" in first.message
    wrong = [*plain(total=False), ["Total", TOTALS[0], TOTALS[1], TOTALS[2] + 1, sum(TOTALS) + 1]]
    assert all("lost row" not in f.message for f in found(read(xlsx(wrong)), "total-mismatch"))


def test_headings_without_rows_are_not_denied() -> None:
    (finding,) = read(xlsx([[SINCE], list(HEAD)])).findings
    assert (finding.code, finding.where) == ("no-table", "Custody!A2")
    assert "has headings" in finding.message


def test_short_names_of_councils() -> None:
    names = {"Broxbourne": "Broxbourne BC", "East Hertfordshire": "EAST HERTS DC"}
    assert read(xlsx([[names.get(str(row[0]), row[0]), *row[1:]] for row in plain()])).findings == ()


@pytest.mark.parametrize("text", ["Sept25", "custody_202509.xlsx", "Sep_25", "202509 custody", "SEP2025"])
def test_months_written_without_a_space(text: str) -> None:
    assert said_by(text).period == "2025-09"


@pytest.mark.parametrize("text", ["reference 2025091", "20250 tests", "202513", "A202509", "1,202509"])
def test_numbers_that_are_no_months(text: str) -> None:
    assert said_by(text).period is None


def test_a_spreadsheet_s_own_arithmetic_is_no_fraction() -> None:
    assert read_count(512.0000000001) == 512
    assert read_count(511.9999999999) == 512
    half = read_count(512.25)
    assert isinstance(half, Bad)
    assert "512.25" in half.what


def test_a_long_table_of_months_is_told_of_in_twenty_findings() -> None:
    months = [f"{name} {year}" for year in range(2021, 2025) for name in ("January", "June")]
    bad: Rows = [[month, name, "x", 1, 1, 2] for month in months for name in NAMES]
    reading = read(xlsx([["Month", *HEAD], *bad]))
    told = found(reading, "not-a-number")
    assert len(told) == 21
    assert "76 more" in told[-1].message
    assert {row.district for row in reading.rows} == set(NAMES)
    assert reading.period == "2024-06"


def test_empty_totals_are_worked_out() -> None:
    rows: Rows = [list(HEAD), *([*row[:4], None] for row in lines(total=False))]
    reading = read(xlsx(rows))
    assert [row.total for row in reading.rows] == [sum(values) for values in FIGURES.values()]
    empty = read(xlsx([row if row[0] != "Watford" else ["Watford"] for row in rows]))
    assert [finding.code for finding in empty.findings] == ["empty-row"]
