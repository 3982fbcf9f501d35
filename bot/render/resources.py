"""Where our own templates lie: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.model import Run

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(__file__).resolve().parents[1]


def templates_folder() -> Path:
    """The folder of the templates that came with the program."""
    installed = _PACKAGE / "_data" / "templates"
    return installed if installed.is_dir() else _PACKAGE.parent / "templates"


@lru_cache(maxsize=4)
def environment(folder: Path | None = None) -> Environment:
    """jinja2 over the templates, everything escaped; ``folder`` (the operator's) is looked into first."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folders = [path for path in (folder, templates_folder()) if path is not None]
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["groupby_url"] = links_together
    return made


def links_together(runs: tuple[Run, ...]) -> list[tuple[str | None, list[Run]]]:
    """Runs in groups of one link (or none), so that a link of several looks is one link."""
    groups: list[tuple[str | None, list[Run]]] = []
    for run in runs:
        if groups and groups[-1][0] == run.url:
            groups[-1][1].append(run)
        else:
            groups.append((run.url, [run]))
    return groups
