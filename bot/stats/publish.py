"""What the rest of the program calls to turn a read file into counts, and counts into the table that is printed."""

from __future__ import annotations

from bot.core.records import Count
from bot.stats.adding import baseline_counts, month_counts
from bot.stats.custody import StatisticsReading
from bot.stats.history import History
from bot.stats.printed import ChartData, chart_data, table_for, table_of
from bot.stats.series import SeriesConfig

__all__ = ["ChartData", "baseline_counts", "chart_data", "counts_of", "table_for", "table_of"]


def counts_of(
    reading: StatisticsReading, config: SeriesConfig, history: History, period: str, *, inbound: int | None = None
) -> tuple[Count, ...]:
    """The counts that an accepted file adds to the series; see :func:`bot.stats.adding.month_counts`."""
    return month_counts(reading, history, config, period, inbound=inbound)
