"""A British date and time as an editor writes it in EXTEND: "15 September", "15/9 at 5pm", "tomorrow 12:00", "Friday".

Pure: the clock is passed in. A date without a year is the next such day; what cannot be, or has passed, or lies
further off than a deadline may be moved, is a sentence for the editor, never a guess.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

FURTHEST: Final = timedelta(days=62)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBERED = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:{_WEEKDAY},?\s+)?(?:the\s+)?{_NUMBERED}(?:\s+of)?\s+{_MONTH}\.?{_YEAR}",
        rf"(?:{_WEEKDAY},?\s+)?{_MONTH}\.?\s+{_NUMBERED}{_YEAR}",
        rf"(?:{_WEEKDAY},?\s+)?(?P<day>\d{{1,2}})[/.](?P<month>\d{{1,2}})(?:[/.](?P<year>\d{{4}}|\d{{2}}))?",
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        rf"(?:{_WEEKDAY},?\s+)?(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)",
        rf"(?:this\s+)?{_WEEKDAY}",
        r"(?P<relative>today|tomorrow)",
        r"(?:by\s+)?(?P<ahead>\d{1,2}|one|two|three|a)\s+(?P<unit>days?|weeks?)",
    )
)
_TIME = re.compile(
    r"(?:^|[\s,]+)(?:at\s+|@\s*)?(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))\s*(?P<half>am|pm)?"
    r"|(?P<bare>\d{1,2})\s*(?P<bare_half>am|pm)|(?P<word>noon|midday))$",
    re.ASCII,
)
_LEAD_IN = re.compile(r"^(?:(?:the\s+)?deadline\s+)?(?:until|till|to|by|til)\s+(?=\D|\d{1,2}(?!\s*(?:day|week)))")
_COUNTS = {"one": 1, "a": 1, "two": 2, "three": 3}


def read_deadline(text: str, now: datetime, usual: time = time(12)) -> datetime | str:
    """The moment meant by ``text``, in the time zone of ``now``; or one plain sentence that says why it is none.

    Without a time of day it is ``usual``. Dates are British: 3/9 is 3 September.
    """
    words = _LEAD_IN.sub("", " ".join(text.lower().split()).rstrip(".!"))
    if not words:
        return "EXTEND needs a date."
    clock, rest = _clock(words, usual)
    if isinstance(clock, str):
        return clock
    day = _day(rest, now.date(), bool(rest))
    if isinstance(day, str):
        return day
    moment = datetime.combine(day, clock, tzinfo=now.tzinfo)
    said = f"{_DAY_NAMES[moment.weekday()]} {moment.day} {moment:%B %Y} at {moment:%H:%M}"
    if moment <= now:
        return f"{said} has passed."
    if moment - now > FURTHEST:
        return f"{said} is more than two months ahead."
    return moment


def _clock(words: str, usual: time) -> tuple[time | str, str]:
    """The time of day at the end of the words, and the words before it."""
    match = _TIME.search(words)
    if match is None:
        return usual, words
    rest = words[: match.start()].rstrip(" ,")
    if match["word"]:
        return time(12), rest
    hour, minute = int(match["hour"] or match["bare"]), int(match["minute"] or 0)
    half = match["half"] or match["bare_half"]
    if match["hour"] and not half and "." in match.group() and not rest:
        return usual, words  # "15.09" alone is a date
    if half and not 1 <= hour <= 12:
        return f"{match.group().strip()} is no time of day.", rest
    hour = hour % 12 + 12 if half == "pm" else hour % 12 if half == "am" else hour
    if hour > 23 or minute > 59:
        return f"{match.group().strip()} is no time of day.", rest
    return time(hour, minute), rest


def _day(words: str, today: date, given: bool) -> date | str:
    """The day meant by the words; today where only a time was given."""
    if not given:
        return today
    match = next((found for form in _FORMS if (found := form.fullmatch(words))), None)
    if match is None:
        return f"“{words}” is no date that can be read."
    parts = match.groupdict()
    if parts.get("relative"):
        return today + timedelta(days=parts["relative"] == "tomorrow")
    if parts.get("unit"):
        count = _COUNTS.get(parts["ahead"]) or int(parts["ahead"])
        return today + timedelta(days=count * (7 if parts["unit"].startswith("week") else 1))
    if not parts.get("day"):
        ahead = (_DAYS.index(parts["weekday"][:3]) - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    return _dated(parts, today)


def _dated(parts: dict[str, str | None], today: date) -> date | str:
    """The day from a number and perhaps month, year and weekday, which must agree."""
    day, month, year = int(parts["day"] or 0), parts.get("month"), parts.get("year")
    years = (int(year) + (2000 if len(year) == 2 else 0),) if year else (today.year, today.year + 1)
    if month is None:
        later = today.month % 12 + 1
        tries = [(today.year, today.month), (today.year + (later == 1), later)]
    else:
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
        tries = [(candidate, number) for candidate in years]
    days = [found for at in tries if (found := _real(*at, day))]
    if not days:
        return "There is no such day."
    # without a year a day of the last months is a slip, not next year's
    chosen = next((found for found in days if found >= today), days[-1])
    if year is None and month is not None and chosen - today > timedelta(days=180) and days[0] < today:
        chosen = days[0]
    weekday = parts.get("weekday")
    if weekday and _DAYS.index(weekday[:3]) != chosen.weekday():
        return f"{chosen.day} {chosen:%B %Y} is a {_DAY_NAMES[chosen.weekday()]}."
    return chosen


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
