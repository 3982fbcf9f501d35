"""The month on one page: `status --html FILE`, self-contained, no script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.errors import InputError
from bot.render.resources import environment


def write_page(document: dict[str, Any], file: Path) -> None:
    """Write the status page."""
    text = environment().get_template("status.html.j2").render(document)
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", "Choose another place.", "no-file") from error
