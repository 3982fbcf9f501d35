"""What the log prints of an exception: where it was and what it is called, never what it says."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from pydantic import BaseModel, ValidationError

from bot.commands.shared import LINE, JsonLines, Lines, places

SAID = "not one plain email address: " + "@".join(("lead", "council.example.org"))  # together nowhere in the source


class Row(BaseModel):
    """Something that shows its input when it is wrong."""

    number: int


def read() -> None:
    """An exception that was caused by one that came while another was handled."""
    try:
        try:
            Row.model_validate({"number": SAID})
        except ValidationError:
            raise LookupError(SAID)  # noqa: B904 - a context, not a cause
    except LookupError as error:
        raise RuntimeError(SAID) from error


def record() -> logging.LogRecord:
    """As log.exception() makes it."""
    try:
        read()
    except RuntimeError:
        return logging.LogRecord("bot", logging.ERROR, __file__, 1, "inbound %s", (7,), sys.exc_info())
    raise AssertionError


@pytest.mark.parametrize("formatter", [Lines(LINE), JsonLines()])
def test_a_traceback_has_frames_and_names_of_types_and_no_text(formatter: logging.Formatter) -> None:
    printed = formatter.format(record())
    assert "council.example.org" not in printed
    assert "plain email" not in printed
    text = json.loads(printed)["error"] if isinstance(formatter, JsonLines) else printed
    for wanted in ("ValidationError", "LookupError", "RuntimeError", "test_log.py", "in read", "in record"):
        assert wanted in text
    assert text.index("ValidationError") < text.index("LookupError") < text.index("RuntimeError")
    assert text.splitlines()[-1] == "RuntimeError"


def hide() -> None:
    """One exception in place of another."""
    try:
        raise KeyError(SAID)
    except KeyError:
        raise ValueError(SAID) from None


def test_what_is_hidden_on_purpose_is_not_named_and_a_circle_ends() -> None:
    with pytest.raises(ValueError, match="plain email") as caught:
        hide()
    assert "KeyError" not in places(caught.value)
    caught.value.__cause__ = caught.value
    assert places(caught.value).endswith("ValueError")
    assert places(None) == ""
