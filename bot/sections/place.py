"""Every line of a reply gets its place: the sender's own, with the field it answers, or set aside with the reason.

Zone A is what stands above the first quotation: new text. Zone B is the quotation: there only lines that are not in the
request are the sender's, and they belong to the field in which they stand. A forwarded reply has its text one level
down, below the forwarder's cover note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bot.core.model import Finding
from bot.mail.boundaries import Boundary, find_boundaries, split_shared
from bot.mail.lines import Line, Mark, key
from bot.mail.quoting import mark_quotes, own_zones
from bot.mail.signature import is_signed, mark_surroundings
from bot.sections.align import Aligned, Aligner, expand
from bot.sections.form import BEGIN, END, PLACEHOLDER, Request, field_key
from bot.sections.forwarded import Passed, Who, segments_of, take
from bot.sections.lastmonth import copies, part_last_month
from bot.sections.receipt import receipt_start, take_corrections

_CLOCK = re.compile(r"\d[:.h]\d\d")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\d[./-]\d{1,2}[./-]\d")
DECORATION = re.compile(r"[\s=_*~.•·—–+#|>-]*[=_*~.•·—–+#|-]{3,}[\s=_*~.•·—–+#|>-]*")


@dataclass(slots=True)
class Placement:
    """The marked lines, and what was noticed. ``forwarded``: whose text it is when the mail was passed on."""

    lines: list[Line]
    aligned: bool = False
    edits: list[tuple[Line, str]] = field(default_factory=list)
    original_author: str = ""
    passed_on: bool = False
    replaces_all: bool = False
    unsure: bool = False
    findings: list[Finding] = field(default_factory=list)  # what to ask about quoted and passed-on mails


def place(
    lines: list[Line], request: Request | None, author: str, subject: str, address: str, to: str = ""
) -> Placement:
    """Give each line its reason and field. ``author`` is the sender's display name, ``address`` theirs; ``to`` is where
    the mail went, which is ours."""
    who = Who(author, address, subject, to)
    if request is None or not request.lines:
        lines = split_shared(lines)
        return _without_request(lines, find_boundaries(lines), who, known=False)
    who = replace(
        who,
        ours=request.sender or to,
        asked=request.recipient,
        our_name=request.sender_name,
        our_subject=request.subject,
    )
    aligner = Aligner(request)
    lines = expand(split_shared(lines), aligner, author)
    lines = part_last_month(lines, (*request.lines, *request.quoted_lines))
    boundaries = [boundary for boundary in find_boundaries(lines) if not _is_prose(lines, boundary)]
    quoted = Aligner(replace(request, lines=request.lines + request.quoted_lines))
    found = _align(lines, aligner, quoted, boundaries)
    if found.first < 0:
        placement = _without_request(lines, boundaries, who, known=True)
        _assign_headings(placement.lines, range(len(placement.lines)), aligner)
        return placement
    placement = Placement(lines, aligned=True, edits=found.edits)
    top = _top_end(lines, boundaries, found)
    _place_quotation(lines, boundaries, found, top, aligner.titles)
    segments = segments_of(lines, boundaries, max(found.first, 0), found.ours, who)
    if segments or request.quoted_lines:
        mark_surroundings(lines, list(range(top)), author, final=True)
    corrected = take_corrections(lines, found.ours, request, top)
    placement.findings += corrected.findings
    placement.replaces_all = corrected.whole
    if segments and not corrected.taken:
        answered = any(not line.reason and line.field for line in lines[top:])
        _note_passed(placement, take(lines, list(range(top)), segments, who, answered=answered, known=True))
    _finish(placement, aligner, top, author)
    return placement


def _is_prose(lines: list[Line], boundary: Boundary) -> bool:
    """ "On 4 August 2025 the Chief wrote:" in the lead's own text: no address, not both a time and a year as programs
    write them, and nothing quoted below."""
    if boundary.kind not in ("attribution", "header") or boundary.end >= len(lines):
        return False
    said = " ".join(line.text for line in lines[boundary.start : boundary.end])
    below = lines[boundary.end]
    put = Mark.BOUNDARY | Mark.RULE
    marked = any(line.marks & put or line.depth for line in (*lines[boundary.start : boundary.end], below))
    if marked or (boundary.sender and boundary.kind == "attribution"):
        return False
    if boundary.kind == "header":  # "From: the partnership / To: all schools / Subject: ...", a notice
        return not ("@" in said or _CLOCK.search(said) or _YEAR.search(said))
    return not (_CLOCK.search(said) and _YEAR.search(said))


def _without_request(lines: list[Line], boundaries: list[Boundary], who: Who, known: bool) -> Placement:
    """Nothing of our request is in it: the clients' own boundaries, and what was passed on."""
    marked = mark_quotes(lines, who.name, boundaries)
    placement = Placement(marked)
    segments = segments_of(marked, boundaries, len(marked), set(), who)
    if segments:
        note = [i for i in range(segments[0].boundary.start) if not marked[i].reason and marked[i].text]
        _note_passed(placement, take(marked, note, segments, who, answered=False, known=known))
    _assign_typed_markers(marked)
    return placement


# ----------------------------------------------------------------------------------------------- alignment


def _align(lines: list[Line], aligner: Aligner, quoted: Aligner, boundaries: list[Boundary]) -> Aligned:
    """Which lines are ours (``quoted`` judges those of the quotation). Above it only markers and long runs count."""
    found = Aligned(footer=aligner.footer)
    starts = {boundary.start for boundary in boundaries}
    inside = {index for boundary in boundaries for index in range(boundary.start, boundary.end)}
    quoted_from = min(*starts, len(lines), receipt_start(lines, quoted.request))
    for index, line in enumerate(lines):
        if index in starts:
            aligner.restart()
            quoted.restart()
        if index in inside or line.reason or line.marks & Mark.EDITED:
            continue
        judge = quoted if index >= quoted_from or line.depth > 0 else aligner
        title = judge is quoted and key(line.text) in aligner.titles  # its marker deleted
        if title or _is_marker(line) or _line_is_ours(line, judge):
            found.ours.add(index)
    _forget_chance(lines, found, quoted_from, key(quoted.request.token))
    found.ours -= copies(lines, found.ours, aligner.whole)
    _take_rules(lines, found, quoted.request)
    if found.ours:
        found.first, found.last = min(found.ours), max(found.ours)
    for index in range(max(found.first, 0), found.last + 1):
        line = lines[index]
        if index not in found.ours and index not in inside and line.kind in ("text", "item", "heading"):
            whose = aligner.edited(key(line.text))
            if whose:
                found.edits.append((line, whose))
    return found


def _take_rules(lines: list[Line], found: Aligned, request: Request) -> None:
    """The rules of "=====" under our headings are ours where they stand under a line of ours."""
    if not any(DECORATION.fullmatch(line) for line in request.lines):
        return
    for index in range(1, len(lines)):
        above = index - 1 if lines[index - 1].text or index < 2 else index - 2  # a quoted empty line between
        if above in found.ours and lines[index].kind == "text" and DECORATION.fullmatch(lines[index].text):
            found.ours.add(index)


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


def _forget_chance(lines: list[Line], found: Aligned, quoted_from: int, token: str) -> None:
    """Above the quotation a line equal to one of ours is a coincidence unless more of ours stands around it."""
    for index in sorted(found.ours):
        if index >= quoted_from:
            break
        if _is_marker(lines[index]) or lines[index].depth > 0 or (token and token in key(lines[index].text)):
            continue
        around = range(index - 4, min(index + 5, quoted_from))
        near = [other for other in around if other != index and other in found.ours]
        if len(near) < 2:
            found.ours.discard(index)


# ----------------------------------------------------------------------------------------------- placement


def _top_end(lines: list[Line], boundaries: list[Boundary], found: Aligned) -> int:
    """Where zone A ends."""
    first_boundary = min((boundary.start for boundary in boundaries), default=len(lines))
    first_depth = next((index for index, line in enumerate(lines) if line.depth > 0), len(lines))
    own_form = found.first if found.first >= 0 else len(lines)
    said = next((boundary.start for boundary in boundaries if boundary.kind != "container"), len(lines))
    if first_depth < said < own_form and lines[said].depth == 0:
        return said  # what is quoted above "On ... wrote:" the sender quotes: a poster, a speech
    return min(first_boundary, first_depth, own_form)


def _place_quotation(
    lines: list[Line], boundaries: list[Boundary], found: Aligned, top: int, titles: dict[str, str]
) -> None:
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
            elif key(line.text) in titles:
                current, closed = titles[key(line.text)], None
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


def _note_passed(placement: Placement, passed: Passed) -> None:
    """A reply that somebody passed on: whose it is, and what to ask."""
    placement.original_author = passed.author if passed.passed_on else ""
    placement.passed_on = passed.passed_on
    placement.findings += passed.findings
    placement.unsure = placement.unsure or passed.unsure


def _finish(placement: Placement, aligner: Aligner, top: int, author: str) -> None:
    """Surroundings of zone A and of what was written below the form; headings and markers typed above it."""
    lines = placement.lines
    for zone, _ in own_zones(lines):
        below = zone[0] >= top and any(line.reason == "quoted" for line in lines[: zone[0]])
        ends = not any(line.reason == "quoted" for line in lines[zone[-1] + 1 :])
        free = all(lines[index].field is None for index in zone)
        if not below or ends or free or is_signed([lines[index] for index in zone], author):
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
