"""What stands in the list of contents, and the name of the place that each line leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.model import Bulletin, Section
from bot.render.clean import TYPED_MARK

ITEMS_LISTED_MAX = 40  # a longer list would be no help on the first page: then themes alone are listed

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents: ``level`` 1 is a theme, 2 an item; ``anchor`` names the heading it leads to."""

    level: int
    text: str
    anchor: str


def section_anchor(index: int, section: Section) -> str:
    """The name of a theme's heading; a letter first, at most 40 characters (Word's limit for bookmarks)."""
    return f"t{index + 1}_{_NOT_IN_A_NAME.sub('_', section.theme)[:30]}".rstrip("_")


def item_anchor(index: int, item_index: int) -> str:
    """The name of an item's heading."""
    return f"t{index + 1}_item{item_index + 1}"


def figures_anchor(index: int) -> str:
    """The name of the heading of a section's statistics."""
    return f"t{index + 1}_figures"


def is_printed(section: Section) -> bool:
    """Whether a section is printed at all: a missing one prints nothing."""
    return bool(section.nil or section.items or section.statistics)


def contents(bulletin: Bulletin) -> tuple[Entry, ...]:
    """The lines of the contents in print order; no two lines read the same."""
    printed = [(index, section) for index, section in enumerate(bulletin.sections) if is_printed(section)]
    with_items = sum(len(section.items) for _, section in printed) <= ITEMS_LISTED_MAX
    entries: list[Entry] = []
    taken: set[str] = set()
    for index, section in printed:
        theme = _unique(TYPED_MARK.sub("", section.title), "", taken)
        entries.append(Entry(1, theme, section_anchor(index, section)))
        if not with_items:
            continue
        for item_index, item in enumerate(section.items):
            if item.heading and item.heading.lower() != section.title.lower():
                text = _unique(TYPED_MARK.sub("", item.heading), section.title, taken)
                entries.append(Entry(2, text, item_anchor(index, item_index)))
        if section.statistics is not None and section.statistics.title:
            entries.append(Entry(2, _unique(section.statistics.title, section.title, taken), figures_anchor(index)))
    return tuple(entries)


def _unique(text: str, behind: str, taken: set[str]) -> str:
    candidate, number = text, 1
    while candidate.lower() in taken:
        candidate = f"{text} ({behind})" if behind and number == 1 else f"{text} ({number})"
        number += 1
    taken.add(candidate.lower())
    return candidate
