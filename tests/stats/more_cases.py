"""More workbooks of one kind each: layouts that people's programs and habits make, and what must be read from them."""

from __future__ import annotations

from datetime import date

from openpyxl.worksheet.worksheet import Worksheet

from tests.stats.build import FIGURES, HEAD, TOTALS, Rows, csv, lines, plain, xlsx
from tests.stats.cases import JULY, MONTH, MONTH_TOTALS, SINCE, Case

NAMES = list(FIGURES)


def _across(figures: dict[str, tuple[int, ...]]) -> Rows:
    return [[title, *(values[n] for values in figures.values())] for n, title in enumerate(HEAD[1:4])]


def _months_beside(sheet: Worksheet) -> None:
    sheet.merge_cells("B1:D1")
    sheet.merge_cells("E1:G1")


def _refused_hidden(sheet: Worksheet) -> None:
    sheet.column_dimensions["D"].hidden = True


def _error_value(sheet: Worksheet) -> None:
    sheet["B3"].value, sheet["B3"].data_type = "#REF!", "e"


ACROSS_MONTHS: Rows = [
    ["Drug tests, monthly"], ["", *NAMES], ["July 2025"], *_across(JULY), ["August 2025"], *_across(MONTH),
]  # fmt: skip
TOTAL_FIRST: Rows = [
    [SINCE],
    ["Measure", "County total", *NAMES],
    *([row[0], TOTALS[n], *row[1:]] for n, row in enumerate(_across(FIGURES))),
]
TOTAL_ON_TOP: Rows = [list(HEAD), ["County total", *TOTALS, sum(TOTALS)], *lines(total=False)]
DATES: Rows = [
    ["Month", "CSP", "Positive", "Negative", "Refused", "Total"],
    *([date(2025, 7, 1), name, *values, sum(values)] for name, values in JULY.items()),
    *([date(2025, 8, 1), name, *values, sum(values)] for name, values in MONTH.items()),
]
LONG_HEADINGS: Rows = [
    ["Community Safety Partnership area", "Positive tests", "Negative tests", "Tests refused", "Total number of tests"],
    *lines(),
]
_LEFT, _RIGHT = lines(total=False)[:6], lines(total=False)[6:]
SNAKED: Rows = [[SINCE], [*HEAD, None, *HEAD], *([*a, None, *b] for a, b in zip(_LEFT, _RIGHT, strict=True))]
PAGES: Rows = [[SINCE], list(HEAD), *_LEFT, [], ["Page 2"], list(HEAD), *_RIGHT, ["Total", *TOTALS, sum(TOTALS)]]
TWO_CELLS: Rows = [["Period", "August", 2025], [], *plain()]
QUOTED: Rows = [["Drug tests on arrest, all suites, to 31 August 2025", None, None, None, None, None]] + [
    [*row, None] for row in plain(total=False)
] + [["TOTALS:", *TOTALS, sum(TOTALS), None]]  # fmt: skip
BESIDE_MONTHS: Rows = [
    ["", "July 2025", None, None, "August 2025", None, None],
    ["District", *HEAD[1:4], *HEAD[1:4]],
    *([name, *JULY[name], *MONTH[name]] for name in NAMES),
]
PIVOT: Rows = [
    ["Count of Outcome", "Column Labels"],
    ["Row Labels", "Negative", "Positive", "Refused", "Grand Total"],
    *([name, v[1] or None, v[0], v[2] or None, sum(v)] for name, v in sorted(FIGURES.items())),
    ["Grand Total", TOTALS[1], TOTALS[0], TOTALS[2], sum(TOTALS)],
]
ENDING: Rows = [["Drug tests, running total"], ["Month ending:", date(2025, 8, 31)], [], *plain()]
YEAR_TO_DATE: Rows = [
    ["", "Since April 2025 to August 2025", None, None, "Since October 2020 to August 2025", None, None],
    ["District", *HEAD[1:4], *HEAD[1:4]],
    *([name, *MONTH[name], *FIGURES[name]] for name in NAMES),
]
MARKED: Rows = [[{"Stevenage": "Stevenage*", "Watford": "Watford¹"}.get(str(r[0]), r[0]), *r[1:]] for r in plain()]
ALPHABETICAL: dict[str, Rows] = {"Sorted": [list(HEAD), *sorted(lines(total=False), key=lambda row: str(row[0]))]}

_MORE: tuple[Case, ...] = (
    Case("districts across, months below each other", lambda: xlsx(ACROSS_MONTHS), MONTH, MONTH_TOTALS, "monthly",
         "2025-08"),
    Case("UTF-16 big end first without its mark", lambda: csv(plain(SINCE), encoding="utf-16-be"), period="2025-08",
         file="custody.csv"),
    Case("UTF-16 little end first without its mark", lambda: csv(plain(SINCE), "\t", "utf-16-le"), period="2025-08",
         file="custody.csv"),
    Case("csv with commas in the title and empty columns", lambda: csv(QUOTED), period="2025-08", file="custody.csv"),
    Case("districts across, totals first", lambda: xlsx(TOTAL_FIRST), period="2025-08"),
    Case("total row on top", lambda: xlsx(TOTAL_ON_TOP)),
    Case("the same table sorted on another sheet", lambda: xlsx(plain(SINCE), more=ALPHABETICAL), period="2025-08"),
    Case("a column of dates", lambda: xlsx(DATES), MONTH, MONTH_TOTALS, "monthly", "2025-08"),
    Case("long headings", lambda: xlsx(LONG_HEADINGS)),
    Case("half of the districts beside the other half", lambda: xlsx(SNAKED), period="2025-08"),
    Case("month and year in two cells", lambda: xlsx(TWO_CELLS), period="2025-08"),
    Case("a date as the sheet's name", lambda: xlsx(plain(), sheet="31.08.2025"), period="2025-08"),
    Case("an error value", lambda: xlsx(plain(total=False), _error_value), {}, (4475, 5170, 63),
         codes=("not-a-number:error",)),
)  # fmt: skip
_LAST: tuple[Case, ...] = (
    Case("months beside each other", lambda: xlsx(BESIDE_MONTHS, _months_beside), MONTH, MONTH_TOTALS, "monthly",
         "2025-08"),
    Case("pivot table", lambda: xlsx(PIVOT)),
    Case("headings again on the second page", lambda: xlsx(PAGES), period="2025-08"),
    Case("a hidden measure", lambda: xlsx(plain(total=False), _refused_hidden), {}, (4987, 5170, 0),
         codes=("hidden-content:warning", "missing-measure:error")),
    Case("month ending in a date cell", lambda: xlsx(ENDING), period="2025-08"),
    Case("year to date beside the running total", lambda: xlsx(YEAR_TO_DATE), period="2025-08"),
    Case("footnote marks on names", lambda: xlsx(MARKED)),
)  # fmt: skip

MORE = (*_MORE, *_LAST)
