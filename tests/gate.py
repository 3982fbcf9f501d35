"""`make gate`: servers, browser and Office, kills and fuzz, one part after another, with the seconds of each.

Every part is a pytest run of its own, so that its closing line stands in the log; the last lines are a table. A test
that is skipped makes its part fail, but for what needs ../shared: without strace or the right to mount, say, a gate
would be green that cut no power and filled no disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable

STRICT = "GATE_STRICT"  # set in the environment of each part; tests/conftest.py looks for it
MAY_BE_AWAY = "../shared"  # in the reason of a skip that is allowed

CRASH = "tests/crash"
PARTS = (
    ("servers: Dovecot, PostgreSQL, SMTP", ("-m", "server and not slow", "-n", "2")),
    ("browser and LibreOffice", ("-m", "browser and not slow", "-n", "1")),
    ("faults of mailboxes, many Word files", ("-m", "slow", "-n", "2", f"--ignore={CRASH}")),
    ("kills: every step, at random, wrong loops", ("-m", "slow", "-n", "2", CRASH)),
    ("conversations on PostgreSQL", ("-m", "not slow and not browser", "-n", "2", "tests/conversations")),
)
KILLS = "1000"  # at random; `make soak N=...` makes more
POWER_CUTS = "500"
BOT_KILLS = "500"  # among four bots on one PostgreSQL; BOT_KILLS=2000 in the environment makes more
MUTATED_MAILS, MUTATED_FILES = "10000", "1000"  # damaged at random
ON_POSTGRES = {"CONVERSATIONS_STORE": "postgresql"}  # for the last part
NOTHING_COLLECTED = 5


def unwanted(reasons: Iterable[str]) -> list[str]:
    """The reasons of skipped tests that a gate must not have, each once, in order."""
    return sorted({reason for reason in reasons if MAY_BE_AWAY not in reason})


def main() -> int:
    """Run every part; 0 when all are green."""
    environment = {
        "CRASH_KILLS": KILLS,
        "BOT_KILLS": BOT_KILLS,
        "POWER_CUTS": POWER_CUTS,
        "MUTATED_MAILS": MUTATED_MAILS,
        "MUTATED_FILES": MUTATED_FILES,
        **os.environ,
        STRICT: "1",
        "HYPOTHESIS_PROFILE": "gate",
    }
    rows: list[tuple[str, float, int]] = []
    for name, chosen in PARTS:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "--dist=worksteal", "--durations=12", *chosen]
        added = ON_POSTGRES if "tests/conversations" in chosen else {}
        code = subprocess.run(command, env=environment | added, check=False).returncode
        rows.append((name, time.monotonic() - began, code))
    sys.stdout.write("\n")
    for name, seconds, code in rows:
        sys.stdout.write(f"{name:<44}{seconds:>8.0f} s  {'green' if code == 0 else f'exit {code}'}\n")
    sys.stdout.write(f"{'all':<44}{sum(seconds for _, seconds, _ in rows):>8.0f} s\n")
    return max((code for _, _, code in rows), default=NOTHING_COLLECTED)


if __name__ == "__main__":
    sys.exit(main())
