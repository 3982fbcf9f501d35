"""Parts of one table that a sheet sets apart: headings again on the next page, or the other half beside the first."""

from __future__ import annotations

from bot.stats.lines import TableReading


def joined(tables: list[TableReading]) -> list[TableReading]:
    """The tables, parts of one made one: on the same sheet, of the same kind and month, without a common district."""
    whole: list[TableReading] = []
    for table in tables:
        last = whole[-1] if whole else None
        if last is not None and _goes_on(last, table):
            _join(last, table)
        else:
            whole.append(table)
    return whole


def _goes_on(first: TableReading, other: TableReading) -> bool:
    same_way = first.found.sheet is other.found.sheet and not first.found.across and not other.found.across
    single = first.found.month_at is None and other.found.month_at is None
    same_roles = set(first.found.places) == set(other.found.places)
    said = first.kind in (None, other.kind) or other.kind is None
    month = first.period == other.period or other.period is None
    apart = first.rows and other.rows and first.districts.keys().isdisjoint(other.districts)
    return bool(same_way and single and same_roles and said and month and apart)


def _join(first: TableReading, other: TableReading) -> None:
    """The rows of the other part after those of the first; a total of the other alone is no total of both."""
    own = {role: _sum(other, role) for role in other.totals}
    if first.totals:
        first.subtotals.append((first.totals, len(first.rows)))
        first.totals = {}
    if any(total.value != own[role] for role, total in other.totals.items()):
        first.totals = other.totals
    above = len(first.rows)
    first.subtotals += [(given, above + rows) for given, rows in other.subtotals]
    first.rows += other.rows
    first.row_totals |= other.row_totals
    first.districts |= other.districts
    first.findings += other.findings
    first.kind = first.kind or other.kind
    for counts, more in ((first.written, other.written), (first.more, other.more)):
        for code, number in more.items():
            counts[code] = counts.get(code, 0) + number


def _sum(table: TableReading, role: str) -> int:
    return sum((row.total if role == "total" else row.values.get(role)) or 0 for row in table.rows)
