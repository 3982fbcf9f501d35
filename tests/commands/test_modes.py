"""What a command writes is for the bot's account only, whatever the caller's umask."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOG = '\n[log]\nfile = "var/log/bot.log"\n'


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_all_files_that_commands_write_are_0600_under_umask_022(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    for words in ("tick --now 2025-07-20T09:00", "status --html page/month.html", "demo"):
        (tmp_path / "page").mkdir(exist_ok=True)
        command = [sys.executable, str(ROOT / "run_bot.py"), *words.split()]
        subprocess.run(command, cwd=tmp_path, umask=0o022, check=True, capture_output=True)
    ours = [file for place in ("var", "page", "demo-out") for file in (tmp_path / place).rglob("*")]
    names = {file.name for file in ours}
    assert names >= {"heartbeat", "month.html", "bulletin.db", "bulletin"}
    copied = tmp_path / "demo-out" / "config"  # files of the program's, with the modes that they have there
    ours = [file for file in ours if not file.is_relative_to(copied)]
    open_to_others = [str(file) for file in ours if stat.S_IMODE(file.stat().st_mode) & 0o077]
    assert open_to_others == []
