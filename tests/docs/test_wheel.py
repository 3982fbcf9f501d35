"""A wheel built from a clean clone, installed in a new environment elsewhere, works without the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command far from the repository; what it says. A failure shows all of it."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def clone(folder: Path) -> Path:
    """What a clone holds: no file that is not committed. Where there is no git, what an archive of it holds."""
    if shutil.which("git") and (ROOT / ".git").exists():
        run("git", "-c", "safe.directory=*", "clone", "--quiet", "--no-hardlinks", ROOT, folder, cwd=folder.parent)
    else:
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "var", "demo-out", "__pycache__"))
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a new environment that holds the wheel and sees the locked packages of this one."""
    place = tmp_path_factory.mktemp("elsewhere")
    source = clone(place / "clone")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", place / "wheel", source, cwd=place)
    shutil.rmtree(source)
    (wheel,) = (place / "wheel").glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", place / "venv", cwd=place)
    programs = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = programs / Path(sys.executable).name
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=place)
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).strip()
    (Path(own) / "locked.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return programs


def test_demo_and_check_run_without_the_repository(installed: Path, tmp_path: Path) -> None:
    python, bot = installed / Path(sys.executable).name, installed / "bulletin-bot"
    where = run(python, "-c", "import bot; print(bot.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(installed.parent)
    said = run(bot, "demo", "--out", tmp_path / "month", cwd=tmp_path)
    word = [file for file in (tmp_path / "month").rglob("*.docx") if file.read_bytes().startswith(b"PK")]
    assert word, said
    checked = run(bot, "--config", tmp_path / "month" / "config", "check", cwd=tmp_path)
    assert "FAULT" not in checked
    assert "Word edition" in checked
    assert str(ROOT) not in checked
