"""Where tests keep their files: in memory where there is room, because none of them needs a disk that survives.

On a disk, half of the time of a test with a store goes into waiting for its syncs. What a test must know of syncs it
sees in the calls themselves (tests/crash), never in what a disk kept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

ROOM = 2_000_000_000  # bytes; a container often has 64 MB
MEMORY = Path("/dev/shm")


def in_memory() -> Path | None:
    """A folder in memory; None where there is none, or too small, or one from which no program may be started."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ROOM else None


def use_it() -> None:
    """Let temporary files of this process and of those that it starts be there."""
    memory = in_memory()
    if memory is not None:
        tempfile.tempdir = os.environ["TMPDIR"] = str(memory)
