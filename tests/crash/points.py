"""Where a kill can make a difference: right after every lasting effect of the loop.

Between two lasting effects (a committed transaction, a rename, a synced file, a mail accepted) the process only
computes, so killing it anywhere there leaves the same store and the same folders. One kill after each effect is
therefore a kill at every step. The product knows nothing of this: the hooks are put in from here, in a child process.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.store.sql import SqlStore

# Every method of the store that writes. The leases say in their answer whether they wrote anything.
STORE_WRITES = (
    "remember",
    "unhandled",
    "wait",
    "begin_attempt",
    "unpark",
    "filed",
    "add_edition",
    "apply",
    "lease_deliverable",
    "silent",
    "move_delivery",
)
FILE_EFFECTS = ("rename", "replace", "unlink")
Seen = Callable[[str], None]


def hook_in(seen: Seen) -> None:
    """Call ``seen`` with a name after every lasting effect of this process, from now on and for good: only for a child
    that was forked to be killed."""
    for name in STORE_WRITES:
        setattr(SqlStore, name, _after(getattr(SqlStore, name), f"store.{name}", seen, _wrote))
    for name in FILE_EFFECTS:
        setattr(os, name, _after(getattr(os, name), f"os.{name}", seen, lambda answer: True))
    os.fsync = _fsync(os.fsync, seen)


def _wrote(answer: Any) -> bool:
    """Whether a write did anything: an empty lease or a refused move leaves nothing behind."""
    return answer is not False and answer != ()


def _after(real: Callable[..., Any], name: str, seen: Seen, counts: Callable[[Any], bool]) -> Callable[..., Any]:
    def hooked(*given: Any, **named: Any) -> Any:
        answer = real(*given, **named)
        if counts(answer):
            seen(name + _where(given))
        return answer

    return hooked


def _fsync(real: Callable[[int], None], seen: Seen) -> Callable[[int], None]:
    """A file that was synced is whole in tmp/. Syncing a folder leaves nothing that a kill could spoil: the rename
    before it has been counted."""

    def fsync(descriptor: int) -> None:
        real(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            seen("os.fsync")

    return fsync


def _where(given: tuple[Any, ...]) -> str:
    """The folder that a file effect was about, for the reader of a failure."""
    if given and isinstance(given[-1], str | Path):
        return f" {Path(given[-1]).parent.name or Path(given[-1]).parent}"
    return ""


def kill_after(number: int) -> Seen:
    """Kill this process right after its effect with this number (1 = the first)."""
    count = 0

    def seen(_name: str) -> None:
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return seen
