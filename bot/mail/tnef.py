"""winmail.dat (TNEF) opened: body and attachments. A small walker over its attributes, bounded on any bytes.

Source: MS-OXTNEF. Only what is needed for reading is read: PR_BODY, PR_BODY_HTML, PR_RTF_COMPRESSED, the attachments'
names, types, Content-IDs and bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace

from bot.mail.charset import clean, decode_text
from bot.mail.parse import Part
from bot.mail.rtf import decompress, rtf_body

ATTRIBUTES_MAX = 10_000
_SIGNATURE = 0x223E9F78
_BODY, _TITLE, _DATA, _RENDER = 0x0002800C, 0x00018010, 0x0006800F, 0x00069002
_MAPI, _ATTACHMENT, _CODEPAGE = 0x00069003, 0x00069005, 0x00069007
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = (0x0D, 0x1E, 0x1F, 0x102)


@dataclass(slots=True)
class Tnef:
    """What a winmail.dat holds."""

    text: str | None = None
    html: str | None = None
    parts: list[Part] = field(default_factory=list)
    problems: tuple[str, ...] = ()


def read_tnef(data: bytes) -> Tnef:
    """Open a winmail.dat; what cannot be read is named in ``problems``."""
    found = Tnef()
    if len(data) < 6 or struct.unpack_from("<L", data)[0] != _SIGNATURE:
        return replace(found, problems=("winmail.dat cannot be opened",))
    codepage, position, rtf = "cp1252", 6, b""
    for _ in range(ATTRIBUTES_MAX):
        if position + 9 > len(data):
            break
        _, name, length = struct.unpack_from("<BLL", data, position)
        value = data[position + 9 : position + 9 + length]
        if len(value) < length:
            found.problems = ("the end of winmail.dat is missing",)
        position += 9 + length + 2
        if name == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{struct.unpack_from('<L', value)[0]}"
        elif name == _BODY:
            found.text = decode_text(value.rstrip(b"\x00"), codepage)[0]
        elif name == _MAPI:
            rtf = _message_properties(found, properties(value), codepage) or rtf
        else:
            _attachment(found, name, value, codepage)
    if rtf and not found.html:
        text, found.html = rtf_body(decompress(rtf))
        found.text = found.text or text
    found.parts = [part for part in found.parts if part.data or part.name]
    return found


def _message_properties(found: Tnef, values: dict[int, bytes | str], codepage: str) -> bytes:
    body, html = values.get(0x1000), values.get(0x1013)
    if body:
        found.text = body if isinstance(body, str) else decode_text(body, codepage)[0]
    if html:
        found.html = (
            html
            if isinstance(html, str)
            else decode_text(html, "utf-8" if b"utf-8" in html[:2_000].lower() else codepage)[0]
        )
    rtf = values.get(0x1009)
    return rtf if isinstance(rtf, bytes) else b""


def _attachment(found: Tnef, name: int, value: bytes, codepage: str) -> None:
    if name == _RENDER:
        found.parts.append(Part("", "application/octet-stream", b""))
    elif not found.parts:
        return
    elif name == _TITLE:
        title = decode_text(value.rstrip(b"\x00"), codepage)[0]
        if not found.parts[-1].name:
            found.parts[-1] = replace(found.parts[-1], name=title)
    elif name == _DATA:
        found.parts[-1] = replace(found.parts[-1], data=value)
    elif name == _ATTACHMENT:
        found.parts[-1] = _named(found.parts[-1], properties(value))


def _named(part: Part, values: dict[int, bytes | str]) -> Part:
    def _text(key: int) -> str:
        value = values.get(key, "")
        return clean(value if isinstance(value, str) else value.decode("cp1252", "replace")).strip("\x00")

    data = values.get(0x3701)
    content_id = _text(0x3712).strip("<>")
    return replace(
        part,
        name=(_text(0x3707) or _text(0x3704) or part.name)[:200],
        media_type=_text(0x370E).lower() or part.media_type,
        content_id=content_id,
        inline=bool(content_id),
        data=part.data or (data if isinstance(data, bytes) else b""),
    )


def properties(data: bytes) -> dict[int, bytes | str]:
    """MAPI properties by id; strings decoded, binaries as bytes, the first of several values."""
    found: dict[int, bytes | str] = {}
    try:
        count = min(struct.unpack_from("<L", data)[0], ATTRIBUTES_MAX)
        position = 4
        for _ in range(count):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name >= 0x8000:
                position = _skip_name(data, position)
            value, position = _value(data, position, kind)
            if value is not None:
                found.setdefault(name, value)
    except struct.error:
        pass  # cut off: what was read so far counts
    return found


def _skip_name(data: bytes, position: int) -> int:
    position += 16
    (kind,) = struct.unpack_from("<L", data, position)
    position += 4
    if kind == 0:
        return position + 4
    (length,) = struct.unpack_from("<L", data, position)
    return int(position + 4 + length + (-length % 4))


def _value(data: bytes, position: int, kind: int) -> tuple[bytes | str | None, int]:
    many, kind = bool(kind & 0x1000), kind & ~0x1000
    if kind in _FIXED:
        count = 1
        if many:
            (count,) = struct.unpack_from("<L", data, position)
            position += 4
        return None, position + _FIXED[kind] * min(count, len(data))
    if kind not in _VARIABLE:
        raise struct.error(f"unknown property type {kind:#x}")
    (count,) = struct.unpack_from("<L", data, position)
    position += 4
    value: bytes | str | None = None
    for _ in range(min(count, ATTRIBUTES_MAX)):
        (length,) = struct.unpack_from("<L", data, position)
        position += 4
        raw = data[position : position + length]
        position += length + (-length % 4)
        if value is None:
            value = raw.decode("utf-16-le", "replace").rstrip("\x00") if kind == 0x1F else raw
            if kind == 0x1E and isinstance(value, bytes):
                value = value.rstrip(b"\x00")
    return value, position
