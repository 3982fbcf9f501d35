"""Forty and more workbooks, one kind each: rows, totals, kind, month and findings as expected."""

from __future__ import annotations

import pytest

from bot.stats.custody import StatisticsReading, read_statistics
from bot.stats.workbook import read_workbook
from tests.stats.build import config
from tests.stats.cases import CASES, Case
from tests.stats.more_cases import MORE

CONFIG = config()


def read(case: Case) -> StatisticsReading:
    return read_statistics(read_workbook(case.file, case.data()), CONFIG)


@pytest.mark.parametrize("case", [*CASES, *MORE], ids=lambda case: case.name)
def test_workbook_of_each_kind(case: Case) -> None:
    reading = read(case)
    rows = {row.district: tuple(row.values.values()) for row in reading.rows}
    assert {name: rows.get(name) for name in case.rows} == case.rows
    assert tuple(reading.totals.values())[:3] == case.totals
    assert (reading.kind, reading.period) == (case.kind, case.period)
    found = sorted(f"{finding.code}:{finding.severity}" for finding in reading.findings)
    assert found == sorted(case.codes), [finding.message for finding in reading.findings]
