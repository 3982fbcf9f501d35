"""Last month's text in the quoted form, edited into this month's: "Last month:" and the quotation marks are ours.

A line that still says what the request said is ours. One that says something else is the lead's answer, but not its
``Last month: "`` in front and its ``"`` at the end, which are cut off and set aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.mail.lines import Line, Mark, key
from bot.sections.align import PIECE_MIN, cut_line
from bot.sections.form import BEGIN, END

_FRONT = re.compile(r"^\W*last\s+month\s*:\s*[\"“”'‘’«]?\s*", re.IGNORECASE)
_QUOTE = "\"“”'‘’»"
WRAPPED_LINES = 60  # lines over which a mail program may have wrapped it
SAME = 0.5


def part_last_month(lines: list[Line], request_lines: Sequence[str]) -> list[Line]:
    """The lines with every edited "Last month: ..." parted into what is ours (reason ``quoted``) and the new text."""
    sent = {words for line in request_lines if (words := key(line)).startswith("last month ")}
    if not sent:
        return lines
    out: list[Line] = []
    index = 0
    while index < len(lines):
        front = _FRONT.match(lines[index].text) if lines[index].kind in ("text", "heading") else None
        if front is None or lines[index].reason:
            out.append(lines[index])
            index += 1
            continue
        end, edited = _extent(lines, index, sent)
        group = lines[index:end]
        out.extend(_parted(group, front) if edited else group)
        index = end
    return out


def _extent(lines: list[Line], index: int, sent: set[str]) -> tuple[int, bool]:
    """Up to where the text that begins at ``index`` goes, over wrapped lines, and whether it was edited."""
    first = lines[index]
    said = [key(first.text)]
    for line in lines[index + 1 : index + WRAPPED_LINES]:
        if said[-1] in sent or line.kind != "text" or line.blank_before or not line.soft or line.depth != first.depth:
            break
        if line.text[:1] in "[(":  # a marker or "(write here)"
            break
        said.append(f"{said[-1]} {key(line.text)}")
    if said[-1] in sent:
        return index + len(said), False
    likeness = [_likeness(words, sent) for words in said]
    return index + 1 + likeness.index(max(likeness)), True


def _likeness(words: str, sent: set[str]) -> float:
    mine = words.split()
    matchers = (SequenceMatcher(None, mine, other.split(), autojunk=False) for other in sent)
    return max((matcher.ratio() for matcher in matchers if matcher.real_quick_ratio() >= SAME), default=0.0)


def _parted(group: list[Line], front: re.Match[str]) -> list[Line]:
    first = group[0]
    if front.end() >= len(first.text.rstrip()):
        first.reason = "quoted"
        return group  # nothing is left of it: the answer stands below
    head, rest = cut_line(first, front.end())
    head.reason = "quoted"
    rest.kind = "text"
    group = [head, _joined(rest, group[1:])] if all(line.runs is None for line in group) else [head, rest, *group[1:]]
    last = group[-1]
    text = last.text.rstrip()
    if front[0].rstrip()[-1:] in _QUOTE and len(text) > 1 and text[-1] in _QUOTE:
        body, mark = cut_line(last, len(text) - 1)
        body.soft, body.blank_before = last.soft, last.blank_before
        mark.reason = "quoted"
        group[-1:] = [body, mark]
    for line in group:
        line.marks |= Mark.EDITED
    return group


def _joined(first: Line, wrapped: list[Line]) -> Line:
    """The lines that a mail program made of one paragraph, as one line again."""
    first.text = first.raw = " ".join([first.text, *(line.text for line in wrapped)])
    return first


def copies(lines: list[Line], ours: set[int], whole: set[str]) -> set[int]:
    """Which lines taken for ours are last month's text given as the answer: the whole of it stands above already."""
    found: set[int] = set()
    shown = ""
    for index in sorted(ours):
        words = key(lines[index].text)
        if words.startswith("last month ") and words in whole:
            shown = words
        elif BEGIN.match(lines[index].text) or END.match(lines[index].text):
            shown = ""
        elif shown and len(words) >= PIECE_MIN and words not in whole and f" {words} " in f"{shown} ":
            found.add(index)
    return found
