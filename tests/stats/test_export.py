"""The series as a file: every count and revision, and no text that a spreadsheet would work out."""

from __future__ import annotations

import csv
import io

from openpyxl import load_workbook

from bot.core.records import Count
from bot.stats.export import HEADINGS, export_csv, export_xlsx, neutral
from bot.stats.history import History

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1+1", "|cmd")
HISTORY = History(
    "custody",
    (
        *(Count(series="custody", period="2025-08", district=text, measure="positive", value=3) for text in FORMULAS),
        Count(series="custody", period="2025-08", district="Dacorum", measure="positive", value=4, source="S!B2"),
        Count(series="custody", period="2025-08", district="Dacorum", measure="positive", value=5, revision=2),
        Count(series="custody", period="2025-07", district="Dacorum", measure="positive", value=9, cumulative=9),
        Count(series="other", period="2025-08", district="Elsewhere", measure="positive", value=1),
    ),
)


def test_csv_round_trip_without_formulas() -> None:
    rows = list(csv.reader(io.StringIO(export_csv(HISTORY).decode("utf-8-sig"))))
    assert tuple(rows[0]) == HEADINGS
    assert len(rows) == 1 + 12
    assert rows[1] == ["2025-07", "Dacorum", "positive", "9", "1", "yes", ""]
    assert ["2025-08", "Dacorum", "positive", "5", "2", "", ""] in rows
    for row in rows:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝", "|")) for cell in row)


def test_xlsx_has_no_formula_cell() -> None:
    sheet = load_workbook(io.BytesIO(export_xlsx(HISTORY)))["Counts"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert sheet.max_row == 13
    assert sum(cell.value for cell in sheet["D"][1:]) == 9 + 4 + 5 + 3 * len(FORMULAS)


def test_plain_text_is_left_as_it_is() -> None:
    assert neutral("Welwyn Hatfield") == "Welwyn Hatfield"
    assert neutral("line\nend") == "line end"
    assert neutral("=A1").startswith("'")
