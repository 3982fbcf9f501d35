"""Bounces of any shape: which recipient failed, with which status, for which of our mails.

Machine-readable delivery reports first (RFC 3464), then what qmail, Exim, Exchange and gateways write in prose.
A bounce is believed only when it names one of our Message-IDs: that is the service's check, here they are read.
"""

from __future__ import annotations

import re

from bot.core.model import Bounced
from bot.mail.parse import Message, addresses

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SMTP = re.compile(r"\b([45])\d\d[ -]")
_FIELD = re.compile(r"(?im)^(final-recipient|original-recipient|status|action)\s*:\s*(.+)$")
_IN_PROSE = re.compile(
    r"(?:<([^<>\s@]+@[^<>\s]+)>:|your message to\s+<?([^\s<>]+@[^\s<>]+)>?|(?:could(?: not|n.t)|failed to|unable"
    r" to|cannot) (?:be )?deliver\w*(?: \w+){0,6}? to[:\s]+<?([^\s<>]+@[^\s<>]+)>?"
    r"|recipient(?: address)?:?\s*<?([^\s<>]+@[^\s<>]+)>?|^[^\S\n]*<?([^\s<>@]+@[^\s<>]+)>?[^\S\n]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(r"(?im)^message-id:\s*<([^<>\s]+)>")


def bounces(message: Message, text: str) -> tuple[Bounced, ...]:
    """Every failed (or delayed) recipient that the mail names; empty when it names none."""
    original = _original_id(message, text)
    found: dict[str, Bounced] = {}
    for kind, report in message.reports:
        if kind != "message/delivery-status":
            continue
        for group in re.split(r"\n\s*\n", report.replace("\r", "")):
            _from_group(group, original, found)
    if not found:
        _from_prose(message, text, original, found)
    return tuple(found.values())


def _from_group(group: str, original: str, found: dict[str, Bounced]) -> None:
    fields = {name.lower(): value.strip() for name, value in _FIELD.findall(group)}
    recipient = fields.get("final-recipient") or fields.get("original-recipient") or ""
    names = addresses(recipient.partition(";")[2] or recipient)
    if not names:
        return
    status = _STATUS.search(fields.get("status", ""))
    delayed = fields.get("action", "").lower() == "delayed"
    code = status[1] if status else ""
    found[names[0]] = Bounced(
        recipient=names[0],
        status=code,
        permanent=not delayed and not code.startswith("4"),
        original_message_id=original,
    )


def _from_prose(message: Message, text: str, original: str, found: dict[str, Bounced]) -> None:
    head = re.split(
        r"(?i)--- (?:below this line|original message|this is a copy)|original message headers"
        r"|(?<!-)-{5,} ?message header",
        text,
    )[0]
    status = _STATUS.search(head)
    smtp = _SMTP.search(head)
    code = status[1] if status else f"{smtp[1]}.0.0" if smtp else ""
    own = set(message.to) | set(message.from_addresses)
    names = addresses(message.get("x-failed-recipients"))
    if not names:
        groups = _IN_PROSE.findall(head[:20_000])
        names = [address for group in groups for address in addresses(" ".join(group))]
    for name in names[:50]:
        if name not in own:
            found[name] = Bounced(
                recipient=name, status=code, permanent=not code.startswith("4"), original_message_id=original
            )


def _original_id(message: Message, text: str) -> str:
    """The Message-ID of our mail: from the copy inside, the headers quoted in prose, or the thread."""
    for inner in message.nested:
        if inner.message_id:
            return inner.message_id
    if match := _MESSAGE_ID.search(text):
        return match[1]
    thread = (*message.in_reply_to, *reversed(message.references))
    return thread[0] if thread else ""
