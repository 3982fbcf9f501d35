"""The few things that a transport must know of a mail's header: whom it names, and how to put one together again.

Reading mail is the business of ``bot.mail``; this is only what a server forces on us. Exchange rebuilds the MIME of
what it stores and may leave out the trace fields, which it keeps elsewhere, and it has no envelope: it sends to whom
the header names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import getaddresses

from bot.errors import Refused
from bot.ports import StagedMail

MAX_BYTES = 64 * 1024 * 1024  # a longer mail is cut here, so that the size limit of reading refuses it, not memory

_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)
_CONTENT = frozenset({b"mime-version", b"content-type", b"content-transfer-encoding", b"content-disposition",
                      b"content-id", b"content-language", b"content-description", b"content-location"})  # fmt: skip
# What a sender or our own organisation's servers say about identity: believed from the transport's own record only.
_TRACE = re.compile(rb"received|return-path|authentication-results|arc-.*|dkim-signature|x-ms-exchange-.*|x-.*")
_PLAIN = re.compile(r"[!#$%&'*+/=?^_`{|}~.A-Za-z0-9-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_SUPPRESS = {"dr": 0x1, "ndr": 0x2, "rn": 0x4, "nrn": 0x8, "oof": 0x10, "autoreply": 0x20}


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header block and the body (without the empty line between them)."""
    ends = [(at, size) for mark, size in ((b"\r\n\r\n", 4), (b"\n\n", 2)) if (at := raw.find(mark)) >= 0]
    if not ends:
        return raw, b""
    at, size = min(ends)
    return raw[:at], raw[at + size :]


def fields(block: bytes) -> list[tuple[bytes, bytes]]:
    """Name in lower case and whole text (folded lines included) of each field of a header block, from the top."""
    return [(match[1].lower(), match[0].rstrip(b"\r\n")) for match in _FIELD.finditer(block)]


def value_of(raw: bytes, name: str) -> str:
    """The first value of a field, unfolded, or "". For our own mails and for matching, never for identity."""
    wanted = name.lower().encode("ascii")
    for found, text in fields(split(raw)[0]):
        if found == wanted:
            return re.sub(r"\r?\n[ \t]+", " ", text.partition(b":")[2].decode("utf-8", "replace")).strip()
    return ""


def field_line(name: str, value: str) -> bytes:
    """One field as a line. A line end inside the value cannot begin another field: it becomes a space."""
    clean = re.sub(r"[^!-9;-~]", "", name)
    flat = re.sub(r"[\r\n\0]+[ \t]*", " ", value).strip()
    return f"{clean}: {flat}".encode("utf-8", "surrogateescape")


def with_transport_headers(rebuilt: bytes, original: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The mail as its reader should see it: the fields that came over the wire, the body that the server rebuilt.

    ``original`` are (name in lower case, whole field) pairs as the server recorded them; none = the mail never left
    the server, so what it rebuilt stands. Only fields that describe the body are taken from the rebuilt MIME, and those
    that the record lacks, but never a field that tells who sent it: those count from the record alone.
    """
    record = [(name, text) for name, text in original if name not in _CONTENT]
    if not record:
        return rebuilt
    block, body = split(rebuilt)
    have = {name for name, _ in record}
    kept = [
        text for name, text in fields(block) if name in _CONTENT or (name not in have and not _TRACE.fullmatch(name))
    ]
    return b"\r\n".join([*(text for _, text in record), *kept]) + b"\r\n\r\n" + body


def wire_lines(raw: bytes) -> bytes:
    """The mail with CRLF line ends, as SMTP and Exchange demand."""
    if b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b""):
        return raw
    return re.sub(rb"\r\n|\r|\n", b"\r\n", raw)


def checked_address(address: str, what: str) -> str:
    """An address that may go into a protocol command. Raises Refused: control characters could smuggle commands."""
    if not _PLAIN.fullmatch(address):
        raise Refused(
            f"The {what} address cannot be used.",
            "It must be one plain address such as name@council.example.org, without accents or spaces.",
            "bad-address",
        )
    return address


def for_header_senders(mail: StagedMail) -> bytes:
    """The bytes for a server without envelope, which sends to everybody in To, Cc and Bcc.

    A mail that names nobody gets a Bcc with its recipient (the server takes it out again). Raises Refused when it
    names anybody else: they would get it unasked, or twice.
    """
    checked_address(mail.recipient, "recipient's")
    raw = wire_lines(mail.mail)
    block = split(raw)[0]
    named: set[str] = set()
    for name, text in fields(block):
        if name in (b"to", b"cc", b"bcc"):
            value = re.sub(r"\r?\n", "", text.partition(b":")[2].decode("utf-8", "replace"))
            named |= {address.lower() for _, address in getaddresses([value]) if "@" in address}
    if named == {mail.recipient.lower()}:
        return raw
    if not named:
        return b"Bcc: " + mail.recipient.encode("ascii") + b"\r\n" + raw
    raise Refused(
        "The mail names other people than its one recipient, and Exchange would send it to all of them.",
        "This is a fault of the bot; nothing was sent.",
        "other-recipients",
    )


def suppressed_replies(raw: bytes) -> int:
    """What X-Auto-Response-Suppress asks for, as the bits of Outlook's own property (PidTagAutoResponseSuppress)."""
    words = [word.strip().lower() for word in value_of(raw, "X-Auto-Response-Suppress").split(",")]
    if "all" in words:
        return 0x3F
    bits = 0
    for word in words:
        bits |= _SUPPRESS.get(word, 0)
    return bits
