"""Out-of-office replies: is it one, when is the person back, whom to ask meanwhile. British dates: day before month."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bot.mail.parse import addresses

_AWAY = re.compile(
    r"\b(?:out of (?:the )?office|away from (?:the office|my desk|work)|(?:on|taking) (?:annual|maternity"
    r"|paternity|parental|sick|study|compassionate|a period of|extended)? ?leave"
    r"|on (?:holiday|vacation|secondment|a course)|(?:i am|i'm|i’m|i will be|i'll be) (?:currently |now"
    r" )?(?:away|not in|not working|unavailable|off)|non-working day"
    r"|no longer work|ar wyliau|allan o.r swyddfa|out of office)\b",
    re.IGNORECASE,
)
_AWAY_FRAME = re.compile(
    r"\b(?:return|back (?:on|in|at)|until|in my absence|during my absence|while i am away|urgent|access to (?:my"
    r" )?e-?mails?|respond (?:to your|when|on my)"
    r"|please contact|will reply|get back to you)\b",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WELSH = {
    "ionawr": 1,
    "chwefror": 2,
    "mawrth": 3,
    "ebrill": 4,
    "mai": 5,
    "mehefin": 6,
    "gorffennaf": 7,
    "awst": 8,
    "medi": 9,
    "hydref": 10,
    "tachwedd": 11,
    "rhagfyr": 12,
}
_MONTH = r"(?P<month{0}>[A-Za-z]{{3,10}})"
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DATE = re.compile(
    r"(?:(?:on|the|of)\s+)*(?:(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?"
    r"|sun)(?:day)?,?\s+)?(?:the\s+)?"
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>[A-Za-z]{3,10})\.?,?(?:\s+(?P<year>\d{4}))?"
    r"|(?P<month2>jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*"
    r"|dec\w*)\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(?P<year2>\d{4}))?"
    r"|(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<day3>\d{1,2})[/.-](?P<month3>\d{1,2})(?:[/.-](?P<year3>\d{2,4}))?)",
    re.IGNORECASE,
)
_BACK = (
    r"(?:i will be |i'll be |i’ll be |am |i am |and )?(?:return(?:ing)?(?: to (?:the office|work|my desk))?"
    r"|back(?: in(?: the office)?| at work| at my desk| to work| online)?|respond(?: to \w+ emails?)?"
    r"|reply|in the office(?: again)?|resume(?: work)?|available(?: again)?)\s*(?:on|from|until|is|will be|again"
    r" on|date(?: is)?)?\s*:?\s*"
)
_RETURN = re.compile(
    _BACK + r"(?=(?:(?:on|the)\s+)*(?:mon|tue|wed|thu|fri|sat|sun|\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|til|hyd at|bis)\s+(?:and including\s+|the\s+)?", re.IGNORECASE)
_INCLUSIVE = re.compile(
    r"\b(?:to|through|up to(?: and including)?|–|-|last day(?: of leave)? (?:is|will be|being))\s+(?:and"
    r" including\s+|the\s+)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\s*(?:next\s+)?(monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b", re.IGNORECASE)


def says_absent(text: str) -> bool:
    """Is the whole of a short text an out-of-office message?"""
    words = text.split()
    head = " ".join(words[:140])
    if not words or len(words) > 220:
        return False
    away = _AWAY.search(head)
    if not away or len(head[: away.start()].split()) > 25:
        return False
    if re.search(
        r"(?m)^\s*(?:[-*•]\s|\[F\d)|\b(?:here (?:is|are)|please find|our update|attached)\b", head, re.IGNORECASE
    ):
        return False
    return bool(_AWAY_FRAME.search(head[away.start() :]))


def return_date(text: str, sent: datetime | None) -> date | None:
    """The day on which the sender is back, from the words of an out-of-office sent on ``sent``; None when unsaid.

    "back on 22 June" and "until Monday 22 June" give that day; "from 8 to 19 June" and "up to and including" give the
    working day after. A date without a year is the next such date after ``sent``.
    """
    text = " ".join(text.split())[:5_000]
    today = sent.date() if sent else None
    for pattern, inclusive in ((_RETURN, False), (_UNTIL, False), (_INCLUSIVE, True)):
        for match in pattern.finditer(text):
            found = _date_at(text, match.end(), today)
            if found is None or (today and not today <= found <= today + timedelta(days=500)):
                continue
            including = (
                inclusive
                or "including" in match[0].lower()
                or "inclusive" in text[match.end() : match.end() + 60].lower()
            )
            return _working_day_after(found) if including else found
    return None


def _working_day_after(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def _date_at(text: str, position: int, today: date | None) -> date | None:
    match = _DATE.match(text, position)
    if match is None:
        weekday = _WEEKDAY.match(text, position)
        if weekday and today:
            ahead = (_DAYS.index(weekday[1].lower()) - today.weekday()) % 7 or 7
            return today + timedelta(days=ahead)
        return None
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        day = int(match["day"] or match["day2"] or match["day3"])
        month = int(match["month3"]) if match["month3"] else month_number(match["month"] or match["month2"] or "")
        if not month:
            return None
        year = match["year"] or match["year2"] or match["year3"]
        return _with_year(day, month, year, today)
    except ValueError:
        return None


def _with_year(day: int, month: int, year: str | None, today: date | None) -> date | None:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    if today is None:
        return None
    found = date(today.year, month, day)
    return found if found >= today else date(today.year + 1, month, day)


def month_number(word: str) -> int:
    """1 to 12 for an English or Welsh month or its abbreviation, 0 for anything else."""
    word = word.lower()
    if word in _WELSH:
        return _WELSH[word]
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else 0


def alternates(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that an out-of-office names to ask instead; never the sender's own or ours (``known``)."""
    skipped = {address.lower() for address in known}
    found = [address for address in addresses(text.replace("mailto:", " ")) if address.strip(".") not in skipped]
    return tuple(dict.fromkeys(address.strip(".") for address in found))[:5]
