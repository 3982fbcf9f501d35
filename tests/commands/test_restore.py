"""restore: the store goes back, and where the mailboxes' reading had stopped is forgotten with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.cli import Options
from bot.commands import upkeep
from bot.config import load_config
from bot.transports.statefile import ENDING, StateFile
from bot.wiring import open_desk

ROOT = Path(__file__).resolve().parents[2]


def test_a_restored_store_does_not_pass_over_the_mails_it_has_forgotten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    config = load_config(tmp_path / "config", {})
    with open_desk(config, {}):
        pass
    options = Options(tmp_path / "config", verbose=False, log_json=False)
    upkeep.backup(options, tmp_path / "copy.db")
    state = config.data_directory / f"graph-box{ENDING}"
    StateFile(state).put(**{"inbox.cursor": "https://graph.example/delta?token=of-today"})

    upkeep.restore(options, tmp_path / "copy.db")

    assert not state.exists()
    assert StateFile(state).text("inbox.cursor") == ""
    assert "compares every mail with the store" in capsys.readouterr().out
