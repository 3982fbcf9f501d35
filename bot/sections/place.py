"""Every line of a reply gets its place: the sender's own, with the field it answers, or set aside with the reason.

Zone A is what stands above the first quotation: new text. Zone B is the quotation: there only lines that are not in the
request are the sender's, and they belong to the field in which they stand. A forwarded reply has its text one level
down, below the forwarder's cover note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bot.mail.boundaries import Boundary, find_boundaries, split_shared
from bot.mail.lines import Line, key
from bot.mail.quoting import mark_quotes, own_zones
from bot.mail.signature import mark_surroundings
from bot.sections.align import Aligned, Aligner, expand
from bot.sections.form import BEGIN, END, PLACEHOLDER, Request, field_key

DECORATION = re.compile(r"[\s=_*~.•·—–+#|>-]*[=_*~.•·—–+#|-]{3,}[\s=_*~.•·—–+#|>-]*")
_FORWARD_SUBJECT = re.compile(r"^\s*(?:fwd?|wg|tr|vl|rv|i|doorst|pd|vb|enc|ymlaen)\s*:", re.IGNORECASE)
_COVER_WORDS = re.compile(r"\b(?:below|forward\w*|on behalf|behalf of|fyi|attached|see|passing|from)\b", re.IGNORECASE)


@dataclass(slots=True)
class Placement:
    """The marked lines, and what was noticed. ``forwarded``: whose text it is when the mail was passed on."""

    lines: list[Line]
    aligned: bool = False
    edits: list[tuple[Line, str]] = field(default_factory=list)
    original_author: str = ""
    unsure: bool = False


def place(lines: list[Line], request: Request | None, author: str, subject: str, address: str) -> Placement:
    """Give each line its reason and field. ``author`` is the sender's display name, ``address`` theirs."""
    if request is None or not request.lines:
        return _without_request(lines, author, subject)
    aligner = Aligner(request)
    lines = expand(split_shared(lines), aligner, author)
    boundaries = find_boundaries(lines)
    quoted = Aligner(replace(request, lines=request.lines + request.quoted_lines))
    found = _align(lines, aligner, quoted, boundaries)
    if found.first < 0:
        placement = _without_request(lines, author, subject)
        _assign_headings(placement.lines, range(len(placement.lines)), aligner)
        return placement
    placement = Placement(lines, aligned=True, edits=found.edits)
    top = _top_end(lines, boundaries, found)
    _place_quotation(lines, boundaries, found, top)
    _pass_on(placement, boundaries, found, top, request, (author, address, subject))
    _finish(placement, aligner, top, author)
    return placement


def _without_request(lines: list[Line], author: str, subject: str) -> Placement:
    marked = mark_quotes(lines, author)
    _assign_typed_markers(marked)
    return Placement(marked)


# ----------------------------------------------------------------------------------------------- alignment


def _align(lines: list[Line], aligner: Aligner, quoted: Aligner, boundaries: list[Boundary]) -> Aligned:
    """Which lines are ours (``quoted`` judges those of the quotation). Above it only markers and long runs count."""
    found = Aligned(footer=aligner.footer)
    starts = {boundary.start for boundary in boundaries}
    inside = {index for boundary in boundaries for index in range(boundary.start, boundary.end)}
    quoted_from = min(starts, default=len(lines))
    for index, line in enumerate(lines):
        if index in starts:
            aligner.restart()
            quoted.restart()
        if index in inside or line.reason:
            continue
        judge = quoted if index >= quoted_from or line.depth > 0 else aligner
        if _is_marker(line) or _line_is_ours(line, judge):
            found.ours.add(index)
    _forget_chance(lines, found, quoted_from)
    if found.ours:
        found.first, found.last = min(found.ours), max(found.ours)
    for index in range(max(found.first, 0), found.last + 1):
        line = lines[index]
        if index not in found.ours and index not in inside and line.kind in ("text", "item", "heading"):
            whose = aligner.edited(key(line.text))
            if whose:
                found.edits.append((line, whose))
    return found


def _is_marker(line: Line) -> bool:
    text = line.text
    if not text or (text[0] not in "[(" and "[" not in text[:6]):
        return False
    return bool(BEGIN.match(text) or END.match(text) or PLACEHOLDER.fullmatch(text.strip()))


def _line_is_ours(line: Line, aligner: Aligner) -> bool:
    if line.kind == "table":
        cells = [key("".join(run.text for run in cell)) for row in line.rows for cell in row]
        cells = [cell for cell in cells if cell]
        return bool(cells) and all(cell in aligner.whole or f" {cell} " in f" {aligner.joined}" for cell in cells)
    if line.kind == "picture":
        return False
    parts = line.text.split("\n")
    return all(aligner.is_ours(key(part)) for part in parts if key(part)) and any(key(part) for part in parts)


def _forget_chance(lines: list[Line], found: Aligned, quoted_from: int) -> None:
    """Above the quotation a line equal to one of ours is a coincidence unless more of ours stands around it."""
    for index in sorted(found.ours):
        if index >= quoted_from:
            break
        if _is_marker(lines[index]) or lines[index].depth > 0:
            continue
        near = [other for other in range(index - 4, index + 5) if other != index and other in found.ours]
        if len(near) < 2:
            found.ours.discard(index)


# ----------------------------------------------------------------------------------------------- placement


def _top_end(lines: list[Line], boundaries: list[Boundary], found: Aligned) -> int:
    """Where zone A ends."""
    first_boundary = min((boundary.start for boundary in boundaries), default=len(lines))
    first_depth = next((index for index, line in enumerate(lines) if line.depth > 0), len(lines))
    own_form = found.first if found.first >= 0 else len(lines)
    return min(first_boundary, first_depth, own_form)


def _place_quotation(lines: list[Line], boundaries: list[Boundary], found: Aligned, top: int) -> None:
    inside = {index for boundary in boundaries for index in range(boundary.start, boundary.end)}
    starts = {boundary.start for boundary in boundaries}
    current, closed, in_form = None, None, False
    for index in range(top, len(lines)):
        line = lines[index]
        if index in starts:
            current, closed, in_form = None, None, False
        if index in inside:
            line.reason = line.reason or "quoted"
        elif index in found.ours:
            line.reason = line.reason or "quoted"
            in_form = True
            if begin := BEGIN.match(line.text):
                current, closed = field_key(begin[1]), None
            elif END.match(line.text):
                current, closed = None, current or closed
            elif key(line.text) in found.footer:
                current = None
        elif line.reason:
            continue
        else:
            where = current if index > found.last else current or closed
            _place_foreign(line, index, found, where, in_form)


def _place_foreign(line: Line, index: int, found: Aligned, where: str | None, in_form: bool) -> None:
    """A line in the quotation that is not ours. A line of dashes or the like is decoration of what is quoted."""
    if line.depth > 0 and DECORATION.fullmatch(line.text):
        line.reason = "quoted"
    elif index > found.last:
        if line.depth > 0:
            line.reason = "quoted"
        elif in_form:
            line.field = where  # in a form whose end was cut off; below the form in no field
        else:
            line.reason = "quoted"
    elif in_form:
        line.field = where
    else:
        line.reason = "quoted"  # an older mail of the thread


def _pass_on(
    placement: Placement,
    boundaries: list[Boundary],
    found: Aligned,
    top: int,
    request: Request,
    outer: tuple[str, str, str],
) -> None:
    """A reply that somebody passed on: their note is a cover note, the text is what they passed on."""
    author, address, subject = outer
    lines = placement.lines
    between = [
        b
        for b in boundaries
        if b.kind in ("header", "forward", "original") and b.end <= max(found.first, 0) and b.sender
    ]
    segments = _segments(lines, between, found)
    others = [
        (boundary, segment)
        for boundary, segment in segments
        if not _same(boundary.sender, request.sender, "") and not _same(boundary.sender, address, author)
    ]
    if not others:
        return
    answers = [line for index, line in enumerate(lines) if index >= top and not line.reason and line.field]
    note = [line for line in lines[:top] if not line.reason and line.text]
    if not _is_forwarded(subject, boundaries, note, bool(answers)):
        return
    boundary, segment = max(others, key=lambda pair: sum(len(lines[i].text.split()) for i in pair[1]))
    if answers and len(others) > 1:
        boundary = others[0][0]
    if not answers and not segment:
        return
    placement.original_author = boundary.sender
    for line in note:
        line.reason = "cover_note"
    if not answers or sum(len(lines[i].text.split()) for i in segment) > 0:
        for index in segment:
            lines[index].reason = ""
        mark_surroundings(lines, list(segment), _name_of(boundary.sender), final=True)


def _segments(lines: list[Line], between: list[Boundary], found: Aligned) -> list[tuple[Boundary, list[int]]]:
    """What each quoted mail above our form says: (its boundary, its lines)."""
    segments = []
    for number, boundary in enumerate(between):
        stop = between[number + 1].start if number + 1 < len(between) else max(found.first, boundary.end)
        rows = [
            i
            for i in range(boundary.end, stop)
            if i not in found.ours and lines[i].text and lines[i].reason in ("", "quoted")
        ]
        segments.append((boundary, rows))
    return segments


def _is_forwarded(subject: str, boundaries: list[Boundary], note: list[Line], answered: bool) -> bool:
    if _FORWARD_SUBJECT.match(subject) or any(b.forwards for b in boundaries[:1]):
        return True
    words = " ".join(line.text for line in note)
    return len(words.split()) <= 40 and (not words or (answered and bool(_COVER_WORDS.search(words))))


def _same(sender: str, address: str, name: str) -> bool:
    """Do a header block's sender and a person agree, by address or else by name?"""
    if not sender:
        return False
    if address and address.lower() in sender.lower():
        return True
    words = set(key(re.sub(r"<[^>]*>|\[[^\]]*\]", "", sender)).split())
    own = set(key(name).split())
    return "@" not in sender and bool(own) and own <= words


def _name_of(sender: str) -> str:
    return re.split(r"[<\[(]", sender, maxsplit=1)[0].strip(" \"'")


def _finish(placement: Placement, aligner: Aligner, top: int, author: str) -> None:
    """Surroundings of zone A and of what was written below the form; headings and markers typed above it."""
    lines = placement.lines
    for zone, _ in own_zones(lines):
        below = zone[0] >= top and any(line.reason == "quoted" for line in lines[: zone[0]])
        ends = not any(line.reason == "quoted" for line in lines[zone[-1] + 1 :])
        if not below or ends or all(lines[index].field is None for index in zone):
            mark_surroundings(lines, zone, author, final=True)
    _assign_headings(lines, range(top), aligner)


def _assign_headings(lines: list[Line], zone: range, aligner: Aligner) -> None:
    """A heading equal to a field's title gives what follows to that field."""
    current: str | None = None
    for index in zone:
        line = lines[index]
        if line.reason:
            continue
        words = key(line.text)
        marker = BEGIN.match(line.text)
        if marker:
            current = field_key(marker[1])
            line.reason = "quoted"
            continue
        if END.match(line.text) or PLACEHOLDER.fullmatch(line.text.strip()):
            line.reason = "quoted"
            continue
        if words in aligner.titles and line.kind in ("text", "heading", "item"):
            current = aligner.titles[words]
            line.kind, line.level = "heading", 1 if line.kind != "heading" else line.level
        if current:
            line.field = current


def _assign_typed_markers(lines: list[Line]) -> None:
    """Without a request the markers themselves still say which field an answer belongs to."""
    current: str | None = None
    seen = False
    for line in lines:
        if line.reason and not seen and not BEGIN.match(line.text):
            continue
        if begin := BEGIN.match(line.text):
            current, seen = field_key(begin[1]), True
            line.reason = line.reason or "quoted"
        elif END.match(line.text):
            current = None
            line.reason = line.reason or "quoted"
        elif PLACEHOLDER.fullmatch(line.text.strip()):
            line.reason = line.reason or "quoted"
        elif current and not line.reason:
            line.field = current
