"""What a workbook hides: told to the sender, never read."""

from __future__ import annotations

from bot.core.model import Finding, Severity
from bot.stats.cells import Place, Sheet, Workbook, column_letters
from bot.stats.tables import FoundTable
from bot.stats.texts import listed, shorten

_ASK = "If it belongs to the figures, unhide it and send the file again."
_NAMED = 6


def hidden_findings(workbook: Workbook, tables: list[FoundTable]) -> list[Finding]:
    """One finding for each hidden sheet, and for the hidden rows and columns with content of each sheet shown."""
    findings = [
        _finding(sheet.name, f'The sheet "{shorten(sheet.name)}" is hidden; it was not read.')
        for sheet in workbook.sheets
        if not sheet.visible
    ]
    with_table = {id(table.sheet) for table in tables}
    for sheet in workbook.visible:
        if not tables or id(sheet) in with_table:
            findings += _rows(sheet) + _columns(sheet)
    return findings


def _finding(where: str, message: str) -> Finding:
    return Finding(code="hidden-content", severity=Severity.WARNING, where=where, message=message, suggestion=_ASK)


def _filled(sheet: Sheet, place: Place) -> bool:
    row, column = place
    return row < len(sheet.rows) and column < len(sheet.rows[row]) and sheet.rows[row][column] not in ("", None)


def _rows(sheet: Sheet) -> list[Finding]:
    rows = sorted(
        row
        for row in sheet.hidden_rows
        if row < len(sheet.rows) and any(cell not in ("", None) for cell in sheet.rows[row])
    )
    if not rows:
        return []
    what = "Row" if len(rows) == 1 else "Rows"
    numbers = _some([str(row + 1) for row in rows])
    verb = "is hidden and was" if len(rows) == 1 else "are hidden and were"
    return [_finding(sheet.ref(rows[0], 0), f"{what} {numbers} of the sheet {verb} not read.")]


def _columns(sheet: Sheet) -> list[Finding]:
    columns = sorted(
        column
        for column in sheet.hidden_columns
        if any(_filled(sheet, (row, column)) for row in range(len(sheet.rows)))
    )
    if not columns:
        return []
    what = "Column" if len(columns) == 1 else "Columns"
    letters = _some([column_letters(column) for column in columns])
    verb = "is hidden and was" if len(columns) == 1 else "are hidden and were"
    return [_finding(sheet.ref(0, columns[0]), f"{what} {letters} of the sheet {verb} not read.")]


def _some(words: list[str]) -> str:
    return listed(words) if len(words) <= _NAMED else f"{', '.join(words[:_NAMED])} and {len(words) - _NAMED} more"
