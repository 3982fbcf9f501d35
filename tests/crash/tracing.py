"""Whether strace may be used here: it must be installed, and a sandbox may forbid it to trace."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

NO_STRACE = "strace is not installed or may not trace here: no kills at system calls and no power cuts"


@cache
def strace_works() -> bool:
    """Try it once."""
    if shutil.which("strace") is None:
        return False
    command = ["strace", "-f", "--seccomp-bpf", "-e", "trace=fsync", "-o", "/dev/null", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
