"""A series as configured: which districts and measures there are, what the table is called, which rules are checked.

Built from a ``[[series]]`` table of ``series.toml``; another force or another statistic is another table there.
"""

from __future__ import annotations

import string
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.stats.months import PERIOD
from bot.stats.texts import fold, name_key, nearest

CHECKS = (
    "measures",
    "districts",
    "rows-add-across",
    "totals-add-down",
    "period",
    "same-file-again",
    "cumulative-never-falls",
    "no-month-missing",
    "earlier-months",
    "plausible",
)
SENTENCE_FIELDS = (
    "month",
    "total",
    "change",
    "positive",
    "rate",
    "rate_before",
    "top_district",
    "top_total",
    "running_total",
)
_KEY = r"^[a-z][a-z0-9_-]{0,39}$"
Key = Annotated[str, Field(pattern=_KEY)]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Words = tuple[Text, ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


def _month(value: str | None) -> str | None:
    if value is not None and not PERIOD.match(value):
        raise ValueError(f'"{value}" is not a month: write it like 2020-10')
    return value


class MeasureConfig(_Part):
    """One column of figures: ``key`` in the store and in JSON, ``title`` in print, ``aliases`` in spreadsheets."""

    key: Key
    title: Text
    aliases: Words = ()


class DistrictConfig(_Part):
    """One row. ``place = false`` marks rows that are not places ("No fixed abode").

    The district exists from month ``valid_from`` to month ``valid_to`` inclusive; afterwards its counts belong to
    ``successor``, the name of another district of the series (local government reorganisation).
    """

    name: Text
    aliases: Words = ()
    place: bool = True
    valid_from: str | None = None
    valid_to: str | None = None
    successor: str | None = None

    _months = field_validator("valid_from", "valid_to")(_month)

    @model_validator(mode="after")
    def _order(self) -> DistrictConfig:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"{self.name}: valid_from {self.valid_from} is later than valid_to {self.valid_to}")
        if self.successor and not self.valid_to:
            raise ValueError(f"{self.name}: a successor needs valid_to, the last month of {self.name} itself")
        return self

    def valid_in(self, period: str) -> bool:
        """Whether the district exists in that month."""
        return (self.valid_from or period) <= period <= (self.valid_to or period)


class SuppressionConfig(_Part):
    """Small numbers: counts from 1 to ``threshold`` - 1 are not printed. Off by default.

    ``since`` is the first month that the rule holds for: what was printed before is known and exempt. Left out, the
    rule holds from the month after the baseline on.
    """

    enabled: bool = False
    threshold: int = Field(default=5, ge=3, le=20)
    since: str | None = None

    _months = field_validator("since")(_month)


class SeriesConfig(_Part):
    """One statistic. ``kind`` is what a file holds when neither its title nor a heading says so.

    ``identity``: the measures of a row add up to its total. ``rate``: the measure whose share of the total is
    printed. ``sentences``: what stands out, templates with the fields of ``SENTENCE_FIELDS`` and the measures' keys
    (their counts of the month); the first one is printed of which every field is known.
    """

    key: Key
    title: Text
    intro: str = ""
    start: str
    kind: Literal["cumulative", "monthly"] = "cumulative"
    unit: Text = "tests"
    measures: tuple[MeasureConfig, ...] = Field(min_length=1)
    districts: tuple[DistrictConfig, ...] = Field(min_length=1)
    district_headers: Words = ("CSP", "District", "Area", "Partnership", "Local authority", "Borough", "Name")
    month_headers: Words = ("Month", "Period", "Month ending", "Date")
    total_title: Text = "Total"
    total_aliases: Words = (
        *(
            "Totals",
            "Grand total",
            "Overall",
            "All",
            "Sum",
            "County total",
            "Total tests",
            "All tests",
            "All districts",
        ),
        *("All CSPs", "All areas", "County", "Column total", "Row total", "Number of tests", "Tests", "Tot"),
    )
    ignored_headers: Words = ("Rank", "No", "Number", "Code", "Notes", "Comments")
    identity: bool = True
    rate: str | None = None
    sentences: Words = ()
    checks: tuple[str, ...] = CHECKS
    unusual_from: float = Field(default=4.0, ge=2.0, le=20.0)
    suppression: SuppressionConfig = SuppressionConfig()

    _months = field_validator("start")(_month)

    @field_validator("checks")
    @classmethod
    def _known_checks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in CHECKS:
                near = nearest(name, {fold(check): check for check in CHECKS})
                meant = f'; did you mean "{near}"?' if near else ""
                raise ValueError(f'"{name}" is not a check; allowed: {", ".join(CHECKS)}{meant}')
        return value

    @model_validator(mode="after")
    def _consistent(self) -> SeriesConfig:
        keys = [measure.key for measure in self.measures]
        for key in keys:
            if keys.count(key) > 1 or key in ("district", "total", "source"):
                raise ValueError(f'measures: the key "{key}" is used twice or is one of district, total, source')
        if self.rate is not None and self.rate not in keys:
            raise ValueError(f'rate: "{self.rate}" is not a measure; allowed: {", ".join(keys)}')
        names = {district.name: district for district in self.districts}
        for district in self.districts:
            self._check_successor(district, names)
        self._check_names()
        self._check_sentences()
        return self

    def _check_sentences(self) -> None:
        allowed = (*SENTENCE_FIELDS, *self.measure_keys)
        for _, name, spec, conversion in (part for text in self.sentences for part in string.Formatter().parse(text)):
            if name is not None and (name not in allowed or spec or conversion):
                raise ValueError(f'sentences: "{{{name}}}" is not a field of a sentence; allowed: {", ".join(allowed)}')

    def _check_successor(self, district: DistrictConfig, names: dict[str, DistrictConfig]) -> None:
        seen = [district.name]
        while district.successor:
            if district.successor not in names:
                near = nearest(district.successor, {fold(name): name for name in names})
                meant = f'; did you mean "{near}"?' if near else ""
                raise ValueError(f'{district.name}: successor "{district.successor}" is not a district{meant}')
            if district.successor in seen:
                raise ValueError(f"{district.name}: the successors go round in a circle: {' -> '.join(seen)}")
            district = names[district.successor]
            seen.append(district.name)

    def _check_names(self) -> None:
        owner: dict[str, str] = {}
        for district in self.districts:
            for word in {name_key(word) for word in (district.name, *district.aliases)}:
                if word in owner and owner[word] != district.name:
                    raise ValueError(f"districts: {district.name} and {owner[word]} share a name or alias")
                if owner.get(word) == district.name:
                    raise ValueError(f"districts: {district.name} stands there twice")
                owner[word] = district.name

    @cached_property
    def district_keys(self) -> dict[str, str]:
        """Every name and alias as compared -> the district's name."""
        return {
            name_key(word): district.name for district in self.districts for word in (district.name, *district.aliases)
        }

    @cached_property
    def by_name(self) -> dict[str, DistrictConfig]:
        """District name -> its configuration."""
        return {district.name: district for district in self.districts}

    @cached_property
    def measure_keys(self) -> tuple[str, ...]:
        """The measures' keys in print order."""
        return tuple(measure.key for measure in self.measures)

    def titles(self) -> tuple[tuple[str, str], ...]:
        """(key, title) of the measures in print order."""
        return tuple((measure.key, measure.title) for measure in self.measures)

    def measure_title(self, key: str) -> str:
        """The printed title of a measure or of the total."""
        return dict(self.titles()).get(key, self.total_title)

    def districts_in(self, period: str | None) -> tuple[DistrictConfig, ...]:
        """The districts that exist in a month (all without an end when no month is known)."""
        if period is None:
            return tuple(district for district in self.districts if district.valid_to is None)
        return tuple(district for district in self.districts if district.valid_in(period))

    def home_of(self, name: str, period: str) -> str:
        """The district that a district's counts belong to in that month: itself or a successor."""
        district = self.by_name[name]
        while district.successor and district.valid_to and period > district.valid_to:
            district = self.by_name[district.successor]
        return district.name


class SeriesFile(_Part):
    """A whole ``series.toml``: one or more ``[[series]]``."""

    series: tuple[SeriesConfig, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> SeriesFile:
        keys = [series.key for series in self.series]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f'series: the key "{key}" is used twice')
        return self
