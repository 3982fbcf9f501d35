"""Counting what a piece of work does: statements and transactions of the store, calls of our own code. No seconds.

Counts do not depend on the machine or its load, so a test can hold them to a budget. A call is one of a function in
bot/, or one that a function in bot/ makes of something written in C (a regular expression, a string's method).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event

OURS = str(Path(__file__).resolve().parents[2] / "bot")
COUNTED = ("call", "c_call")


@dataclass
class Statements:
    """What the store was asked."""

    all: int = 0
    writing: int = 0  # transactions that may write: each that does is synced to the disk
    texts: Counter[str] = field(default_factory=Counter)


@contextmanager
def statements(engine: Engine) -> Iterator[Statements]:
    """Count the statements of an SQLite engine."""
    found = Statements()

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement == "BEGIN IMMEDIATE":
            found.writing += 1
        elif statement != "BEGIN":
            found.all += 1
            found.texts[" ".join(statement.split())[:90]] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def calls(work: Callable[[], object]) -> Counter[str]:
    """How often each function of ours was called, or called something in C, by its place: "mail/parse.py walk"."""
    found: Counter[str] = Counter()

    def note(frame: FrameType, what: str, _argument: Any) -> None:
        code = frame.f_code
        if what in COUNTED and code.co_filename.startswith(OURS):
            found[f"{code.co_filename[len(OURS) + 1 :]} {code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found
