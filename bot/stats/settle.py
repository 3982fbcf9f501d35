"""What the tables of one file tell of each other: which is the month's count, which the running total, their month."""

from __future__ import annotations

from itertools import pairwise

from bot.stats.lines import TableReading


def settle(tables: list[TableReading]) -> None:
    """Give tables that do not say their kind or month what the ones with them tell of it."""
    _beside(tables)
    _months_in_order(tables)
    _of_other_sheets(tables)


def cells_of(table: TableReading) -> dict[str, dict[str, int | None]]:
    """District -> its counts by measure."""
    return {row.district: row.values for row in table.rows}


def _beside(tables: list[TableReading]) -> None:
    """Tables beside each other explain each other: beside a running total stands the month's count, of one month."""
    groups: dict[tuple[int, range], list[TableReading]] = {}
    for table in tables:
        groups.setdefault((id(table.found.sheet), table.found.lines), []).append(table)
    for beside in groups.values():
        kinds = {table.kind for table in beside} - {None}
        period = max((table.period for table in beside if table.period), default=None)
        for table in beside:
            if table.kind is None and len(kinds) == 1:
                table.kind = "monthly" if kinds == {"cumulative"} else "cumulative"
            table.period = table.period or period


def _months_in_order(tables: list[TableReading]) -> None:
    """Tables of several months are running totals when none falls, else the months' own counts."""
    unsaid = sorted((table for table in tables if table.kind is None and table.period), key=lambda t: t.period or "")
    if len({table.period for table in unsaid}) > 1:
        grows = all(_grows(old, new) for old, new in pairwise(unsaid))
        for table in unsaid:
            table.kind = "cumulative" if grows else "monthly"


def _of_other_sheets(tables: list[TableReading]) -> None:
    """A small table with a running total many times its size is the month's count; both are then of one month."""
    for table in [table for table in tables if table.kind is None]:
        for other in tables:
            if other.kind == "cumulative" and _is_month_of(table, other):
                table.kind = "monthly"
            elif other.kind == "monthly" and _is_month_of(other, table):
                table.kind = "cumulative"
    latest = max((t.period for t in tables if t.kind == "monthly" and t.period), default=None)
    for table in tables:
        if table.kind == "cumulative" and table.period is None and latest:
            month = next(t for t in tables if t.kind == "monthly" and t.period == latest)
            table.period = latest if _is_part_of(month, table) else None


def _is_month_of(month: TableReading, running: TableReading) -> bool:
    """Whether one table may be the month's count of the other, a running total: far below it, and of no other month."""
    same = month.period == running.period or None in (month.period, running.period)
    return bool(same and month.rows and _is_part_of(month, running))


def _is_part_of(month: TableReading, running: TableReading) -> bool:
    """Half of it at most and nowhere above it; a slip in one cell does not make a small table a large one."""
    part, whole = _sum(month), _sum(running)
    return 5 * part <= whole or (2 * part <= whole and _grows(month, running))


def _sum(table: TableReading) -> int:
    return sum(value or 0 for row in table.rows for value in row.values.values())


def _grows(old: TableReading, new: TableReading) -> bool:
    """Whether no count is below the one of an earlier month, as with running totals."""
    later = cells_of(new)
    return all(
        (later.get(district, {}).get(measure) or 0) >= (value or 0)
        for district, values in cells_of(old).items()
        for measure, value in values.items()
    )
