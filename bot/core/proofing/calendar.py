"""Dates as people write them: found in a text, with what is wrong about each."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from bot.core.model import Value

MONTHS = [
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
]  # print order
_SHORT = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

MONTH = rf"(?:{'|'.join((*MONTHS, *_SHORT))})\b\.?"
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?)\b\.?"
_ORDINAL = r"(?:st|nd|rd|th)?"
_NEXT_DAY = rf"\d{{1,2}}{_ORDINAL}(?![\d%])"
_DAY = rf"(?<![\d£.,/:])(?<!\d-){_NEXT_DAY}"
_YEAR = r"(?:\d{3,6})(?![\d/:%]|,\d)"
_JOIN = r"\s*(?:-|–|—|to|until|till|through|and|&|,|or)\s*(?:the\s+)?"

# "Monday 6 to Friday 10 October 2025", "11th of October", "Thursday 25th and Friday 26th September"
_DAY_FIRST = re.compile(
    rf"(?P<days>(?:\b{_WEEKDAY},?\s+(?:the\s+)?)?{_DAY}"
    rf"(?:{_JOIN}(?:{_WEEKDAY},?\s+(?:the\s+)?)?{_NEXT_DAY}){{0,4}})"
    rf"\s+(?:of\s+)?(?P<month>{MONTH})(?:,?\s+(?P<year>{_YEAR}))?",
)
# "October 15, 2025", "October 15th", "Monday, October 15", "on September 31."
_MONTH_FIRST = re.compile(
    rf"(?P<lead>\b{_WEEKDAY},?\s+|\b(?:on|by|until|from|before)\s+)?\b(?P<month>{MONTH})\s+(?P<day>\d{{1,2}})"
    rf"(?:(?P<ordinal>st|nd|rd|th)\b(?:,?\s+(?P<year1>{_YEAR}))?|,?\s+(?P<year2>(?:19|20)\d{{2,3}})\b"
    r"|(?(lead)(?=\s*(?:[.,;)]|$)(?!\d))|(?!)))",
)
_NUMBERS = re.compile(
    rf"(?P<weekday>\b{_WEEKDAY},?\s+)?(?<![\d/.-])(?P<day>\d{{1,2}})(?P<sep>[/.-])(?P<month>\d{{1,2}})(?P=sep)"
    r"(?P<year>(?:19|20)?\d{2})(?![\d/.-]*\d)"
)
_ISO = re.compile(r"(?<![\d/.-])(?P<year>(?:19|20)\d{2})-(?P<month>\d{2})-(?P<day>\d{2})(?![\d/.-]*\d)")
_AFTER = re.compile(
    rf"\s*(?:\(\s*(?:a\s+)?(?P<a>{_WEEKDAY})\s*\)|,\s*(?:(?:which is )?a\s+)?(?P<b>{_WEEKDAY})"
    r"(?=\s*[,.;)]|\s+(?:at|from)\b|$))"
)
_NAMED = re.compile(rf"\b{MONTH}")  # without a month's name, or digits with a sign between, there is no date
_NUMBERED = re.compile(r"\d[/.-]\d")
_PART = re.compile(rf"(?:(?P<weekday>{_WEEKDAY}),?\s+(?:the\s+)?)?(?P<day>\d{{1,2}}){_ORDINAL}")


class Day(Value):
    """One day as written: the number, the weekday beside it (0 Monday) if any."""

    day: int
    weekday: int | None = None


class Written(Value):
    """One date (or range or list of days of one month) as written, at ``start``..``end`` of the text."""

    start: int
    end: int
    words: str
    days: tuple[Day, ...]
    month: int  # as written; 13 and more are possible
    year: int | None = None
    ranged: bool = False  # the days are the ends of a range rather than a list


def month_number(name: str) -> int:
    """1 to 12 from a month's name or its short form."""
    return next(n for n, full in enumerate(MONTHS, 1) if full[:3].lower() == name[:3].lower())


def weekday_number(name: str) -> int:
    """0 (Monday) to 6 from a weekday's name or its short form."""
    return next(n for n, full in enumerate(DAYS) if full[:3].lower() == name.strip()[:3].lower())


def _weekday(name: str | None) -> int | None:
    return weekday_number(name) if name else None


def _day_first(text: str) -> Iterator[Written]:
    for match in _DAY_FIRST.finditer(text):
        month_words = match.group("month")
        days = tuple(
            Day(day=int(part.group("day")), weekday=_weekday(part.group("weekday")))
            for part in _PART.finditer(match.group("days"))
        )
        days = (*days[:-1], _with_weekday_after(days[-1], text, match.end()))
        ranged = len(days) == 2 and bool(
            re.search(r"\d\w*\s*(?:-|–|—|to|until|till|through)\s", match.group("days") + " ")
        )
        ranged = ranged or (len(days) == 2 and bool(re.search(r"\d\w{0,2}\s*[-–—]\s*\w", match.group("days"))))
        yield Written(
            start=match.start(), end=match.end(), words=match.group(), days=days, ranged=ranged,
            month=month_number(month_words), year=int(match.group("year")) if match.group("year") else None,
        )  # fmt: skip


def _with_weekday_after(day: Day, text: str, end: int) -> Day:
    """The day with the weekday that stands behind the date: "15 October 2025 (Monday)"."""
    after = _AFTER.match(text, end)
    if after is None or day.weekday is not None:
        return day
    return day.model_copy(update={"weekday": weekday_number(after.group("a") or after.group("b"))})


def _month_first(text: str) -> Iterator[Written]:
    for match in _MONTH_FIRST.finditer(text):
        year = match.group("year1") or match.group("year2")
        lead = (match.group("lead") or "").strip(" ,")
        day = Day(day=int(match.group("day")), weekday=weekday_number(lead) if lead[:1].isupper() else None)
        yield Written(
            start=match.start(), end=match.end(), words=match.group(),
            days=(_with_weekday_after(day, text, match.end()),),
            month=month_number(match.group("month")), year=int(year) if year else None,
        )  # fmt: skip


def _in_numbers(text: str) -> Iterator[Written]:
    for match in (*_NUMBERS.finditer(text), *_ISO.finditer(text)):
        parts = match.groupdict()
        year = int(parts["year"])
        if parts.get("sep") in (".", "-") and len(parts["year"]) == 2:
            continue  # 1.2.25 may be a version or a paragraph number
        day = Day(day=int(parts["day"]), weekday=_weekday(parts.get("weekday")))
        yield Written(
            start=match.start(), end=match.end(), words=match.group(),
            days=(_with_weekday_after(day, text, match.end()),),
            month=int(parts["month"]), year=year if year > 99 else year + (1900 if year > 50 else 2000),
        )  # fmt: skip


@lru_cache(maxsize=2_000)
def dates(text: str) -> tuple[Written, ...]:
    """All dates with a day in a text, in order, none inside another."""
    out: list[Written] = []
    named = (*_day_first(text), *_month_first(text)) if _NAMED.search(text) else ()
    numbered = _in_numbers(text) if _NUMBERED.search(text) else ()
    for written in sorted((*named, *numbered), key=lambda w: (w.start, -w.end)):
        if not out or out[-1].end <= written.start:
            out.append(written)
    return tuple(out)


def real(day: int, month: int, year: int | None) -> bool:
    """There is such a day (29 February is let through when no year is said)."""
    if not 1 <= month <= 12 or day < 1:
        return False
    return day <= monthrange(year if year and 1 <= year <= 9999 else 2024, month)[1]


def sensible_year(year: int | None, today: date) -> bool:
    """A year that somebody may mean beside a month's name."""
    return year is None or 1900 <= year <= today.year + 25


def resolve(written: Written, today: date, last: bool = True) -> date | None:
    """The day that is meant (the last of several), None when there is none.

    Without a year: the nearest one, unless the weekday beside it fits next year's date only.
    """
    day = written.days[-1 if last else 0]
    if not sensible_year(written.year, today):
        return None
    if written.year is not None:
        return date(written.year, written.month, day.day) if real(day.day, written.month, written.year) else None
    near = [
        date(year, written.month, day.day)
        for year in (today.year - 1, today.year, today.year + 1)
        if real(day.day, written.month, year)
    ]
    near.sort(key=lambda d: abs(d - today))
    if day.weekday is not None:
        fitting = [
            d for d in near if d.weekday() == day.weekday and timedelta(days=-120) <= d - today <= timedelta(days=330)
        ]
        near = fitting or near
    return near[0] if near else None


def spoken(day: date) -> str:
    """ "Wednesday 15 October 2025"."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
