"""A gate is not green when tests were skipped, but for those that need ../shared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import gate

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pytest

@pytest.mark.skip(reason="{reason}")
def test_away():
    pass

def test_here():
    pass
"""


def test_only_what_needs_the_shared_folder_may_be_skipped() -> None:
    allowed = "Skipped: the reply corpora (../shared/bench/replies) are not here"
    assert gate.unwanted([]) == []
    assert gate.unwanted([allowed]) == []
    assert gate.unwanted(["Skipped: no strace", allowed, "Skipped: no mount", "Skipped: no strace"]) == [
        "Skipped: no mount",
        "Skipped: no strace",
    ]


@pytest.mark.parametrize(
    ("reason", "strict", "code"), [("no strace", "1", 1), ("no strace", "", 0), ("../shared is away", "1", 0)]
)
@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_with_skipped_tests_fails_in_a_gate_alone(
    tmp_path: Path, reason: str, strict: str, code: int, workers: str
) -> None:
    (tmp_path / "test_it.py").write_text(TESTS.format(reason=reason), "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        workers,
        "-p",
        "tests.conftest",
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    environment = {**os.environ, gate.STRICT: strict, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, str(tmp_path)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
    assert ("skipped, which a gate must not be: Skipped: no strace" in done.stdout) == (code == 1)
