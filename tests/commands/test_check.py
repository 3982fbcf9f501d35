"""check: a bulletin that cannot be opened is reported, and everything else is checked all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import Options
from bot.commands import checking
from bot.errors import ConfigError
from tests.bench import council
from tests.conversations.several import NORTH, SOUTH

IMAP = """
[mailbox]
kind = "imap"
address = "south@own.example"
ca_file = "missing.pem"
imap = { host = "mail.own.example", port = 993, username = "south", password_env = "SOUTH_PASSWORD" }
smtp = { host = "mail.own.example", port = 587 }

[trust]
profile = "none"
"""


def test_a_bulletin_whose_own_mailbox_cannot_be_opened_is_a_fault_and_the_others_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = council.configuration(tmp_path, bulletins=2, themes=2, readers=2)
    with (directory / SOUTH / "bulletin.toml").open("a", encoding="utf-8") as stream:
        stream.write(IMAP)
    monkeypatch.setenv("SOUTH_PASSWORD", "a secret")
    code = checking.check(Options(directory, verbose=False, log_json=False), None)
    lines = capsys.readouterr().out.splitlines()
    assert code == ConfigError.exit_code
    (fault,) = [line for line in lines if line.startswith("FAULT")]
    assert SOUTH in fault
    assert "missing.pem" in fault
    assert f"ok    {NORTH}: mail templates" in lines
    assert any(line.startswith("ok    mailbox") for line in lines)
