"""How far the machine's clock was moved, by comparing it with one that nobody sets: the time since the machine started.

Between two passes of one process, and by a small file in the data directory between two processes (`tick` from cron).
The file is a hint: without it, or after a restart of the machine, only a clock that stands before the newest line of
the log is noticed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

STAMP = "clock"  # the hint's name in the data directory
_WRITE_EVERY = 30.0  # seconds
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def steady_seconds() -> float:
    """Seconds since the machine started, sleep included where the system counts it."""
    name = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(name) if name is not None else time.monotonic()


def boot_name() -> str:
    """Which start of the machine this is; "" where the system does not say."""
    with suppress(OSError):
        return _BOOT.read_text("ascii").strip()
    return ""


class _Look(NamedTuple):
    """Both clocks at one moment."""

    wall: datetime
    steady: float


class ClockWatch:
    """Remembers the last look. ``newest`` gives the time of the log's newest line, for a first look without hint."""

    def __init__(
        self,
        hint: Path,
        newest: Callable[[], datetime | None],
        steady: Callable[[], float] = steady_seconds,
        boot: Callable[[], str] = boot_name,
    ) -> None:
        self._hint = hint
        self._newest = newest
        self._steady = steady
        self._boot = boot
        self._last: _Look | None = None
        self._written: float | None = None

    def moved(self, now: datetime) -> timedelta:
        """How far the clock was moved since the last look; positive is forward, nought when nobody knows."""
        look = _Look(now, self._steady())
        last = self._last or self._read(look)
        self._last = look
        moved = timedelta()
        if last is not None:
            moved = (now - last.wall) - timedelta(seconds=look.steady - last.steady)
        elif (newest := self._newest()) is not None and newest > now:
            moved = now - newest
        if self._written is None or abs(moved) > timedelta(seconds=1) or look.steady - self._written > _WRITE_EVERY:
            self._write(look)
        return moved

    def _read(self, look: _Look) -> _Look | None:
        """The look of the process before; None when there is none, or the machine was started since."""
        try:
            told = json.loads(self._hint.read_text("utf-8"))
            before = _Look(datetime.fromisoformat(told["wall"]), float(told["steady"]))
            same = told["boot"] == self._boot() and before.steady <= look.steady
            return before if same and before.wall.tzinfo is not None else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, look: _Look) -> None:
        """A hint that cannot be written is one that is not there."""
        part = self._hint.with_name(f"{STAMP}.part")
        told = {"boot": self._boot(), "steady": look.steady, "wall": look.wall.isoformat()}
        with suppress(OSError):
            self._hint.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.touch(mode=0o600)
            part.write_text(json.dumps(told), "utf-8")
            part.replace(self._hint)
        self._written = look.steady
