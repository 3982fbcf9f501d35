"""The people of the demonstration: their mails as files, completed with what they answer (subject, thread, quote)."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from email.utils import format_datetime
from html import escape
from importlib.resources import files

from bot.mail.parse import Message, parse_message


def written(name: str, at: datetime, original: bytes | None) -> bytes:
    """The mail in file ``name`` as it arrives at ``at``, answering ``original``."""
    text = _file(name).decode("utf-8")
    message = parse_message(original) if original else None
    values = {"DATE": format_datetime(at)}
    if message is not None:
        values |= _of_original(message)
    for key, value in values.items():
        text = text.replace(f"@@{key}@@", value)
    text = re.sub(r"@@FILE:([\w.-]+)@@", lambda m: _base64(m[1]), text)
    if message is not None:
        text = re.sub(r"@@FORM_WITH_ANSWERS:([\w.-]+)@@", lambda m: _form(message, m[1]), text)
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")


def _file(name: str) -> bytes:
    return (files("bot.demo") / "mails" / name).read_bytes()


def _base64(name: str) -> str:
    return base64.encodebytes(_file(name)).decode("ascii").rstrip()


def _of_original(message: Message) -> dict[str, str]:
    """What a mail program puts into a reply."""
    body = re.search(r"<body[^>]*>(.*)</body>", message.html or "", re.DOTALL | re.IGNORECASE)
    quoted = "\n".join(f"> {line}".rstrip() for line in (message.text or "").strip().splitlines())
    recipient = message.get("to")
    address = re.search(r"[\w.+-]+@[\w.-]+", recipient)
    return {
        "SUBJECT": message.subject,
        "SUBJECT_HTML": escape(message.subject),
        "MESSAGE_ID": f"<{message.message_id.strip('<>')}>",
        "QUOTED_HTML": body[1] if body else "",
        "QUOTED_TEXT": quoted,
        "RECIPIENT": address[0] if address else "",
    }


def _form(message: Message, name: str) -> str:
    """The quoted form with the answers typed where it says (write here)."""
    answers = dict(re.findall(r"^\[(F\d)\]\n(.*?)(?=^\[F\d\]|\Z)", _file(name).decode("utf-8"), re.DOTALL | re.M))
    field, lines = "", []
    for line in (message.text or "").strip().splitlines():
        begin = re.match(r"\[(F\d)\]", line)
        if begin:
            field = begin[1]
        if line.strip() == "(write here)" and field in answers:
            lines += ["", *answers[field].strip().splitlines(), ""]
        else:
            lines.append(f"> {line}".rstrip())
    return "\n".join(lines)
