"""Another force and another statistic are a configuration file: nothing below knows custody, its districts or words."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.config import load_config
from bot.stats.adding import month_counts
from bot.stats.custody import read_statistics, statistics_json
from bot.stats.history import History
from bot.stats.printed import chart_data, table_for
from bot.stats.series import SeriesConfig
from bot.stats.workbook import read_workbook
from tests.stats.build import ROOT, Rows, xlsx

YOUTH = """
[[series]]
key = "youth-justice"
title = "Children entering the youth justice system"
start = "2026-01"
kind = "monthly"
unit = "children"
identity = false
rate = "first_time"
total_title = "All children"
district_headers = ["Team area"]
sentences = ["{month}: {first_time} of {total} children came for the first time."]

[[series.measures]]
key = "first_time"
title = "First time entrants"
aliases = ["FTE"]

[[series.measures]]
key = "again"
title = "Reoffending"

[[series.districts]]
name = "Northshire"

[[series.districts]]
name = "Eastmouth"
aliases = ["E'mouth", "Port of Eastmouth"]
valid_to = "2026-03"
successor = "Coast"

[[series.districts]]
name = "Westmouth"
valid_to = "2026-03"
successor = "Coast"

[[series.districts]]
name = "Coast"
valid_from = "2026-04"

[[series.districts]]
name = "Placed elsewhere"
place = false
"""
MARCH: Rows = [
    ["Youth justice, March 2026"],
    ["Team area", "Reoffending", "FTE"],
    ["Northshire", 4, 7], ["Port of Eastmouth", 2, 3], ["Westmouth", 1, 1], ["Placed elsewhere", 0, 2],
]  # fmt: skip
APRIL: Rows = [
    ["Youth justice, April 2026"],
    ["Team area", "Reoffending", "FTE", "All children"],
    ["Northshire", 3, 5, 8], ["Coast", 4, 6, 10], ["Placed elsewhere", 1, 0, 1],
]  # fmt: skip


def youth(folder: Path) -> SeriesConfig:
    """The series as the program loads it: one more table at the end of series.toml."""
    shutil.copytree(ROOT / "config", folder / "config")
    file = folder / "config" / "ccsu-rag" / "series.toml"
    file.write_text(file.read_text(encoding="utf-8") + YOUTH, encoding="utf-8")
    return load_config(folder / "config", {}).bulletins[0].series["youth-justice"]


def test_a_series_of_another_kind_is_read_kept_and_printed(tmp_path: Path) -> None:
    config, history = youth(tmp_path), History("youth-justice")
    for month, rows in (("2026-03", MARCH), ("2026-04", APRIL)):
        book = read_workbook("youth.xlsx", xlsx(rows))
        reading = read_statistics(book, config, expected_period=month, history=history)
        assert (reading.kind, reading.period) == ("monthly", month)
        assert [f.message for f in reading.findings if f.severity != "note"] == []
        history = history.add(month_counts(reading, history, config, month))
    assert statistics_json(reading)["rows"][1] == {
        "district": "Coast", "first_time": 6, "again": 4, "total": 10, "source": "Custody!A4:D4",
    }  # fmt: skip
    table = table_for(history, config, "2026-04")
    assert [row.district for row in table.rows] == ["Northshire", "Coast", "Placed elsewhere"]
    assert table.totals == {"first_time": 11, "again": 8, "total": 19}
    assert table.changes == {"Northshire": -3, "Coast": 3, "Placed elsewhere": -1, "total": -1}
    assert table.rate_title == "First time entrants rate"
    assert table.rates["total"] == 57.9
    assert table.sentence == "April 2026: 11 of 19 children came for the first time."
    chart = chart_data(history, config, "2026-04")
    assert chart.series == (("First time entrants", (13, 11)), ("Reoffending", (7, 8)))


def test_the_old_areas_after_the_reorganisation_are_told_where_they_went(tmp_path: Path) -> None:
    rows = [["Youth justice, April 2026"], *MARCH[1:]]
    reading = read_statistics(read_workbook("youth.xlsx", xlsx(rows)), youth(tmp_path))
    said = " ".join(finding.message for finding in reading.findings)
    assert "Eastmouth ended with March 2026; its figures now belong to Coast." in said
    assert "Coast has no row in the table." in said
    assert "custody" not in said.replace("Custody!", "")
