"""The canaries would be heard: each place where a secret may come out is listened to."""

from __future__ import annotations

import base64
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import LoginFailed
from tests import canary

SECRET = canary.SECRETS[0]


def heard() -> str:
    """The newest leak, taken away: this test made it."""
    return canary.LEAKS.pop()


def test_in_a_message_of_the_log() -> None:
    logging.getLogger("anything").warning("log in as %s", f"bot:{SECRET}")
    assert heard().startswith("a secret in the log (anything")


def test_in_a_traceback_of_the_log() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("bot.test").exception("it failed")
    assert heard().startswith("a secret in the log (bot.test")


def test_in_an_error_of_ours() -> None:
    LoginFailed("The mailbox refused us.", f"The password was {SECRET}.", "login")
    assert heard() == "a secret in an error (LoginFailed login)"


def test_in_the_arguments_of_a_process() -> None:
    subprocess.run([sys.executable, "-c", "pass", SECRET], check=True)
    assert heard() == "a secret in the arguments of a process"


@pytest.mark.parametrize("before", ["", "x", "xy", "bot:"])
def test_in_a_file_that_the_bot_leaves_plain_and_as_base64(tmp_path: Path, before: str) -> None:
    (tmp_path / "other.db").write_bytes(base64.b64encode(f"{before}{SECRET} and more".encode()))
    canary.look_through(tmp_path)
    assert heard() == "a secret in the file other.db"


def test_an_address_in_a_traceback_is_not_printed_but_one_in_the_name_of_its_type_would_be() -> None:
    for kind in (ValueError, type("lead@council.example.org", (ValueError,), {})):
        try:
            raise kind("@".join(("lead", "council.example.org")))
        except ValueError:
            logging.getLogger("bot").exception("it failed")
    assert heard().startswith("an address in the log (bot,")
    assert canary.LEAKS == []


def test_an_address_in_what_the_bot_logs_but_not_in_what_it_prints() -> None:
    logging.getLogger("bot").info("sent to %s", "lead@council.example.org")
    assert heard().startswith("an address in the log (bot,")
    logging.getLogger("bot").debug("sent to %s", "lead@council.example.org")
    logging.getLogger("bot").info("sent %s mails", 3)
    assert canary.LEAKS == []
