"""Tables in HTML mail: which are data and which only layout, and data tables to rows with merged cells unrolled."""

from __future__ import annotations

import re

from lxml import etree

from bot.core.model import Run
from bot.mail.htmlstyle import Style

SPAN_MAX = 200
CELLS_MAX = 200_000
_FORM_MARK = re.compile(r"\[/?F\d{1,2}\]")
_LAYOUT_CHILDREN = frozenset(["blockquote", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol"])

Cell = tuple[Run, ...]


def data_tables(root: etree._Element) -> dict[etree._Element, bool]:
    """For each table: does it hold data? One pass; a table round another table is layout."""
    found: dict[etree._Element, bool] = {}
    stack: list[dict[str, object]] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if tag == "table":
            if event == "start":
                if stack:
                    stack[-1]["layout"] = True
                layout = element.get("role") == "presentation"
                stack.append({"element": element, "rows": 0, "cells": 0, "wide": 0, "full": 0, "layout": layout})
            elif stack:
                info = stack.pop()
                found[element] = _is_data(info)
        elif event == "start" and stack:
            _count(stack[-1], tag, element)
    return found


def _count(info: dict[str, object], tag: object, element: etree._Element) -> None:
    if tag == "tr":
        info["rows"] = int(str(info["rows"])) + 1
        info["cells"] = 0
    elif tag in ("td", "th"):
        info["cells"] = int(str(info["cells"])) + 1
        info["wide"] = max(int(str(info["wide"])), int(str(info["cells"])))
        if sum(1 for child in element if child.tag in ("p", "div")) > 3:
            info["layout"] = True
    elif tag in _LAYOUT_CHILDREN:
        info["layout"] = True
    if element.text and "[" in element.text and _FORM_MARK.search(element.text):
        info["layout"] = True


def _is_data(info: dict[str, object]) -> bool:
    return not info["layout"] and int(str(info["wide"])) >= 2 and int(str(info["rows"])) >= 2


class TableBuilder:
    """Takes the events inside one data table and gives its rows."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._rows: list[list[tuple[Cell, int, int, bool]]] = []
        self._pieces: list[tuple[str, bool, bool, str | None]] = []
        self._cell: etree._Element | None = None
        self._raw: list[str] = []
        self._loose: list[str] = []
        self._hidden: list[str] = []

    def start(self, tag: str, element: etree._Element) -> None:
        """An element inside the table begins."""
        if tag == "tr":
            self._close_cell()
            self._rows.append([])
        elif tag in ("td", "th"):
            self._close_cell()
            if not self._rows:
                self._rows.append([])
            self._cell = element
        elif tag in ("p", "div", "br") and self._pieces:
            self._pieces.append((" ", False, False, None))

    def end(self, tag: str) -> None:
        """An element inside the table ends."""
        if tag in ("td", "th"):
            self._close_cell()

    def text(self, text: str, style: Style) -> None:
        """Characters inside the table; those outside any cell (a caption) are kept with the raw text."""
        if style.hidden:
            self._hidden.append(text)
        elif self._cell is not None:
            self._pieces.append((text, style.bold and self._cell.tag != "th", style.italic, style.url))
        elif text.strip():
            self._loose.append(text.strip())

    def hidden_text(self) -> str:
        """The words in the table that its reader does not see."""
        return " ".join(" ".join(self._hidden).split())

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        from bot.mail.linebuilder import runs_of

        runs = runs_of(self._pieces)
        down, across = _span(self._cell, "rowspan"), _span(self._cell, "colspan")
        self._rows[-1].append((runs, down, across, self._cell.tag == "th"))
        self._pieces, self._cell = [], None

    def finish(self) -> tuple[tuple[tuple[Cell, ...], ...], int, str]:
        """(rows, how many of them are headings, all visible text)."""
        self._close_cell()
        grid, header_rows = _unroll(self._rows)
        raw = [" ".join(self._loose)] if self._loose else []
        raw += ["\t".join("".join(run.text for run in cell) for cell, *_ in row) for row in self._rows]
        return grid, header_rows, "\n".join(line for line in raw if line.strip())


def _span(cell: etree._Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, min(int(value), SPAN_MAX)) if re.fullmatch(r"\d{1,6}", value) else 1


def _unroll(rows: list[list[tuple[Cell, int, int, bool]]]) -> tuple[tuple[tuple[Cell, ...], ...], int]:
    grid: list[dict[int, Cell]] = [{} for _ in rows]
    header = [True] * len(rows)
    budget = CELLS_MAX
    for number, row in enumerate(rows):
        column = 0
        header[number] = bool(row) and all(is_header for *_, is_header in row)
        for runs, down, across, _ in row:
            while column in grid[number]:
                column += 1
            for below in range(number, min(number + down, len(rows))):
                for right in range(column, column + across):
                    if budget > 0:
                        grid[below].setdefault(right, runs)
                        budget -= 1
            column += across
    width = max((max(line, default=-1) + 1 for line in grid), default=0)
    width = min(width, CELLS_MAX // max(1, len(grid)))  # a single long row makes every other one as wide
    table = [tuple(line.get(column, ()) for column in range(width)) for line in grid]
    kept = [(line, head) for line, head in zip(table, header, strict=True) if any(line)]
    said = max((at + 1 for line, _ in kept for at, cell in enumerate(line) if cell), default=0)
    kept = [(line[:said], head) for line, head in kept]  # without columns that are empty throughout at the right edge
    heads = 0
    while heads < len(kept) and kept[heads][1]:
        heads += 1
    return tuple(line for line, _ in kept), max(heads, 1)
