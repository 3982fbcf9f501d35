"""The sentence that says what stands out: templates of the configuration filled with figures, or nothing at all."""

from __future__ import annotations

import string

from bot.stats.history import History, Values, by_district, folded
from bot.stats.months import words
from bot.stats.series import SeriesConfig


def standing_out(
    history: History, config: SeriesConfig, period: str, month: Values | None, running: Values | None
) -> str:
    """The first configured sentence of which every figure is known, or "" when there is none.

    ``change`` reads "12 more than" or "as many as", to be followed by "the month before".
    """
    known = _fields(history, config, period, month, running)
    for template in config.sentences:
        if {name for _, name, _, _ in string.Formatter().parse(template) if name} <= set(known):
            return template.format_map(known)
    return ""


def _fields(
    history: History, config: SeriesConfig, period: str, month: Values | None, running: Values | None
) -> dict[str, str]:
    fields: dict[str, str] = {}
    if running is not None:
        fields["running_total"] = f"{sum(running.values()):,}"
    if month is None or history.covers(period) != period:
        return fields
    total = sum(month.values())
    fields |= {"month": words(period), "total": f"{total:,}"}
    fields |= _rate(config, month, total, "rate")
    for key in config.measure_keys:
        fields.setdefault(key, f"{sum(v for (_, measure), v in month.items() if measure == key):,}")
    if config.rate:
        fields["positive"] = f"{sum(v for (_, measure), v in month.items() if measure == config.rate):,}"
    fields |= _top(config, month)
    before = history.before(period)
    old = history.month(before) if before and history.covers(before) == before else None
    if old is not None and before:
        old = folded(old, config, period)
        difference = total - sum(old.values())
        fields["change"] = _change(difference)
        fields |= _rate(config, old, sum(old.values()), "rate_before")
    return fields


def _change(difference: int) -> str:
    if difference == 0:
        return "as many as"
    return f"{abs(difference):,} {'more' if difference > 0 else 'fewer'} than"


def _rate(config: SeriesConfig, values: Values, total: int, name: str) -> dict[str, str]:
    if config.rate is None or total == 0:
        return {}
    share = sum(value for (_, measure), value in values.items() if measure == config.rate)
    return {name: f"{100 * share / total:.0f}%"}


def _top(config: SeriesConfig, values: Values) -> dict[str, str]:
    """The place with the most, when one place alone has it."""
    places = {name: count for name, count in by_district(values).items() if config.by_name[name].place}
    highest = max(places.values(), default=0)
    names = [name for name, count in places.items() if count == highest]
    return {"top_district": names[0], "top_total": f"{highest:,}"} if len(names) == 1 and highest else {}
