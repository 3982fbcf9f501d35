"""An Outlook .msg file as a Message, by python-oxmsg (MIT): what people drop into the folder or attach."""

from __future__ import annotations

import base64
import io
from email.utils import format_datetime
from typing import Any

from bot.mail.charset import clean, header_text
from bot.mail.mime import parse_headers
from bot.mail.parse import Body, Message, Part, headed_message
from bot.mail.rtf import decompress, rtf_body

_RTF, _HEADERS = 0x1009, 0x007D
_IN_REPLY_TO, _REFERENCES, _MESSAGE_ID, _SMTP = 0x1042, 0x1039, 0x1035, 0x5D01


def parse_msg(raw: bytes) -> Message:
    """Read the bytes of a .msg file; an unreadable one gives an empty message with the problem in words.

    The library walks structures that the file describes, so it runs in a child with limits of time and memory.
    """
    from bot.errors import InputError
    from bot.sections.cage import run_caged

    try:
        found = run_caged("bot.mail.msgfile:msg_data", raw)
    except InputError as error:
        return Message(headers={}, problems=(f"the Outlook message file cannot be opened: {error.message}",))
    parts = tuple(
        Part(part["name"], part["type"], base64.b64decode(part["data"]), part["id"], bool(part["id"]))
        for part in found["parts"]
    )
    text, html = found["text"], found["html"]
    headers = [(name, value) for name, value in found["headers"]]
    return headed_message(headers, (Body(text, html),) if text or html else (), parts)


def msg_data(raw: bytes) -> dict[str, Any]:
    """A .msg file as plain data: headers, text, html, parts (bytes in base64). Raises on anything that is none."""
    import oxmsg

    source = oxmsg.Message.load(io.BytesIO(raw))
    values = source.properties
    transport = (values.str_prop_value(_HEADERS) or "").encode("utf-8", "replace")
    headers, _ = parse_headers(transport + b"\r\n\r\n", 0, len(transport) + 4)
    if not any(name == "from" for name, _ in headers):
        headers = _made_headers(source, values)
    html, text = source.html_body, source.body
    if not html and not text and (packed := values.binary_prop_value(_RTF)):
        text, html = rtf_body(decompress(packed))
    return {
        "headers": headers,
        "text": clean(text) if text else None,
        "html": clean(html) if html else None,
        "parts": [_part(attachment) for attachment in source.attachments],
    }


def _made_headers(source: Any, values: Any) -> list[tuple[str, str]]:
    """Headers for a message that was never sent through a mail server (saved from Drafts or Sent)."""
    sender = source.sender or ""
    if "@" not in sender and (smtp := values.str_prop_value(_SMTP)):
        sender = f"{sender} <{smtp}>"
    headers = [("from", header_text(sender)), ("subject", header_text(source.subject or ""))]
    headers.append(("to", ", ".join(recipient.email_address or "" for recipient in source.recipients)))
    if source.sent_date:
        headers.append(("date", format_datetime(source.sent_date)))
    for name, number in (("message-id", _MESSAGE_ID), ("in-reply-to", _IN_REPLY_TO), ("references", _REFERENCES)):
        if value := values.str_prop_value(number):
            headers.append((name, value))
    return headers


def _part(attachment: Any) -> dict[str, str]:
    return {
        "name": attachment.file_name or "",
        "type": (attachment.mime_type or "application/octet-stream").lower(),
        "data": base64.b64encode(attachment.file_bytes or b"").decode("ascii"),
        "id": (attachment.properties.str_prop_value(0x3712) or "").strip("<>"),
    }
