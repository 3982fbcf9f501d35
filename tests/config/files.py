"""The example configuration as a copy whose files a test changes, and what loading it then says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent.parent / "config"


class Files:
    """A copy of the example configuration whose files a test changes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        shutil.copytree(EXAMPLE, directory)

    def path(self, name: str) -> Path:
        return self.directory / name if name == "bot.toml" else self.directory / "ccsu-rag" / name

    def write(self, name: str, text: str | bytes) -> None:
        self.path(name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def change(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))

    def append(self, name: str, text: str) -> None:
        self.write(name, self.path(name).read_text("utf-8") + text)

    def line(self, name: str, text: str) -> int:
        lines = self.path(name).read_text("utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def load(self, **environ: str) -> Config:
        return load_config(self.directory, environ)

    def problems(self, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as told:
            self.load(**environ)
        assert told.value.exit_code == 2
        return list(told.value.problems)

    def problem(self, **environ: str) -> str:
        (only,) = self.problems(**environ)
        return only
