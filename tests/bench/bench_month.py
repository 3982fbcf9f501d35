"""A whole month of 12 themes and 300 readers on the folder mailbox and SQLite, durable: CPU seconds.

Its own limit (6 s of CPU, children that judge files included) and its parts; the baseline is the bare work of writing
the same 300 mails to files with a sync each, twice, as any sender on a folder must.
"""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.config import load_config
from bot.service import Service
from bot.wiring import FixedClock, open_desk
from tests.bench import council

LIMIT = 6.0
RECEIPT = 0.1
REPLIES_READ = "replies read, receipts"


def cpu() -> float:
    """CPU seconds of this process and its ended children."""
    return sum(
        part.ru_utime + part.ru_stime
        for part in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def play(folder: Path, themes: int, readers: int) -> tuple[list[tuple[str, float]], int]:
    """The parts of a month with their CPU seconds, and how many bulletins left."""
    directory = council.configuration(folder, bulletins=1, themes=themes, readers=readers)
    clock = FixedClock(council.REQUESTS)
    parts: list[tuple[str, float]] = []
    with open_desk(load_config(directory, {}), {}, clock=clock) as desk:
        service = Service(desk)
        for name, at, mails in (
            ("requests", council.REQUESTS, None),
            (REPLIES_READ, council.REPLIES, council.replies),
            ("draft made", council.DRAFTS, None),
            ("approval read", council.APPROVALS, council.approvals),
            ("distribution", council.DISTRIBUTION, None),
        ):
            clock.at = at
            if mails is not None:
                council.arrive(desk, mails(desk, at), name.split()[0])
            began = cpu()
            while not service.tick().idle:
                pass
            parts.append((name, cpu() - began))
        sent = sum(delivery.state == "sent" for delivery in desk.store.deliveries(kind="bulletin"))
    return parts, sent


def bare(folder: Path, mails: int, size: int) -> float:
    """CPU seconds of writing so many files durably and renaming them, as a sender on a folder must."""
    folder.mkdir()
    data = b"x" * size
    began = cpu()
    for number in range(mails):
        part = folder / f"{number}.part"
        with part.open("wb") as stream:
            stream.write(data)
            os.fsync(stream.fileno())
        part.rename(folder / f"{number}.eml")
    return cpu() - began


def rows() -> Iterator[tuple[str, float, str, float, float | None]]:
    """The month beside its limit and the bare work, its parts beside the whole, a reply beside what it may take."""
    with tempfile.TemporaryDirectory() as name:
        parts, sent = play(Path(name), themes=12, readers=300)
        assert sent == 300, f"{sent} bulletins left"
        size = max(
            path.stat().st_size for path in (Path(name) / "var" / "mailbox" / ".Sent").rglob("*") if path.is_file()
        )
        files = bare(Path(name) / "bare", sent, size)
    total = sum(seconds for _, seconds in parts)
    yield "a month of 12 themes and 300 readers, CPU", total, "its limit", LIMIT, 1.0
    yield "... beside its readers' mails alone", total, "writing 300 such files durably", files, None
    for part, seconds in parts:
        yield f"... of that: {part}", seconds, "the month", total, None
    yield "a receipt, from reply to outbox, CPU", dict(parts)[REPLIES_READ] / 12, "its limit", RECEIPT, 1.0
