"""The table of bank holidays says what the ``holidays`` package says."""

from __future__ import annotations

from datetime import date
from importlib.metadata import PackageNotFoundError

import pytest

from bot.core import bank_holidays as module
from bot.core.bank_holidays import MADE_FROM, TABLE, asked_of_the_package, bank_holidays


def as_row(days: frozenset[date]) -> str:
    return " ".join(f"{day:%m%d}" for day in sorted(days))


@pytest.mark.parametrize("year", sorted(TABLE))
def test_the_table_is_the_packages_answer(year: int) -> None:
    assert TABLE[year] == as_row(asked_of_the_package(year)), "the package knows better: renew TABLE and MADE_FROM"


def test_one_off_days_are_in_the_table() -> None:
    days = {date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8), date(2020, 5, 8)}
    assert all(day in bank_holidays(day.year) for day in days)


def test_other_years_and_other_versions_ask_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def answer(year: int) -> frozenset[date]:
        asked.append(year)
        return frozenset({date(year, 1, 1)})

    monkeypatch.setattr(module, "asked_of_the_package", answer)
    fresh = bank_holidays.__wrapped__
    assert fresh(2060) == {date(2060, 1, 1)}
    monkeypatch.setattr(module, "_installed", lambda: MADE_FROM)
    assert len(fresh(2025)) == 8
    monkeypatch.setattr(module, "_installed", lambda: "99.0")
    assert fresh(2025) == {date(2025, 1, 1)}
    assert asked == [2060, 2025]


def test_without_package_data_the_table_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "version", missing)
    assert module._installed.__wrapped__() == MADE_FROM
