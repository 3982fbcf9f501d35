"""The file's own total row against the sums of its rows, and what a difference looks like."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.model import Finding, Severity
from bot.stats.lines import Line, PrintedTotal, TableReading
from bot.stats.roles import TOTAL
from bot.stats.series import SeriesConfig
from bot.stats.sums import run_that_gives
from bot.stats.texts import listed


def total_findings(table: TableReading, config: SeriesConfig, missing: list[str]) -> Iterator[Finding]:
    """A warning for every column whose printed total is not the sum of its rows.

    The first one also says when all the differences together are what one row left out, or counted twice, explains.
    A total of the places alone (without "No fixed abode" and the like) is right as well.
    """
    before = 0
    for given, above in table.subtotals:
        if not run_that_gives({role: total.value for role, total in given.items()}, table.rows):
            part = _meant(given, table.rows[:above], table.rows[before:above], config)
            yield from _differences(given, part, table, config, [], "subtotal")
        before = above
    yield from _differences(table.totals, table.rows, table, config, missing, "total row")


def _meant(given: dict[str, PrintedTotal], above: list[Line], part: list[Line], config: SeriesConfig) -> list[Line]:
    """The rows that a subtotal is of: all above it, or those since the last subtotal, whichever is nearer to it."""

    def far(rows: list[Line]) -> int:
        sums = _sums(rows, config)
        return sum(abs(total.value - sums[role]) for role, total in given.items())

    return part if part and far(part) < far(above) else above


def _sums(rows: list[Line], config: SeriesConfig) -> dict[str, int]:
    sums = {key: sum(row.values.get(key) or 0 for row in rows) for key in config.measure_keys}
    sums[TOTAL] = sum(row.total or 0 for row in rows)
    return sums


def _unread(row: Line, role: str) -> bool:
    """Whether a row's cell could not be read, which is told for itself: what its column adds up to is not known."""
    return (row.total if role == TOTAL else row.values.get(role)) is None


def _differences(
    given: dict[str, PrintedTotal],
    rows: list[Line],
    table: TableReading,
    config: SeriesConfig,
    missing: list[str],
    name: str,
) -> Iterator[Finding]:
    sums = _sums(rows, config)
    unread = {role for role in given if any(_unread(row, role) for row in rows)}
    differences = {role: total.value - sums[role] for role, total in given.items() if role not in unread}
    if not any(differences.values()):
        return
    places = _sums([row for row in rows if row.place], config)
    if any(not row.place for row in rows) and all(total.value == places[role] for role, total in given.items()):
        return
    explanation = _explanation(differences, rows, config, missing)
    for role, difference in differences.items():
        if not difference:
            continue
        what = "in all" if role == TOTAL else config.measure_title(role).lower()
        fewer = f"{abs(difference):,} {'fewer' if difference > 0 else 'more'}"
        message = f"The {name} says {given[role].value:,} {what}; the rows add up to {sums[role]:,} ({fewer})."
        yield Finding(
            code="total-mismatch",
            severity=Severity.WARNING,
            where=given[role].where,
            message=f"{message} {explanation} The totals printed are worked out from the rows.".replace("  ", " "),
            suggestion="Check whether a row was left out or changed; if the rows are right, nothing need be done.",
        )
        explanation = ""


def _explanation(differences: dict[str, int], rows: list[Line], config: SeriesConfig, missing: list[str]) -> str:
    """What one row would explain, in a sentence, or ""."""
    keys = [key for key in config.measure_keys if key in differences]
    if len(keys) < 2:
        return ""
    parts = [differences[key] for key in keys]
    adds_up = TOTAL not in differences or not config.identity or sum(parts) == differences[TOTAL]
    for row in rows:
        values = [row.values.get(key) or 0 for key in keys]
        if any(values) and [-value for value in values] == parts:
            return f"The difference is exactly the row of {row.district}, as if it had been left out of the sum."
        if any(values) and values == parts and adds_up:
            return f"The difference is exactly the row of {row.district}, as if it had been counted twice."
    if adds_up and all(part >= 0 for part in parts) and sum(1 for part in parts if part) > 1:
        figures = listed(
            [f"{part:,} {config.measure_title(key).lower()}" for key, part in zip(keys, parts, strict=True)]
        )
        if len(missing) > 1:
            return f"The differences ({figures}) may be those of the {len(missing)} districts that have no row."
        named = f" ({missing[0]} has no row)" if missing else ""
        return f"The differences ({figures}) are what one lost row would explain{named}."
    return ""
