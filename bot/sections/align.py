"""A reply laid over the request that was sent: what is ours, what is the sender's, and which field it answers.

Mail programs re-wrap, re-quote, recolour and delete; words survive. A line is ours when its words are the request's
words at this place, or a whole line of it, or a long enough piece of it. A line that is nearly ours but changes a word,
a digit or an address is the sender's edit: kept, and asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bot.core.model import Run
from bot.mail.linebuilder import cut_front
from bot.mail.lines import Line, Mark, key
from bot.sections.form import BEGIN, END, PLACEHOLDER, Request, field_key

PIECE_MIN = 24  # characters of a line inside a longer line of ours that cannot be chance
TITLE_MAX = 200  # characters of a title that a field may have
NEAR = 0.82  # words in common from which a line counts as an edit of ours
_NAME_TAG = re.compile(r"^\s*\[([^\[\]]{2,40})\]\s*(?::\s*)?(?=\S)")
_LABEL = re.compile(r"^\s*\(?(F\s?\d{1,2})\s*[:.)–-]\s+(?=\S)", re.IGNORECASE)
_INITIALS = re.compile(r"^\s*([A-Z]{2,4})\s*(?:[:>]|[–-]\s)\s*(?=\S)")  # "SG: our answer", in a colleague's form


@dataclass(slots=True)
class Aligned:
    """What the alignment found: ``ours`` indexes of lines that are ours, ``edits`` lines that change ours."""

    ours: set[int] = field(default_factory=set)
    edits: list[tuple[Line, str]] = field(default_factory=list)
    footer: set[str] = field(default_factory=set)  # lines of ours that stand below the form
    first: int = -1
    last: int = -1


class Aligner:
    """Knows the words of one request and moves along them."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.lines = [words for line in request.lines if (words := key(line))]
        self.whole = set(self.lines)
        self.joined = " ".join(self.lines) + " "
        self.fronts: dict[str, list[int]] = {}
        for line in self.whole:
            parts = line.split(" ")
            if len(parts) >= 4:
                self.fronts.setdefault(" ".join(parts[:4]), []).append(len(parts))
        self.long = [(words, line) for words, line in zip(self.lines, self.lines, strict=True) if len(words) >= 20]
        self.titles = {key(entry.title): entry.key for entry in request.fields if entry.title}
        self.footer = _footer(request.lines)
        self.position = 0

    def restart(self) -> None:
        """A new copy of the form may begin here."""
        self.position = 0

    def is_ours(self, words: str) -> bool:
        """Are these the request's words (at this place, as a line, or as a long piece)?"""
        if not words:
            return False
        if self.joined.startswith(words + " ", self.position):
            self.position += len(words) + 1
            return True
        if words in self.whole:
            self._move(words)
            return True
        place = self.joined.find(words + " ") if len(words) >= PIECE_MIN else -1
        if place == 0 or (place > 0 and self.joined[place - 1] == " "):
            self.position = place + len(words) + 1
            return True
        return False

    def _move(self, words: str) -> None:
        place = self.joined.find(f"{words} ", self.position)
        if place < 0:
            place = self.joined.find(f"{words} ")
        if place >= 0:
            self.position = place + len(words) + 1

    def ours_in_front(self, words: str) -> int:
        """How many words at the line's beginning are a whole line of ours, when more follows; else 0."""
        parts = words.split(" ")
        counts = self.fronts.get(" ".join(parts[:4]), ())
        fitting = (count for count in counts if count < len(parts) and " ".join(parts[:count]) in self.whole)
        return max(fitting, default=0)

    def edited(self, words: str) -> str:
        """The line of ours that this is an edit of, or ""."""
        if len(words) < 20:
            return ""
        mine = words.split()
        for line, _ in self.long:
            theirs = line.split()
            if not 0.6 <= len(mine) / len(theirs) <= 1.7:
                continue
            matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
            if matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR:
                return line
        return ""


def _footer(lines: Sequence[str]) -> set[str]:
    """The words of the lines below the end of the form's last field (the mail may hold the form twice)."""
    ends = [field_key(match[1]) for line in lines if (match := END.match(line))]
    found: set[str] = set()
    below = False
    for line in lines:
        if end := END.match(line):
            below = field_key(end[1]) == ends[-1]
        elif BEGIN.match(line):
            below = False
        elif below and (words := key(line)):
            found.add(words)
    return found


def expand(lines: list[Line], aligner: Aligner, author: str) -> list[Line]:
    """Part lines on which a marker, a placeholder or a line of ours and an answer stand together; drop [Name] tags."""
    out: list[Line] = []
    for line in lines:
        if line.kind in ("table", "picture") or not line.text or line.reason:
            out.append(line)
            continue
        out.extend(_parts(line, aligner, author))
    return out


def _parts(line: Line, aligner: Aligner, author: str) -> list[Line]:
    text = line.text
    if (label := _LABEL.match(text)) and any(field_key(label[1]) == entry.key for entry in aligner.request.fields):
        parts = cut_line(line, label.end())
        parts[0].text = f"[{field_key(label[1])}]"  # "F1: our answer", typed by hand
        return parts
    if (initials := _INITIALS.match(text)) and len(author.split()) > 1 and initials[1] == _initials(author):
        parts = cut_line(line, initials.end())
        parts[0].reason = "comment_mark"
        return parts
    if "[" not in text and "(" not in text:
        return _split_front(line, aligner)
    if end := END.match(text):
        return cut_line(line, end.start(2)) if end[2].strip() else [line]
    if begin := BEGIN.match(text):
        rest = begin[2]
        title = aligner.request.title(field_key(begin[1]))
        count = _title_length(rest, title)
        if 0 < count < len(rest) and rest[count:].strip(" :–-—."):
            return cut_line(line, begin.start(2) + count, trim=" :–-—.")
        foreign = title and not count and key(rest) and not key(title).startswith(key(rest))
        return cut_line(line, begin.start(2)) if foreign else [line]  # "[F1] our answer", typed by hand
    placeholder = PLACEHOLDER.search(text)
    if placeholder and text.strip() != placeholder[0]:
        return _around(line, placeholder)
    tag = _NAME_TAG.match(text)
    if tag and _is_name(tag[1], author):
        parts = cut_line(line, tag.end())
        parts[0].reason = "comment_mark"
        return parts
    return _split_front(line, aligner)


def _initials(author: str) -> str:
    return "".join(word[0] for word in author.split()).upper()


def _is_name(tag: str, author: str) -> bool:
    words = key(tag).split()
    own = set(key(author).split())
    if len(own) > 1 and tag.strip() == _initials(author):
        return True
    return (
        bool(words)
        and not re.match(r"/?f ?\d", key(tag))
        and (set(words) <= own or (len(words) >= 2 and words[0] in own))
    )


def _title_length(rest: str, title: str) -> int:
    """How many characters of ``rest`` are the field's title, when it begins with it."""
    if not title:
        return 0
    pattern = r"\W+".join(re.escape(word) for word in re.findall(r"\w+", title))
    match = re.match(r"\W*" + pattern + r"[)\]\"'”]*", rest, re.IGNORECASE)
    return match.end() if match else 0


def _after_title(line: Line, aligner: Aligner) -> list[Line]:
    """ "Training and events: the course is on 4 September", a field's title typed by hand: two lines, else none."""
    head, colon, tail = line.text.partition(":")
    if (
        not colon
        or len(head) > TITLE_MAX
        or not tail.strip()
        or key(head) not in aligner.titles
        or BEGIN.match(line.text)
    ):
        return []
    parts = cut_line(line, len(head) + 1)
    parts[0].soft = False
    return parts


def _split_front(line: Line, aligner: Aligner) -> list[Line]:
    if titled := _after_title(line, aligner):
        return titled
    words = key(line.text)
    if len(words) < 20 or words in aligner.whole:
        return [line]
    count = aligner.ours_in_front(words)
    if not count:
        return [line]
    position = 0
    for match in re.finditer(r"[\w@]+", line.text):
        position = match.end()
        count -= 1
        if not count:
            break
    while position < len(line.text) and line.text[position] in ".?!:;,)”\"'":
        position += 1
    return cut_line(line, position)


def _around(line: Line, placeholder: re.Match[str]) -> list[Line]:
    parts: list[Line] = []
    rest = line
    if placeholder.start():
        before, rest = cut_line(line, placeholder.start())
        parts.append(before)
    if placeholder.end() - placeholder.start() < len(rest.text.rstrip()):
        parts.extend(cut_line(rest, len(placeholder[0])))
    else:
        parts.append(rest)
    return parts


def cut_line(line: Line, position: int, trim: str = "") -> list[Line]:
    """Two lines for one; the second begins a block."""
    head, tail = line.text[:position], line.text[position:]
    skipped = len(tail) - len(tail.lstrip(trim + " \u00a0"))
    signs = line.raw[: -len(line.text)] if line.raw.endswith(line.text) else ""  # list and quote signs in front
    first = _copy(line, head.rstrip(), signs + head + tail[:skipped].rstrip())
    second = _copy(line, tail[skipped:], tail[skipped:])
    if line.runs is not None:
        first.runs = _front(line.runs, position)
        second.runs = cut_front(line.runs, position + skipped)
    second.kind = "text" if second.kind == "heading" else second.kind
    second.soft, second.blank_before = False, True
    return [first, second]


def _copy(line: Line, text: str, raw: str) -> Line:
    marks = line.marks & ~Mark.BOLD
    return Line(
        text,
        raw,
        line.kind,
        line.runs,
        line.level,
        line.ordered,
        line.number,
        line.depth,
        line.soft,
        line.blank_before,
        marks,
    )


def _front(runs: tuple[Run, ...], count: int) -> tuple[Run, ...]:
    out: list[Run] = []
    for run in runs:
        if count <= 0:
            break
        out.append(run if len(run.text) <= count else run.model_copy(update={"text": run.text[:count]}))
        count -= len(run.text)
    return tuple(out)
