"""The bricks of a Maildir++: names of files, whole writes, durable renames, and errors in plain words."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import Unavailable

_FLAGS = re.compile(r"[:!;]2,[A-Za-z]*\Z")
_DELIVERED = re.compile(r"([0-9]{9,11})\.[^.].*")  # seconds.unique.host: a rename out of tmp/, so it is whole
_SAVED = re.compile(r".*\.(eml|msg)\Z", re.IGNORECASE)
_BINARY = getattr(os, "O_BINARY", 0)  # on Windows a file opened without it would change line ends
DISK_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


def flags_of(name: str) -> str:
    """The flags of a file's name with what introduces them (":2,S"), or nothing."""
    found = _FLAGS.search(name)
    return found[0] if found else ""


def base_name(name: str) -> str:
    """A file's name without the flags that mail clients append."""
    return _FLAGS.sub("", name)


class Found:
    """A file of the inbox: where it lies, whether a program delivered it, and what orders it among the others."""

    __slots__ = ("base", "delivered", "junk", "order", "path")

    def __init__(self, path: Path, junk: bool) -> None:
        self.path = path
        self.junk = junk
        self.base = base_name(path.name)
        timed = _DELIVERED.fullmatch(self.base)
        saved = bool(_SAVED.fullmatch(self.base))
        self.delivered = not saved and (bool(timed) or self.base != path.name)
        self.order = float(timed[1]) if timed and not saved else 0.0

    def readable(self) -> bool:
        """Whether this is a mail at all: delivered by a program, or saved as .eml or .msg."""
        return self.delivered or bool(_SAVED.fullmatch(self.base))


def draft_name(key: str) -> str:
    """The file name of a delivery: a digest, because keys hold addresses and slashes."""
    return hashlib.sha256(key.encode("utf-8")).hexdigest()[:32] + ".eml"


def stamp(stat: os.stat_result) -> tuple[int, int, int]:
    """What changes when a file is written to."""
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def sync_folder(path: Path) -> None:
    """Wait until a rename in a folder is on disk. Windows has no such call and needs none for NTFS's own journal."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(error: OSError) -> str:
    """The system's reason as a sentence."""
    return f"The system says: {(error.strerror or type(error).__name__).lower()}."


def unavailable(what: str, error: OSError) -> Unavailable:
    """An error of the file system as one that the next tick tries again."""
    if error.errno in DISK_FULL:
        return Unavailable(f"{what}: the disk is full.", "Make room; the bot goes on by itself.", "disk-full")
    return Unavailable(f"{what}.", f"{reason(error)} Look at the mailbox folder.", "folder-unavailable")


@contextmanager
def plain(what: str) -> Iterator[None]:
    """Turn errors of the file system into Unavailable with a plain sentence."""
    try:
        yield
    except OSError as error:
        raise unavailable(what, error) from error


def write_whole(path: Path, raw: bytes) -> None:
    """Write a file of tmp/ and wait until it is on disk; what was half written is taken away again."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise
