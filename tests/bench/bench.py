"""`make bench`: every measurement of tests/bench/bench_*.py in one table, as ratios within one run.

A module with ``rows()`` yields (name, seconds, name of the baseline, its seconds[, the most that the ratio may be]);
where the last is not given, the module's ``BOUNDS`` is asked. Where a name ends with another unit than seconds, both
figures are in it. Each runs in a process of its own, so that none is measured with another's memory.

    python tests/bench/bench.py [--json FILE] [--only stats]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS_EACH = 240  # all of them together stay under ten minutes


@dataclass(frozen=True)
class Line:
    """One measurement beside its baseline. ``limit``: the most that the ratio may be, None = shown only."""

    module: str
    name: str
    seconds: float
    baseline: str
    baseline_seconds: float
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the baseline."""
        return self.seconds / self.baseline_seconds if self.baseline_seconds else float("inf")

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return self.limit is None or self.ratio <= self.limit


def modules(only: str = "") -> list[str]:
    """The names of the bench modules, in order."""
    return sorted(path.stem for path in HERE.glob("bench_*.py") if only in path.stem)


def lines_of(module: str, rows: Iterable[Sequence[Any]], bounds: dict[str, float]) -> list[Line]:
    """The rows of a module as lines."""
    return [Line(module, *row[:4], limit=row[4] if len(row) > 4 else bounds.get(row[0])) for row in rows]


def measure_here(module: str) -> int:
    """In the child: measure one module; its lines as one JSON document on the last line of standard output."""
    loaded = importlib.import_module(f"tests.bench.{module}")
    found = lines_of(module, loaded.rows(), getattr(loaded, "BOUNDS", {}))
    sys.stdout.write(json.dumps([asdict(line) for line in found]) + "\n")
    return 0


def measured(module: str) -> tuple[list[Line], list[str], bool]:
    """One module measured in a child: its lines, what else it printed, and whether it ended well."""
    command = [sys.executable, "-m", "tests.bench.bench", "--one", module]
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=SECONDS_EACH)
    except subprocess.TimeoutExpired:
        return [], [f"{module} took more than {SECONDS_EACH} seconds and was stopped."], False
    said = done.stdout.splitlines()
    if done.returncode == 0 and said and said[-1].startswith("[{"):
        return [Line(**line) for line in json.loads(said[-1])], said[:-1], True
    return [], said, done.returncode == 0


def table(lines: Sequence[Line]) -> list[str]:
    """The lines, aligned."""
    rows = [("measurement", "measured", "baseline", "measured", "ratio", "at most", "")]
    for line in lines:
        limit = "" if line.limit is None else f"{line.limit:g}"
        verdict = "" if line.kept else "OVER"
        numbers = (f"{line.seconds:.4f}", line.baseline, f"{line.baseline_seconds:.4f}", f"{line.ratio:.2f}")
        rows.append((line.name, *numbers, limit, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    texts = (0, 2, 6)
    return [
        "  ".join(
            cell.ljust(width) if column in texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def machine() -> str:
    """What it was measured on, in a line."""
    info = Path("/proc/cpuinfo")
    told = info.read_text("utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    cores = f"{os.cpu_count()} cores" + (f" of {names[0]}" if names else "")
    return f"{cores}, Python {platform.python_version()}, {platform.system()}, load {os.getloadavg()[0]:.1f}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all; 0 when every bound is kept."""
    words = argparse.ArgumentParser(prog="bench")
    words.add_argument("--json", type=Path, help="write the lines there, too")
    words.add_argument("--only", default="", help="modules whose name holds this")
    words.add_argument("--one", help=argparse.SUPPRESS)
    asked = words.parse_args(arguments)
    if asked.one:
        return measure_here(asked.one)
    lines: list[Line] = []
    good = True
    began = time.monotonic()
    for module in modules(asked.only):
        found, said, well = measured(module)
        lines += found
        good = good and well
        sys.stdout.write("".join(f"{line}\n" for line in (f"== {module}" + ("" if well else ": FAILED"), *said)))
        sys.stdout.flush()
    sys.stdout.write("\n" + "".join(f"{line}\n" for line in (machine(), "", *table(lines))))
    sys.stdout.write(f"\n{time.monotonic() - began:.0f} s\n")
    if asked.json is not None:
        told = [{**asdict(line), "ratio": line.ratio, "kept": line.kept} for line in lines]
        asked.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return 0 if good and lines and all(line.kept for line in lines) else 1


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
