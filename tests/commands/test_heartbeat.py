"""The sign of life: given after a good pass, kept back when something is late, never the cause of trouble itself."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from bot.commands.heartbeat import STAMP, ask_by_http, beat
from bot.config import Config
from bot.config.settings import HeartbeatSettings
from bot.core.model import Problem
from bot.core.records import ProblemNoted
from bot.service import TickReport
from tests.conversations.conftest import cluster, world
from tests.conversations.world import World

__all__ = ["cluster", "world"]
URL = {"BEAT_URL": "https://monitor.example.org/secret"}
GOOD = TickReport()


def beating(world: World, **settings: object) -> Config:
    """The world's configuration with a heartbeat, its data directory made."""
    world.config.data_directory.mkdir(exist_ok=True)
    return world.config.model_copy(update={"heartbeat": HeartbeatSettings.model_validate(settings)})


def test_the_address_is_asked_once_in_its_minutes(world: World) -> None:
    asked: list[str] = []
    config = beating(world, url_env="BEAT_URL", every_minutes=10)
    assert beat(config, world.desk, GOOD, URL, asked.append)
    assert beat(config, world.desk, GOOD, URL, asked.append)
    assert asked == [URL["BEAT_URL"]]
    stamp = config.data_directory / STAMP
    os.utime(stamp, (stamp.stat().st_mtime - 601, stamp.stat().st_mtime - 601))
    beat(config, world.desk, GOOD, URL, asked.append)
    assert len(asked) == 2


def test_a_bad_pass_or_something_late_gives_no_sign_of_life(world: World) -> None:
    file = world.folder / "var" / "sign" / "of-life"
    config = beating(world, file=str(file))
    assert not beat(config, world.desk, TickReport(problems=["The mailbox does not answer."]), {})
    assert not file.exists()
    world.at("2025-08-20 09:00")  # the requests of August were missed
    assert not beat(config, world.desk, GOOD, {})
    world.editor.replies("EXTEND 28 August", to=world.editor.received("notice"), quoting=False)
    assert beat(config, world.desk, GOOD, {})
    assert file.exists()


def test_a_stopped_bulletin_of_which_nothing_can_go_late_gives_no_sign_of_life(world: World) -> None:
    config = beating(world)
    problem = Problem(code="bulletin-stopped", sentence="Its files have faults.", where="other")
    world.desk.store.apply([ProblemNoted(problem=problem)], world.clock.now())
    assert not beat(config, world.desk, GOOD, {})


@pytest.mark.parametrize("url", ["ftp://monitor.example.org/secret", "https://monitor.example.org/secret"])
def test_what_fails_is_logged_without_the_address_and_stops_nothing(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    def refused(_: str) -> None:
        raise OSError("no route to monitor.example.org/secret")

    monkeypatch.setattr(logging.getLogger("bot"), "propagate", True)
    in_the_way = world.folder / "in-the-way"
    in_the_way.write_text("")
    config = beating(world, url_env="BEAT_URL", file=str(Path(in_the_way, "file")))
    assert not beat(config, world.desk, GOOD, {"BEAT_URL": url}, refused)
    assert "cannot be written" in caplog.text
    assert "secret" not in caplog.text


def test_an_address_that_nobody_serves_is_an_os_error() -> None:
    with pytest.raises(OSError, match=r"^\w+$"):
        ask_by_http("http://127.0.0.1:9/")
