"""A correction made inside our quoted receipt: the item that was changed is taken as it now reads, the others are not.

A receipt shows the section under "As it will be printed", item by item. A lead who edits a line of it there means that
item to read so: the whole item is taken (its unchanged lines too, since a later reply replaces an item as a whole),
under its field or its heading, and a line that only leads to the correction is a cover note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bot.core.model import Finding, Severity
from bot.mail.lines import Line, key
from bot.sections.form import Request
from bot.sections.notes import is_cover_line

SHOWN = "as it will be printed"  # the receipt's heading above the section, as a key
AFTER = frozenset(("not printed", "to correct something", "what we noticed in the figures"))
OTHERS = "written for this theme too"
SAME = 0.6  # words in common from which a line is another version of the line above it
REMARK_WORDS = 14
LEAD_IN_WORDS = 24
_RULE = re.compile(r"[=\-–—_\s]{3,}")
_REMARK = re.compile(
    r"\b(?:should|instead|change|remove|delete|wrong|typo|mistake|incorrect|replace|correct|not right|spelt|spelled"
    r"|meant)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\b(?:correct\w*|chang\w+|amend\w*|edit\w*|tweak\w*|fix\w*|typos?|mistakes?|errors?|wrong|updat\w+|alter\w*|revis\w+"
    r"|in red|in bold|track(?:ed)?|cywir\w*|newid\w*)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Corrected:
    """What was corrected: the indexes taken, whether the whole section was restated, and what to ask."""

    taken: list[int] = field(default_factory=list)
    whole: bool = False
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Shown:
    """One item of the receipt: the index of its heading (-1: none), and of its lines."""

    heading: int
    rows: list[int] = field(default_factory=list)


def take_corrections(lines: list[Line], ours: set[int], request: Request, top: int) -> Corrected:
    """Take what was changed inside a quoted receipt of ours. ``ours`` are the lines that are still our words; ``top``
    is where the lead's own new text ends."""
    corrected = Corrected()
    if not request.quoted_lines:
        return corrected
    headings = _headings(request.quoted_lines)
    start = next((i for i in sorted(ours) if i >= top and key(lines[i].text).startswith(SHOWN)), -1)
    if start < 0 or not headings:
        return corrected
    items = _items(lines, ours, headings, start)
    changed = [item for item in items if any(_changed(lines, ours, i) for i in item.rows)]
    for item in changed:
        _drop_old_and_remarks(lines, ours, item, corrected)
    changed = [item for item in changed if any(_changed(lines, ours, i) for i in item.rows)]
    if not changed:
        return corrected
    title = key(lines[start].text)[len(SHOWN) :].strip()
    fields = {key(entry.title): entry.key for entry in request.fields}
    several = any(OTHERS in key(line) for line in request.quoted_lines)
    under_title = any(_title(lines, item) in ("", title) for item in changed)
    free = len(items) == 1 or any(_title(lines, item) not in fields for item in items)
    corrected.whole = under_title and free and not several
    for item in items if corrected.whole else changed:
        _take(lines, item, fields.get(_title(lines, item)), title, corrected)
    _mark_lead_in(lines, top)
    return corrected


def receipt_start(lines: list[Line], request: Request) -> int:
    """Where an unmarked copy of our receipt begins (a mail program that neither quotes nor announces), else the end."""
    known = {words for line in request.quoted_lines if (words := key(line))}
    shown = {words for words in known if words.startswith(SHOWN)}
    start = next((i for i, line in enumerate(lines) if shown and key(line.text) in shown), len(lines))
    while 0 < start < len(lines) and (key(lines[start - 1].text) in known or _RULE.fullmatch(lines[start - 1].text)):
        start -= 1
    return start


def _headings(quoted: Sequence[str]) -> set[str]:
    """The headings of the items as the receipt's text shows them: each has a rule of "=" below it."""
    start = next((i for i, line in enumerate(quoted) if key(line).startswith(SHOWN)), len(quoted))
    return {
        key(line)
        for line, below in zip(quoted[start:], quoted[start + 1 :], strict=False)
        if re.fullmatch("={3,}", below)
    }


def _items(lines: list[Line], ours: set[int], headings: set[str], start: int) -> list[_Shown]:
    depth = lines[start].depth
    items: list[_Shown] = []
    for index in range(start + 1, len(lines)):
        line = lines[index]
        words = key(line.text)
        if (words in AFTER and index in ours) or line.depth > depth:
            break
        silent = not words or line.reason not in ("", "quoted") or _RULE.fullmatch(line.text)
        if silent and line.kind != "picture":
            continue
        if words in headings and (not items or items[-1].rows):
            items.append(_Shown(index))
        else:
            if not items:
                items.append(_Shown(-1))
            items[-1].rows.append(index)
    return items


def _changed(lines: list[Line], ours: set[int], index: int) -> bool:
    return index not in ours and lines[index].reason in ("", "quoted") and lines[index].kind != "picture"


def _drop_old_and_remarks(lines: list[Line], ours: set[int], item: _Shown, corrected: Corrected) -> None:
    """Of an old line and its new version right below only the new one counts; "should be 12" is no text to print."""
    kept: list[int] = []
    for index in item.rows:
        text = lines[index].text
        if _changed(lines, ours, index):
            if kept and kept[-1] in ours and _versions(lines[kept[-1]].text, text):
                kept.pop()
            elif len(text.split()) <= REMARK_WORDS and _REMARK.search(text):
                lines[index].reason = "cover_note"
                corrected.findings.append(_remark(text))
                continue
        kept.append(index)
    item.rows = kept


def _versions(old: str, new: str) -> bool:
    return SequenceMatcher(None, key(old).split(), key(new).split(), autojunk=False).ratio() >= SAME


def _remark(text: str) -> Finding:
    words = " ".join(text.split())[:100]
    return Finding(
        code="receipt-remark",
        severity=Severity.WARNING,
        text=text[:200],
        message=f"You wrote “{words}” beside the text in our receipt; nothing was changed for it.",
    )


def _title(lines: list[Line], item: _Shown) -> str:
    return key(lines[item.heading].text) if item.heading >= 0 else ""


def _take(lines: list[Line], item: _Shown, field_key: str | None, title: str, corrected: Corrected) -> None:
    if item.heading >= 0 and field_key is None and _title(lines, item) != title:
        heading = lines[item.heading]
        heading.reason, heading.field, heading.kind, heading.level = "", None, "heading", 1
        corrected.taken.append(item.heading)
    for index in item.rows:
        lines[index].reason, lines[index].field = "", field_key
        corrected.taken.append(index)


def _mark_lead_in(lines: list[Line], top: int) -> None:
    """ "One correction below", above what was corrected, only leads to it."""
    for line in lines[:top]:
        short = len(line.text.split()) <= LEAD_IN_WORDS
        if line.text and not line.reason and short and (is_cover_line(line.text) or _CORRECTION.search(line.text)):
            line.reason = "cover_note"
