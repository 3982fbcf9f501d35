"""What the scorers beside the corpora call: the product's own code path and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.core.model import FormField
from bot.mail.parse import parse_message
from bot.sections.form import Request
from bot.sections.reading import read_reply, reading_json

_HEADERS = {
    ".txt": b"Content-Type: text/plain; charset=utf-8\n\n",
    ".html": b"Content-Type: text/html; charset=utf-8\n\n",
}


def mail_bytes(path: Path) -> bytes:
    """A corpus file as a mail: a bare .txt or .html file is the body of a mail without headers."""
    return _HEADERS.get(path.suffix, b"") + path.read_bytes()


def newly_written(path: str) -> str:
    """The text that the sender of a mail newly wrote."""
    return read_reply(parse_message(mail_bytes(Path(path)))).new_text


def read(path: str, request: dict[str, Any]) -> dict[str, Any]:
    """``read --json`` of a mail that answers ``request``; the scorer wants pictures apart from the blocks."""
    sent = Request(
        fields=tuple(FormField(key=entry["id"], title=entry["title"]) for entry in request["fields"]),
        token=request["token"],
        message_id=request["message_id"].strip("<>"),
        lines=tuple(line.strip() for line in request["text"].split("\n") if line.strip()),
        sender=request["sender"],
        subject=request["subject"],
    )
    document = reading_json(read_reply(parse_message(Path(path).read_bytes()), sent))
    document["images"] = [block for block in document["blocks"] if block["type"] == "image"]
    document["blocks"] = [block for block in document["blocks"] if block["type"] != "image"]
    return document
