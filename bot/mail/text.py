"""Plain-text bodies to lines: format=flowed, quote signs, typed lists by their indent."""

from __future__ import annotations

import re

from bot.mail.lines import LINES_MAX, Line

_SHORT_QUOTE = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+")
ITEM = re.compile(
    r"^[ \t\u00a0]*(?:(?P<bullet>[-*•·▪◦○●§‣–—➢✓\uf0b7])[ \t\u00a0]+|(?P<number>\d{1,2})[.)][ \t\u00a0]+"
    r"|(?P<roman>\(?[a-z]\)|\(?(?:i{1,3}|iv|vi{0,3}|ix|x)\))[ \t\u00a0]+)(?=\S)"
)


def text_lines(text: str, flowed: bool = False, delsp: bool = False) -> list[Line]:
    """The lines of a text body; empty lines are remembered as ``blank_before`` of the next."""
    if flowed:
        text = unflow(text, delsp)
    lines: list[Line] = []
    blank = False
    source = text.split("\n")
    for raw in source[:LINES_MAX]:
        stripped = raw.strip()
        if not stripped:
            blank = True
            continue
        depth, rest = 0, raw
        if stripped[0] == ">":
            depth, rest = quote_depth(raw)
            if not rest.strip():  # a quoted empty line: it keeps the quote together and separates its paragraphs
                lines.append(Line("", raw=raw.rstrip(), depth=depth, blank_before=blank))
                blank = False
                continue
        lines.append(Line(rest.strip(), raw=raw.rstrip(), depth=depth, blank_before=blank, soft=not blank))
        blank = False
    if len(source) > LINES_MAX:
        rest = "\n".join(source[LINES_MAX:]).strip()
        lines.append(Line(rest, raw=rest, reason="too_long"))
    return lines


def quote_depth(raw: str) -> tuple[int, str]:
    """How many quote signs a line begins with, and the line without them."""
    match = _SHORT_QUOTE.match(raw)
    if match is None:
        return 0, raw
    return match[0].count(">"), raw[match.end() :]


def unflow(text: str, delsp: bool = False) -> str:
    """Undo format=flowed (RFC 3676): a line that ends in a blank goes on in the next line of the same quote depth."""
    out: list[list[str]] = []  # the pieces of each line: a line that grows by each piece is copied each time
    open_depth = -1
    for raw in text.split("\n"):
        rest = raw.lstrip(">")
        depth = len(raw) - len(rest)
        rest = rest[1:] if rest.startswith(" ") else rest
        signature = rest == "-- "
        flows = rest.endswith(" ") and not signature
        said = rest[:-1] if flows and delsp else rest
        if open_depth == depth and not signature:
            out[-1].append(said)
        else:
            out.append([">" * depth + " " if depth else "", said])
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in out)
