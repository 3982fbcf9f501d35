"""The series as a file for a spreadsheet program, with nothing in it that such a program would work out."""

from __future__ import annotations

import csv
import io

from bot.stats.history import History

HEADINGS = ("Month", "District", "Measure", "Count", "Revision", "Baseline", "Source")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%", "\x00")


def neutral(text: str) -> str:
    """Text that a spreadsheet shows as it is: what would be taken for a formula gets an apostrophe in front."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    return f"'{clean}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else clean


def _lines(history: History) -> list[tuple[str, str, str, int, int, str, str]]:
    counts = sorted(history.counts, key=lambda c: (c.period, c.district, c.measure, c.revision))
    return [
        (
            count.period,
            neutral(count.district),
            neutral(count.measure),
            count.value,
            count.revision,
            "yes" if count.cumulative is not None else "",
            neutral(count.source),
        )
        for count in counts
        if count.series == history.series
    ]


def export_csv(history: History) -> bytes:
    """All counts and revisions as UTF-8 text with BOM (so that Excel reads it right), one count a line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(_lines(history))
    return text.getvalue().encode("utf-8-sig")


def export_xlsx(history: History) -> bytes:
    """All counts and revisions as a workbook; every text cell is written as text, none as a formula."""
    from openpyxl import Workbook as ExcelWorkbook
    from openpyxl.cell import WriteOnlyCell

    book = ExcelWorkbook(write_only=True)
    sheet = book.create_sheet(title="Counts")
    sheet.append(HEADINGS)
    for line in _lines(history):
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
                cell.quotePrefix = value.startswith("'")
            cells.append(cell)
        sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
