"""A whole month of 12 themes and 300 readers on the folder mailbox and SQLite, durable: CPU seconds.

Its own limit (6 s of CPU, children that judge files included) and its parts; the baseline is the bare work of writing
the same 300 mails to files with a sync each, twice, as any sender on a folder must.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from pathlib import Path

from bot.config import load_config
from bot.service import Service
from bot.wiring import FixedClock, open_desk
from tests.bench import council

LIMIT = 6.0


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
            ("replies read, receipts", council.REPLIES, council.replies),
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


def main() -> int:
    """Measure, print, and say whether the limit is kept."""
    with tempfile.TemporaryDirectory() as name:
        parts, sent = play(Path(name), themes=12, readers=300)
        size = max(
            path.stat().st_size for path in (Path(name) / "var" / "mailbox" / ".Sent").rglob("*") if path.is_file()
        )
        files = bare(Path(name) / "bare", sent, size)
    total = sum(seconds for _, seconds in parts)
    for part, seconds in parts:
        sys.stdout.write(f"{part:<52} {seconds:>9.2f} s\n")
    kept = total <= LIMIT and sent == 300
    sys.stdout.write(f"{'a month of 12 themes and 300 readers, CPU':<52} {total:>9.2f} s      at most {LIMIT:g}  ")
    sys.stdout.write(
        f"{'' if kept else 'BROKEN'}\n{'... against writing 300 such files durably':<52} {total / files:>9.2f} times\n"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
