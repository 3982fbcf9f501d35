"""`run` when its store changes under it: a sentence in the log and the right end, never a traceback."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench import idle

pytestmark = pytest.mark.slow

SECONDS = 60.0


def said(log: Path, words: str) -> bool:
    """Whether the log says this within a while."""
    end = time.monotonic() + SECONDS
    while words not in log.read_text("utf-8"):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_a_store_migrated_by_a_newer_program_ends_the_older_one(tmp_path: Path) -> None:
    config, log = idle.configuration(tmp_path), tmp_path / "log"
    (store,) = (tmp_path / "var").glob("*.db")
    command = [sys.executable, str(idle.ROOT / "run_bot.py"), "--config", str(config), "run"]
    with log.open("wb") as errors, subprocess.Popen(command, stderr=errors) as service:
        try:
            assert said(log, "started")
            with closing(sqlite3.connect(store)) as connection:
                connection.execute("ALTER TABLE problem RENAME TO away")  # what no program of ours does: any trouble
                connection.commit()
            assert said(log, "a pass failed: ")
            with closing(sqlite3.connect(store)) as connection:
                connection.execute("ALTER TABLE away RENAME TO problem")
                connection.execute("UPDATE alembic_version SET version_num = '9999'")
                connection.commit()
            assert service.wait(SECONDS) == 2
        finally:
            service.kill()
    text = log.read_text("utf-8")
    assert "is too old for it. Install the newer program again." in text
    assert "Traceback" not in text
