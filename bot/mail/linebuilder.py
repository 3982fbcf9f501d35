"""Collects text, breaks and items from the walker into lines."""

from __future__ import annotations

import re

from lxml import etree

from bot.core.model import Run
from bot.mail.htmlstyle import Style
from bot.mail.htmltable import TableBuilder
from bot.mail.lines import Line, Mark, PictureRef, squeeze
from bot.mail.text import ITEM

_SPACE = re.compile(r"[ \t\n\r\f]+")
_MARKER = re.compile(
    r"^[\s\u00a0]*(?:[-*•·▪◦○●§‣–—➢✓o\uf0b7\uf0a7\uf0d8]|\(?(?:\d{1,3}|[A-Za-z]{1,4})[.)])[\s\u00a0]{1,}"
)
_NUMBER = re.compile(r"\(?(\d{1,3}|[A-Za-z]{1,4})[.)]")

Piece = tuple[str, bool, bool, str | None]


class LineBuilder:
    """``lines`` is the result; ``pending`` are marks for the next line."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.pending: int = Mark.NONE
        self._pieces: list[Piece] = []
        self._marker = ""  # what Word drew as the item's marker
        self._style: Style | None = None
        self._soft = False
        self._blank = False
        self._kind = "text"
        self._level = 1
        self._ordered = False
        self._number: int | None = None
        self._fake_class_only = False
        self._lists: list[list[int | None]] = []  # [next number or None] of each open list
        self._pictures: list[tuple[PictureRef, Style]] = []
        self._last_fake = (0, False)

    # ------------------------------------------------------------------------------------------ what arrives

    def text(self, text: str, style: Style) -> None:
        """Characters of one look."""
        if style.ignored and style.fake_level:
            self._marker += text
            return
        if style.pre and "\n" in text:
            first, *rest = text.split("\n")
            self._add(first, style)
            for line in rest:
                self.line_break()
                self._add(line, style)
            return
        self._add(text, style)

    def _add(self, text: str, style: Style) -> None:
        if not self._pieces or self._style is None:
            if not text.strip():
                return
            self._style = style
        elif (style.hidden, style.pale) != (self._style.hidden, self._style.pale) and text.strip():
            self._cut(soft=True)  # hidden text never shares a line with visible text
            self._style = style
        self._pieces.append((text, style.bold, style.italic, style.url))

    def line_break(self) -> None:
        """A <br>: the next line continues the block, two of them end it."""
        if self._pieces:
            self._cut(soft=True)
        else:
            self._soft = False
            self._blank = True

    def picture(self, picture: PictureRef, style: Style) -> None:
        """A picture; it becomes a line of its own after the text that it stands in."""
        self._pictures.append((picture, style))

    # ------------------------------------------------------------------------------------------------- lists

    def open_list(self, start: int | None) -> None:
        """A <ul> (None) or <ol> (its first number)."""
        self._lists.append([start])

    def close_list(self) -> None:
        """The end of the innermost list."""
        if self._lists:
            self._lists.pop()

    def open_item(self, style: Style, element: etree._Element) -> None:
        """A real list item."""
        number = self._lists[-1][0] if self._lists else None
        if number is not None:
            value = element.get("value") or ""
            number = int(value) if re.fullmatch(r"\d{1,6}", value) else number
            self._lists[-1][0] = number + 1
        self._begin("item", max(1, len(self._lists)), number is not None, number)

    def open_fake_item(self, style: Style) -> None:
        """One of Word's list paragraphs; whether it is numbered shows in its marker."""
        self._begin("item", style.fake_level, False, None)
        self._fake_class_only = not style.fake_listed
        self._marker = ""

    def open_heading(self, level: int) -> None:
        """A real heading."""
        self._begin("heading", level, False, None)

    def close_item(self) -> None:
        """The end of an item or heading: what follows is plain again."""
        self._begin("text", 1, False, None)

    def _begin(self, kind: str, level: int, ordered: bool, number: int | None) -> None:
        self._kind, self._level, self._ordered, self._number = kind, level, ordered, number
        self._fake_class_only = False

    # ------------------------------------------------------------------------------------------------- lines

    def flush(self) -> None:
        """The end of a block."""
        if self._pieces:
            self._cut(soft=False)
        self._soft = False
        self._put_pictures()

    def _cut(self, soft: bool) -> None:
        runs = runs_of(self._pieces)
        style = self._style or Style()
        self._pieces = []
        self._style = None
        if runs:
            self._put(runs, style)
            self._soft = soft
            self._blank = False
        else:
            self._blank = True
        self._put_pictures()

    def _put(self, runs: tuple[Run, ...], style: Style) -> None:
        text = "".join(run.text for run in runs)
        line = Line(text, text, self._kind, runs, self._level, self._ordered, self._number, style.depth, self._soft)
        if self._kind == "item":
            self._finish_item(line)
        elif self._kind == "text" and (match := ITEM.match(text)) and len(text) > match.end():
            make_item(line, match)
        line.blank_before = self._blank or not self._soft
        line.marks = self.pending | _marks(style, runs)
        self.pending = Mark.NONE
        self.lines.append(line)
        if self._kind != "text":  # an item's second line is a paragraph of its own unless it is a soft break
            self._kind = "text"

    def _finish_item(self, line: Line) -> None:
        marker = squeeze(self._marker)
        if marker:
            line.raw = f"{marker} {line.text}"
            self._marker = ""
        elif self._fake_class_only:
            match = _MARKER.match(line.text)
            if match is None:
                line.kind = "text"  # only indented
                return
            marker = squeeze(match[0])
            line.runs = cut_front(line.runs or (), match.end())
            line.text = "".join(run.text for run in line.runs)
        if number := _NUMBER.fullmatch(marker):
            line.ordered = True
            line.number = int(number[1]) if number[1].isdigit() else None

    def _put_pictures(self) -> None:
        for picture, style in self._pictures:
            marks = self.pending | _marks(style, ())
            self.pending = Mark.NONE
            self.lines.append(Line("", "", "picture", None, depth=style.depth, marks=marks, picture=picture))
        self._pictures = []

    def add_table(self, table: TableBuilder, style: Style) -> None:
        """A finished data table."""
        rows, header_rows, raw = table.finish()
        if hidden := table.hidden_text():
            self.lines.append(Line(hidden, hidden, marks=Mark.HIDDEN, blank_before=True))
        if not rows:
            return
        line = Line(raw, raw, "table", None, depth=style.depth, rows=rows, header_rows=header_rows, blank_before=True)
        line.marks = self.pending | _marks(style, ())
        self.pending = Mark.NONE
        self.lines.append(line)
        self._put_pictures()


def _marks(style: Style, runs: tuple[Run, ...]) -> int:
    marks: int = Mark.NONE
    if style.signature:
        marks |= Mark.SIGNATURE
    if style.hidden:
        marks |= Mark.HIDDEN
    if style.pale:
        marks |= Mark.PALE
    if style.quote_box:
        marks |= Mark.QUOTE_BOX
    if style.in_cell:
        marks |= Mark.CELL
    if runs and runs[0].bold:
        if all(run.bold or not run.text.strip() for run in runs):
            marks |= Mark.BOLD
        if runs[0].text.rstrip().endswith(":"):
            marks |= Mark.LABEL
    return marks


def runs_of(pieces: list[Piece]) -> tuple[Run, ...]:
    """Pieces to runs: white space collapsed over run borders, neighbours of one look joined, ends stripped."""
    merged: list[Piece] = []
    blank = True
    for text, bold, italic, url in pieces:
        text = _SPACE.sub(" ", text.replace("\u00a0", " "))
        if not text.isascii():
            text = _dropped(text)
        if blank:
            text = text.lstrip(" ")
        if not text:
            continue
        blank = text[-1] == " "
        if merged:
            before = merged[-1]
            if (before[1], before[2], before[3]) == (bold, italic, url) or (text == " " and before[3] == url):
                merged[-1] = (before[0] + text, before[1], before[2], before[3])
                continue
        merged.append((text, bold, italic, url))
    while merged:
        text, bold, italic, url = merged.pop()
        if text := text.rstrip(" "):
            merged.append((text, bold, italic, url))
            break
    return tuple(Run(text=text, bold=bold, italic=italic, url=url) for text, bold, italic, url in merged)


def _dropped(text: str) -> str:
    return re.sub("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]", "", text)


def cut_front(runs: tuple[Run, ...], count: int) -> tuple[Run, ...]:
    """``runs`` without their first ``count`` characters (and white space after them)."""
    out: list[Run] = []
    for run in runs:
        if count >= len(run.text):
            count -= len(run.text)
            continue
        text = run.text[count:]
        count = 0
        out.append(run.model_copy(update={"text": text if out else text.lstrip()}))
    return tuple(out)


def make_item(line: Line, match: re.Match[str]) -> None:
    """Turn a line that begins with a typed marker into a list item."""
    line.kind = "item"
    line.ordered = match["bullet"] is None
    line.number = int(match["number"]) if match["number"] else None
    line.level = 1
    if line.runs is not None:
        line.runs = cut_front(line.runs, match.end())
    line.text = line.text[match.end() :].strip()
