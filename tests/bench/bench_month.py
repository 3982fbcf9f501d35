"""A whole month of 12 themes and 300 readers on the folder mailbox and SQLite, durable: CPU seconds.

Its own limit (6 s of CPU, children that judge files included) and its parts; the baseline is the bare work of writing
the same 300 mails to files with a sync each, twice, as any sender on a folder must. What the month adds to the store,
and what a delivery costs when there are 10,000 readers.
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
from tests.crash.months import playground

LIMIT = 6.0
RECEIPT = 0.1
REPLIES_READ = "replies read, receipts"
GROWTH = 5.0  # MB that an edition may add to the store
MANY, FEW = 10_000, 300


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
        store = (Path(name) / "var" / "bulletin.db").stat().st_size / 1e6
    total = sum(seconds for _, seconds in parts)
    yield "a month of 12 themes and 300 readers, CPU", total, "its limit", LIMIT, 1.0
    yield "... beside its readers' mails alone", total, "writing 300 such files durably", files, None
    for part, seconds in parts:
        yield f"... of that: {part}", seconds, "the month", total, None
    yield "a receipt, from reply to outbox, CPU", dict(parts)[REPLIES_READ] / 12, "its limit", RECEIPT, 1.0
    yield "the store after it, MB", store, "its limit", GROWTH, 1.0
    yield f"{MANY:,} readers: CPU per delivery, ms", a_delivery(MANY), f"{FEW} readers", least(FEW), 1.2


def least(readers: int) -> float:
    """The least of three: a short measurement is easily disturbed, and this one is the baseline."""
    return min(a_delivery(readers) for _ in range(3))


def a_delivery(readers: int) -> float:
    """CPU milliseconds a delivery of a distribution to so many readers, in memory: syncs cost no CPU, but hours."""
    with playground() as folder:
        parts, sent = play(folder, themes=2, readers=readers)
        assert sent == readers, f"{sent} bulletins left"
    return parts[-1][1] / sent * 1000
