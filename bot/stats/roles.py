"""What a heading of a table means: a measure, the total, the districts, the month, or a column to leave alone."""

from __future__ import annotations

from collections.abc import Callable

from bot.stats.series import SeriesConfig
from bot.stats.texts import fold

TOTAL = "total"
_NOT_A_COUNT = frozenset(
    {"%", "rate", "percent", "percentage", "proportion", "change", "difference", "previous", "average"}
)
_NOT_A_COUNT_PHRASES = ("last month", "last year", "per 1000", "per 1 000", "target")
DISTRICT, MONTH, IGNORED = "<district>", "<month>", "<ignored>"


def role_finder(config: SeriesConfig) -> Callable[[str], str | None]:
    """A function from a heading's text to its role: a measure's key, "total", or one of the private roles."""
    exact: dict[str, str] = {}
    for words, role in (
        (config.ignored_headers, IGNORED),
        (config.month_headers, MONTH),
        (config.district_headers, DISTRICT),
        ((config.total_title, *config.total_aliases), TOTAL),
    ):
        exact.update({fold(word): role for word in words})
    measures = {measure.key: {fold(w) for w in (measure.title, *measure.aliases)} for measure in config.measures}
    for key, words_of in measures.items():
        exact.update(dict.fromkeys(words_of, key))
    known: dict[str, str | None] = {}

    def find(text: str) -> str | None:
        if text not in known:
            if text.replace(",", "").isdigit():
                return exact.get(text)  # a number written as text, of which a long table has many
            if len(known) > 50_000:
                known.clear()
            known[text] = _role(text, exact, measures) if len(text) <= 80 else None
        return known[text]

    return find


def _role(text: str, exact: dict[str, str], measures: dict[str, set[str]]) -> str | None:
    folded = fold(text)
    if folded in exact:
        return exact[folded]
    words = set(folded.split())
    if words & _NOT_A_COUNT or "%" in folded or any(phrase in folded for phrase in _NOT_A_COUNT_PHRASES):
        return IGNORED if any(char.isalpha() or char == "%" for char in folded) else None
    padded = f" {folded} "
    hits = {key for key, names in measures.items() if any(f" {name} " in padded for name in names if len(name) > 2)}
    if len(hits) == 1:
        return hits.pop()
    if not hits and words & {"total", "totals"}:
        return TOTAL
    return None
