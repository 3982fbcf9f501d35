"""Workbooks of one kind each: the file, and what must be read from it (rows, totals, kind, month, findings)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from openpyxl.worksheet.worksheet import Worksheet

from tests.stats.build import DATA, FIGURES, HEAD, TOTALS, Rows, csv, lines, ods, plain, xlsx

Figures = dict[str, tuple[int, ...]]
SINCE = "Drug tests on arrest since October 2020, to the end of August 2025"


@dataclass(frozen=True)
class Case:
    """``codes`` are the findings expected, with their severities: "row-mismatch:error"."""

    name: str
    data: Callable[[], bytes]
    rows: Figures = field(default_factory=lambda: FIGURES)
    totals: tuple[int, int, int] = TOTALS
    kind: str = "cumulative"
    period: str | None = None
    codes: tuple[str, ...] = ()
    file: str = "custody.xlsx"


def _changed(**changes: tuple[int, ...]) -> Figures:
    return FIGURES | {name.replace("_", " "): values for name, values in changes.items()}


def _without(*names: str) -> Figures:
    return {name: values for name, values in FIGURES.items() if name not in names}


def _renamed(names: dict[str, str]) -> Rows:
    return [list(HEAD), *([names.get(str(row[0]), row[0]), *row[1:]] for row in lines())]


def _hidden_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[5].hidden = True


def _hidden_column(sheet: Worksheet) -> None:
    sheet["G1"], sheet["G2"] = "Officer", "PC 1234"
    sheet.column_dimensions["G"].hidden = True


def _formula_total(sheet: Worksheet) -> None:
    for letter in "BCDE":
        sheet[f"{letter}14"] = f"=SUM({letter}2:{letter}13)"


def _formula_cell(sheet: Worksheet) -> None:
    sheet["B3"] = "=500+12"


def _very_hidden(sheet: Worksheet) -> None:
    book = sheet.parent
    assert book is not None
    book["Staff"].sheet_state = "veryHidden"


def _merged_title(sheet: Worksheet) -> None:
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("B2:D2")


def _merged_figures(sheet: Worksheet) -> None:
    sheet.merge_cells("B3:C3")


def _date(sheet: Worksheet) -> None:
    sheet["B3"] = date(2025, 8, 14)


def _nan(sheet: Worksheet) -> None:
    sheet["B3"] = "NaN"


SHORT = {
    "East Hertfordshire": "E Herts",
    "North Hertfordshire": "N. Herts",
    "Welwyn Hatfield": "WelHat",
    "No fixed abode": "NFA",
    "Out of County": "OOC",
    "St Albans": "ST ALBANS ",
    "Three Rivers": "Three  Rivers District Council",
}
ACROSS: Rows = [
    [SINCE],
    [],
    ["", *FIGURES, "Total"],
    *(
        [measure, *(values[number] for values in FIGURES.values()), TOTALS[number]]
        for number, measure in enumerate(HEAD[1:4])
    ),
    ["Total", *(sum(values) for values in FIGURES.values()), sum(TOTALS)],
]
REORDERED: Rows = [
    ["Total tests", "Refusals", "Community Safety Partnership", "Tests\nnegative", "% positive", "No. positive"],
    *([row[4], row[3], row[0], row[2], 0.51, row[1]] for row in lines()),
]
MONTH: Figures = {name: (n % 7 + 2, n % 5 + 1, n % 2) for n, name in enumerate(FIGURES)}
MONTH_TOTALS = (55, 33, 6)
JULY: Figures = {name: (n % 6 + 1, n % 4 + 2, 0) for n, name in enumerate(FIGURES)}
BESIDE: Rows = [
    ["", "August 2025", "", "", "", "Since October 2020", "", "", ""],
    ["District", *HEAD[1:], *HEAD[1:]],
    *([a[0], *a[1:], *b[1:]] for a, b in zip(lines(MONTH), lines(), strict=True)),
]
LONG: Rows = [
    ["Month", "CSP", "Positive", "Negative", "Refused"],
    *(["Jul-25", name, *values] for name, values in JULY.items()),
    *(["Aug-25", name, *values] for name, values in MONTH.items()),
]
STACKED: Rows = [
    ["July 2025 (monthly)"],
    *plain("", JULY),
    [],
    ["August 2025 (monthly)"],
    *plain("", MONTH),
]


def _thousands(cell: object) -> object:
    return f"{cell:,}" if isinstance(cell, int) else cell


TEXT_NUMBERS: Rows = [list(HEAD), *([row[0], *(_thousands(cell) for cell in row[1:])] for row in lines())]
SPACED: Rows = [list(HEAD), *([row[0], *(f" {cell:,} ".replace(",", "\u00a0") for cell in row[1:])] for row in lines())]
DASHES: Rows = [list(HEAD), *([row[0], *("–" if cell == 0 else cell for cell in row[1:])] for row in lines())]
BLANKS: Rows = [list(HEAD), *([row[0], *(None if cell == 0 else cell for cell in row[1:])] for row in lines())]
WRONG_TOTAL: Rows = [*plain(total=False), ["Total", 5047, 5252, 63, 10362]]
WRONG_ROW: Rows = [["x"], *plain()]
WRONG_ROW[3] = ["Dacorum", 512, 421, 2, 945]
UNKNOWN = [[cell if cell != "Watford" else "Wattford" for cell in row] for row in plain()]
TWICE: Rows = [*plain(total=False), ["E Herts", 1, 2, 3, 6]]
NEGATIVE = [[cell if cell != 512 else -512 for cell in row] for row in plain(total=False)]
PLACES: Rows = [
    list(HEAD),
    *lines()[:10],
    ["Subtotal", 3025, 2552, 22, 5599],
    *lines()[10:12],
    ["Grand total", *TOTALS, sum(TOTALS)],
]
NOTES: Rows = [
    ["Herts custody tests"],
    ["Report date: 04/09/2025"],
    [],
    ["Period: 01/10/2020 to 31/08/2025"],
    [],
    [None, None, *HEAD],
    *([None, None, *row] for row in lines()),
    [],
    ["Source: custody record system; figures may be revised."],
]
TWO_ROW_HEAD: Rows = [[SINCE], ["CSP", "Tests", None, None, "Total"], [None, *HEAD[1:4]], *lines()]
RANKED: Rows = [["Rank", *HEAD], *([n, *row] for n, row in enumerate(lines(), 1))]
EMPTY_ROW = [row if row[0] != "Hertsmere" else ["Hertsmere"] for row in plain(total=False)]
EXTRA_COLUMN: Rows = [[*HEAD, "Void"], *([*row, 3] for row in lines())]
NO_REFUSED: Rows = [["CSP", "Positive", "Negative"], *([*row[:3]] for row in lines(total=False))]
GAP_FIGURES = _changed(Hertsmere=(0, 0, 0))
COVER: dict[str, Rows] = {
    "Notes": [["Positive means that the swab showed class A."], ["Ring the desk with questions."]]
}

CASES: tuple[Case, ...] = (
    Case("plain table", lambda: xlsx(plain())),
    Case("title with the kind and the month", lambda: xlsx(plain(SINCE)), period="2025-08"),
    Case("title rows, notes and an indented table", lambda: xlsx(NOTES), period="2025-08"),
    Case("merged title and headings in two rows", lambda: xlsx(TWO_ROW_HEAD, _merged_title), period="2025-08"),
    Case("other order and names of columns", lambda: xlsx(REORDERED)),
    Case("short names and loose spelling", lambda: xlsx(_renamed(SHORT))),
    Case("districts across", lambda: xlsx(ACROSS), period="2025-08"),
    Case("no total row", lambda: xlsx(plain(total=False))),
    Case("no total column", lambda: xlsx([row[:4] for row in plain()])),
    Case("thousands as text", lambda: xlsx(TEXT_NUMBERS)),
    Case("thousands with hard spaces", lambda: xlsx(SPACED)),
    Case("dashes for none", lambda: xlsx(DASHES)),
    Case("blanks for none", lambda: xlsx(BLANKS)),
    Case("subtotal of the places and grand total", lambda: xlsx(PLACES)),
    Case("rank column", lambda: xlsx(RANKED)),
    Case("a cover sheet after the table", lambda: xlsx(plain(), more=COVER)),
    Case("month in the sheet's name", lambda: xlsx(plain(), sheet="Aug 2025"), period="2025-08"),
    Case("month in the file's name", lambda: xlsx(plain()), period="2025-08", file="custody_2025-08.xlsx"),
    Case(
        "one month's counts",
        lambda: xlsx(plain("Monthly figures, August 2025", MONTH)),
        MONTH,
        MONTH_TOTALS,
        "monthly",
        "2025-08",
    ),
    Case("months below each other", lambda: xlsx(STACKED), MONTH, MONTH_TOTALS, "monthly", "2025-08"),
    Case("a column of months", lambda: xlsx(LONG), MONTH, MONTH_TOTALS, "monthly", "2025-08"),
    Case(
        "a sheet for each month",
        lambda: xlsx(plain("Monthly", JULY), sheet="Jul 25", more={"Aug 25": plain("Monthly", MONTH)}),
        MONTH,
        MONTH_TOTALS,
        "monthly",
        "2025-08",
    ),
    Case("month and running total beside each other", lambda: xlsx(BESIDE), period="2025-08"),
    Case("csv in UTF-8 with BOM", lambda: csv(plain(), encoding="utf-8-sig"), file="custody.csv"),
    Case(
        "csv in Windows-1252", lambda: csv(plain("Tests – since October 2020"), encoding="cp1252"), file="custody.csv"
    ),
    Case("csv in UTF-16 with tabs", lambda: csv(plain(), "\t", "utf-16"), file="custody.txt"),
    Case("csv with semicolons and thousands", lambda: csv(TEXT_NUMBERS, ";"), file="custody.csv"),
    Case("csv with sep= line", lambda: csv(plain(), "|", before="sep=|\r\n"), file="custody.csv"),
    Case("ods", lambda: ods(plain(SINCE)), period="2025-08", file="custody.ods"),
    Case("xls", (DATA / "plain.xls").read_bytes, period="2025-08", file="custody.xls"),
    Case(
        "xls with a hidden row and a hidden sheet",
        (DATA / "hidden.xls").read_bytes,
        _without("Hertsmere"),
        (4774, 4919, 63),
        period="2025-08",
        codes=(
            "hidden-content:warning",
            "hidden-content:warning",
            "missing-district:error",
            "total-mismatch:warning",
            "total-mismatch:warning",
            "total-mismatch:warning",
        ),
        file="custody.xls",
    ),
    Case(
        "total row too large, as if a row were lost", lambda: xlsx(WRONG_TOTAL), codes=("total-mismatch:warning",) * 3
    ),
    Case("a row that does not add up", lambda: xlsx(WRONG_ROW), codes=("row-mismatch:error",)),
    Case(
        "misspelt district",
        lambda: xlsx(UNKNOWN),
        _without("Watford"),
        (4550, 4889, 59),
        codes=("unknown-district:error", "missing-district:error", *("total-mismatch:warning",) * 4),
    ),
    Case(
        "a district left out",
        lambda: xlsx(plain(figures=_without("Stevenage"))),
        _without("Stevenage"),
        (4574, 4913, 59),
        codes=("missing-district:error",),
    ),
    Case("a district twice under two names", lambda: xlsx(TWICE), codes=("duplicate-district:error",)),
    Case(
        "a count below nought",
        lambda: xlsx(NEGATIVE),
        _without("Dacorum"),
        (4475, 5170, 63),
        codes=("negative-count:error",),
    ),
    Case(
        "a date for a number",
        lambda: xlsx(plain(total=False), _date),
        _without("Dacorum"),
        (4475, 5170, 63),
        codes=("not-a-number:error",),
    ),
    Case(
        "NaN for a number",
        lambda: xlsx(plain(total=False), _nan),
        _without("Dacorum"),
        (4475, 5170, 63),
        codes=("not-a-number:error",),
    ),
    Case(
        "formula totals that were never worked out",
        lambda: xlsx(plain(), _formula_total),
        codes=("formula-without-value:warning",) * 4,
    ),
    Case(
        "a formula for a count that was never worked out",
        lambda: xlsx(plain(total=False), _formula_cell),
        _without("Dacorum"),
        (4475, 5170, 63),
        codes=("formula-without-value:error",),
    ),
    Case(
        "hidden row of the table",
        lambda: xlsx(plain(total=False), _hidden_row),
        _without("Hertsmere"),
        (4774, 4919, 63),
        codes=("hidden-content:warning", "missing-district:error"),
    ),
    Case("hidden column beside the table", lambda: xlsx(plain(), _hidden_column), codes=("hidden-content:warning",)),
    Case(
        "very hidden sheet",
        lambda: xlsx(plain(), _very_hidden, more={"Staff": [["SECRET", 1]]}),
        codes=("hidden-content:warning",),
    ),
    Case(
        "hidden row and sheet in an ods",
        lambda: ods(plain(total=False), [4], [["SECRET"]]),
        _without("Hertsmere"),
        (4774, 4919, 63),
        codes=("hidden-content:warning", "hidden-content:warning", "missing-district:error"),
        file="custody.ods",
    ),
    Case(
        "merged figures",
        lambda: xlsx(plain(total=False), _merged_figures),
        _without("Dacorum"),
        (4987, 4749, 63),
        codes=("merged-figures:error", "row-mismatch:error"),
    ),
    Case("an empty row", lambda: xlsx(EMPTY_ROW), GAP_FIGURES, (4774, 4919, 63), codes=("empty-row:warning",)),
    Case("a column that is none of ours", lambda: xlsx(EXTRA_COLUMN), codes=("unknown-column:note",)),
    Case("a measure without column", lambda: xlsx(NO_REFUSED), {}, (4987, 5170, 0), codes=("missing-measure:error",)),
    Case("no table at all", lambda: xlsx([["Dear all"], ["see below"]]), {}, (0, 0, 0), codes=("no-table:error",)),
)
