"""Header fields read from raw bytes, strictly and without the standard library's parser.

Python's parser repairs what it reads and so can be fooled about who wrote a mail; here nothing is repaired: what is
odd is a defect, and a block with defects authenticates nobody (see authenticity.py).
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_MBOX = re.compile(rb">?From [^:\s]")
_NAME = re.compile(rb"[\x21-\x39\x3b-\x7e]+")
_EMPTY_LINE = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")


class RawField(NamedTuple):
    """One field: ``name`` in lower case without surrounding white space, ``value`` unfolded bytes."""

    name: str
    value: bytes


class RawHeaders(NamedTuple):
    """The header block: fields from the top, defects as plain words, ``end`` = offset where the body begins."""

    fields: tuple[RawField, ...]
    defects: tuple[str, ...]
    end: int

    def all(self, name: str) -> tuple[bytes, ...]:
        """The values of every field with this (lower-case) name, from the top."""
        return tuple(field.value for field in self.fields if field.name == name)


def block_end(raw: bytes, start: int, limit: int) -> tuple[int, int]:
    """Where the header block beginning at ``start`` ends and where its body begins; looks no further than ``limit``.

    The block ends before the first empty line, whatever the line ends are (Python takes CR, LF and CRLF alike).
    """
    if raw[start : start + 1] in (b"\n", b"\r"):
        return start, start + (2 if raw[start : start + 2] == b"\r\n" else 1)
    found = _EMPTY_LINE.search(raw, start, min(len(raw), limit))
    return (found.start(), found.end()) if found else (min(len(raw), limit), min(len(raw), limit))


def parse_headers(raw: bytes, limit: int = 200_000) -> RawHeaders:
    """Read the top header block of a mail. Never raises; ``limit`` bounds the bytes looked at."""
    stop, body = block_end(raw, 0, limit)
    block = raw[:stop]
    defects: list[str] = []
    if b"\0" in block:
        defects.append("a NUL byte in the header")
    if re.search(rb"\r(?!\n|\Z)", block):
        defects.append("a bare carriage return in the header")
    fields: list[RawField] = []
    for line in _unfolded(block, defects):
        if _MBOX.match(line) and not fields:
            continue  # an mbox separator, harmless
        name, colon, value = line.partition(b":")
        if not colon or not name.strip():
            defects.append("a header line without a field name")
            continue
        if not _NAME.fullmatch(name):
            defects.append("an odd character in a field name")
        clean = re.sub(rb"[^\x21-\x7e]", b"", name).decode("ascii").lower()
        fields.append(RawField(clean, value))
    return RawHeaders(tuple(fields), tuple(dict.fromkeys(defects)), body)


def _unfolded(block: bytes, defects: list[str]) -> list[bytes]:
    """The logical lines of a block; notes what could be read in two ways."""
    lines: list[list[bytes]] = []
    for match in _LINE.finditer(block):
        line = match.group(1)
        if not line:
            continue
        if line[:1] not in (b" ", b"\t"):
            lines.append([line])
            continue
        if not line.strip():
            defects.append("a header line of white space only, which some programs take for the end")
        if not lines:
            defects.append("a header that begins with a continuation line")
            lines.append([])
        lines[-1].append(line)
    return [b"".join(parts) for parts in lines]
