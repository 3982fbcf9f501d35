"""docs/lifecycle.md says what the tables say."""

from __future__ import annotations

from enum import StrEnum

import pytest

from bot.core.lifecycle import Cell
from tests.docs.make_lifecycle import PAGE, PARTS, Table, diagram, page


def test_the_page_is_made_from_the_tables() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "run: python -m tests.docs.make_lifecycle"


@pytest.mark.parametrize(("table", "states"), [(part[2], part[3]) for part in PARTS], ids=[part[0] for part in PARTS])
def test_every_state_and_every_sentence_is_on_the_page(table: Table, states: type[StrEnum]) -> None:
    cells = [cell for row in table.values() for cell in row.values()]
    assert all(f"| {cell.says} |" in page() for cell in cells)
    assert all(state.value in diagram(table, states) for state in states)


def test_the_diagram_draws_each_arrow_once_with_its_events_and_ends_where_nothing_leaves() -> None:
    class Light(StrEnum):
        RED = "red"
        GREEN = "green"
        OUT = "out"

    class Happens(StrEnum):
        GO = "go"
        BREAK = "break"
        FAIL = "fail"

    here = Cell(None, "It stays.")
    table: Table = {
        Happens.GO: {"red": Cell("green", "Go."), "green": here, "out": here},
        Happens.BREAK: {"red": here, "green": Cell("out", "Out."), "out": here},
        Happens.FAIL: {"red": here, "green": Cell("out", "Out."), "out": here},
    }
    assert diagram(table, Light).splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> red",
        "    red --> green: go",
        "    green --> out: break / fail",
        "    out --> [*]",
        "```",
    ]
