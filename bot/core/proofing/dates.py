"""Dates: impossible, on the wrong weekday, over already, or of the wrong month."""

from __future__ import annotations

import itertools
import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from rapidfuzz.distance import OSA

from bot.core.model import Finding, Severity
from bot.core.proofing import calendar
from bot.core.proofing.calendar import DAYS, MONTH, MONTHS, Written
from bot.core.proofing.context import Passage, ProofContext, Text, found, sentences

_MONTH_YEAR = re.compile(rf"\b(?P<month>{MONTH}),?\s+(?P<year>\d{{3,6}})(?![\d/:%]|,\d|\s*(?:people|residents|%))")
_LOOSE_YEAR = re.compile(
    r"\b(?:in|since|during|until|by|from|of|for|year|spring|summer|autumn|winter)\s+(?P<year>(?:19|20)\d{3}|20{2}\d{3})"
    r"(?=[.,;:)]|\s*$|\s+(?:and|to|with|for|the|as|when|at)\b)",
    re.IGNORECASE,
)
# "until 2205", "by the end of 2062", "in 1026": four digits, a slip away from a year of these days
_SLIPPED_YEAR = re.compile(
    r"\b(?:in|since|until|till|by|during|year|spring|summer|autumn|winter|(?:early|late|mid)[ -]|"
    r"(?:end|start|beginning|summer|autumn|spring|winter|rest) of|(?:19|20)\d{2}\s*(?:to|and|until|[-–/]))\s*"
    r"(?P<year>\d{4})(?=[.,;:)](?!\d)|\s*$|\s+(?:and|to|with|for|the|as|when|at|that|is|was|will)\b)",
    re.IGNORECASE,
)
_LETTER_YEAR = re.compile(r"(?<![\w£.,-])(?=\w*[oOlI])(?:2[0oO][0-9oOlI]{2}|1[9][0-9oOlI]{2})(?![\w-])")
_SECOND_YEAR = re.compile(r"\b(?:19|20)\d{2}\s*(?:and|to|until|[-–/])\s*(?P<year>20\d{3})(?!\d)")
_YEARS = re.compile(r"(?<![\d/-])(?P<a>(?:19|20)\d{2})\s?[-–/]\s?(?P<b>(?:19|20)\d{2})(?![\d/-])")
_SPLIT_YEAR = re.compile(r"(?<![\d/–-])20(?P<a>\d{2})(?P<sep>[/–-])(?P<b>\d{2})(?![\d/–-])")
_OPENS = re.compile(r"\b(?:open|start|begin|run)(?:s|ing)?\b[^.;]{0,40}$", re.IGNORECASE)
_CLOSES = re.compile(r"\b(?:close|end|finish)(?:s|ing)?\b[^.;]{0,20}$", re.IGNORECASE)
_HOUR = re.compile(r"(?<![\d.:£])(?P<h>\d{1,2})\s?(?:am|pm)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
DATES_MAX = 40  # of one sentence that may be announced there
NEAR = 1_000  # characters in front of a date, and behind it, that say whether it is announced
_CLOCK = re.compile(
    r"(?:\b(?:at|from|to|until|till|by|between|and|"
    r"[-–])\s*)(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:\s?(?P<half>am|pm)\b)?(?![\d%:]|\.\d)"
    r"|(?<![\d.:£])(?P<h2>\d{1,2})[:.](?P<m2>\d{2})\s?(?P<half2>am|pm)\b",
    re.IGNORECASE,
)


def impossible_date(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A day, month, year or time that does not exist, or a range that ends before it begins."""
    for passage in text.passages:
        if not _DIGIT.search(passage.text) or (passage.part == "cell" and not re.search(r"[A-Za-z]", passage.text)):
            continue
        written = calendar.dates(passage.text)
        for one in written:
            yield from _impossible(passage, one, context)
        yield from _impossible_years(passage, written, context)
        yield from _backwards(passage, written, context)
        yield from _impossible_times(passage)
        yield from _impossible_hours(passage)


def _impossible(passage: Passage, one: Written, context: ProofContext) -> Iterator[Finding]:
    span = (one.start, one.end)
    if not calendar.sensible_year(one.year, context.today):
        message = f"“{one.words}” has an impossible year."
        yield found("impossible-date", Severity.ERROR, passage, span, message, _with_year(one.words, one.year, context))
        return
    for day in one.days:
        if not calendar.real(day.day, one.month, one.year):
            message = f"“{one.words}” does not exist: {_why(day.day, one.month, one.year)}."
            yield found("impossible-date", Severity.ERROR, passage, span, message)
            return
    if one.ranged and one.days[0].day > one.days[1].day:
        message = f"“{one.words}” ends before it begins."
        yield found("impossible-date", Severity.ERROR, passage, span, message)


def _why(day: int, month: int, year: int | None) -> str:
    if not 1 <= month <= 12:
        return f"there is no month {month}"
    if month == 2 and day == 29:
        return f"{year} is not a leap year"
    return f"{MONTHS[month - 1]} has {monthrange(year or 2024, month)[1]} days"


def _with_year(words: str, year: int | None, context: ProofContext) -> str:
    """The date with the year that is probably meant: one digit too many, or this year."""
    digits = str(year)
    for at in range(len(digits)):
        shorter = digits[:at] + digits[at + 1 :]
        if shorter in (str(context.year), str(context.year + 1)):
            return words.replace(digits, shorter)
    return ""


def _impossible_years(passage: Passage, written: tuple[Written, ...], context: ProofContext) -> Iterator[Finding]:
    """ "October 20265", "in 20265", "2030-2025" where no day stands with it."""
    line = passage.text
    for pattern in (_MONTH_YEAR, _LOOSE_YEAR, _SECOND_YEAR):
        for match in pattern.finditer(line):
            inside = any(one.start <= match.start("year") < one.end for one in written)
            year = int(match.group("year"))
            if inside or calendar.sensible_year(year, context.today):
                continue
            # "May 250 people attended": only a year when nothing is counted after it
            doubtful = pattern is _MONTH_YEAR and (
                len(match.group("year")) == 3 or match.group("month") in ("May", "March")
            )
            if doubtful and re.match(r"\s+[a-z]", line[match.end() :]):
                continue
            words = match.group()
            message = f"“{match.group('year')}” is not a year."
            right = _with_year(words, year, context)
            yield found("impossible-date", Severity.ERROR, passage, match.span(), message, right)
    for match in _SLIPPED_YEAR.finditer(line):
        if near := _slip_of_a_year(match.group("year"), context):
            message = f"“{match.group('year')}” is an unlikely year."
            words = match.group().replace(match.group("year"), near)
            yield found("impossible-date", Severity.ERROR, passage, match.span(), message, words)
    for match in _LETTER_YEAR.finditer(line):
        message = f"“{match.group()}” is not a year: it has a letter in it."
        yield found("impossible-date", Severity.ERROR, passage, match.span(), message)
    for pattern in (_YEARS, _SPLIT_YEAR):
        for match in pattern.finditer(line):
            a, b = int(match.group("a")), int(match.group("b"))
            month = pattern is _SPLIT_YEAR and match.group("sep") != "/" and b <= 12  # "2025-08" is a month
            if b < a and not month and not (a == 99 and b == 0):
                message = f"“{match.group()}” runs backwards."
                yield found("impossible-date", Severity.ERROR, passage, match.span(), message)


def _slip_of_a_year(digits: str, context: ProofContext) -> str | None:
    """The year of these days (two back, five on) that impossible digits are one slip away from; None: no such slip."""
    if 1900 <= int(digits) <= context.year + 25:
        return None
    near = [str(year) for year in range(context.year - 2, context.year + 6)]
    return next((year for year in near if sorted(year) == sorted(digits)), None) or next(
        (year for year in near if OSA.distance(year, digits) == 1), None
    )


def _backwards(passage: Passage, written: tuple[Written, ...], context: ProofContext) -> Iterator[Finding]:
    """Two dates joined as a range, the second before the first."""
    for one, two in itertools.pairwise(written):
        between = passage.text[one.end : two.start]
        opens = _OPENS.search(passage.text[: one.start]) and _CLOSES.search(between)
        if not opens and not re.fullmatch(r"\s*(?:-|–|—|to|until|till)\s*(?:the\s+|\w+day\s+)?", between):
            continue
        year = two.year or one.year or context.year
        first = calendar.resolve(one.model_copy(update={"year": one.year or year}), context.today, last=False)
        second = calendar.resolve(two.model_copy(update={"year": two.year or year}), context.today)
        wraps = one.year is None and one.month > two.month
        if first and second and second < first and not wraps:
            span = (one.start, two.end)
            message = f"“{passage.text[span[0] : span[1]]}” ends before it begins."
            yield found("impossible-date", Severity.ERROR, passage, span, message)


def _impossible_times(passage: Passage) -> Iterator[Finding]:
    """ "at 25:30", "9.75am"."""
    for match in _CLOCK.finditer(passage.text):
        hour, minute = int(match.group("h") or match.group("h2")), int(match.group("m") or match.group("m2"))
        half = match.group("half") or match.group("half2")
        with_colon = ":" in match.group()
        if not half and not with_colon:
            continue  # "from 1.75 to 2.80" are numbers
        if hour > (12 if half else 24) or minute > 59:
            words = match.group().strip(" -–")
            message = f"“{words}” is not a time of day."
            yield found("impossible-date", Severity.ERROR, passage, match.span(), message)


def _impossible_hours(passage: Passage) -> Iterator[Finding]:
    """ "25pm", "13pm"."""
    for match in _HOUR.finditer(passage.text):
        if int(match.group("h")) > 12:
            message = f"“{match.group()}” is not a time of day."
            yield found("impossible-date", Severity.ERROR, passage, match.span(), message)


def weekday_mismatch(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A weekday that does not fit the date beside it."""
    for passage in text.passages:
        written = calendar.dates(passage.text)
        years = [one.year for one in written if one.year and calendar.sensible_year(one.year, context.today)]
        for one in written:
            year = one.year or (years[0] if len(set(years)) == 1 else None)
            for day in one.days:
                if day.weekday is None:
                    continue
                single = one.model_copy(update={"days": (day,), "year": year})
                meant = calendar.resolve(single, context.today)
                if meant is None or meant.weekday() == day.weekday:
                    continue
                right = calendar.spoken(meant)
                message = (
                    f"“{one.words}”: {meant.day} {MONTHS[meant.month - 1]} {meant.year} is a {DAYS[meant.weekday()]}."
                )
                yield found("weekday-mismatch", Severity.WARNING, passage, (one.start, one.end), message, right)


_AHEAD = re.compile(
    r"\b(?:will|shall|tak(?:es?|ing) place|join us|sign up|book\w*|register\w*|"
    r"regist\w+ (?:closes|is open)|apply|nominat\w+|"
    r"(?:is|are) (?:hosting|holding|organising|due|scheduled|planned|set|expected|hoping|going|"
    r"to be(?: \w{3,}ed)?|on|being held|taking place|inviting|running|open)|"
    r"(?:is|are) to (?:be|take|run|start)|rsvp|"
    r"(?:starts?|begins?|runs?|opens?|closes?|launches|finish(?:es)?|ends?) "
    r"(?:on|from|at|until)|applications? (?:must|should|close|are)|submit|respond|repl(?:y|ies)|return\w*|closing date|"
    r"(?:is|are|be|you) (?:asked|invited|encouraged|requested|reminded|welcome) to|looking forward|come (?:and|to)|"
    r"have (?:your|their|a) say|available until|(?:opens|closes|starts|begins|ends)(?=\s(?:\d|$))|"
    r"deadline\w*|save the date|upcoming|next (?:\w+ ){0,3}?(?:meeting|forum|session|event|workshop|"
    r"course|webinar|drop-?in|conference|training|day|network)|forthcoming|come along|"
    r"please (?:attend|come|send|let|complete)|"
    r"to be (?:held|submitted|returned|completed|published|confirmed)|don[’']t miss|last day|remind\w+ that)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:was|were|had|has been|have been|took|held (?!on|at|in)|began|following|after|since|met|previous\w*|"
    r"last (?:year|month|week)|as of|came|saw|went|heard|which|who|that|as (?:at|part)|between|"
    r"ago|earlier|resulting|arising|"
    r"set out in|(?!need|limit|invit|provid)\w{3,}ed)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\([^()@]*@[^()]*\)")  # an address in brackets between the cue and the date
_PASSIVE = re.compile(r"\bbe(?:ing)?\s+(?:\w+ly\s+)?\w+")
_SEASON_END = {"spring": (5, 31), "summer": (8, 31), "autumn": (11, 30)}
_GOES_ON = re.compile(
    r"\s*(?:-|–|—|to|until|till|and)\s*(?:the\s+|the end of\s+)?"
    rf"(?:\w+day,?\s+(?:the\s+)?)?(?:\d|{MONTH}|spring|summer|autumn|winter)"
)
_LOOSE = re.compile(
    rf"\b(?:(?P<season>spring|summer|autumn)(?:\s+of)?|(?P<month>{MONTH}))\s+(?P<year>(?:19|20)\d{{2}})(?![\d/-])",
    re.IGNORECASE,
)


def past_event(text: Text, context: ProofContext) -> Iterator[Finding]:
    """Something announced for a day that is over when the bulletin is read."""
    for passage in text.passages:
        if passage.part == "cell":
            continue
        for start, sentence in sentences(passage.text):
            seen: set[date] = set()
            for day, (a, b), words in itertools.islice(_ends(sentence, context), DATES_MAX):
                if day >= context.today or day in seen or not _announces(sentence, a, b):
                    continue
                seen.add(day)
                message = f"“{words}” is over when the bulletin goes out, but the text speaks of it as to come."
                yield found("past-event", Severity.WARNING, passage, (start + a, start + b), message)


def _ends(sentence: str, context: ProofContext) -> Iterator[tuple[date, tuple[int, int], str]]:
    """Every date of a sentence with the last day it may mean."""
    written = calendar.dates(sentence)
    for one in written:
        if _GOES_ON.match(sentence, one.end):
            continue  # the first of a range: its end counts
        day = calendar.resolve(one, context.today)
        if day and (one.year or context.today - day < timedelta(days=120)):
            yield day, (one.start, one.end), one.words
    for match in _LOOSE.finditer(sentence):
        inside = any(one.start <= match.start("year") < one.end for one in written)
        if inside or _GOES_ON.match(sentence, match.end()):
            continue
        year = int(match.group("year"))
        if match.group("season"):
            month, last = _SEASON_END[match.group("season").lower()]
        else:
            month = calendar.month_number(match.group("month"))
            last = monthrange(year, month)[1]
        yield date(year, month, last), match.span(), match.group()


def _announces(sentence: str, start: int, end: int) -> bool:
    """The words next to the date look ahead, with nothing between that looks back."""
    before, after = _ASIDE.sub("", sentence[max(0, start - NEAR) : start]), sentence[end : end + NEAR]
    cues = list(_AHEAD.finditer(before))
    if cues:
        between = _PASSIVE.sub("", before[cues[-1].end() :])
        near = len(between.split()) <= 14 and not re.search(r"[;(]", between)
        if near and not _BACK.search(between) and not _back_before(before[: cues[-1].start()], cues[-1].group()):
            return True
    follows = re.match(r"[^.;]{0,60}", after)
    cue = _AHEAD.search(follows.group()) if follows else None
    if cue is None or cue.group().lower() in ("respond", "return", "apply", "submit"):
        return False
    between = after[: cue.start()]
    if re.match(r"\W*(?:and|but|or)\b", between):
        return False  # "ran to 31 March and will be evaluated": the date belongs to the verb before it
    leads = not before.strip() or not _BACK.search(before[-60:])
    return leads and len(between.split()) <= 6 and not _BACK.search(between) and "," not in between.strip(", ")[1:]


def _back_before(before: str, cue: str) -> bool:
    """A cue that may be a noun of the past ("the closing date was") is judged by what stands right before it."""
    return bool(re.search(r"\b(?:was|were|had|been|whose|whether)\s*$", before)) and cue.lower() not in (
        "will",
        "shall",
    )


_OURSELVES = r"(?:RAG update|update|bulletin|edition|newsletter|issue|round-?up|briefing)"
_OWN_MONTH = re.compile(
    rf"\b(?i:welcome to|in|this is|here is|our|the|this|your)\s+(?:the\s+|our\s+|this\s+)?"
    rf"(?P<month>{MONTH})(?:\s+(?P<year>(?:19|20)\d{{2}}))?(?:[’']s)?\s+(?:\w+\s+){{0,3}}?{_OURSELVES}\b"
)
_THIS_MONTH = re.compile(
    r"\b(?:this month|this edition|this update|this bulletin)\s*(?:,|\(|–|-|:)\s*"
    rf"(?P<month>{MONTH})(?:\s+(?P<year>(?:19|20)\d{{2}}))?"
    rf"|\bthis month[’']s\s+{_OURSELVES}\s*[(,–-]\s*(?P<month4>{MONTH})"
    rf"|\b(?:this month of|the month of)\s+(?P<month2>{MONTH})"
    rf"|\b(?:this month[’']s|our|this)\s+{_OURSELVES}\s+(?:for|of)\s+(?P<month3>{MONTH})",
    re.IGNORECASE,
)
_HEADED = re.compile(
    rf"^\W*(?:(?:\w+\s+){{0,5}}{_OURSELVES}\W{{0,3}}(?:for\s+)?(?P<month>{MONTH})(?:\s+(?P<year>(?:19|20)\d{{2}}))?"
    rf"|(?P<month2>{MONTH})(?:\s+(?P<year2>(?:19|20)\d{{2}}))?\s+(?:\w+\s+){{0,3}}?{_OURSELVES})\W*$",
    re.IGNORECASE,
)
_TELLS_PAST = re.compile(r"\s+(?:was|were|had|said|gave|saw|\w{3,}ed)\b")
_REFERS_BACK = re.compile(
    r"\b(?:last|previous\w*|earlier|since|reported|published|as in|appeared|featured|mentioned|"
    r"see|following|from|shared|"
    r"circulated|after|included|covered|promised|next|look out|forthcoming)\b",
    re.IGNORECASE,
)


def wrong_month(text: Text, context: ProofContext) -> Iterator[Finding]:
    """The text calls this edition by another month: left from last month, or from last year."""
    for passage in text.passages:
        headline = passage.part == "heading" or len(passage.text.split()) <= 8
        for pattern in (_HEADED, _OWN_MONTH, _THIS_MONTH) if headline else (_OWN_MONTH, _THIS_MONTH):
            for match in pattern.finditer(passage.text):
                groups = match.groupdict()
                name = groups.get("month") or groups.get("month2") or groups.get("month3") or groups.get("month4")
                year = groups.get("year") or groups.get("year2")
                before = passage.text[max(0, match.start() - 60) : match.start()]
                if name is None or _REFERS_BACK.search(before) or _TELLS_PAST.match(passage.text, match.end()):
                    continue
                other = calendar.month_number(name)
                if _ours(other, int(year) if year else None, context) or _ahead(other, year, context, passage):
                    continue
                right = f"{MONTHS[context.month - 1]} {context.year}" if year else MONTHS[context.month - 1]
                message = f"“{match.group().strip()}” names another month than this edition's."
                named = f"{name} {year}" if year else name
                yield found("wrong-month", Severity.WARNING, passage, match.span(), message, right, named)


def _ours(month: int, year: int | None, context: ProofContext) -> bool:
    return month == context.month and (year is None or year == context.year)


def _ahead(month: int, year: str | None, context: ProofContext, passage: Passage) -> bool:
    """Next month's edition spoken of in a sentence (not in a heading) is a look ahead."""
    return passage.part != "heading" and year is None and (month - context.month) % 12 in (1, 2, 3)
