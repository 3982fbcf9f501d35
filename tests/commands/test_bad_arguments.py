"""Every command with arguments that cannot be right: a plain sentence and an exit code, never a traceback."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).resolve().parents[2]
BAD = (
    ("--config afile status", "this is a file"),
    ("--config nowhere status", "is missing"),
    ("tick --now 9999-01-01T00:00", "out of reach"),
    ("tick --now 1999-12-31T00:00", "out of reach"),
    ("tick --now nonsense", "is not a time"),
    ("retain xx", "is not a month"),
    ("trace xx", "is not a month"),
    ("preview xx", "is not a month"),
    ("stats import afile --period xx", "is not a month"),
    ("stats export afile/x.csv", "cannot be written"),
    ("status --html adir", "cannot be written"),
    ("demo --out afile", "it is a file"),
    ("demo --out afile/sub", "cannot be put"),
    ("read bin.dat", "header"),
    ("proof bin.dat", "cannot be opened"),
    ("stats bin.dat", "not a spreadsheet"),
    ("restore bin.dat", "cannot be read as a store"),
    ("backup adir", "there already"),
    ("purge --older-than xx", "is no age"),
    ("unpark 99999999999999999999999", "Invalid value"),
    ("store copy nonsense nothing", "cannot be read"),
)


@pytest.fixture(autouse=True)
def the_log_as_it_was() -> Iterator[None]:
    """A command starts the log of its process and sets its umask; the tests after this one want theirs back."""
    mask = os.umask(0o022)
    os.umask(mask)
    logger = logging.getLogger("bot")
    was = (list(logger.handlers), logger.propagate, logger.level)
    yield
    os.umask(mask)
    logger.handlers[:], logger.propagate, logger.level = was


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration, and things that are no input."""
    folder = tmp_path_factory.mktemp("place")
    shutil.copytree(ROOT / "config", folder / "config")
    (folder / "adir").mkdir()
    (folder / "afile").write_text("hi")
    (folder / "bin.dat").write_bytes(bytes(range(256)) * 12)
    return folder


@pytest.mark.parametrize(("words", "says"), BAD, ids=[words for words, _ in BAD])
def test_bad_arguments_give_a_plain_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, says: str
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "argv", ["run_bot.py", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code in (2, 3)
    assert says in told
    assert "unexpected" not in told


def test_one_fault_is_mended_in_the_singular(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run_bot.py", "--config", str(place / "nowhere"), "status"])
    with pytest.raises(SystemExit):
        main()
    assert "one fault. Mend it and run" in capsys.readouterr().err


def test_a_directory_without_rights_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(place / "var"))

    monkeypatch.setattr("bot.commands.report.desk_for", refused)
    monkeypatch.setattr(sys, "argv", ["run_bot.py", "status"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 3
    assert "Permission denied" in told
    assert "unexpected" not in told


def test_a_reader_that_closes_the_pipe_sees_no_traceback(place: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, str(ROOT / "run_bot.py"), "read", "afile"]
    done = subprocess.run(command, cwd=place, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert b"Traceback" not in done.stderr
    assert b"unexpected" not in done.stderr
    assert b"Exception ignored" not in done.stderr
