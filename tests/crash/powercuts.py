"""Power cuts: what SQLite's files hold when the power goes at any sync of a month.

A month is played under strace, which notes every write to the store's files and every sync of them. From that the files
are built as they may stand on the disk when the power goes just before a sync is done: what was synced is there, and
of what was written since, nothing, or any part of it (a sector may be torn). The world outside has no power cut: what
the office accepted and what was filed in the mailbox by then has happened. Python's sqlite3 cannot load a VFS that
would do the same from within.

    python -m tests.crash.powercuts OUT [relaxed]      plays the month; "relaxed" = the wrong PRAGMA, to be caught
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bot.core.model import DeliveryState, InboundState
from bot.demo import play
from bot.store import engine
from bot.store.sql import SqlStore
from bot.store.verify import verify
from tests.crash import months
from tests.crash.office import ACCEPTED, Office, ledger_of, sending_by

SECTOR = 512
TORN = 3  # cuts before each sync in which a part of what was written since the last one is there
CALLS = "pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename"
DEALT_WITH = tuple(state for state in InboundState if state is not InboundState.REMEMBERED)
_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) = (-?\d+)")
_FILE = re.compile(r"^\d+<((?:\\x..)*)>")
_BYTES = re.compile(r'"((?:\\x..)*)"')


def record(out: Path, trace: Path, *, relaxed: bool = False) -> None:
    """Play the month into ``out``, whose configuration must be there, and write what it did to ``trace``."""
    command = ["strace", "-f", "-y", "-xx", "-s", "4000000", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(trace)]
    command += [sys.executable, "-m", "tests.crash.powercuts", str(out), *(["relaxed"] if relaxed else [])]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@dataclass
class Outside:
    """What has happened beyond the machine by some moment."""

    accepted: list[str] = field(default_factory=list)  # Message-IDs
    filed: int = 0  # mails moved to Processed or Held


@dataclass
class File:
    """One of the store's files: as the disk has it, and what was written since the last sync, in order."""

    durable: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # (offset, data); None = cut to that size

    def sync(self) -> None:
        """Everything is on the disk."""
        self.durable, self.pending = self.after(self.pending), []

    def after(self, writes: list[tuple[int, bytes | None]]) -> bytes:
        """The durable bytes with some writes done."""
        data = bytearray(self.durable)
        for offset, written in writes:
            if written is None:
                del data[offset:]
                continue
            data.extend(b"\0" * (offset - len(data)))
            data[offset : offset + len(written)] = written
        return bytes(data)

    def torn(self, chance: random.Random) -> bytes:
        """As it may stand after a cut: some of the writes, some of those only in part."""
        some: list[tuple[int, bytes | None]] = []
        for offset, written in self.pending:
            if chance.random() < 0.5:
                continue
            if written is not None and chance.random() < 0.3:
                written = written[: chance.randrange(0, len(written) + 1, SECTOR)]
            some.append((offset, written))
        return self.after(some)


@dataclass
class Cut:
    """One power cut: the store's files by name, and the world outside."""

    number: int
    files: dict[str, bytes]
    outside: Outside


def cuts(trace: Path, store: Path, seed: int) -> Iterator[Cut]:
    """The cuts before every sync of the store's files: all that was not synced is gone, or (three times) some of it."""
    chance = random.Random(seed)
    files: dict[str, File] = {}
    outside, number = Outside(), 0
    for call, path, words in _calls(trace):
        name = Path(path).name
        ours = path.startswith(str(store)) and not name.endswith("-shm")
        if call in ("fsync", "fdatasync") and ours:
            lost = {name: file.durable for name, file in files.items()}
            for files_then in (lost, *({n: f.torn(chance) for n, f in files.items()} for _ in range(TORN))):
                number += 1
                yield Cut(number, files_then, Outside(list(outside.accepted), outside.filed))
            files[name].sync()
        elif call == "unlink" and ours:
            files.pop(name, None)
        elif call in ("write", "pwrite64") and ours:
            files.setdefault(name, File()).pending.append((_number(words), _data(words)))
        elif call == "ftruncate" and ours:
            files.setdefault(name, File()).pending.append((_number(words), None))
        elif call == "write" and name == "ledger":
            what, _, message_id = _data(words).decode().strip().partition(" ")
            outside.accepted += [message_id] * (what == ACCEPTED)
        elif call == "rename" and re.search(r"/\.(Processed|Held)/", _target(words)):
            outside.filed += 1


def _calls(trace: Path) -> Iterator[tuple[str, str, str]]:
    """(call, path, arguments) of every call that succeeded."""
    with trace.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            found = _CALL.match(line)
            if found is None or found[3].startswith("-"):
                continue
            file = _FILE.match(found[2])
            path = file[1] if file else (_BYTES.search(found[2]) or [""])[0].strip('"')
            yield found[1], _plain(path).decode("utf-8", "replace"), found[2]


def _plain(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _data(words: str) -> bytes:
    """The bytes that were written."""
    found = _BYTES.search(words)
    return _plain(found[1]) if found else b""


def _target(words: str) -> str:
    """The second name of a rename."""
    return _plain(_BYTES.findall(words)[-1]).decode("utf-8", "replace")


def _number(words: str) -> int:
    """The last number: an offset or a size."""
    return int(words.rsplit(",", 1)[-1])


def faults(cut: Cut, folder: Path) -> list[str]:
    """What is wrong with the store after this cut, in words. ``folder`` is emptied first."""
    for old in folder.iterdir():
        old.unlink()
    for name, data in cut.files.items():
        (folder / name).write_bytes(data)
    base = next((name for name in cut.files if name.endswith(".db")), None)
    if base is None or not cut.files[base]:
        return ["mail had left, and there is no store"] if cut.outside.accepted else []
    url = f"sqlite:///{folder / base}"
    store = SqlStore(url)
    try:
        known = {delivery.message_id: delivery.state for delivery in store.deliveries()}
        dealt_with = len(store.inbounds(DEALT_WITH))
    finally:
        store.close()
    wrong = list(verify(url).faults)
    for message_id in cut.outside.accepted:
        if known.get(message_id, DeliveryState.QUEUED) is DeliveryState.QUEUED:
            wrong.append(f"{message_id} had left, and would leave again")
    if cut.outside.filed > dealt_with:
        wrong.append(f"{cut.outside.filed} mails were filed, and {dealt_with} are known to be dealt with")
    return [f"cut {cut.number}: {fault}" for fault in wrong]


def main(words: list[str]) -> None:
    """In the process under strace: the month, sent through the office."""
    out = Path(words[0])
    months.quicken()
    sending_by(partial(Office, ledger_of(out)))
    if "relaxed" in words:
        engine._on_connect = _relaxed
    play.play(out)


def _relaxed(connection: sqlite3.Connection, record: object, real: Any = engine._on_connect) -> None:
    """The wrong setting: commits are not synced before they are relied on."""
    real(connection, record)
    connection.execute("PRAGMA synchronous = NORMAL")


if __name__ == "__main__":
    os.umask(0o077)
    main(sys.argv[1:])
