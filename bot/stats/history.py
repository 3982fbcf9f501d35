"""The published series: counts by district, measure and month, with every revision kept.

A month's ``Count.value`` is the count of that month alone. A baseline (the running total that was published before
the bot came) is stored as counts of its last month with ``cumulative`` given: they hold everything up to that month.
A month that never came leaves a gap, and the next cumulative file's difference covers it too. So the running total
is always the sum of what is stored, and cumulative(n) - cumulative(n-1) = month(n) holds by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.core.records import Count
from bot.errors import InputError
from bot.stats.months import add, words
from bot.stats.series import SeriesConfig

Cell = tuple[str, str]  # district, measure
Values = dict[Cell, int]


@dataclass(frozen=True)
class History:
    """All counts of one series, in any order. A higher revision of the same cell and month replaces the lower."""

    series: str
    counts: tuple[Count, ...] = ()

    @cached_property
    def _latest(self) -> dict[str, dict[Cell, Count]]:
        latest: dict[str, dict[Cell, Count]] = {}
        for count in self.counts:
            if count.series != self.series:
                continue
            month = latest.setdefault(count.period, {})
            cell = (count.district, count.measure)
            if cell not in month or month[cell].revision < count.revision:
                month[cell] = count
        return dict(sorted(latest.items()))

    @cached_property
    def _running(self) -> dict[tuple[str | None, str], Values]:
        """Running totals worked out so far, by baseline and month."""
        return {}

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The months that have counts, oldest first."""
        return tuple(self._latest)

    @cached_property
    def openings(self) -> tuple[str, ...]:
        """The months whose counts are a baseline: everything up to and including that month."""
        return tuple(
            period
            for period, counts in self._latest.items()
            if any(count.cumulative is not None for count in counts.values())
        )

    @property
    def last(self) -> str | None:
        """The last month with counts."""
        return self.periods[-1] if self.periods else None

    def before(self, period: str) -> str | None:
        """The last month with counts before a month."""
        return max((other for other in self.periods if other < period), default=None)

    def latest(self, period: str) -> Mapping[Cell, Count]:
        """The latest revisions of one month's counts (empty when it has none)."""
        return self._latest.get(period, {})

    def opening(self, period: str) -> str | None:
        """The last baseline at or before a month."""
        return max((other for other in self.openings if other <= period), default=None)

    def month(self, period: str) -> Values | None:
        """One month's counts by district and measure; None when it has none or is a baseline."""
        if period not in self._latest or period in self.openings:
            return None
        return {cell: count.value for cell, count in self._latest[period].items()}

    def covers(self, period: str) -> str:
        """The first month that a month's counts cover: itself, unless months before it never came."""
        before = self.before(period)
        return add(before, 1) if before else period

    def cumulative(self, period: str, start: str) -> Values | None:
        """The running total to the end of a month with counts, under the names the counts came with.

        None when it is not known: no counts for that month, or neither a baseline nor counts from ``start`` on.
        """
        if period not in self._latest:
            return None
        opening = self.opening(period)
        if opening is None and self.periods[0] > start:
            return None
        if (opening, period) in self._running:
            return dict(self._running[opening, period])
        totals: Values = {}
        for month, counts in self._latest.items():
            if (opening or month) <= month <= period:
                for cell, count in counts.items():
                    totals[cell] = totals.get(cell, 0) + count.value
        self._running[opening, period] = totals
        return dict(totals)

    def add(self, counts: Iterable[Count]) -> History:
        """A history with more counts. Raises InputError when a revision is there already with another value."""
        known = {(c.period, c.district, c.measure, c.revision): c.value for c in self.counts}
        new = []
        for count in counts:
            key = (count.period, count.district, count.measure, count.revision)
            if known.setdefault(key, count.value) != count.value:
                message = (
                    f"{count.district}, {count.measure}, {words(count.period)} is stored already with another value."
                )
                raise InputError(message, "Store it as a new revision.", "restated")
            new.append(count)
        return History(self.series, self.counts + tuple(new))

    def revised(self, period: str) -> tuple[tuple[Count, Count], ...]:
        """(first, latest) of every count of a month that was changed after it was stored, in order of storage."""
        first = {(c.district, c.measure): c for c in self.counts if c.period == period and c.revision == 1}
        return tuple(
            (first[cell], count)
            for cell, count in self.latest(period).items()
            if cell in first and first[cell].value != count.value
        )


def folded(values: Values, config: SeriesConfig, period: str) -> Values:
    """Counts under the districts that exist in ``period``: those of a district that ended go to its successor."""
    totals: Values = {}
    for (district, measure), value in values.items():
        home = config.home_of(district, period) if district in config.by_name else district
        totals[home, measure] = totals.get((home, measure), 0) + value
    return totals


def running_total(
    history: History, config: SeriesConfig, period: str | None, districts_of: str | None = None
) -> Values | None:
    """The running total to the end of a month, under the districts of that month (or of ``districts_of``).

    None when it is not known.
    """
    if period is None:
        return None
    values = history.cumulative(period, config.start)
    return None if values is None else folded(values, config, districts_of or period)


def sums(values: Mapping[Cell, int], measures: Iterable[str]) -> dict[str, int]:
    """Totals by measure, and "total" over all of them."""
    totals = dict.fromkeys(measures, 0)
    for (_, measure), value in values.items():
        totals[measure] = totals.get(measure, 0) + value
    totals["total"] = sum(totals.values())
    return totals


def by_district(values: Mapping[Cell, int]) -> dict[str, int]:
    """Totals by district, over all measures."""
    totals: dict[str, int] = {}
    for (district, _), value in values.items():
        totals[district] = totals.get(district, 0) + value
    return totals
