"""Writes docs/lifecycle.md from the three transition tables: `python -m tests.docs.make_lifecycle`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.core.lifecycle import DELIVERY, EDITION, INBOUND, Cell
from bot.core.model import DeliveryState, EditionState, InboundState

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"
INTRO = """# Lifecycle

Every transition of an edition, of a mail that we received and of a mail that we send stands in one of three tables in
[bot/core/lifecycle.py](../bot/core/lifecycle.py). What is not in them does not happen. This page is made from those
tables by `python -m tests.docs.make_lifecycle`, and a test compares the two.

In the tables a cell in **bold** names the next state; every other cell stays where it is and says why.
"""

Table = Mapping[Any, Mapping[str, Cell]]
PARTS: tuple[tuple[str, str, Table, type[StrEnum]], ...] = (
    ("Edition", "One month of a bulletin.", EDITION, EditionState),
    ("Inbound", "A mail that we received.", INBOUND, InboundState),
    ("Delivery", "One mail to one envelope.", DELIVERY, DeliveryState),
)


def diagram(table: Table, states: type[StrEnum]) -> str:
    """The arrows of a table as a mermaid state diagram; the states without a way out end it."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for state in states:
        for event, row in table.items():
            to = row[state.value].to
            if to is not None:
                arrows.setdefault((state.value, to), []).append(event.value)
    first = next(iter(states)).value
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {start} --> {end}: {' / '.join(events)}" for (start, end), events in arrows.items()]
    lines += [f"    {state.value} --> [*]" for state in states if all(start != state.value for start, _ in arrows)]
    return "\n".join(["```mermaid", *lines, "```"])


def full_table(table: Table, states: type[StrEnum]) -> str:
    """Every cell with its sentence: a block of rows an event, so that the page stays readable."""
    lines: list[str] = ["| event | while it is | then | what is said |", "|---|---|---|---|"]
    for event, row in table.items():
        for state in states:
            cell = row[state.value]
            then = f"**{cell.to}**" if cell.to is not None else "stays"
            lines.append(f"| {event.value} | {state.value} | {then} | {cell.says} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    parts = [INTRO]
    for title, what, table, states in PARTS:
        parts += [f"## {title}\n", f"{what}\n", f"{diagram(table, states)}\n", f"{full_table(table, states)}\n"]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
