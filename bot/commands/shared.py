"""What commands share: the clock from --now, the log, printing."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.cli import Options
from bot.config import Config
from bot.core.timetable import LONDON
from bot.errors import InputError
from bot.ports import Clock
from bot.service.desk import Desk
from bot.wiring import FixedClock, SystemClock, load, open_desk

FIRST_YEAR, LAST_YEAR = 2001, 2097  # the year before and the one after must be months too


def clock_from(now: str | None) -> Clock:
    """The system clock, or one that stands at ``now`` (Europe/London where no zone is given)."""
    if now is None:
        return SystemClock()
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise InputError(f"“{now}” is not a time.", "Write it as 2025-08-01T09:00.", "bad-time") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        years = f"Years from {FIRST_YEAR} to {LAST_YEAR} can be worked with."
        raise InputError(f"“{now}” is out of reach.", years, "bad-time")
    return FixedClock(moment if moment.tzinfo else moment.replace(tzinfo=LONDON))


@contextmanager
def desk_for(options: Options, now: str | None = None) -> Iterator[tuple[Config, Desk]]:
    """Configuration and everything opened."""
    config = load(options.config)
    start_log(config, options)
    with open_desk(config, os.environ, clock=clock_from(now)) as desk:
        yield config, desk


def start_log(config: Config, options: Options) -> None:
    """The log goes to standard error and, where configured, to a file. It holds ids and codes, no text, no address."""
    level = logging.DEBUG if options.verbose else getattr(logging, config.log.level.upper())
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if config.log.file is not None:
        from logging.handlers import TimedRotatingFileHandler

        try:
            config.log.file.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(
                TimedRotatingFileHandler(config.log.file, when="midnight", backupCount=config.log.keep_days)
            )
        except OSError as error:
            raise cannot_write(config.log.file, error) from error
    formatter = JsonLines() if options.log_json or config.log.json_lines else Lines(LINE)
    for handler in handlers:
        handler.setFormatter(formatter)
    logger = logging.getLogger("bot")
    logger.handlers[:] = handlers
    logger.setLevel(level)
    logger.propagate = False


LINE = "%(asctime)s %(levelname)s %(message)s"


def places(error: BaseException | None) -> str:
    """An exception as the log says it: the places in the code and the names of the types, also of the exceptions that
    led to it, the first of them first. Never its text, which may quote a mail or an address."""
    told: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
        told.append("\n".join([*lines, type(error).__qualname__]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nthen\n".join(reversed(told))


class Lines(logging.Formatter):
    """The log for people: a line a record, an exception without its text."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Only where it was and what it is called."""
        return places(ei[1])


class JsonLines(Lines):
    """One JSON object a line; line breaks in a message are escaped, so nobody can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        entry = {"at": self.formatTime(record), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def cannot_write(file: Path, error: OSError) -> InputError:
    """The sentence for a file or directory that cannot be written."""
    return InputError(f"{file} cannot be written: {error.strerror}.", "Choose another place, or the rights.", "no-file")


def print_json(document: Any) -> None:
    """One JSON document on standard output and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")


def say(line: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(line + "\n")


def table(rows: list[tuple[str, ...]], head: tuple[str, ...]) -> None:
    """A table that lines up; colours only on a terminal."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for number, title in enumerate(head):
        numeric = bool(rows) and all(row[number].replace(",", "").lstrip("-").isdigit() for row in rows)
        shown.add_column(title, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*row)
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 200).print(shown)
