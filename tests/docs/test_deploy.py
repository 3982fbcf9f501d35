"""The files for those who run the bot: what they start exists, and they are well formed."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from bot.cli import app

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "bulletin-bot.service"
CONTAINER = ROOT / "deploy" / "Containerfile"
INSTRUCTION = re.compile(r"(ARG|CMD|COPY|ENTRYPOINT|ENV|FROM|RUN|STOPSIGNAL|USER|VOLUME|WORKDIR)\b")


def commands() -> set[str]:
    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def service() -> dict[str, str]:
    unit = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT.read_text("utf-8"))
    return dict(unit["Service"])


def test_the_unit_starts_commands_that_exist() -> None:
    assert service()["ExecStart"].split()[-1] in commands()


def test_nothing_but_the_bot_itself_decides_whether_it_is_started_again() -> None:
    """systemd looks at the main process alone: a step before it that fails would be repeated for ever, and one that
    migrates does so without a backup."""
    assert "ExecStartPre" not in service()


def test_the_unit_in_the_operators_page_restarts_as_the_real_one_does() -> None:
    page = (ROOT / "docs" / "operators.md").read_text("utf-8")
    for name in ("Restart", "RestartSec", "RestartPreventExitStatus", "UMask", "WantedBy"):
        (line,) = re.findall(rf"^{name}=.*$", UNIT.read_text("utf-8"), re.MULTILINE)
        assert line in page.splitlines()


def test_what_the_unit_and_the_container_write_is_named_with_its_whole_path() -> None:
    assert f'file = "{service()["StateDirectory"].join(("/var/lib/", ""))}/heartbeat"' in UNIT.read_text("utf-8")
    assert 'file = "/data/heartbeat"' in CONTAINER.read_text("utf-8")


@pytest.mark.parametrize("name", ["NoNewPrivileges", "ProtectHome", "PrivateDevices", "RestrictSUIDSGID"])
def test_the_unit_is_hardened(name: str) -> None:
    assert service()[name] == "yes"
    assert service()["ProtectSystem"] == "strict"
    assert service()["RestartPreventExitStatus"] == "2"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_itself_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    here = tmp_path / UNIT.name
    text = UNIT.read_text("utf-8").replace("/srv/bulletin-bot/.venv/bin/python", "/bin/true")
    here.write_text(text, "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False)
    assert UNIT.name not in done.stderr


def test_the_container_file_copies_what_is_there_and_runs_as_nobody_special() -> None:
    lines = [line for line in re.sub(r"\\\n", " ", CONTAINER.read_text("utf-8")).splitlines() if line.strip()]
    steps = [line for line in lines if not line.startswith("#")]
    assert all(INSTRUCTION.match(step) for step in steps)
    for step in steps:
        if step.startswith("COPY") and "--from" not in step:
            assert all((ROOT / source).exists() for source in step.split()[1:-1])
    users = [step.split()[1] for step in steps if step.startswith("USER")]
    assert users
    assert users[-1] not in ("root", "0")
    assert steps[-1] == 'CMD ["run"]'
