"""restore: the store goes back, and where the mailboxes' reading had stopped is forgotten with it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import Options
from bot.commands import records, upkeep
from bot.config import load_config
from bot.errors import BotError
from bot.ports import RawMail
from bot.store.sql import SqlStore
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


def test_the_mailboxes_are_looked_through_again_even_when_a_restore_is_cut_short(tmp_path: Path) -> None:
    """What was read goes first: a kill behind the restored store would leave it with the place of the newer one."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    config = load_config(tmp_path / "config", {})
    state = config.data_directory / f"graph-box{ENDING}"
    state.parent.mkdir(parents=True, exist_ok=True)
    StateFile(state).put(**{"inbox.cursor": "of-today"})
    with pytest.raises(BotError, match="no backup"):
        upkeep.restore(Options(tmp_path / "config", verbose=False, log_json=False), tmp_path / "none.db")
    assert not state.exists()


def test_a_store_is_copied_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    store = SqlStore(source)
    store.remember("box", RawMail(ref="1", raw=b"a mail"), datetime(2025, 8, 1, tzinfo=UTC))
    store.close()
    assert records.copy(source, target) == 0
    assert "Change store.url" in capsys.readouterr().out
    copied = SqlStore(target)
    assert copied.raw(1) == b"a mail"
    copied.close()
