"""The content of an opaquely signed S/MIME wrapper (smime.p7m, signed-data), without checking any signature.

Only the DER lengths are walked: the eContent of a SignedData is the signed MIME entity in the clear, in one OCTET
STRING or in several. Source: RFC 5652.
"""

from __future__ import annotations

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_PIECES_MAX = 100_000


def signed_content(data: bytes) -> bytes | None:
    """The signed MIME bytes, or None when it is encrypted or no such wrapper."""
    if _SIGNED_DATA not in data[:64]:
        return None
    start = data.find(_DATA, 0, 400)
    if start < 0:
        return None
    position = start + len(_DATA)
    header = _header(data, position)
    if header is None or header[0] != 0xA0:
        return None
    return _octets(data, header[1])


def _header(data: bytes, position: int) -> tuple[int, int, int | None] | None:
    """(tag, where the value begins, its length or None when indefinite) at ``position``."""
    if position + 2 > len(data):
        return None
    tag, first = data[position], data[position + 1]
    position += 2
    if first == 0x80:
        return tag, position, None
    if first < 0x80:
        return tag, position, first
    count = first & 0x7F
    if count > 8 or position + count > len(data):
        return None
    return tag, position + count, int.from_bytes(data[position : position + count], "big")


def _octets(data: bytes, position: int) -> bytes | None:
    header = _header(data, position)
    if header is None or header[0] not in (0x04, 0x24):
        return None
    tag, begin, length = header
    if tag == 0x04:
        return data[begin : begin + length] if length is not None else None
    out, end = bytearray(), len(data) if length is None else min(len(data), begin + length)
    for _ in range(_PIECES_MAX):
        piece = _header(data, begin)
        if piece is None or piece[0] != 0x04 or piece[2] is None or piece[1] > end:
            break
        out += data[piece[1] : piece[1] + piece[2]]
        begin = piece[1] + piece[2]
    return bytes(out) or None
