"""Numbers as people print them in tables and in prose."""

from __future__ import annotations

import re

TOTAL_ROW = re.compile(r"\W*(?:grand |overall |sub-?)?totals?\b.{0,20}", re.IGNORECASE)
COUNT = re.compile(
    r"(?<![\d£.,/:-])(\d{1,3}(?:,\d{3})+|\d+)(?![\d%:/]|[.,]\d|\s?(?:per ?cent|%|am|pm|years?|months?|days?)\b)"
)
_NUMBER = re.compile(r"£?(\d{1,3}(?:,\d{3}){1,6}|\d{1,20})(?:\.0+)?")  # no count is longer
_NOTHING = re.compile(r"(?:[-–—*†]|n/?a|nil|)", re.IGNORECASE)


def whole_number(text: str) -> int | None:
    """The whole number in a cell; 0 for a dash or nothing; None when it is something else."""
    text = text.strip()
    if _NOTHING.fullmatch(text):
        return 0
    match = _NUMBER.fullmatch(text)
    return int(match.group(1).replace(",", "")) if match else None
