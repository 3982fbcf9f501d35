"""The rules of a series as a table of named checks. Each looks at the facts and gives findings; none changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.core.model import Finding, Severity
from bot.stats.history import History, Values, folded, running_total
from bot.stats.lines import ERROR, NOTE, WARNING, Line, TableReading
from bot.stats.months import add, distance, words
from bot.stats.plausible import unusual_findings
from bot.stats.reading import other_findings
from bot.stats.roles import TOTAL
from bot.stats.series import SeriesConfig
from bot.stats.texts import listed
from bot.stats.totals import total_findings

_FIGURES_THAT_TELL = 6  # counts above nought that do not come again by chance


@dataclass(frozen=True)
class Facts:
    """Everything a rule may look at. ``period`` is the month the figures are taken to be of: what the file says, else
    what was asked for; ``said_period`` only what the file says."""

    config: SeriesConfig
    table: TableReading
    others: tuple[TableReading, ...]
    kind: str
    period: str | None
    said_period: str | None
    expected: str | None
    history: History

    @property
    def rows(self) -> list[Line]:
        """The rows of the table that the file is about."""
        return self.table.rows

    def values(self) -> Values:
        """The counts that could be read, by district and measure."""
        return values_of(self.rows)

    def source(self, district: str) -> str:
        """The cells of a district's row, or the sheet when it has none."""
        return self.table.districts.get(district, self.table.found.sheet.name)


def values_of(rows: list[Line]) -> Values:
    """The counts of some rows by district and measure; what could not be read is left out."""
    return {
        (row.district, measure): value for row in rows for measure, value in row.values.items() if value is not None
    }


Check = Callable[[Facts], Iterator[Finding]]


def _finding(code: str, severity: Severity, where: str, message: str, suggestion: str = "") -> Finding:
    return Finding(code=code, severity=severity, where=where, message=message, suggestion=suggestion)


def check_measures(facts: Facts) -> Iterator[Finding]:
    """Every measure has a column; other columns and merged figures are told."""
    before = len(facts.table.findings)
    other_findings(facts.table, facts.config)
    found = facts.table.findings[before:]
    del facts.table.findings[before:]
    yield from found


def check_districts(facts: Facts) -> Iterator[Finding]:
    """Every district of that month has a row, and none that had ended or not begun has one."""
    for district in facts.config.districts_in(facts.period):
        if district.name not in facts.table.districts:
            message = f"{district.name} has no row in the table."
            hint = "Send a row for it; write 0 where there is nothing."
            yield _finding("missing-district", ERROR, facts.table.found.sheet.name, message, hint)
    for row in facts.rows:
        district = facts.config.by_name[row.district]
        if facts.period is None or district.valid_in(facts.period):
            continue
        where = row.source
        if district.valid_from and facts.period < district.valid_from:
            message = (
                f"{district.name} exists only from {words(district.valid_from)}, and this is {words(facts.period)}."
            )
            yield _finding("unknown-district", ERROR, where, message)
        elif district.successor:
            home = facts.config.home_of(district.name, facts.period)
            message = f"{district.name} ended with {words(district.valid_to or '')}; its figures now belong to {home}."
            yield _finding("unknown-district", ERROR, where, message, home)
        elif facts.kind == "monthly" and row.total:
            message = f"{district.name} ended with {words(district.valid_to or '')}, but has figures after that."
            yield _finding("unknown-district", ERROR, where, message)


def check_rows_add_across(facts: Facts) -> Iterator[Finding]:
    """The measures of a row add up to the total that the file gives for it."""
    if not facts.config.identity or TOTAL not in facts.table.found.places:
        return
    for row in facts.rows:
        given = facts.table.row_totals.get(row.district)
        if given is None or row.total is None or given.value == row.total:
            continue
        parts = " + ".join(f"{row.values[measure.key]:,} {measure.title.lower()}" for measure in facts.config.measures)
        more = given.value - row.total
        message = (
            f"The row of {row.district} does not add up: {parts} = {row.total:,}, but its total says "
            f"{given.value:,} ({abs(more):,} {'more' if more > 0 else 'fewer'})."
        )
        yield _finding("row-mismatch", ERROR, given.where, message, "Check the row and send the file again.")


def check_totals_add_down(facts: Facts) -> Iterator[Finding]:
    """The file's total row against the sums of its rows; never used, always compared."""
    missing = [
        district.name
        for district in facts.config.districts_in(facts.period)
        if district.name not in facts.table.districts
    ]
    yield from total_findings(facts.table, facts.config, missing)


def check_period(facts: Facts) -> Iterator[Finding]:
    """The month that the file names is the one asked for, and not one before the series begins."""
    said = facts.said_period
    where = facts.table.found.sheet.name
    if said and facts.expected and said != facts.expected:
        message = f"The file says {words(said)}; {words(facts.expected)} was asked for."
        hint = f"Send the figures to the end of {words(facts.expected)}, or correct the month in the title."
        yield _finding("period-mismatch", ERROR, where, message, hint)
    elif said and said < facts.config.start:
        message = f"The file says {words(said)}, but the series begins with {words(facts.config.start)}."
        yield _finding("period-mismatch", ERROR, where, message)
    elif facts.kind == "cumulative" and facts.table.start not in (None, facts.config.start):
        message = f"The file counts from {words(facts.table.start or '')}, the series from {words(facts.config.start)}."
        hint = f"Send the running total since {words(facts.config.start)}, or correct the title."
        yield _finding("period-mismatch", WARNING, where, message, hint)
    elif said is None and facts.expected and facts.rows and _published_as(facts) is None:
        message = f"The file names no month; its figures are taken as those of {words(facts.expected)}."
        hint = f"If they are of another month, send the file for {words(facts.expected)} with the month in its title."
        yield _finding("month-not-named", WARNING, where, message, hint)


def check_same_file_again(facts: Facts) -> Iterator[Finding]:
    """All figures are exactly those published for an earlier month: an old file was sent again."""
    again = _published_as(facts)
    if again is None or facts.said_period == again:
        return
    message = f"Every figure is the same as in the file for {words(again)}; it seems to have been sent again."
    hint = "Send the new month's file; if truly nothing changed, say so in the reply."
    yield _finding("period-mismatch", ERROR, facts.table.found.sheet.name, message, hint)


def _published_as(facts: Facts) -> str | None:
    """The latest earlier month whose published figures a file repeats. For months further back than the last one a few
    figures are not enough: short tables of small counts may well come again."""
    new = facts.values()
    filled = sum(1 for value in new.values() if value)
    earlier = [period for period in reversed(facts.history.periods) if not facts.period or period < facts.period]
    for number, period in enumerate(earlier):
        if number and filled < _FIGURES_THAT_TELL:
            return None
        old = _published(facts, period)
        if old and filled and any(old.values()) and all(old.get(cell, 0) == value for cell, value in new.items()):
            return period
    return None


def _published(facts: Facts, period: str) -> Values | None:
    if facts.kind == "cumulative":
        return running_total(facts.history, facts.config, period, facts.period)
    month = facts.history.month(period)
    return None if month is None else folded(month, facts.config, facts.period or period)


def check_cumulative_never_falls(facts: Facts) -> Iterator[Finding]:
    """A running total is at least the last published one, cell by cell."""
    before = facts.history.before(facts.period) if facts.period else facts.history.last
    old = running_total(facts.history, facts.config, before, facts.period)
    if facts.kind != "cumulative" or old is None or before is None:
        return
    new = facts.values()
    fallen = {cell: value for cell, value in new.items() if value < old.get(cell, 0)}
    filled = [cell for cell in new if old.get(cell, 0) > 0]
    again = _published_as(facts) if fallen else None
    if again is not None:
        message = (
            f"{len(fallen)} of the figures are below the running totals published for {words(before)}: "
            f"they are those published for {words(again)}."
        )
        yield _finding("cumulative-fell", ERROR, facts.table.found.sheet.name, message)
        return
    if len(filled) > 3 and len(fallen) * 4 >= len(filled) * 3:
        message = (
            f"{len(fallen)} of the figures are below the running totals published for {words(before)}. "
            "The file seems to hold the counts of one month, not the running total."
        )
        hint = 'Write "monthly" in the title if it does, and send it again.'
        yield _finding("cumulative-fell", ERROR, facts.table.found.sheet.name, message, hint)
        return
    for (district, measure), value in fallen.items():
        title = facts.config.measure_title(measure).lower()
        message = (
            f"{district}: the running total of {title} fell from {old[district, measure]:,} "
            f"({words(before)}) to {value:,}, and a running total cannot fall."
        )
        hint = "If an earlier month was corrected, say which and by how much."
        yield _finding("cumulative-fell", ERROR, facts.source(district), message, hint)


def check_no_month_missing(facts: Facts) -> Iterator[Finding]:
    """Months between the last published one and this one: a running total can be had without them or not."""
    before = facts.history.before(facts.period) if facts.period else None
    if before is None or facts.period is None:
        return
    given = {other.period for other in facts.others if other.period and (other.kind or facts.config.kind) == "monthly"}
    gap = [month for number in range(1, distance(before, facts.period)) if (month := add(before, number)) not in given]
    if not gap:
        return
    where = facts.table.found.sheet.name
    names = listed([words(month) for month in gap])
    if facts.kind == "monthly":
        message = f"No figures came for {names}, so the running total to {words(facts.period)} cannot be worked out."
        hint = "Send the missing months too, or the running total."
        yield _finding("month-missing", ERROR, where, message, hint)
    else:
        message = f"No figures came for {names}; the difference to the last published total covers it too."
        yield _finding("month-missing", NOTE, where, message)


def check_earlier_months(facts: Facts) -> Iterator[Finding]:
    """Months that were published before and are given differently now: told cell by cell, old and new."""
    if facts.kind == "monthly" and facts.period:
        yield from _restated(facts, facts.period, facts.table)
    elif facts.period and facts.period in facts.history.periods:
        old = running_total(facts.history, facts.config, facts.period) or {}
        yield from _changed(facts, f"running total to {words(facts.period)}", old, facts.values(), facts.table)
    for other in facts.others:
        if other.period and (other.kind or facts.config.kind) == "monthly":
            if other.period != facts.period:
                yield from _restated(facts, other.period, other)
            elif facts.kind == "cumulative":
                yield from _month_differs(facts, other)


def _month_differs(facts: Facts, other: TableReading) -> Iterator[Finding]:
    """The month's counts that a file gives beside its running total, against what the running total grew by."""
    before = facts.history.before(facts.period or "")
    old = running_total(facts.history, facts.config, before, facts.period)
    if old is None or before is None or add(before, 1) != facts.period:
        return
    given = values_of(other.rows)
    for cell, value in facts.values().items():
        grown = value - old.get(cell, 0)
        if cell in given and given[cell] != grown:
            district, measure = cell
            message = (
                f"{district}: {given[cell]:,} {facts.config.measure_title(measure).lower()} are given for the month, "
                f"but the running total grew by {grown:,} since {words(before)}; the difference is what is printed."
            )
            yield _finding("month-mismatch", WARNING, other.districts.get(district, ""), message)


def _restated(facts: Facts, period: str, table: TableReading) -> Iterator[Finding]:
    old = facts.history.month(period)
    if old is not None:
        yield from _changed(facts, words(period), old, values_of(table.rows), table)


def _changed(facts: Facts, what: str, old: Values, new: Values, table: TableReading) -> Iterator[Finding]:
    for (district, measure), value in new.items():
        if value != old.get((district, measure), 0):
            title = facts.config.measure_title(measure).lower()
            message = (
                f"{district}, {what}: {title} was published as {old.get((district, measure), 0):,} "
                f"and is {value:,} now; the table will say that it was revised."
            )
            where = table.districts.get(district, table.found.sheet.name)
            yield _finding("restated", WARNING, where, message)


def check_plausible(facts: Facts) -> Iterator[Finding]:
    """The month beside its own history: how unusual it is, which never blocks."""
    yield from unusual_findings(facts.history, facts.config, facts.kind, facts.period, facts.values(), facts.source)


RULES: tuple[tuple[str, Check], ...] = (
    ("measures", check_measures),
    ("districts", check_districts),
    ("rows-add-across", check_rows_add_across),
    ("totals-add-down", check_totals_add_down),
    ("period", check_period),
    ("same-file-again", check_same_file_again),
    ("cumulative-never-falls", check_cumulative_never_falls),
    ("no-month-missing", check_no_month_missing),
    ("earlier-months", check_earlier_months),
    ("plausible", check_plausible),
)


def run_rules(facts: Facts) -> list[Finding]:
    """The findings of every rule that the series switches on, in the order of the table."""
    return [finding for name, check in RULES if name in facts.config.checks for finding in check(facts)]
