"""What one cell says as a count: a whole number, nothing, or something that a person must look at."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.stats.cells import Cell
from bot.stats.texts import shorten

COUNT_MAX = 10**9
_NOISE = 1e-6  # what a spreadsheet's own arithmetic leaves behind: 512.0000000001 is shown, and meant, as 512
_SPACES = "\u00a0\u2007\u2009\u202f\u2002\u2003 \t\r\n"
_DASHES = frozenset("-‐‑‒–—―−─·.")
_NONE_WORDS = frozenset({"", "nil", "none", "zero", "no", "null", "n/a", "na", "not applicable"})
_SIMPLE = re.compile(r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+")
_PLAIN = re.compile(r"[+]?\d+(?:\.0+)?")
_GROUPED = re.compile(r"\d{1,3}(?:(?:,\d{3})+|(?:['’]\d{3})+|(?: \d{3})+)(?:\.0+)?")
_NEGATIVE = re.compile(r"[-−–](?=\d)|\A\((?=[\d, ]+\)\Z)|(?<=\d)-\Z")


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that is no count: ``code`` of the finding and what stands there, in words."""

    code: str  # "not-a-number" | "negative-count"
    what: str


def read_count(value: Cell) -> int | Bad | None:
    """A whole number of nought or more; None for an empty cell, a dash or a word for none; else what is wrong.

    Numbers as text are read with thousands separators as written in Britain ("1,679", "1 679") and an apostrophe in
    front. No fraction is rounded away, and no date is taken for a number.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return Bad("not-a-number", f"{str(value).upper()} instead of a number")
    if isinstance(value, int | float):
        return _of_number(value)
    if isinstance(value, date | datetime | time | timedelta):
        return Bad("not-a-number", f"a date or time ({_date_words(value)}) instead of a number")
    return _of_text(str(value))


def _of_number(value: float) -> int | Bad:
    if not math.isfinite(value):
        return Bad("not-a-number", "a calculation error instead of a number")
    if abs(value - round(value)) > _NOISE:
        return Bad("not-a-number", f"{value:.12g}, which is not a whole number")
    return _checked(round(value))


def _of_text(text: str) -> int | Bad | None:
    if len(text) < 16 and _SIMPLE.fullmatch(text):
        return _checked(int(text.replace(",", "")))
    plain = " ".join(text.translate(str.maketrans(_SPACES, " " * len(_SPACES))).split()).removeprefix("'").strip()
    if plain.casefold() in _NONE_WORDS or all(char in _DASHES for char in plain.replace(" ", "")):
        return None
    sign = 1
    unsigned = plain
    if _NEGATIVE.search(plain):
        sign, unsigned = -1, plain.strip("-−–()").strip()
    if not unsigned.isascii() or not (_PLAIN.fullmatch(unsigned) or _GROUPED.fullmatch(unsigned.replace("’", "'"))):
        return Bad("not-a-number", f'"{shorten(text)}" instead of a number')
    digits = re.sub(r"\.0+\Z", "", unsigned).translate(str.maketrans("", "", ",'’ +"))
    if len(digits) > 15:
        return Bad("not-a-number", f'"{shorten(text)}", which is far too large')
    return _checked(sign * int(digits))


def _checked(number: int) -> int | Bad:
    if number < 0:
        return Bad("negative-count", f"{number:,}, and a count cannot be below nought")
    if number > COUNT_MAX:
        return Bad("not-a-number", f"{number:,}, which is far too large for a count")
    return number


def _date_words(value: date | datetime | time | timedelta) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%B} {value.year}"
    return str(value)
