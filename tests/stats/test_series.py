"""The configuration of a series: what is allowed, and sentences that say what is wrong with it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.stats.months import add, distance, said_by, words
from bot.stats.numbers import Bad, read_count
from bot.stats.series import SeriesConfig, SeriesFile
from bot.stats.texts import fold, listed, name_key
from tests.stats.build import config
from tests.stats.months_of import small_config

FAULTS: tuple[tuple[dict[str, object], str], ...] = (
    ({"start": "10/2020"}, "write it like 2020-10"),
    ({"rate": "positiv"}, "is not a measure; allowed: x, y, z"),
    ({"checks": ["districs"]}, 'did you mean "districts"?'),
    ({"sentences": ["In {mont} there were"]}, "is not a field of a sentence"),
    ({"sentences": ["{month.__class__}"]}, "is not a field of a sentence"),
    ({"measures": [{"key": "total", "title": "T"}]}, "is one of district, total, source"),
    ({"measures": [{"key": "X", "title": "T"}]}, "should match pattern"),
    ({"districts": [{"name": "A"}, {"name": "B", "aliases": ["a"]}]}, "share a name or alias"),
    ({"districts": [{"name": "A"}, {"name": "A"}]}, "stands there twice"),
    ({"districts": [{"name": "A", "valid_from": "2025-02", "valid_to": "2025-01"}]}, "is later than valid_to"),
    ({"districts": [{"name": "A", "successor": "A"}]}, "needs valid_to"),
    ({"districts": [{"name": "A", "valid_to": "2025-01", "successor": "A"}]}, "round in a circle"),
    ({"districts": [{"name": "A", "valid_to": "2025-01", "successor": "Townsend"}, {"name": "Townsen"}]}, "Townsen"),
    ({"districts": []}, "at least 1 item"),
    ({"suppression": {"threshold": 1}}, "greater than or equal to 3"),
    ({"colour": "red"}, "Extra inputs"),
)


@pytest.mark.parametrize(("change", "words_of"), FAULTS)
def test_a_fault_is_named(change: dict[str, object], words_of: str) -> None:
    with pytest.raises(ValidationError) as refused:
        small_config(**change)
    assert words_of in str(refused.value)


def test_the_example_series_is_the_one_of_the_bulletin() -> None:
    series = config()
    assert len([district for district in series.districts if district.place]) == 10
    assert [district.name for district in series.districts if not district.place] == ["No fixed abode", "Out of County"]
    assert series.intro.startswith("Since October 2020 the following number of tests")
    assert not series.suppression.enabled
    for alias, name in (("E Herts", "East Hertfordshire"), ("WelHat", "Welwyn Hatfield"), ("N.F.A.", "No fixed abode")):
        assert series.district_keys[name_key(alias)] == name


def test_two_series_need_two_keys() -> None:
    one = small_config().model_dump()
    with pytest.raises(ValidationError, match="used twice"):
        SeriesFile.model_validate({"series": [one, one]})
    assert isinstance(SeriesFile.model_validate({"series": [one]}).series[0], SeriesConfig)


TITLES = (
    ("Since October 2020 the following", None, "cumulative", "2020-10"),
    ("Drug tests October 2020 to August 2025", "2025-08", None, "2020-10"),
    ("Cumulative to 31/08/2025", "2025-08", "cumulative", None),
    ("Tests in August 2025", "2025-08", "monthly", None),
    ("Aug-25", "2025-08", None, None),
    ("as at 31 August 2025", "2025-08", None, None),
    ("as at 3 September 2025", None, None, None),
    ("Produced on 04/09/2025, figures for the month of Aug 2025", "2025-08", "monthly", None),
    ("01/10/2020 - 31/08/2025", "2025-08", None, "2020-10"),
    ("custody_2025-08.xlsx", "2025-08", None, None),
    ("Tests may be repeated", None, None, None),
    ("Room 2025, extension 0825", None, None, None),
)


@pytest.mark.parametrize(("text", "period", "kind", "start"), TITLES)
def test_what_a_title_says(text: str, period: str | None, kind: str | None, start: str | None) -> None:
    said = said_by(text)
    assert (said.period, said.kind, said.start) == (period, kind, start)


COUNTS: tuple[tuple[object, object], ...] = (
    (12.0, 12), (0, 0), (None, None), ("", None), ("–", None), (" - ", None), ("nil", None), ("1,679", 1679),
    ("1 679", 1679), ("1\u00a0679", 1679), ("'12", 12), ("12.0", 12), ("+5", 5), ("1'679", 1679),
)  # fmt: skip
NO_COUNTS: tuple[tuple[object, str], ...] = (
    (1.5, "not-a-number"), (float("nan"), "not-a-number"), (float("inf"), "not-a-number"), (True, "not-a-number"),
    ("12a", "not-a-number"), ("1.679", "not-a-number"), ("1,67", "not-a-number"), ("#N/A", "not-a-number"),
    ("٣", "not-a-number"), ("9" * 40, "not-a-number"), (10**12, "not-a-number"), (-3, "negative-count"),
    ("-3", "negative-count"), ("(3)", "negative-count"), ("−3", "negative-count"),
)  # fmt: skip


@pytest.mark.parametrize(("cell", "count"), COUNTS)
def test_cells_that_are_counts(cell: object, count: object) -> None:
    assert read_count(cell) == count  # type: ignore[arg-type]


@pytest.mark.parametrize(("cell", "code"), NO_COUNTS)
def test_cells_that_are_none(cell: object, code: str) -> None:
    found = read_count(cell)  # type: ignore[arg-type]
    assert isinstance(found, Bad)
    assert found.code == code


def test_small_words() -> None:
    assert fold("  N.F.A. ") == "nfa"
    assert name_key("Dacorum Borough Council") == name_key("The Borough of Dacorum") == "dacorum"
    assert listed(("a", "b", "c")) == "a, b and c"
    assert add("2025-11", 3) == "2026-02"
    assert distance("2025-11", "2026-02") == 3
    assert words("2025-08") == "August 2025"
