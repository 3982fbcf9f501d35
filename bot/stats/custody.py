"""A statistics file against its series: what it holds, which month it is, and everything that is wrong with it.

Severity. Errors stop the statistics: a row that does not add up, a district that is unknown, missing or there twice,
a cell that is no count, a running total that fell, another month's file. A total row that differs from the rows is a
``warning``: no total is ever taken from a file, so the table goes out with the totals worked out from its rows, and
provider and editor are asked about the difference. Hidden content and restated months are warnings too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from bot.core.model import CountRow, Finding, Severity, Value
from bot.stats.cells import Workbook
from bot.stats.hidden import hidden_findings
from bot.stats.history import History
from bot.stats.lines import FINDINGS_MAX, Line, TableReading
from bot.stats.parts import joined
from bot.stats.reading import month_of_mail, read_table
from bot.stats.rules import Facts, run_rules
from bot.stats.series import SeriesConfig
from bot.stats.settle import cells_of, settle
from bot.stats.tables import find_tables
from bot.stats.texts import listed

Kind = Literal["cumulative", "monthly"]


@dataclass(frozen=True)
class MonthTable:
    """One table of a file: its kind, month (None: the file does not say), and rows."""

    kind: Kind
    period: str | None
    rows: tuple[Line, ...]


class StatisticsReading(Value):
    """What a statistics file holds. ``totals`` are worked out from the rows: by measure, and "total".

    ``others`` are further tables of the file: earlier months, or the same month in the other kind.
    """

    series: str
    file: str
    kind: Kind
    period: str | None
    rows: tuple[CountRow, ...] = ()
    totals: dict[str, int] = Field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    others: tuple[MonthTable, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether an error keeps these figures out of the series and out of print."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def read_statistics(
    workbook: Workbook,
    config: SeriesConfig,
    *,
    expected_period: str | None = None,
    history: History | None = None,
    mail_text: str = "",
) -> StatisticsReading:
    """Read a file as figures of a series and check it against its rules and history. Never raises on content.

    ``mail_text`` is what its sender wrote with it: it may name the month that the file itself does not.
    """
    tables = _tables(workbook, config, expected_period)
    chosen = _choose(tables, config, expected_period)
    hidden = hidden_findings(workbook, [table.found for table in tables])
    if chosen is None:
        return _nothing_read(workbook, config, (*hidden, _no_table(workbook, config)))
    main, others, doubtful = chosen
    if main.period is None and mail_text:
        main.period = month_of_mail(mail_text, expected_period, config.unit)
    kind: Kind = "monthly" if (main.kind or config.kind) == "monthly" else "cumulative"
    facts = Facts(
        config=config,
        table=main,
        others=tuple(others),
        kind=kind,
        period=main.period or expected_period,
        said_period=main.period,
        expected=expected_period,
        history=history or History(config.key),
    )
    found = [*hidden, *main.findings, *doubtful, *run_rules(facts)]
    found += [finding for other in others for finding in other.findings if finding.severity is Severity.ERROR]
    return StatisticsReading(
        series=config.key,
        file=workbook.name,
        kind=kind,
        period=main.period,
        rows=tuple(line.row() for line in main.rows),
        totals=_totals(main.rows, config),
        findings=_capped(found, main.more),
        others=tuple(_month_table(other, config) for other in others),
    )


def _nothing_read(workbook: Workbook, config: SeriesConfig, findings: tuple[Finding, ...]) -> StatisticsReading:
    """A file without a table of the series."""
    return StatisticsReading(
        series=config.key,
        file=workbook.name,
        kind=config.kind,
        period=None,
        totals=_totals((), config),
        findings=findings,
    )


def statistics_json(reading: StatisticsReading) -> dict[str, Any]:
    """The reading in the shape of ``run_bot.py stats FILE --json``."""
    return {
        "kind": reading.kind,
        "period": reading.period,
        "rows": [
            {"district": row.district, **row.values, "total": row.total, "source": row.source} for row in reading.rows
        ],
        "totals": dict(reading.totals),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "where": finding.where,
                "message": finding.message,
                "suggestion": finding.suggestion,
            }
            for finding in reading.findings
        ],
    }


def _tables(workbook: Workbook, config: SeriesConfig, expected: str | None) -> list[TableReading]:
    """Every table of the visible sheets that names at least one district of the series."""
    readings = []
    for sheet in workbook.visible:
        for found in find_tables(sheet, config):
            readings += read_table(found, config, workbook.name, expected)
    known = [reading for reading in readings if reading.rows] or [reading for reading in readings if reading.findings]
    known = joined(known)
    settle(known)
    return known


@dataclass(frozen=True)
class _Chosen:
    kind: str
    period: str


def _choose(
    tables: list[TableReading], config: SeriesConfig, expected: str | None
) -> tuple[TableReading, list[TableReading], list[Finding]] | None:
    """The table that the file is about, the others, and a finding when two tables claim to be it.

    The month asked for if it is there, else the latest; of two kinds the configured one.
    """
    if not tables:
        return None
    periods = {table.period for table in tables if table.period}
    period = expected if expected in periods else max(periods, default=None)
    of_month = [table for table in tables if table.period == period] or tables
    of_kind = [table for table in of_month if (table.kind or config.kind) == config.kind] or of_month
    of_kind = [table for table in of_kind if table.start in (None, config.start)] or of_kind
    main = max(of_kind, key=lambda table: len(table.rows))
    undated = [table for table in tables if table.period is None and table.start in (None, config.start)]
    undated = [table for table in undated if (table.kind or config.kind) == (main.kind or config.kind)]
    rivals = [
        table
        for table in {id(table): table for table in (*of_kind, *undated)}.values()
        if table is not main and 2 * len(table.rows) > len(main.rows) and cells_of(table) != cells_of(main)
    ]
    doubtful = [
        Finding(
            code="two-tables",
            severity=Severity.ERROR,
            where=_place(rival),
            message=f"Two tables could be meant, here and at {_place(main)}, and their figures differ.",
            suggestion="Send one table, or write the month above each.",
        )
        for rival in rivals
    ]
    others = [table for table in tables if table is not main and table not in of_kind]
    return main, others, doubtful


def _place(table: TableReading) -> str:
    return table.rows[0].source if table.rows else table.found.sheet.name


def _month_table(table: TableReading, config: SeriesConfig) -> MonthTable:
    kind: Kind = "monthly" if (table.kind or config.kind) == "monthly" else "cumulative"
    return MonthTable(kind=kind, period=table.period, rows=tuple(table.rows))


def _totals(rows: Iterable[Line], config: SeriesConfig) -> dict[str, int]:
    totals = dict.fromkeys((*config.measure_keys, "total"), 0)
    for row in rows:
        for key in config.measure_keys:
            totals[key] += row.values.get(key) or 0
        totals["total"] += row.total or 0
    return totals


def _no_table(workbook: Workbook, config: SeriesConfig) -> Finding:
    measures = listed([measure.title for measure in config.measures])
    for sheet in workbook.visible:
        for found in find_tables(sheet, config):
            line = found.lines.start - 1
            where = sheet.ref(found.label_at, 0) if found.across else sheet.ref(line, 0)
            message = f"The table of {config.title} has headings, but no row with a district's figures."
            hint = "Send a table with one row for each district."
            return Finding(code="no-table", severity=Severity.ERROR, where=where, message=message, suggestion=hint)
    return Finding(
        code="no-table",
        severity=Severity.ERROR,
        where=workbook.visible[0].name if workbook.visible else workbook.name,
        message=f"No table of {config.title} was found: no row has the headings {measures} beside each other.",
        suggestion="Send a table with one row for each district and these headings.",
    )


def _capped(findings: list[Finding], more: dict[str, int]) -> tuple[Finding, ...]:
    """The most serious first, and at most FINDINGS_MAX of a code, so that a mail stays readable."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    kept: list[Finding] = []
    seen: dict[str, int] = dict(more)
    written: dict[str, int] = {}
    for finding in sorted(dict.fromkeys(findings), key=lambda finding: order[finding.severity]):
        seen[finding.code] = seen.get(finding.code, 0) + 1
        written[finding.code] = written.get(finding.code, 0) + 1
        if written[finding.code] <= FINDINGS_MAX:
            kept.append(finding)
    for code, number in seen.items():
        if number > FINDINGS_MAX:
            last = max(
                (finding for finding in kept if finding.code == code), key=lambda finding: order[finding.severity]
            )
            message = f"There are {number - FINDINGS_MAX:,} more findings of this kind ({code})."
            kept.append(Finding(code=code, severity=last.severity, message=message))
    return tuple(kept)
