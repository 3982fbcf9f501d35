"""What the program costs while there is nothing to do, measured on real processes of it (Linux: /proc)."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.bench import council

ROOT = Path(__file__).resolve().parents[2]
POLL_SECONDS = 5  # the least that the configuration takes
POLLS = 6  # that are measured, after two that are not
HEAVY = (
    "alembic", "exchangelib", "msal", "pptx", "docx", "openpyxl", "psycopg", "httpx", "apscheduler", "PIL", "rich",
    "css_inline", "mammoth", "imapclient", "requests", "xlsxwriter", "python_calamine",
)  # fmt: skip
LOADED = """
import sys
sys.path.insert(0, {root!r})
sys.argv = ["run_bot.py", "--config", {config!r}, *{words!r}]
from bot.cli import main
try:
    main()
except SystemExit:
    pass
print(*sys.modules)
"""


def configuration(folder: Path) -> Path:
    """A council of 12 themes and 300 readers that is asked every five seconds, its store made."""
    directory = council.configuration(folder, bulletins=1, themes=12, readers=300)
    file = directory / "bot.toml"
    file.write_text(f"poll_seconds = {POLL_SECONDS}\n{file.read_text('utf-8')}", "utf-8")
    bot("--config", directory, "tick")
    return directory


def bot(*words: str | Path) -> None:
    """Run a command."""
    command = [sys.executable, str(ROOT / "run_bot.py"), *map(str, words)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def cpu(*words: str | Path, times: int = 15) -> float:
    """CPU seconds of a command from cold, the least of some runs."""
    least = float("inf")
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        bot(*words)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        least = min(least, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return least


def loaded(config: Path, *words: str) -> list[str]:
    """The modules that a command leaves loaded."""
    code = LOADED.format(root=str(ROOT), config=str(config), words=list(words))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


def waiting(config: Path, polls: int = POLLS) -> tuple[float, float]:
    """A service that waits: CPU seconds of one poll with the wake-ups between, and its memory in MB."""
    command = [sys.executable, str(ROOT / "run_bot.py"), "--config", str(config), "run"]
    service = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(2.5 * POLL_SECONDS)
        began = _spent(service.pid)
        time.sleep(polls * POLL_SECONDS)
        assert service.poll() is None, "the service has ended"
        return (_spent(service.pid) - began) / polls, _memory(service.pid)
    finally:
        service.terminate()
        service.wait()


def _spent(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000
