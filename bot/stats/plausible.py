"""How unusual a month is beside its own history. This never blocks: it tells how unusual, and a person judges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from statistics import median

from bot.core.model import Finding, Severity
from bot.stats.history import History, Values, by_district, folded, running_total
from bot.stats.months import add, distance, words
from bot.stats.series import SeriesConfig

MONTHS_LOOKED_AT = 24
MONTHS_NEEDED = 6
_MAD_TO_DEVIATION = 1.4826  # of a normal distribution
_TOLD_MAX = 5
_ALL = "All rows together"


def unusual_findings(
    history: History,
    config: SeriesConfig,
    kind: str,
    period: str | None,
    new: Values,
    source: Callable[[str], str],
) -> Iterator[Finding]:
    """A warning for each district (and for all together) whose month lies far from its usual one, worst first.

    The distance is measured in typical deviations of its own last months (median and median absolute deviation, and
    never less than chance alone gives, the square root of the count). With a baseline and few months the average
    since the series began stands in, with more room.
    """
    if period is None:
        return
    month = _month(history, config, kind, period, new)
    before = history.before(period)
    if month is None or before is None or (kind == "cumulative" and distance(before, period) != 1):
        return
    past = [folded(values, config, period) for values in _past(history, period)]
    found: list[tuple[float, str, str]] = []
    totals = by_district(month)
    for district, count in {**totals, _ALL: sum(totals.values())}.items():
        series = [sum(v for (d, _), v in values.items() if district in (d, _ALL)) for values in past]
        judged = _against_months(count, series) if len(series) >= MONTHS_NEEDED else None
        if judged is None and len(series) < MONTHS_NEEDED:
            judged = _against_average(count, district, history, config, period)
        if judged and judged[0] >= config.unusual_from:
            found.append((judged[0], district, f"{count:,} {config.unit} in {words(period)}, {judged[1]}"))
    for score, district, text in sorted(found, reverse=True)[:_TOLD_MAX]:
        message = f"{district}: {text} ({score:.0f} times the usual deviation). Please check that it is right."
        yield Finding(code="unusual", severity=Severity.WARNING, where=source(district), message=message)


def _month(history: History, config: SeriesConfig, kind: str, period: str, new: Values) -> Values | None:
    if kind == "monthly":
        return new
    old = running_total(history, config, history.before(period), period)
    if old is None:
        return None
    difference = {cell: value - old.get(cell, 0) for cell, value in new.items()}
    return difference if all(value >= 0 for value in difference.values()) else None


def _past(history: History, period: str) -> list[Values]:
    """The single months before ``period``, newest last; differences over several months are left out."""
    months = [
        values
        for other in history.periods
        if other < period and history.covers(other) == other and (values := history.month(other)) is not None
    ]
    return months[-MONTHS_LOOKED_AT:]


def _against_months(count: int, series: list[int]) -> tuple[float, str]:
    usual = median(series)
    spread = _MAD_TO_DEVIATION * median(abs(value - usual) for value in series)
    deviation = max(spread, math.sqrt(max(usual, 1.0)))
    text = f"against {min(series):,} to {max(series):,} in the {len(series)} months before, usually {usual:,.0f}"
    return abs(count - usual) / deviation, text


def _against_average(
    count: int, district: str, history: History, config: SeriesConfig, period: str
) -> tuple[float, str] | None:
    """Only a month far above the average is told: an average says little about quiet months."""
    before = history.before(period)
    old = running_total(history, config, before, period)
    if old is None or before is None:
        return None
    months = distance(config.start, add(before, 1))
    total = sum(value for (name, _), value in old.items() if district in (name, _ALL))
    if months < MONTHS_NEEDED:
        return None
    average = total / months
    deviation = math.sqrt(max(average, 1.0)) * 1.5
    if count < 2 * average:
        return None
    return (count - average) / deviation, f"against {average:,.1f} a month on average since {words(config.start)}"
