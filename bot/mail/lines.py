"""A mail's body as lines: the form in which reading decides what is new, what is quoted and what is a signature.

A line is what a person sees as one line (HTML: up to a <br> or the end of a block), a whole table, or a picture. Lines
keep both what will be printed (``text``/``runs``) and all that is visible (``raw``, with list markers and quote signs),
so that whatever is set aside can be shown as it stood.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.core.model import Run


class Mark:
    """Bits that say what the HTML tells of a line beside its text (plain integers: they are tested for every line)."""

    NONE = 0
    SIGNATURE = 1  # inside a client's signature container
    BOUNDARY = 2  # first line of a container or rule that clients put before what is quoted
    HIDDEN = 4  # not shown by any client
    BOLD = 8  # every visible character is bold
    LABEL = 16  # begins with a bold "Something:"
    RULE = 32  # a horizontal rule came before it
    QUOTE_BOX = 64  # inside a plain <blockquote>, which may be a quote or an indent
    CELL = 128  # inside a layout table
    PALE = 512  # white on white
    EDITED = 256  # words of ours that the sender changed into theirs


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture that the body shows: ``source`` is ``cid:...``, ``data:...`` or an address; sizes in pixels or 0."""

    source: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(slots=True)
class Line:
    """One line. ``reason`` is "" while it counts as the sender's own text, else why it is set aside.

    ``soft``: it continues the block of the line before (a <br>, or a wrapped text line). ``depth``: quote depth.
    ``number``: what a numbered item shows. ``field``: the form field that it answers.
    """

    text: str
    raw: str = ""
    kind: str = "text"  # text, heading, item, table, picture
    runs: tuple[Run, ...] | None = None
    level: int = 1
    ordered: bool = False
    number: int | None = None
    depth: int = 0
    soft: bool = False
    blank_before: bool = False
    marks: int = Mark.NONE
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()
    header_rows: int = 1
    picture: PictureRef | None = None
    reason: str = ""
    field: str | None = None


LINES_MAX = 10_000  # of one mail; the longest threads have a few thousand
LINE_MAX = 20_000  # characters of one line, which is a paragraph where the mail is formatted
CHARS_MAX = 1_000_000  # characters of all lines


def within_reason(lines: list[Line]) -> list[Line]:
    """The lines that are read. What is longer than anybody writes, a line or the mail, is set aside as ``too_long`` and
    only kept as it stood (``raw``): what looks for signatures and quotations takes its time for every line and every
    character, and a stranger decides how many there are."""
    kept, left = 0, CHARS_MAX
    for line in lines:
        left -= len(line.text)
        if kept >= LINES_MAX or left < 0:
            break
        if len(line.text) > LINE_MAX and line.kind != "table":
            line.text, line.raw, line.runs = "", line.raw or line.text, None
            line.reason = line.reason or "too_long"
        kept += 1
    if kept == len(lines):
        return lines
    shown = [line.raw or line.text for line in lines[kept:] if not line.marks & Mark.HIDDEN]
    rest = "\n".join(text for text in shown if text)
    return [*lines[:kept], Line("", rest, reason="too_long")] if rest else lines[:kept]


_FOLDS = {
    ord("‘"): "'", ord("’"): "'", ord("‚"): "'", ord("“"): '"', ord("”"): '"', ord("„"): '"', ord("–"): "-",
    ord("—"): "-", ord("‐"): "-", ord("‑"): "-", ord("−"): "-", ord("…"): "...", ord("\u00ad"): None,
    ord("\u200b"): None, ord("\u200c"): None, ord("\u200d"): None, ord("\u2060"): None, ord("\ufeff"): None,
}  # fmt: skip
_NOT_WORD = re.compile(r"[^\w@]+")
_DROPPED = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def key(text: str) -> str:
    """A line's words for comparison: NFKC, lower case, all punctuation folded to single blanks."""
    return _known_key(text) if len(text) < 500 else _key(text)


@lru_cache(maxsize=4_096)
def _known_key(text: str) -> str:
    return _key(text)


def _key(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_FOLDS))
    return _NOT_WORD.sub(" ", text).strip().casefold()


def squeeze(text: str) -> str:
    """Text on one line: white space of any kind to single blanks, invisible direction and joining marks dropped."""
    if not text.isascii():
        text = _DROPPED.sub("", text)
    return " ".join(text.split())
