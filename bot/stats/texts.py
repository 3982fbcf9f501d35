"""How words of a spreadsheet are compared: without regard to case, accents of width, punctuation or spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[^\w%+]+")
_MARKS = re.compile(r"(?:[\s*†‡§¹²³⁰⁴-⁹]|[(\[]\d{1,2}[)\]])+\Z")  # of a footnote, after a name
_INSIDE_WORD = re.compile(r"[.'’`]")
_TRIMMINGS = re.compile(
    r"\A(?:the )?(?:(?:borough|city|district) of )?|"
    r"(?: (?:and district|district|borough|city|council|bc|dc|csp|community safety partnership|cdrp))+\Z"
)
_NEAR_ENOUGH = 75


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """``text`` as compared: "  N.F.A. " -> "nfa", "Welwyn & Hatfield" -> "welwyn and hatfield"."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    return _NOT_WORD.sub(" ", _INSIDE_WORD.sub("", plain)).strip()


@lru_cache(maxsize=8192)
def name_key(text: str) -> str:
    """The key a district is looked up by: folded, without spaces and without "District Council" and the like, and
    without the mark of a footnote.

    A name that consists of nothing else ("The Borough") keeps its words.
    """
    folded = fold(_MARKS.sub("", text))
    short = _TRIMMINGS.sub("", folded)
    return "".join((short if short.strip() else folded).split())


def nearest(text: str, choices: dict[str, str]) -> str | None:
    """The value of ``choices`` whose folded key is most like ``text``, or None when nothing is near."""
    from rapidfuzz import fuzz, process  # here: a pass with nothing due need not load it

    hit = process.extractOne(fold(text), list(choices), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
    return choices[hit[0]] if hit else None


def shorten(text: str, limit: int = 60) -> str:
    """Text of a cell as it may stand in a sentence: one line, printable, at most ``limit`` characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
