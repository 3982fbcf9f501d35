"""The bytes of a mail: header lines and MIME entities, written by us so that the same input gives the same bytes.

RFC 5322, 2045-2047 and 2231. Lines end with CRLF and are at most 76 characters where folding allows (998 always);
a header value with a line break or another control character is refused, never cleaned.
"""

from __future__ import annotations

import base64
import hashlib
import quopri
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from bot.core.model import Value
from bot.errors import InputError

CRLF = b"\r\n"
FOLD = 76
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Deliberately narrower than RFC 5322: no quoted local parts, no comments, no literals; IDNA comes in as xn--.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}@[!-;=?-~]{1,240}>")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")


class Attachment(Value):
    """A file that travels with a mail: its name as the reader sees it, its media type and its bytes."""

    name: str
    media_type: str
    data: bytes


class InlinePicture(Value):
    """A picture that the HTML shows as ``cid:<cid>``."""

    cid: str
    media_type: str
    data: bytes


def clean(value: str, what: str) -> str:
    """The value when it may stand in a header; InputError when it holds a control character (header injection)."""
    if _CONTROL.search(value):
        raise InputError(f"{what} holds a line break or control character.", "Remove it.", code="header-injection")
    return value


def address(value: str, what: str) -> str:
    """A bare address (``a@b.example``), checked; InputError otherwise."""
    if not _ADDRESS.fullmatch(clean(value, what)) or ".." in value or value.startswith(".") or ".@" in value:
        raise InputError(f"{what} is not one plain email address: {value!r}.", code="bad-address")
    return value


def message_id(value: str, what: str = "The Message-ID") -> str:
    """A message identifier in angle brackets, checked."""
    if not _MESSAGE_ID.fullmatch(clean(value, what)):
        raise InputError(f"{what} is not of the form <left@right>: {value!r}.", code="bad-message-id")
    return value


def _encoded_words(text: str) -> list[str]:
    """The text as RFC 2047 encoded words of at most 75 characters, never cutting a character in two."""
    words, chunk = [], ""
    for char in text:
        if len((chunk + char).encode()) > 45:  # 45 bytes = 60 characters of base64 + 12 of frame
            words.append(chunk)
            chunk = ""
        chunk += char
    return [f"=?utf-8?B?{base64.b64encode(word.encode()).decode()}?=" for word in (*words, chunk)]


def _fold(name: str, words: Sequence[str]) -> bytes:
    """One header field from words, broken between words so that lines stay short; the first word stays beside the name,
    for some programs take a Message-ID that begins on the second line for none."""
    lines, line = [], f"{name}:"
    for number, word in enumerate(words):
        if number and len(line) + 1 + len(word) > FOLD:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join((*lines, line)).encode("ascii") + CRLF


def header(name: str, value: str) -> bytes:
    """A header field with free text (a subject, a plain value), encoded when it is not ASCII."""
    clean(value, f"The header {name}")
    words = value.split(" ")
    plain = value.isascii() and all(words) and max(map(len, words)) < 200 and "=?" not in value
    return _fold(name, words if plain else _encoded_words(value))


def addresses_header(name: str, addresses: Sequence[str]) -> bytes:
    """``Name: <a@b>, <c@d>``; each address checked."""
    specs = [f"<{address(addr, name)}>" for addr in addresses]
    return _fold(name, [*(f"{spec}," for spec in specs[:-1]), specs[-1]])


def address_header(name: str, display: str, addr: str) -> bytes:
    """``Name: Display <a@b>``; the display name is quoted or encoded, the address checked."""
    spec = f"<{address(addr, name)}>"
    display = clean(display, f"The name in {name}").strip()
    if not display or display == addr:
        return _fold(name, [spec])
    if not display.isascii() or "=?" in display:
        return _fold(name, [*_encoded_words(display), spec])
    if re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+", display):
        return _fold(name, [*display.split(), spec])
    quoted = re.sub(r'([\\"])', r"\\\1", display)
    return _fold(name, [*f'"{quoted}"'.split(), spec])


def date_header(date: datetime) -> bytes:
    """The Date field; the datetime must be aware."""
    if date.tzinfo is None:
        raise InputError("A mail's date must know its time zone.", code="naive-date")
    return header("Date", format_datetime(date.replace(microsecond=0)))


def boundary(seed: str, level: str) -> str:
    """A MIME boundary derived from the message, so that the same mail has the same bytes; "=_" never occurs in
    quoted-printable or base64."""
    return f"=_{level}_{hashlib.sha256(f'{seed}/{level}'.encode()).hexdigest()[:24]}"


def text_entity(subtype: str, text: str) -> bytes:
    """A text part in UTF-8: 7bit where it is plain ASCII with short lines, else quoted-printable."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", text)
    lines = text.split("\n")
    if text.isascii() and all(len(line) <= FOLD and line == line.rstrip() for line in lines):
        encoding, body = "7bit", text.encode("ascii")
    else:
        encoding, body = "quoted-printable", quopri.encodestring(text.encode(), quotetabs=False)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode("ascii") + body.replace(b"\n", CRLF)


def _file_name(name: str) -> str:
    """The filename parameter of a Content-Disposition: quoted where it is plain ASCII, else after RFC 2231."""
    clean(name, "The name of an attachment")
    name = re.sub(r'["\\/]', "_", name)
    if name.isascii():
        return f'filename="{name}"'
    coded = "".join(c if re.match(r"[A-Za-z0-9._-]", c) else "".join(f"%{b:02X}" for b in c.encode()) for c in name)
    return f"filename*=utf-8''{coded}"


def _media_type(value: str) -> str:
    if not _MEDIA_TYPE.fullmatch(value.lower()):
        raise InputError(f"{value!r} is not a media type.", code="bad-media-type")
    return value.lower()


def file_entity(attachment: Attachment) -> bytes:
    """An attached file, base64."""
    head = (
        f"Content-Type: {_media_type(attachment.media_type)}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {_file_name(attachment.name)}\r\n\r\n"
    )
    return head.encode("ascii") + base64.encodebytes(attachment.data).replace(b"\n", CRLF)


def picture_entity(picture: InlinePicture) -> bytes:
    """A picture for the HTML part, named by its Content-ID."""
    ident = message_id(f"<{picture.cid}>", "The name of a picture")
    head = (
        f"Content-Type: {_media_type(picture.media_type)}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-ID: {ident}\r\nContent-Disposition: inline\r\n\r\n"
    )
    return head.encode("ascii") + base64.encodebytes(picture.data).replace(b"\n", CRLF)


def multipart(subtype: str, parts: Sequence[bytes], seed: str, extra: str = "") -> bytes:
    """A multipart entity around finished parts; one part alone stays as it is."""
    if len(parts) == 1:
        return parts[0]
    mark = boundary(seed, subtype)
    head = f'Content-Type: multipart/{subtype};{extra}\r\n boundary="{mark}"\r\n\r\n'.encode("ascii")
    fence = b"--" + mark.encode("ascii")
    inner = b"".join(fence + CRLF + part.rstrip(CRLF) + CRLF for part in parts)
    return head + inner + fence + b"--" + CRLF
