"""Bytes of a mail to text, whatever the header claims: every charset that mail uses, lying ones included."""

from __future__ import annotations

import binascii
import codecs
import re
import unicodedata
from email.errors import MessageError
from email.header import decode_header

_ALIASES = {
    "iso-8859-1": "cp1252",  # what is labelled Latin-1 is Windows' superset of it
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "unknown-8bit": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "cp-850": "cp850",
}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MOJIBAKE = re.compile(b"[\xc2-\xf4][\x80-\xbf]")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def codec_name(name: str) -> str | None:
    """The Python codec for a charset label, or None when there is none that gives text."""
    label = name.strip().strip("\"'").lower()
    label = _ALIASES.get(label, label)
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    return info.name if getattr(info, "_is_text_encoding", True) else None


def decode_text(data: bytes, charset: str = "") -> tuple[str, str]:
    """``data`` as text, and a problem in words ("" when the label was right)."""
    if data.startswith(codecs.BOM_UTF8):
        return clean(data[3:].decode("utf-8", "replace")), ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return clean(data.decode("utf-16", "replace")), ""
    name = codec_name(charset) if charset else "utf-8"
    problem = "" if name else f"the character set {charset[:40]!r} is not known"
    if data.isascii() and name in (None, "utf-8", "cp1252"):
        return clean(data.decode("ascii")), problem
    if name and not name.startswith("utf") and _MOJIBAKE.search(data):
        try:  # labelled as a Windows set but written as UTF-8: valid multi-byte UTF-8 is no accident
            return clean(data.decode("utf-8")), f"the text is UTF-8 although it is labelled {charset[:40]}"
        except UnicodeDecodeError:
            pass
    for candidate in (name, "utf-8", "cp1252"):
        if candidate:
            try:
                return clean(data.decode(candidate)), problem
            except (UnicodeError, ValueError):
                problem = problem or f"the text does not fit its character set {charset[:40] or 'utf-8'}"
    return clean(data.decode("cp1252", "replace")), problem


def clean(text: str) -> str:
    """Text without control characters (they are illegal in XML and show nothing), with plain line ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def header_text(value: str | bytes) -> str:
    """A header's value decoded (encoded words, raw 8-bit), on one line, without controls."""
    value = value if isinstance(value, str) else _raw_text(value)
    if "=?" in value and value.count("=?") <= 200:  # more than that is an attack on quadratic decoders
        try:
            pieces = []
            for word, charset in decode_header(value):
                pieces.append(word if isinstance(word, str) else decode_text(word, charset or "")[0])
            value = "".join(pieces)
        except (ValueError, LookupError, RecursionError, MessageError):
            pass
    return unicodedata.normalize("NFC", _CONTROLS.sub("", re.sub(r"[\r\n]+[ \t]*", " ", value))).strip()


def _raw_text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding; damaged data gives what can be read, never an error."""
    encoding = encoding.strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding == "base64":
        return _base64(data)
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uudecode(data)
    return data


def _base64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = _NOT_BASE64.sub(b"", data)
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        try:
            return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
        except binascii.Error:
            return b""


def _uudecode(data: bytes) -> bytes:
    out = bytearray()
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line:
            continue
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            continue
    return bytes(out)
