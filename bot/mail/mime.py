"""MIME taken apart over one buffer: offsets instead of copies, no recursion, no error whatever the bytes.

The standard library builds the whole tree as text first (ten times the mail's size in memory) and can be driven into
deep recursion. Here a part is a pair of offsets; bytes are decoded only for a leaf that is wanted. Quirks of real mail
are met where they occur: a missing blank line, a missing end boundary, a boundary that never comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from bot.mail.charset import decode_text, decode_transfer, header_text

DEPTH_MAX = 30
PARTS_MAX = 1_000
HEADER_BYTES_MAX = 1_000_000

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*)$", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_PARAMETER = re.compile(r""";\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*(?:[ ](?=[^;=]*(?:;|$))[^;]*)?)""")


@dataclass(slots=True)
class Entity:
    """One MIME entity: its decoded headers (lower-case names, in order) and where its body lies in the buffer."""

    buffer: bytes
    headers: list[tuple[str, str]]
    start: int
    end: int
    depth: int = 0
    default_type: str = "text/plain"
    group: int = 0  # which multipart/alternative it belongs to, 0 for none
    children: list[Entity] = field(default_factory=list)
    _parameters: dict[str, dict[str, str]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a header, or ``default``."""
        for key, value in self.headers:
            if key == name:
                return value
        return default

    @property
    def media_type(self) -> str:
        """Like ``text/html``; the default where the header is missing or broken."""
        value = self.get("content-type").split(";", 1)[0].strip().strip('"').lower()
        return value if value.count("/") == 1 and len(value) < 100 else self.default_type

    def parameter(self, header: str, name: str) -> str:
        """A parameter such as charset, boundary or filename; RFC 2231 and encoded words undone."""
        if header not in self._parameters:
            self._parameters[header] = parameters(self.get(header))
        return self._parameters[header].get(name, "")

    @property
    def name(self) -> str:
        """The file name that the sender gave, without any folder, or ""."""
        name = self.parameter("content-disposition", "filename") or self.parameter("content-type", "name")
        return re.split(r"[\\/]", name)[-1].strip()[:200] if name else ""

    def data(self) -> bytes:
        """The body with its transfer encoding undone."""
        return decode_transfer(self.buffer[self.start : self.end], self.get("content-transfer-encoding"))

    def text(self) -> tuple[str, str]:
        """The body as text, and a problem in words or ""."""
        return decode_text(self.data(), self.parameter("content-type", "charset"))

    def walk(self) -> Iterator[Entity]:
        """This entity and all below it, in order."""
        stack = [self]
        while stack:
            entity = stack.pop()
            yield entity
            stack.extend(reversed(entity.children))


def parameters(value: str) -> dict[str, str]:
    """The parameters of a structured header; continuations (``name*0*``) are joined, percent-coding undone."""
    found: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for match in list(_PARAMETER.finditer(value[:20_000]))[:100]:
        name, text = match[1].lower(), match[2].strip()
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        base, star, rest = name.partition("*")
        if not star:
            found.setdefault(base, header_text(text))
            continue
        number = rest.rstrip("*")
        pieces.setdefault(base, []).append((int(number) if number.isdigit() else 0, text, name.endswith("*")))
    for base, parts in pieces.items():
        found[base] = _extended(sorted(parts, key=lambda part: part[0]))
    return found


def _extended(parts: list[tuple[int, str, bool]]) -> str:
    charset, data = "utf-8", b""
    for position, (_, text, coded) in enumerate(parts):
        if coded and position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if coded else text.encode("utf-8", "replace")
    return decode_text(data, charset)[0]


def parse_headers(buffer: bytes, start: int, end: int) -> tuple[list[tuple[str, str]], int]:
    """The headers that begin at ``start``, and where the body begins."""
    body, stop = _end_of_headers(buffer, start, end)
    headers: list[tuple[str, str]] = []
    block = _FOLD.sub(b"", buffer[start : min(stop, start + HEADER_BYTES_MAX)])
    for line in block.split(b"\n")[:2_000]:
        if match := _FIELD.match(line.rstrip(b"\r")):
            headers.append((match[1].decode("ascii").lower(), header_text(match[2].strip())))
        elif line.strip() and not headers and not line.startswith((b"From ", b">From ")):
            return [], start  # not a header at all: everything is body
    return headers, body


def _end_of_headers(buffer: bytes, start: int, end: int) -> tuple[int, int]:
    """(where the body begins, where the headers end)."""
    for first, length in ((b"\r\n", 2), (b"\n", 1)):
        if buffer.startswith(first, start):
            return start + length, start
    found = [
        (place, place + len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (place := buffer.find(mark, start, end)) >= 0
    ]
    if not found:
        return end, end
    place, body = min(found)
    return body, place


def parse_mime(buffer: bytes) -> tuple[Entity, list[str]]:
    """The tree of a mail and what was wrong with it, in words."""
    problems: list[str] = []
    headers, body = parse_headers(buffer, 0, len(buffer))
    root = Entity(buffer, headers, body, len(buffer))
    queue, count = [root], 1
    while queue:
        entity = queue.pop()
        if not entity.media_type.startswith("multipart/"):
            continue
        if entity.depth >= DEPTH_MAX or count >= PARTS_MAX:
            problems.append("the mail is nested more deeply, or has more parts, than is read")
            continue
        spans = _split(buffer, entity, problems)
        default = "message/rfc822" if entity.media_type == "multipart/digest" else "text/plain"
        for start, stop in spans[: PARTS_MAX - count]:
            part_headers, part_body = parse_headers(buffer, start, stop)
            child = Entity(buffer, part_headers, part_body, stop, entity.depth + 1, default)
            child.group = id(entity) if entity.media_type == "multipart/alternative" else entity.group
            entity.children.append(child)
        count += len(entity.children)
        queue.extend(entity.children)
    return root, problems


def _split(buffer: bytes, entity: Entity, problems: list[str]) -> list[tuple[int, int]]:
    """Offsets of the parts of a multipart entity."""
    boundary = entity.parameter("content-type", "boundary")
    if not boundary:
        problems.append("a multipart mail names no boundary")
        return [(entity.start, entity.end)] if entity.end > entity.start else []
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for begin, after, closing in _delimiters(buffer, b"--" + boundary.encode("utf-8", "replace"), entity):
        if opened is not None:
            spans.append((opened, max(opened, begin)))
        opened = None if closing else after
        if closing:
            break
    if opened is not None:
        spans.append((opened, entity.end))
        problems.append("the end of the mail is missing")
    if not spans and entity.end > entity.start:
        problems.append("the parts of the mail cannot be found")
        spans.append((entity.start, entity.end))
    return spans


def _delimiters(buffer: bytes, mark: bytes, entity: Entity) -> Iterator[tuple[int, int, bool]]:
    """(where the part before ends, where the next begins, is it the closing one) for each boundary line."""
    position = entity.start
    while (place := buffer.find(mark, position, entity.end)) >= 0:
        position = place + len(mark)
        at_line_start = place == entity.start or buffer[place - 1 : place] == b"\n"
        end_of_line = buffer.find(b"\n", position, entity.end)
        stop = entity.end if end_of_line < 0 else end_of_line
        rest = buffer[position : min(stop, position + 80)].strip()
        if not at_line_start or rest not in (b"", b"--"):
            continue
        before = place - 1 if place > entity.start else place
        before -= buffer[before - 1 : before] == b"\r" and before > entity.start
        yield before, min(stop + 1, entity.end), rest == b"--"
