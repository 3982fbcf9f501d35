"""A found table read line by line: counts with their cells, the file's own totals, and what is wrong in the cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot.core.model import CountRow, Finding, Severity
from bot.stats.cells import Cell
from bot.stats.months import add, of_date, said_by, split, words
from bot.stats.numbers import Bad, read_count
from bot.stats.series import SeriesConfig
from bot.stats.tables import TOTAL, FoundTable
from bot.stats.texts import fold, name_key, nearest, shorten

_NOT_COUNTS = frozenset({"percent", "percentage", "rate", "proportion", "share", "average"})
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True)
class PrintedTotal:
    """A total as the file gives it, with its cell."""

    value: int
    where: str


@dataclass
class TableReading:
    """One table as read. ``kind`` and ``period`` are what the file says of it (None: it does not say).

    ``subtotals`` are lines that add up the lines above them: (their values by role, how many rows stand above).
    """

    found: FoundTable
    kind: str | None = None
    period: str | None = None
    rows: list[CountRow] = field(default_factory=list)
    row_totals: dict[str, PrintedTotal] = field(default_factory=dict)  # district -> its own total as given
    totals: dict[str, PrintedTotal] = field(default_factory=dict)  # role -> the total row as given
    subtotals: list[tuple[dict[str, PrintedTotal], int]] = field(default_factory=list)
    districts: dict[str, str] = field(default_factory=dict)  # district -> its row's cells
    findings: list[Finding] = field(default_factory=list)

    def find(self, code: str, severity: Severity, where: str, message: str, suggestion: str = "") -> None:
        """Note a finding."""
        self.findings.append(Finding(code=code, severity=severity, where=where, message=message, suggestion=suggestion))


def read_table(found: FoundTable, config: SeriesConfig, file_name: str, expected: str | None) -> list[TableReading]:
    """Read one table; a table with a month column gives one reading for each month in it, oldest first."""
    kind, period = _kind_and_period(found, file_name, expected)
    reader = _Reader(found, config)
    if found.month_at is None:
        reading = TableReading(found, kind, period)
        reader.read(reading, found.lines)
        return [reading]
    readings = []
    for month, lines in _by_month(found, expected).items():
        reading = TableReading(found, kind or "monthly", month)
        reader.read(reading, lines)
        if reading.rows or reading.findings:
            readings.append(reading)
    return sorted(readings, key=lambda reading: reading.period or "")


def _by_month(found: FoundTable, expected: str | None) -> dict[str | None, list[int]]:
    """Lines by the month written in them; a blank goes on with the month above it."""
    months: dict[str | None, list[int]] = {}
    month: str | None = None
    for line in found.lines:
        cell = found.month_cell(line)
        if cell is not None:
            month = month_in(cell, expected) or month
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


def _kind_and_period(found: FoundTable, file_name: str, expected: str | None) -> tuple[str | None, str | None]:
    """What the file says of the table's kind and month: headings first, then titles, sheet, notes, file name."""
    kind = period = None
    month_only: int | None = None
    for text in (*found.said, found.sheet.name, *found.notes, file_name):
        said = said_by(text)
        period = period or said.period
        kind = kind or said.kind or ("cumulative" if said.start else None)
        month_only = month_only or (said.month_only if period is None else None)
    return kind, period or _with_year(month_only, expected)


@dataclass
class _Reader:
    """Reads the lines of one table."""

    found: FoundTable
    config: SeriesConfig
    line_of: dict[str, int] = field(default_factory=dict)  # a row's cells -> its line

    def __post_init__(self) -> None:
        self.total_words = {fold(word) for word in (self.config.total_title, *self.config.total_aliases)}
        self.near = {fold(word): self.config.district_keys[name_key(word)] for word in self._all_names()}
        self.roles = [key for key in (*self.config.measure_keys, TOTAL) if key in self.found.places]

    def _all_names(self) -> list[str]:
        return [word for district in self.config.districts for word in (district.name, *district.aliases)]

    def read(self, reading: TableReading, lines: range | list[int]) -> None:
        for line in lines:
            label = self.found.label(line)
            cells = {role: self.found.sheet.value(*self.found.place(role, line)) for role in self.roles}
            pending = bool(self.found.sheet.pending) and any(
                self.found.place(role, line) in self.found.sheet.pending for role in self.roles
            )
            filled = [cell for cell in cells.values() if cell is not None]
            if not filled and not pending and (not label or not self._district(label)):
                continue
            self._line(reading, line, label, cells, lines)
        self._nameless_last_row(reading)

    def _district(self, label: str) -> str | None:
        return self.config.district_keys.get(name_key(label))

    def _line(
        self, reading: TableReading, line: int, label: str, cells: dict[str, Cell], lines: range | list[int]
    ) -> None:
        folded = fold(label)
        if not self._district(label) and ("%" in folded or set(folded.split()) & _NOT_COUNTS):
            return  # shares of the figures above, not figures
        if self._is_total(folded) and not self._district(label):
            self._total_row(reading, line, folded, cells)
        elif district := self._district(label):
            self._district_row(reading, line, district, cells)
        else:
            self._unknown_row(reading, line, label, cells)

    def _is_total(self, folded: str) -> bool:
        begins = folded.startswith(("total ", "subtotal", "sub total"))
        return folded in self.total_words or begins or folded.endswith((" total", " totals"))

    def _unknown_row(self, reading: TableReading, line: int, label: str, cells: dict[str, Cell]) -> None:
        """Figures beside a name that is not a district: an error, unless it is a remark below the totals."""
        where = self.found.source(line)
        numbers = {role: number for role, cell in cells.items() if isinstance(number := read_count(cell), int)}
        pending = [role for role in self.roles if self.found.place(role, line) in self.found.sheet.pending]
        if (not numbers and not pending) or (reading.totals and len(numbers) < 2):
            return
        if not label:
            given = {role: PrintedTotal(number, self._where(role, line)) for role, number in numbers.items()}
            reading.subtotals.append((given, -line - 1))  # may be a total row without its word: judged at the end
            return
        meant = nearest(label, self.near)
        hint = f' Did you mean "{meant}"?' if meant else ""
        message = f'"{shorten(label)}" is not a district of this table, so its figures cannot be placed.{hint}'
        reading.find("unknown-district", ERROR, where, message, meant or "")

    def _nameless_last_row(self, reading: TableReading) -> None:
        nameless = [entry for entry in reading.subtotals if entry[1] < 0]
        reading.subtotals = [entry for entry in reading.subtotals if entry[1] >= 0]
        for number, (given, line) in enumerate(nameless):
            last = number == len(nameless) - 1 and not reading.totals
            if last and all(-line - 1 > self.line_of[where] for where in reading.districts.values()):
                reading.totals = given
            else:
                where = self.found.source(-line - 1)
                reading.find("unknown-district", ERROR, where, "A row has figures but no district beside them.")

    def _where(self, role: str, line: int) -> str:
        return self.found.sheet.ref(*self.found.place(role, line))

    def _total_row(self, reading: TableReading, line: int, folded: str, cells: dict[str, Cell]) -> None:
        given: dict[str, PrintedTotal] = {}
        for role, cell in cells.items():
            if self.found.place(role, line) in self.found.sheet.pending:
                what = (
                    "The total row holds a formula whose result was not saved; the total is worked out from the rows."
                )
                reading.find("formula-without-value", WARNING, self._where(role, line), what)
                continue
            number = read_count(cell)
            if isinstance(number, Bad):
                what = f"The total row has {number.what}; the total is worked out from the rows."
                reading.find(number.code, WARNING, self._where(role, line), what)
            elif number is not None:
                given[role] = PrintedTotal(number, self._where(role, line))
        is_part = folded.startswith("sub") or (bool(reading.totals) and folded not in self.total_words)
        if is_part or (reading.totals and given):
            if not is_part:  # the totals so far were those of a part
                reading.subtotals.append((reading.totals, len(reading.rows)))
                reading.totals = given
            else:
                reading.subtotals.append((given, len(reading.rows)))
        elif given:
            reading.totals = given

    def _district_row(self, reading: TableReading, line: int, district: str, cells: dict[str, Cell]) -> None:
        where = self.found.source(line)
        if district in reading.districts:
            message = f"{district} stands in the table twice, here and in {reading.districts[district]}."
            reading.find("duplicate-district", ERROR, where, message, "Send one row for each district.")
            return
        reading.districts[district] = where
        self.line_of[where] = line
        numbers = self._numbers(reading, line, district, cells)
        values = {key: numbers.get(key) for key in self.config.measure_keys}
        if all(cell is None for cell in cells.values()) and not any(value is None for value in values.values()):
            message = (
                f"The row of {district} is empty; it is taken as no {self.config.unit}. Please say so if it is not."
            )
            reading.find("empty-row", WARNING, where, message)
        known = [value for value in values.values() if value is not None]
        computed = sum(known) if len(known) == len(values) else None
        given = numbers.get(TOTAL) if cells.get(TOTAL) is not None else None
        if given is not None:
            reading.row_totals[district] = PrintedTotal(given, self._where(TOTAL, line))
        total = computed if self.config.identity or given is None else given
        reading.rows.append(
            CountRow(
                district=district,
                values=values,
                total=total,
                place=self.config.by_name[district].place,
                source=where,
            )
        )

    def _numbers(
        self, reading: TableReading, line: int, district: str, cells: dict[str, Cell]
    ) -> dict[str, int | None]:
        """Role -> count; a dash or an empty cell is nought; what is no count is None, with a finding."""
        numbers: dict[str, int | None] = {}
        for role, cell in cells.items():
            title = self.config.measure_title(role)
            where = self._where(role, line)
            if self.found.place(role, line) in self.found.sheet.pending:
                numbers[role] = None
                severity = WARNING if role == TOTAL and self.config.identity else ERROR
                message = (
                    f"{district}, {title}: the cell holds a formula whose result was not saved, so there is no number."
                )
                hint = "Open the file in Excel, save it again and send that."
                reading.find("formula-without-value", severity, where, message, hint)
                continue
            number = read_count(cell)
            if isinstance(number, Bad):
                numbers[role] = None
                reading.find(number.code, ERROR, where, f"{district}, {title}: the cell holds {number.what}.")
            else:
                numbers[role] = number or 0
        return numbers


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


def month_words(period: str | None) -> str:
    """A month for a sentence, or "an unnamed month"."""
    return words(period) if period else "an unnamed month"
