"""Raw bytes to a message: headers, text, HTML, attachments. Never raises on content; what was wrong is in ``problems``.

Parts are read by what they are, not by what the mail says where that is known to lie: bytes labelled
octet-stream are named by their file name, winmail.dat and .msg are opened, S/MIME-signed wrappers are looked through.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.mail.charset import clean
from bot.mail.mime import Entity, parse_mime
from bot.mail.prescan import too_much

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TNEF_MAGIC = b"\x78\x9f\x3e\x22"
NESTED_MAX = 5
TEXT_MAX = 8_000_000  # characters of all bodies that are read; a body beyond is kept as a file
TAGS_MAX = 100_000  # the same of tags

_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9.!#$%&'*+/=?^_`{|}~-])[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]"
    r"{0,250}[A-Za-z0-9])?"
)
# A quote that is not closed, too: nothing is looked at twice.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.?)*+("?)', re.DOTALL)
_IDS = re.compile(r"<([^<>\s]{1,900})>")
_SOFT_BREAKS = re.compile(r"[\w.,;>]=\n")
_CODED = re.compile(r"=[CDE][0-9A-F]=[89AB][0-9A-F]|=3D|=20")
_BODY_TYPES = ("text/plain", "text/html")


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment or inline file: ``name`` without folder ("" when unnamed), lower-case ``media_type``, its bytes."""

    name: str
    media_type: str
    data: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """One readable body: the same content as ``text`` and ``html``, either may be missing.

    ``flowed`` and ``delsp`` are those of the text (RFC 3676).
    """

    text: str | None = None
    html: str | None = None
    flowed: bool = False
    delsp: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A mail taken apart. ``headers``: lower-case name to all its decoded values.

    ``bodies`` are the readable bodies in order; ``text`` and ``html`` are all of one kind joined, or None.
    ``nested`` are the mails inside this one (attached or bounced), ``reports`` the (media type, text) of delivery and
    disposition reports, ``calendar`` the text of a calendar part; ``problems`` say in words what was wrong.
    """

    headers: dict[str, tuple[str, ...]]
    media_type: str = "text/plain"
    from_addresses: tuple[str, ...] = ()
    from_name: str = ""
    to: tuple[str, ...] = ()
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    bodies: tuple[Body, ...] = ()
    attachments: tuple[Part, ...] = ()
    nested: tuple[Message, ...] = ()
    reports: tuple[tuple[str, str], ...] = ()
    calendar: str = ""
    problems: tuple[str, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The first value of a header."""
        values = self.headers.get(name.lower())
        return values[0] if values else default

    @property
    def text(self) -> str | None:
        """All plain-text bodies, or None when there is none."""
        texts = [body.text for body in self.bodies if body.text is not None]
        return "\n".join(texts) if texts else None

    @property
    def html(self) -> str | None:
        """All HTML bodies, or None when there is none."""
        htmls = [body.html for body in self.bodies if body.html is not None]
        return "\n".join(htmls) if htmls else None


def parse_message(raw: bytes) -> Message:
    """Read a mail (.eml, or the bytes of an Outlook .msg file)."""
    return _parse(raw, 0)


def _parse(raw: bytes, level: int) -> Message:
    if raw[:8] == OLE_MAGIC:
        from bot.mail.msgfile import parse_msg

        return parse_msg(raw)
    if raw[:3] == b"\xef\xbb\xbf":
        raw = raw[3:]
    root, problems = parse_mime(raw)
    collected = _Collector(level, problems)
    collected.take(root)
    message = headed_message(root.headers, tuple(collected.bodies.values()), tuple(collected.parts))
    message = replace(
        message,
        media_type=root.media_type,
        nested=tuple(collected.nested),
        reports=tuple(collected.reports),
        calendar=collected.calendar,
        problems=tuple(dict.fromkeys(collected.problems)),
    )
    return collected.open_packages(message)


def headed_message(headers: list[tuple[str, str]], bodies: tuple[Body, ...], parts: tuple[Part, ...]) -> Message:
    """A Message from decoded headers and its content; everything else is worked out from the headers."""
    by_name: dict[str, tuple[str, ...]] = {}
    for name, value in headers:
        by_name[name] = (*by_name.get(name, ()), value)
    first = {name: values[0] for name, values in by_name.items()}
    senders = [address for value in by_name.get("from", ()) for address in addresses(value)]
    return Message(
        headers=by_name,
        from_addresses=tuple(senders),
        from_name=display_name(first.get("from", "")),
        to=tuple(address for name in ("to", "cc") for value in by_name.get(name, ()) for address in addresses(value)),
        message_id=_one_id(first.get("message-id", "")),
        in_reply_to=tuple(_IDS.findall(first.get("in-reply-to", ""))),
        references=tuple(_IDS.findall(first.get("references", ""))[-100:]),
        subject=first.get("subject", ""),
        date=_date(first.get("date", "")),
        bodies=bodies,
        attachments=parts,
    )


def addresses(value: str) -> list[str]:
    """The addresses of an address header, lower-case; quoted display names are no addresses.

    For telling people apart only: who really sent a mail is `authenticity`'s question, on the raw bytes.
    """
    unquoted = _QUOTED.sub(lambda quoted: " " if quoted[1] else quoted[0], value)
    return [found.lower() for found in _ADDRESS.findall(unquoted)][:200]


def display_name(value: str) -> str:
    """The name before the first address of an address header, or ""."""
    name = value.split("<", 1)[0].strip().strip('"').strip()
    return "" if "@" in name else name[:200]


def _one_id(value: str) -> str:
    found = _IDS.findall(value)
    return found[0] if found else value.strip("<> ")[:900]


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def undo_quoted_printable(text: str) -> str:
    """Text that still carries quoted-printable (a gateway dropped the header) decoded; unchanged when unsure."""
    if len(_SOFT_BREAKS.findall(text)) < 2 or not _CODED.search(text):
        return text
    try:
        return clean(binascii.a2b_qp(text.encode("utf-8")).decode("utf-8"))
    except UnicodeDecodeError:
        return text


class _Collector:
    """Walks the parts once and sorts them into bodies, files, reports and nested mails."""

    def __init__(self, level: int, problems: list[str]) -> None:
        self.level = level
        self.problems = problems
        self.bodies: dict[int, Body] = {}
        self.parts: list[Part] = []
        self.nested: list[Message] = []
        self.reports: list[tuple[str, str]] = []
        self.calendar = ""
        self.length = self.tags = 0  # of the bodies so far

    def take(self, root: Entity) -> None:
        """Sort the leaves below ``root``."""
        for entity in root.walk():
            if entity.children or entity.media_type.startswith("multipart/"):
                continue
            kind = entity.media_type
            if kind in ("message/delivery-status", "message/disposition-notification", "message/feedback-report"):
                self.reports.append((kind, entity.text()[0]))
            elif kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
                self._nested(entity)
            elif kind == "text/calendar":
                self.calendar = self.calendar or entity.text()[0]
            elif kind in _BODY_TYPES and self._is_body(entity):
                self._body(entity)
            elif not kind.startswith("multipart/"):
                self._file(entity)

    def _is_body(self, entity: Entity) -> bool:
        disposition = entity.get("content-disposition").split(";")[0].strip().lower()
        return disposition != "attachment" and not (entity.name and disposition != "inline")

    def _body(self, entity: Entity) -> None:
        text, problem = entity.text()
        if problem:
            self.problems.append(problem)
        self.length += len(text)
        self.tags += text.count("<") if entity.media_type == "text/html" else 0
        if self.length > TEXT_MAX or (self.bodies and self.tags > TAGS_MAX):
            self.problems.append("the text is longer than is read")
            self._file(entity)
            return
        if entity.media_type == "text/plain" and _SOFT_BREAKS.search(text):
            text = undo_quoted_printable(text)
        key = entity.group or id(entity)
        body = self.bodies.get(key, Body())
        if entity.media_type == "text/html":
            self.bodies[key] = replace(body, html=text if body.html is None else f"{body.html}\n{text}")
            return
        flowed = entity.parameter("content-type", "format").lower() == "flowed"
        delsp = entity.parameter("content-type", "delsp").lower() == "yes"
        text = text if body.text is None else f"{body.text}\n{text}"
        self.bodies[key] = replace(body, text=text, flowed=flowed, delsp=delsp)

    def _nested(self, entity: Entity) -> None:
        data = entity.data()
        if self.level >= NESTED_MAX or too_much(data):
            self.problems.append("mails inside mails are nested more deeply, or larger, than is read")
            self.parts.append(Part(entity.name or "message.eml", entity.media_type, data))
            return
        self.nested.append(_parse(data, self.level + 1))

    def _file(self, entity: Entity) -> None:
        data, name = entity.data(), entity.name
        if entity.media_type == "application/octet-stream" and name.lower().endswith(".eml"):
            self._nested(entity)
            return
        disposition = entity.get("content-disposition").split(";")[0].strip().lower()
        content_id = entity.get("content-id").strip().strip("<>")
        inline = disposition == "inline" or bool(content_id and disposition != "attachment")
        self.parts.append(Part(name, entity.media_type, data, content_id, inline))

    def open_packages(self, message: Message) -> Message:
        """Open winmail.dat and attached .msg files; what they hold takes their place."""
        kept: list[Part] = []
        for part in message.attachments:
            lower = part.name.lower()
            if part.data[:4] == TNEF_MAGIC or lower == "winmail.dat":
                message = _with_tnef(message, part, kept)
            elif lower.endswith(".msg") and part.data[:8] == OLE_MAGIC and self.level < NESTED_MAX:
                message = replace(message, nested=(*message.nested, _parse(part.data, self.level + 1)))
            elif part.media_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
                message = _with_smime(message, part, kept, self.level)
            else:
                kept.append(part)
        return replace(message, attachments=tuple(kept))


def _with_tnef(message: Message, part: Part, kept: list[Part]) -> Message:
    from bot.mail.tnef import read_tnef

    opened = read_tnef(part.data)
    kept.extend(opened.parts)
    bodies = message.bodies
    if not (message.text or "").strip() and not message.html and (opened.text or opened.html):
        bodies = (Body(opened.text, opened.html),)
    return replace(message, bodies=bodies, problems=(*message.problems, *opened.problems))


def _with_smime(message: Message, part: Part, kept: list[Part], level: int) -> Message:
    """An opaquely signed mail holds the MIME in the clear inside its ASN.1; an encrypted one cannot be read."""
    from bot.mail.smime import signed_content

    content = signed_content(part.data)
    if content is None or level >= NESTED_MAX or too_much(content):
        kept.append(part)
        return replace(message, problems=(*message.problems, "the mail is encrypted and cannot be read"))
    inner = _parse(content, level + 1)
    kept.extend(inner.attachments)
    return replace(
        message,
        bodies=message.bodies or inner.bodies,
        nested=(*message.nested, *inner.nested),
        problems=(*message.problems, *inner.problems),
    )
