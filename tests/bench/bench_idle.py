"""What the program costs with nothing to do, beside its own limits: waiting, --help, one pass from cold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import idle

MINUTE = 60
CORE = 0.002  # of a core, for a service that waits and is asked once a minute
MEMORY, HELP, TICK = 110.0, 0.3, 1.0


def rows() -> Iterator[tuple[str, float, str, float, float]]:
    """Each beside its limit, so the ratio may be 1 at most; memory stands in MB."""
    with tempfile.TemporaryDirectory() as folder:
        config = idle.configuration(Path(folder))
        minute, memory = idle.waiting(config)
        yield "a waiting service, CPU of a minute with one poll", minute, "0.2 % of a core", MINUTE * CORE, 1.0
        yield "a waiting service on the folder, MB", memory, "its limit, MB", MEMORY, 1.0
        yield "run_bot.py --help, CPU from cold", idle.cpu("--help"), "its limit", HELP, 1.0
        yield "tick with nothing due, CPU from cold", idle.cpu("--config", config, "tick"), "its limit", TICK, 1.0
