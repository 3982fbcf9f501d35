"""A folder mailbox under test, with people who use a mail client or a file manager on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.ports import Place
from bot.transports.folder import FolderMailbox
from tests.transports.contract import nothing_known

NOW = 1_754_990_000.0  # 12 August 2025


class FolderWorld:
    """A folder mailbox, and people with a mail client or a file manager."""

    exact = True

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOW
        self.reopen()

    def reopen(self) -> None:
        self.mailbox = self.sender = FolderMailbox(self.root, clock=lambda: self.now)

    def arrive(self, raw: bytes, junk: bool = False) -> None:
        ref = self.mailbox.deliver(raw)
        if junk:
            os.rename(self.root / "new" / ref, self.root / ".Junk" / "new" / ref)

    def _raws(self, name: str) -> list[bytes]:
        return [path.read_bytes() for part in ("new", "cur") for path in (self.root / name / part).iterdir()]

    def inbox(self) -> list[bytes]:
        return self._raws("")

    def filed(self, place: Place) -> list[bytes]:
        return self._raws({Place.PROCESSED: ".Processed", Place.HELD: ".Held"}[place])

    def sent(self) -> list[bytes]:
        return self._raws(".Sent")

    def drafts(self) -> list[bytes]:
        return self._raws(".Drafts")

    def people_read_everything(self) -> None:
        for path in (self.root / "new").iterdir():
            os.rename(path, self.root / "cur" / f"{path.name}:2,S")

    def a_person_removes_one(self) -> None:
        next((self.root / "new").iterdir()).unlink()

    def a_person_removes_the_drafts(self) -> None:
        for path in (self.root / ".Drafts" / "cur").iterdir():
            path.unlink()

    @contextmanager
    def away(self) -> Iterator[None]:
        """The share is gone, and where it was mounted there is a file."""
        aside = self.root.with_name("aside")
        os.rename(self.root, aside)
        self.root.write_bytes(b"")
        yield
        self.root.unlink()
        os.rename(aside, self.root)


def drop(world: FolderWorld, name: str, raw: bytes, age: float, part: str = "new") -> Path:
    """A person copies a file into the inbox, ``age`` seconds before the mailbox's clock."""
    path = world.root / part / name
    path.write_bytes(raw)
    world.now = path.stat().st_ctime + age
    return path


def refs(world: FolderWorld) -> list[str]:
    return [got.ref for got in world.mailbox.fetch_new(nothing_known, 100)]
