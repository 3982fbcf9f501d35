"""Limits on the raw bytes of a mail, checked before the standard library's parser sees them.

That parser is quadratic in encoded words, recursive in nested parts and comments, and keeps everything in memory, so
what is beyond reason is refused here, in one linear pass. The limits are those of common servers (Postfix), or lower.
"""

from __future__ import annotations

import re
from typing import Final

from bot.core.model import Problem, Value
from bot.mail.rawheaders import block_end, parse_headers


class Limits(Value):
    """What a mail may have. Sizes are bytes; every header block, also of a part, meets the header limits."""

    size: int = 60_000_000
    header_bytes: int = 102_400
    all_header_bytes: int = 1_000_000
    header_fields: int = 500
    depth: int = 20
    parts: int = 200
    boundary: int = 256
    encoded_words: int = 2_000
    comment_depth: int = 30
    parameters: int = 100


LIMITS: Final = Limits()

_DELIMITER = re.compile(rb"[\r\n]--([^\r\n]*)")
_MOST_DASHED_LINES = 200_000
_CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:((?:[^\r\n]|(?:\r\n|\n|\r)[ \t])*)", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"[;\s]boundary(?:\*0?)?\*?[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;\"]*))", re.IGNORECASE)
_FIELD = re.compile(rb"(?:(?<=[\r\n])|\A)[^\s:][^\r\n:]*:")
_SEND_AGAIN = "Please send it again as a plain message with the text and at most a few files."


def prescan(raw: bytes, limits: Limits = LIMITS) -> tuple[Problem, ...]:
    """Everything about the raw bytes that must not reach the parser; empty means go on. Never raises.

    Each problem has a code (``mail-empty``, ``mail-too-large``, ``headers-too-long``, ``too-many-headers``,
    ``header-nul``, ``header-bare-cr``, ``encoded-word-bomb``, ``comment-bomb``, ``parameter-bomb``,
    ``too-deeply-nested``, ``too-many-parts``, ``boundary-too-long``) and one plain sentence.
    """
    if not raw.strip():
        return (_problem("mail-empty", "The message is empty: it holds no header and no text."),)
    if len(raw) > limits.size:
        return (_problem("mail-too-large", f"The message is larger than {limits.size // 1_000_000} MB."),)
    head = _block_problems(raw, 0, limits)
    if head:
        return head
    defects = parse_headers(raw, limits.header_bytes + 4).defects
    found: list[Problem] = []
    if any("NUL" in defect for defect in defects):
        found.append(_problem("header-nul", "The message header holds NUL bytes, which no mail program writes."))
    if any("carriage return" in defect for defect in defects):
        found.append(_problem("header-bare-cr", "The message header holds bare carriage returns, a known forgery."))
    return tuple(found) or _structure_problems(raw, limits)


def too_much(raw: bytes, limits: Limits = LIMITS) -> bool:
    """Is a mail that came packed inside another one, where the look at that one did not see it, beyond the limits?"""
    return len(raw) > limits.size or bool(_block_problems(raw, 0, limits) or _structure_problems(raw, limits))


def _problem(code: str, sentence: str) -> Problem:
    return Problem(code=code, sentence=sentence, todo=_SEND_AGAIN)


def _block_problems(raw: bytes, start: int, limits: Limits) -> tuple[Problem, ...]:
    """The problems of the header block that begins at ``start``."""
    stop, _ = block_end(raw, start, start + limits.header_bytes + 4)
    if stop - start > limits.header_bytes:
        kib = limits.header_bytes // 1024
        return (_problem("headers-too-long", f"The message header is longer than {kib} KiB."),)
    block = raw[start:stop]
    found = []
    if len(_FIELD.findall(block)) > limits.header_fields:
        text = f"The message has more than {limits.header_fields} header fields."
        found.append(_problem("too-many-headers", text))
    if block.count(b"=?") > limits.encoded_words:
        text = f"The message header holds more than {limits.encoded_words} encoded words."
        found.append(_problem("encoded-word-bomb", text))
    if _deepest_comment(block) > limits.comment_depth:
        found.append(_problem("comment-bomb", "The message header holds deeply nested brackets."))
    if _most_parameters(block) > limits.parameters:
        found.append(_problem("parameter-bomb", "A header of the message has an absurd number of parameters."))
    return tuple(found)


def _deepest_comment(block: bytes) -> int:
    """How deep round or angle brackets nest inside one field of a header block."""
    deepest = depth = 0
    for match in re.finditer(rb"[\r\n][^\s]|[()<>\[\]]", block):
        mark = match.group()
        if len(mark) > 1:
            depth = 0
        else:
            depth = depth + 1 if mark in b"(<[" else max(0, depth - 1)
            deepest = max(deepest, depth)
    return deepest


def _most_parameters(block: bytes) -> int:
    """The most parameters that one Content-* field of a header block has."""
    most = 0
    for match in re.finditer(rb"(?:(?<=[\r\n])|\A)content-(?:[^\r\n]|(?:\r\n|\n|\r)[ \t])*", block, re.IGNORECASE):
        most = max(most, match.group().count(b";"))
    return most


def _structure_problems(raw: bytes, limits: Limits) -> tuple[Problem, ...]:
    """Walk the parts by their delimiter lines, without decoding any; stops at the first problem."""
    walk = _Walk(raw, limits)
    problem = walk.open_block(0)
    for number, match in enumerate(_DELIMITER.finditer(raw) if problem is None else ()):
        if number > _MOST_DASHED_LINES:
            return (_problem("too-many-parts", "The message has too many lines that look like part separators."),)
        if match.start() < walk.body_from:
            continue
        level = walk.level_of(match.group(1))
        if level is None:
            continue
        problem = walk.open_part(level, match)
        if problem is not None:
            break
    return () if problem is None else (problem,)


class _Walk:
    """The open multiparts at one place of the mail. ``stack`` holds (boundary, depth); depth counts messages too."""

    def __init__(self, raw: bytes, limits: Limits) -> None:
        self.raw = raw
        self.limits = limits
        self.stack: list[tuple[bytes, int]] = []
        self.parts = 0
        self.header_bytes = 0
        self.body_from = 0

    def level_of(self, rest: bytes) -> int | None:
        """Which open multipart a delimiter line belongs to (the innermost wins), or None."""
        line = rest.rstrip(b" \t")
        for level in range(len(self.stack) - 1, -1, -1):
            if line in (self.stack[level][0], self.stack[level][0] + b"--"):
                return level
        return None

    def open_part(self, level: int, match: re.Match[bytes]) -> Problem | None:
        """A delimiter of multipart ``level``: what lies deeper is closed; a new part begins unless it is the last."""
        if match.group(1).rstrip(b" \t") != self.stack[level][0]:
            del self.stack[level:]
            return None
        del self.stack[level + 1 :]
        self.parts += 1
        if self.parts > self.limits.parts:
            return _problem("too-many-parts", f"The message has more than {self.limits.parts} parts.")
        start = match.end()
        start += 2 if self.raw[start : start + 2] == b"\r\n" else 1
        return self.open_block(start)

    def open_block(self, start: int) -> Problem | None:
        """Read the header block at ``start``; go down into multiparts and messages until something has a body."""
        depth = self.stack[-1][1] if self.stack else 0
        while True:
            problems = _block_problems(self.raw, start, self.limits)
            if problems:
                return problems[0]
            stop, body = block_end(self.raw, start, start + self.limits.header_bytes + 4)
            self.header_bytes += stop - start
            if self.header_bytes > self.limits.all_header_bytes:
                return _problem("headers-too-long", "The headers of the message's parts are absurdly long together.")
            self.body_from = max(body - 1, 0)
            kind, boundary = _content_type(self.raw[start:stop])
            if not (kind.startswith((b"multipart/", b"message/")) or boundary):
                return None
            depth += 1
            if depth > self.limits.depth:
                return _problem("too-deeply-nested", f"The message is too deeply nested (limit {self.limits.depth}).")
            if boundary:
                if len(boundary) > self.limits.boundary:
                    return _problem(
                        "boundary-too-long", "The line that separates the message's parts is absurdly long."
                    )
                self.stack.append((boundary, depth))
                return None
            if not kind.startswith(b"message/") or body >= len(self.raw) or body == start:
                return None
            start = body


def _content_type(block: bytes) -> tuple[bytes, bytes]:
    """The media type of a header block in lower case, and its boundary (b"" without one)."""
    for match in _CONTENT_TYPE.finditer(block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")):
        value = match.group(1)
        kind = value.split(b";")[0].strip().lower()
        found = _BOUNDARY.search(value)
        boundary = (found.group(1) or found.group(2) or b"") if found else b""
        return kind, re.sub(rb"\\(.)", rb"\1", boundary).rstrip()
    return b"", b""
