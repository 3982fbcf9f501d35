"""The lines of a table, one by one: a district's counts, a total, or a line that belongs to nobody.

A hundred thousand lines must be read in a second or two, so a line whose cells are plain numbers takes a short way,
and of one kind of finding only the first ones are written out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from bot.core.model import CountRow, Finding, Severity
from bot.stats.cells import Cell
from bot.stats.numbers import COUNT_MAX, Bad, read_count
from bot.stats.roles import TOTAL
from bot.stats.series import SeriesConfig
from bot.stats.sums import run_that_gives
from bot.stats.tables import FoundTable
from bot.stats.texts import fold, name_key, nearest, shorten

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
FINDINGS_MAX = 20  # of one code; the rest is counted
_FLOATS = {float}
_PLAIN_TYPES = {float, str, type(None)}
_NUMBERS_MAX = 50_000
_PLAIN_MAX = COUNT_MAX  # a line of more than that takes the long way
_WRITE = "Write a whole number there, 0 where there is none, and send the file again."
_NOT_COUNTS = frozenset({"percent", "percentage", "rate", "proportion", "share", "average"})


@dataclass(frozen=True)
class PrintedTotal:
    """A total as the file gives it, with its cell."""

    value: int
    where: str


class Line(NamedTuple):
    """One district's line as read: a :class:`CountRow` in the making, a hundred thousand of which cost little."""

    district: str
    values: dict[str, int | None]
    total: int | None
    place: bool
    source: str

    def row(self) -> CountRow:
        """The line as a row of a table."""
        return CountRow(**self._asdict())


@dataclass
class TableReading:
    """One table as read. ``kind`` and ``period`` are what the file says of it (None: it does not say).

    ``subtotals`` are lines that add up the lines above them: (their values by role, how many rows stand above).
    ``more`` counts the findings of a code that were not ``written`` out.
    """

    found: FoundTable
    kind: str | None = None
    period: str | None = None
    start: str | None = None  # the month that the file says its running total begins with
    rows: list[Line] = field(default_factory=list)
    row_totals: dict[str, PrintedTotal] = field(default_factory=dict)  # district -> its given total, if not the sum
    totals: dict[str, PrintedTotal] = field(default_factory=dict)  # role -> the total row as given
    subtotals: list[tuple[dict[str, PrintedTotal], int]] = field(default_factory=list)
    districts: dict[str, str] = field(default_factory=dict)  # district -> its row's cells
    findings: list[Finding] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    more: dict[str, int] = field(default_factory=dict)

    def find(self, code: str, severity: Severity, where: str, message: str, suggestion: str = "") -> None:
        """Note a finding."""
        self.written[code] = self.written.get(code, 0) + 1
        self.findings.append(Finding(code=code, severity=severity, where=where, message=message, suggestion=suggestion))

    def full(self, code: str) -> bool:
        """Whether enough findings of a code are written out; if so, one more is counted."""
        if self.written.get(code, 0) < FINDINGS_MAX:
            return False
        self.more[code] = self.more.get(code, 0) + 1
        return True


@dataclass
class LineReader:
    """Reads the lines of one table into a :class:`TableReading`."""

    found: FoundTable
    config: SeriesConfig
    last_district: int = -1  # the last line that held a district
    strangers: list[tuple[int, str, dict[str, int]]] = field(default_factory=list)  # finding, name and figures

    def __post_init__(self) -> None:
        self.total_words = {fold(word) for word in (self.config.total_title, *self.config.total_aliases)}
        self.roles = [key for key in (*self.config.measure_keys, TOTAL) if key in self.found.places]
        self.whole = self.roles == [*self.config.measure_keys, TOTAL]
        self.pending = self.found.sheet.pending

    @cached_property
    def short(self) -> ShortWay | None:
        """The quick way of plain lines, if the table has one."""
        return ShortWay.of(self)

    @cached_property
    def near(self) -> dict[str, str]:
        """Every name and alias, folded -> the district's name."""
        names = [word for district in self.config.districts for word in (district.name, *district.aliases)]
        return {fold(word): self.config.district_keys[name_key(word)] for word in names}

    def read(self, reading: TableReading, lines: range | list[int]) -> None:
        """Read the given lines, in order."""
        nameless: list[tuple[int, dict[str, PrintedTotal]]] = []
        short = self.short
        for line in lines:
            if short is not None and short.takes(reading, line):
                self.last_district = line
                continue
            label = self.found.label(line)
            values = self.found.values(self.roles, line)
            district = self.config.district_keys.get(name_key(label)) if label else None
            if all(value is None for value in values) and not district and not self._pending(line):
                continue
            cells = dict(zip(self.roles, values, strict=True))
            if district:
                self.last_district = line
                self._district_row(reading, line, district, cells)
            elif not label:
                if given := self._given(reading, line, cells, "row without a name"):
                    nameless.append((line, given))
            else:
                self._other_row(reading, line, label, cells)
        self._settle_nameless(reading, nameless)
        self._settle_strangers(reading)

    def _pending(self, line: int) -> bool:
        return bool(self.pending) and any(self.found.place(role, line) in self.pending for role in self.roles)

    def _other_row(self, reading: TableReading, line: int, label: str, cells: dict[str, Cell]) -> None:
        folded = fold(label)
        if "%" in folded or not _NOT_COUNTS.isdisjoint(folded.split()):
            return  # shares of the figures above, not figures
        begins = folded.startswith(("total ", "subtotal", "sub total"))
        if folded in self.total_words or begins or folded.endswith((" total", " totals", " subtotal", " subtotals")):
            self._total_row(reading, line, folded, cells)
        else:
            self._unknown_row(reading, line, label, cells)

    def _unknown_row(self, reading: TableReading, line: int, label: str, cells: dict[str, Cell]) -> None:
        """Figures beside a name that is not a district: an error, unless it is a remark below the totals."""
        written = reading.written.get("unknown-district", 0)
        if not reading.totals and written >= FINDINGS_MAX and reading.full("unknown-district"):
            return  # a hundred thousand such rows are not looked at one by one
        numbers = sum(1 for cell in cells.values() if isinstance(read_count(cell), int))
        if (not numbers and not self._pending(line)) or (reading.totals and numbers < 2):
            return
        if reading.full("unknown-district"):
            return
        meant = nearest(label, self.near)
        hint = f' Did you mean "{meant}"?' if meant else ""
        message = f'"{shorten(label)}" is not a district of this table, so its figures cannot be placed.{hint}'
        reading.find("unknown-district", ERROR, self.found.source(line), message, meant or "")
        if numbers > 1 and numbers == sum(1 for cell in cells.values() if cell is not None):
            figures = {role: number for role, cell in cells.items() if isinstance(number := read_count(cell), int)}
            self.strangers.append((len(reading.findings) - 1, label, figures))

    def _settle_strangers(self, reading: TableReading) -> None:
        """A row without a district's name whose every figure is the sum of rows of the table is a total of them."""
        for number, label, figures in self.strangers:
            if (rows := run_that_gives(figures, reading.rows)) > 1:
                message = (
                    f'"{shorten(label)}" is no district; its figures are the sum of {rows} rows, so it is a total.'
                )
                where = reading.findings[number].where
                reading.findings[number] = Finding(code="other-total", severity=NOTE, where=where, message=message)
        self.strangers.clear()

    def _settle_nameless(self, reading: TableReading, nameless: list[tuple[int, dict[str, PrintedTotal]]]) -> None:
        """A last row without a name is the total row; any other belongs to nobody."""
        for number, (line, given) in enumerate(nameless):
            if number == len(nameless) - 1 and not reading.totals and line > self.last_district >= 0:
                reading.totals = given
            elif not reading.full("unknown-district"):
                message = "A row has figures but no district beside them."
                reading.find("unknown-district", ERROR, self.found.source(line), message)

    def _where(self, role: str, line: int) -> str:
        return self.found.sheet.ref(*self.found.place(role, line))

    def _given(
        self, reading: TableReading, line: int, cells: dict[str, Cell], name: str = "total row"
    ) -> dict[str, PrintedTotal]:
        """The numbers of a total row by role; what is no number there is asked about, for it is worked out anyway."""
        given: dict[str, PrintedTotal] = {}
        for role, cell in cells.items():
            where = self._where(role, line)
            if self.found.place(role, line) in self.pending:
                what = f"The {name} holds a formula whose result was not saved; the total is worked out from the rows."
                reading.find("formula-without-value", WARNING, where, what)
                continue
            number = read_count(cell)
            if isinstance(number, Bad):
                what = f"The {name} has {number.what}; the total is worked out from the rows."
                reading.find(number.code, WARNING, where, what)
            elif number is not None:
                given[role] = PrintedTotal(number, where)
        return given

    def _total_row(self, reading: TableReading, line: int, folded: str, cells: dict[str, Cell]) -> None:
        """A total row. The last one whose name is no subtotal's counts; one before it was the total of a part."""
        given = self._given(reading, line, cells)
        says_so = folded.startswith("sub") or "subtotal" in folded or "sub total" in folded
        is_part = says_so or (bool(reading.totals) and folded not in self.total_words)
        if is_part:
            reading.subtotals.append((given, len(reading.rows)))
        elif given:
            if reading.totals:
                reading.subtotals.append((reading.totals, len(reading.rows)))
            reading.totals = given

    def _district_row(self, reading: TableReading, line: int, district: str, cells: dict[str, Cell]) -> None:
        if district in reading.districts:
            if not reading.full("duplicate-district"):
                message = f"{district} stands in the table twice, here and in {reading.districts[district]}."
                hint = "Send one row for each district."
                reading.find("duplicate-district", ERROR, self.found.source(line), message, hint)
            return
        where = self.found.source(line)
        reading.districts[district] = where
        numbers = self._numbers(reading, line, district, cells)
        given = numbers.pop(TOTAL, None)
        if cells.get(TOTAL) is None:
            given = None  # an empty total is not a total of nought
        values = numbers if self.whole else {key: numbers.get(key) for key in self.config.measure_keys}
        known = [value for value in values.values() if value is not None]
        total = sum(known) if len(known) == len(values) else None
        if all(cell is None for cell in cells.values()) and total is not None:
            message = f"The row of {district} is empty; it is taken as no {self.config.unit}. Say so if it is not."
            reading.find("empty-row", WARNING, where, message)
        if given is not None and given != total:
            reading.row_totals[district] = PrintedTotal(given, self._where(TOTAL, line))
            total = total if self.config.identity else given
        place = self.config.by_name[district].place
        reading.rows.append(Line(district, values, total, place, where))

    def _numbers(
        self, reading: TableReading, line: int, district: str, cells: dict[str, Cell]
    ) -> dict[str, int | None]:
        """Role -> count; a dash or an empty cell is nought; what is no count is None, with a finding."""
        numbers: dict[str, int | None] = {}
        for role, cell in cells.items():
            if type(cell) is float and 0 <= cell <= 1_000_000 and cell.is_integer():
                numbers[role] = int(cell)
                continue
            if self.pending and self.found.place(role, line) in self.pending:
                numbers[role] = None
                self._no_result(reading, line, district, role)
                continue
            number = read_count(cell)
            if isinstance(number, Bad):
                numbers[role] = None
                if not reading.full(number.code):
                    what = f"{district}, {self.config.measure_title(role)}: the cell holds {number.what}."
                    reading.find(number.code, ERROR, self._where(role, line), what, _WRITE)
            else:
                numbers[role] = number or 0
        return numbers

    def _no_result(self, reading: TableReading, line: int, district: str, role: str) -> None:
        if reading.full("formula-without-value"):
            return
        severity = WARNING if role == TOTAL and self.config.identity else ERROR
        title = self.config.measure_title(role)
        message = f"{district}, {title}: the cell holds a formula whose result was not saved, so there is no number."
        hint = "Open the file in Excel, save it again and send that."
        reading.find("formula-without-value", severity, self._where(role, line), message, hint)


class ShortWay:
    """The way of a plain line: a known district's name and plain numbers that add up, nothing merged or hidden.

    Whatever is not so is left to :class:`LineReader`, which says what is wrong with it.
    """

    def __init__(self, reader: LineReader, columns: list[int]) -> None:
        self.found, self.config = reader.found, reader.config
        self.label_at, self.rows = self.found.label_at, self.found.sheet.rows
        self.hidden = self.found.sheet.hidden_rows
        self.pick = itemgetter(*columns)
        self.keys = self.config.measure_keys
        self.measures, self.given = len(self.keys), len(columns) > len(self.keys)
        self.names: dict[str, str | None] = {}
        self.numbers: dict[str, int] = {}  # text of a cell -> its count; -1: it is none
        self.places = {district.name: district.place for district in self.config.districts}
        self.first, self.last = self.found.source_columns

    @classmethod
    def of(cls, reader: LineReader) -> ShortWay | None:
        """The short way of a table, if it has one."""
        found, keys = reader.found, [*reader.config.measure_keys]
        sheet = found.sheet
        columns = [found.places[role] for role in reader.roles]
        plain = not found.across and not sheet.merged and not sheet.pending and reader.config.identity
        shown = sheet.hidden_columns.isdisjoint((found.label_at, *columns))
        complete = reader.roles in (keys, [*keys, TOTAL]) and len(columns) > 1
        return cls(reader, columns) if plain and shown and complete else None

    def takes(self, reading: TableReading, line: int) -> bool:
        """Read one line; False when it has to go the long way."""
        row = self.rows[line]
        try:
            cells = self.pick(row)
            district = self._district(row[self.label_at])
            if district is None:
                return False
            if set(map(type, cells)) != _FLOATS:
                cells = self._of_text(cells)
            counts = (*map(int, cells),)
        except (IndexError, ValueError, OverflowError):  # a short row, not a number
            return False
        total = sum(counts[: self.measures])
        if counts != cells or min(counts) < 0 or total > _PLAIN_MAX or (self.given and counts[-1] != total):
            return False
        if district in reading.districts or line in self.hidden:
            return False
        where = f"{self.first}{line + 1}:{self.last}{line + 1}"
        reading.districts[district] = where
        values: dict[str, int | None] = dict(zip(self.keys, counts, strict=False))
        reading.rows.append(Line(district, values, total, self.places[district], where))
        return True

    def _of_text(self, cells: tuple[Cell, ...]) -> tuple[float, ...]:
        """Numbers as text, dashes and blanks for none. Raises ValueError for a line that wants a closer look."""
        if all(cell in (None, "") for cell in cells) or not set(map(type, cells)) <= _PLAIN_TYPES:
            raise ValueError
        counts = tuple(cell if isinstance(cell, float) else self._number(str(cell or "")) for cell in cells)
        if self.given and cells[-1] in (None, ""):  # a total that is not given is none of nought
            return (*counts[:-1], sum(counts[:-1]))
        return counts

    def _number(self, text: str) -> float:
        if text not in self.numbers:
            if len(self.numbers) > _NUMBERS_MAX:
                self.numbers.clear()
            number = read_count(text or None)
            self.numbers[text] = -1 if isinstance(number, Bad) else number or 0
        if self.numbers[text] < 0:
            raise ValueError
        return self.numbers[text]

    def _district(self, label: Cell) -> str | None:
        if type(label) is not str:
            return None
        if label not in self.names:
            self.names[label] = self.config.district_keys.get(name_key(label.strip())) if label.strip() else None
        return self.names[label]
