"""What a reader of a mail sees first, whether its two texts agree, and what its headers and encodings hide."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.header import decode_header

from bot.mail.html import html_lines
from bot.mail.lines import Mark
from bot.mail.mime import parse_mime
from bot.mail.parse import Message
from bot.mail.rawheaders import parse_headers

_CONTROLS = re.compile("[\x00-\x1f\x7f\x80-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_COPIED = ("subject", "from", "to", "cc", "reply-to", "message-id", "in-reply-to", "references")
_PATHLIKE = re.compile(r"[\\/]|^\.\.|[\x00-\x1f]|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|[<>:\"|?*]", re.IGNORECASE)
_NAME = re.compile(r"(?:file)?name\*?[0-9*]*=(\"(?:[^\"\\]|\\.)*\"|[^;\s]+)", re.IGNORECASE)


def html_text(html: str) -> str:
    """The visible text of an HTML body, a line a line."""
    return "\n".join(line.text for line in html_lines(html) if not line.marks & Mark.HIDDEN)


def visible_text(message: Message) -> str:
    """The text that the sender's reader sees: the plain body, or the visible words of the HTML."""
    plain = message.text
    return plain if plain is not None and plain.strip() else html_text(message.html or "")


def header_dangers(raw: bytes, message: Message) -> tuple[tuple[str, str], ...]:
    """(code, sentence) of what the headers try to smuggle: line ends and controls in encoded words, names as paths."""
    found: dict[str, str] = {}
    for field in parse_headers(raw).fields:
        if field.name in _COPIED:
            text = _decoded(field.value.decode("ascii", "replace"))
            if _CONTROLS.search(text.replace("\t", " ")):
                found["header-injection"] = "Line ends and control characters hidden in a header were left out."
            if _BIDI.search(text):
                found["bidi-controls"] = "Characters that turn the direction of reading were left out."
    for name in _file_names(raw):
        if _PATHLIKE.search(name) or _CONTROLS.search(name) or _BIDI.search(name):
            found["unsafe-name"] = "A file name that is a path or holds odd characters was not used."
    if _BIDI_STRONG.search(f"{message.text or ''}{message.html or ''}"):
        found["bidi-controls"] = "Characters that turn the direction of reading were left out."
    return tuple(found.items())


_BIDI_STRONG = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _decoded(value: str) -> str:
    """A header value with its encoded words undone but nothing cleaned; bounded by the pre-scan."""
    if "=?" not in value:
        return value
    try:
        words = decode_header(value)
    except (ValueError, LookupError, MessageError):  # the last: a broken encoded word
        return value
    return "".join(word if isinstance(word, str) else _bytes_text(word, charset) for word, charset in words)


def _bytes_text(word: bytes, charset: str | None) -> str:
    try:
        return word.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return word.decode("latin-1")


def _file_names(raw: bytes) -> list[str]:
    """The file names as the mail gives them, folders and all."""
    names: list[str] = []
    root, _ = parse_mime(raw)
    for entity in root.walk():
        for header in ("content-disposition", "content-type"):
            value = entity.get(header)
            if "name" in value.lower():
                names += [_decoded(found.strip('"')) for found in _NAME.findall(value)]
    return names


def broken_encoding(raw: bytes) -> bool:
    """Is a part declared base64 that is not? (A few stray characters are forgiven.)"""
    root, _ = parse_mime(raw)
    for entity in root.walk():
        if entity.children or entity.get("content-transfer-encoding").strip().lower() != "base64":
            continue
        data = entity.buffer[entity.start : entity.end]
        solid = len(data) - sum(data.count(mark) for mark in (b" ", b"\t", b"\r", b"\n"))
        good = len(re.sub(rb"[^A-Za-z0-9+/=]", b"", data))
        if solid and (solid - good) * 20 > solid:
            return True
    return False
