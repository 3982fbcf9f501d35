"""New or quoted, for a reply of which the request is not known: lines get a reason, none is dropped.

With a known request `bot.sections.form` aligns first and asks here only for what is left over.
"""

from __future__ import annotations

import re

from bot.mail.boundaries import Boundary, find_boundaries, split_shared
from bot.mail.lines import Line
from bot.mail.signature import mark_surroundings

_CONTINUES = re.compile(r"^[^\WA-Z\d]|^[_&?=/%]")


def mark_quotes(lines: list[Line], author: str = "", boundaries: list[Boundary] | None = None) -> list[Line]:
    """Mark what is quoted, what surrounds the text, and leave the sender's own lines with an empty reason.

    ``boundaries``: those of ``lines``, when they were looked for already."""
    if boundaries is None:
        lines = split_shared(lines)
        boundaries = find_boundaries(lines)
    _mark(lines, boundaries)
    if not any(_own(line) for line in lines):
        release_forwarded(lines, boundaries)
    for zone, last in own_zones(lines):
        mark_surroundings(lines, zone, author, final=last)
    return lines


def _own(line: Line) -> bool:
    return not line.reason and bool(line.text or line.kind == "picture")


def _mark(lines: list[Line], boundaries: list[Boundary]) -> None:
    by_start = {boundary.start: boundary for boundary in boundaries}
    mode, said, index = "new", False, 0
    while index < len(lines):
        boundary = by_start.get(index)
        if boundary is not None:
            for line in lines[boundary.start : boundary.end]:
                line.reason = line.reason or "quoted"
            mode = _next_mode(lines, boundary, mode, said)
            if boundary.end > index:
                index = boundary.end
                continue
        line = lines[index]
        if not line.reason:
            if mode == "all" or line.depth > 0 or (mode == "deep" and _wrapped_quote(lines, index)):
                line.reason = "quoted"
            elif line.text:
                said = True
        index += 1


def _next_mode(lines: list[Line], boundary: Boundary, mode: str, said: bool) -> str:
    """What the lines after a boundary are: "deep" = only those with quote signs are quoted, "all" = everything."""
    if (
        boundary.start < len(lines)
        and boundary.end > boundary.start
        and lines[boundary.start].depth > 0
        and mode != "new"
    ):
        return mode  # a boundary inside what is quoted already
    at = boundary.end
    while at < len(lines) and not (lines[at].text or lines[at].depth):
        at += 1
    following = lines[at] if at < len(lines) else None
    if following is None:
        return "all"
    deep = following.depth > 0 or lines[max(boundary.start, 0)].depth > 0
    if mode == "all" and (said or not deep):
        return "all"
    return "deep" if deep else "all"


def _wrapped_quote(lines: list[Line], index: int) -> bool:
    """A quoted line that a client broke: no blank line round it, and it goes on in the middle of a sentence."""
    line = lines[index]
    if index == 0 or line.blank_before or lines[index - 1].depth == 0 or index + 1 >= len(lines):
        return False
    before, after = lines[index - 1], lines[index + 1]
    if after.depth == 0 or after.blank_before or not before.text or before.text[-1] in ".!?:":
        return False
    return bool(_CONTINUES.match(line.text)) and (len(before.raw) >= 60 or "://" in before.text)


def release_forwarded(lines: list[Line], boundaries: list[Boundary]) -> bool:
    """A mail that holds nothing but what it forwards: that is the content, up to the next boundary."""
    if not boundaries or boundaries[0].kind not in ("header", "forward"):
        return False
    first = boundaries[0]
    stop = next((b.start for b in boundaries[1:] if b.start >= first.end), len(lines))
    for line in lines[first.end : stop]:
        if line.reason == "quoted":
            line.reason = ""
    return True


def own_zones(lines: list[Line]) -> list[tuple[list[int], bool]]:
    """Stretches of the sender's own lines, and whether each is the last before the end or before a boundary."""
    zones: list[tuple[list[int], bool]] = []
    current: list[int] = []
    for index, line in enumerate(lines):
        if line.reason:
            if current:
                zones.append((current, True))
                current = []
        elif line.text or line.kind == "picture":
            current.append(index)
    if current:
        zones.append((current, True))
    return zones
