"""Months as ``YYYY-MM`` text: arithmetic, and what a title says about the month and the kind of its figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
PERIOD = re.compile(r"\A(\d{4})-(0[1-9]|1[0-2])\Z")
FIRST_YEAR, LAST_YEAR = 1990, 2100

_NAMES = {name[:length].casefold(): number for number, name in enumerate(MONTHS, 1) for length in (3, len(name))}
_NAMES["sept"] = 9
_NAME = r"(?P<{0}>" + "|".join(sorted(_NAMES, key=len, reverse=True)) + r")"
_MONTH = re.compile(
    r"(?<![a-z])(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s\-/.]+(?:of\s+)?)?"
    + _NAME.format("name")
    + r"(?![a-z])(?:[\s,\-/.'’_]*(?P<year>(?:19|20)\d{2}|\d{2})(?!\d))?",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?<!\d)(?P<year>20\d{2})[-_/.](?P<month>0[1-9]|1[0-2])(?:[-_/.](?P<day>[0-3]\d))?(?!\d)")
_TOGETHER = re.compile(r"(?<![A-Za-z0-9.,])(?P<year>20[12]\d)(?P<month>0[1-9]|1[0-2])(?![A-Za-z]|[.,]?\d)")  # 202508
_NUMERIC = re.compile(
    r"(?<![\d/.])(?:(?P<day>[0-3]?\d)[/.\-])?(?P<month>0?[1-9]|1[0-2])[/.\-](?P<year>20\d{2}|(?<=[/.])\d{2})(?![\d/])"
)
_CUMULATIVE = re.compile(
    r"\b(?:since|cumulative(?:ly)?|to[\s-]date|running total|rolling total|all[\s-]time|ytd|accumulated)\b",
    re.IGNORECASE,
)
_MONTHLY = re.compile(
    r"\b(?:monthly|this month|in[\s-]month|(?:for|in|during) the month|month of|month only|during)\b", re.IGNORECASE
)
_IN_MONTH = re.compile(r"\b(?:in|during)\s+(?:" + "|".join(_NAMES) + r")\b", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:since|from|starting|beginning|start(?:ed)?(?:\s+(?:in|of))?)\s*(?:the\s+)?$", re.IGNORECASE)
_MADE_ON = re.compile(
    r"\b(?:produced|run(?: date)?|extract(?:ed)?|created|printed|updated|generated|report date|date of report|prepared|"
    r"refreshed|sent|issued|author\w*)\b[\s:,on]*$",
    re.IGNORECASE,
)
_AS_AT = re.compile(r"\bas (?:at|of)\s*:?\s*$", re.IGNORECASE)
_JOIN = re.compile(
    r"\A[\s\d]*(?:to|until|till|up to|through|-|–|—|/)[\s\d]*(?:the\s+)?(?:end (?:of\s+)?)?\Z", re.IGNORECASE
)
_DAY_OF_LAST_WEEK = 25


@dataclass(frozen=True)
class Said:
    """What some text says: the month its figures end with, their kind, where they start, a month without a year."""

    period: str | None = None
    kind: str | None = None  # "cumulative" | "monthly"
    start: str | None = None
    month_only: int | None = None


@dataclass(frozen=True)
class _Mention:
    """A month mentioned at ``begin``..``end`` of the text; ``year`` None when the text does not say."""

    begin: int
    end: int
    month: int
    year: int | None
    day: int | None


def period_of(year: int, month: int) -> str:
    """(2025, 8) -> "2025-08"."""
    return f"{year:04d}-{month:02d}"


def split(period: str) -> tuple[int, int]:
    """ "2025-08" -> (2025, 8). Raises ValueError for anything else."""
    match = PERIOD.match(period)
    if not match:
        raise ValueError(f'"{period}" is not a month: write it like 2025-08')
    return int(match[1]), int(match[2])


def add(period: str, months: int) -> str:
    """The month ``months`` later (or earlier)."""
    year, month = split(period)
    number = year * 12 + month - 1 + months
    return period_of(number // 12, number % 12 + 1)


def distance(earlier: str, later: str) -> int:
    """How many months ``later`` lies after ``earlier``."""
    (year, month), (other_year, other_month) = split(earlier), split(later)
    return (other_year - year) * 12 + other_month - month


def words(period: str) -> str:
    """ "2025-08" -> "August 2025"."""
    year, month = split(period)
    return f"{MONTHS[month - 1]} {year}"


def of_date(value: date | datetime) -> str:
    """The month a date lies in."""
    return period_of(value.year, value.month)


@lru_cache(maxsize=4096)
def said_by(text: str) -> Said:
    """What a title, a sheet's name or a heading says about month and kind.

    A day on which the file was made says nothing about its figures; "since October 2020" is where they start;
    "as at 31 August 2025" is August, "as at 3 September 2025" says nothing certain.
    """
    text = text[:400]
    kind = "cumulative" if _CUMULATIVE.search(text) else "monthly" if _MONTHLY.search(text) else None
    ends: list[_Mention] = []
    start: str | None = None
    mentions = _mentions(text)
    for number, mention in enumerate(mentions):
        before = text[: mention.begin]
        following = mentions[number + 1] if number + 1 < len(mentions) else None
        range_follows = following is not None and _JOIN.match(text[mention.end : following.begin]) is not None
        if _MADE_ON.search(before) or (_AS_AT.search(before) and (mention.day or 0) < _DAY_OF_LAST_WEEK):
            continue
        if _SINCE.search(before) or range_follows:
            year = mention.year or (following.year if following else None)
            start = period_of(year, mention.month) if year else start
            continue
        ends.append(mention)
    if kind is None and start is None and ends and _IN_MONTH.search(text):
        kind = "monthly"
    dated = [period_of(end.year, end.month) for end in ends if end.year]
    undated = [end.month for end in ends if not end.year]
    return Said(
        period=dated[-1] if dated else None,
        kind=kind,
        start=start,
        month_only=undated[-1] if undated and not dated else None,
    )


def _mentions(text: str) -> list[_Mention]:
    found: list[_Mention] = []
    for pattern in (_MONTH, _ISO, _NUMERIC, _TOGETHER):
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.begin < match.end() for other in found):
                continue
            groups = match.groupdict()
            month = _NAMES[groups["name"].casefold()] if groups.get("name") else int(groups["month"])
            year = int(groups["year"]) if groups.get("year") else None
            if year is not None and year < 100:
                year += 2000
            if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
                continue
            if pattern is _MONTH and groups["name"].casefold() == "may" and year is None and groups["day"] is None:
                continue  # the word "may"
            day = int(groups["day"]) if groups.get("day") else None
            found.append(_Mention(match.start(), match.end(), month, year, day))
    return sorted(found, key=lambda mention: mention.begin)
