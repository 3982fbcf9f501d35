"""The first look at the clock, without a hint of an earlier process: one line of the log, never its history."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands.clockwatch import STAMP
from bot.commands.service import _watch_clock
from bot.config import load_config
from bot.core.records import Logged
from bot.store.sql import SqlStore
from bot.wiring import open_desk

ROOT = Path(__file__).resolve().parents[2]


def test_a_start_without_a_hint_asks_for_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    config = load_config(tmp_path / "config", {})
    with open_desk(config, {}) as desk:
        now = desk.clock.now()
        desk.store.apply([Logged(what="x")], now + timedelta(hours=1))
        monkeypatch.setattr(SqlStore, "events", None)  # nobody may load the log
        assert not (config.data_directory / STAMP).exists()
        assert _watch_clock(config, desk)(now) == -timedelta(hours=1)
