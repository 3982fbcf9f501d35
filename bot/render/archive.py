"""The archive: each edition as one page that needs nothing else, and a page that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.render.clean import clean_text
from bot.render.figures import month_name
from bot.render.resources import environment

INDEX_LAYOUT = "archive.html.j2"


@dataclass(frozen=True, slots=True)
class Archived:
    """One edition in the archive: its period ("2025-08"), the name of its page, and the themes it has."""

    period: str
    page: str
    themes: tuple[str, ...] = ()


def render_index(title: str, editions: Sequence[Archived], templates: Path | None = None) -> str:
    """The list of editions as an HTML page, newest first, under a heading for each year."""
    years: dict[str, list[tuple[str, Archived]]] = {}
    for edition in sorted(editions, key=lambda one: one.period, reverse=True):
        years.setdefault(edition.period[:4], []).append((month_name(edition.period), edition))
    layout = environment(templates).get_template(INDEX_LAYOUT)
    return layout.render(title=" ".join(clean_text(title).split()), years=years)
