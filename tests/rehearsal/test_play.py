"""A month of the demonstration, rehearsed: the same program and configuration differ in nothing, others in what they
change, and nothing leaves or is touched."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli import Options
from bot.commands.rehearsing import lines_of, rehearse_month
from bot.core import keys
from bot.core.timetable import LONDON, TimetableRules, timetable_for
from bot.demo.script import ASB
from bot.errors import InputError
from bot.rehearsal import play
from bot.rehearsal.play import Dice, Rehearsal, moments_of, rehearse
from bot.store.backup import purge
from bot.store.rewind import Rewound
from bot.wiring import load
from tests.conversations.world import BULLETIN, World, moment
from tests.crash.months import as_it_was, playground, quicken
from tests.crash.months import month as played


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Files judged without a child process."""
    quicken()
    yield
    as_it_was()


@pytest.fixture(scope="module")
def month() -> Iterator[Path]:
    """The demonstration's whole month."""
    with playground() as folder:
        quicken()
        assert played(folder / "out") == 0
        yield folder / "out"


@pytest.fixture
def short(tmp_path: Path) -> World:
    """A month in which everybody writes a sentence, up to the distribution."""
    world = World(tmp_path)
    world.approved()
    world.at("2025-08-18 09:00")
    world.close()
    return world


def rehearsed(out: Path) -> Rehearsal:
    return rehearse(load(out / "config"), os.environ, BULLETIN)


def change(out: Path, tmp_path: Path, file: str, old: str, new: str) -> Path:
    """A copy of the month with one change of its configuration."""
    copy = tmp_path / "changed"
    shutil.copytree(out, copy)
    path = copy / "config" / BULLETIN / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return copy


def titles(found: Rehearsal) -> set[str]:
    return {group.title for group in found.groups}


def lines(found: Rehearsal, title: str) -> str:
    return "\n".join(line for group in found.groups if group.title == title for line in group.lines)


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder, with its content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_short_month_again_is_the_same_and_touches_nothing(
    short: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests(short.folder)
    made: list[int] = []
    real = play.tempfile.TemporaryDirectory

    def seen(**named: Any) -> Any:
        folder = real(**named)
        made.append(stat.S_IMODE(Path(folder.name).stat().st_mode))
        return folder

    def no_network(*given: Any, **named: Any) -> None:
        raise AssertionError("a rehearsal opened a connection")

    monkeypatch.setattr(play.tempfile, "TemporaryDirectory", seen)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    options = Options(short.folder / "config", verbose=False, log_json=False)
    assert rehearse_month(options, None, None) == 0
    said = capsys.readouterr().out
    assert "6 mails read, nothing sent" in said
    assert said.endswith("No differences.\n")
    assert digests(short.folder) == before
    assert os.name == "nt" or made == [0o700]


@pytest.mark.slow
def test_the_month_of_the_demonstration_again_is_the_same(month: Path) -> None:
    """With an absence, a bounce, a hold, a correction, a workbook, a Word file, a nil return."""
    before = digests(month)
    found = rehearsed(month)
    assert found.groups == ()
    assert found.notes == ()
    assert found.mails == 11
    assert digests(month) == before


@pytest.mark.slow
def test_another_title_shows_where_it_is_printed_and_nowhere_else(month: Path, tmp_path: Path) -> None:
    found = rehearsed(change(month, tmp_path, "themes.toml", '"Hate Crime"', '"Hate Incidents"'))
    title, item = lines(found, "Sections").splitlines()
    assert title == "the title: Hate [-Crime-] {+Incidents+}"
    assert item.startswith("Hate Incidents: Hate [-Crime-] {+Incidents+}")  # an item without heading has its theme's
    assert titles(found) == {"Sections", "Mails that go out"}
    assert "sent" not in lines(found, "Mails that go out")
    assert "No differences" not in " ".join(lines_of(found))


@pytest.mark.slow
def test_another_lead_shows_who_would_be_asked_and_whose_reply_is_lost(month: Path, tmp_path: Path) -> None:
    found = rehearsed(change(month, tmp_path, "themes.toml", f'"{ASB}"', '"New Lead <new.lead@council.example.org>"'))
    assert "community-safety-asb: in; it would be: missing" in lines(found, "Who is in")
    assert "would not be sent: request to " + ASB in lines(found, "Mails that go out")
    assert "would be sent as well: request to new.lead@council.example.org" in lines(found, "Mails that go out")
    assert "submission for community-safety-asb; it would be:" in lines(found, "Mails that came in")
    assert found.notes == (
        f"{ASB} wrote in that month and is not in today's configuration: they are read as a stranger.",
    )


@pytest.mark.slow
def test_a_reading_rule_that_is_broken_shows_what_it_would_read(month: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = play.Service.tick

    def tick(service: Any) -> Any:
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr("bot.sections.reading.says_nil", lambda *given, **named: False, raising=True)
            return real(service)

    monkeypatch.setattr(play.Service, "tick", tick)
    found = rehearsed(month)
    assert "prevent: nil; it would be: in" in lines(found, "Who is in")
    assert "nothing this month for prevent; it would be: text" in lines(found, "Mails that came in")
    assert "Figures" not in titles(found)


@pytest.mark.slow
def test_what_was_purged_is_said_or_refused(month: Path, tmp_path: Path) -> None:
    copy = tmp_path / "purged"
    shutil.copytree(month, copy)
    config = load(copy / "config")
    later = moment("2026-03-01 09:00")
    purge(config.store_url({}).get_secret_value(), later, at=later)
    with pytest.raises(InputError) as caught:
        rehearse(config, {}, BULLETIN)
    assert "purged" in caught.value.message


def test_a_month_that_is_not_there_and_a_bulletin_that_is_not_meant_are_said(tmp_path: Path) -> None:
    World(tmp_path).close()
    config = load(tmp_path / "config")
    with pytest.raises(InputError, match="Nothing happened in 2024-01"):
        rehearse(config, {}, BULLETIN, "2024-01")
    with pytest.raises(InputError, match="no edition of ccsu-rag yet"):
        rehearse(config, {}, BULLETIN)
    with pytest.raises(InputError, match="no bulletin"):
        rehearse(config, {}, "ccsu-rga")


TABLE = timetable_for("2020-01", TimetableRules(), frozenset())  # long over: none of its dates is looked at


class TestMoments:
    BEGIN = datetime(2025, 8, 1, 9, tzinfo=LONDON)

    def ticks(self, *minutes: float, mails: tuple[float, ...] = ()) -> list[float]:
        """The ticks for moments at these minutes after the begin, in minutes."""
        at = {n: self.BEGIN + timedelta(minutes=m) for n, m in enumerate(mails)}
        recorded = tuple(self.BEGIN + timedelta(minutes=m) for m in minutes)
        found = moments_of(Rewound(recorded, at, 0, ()), TABLE, (timedelta(minutes=30),))
        return [(one - self.BEGIN) / timedelta(minutes=1) for one in found]

    def test_what_lies_close_together_was_one_tick(self) -> None:
        assert self.ticks(0, 0.1, 0.2, 5) == [0.2, 5, 10]

    def test_one_tick_lasts_a_minute_at_most(self) -> None:
        assert self.ticks(*(n / 5 for n in range(12))) == [1, 2.2, 7.2]

    def test_the_waits_after_a_mail_and_the_hours_between_are_looked_at(self) -> None:
        assert self.ticks(0, 600, mails=(0,)) == [0, 30, 480, 600, 605]

    def test_but_not_right_before_a_recorded_tick(self) -> None:
        assert self.ticks(0, 41, mails=(0,)) == [0, 41, 46]


def test_the_codes_that_were_mailed_then_are_mailed_again() -> None:
    dice = Dice()
    dice.of_mails = {7: "7K3Q-F2M9-XWDT"}
    dice.next_ones([6, 7])
    assert keys.make_code(dice(16)) == "7K3Q-F2M9-XWDT"
    assert keys.make_code(dice(16)) != "7K3Q-F2M9-XWDT"
