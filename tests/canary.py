"""Canaries over the whole suite: the secrets that the tests use must never come out where people or programs look.

Every log record that any test causes, every error of ours, every argument list of a process that is started, and the
files that a test with a server leaves (store, state, log) are searched for them. A record of the bot's own log at INFO
or above must hold no address either. `install` is called once a process; `LEAKS` holds what was found.
"""

from __future__ import annotations

import base64
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from copy import copy
from pathlib import Path
from typing import Any

from bot import errors

# What tests/transports and tests/config log in with; each is a word that stands nowhere else.
SECRETS = ("imap-test-password", "smtp-test-password", "ews-test-password", "graph-test-secret", "canary-7", "canary-9")
PRIVATE = "-----BEGIN PRIVATE KEY-----"
LEFT_BY_THE_BOT = ("*.db", "*.db-wal", "*.log", "*.state*", "clock", "heartbeat*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LEAKS: list[str] = []


def _needles() -> tuple[bytes, ...]:
    """The secrets as they stand, and as base64 carries them (alone; behind a user name it moves by a byte or two)."""
    plain = [secret.encode() for secret in (*SECRETS, PRIVATE)]
    moved = [base64.b64encode(b"\0" * n + secret)[4:-4] for secret in plain for n in range(3)]
    return (*plain, *moved)


NEEDLES = _needles()


def holds_a_secret(data: bytes) -> bool:
    """Whether any of them is in there."""
    return any(needle in data for needle in NEEDLES)


def look_at(where: str, text: str) -> None:
    """Note a leak."""
    if holds_a_secret(text.encode("utf-8", "surrogateescape")):
        LEAKS.append(f"a secret in {where}")


def look_through(folder: Path) -> None:
    """The same for files that the bot left."""
    for pattern in LEFT_BY_THE_BOT:
        for file in folder.rglob(pattern):
            if file.is_file() and holds_a_secret(file.read_bytes()):
                LEAKS.append(f"a secret in the file {file.name}")


def said(record: logging.LogRecord) -> str:
    """All that a record could print, its traceback included."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError):
        text = str(record.msg)
    if record.exc_info and record.exc_info[0] is not None:
        text += "".join(traceback.format_exception(*record.exc_info))
    return text


def printed(record: logging.LogRecord) -> str:
    """What the program's own log prints of a record."""
    from bot.commands.shared import LINE, Lines

    if not record.exc_info:
        return record.getMessage()
    return Lines(LINE).format(copy(record))  # a formatter keeps in the record what it made of the exception


def look_at_record(record: logging.LogRecord) -> None:
    """A log record: no secret whoever wrote it, no address in what the bot says from INFO on."""
    look_at(f"the log ({record.name}, {record.filename}:{record.lineno})", said(record))
    ours = record.name.split(".")[0] == "bot" and record.levelno >= logging.INFO
    if ours and _ADDRESS.search(printed(record)):
        LEAKS.append(f"an address in the log ({record.name}, {record.filename}:{record.lineno})")


def install() -> None:
    """Listen to log, errors and processes of this process, for good."""
    real: Callable[..., logging.LogRecord] = logging.getLogRecordFactory()

    def record(*given: Any, **named: Any) -> logging.LogRecord:
        made = real(*given, **named)
        look_at_record(made)
        return made

    logging.setLogRecordFactory(record)
    logging.getLogger("bot").setLevel(logging.INFO)
    begin = errors.BotError.__init__

    def init(self: errors.BotError, message: str, hint: str = "", code: str = "error") -> None:
        begin(self, message, hint, code)
        look_at(f"an error ({type(self).__name__} {code})", f"{message} {hint} {code}")

    errors.BotError.__init__ = init  # type: ignore[method-assign]
    sys.addaudithook(_started)


def _started(event: str, given: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        words: Iterable[Any] = given[1] if isinstance(given[1], list | tuple) else (given[1],)
        look_at("the arguments of a process", " ".join(map(_text, words)))


def _text(word: Any) -> str:
    return word.decode("utf-8", "surrogateescape") if isinstance(word, bytes) else str(word)
