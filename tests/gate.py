"""`make gate`: servers, browser and Office, kills and fuzz, one part after another, with the seconds of each.

Every part is a pytest run of its own, so that its closing line stands in the log; the last lines are a table.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

PARTS = (
    ("servers: Dovecot, PostgreSQL, SMTP", "server and not slow", "2"),
    ("browser and LibreOffice", "browser and not slow", "1"),
    ("faults of mailboxes, many Word files", "slow", "2"),
)
LEFT_TO_SOAK = ("--ignore=tests/crash",)  # the long kill runs: `make soak`; the step kills are in `make test`
NOTHING_COLLECTED = 5


def main() -> int:
    """Run every part; 0 when all are green."""
    environment = {"CRASH_KILLS": "1000", **os.environ, "HYPOTHESIS_PROFILE": "gate"}
    rows: list[tuple[str, float, int]] = []
    for name, marker, workers in PARTS:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-n", workers, "-m", marker, "--durations=5", *LEFT_TO_SOAK]
        code = subprocess.run(command, env=environment, check=False).returncode
        rows.append((name, time.monotonic() - began, code))
    sys.stdout.write("\n")
    for name, seconds, code in rows:
        sys.stdout.write(f"{name:<40}{seconds:>8.0f} s  {'green' if code == 0 else f'exit {code}'}\n")
    sys.stdout.write(f"{'all':<40}{sum(seconds for _, seconds, _ in rows):>8.0f} s\n")
    return max((code for _, _, code in rows), default=NOTHING_COLLECTED)


if __name__ == "__main__":
    sys.exit(main())
