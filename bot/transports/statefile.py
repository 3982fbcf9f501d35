"""What a transport remembers between two runs: where reading stopped, and how often a login failed.

It is a cache, never a truth: whoever loses the file reads the mailbox's list from the start again, and the store
recognises every mail that it has. It holds no addresses, no texts and no secrets.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

ENDING = ".state.json"
_LARGEST = 4_000_000  # bytes; a sync state of Exchange takes some kilobytes


class StateFile:
    """Named texts and numbers in one small JSON file at ``path``; without a path they live in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._values: dict[str, str | float] = self._read()

    def text(self, name: str) -> str:
        """The text kept under a name, or ""."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float:
        """The number kept under a name, or 0."""
        value = self._values.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    def put(self, **values: str | float) -> None:
        """Keep some values, all or none; a disk that cannot take them costs time later, never a mail."""
        changed = {name: value for name, value in values.items() if self._values.get(name) != value}
        if not changed:
            return
        self._values.update(changed)
        if self._path is None:
            return
        try:
            self._write(self._path)
        except OSError as error:
            log.warning("the state of a mailbox could not be kept: %s", (error.strerror or "unknown reason").lower())

    def _read(self) -> dict[str, str | float]:
        if self._path is None:
            return {}
        with suppress(OSError, ValueError):
            if self._path.stat().st_size <= _LARGEST:
                values = json.loads(self._path.read_text("utf-8"))
                if isinstance(values, dict):
                    return {str(name): value for name, value in values.items() if isinstance(value, str | int | float)}
        return {}

    def _write(self, path: Path) -> None:
        """A new file beside the old one, on disk, then renamed over it: never half a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._values, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)


def forget_all(directory: Path) -> int:
    """Remove what all transports remember in a data directory; gives how many files that were.

    After a restore the store knows less than the cursors say: every mail is looked at again. Raises nothing: a file
    that stays costs a day, until the next look at the whole list."""
    removed = 0
    for file in directory.glob(f"*{ENDING}"):
        with suppress(OSError):
            file.unlink()
            removed += 1
    return removed
