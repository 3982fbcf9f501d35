"""A workbook as values: sheets of cells that keep their places, and what of it is hidden or not worked out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Place = tuple[int, int]  # row, column, both from 0
Area = tuple[Place, Place]  # top left and bottom right, inclusive

_PLAIN_NAME = re.compile(r"\A[A-Za-z_][A-Za-z0-9_.\-]*\Z")


def column_letters(column: int) -> str:
    """0 -> "A", 26 -> "AA"."""
    if 0 <= column < 26:
        return chr(65 + column)
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """ "A" -> 0, "AA" -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet, or the name of a hidden one (``visible`` False: its cells are not even loaded).

    ``rows`` starts with row 1 of the sheet and column A. Hidden rows and columns are listed, not removed. ``pending``
    are the cells whose formula was never worked out by the program that saved the file.
    """

    name: str
    rows: Sequence[Sequence[Cell]] = ()
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    pending: frozenset[Place] = frozenset()
    merged: tuple[Area, ...] = ()
    separated: bool = False  # a text file, whose columns are told apart by a character
    words: str = field(default="", compare=False)  # text that stands with the table (a caption, the mail's subject)

    def value(self, row: int, column: int) -> Cell:
        """The cell's value; None when it is empty, hidden or beyond the sheet's end."""
        if row in self.hidden_rows or column in self.hidden_columns or not 0 <= row < len(self.rows):
            return None
        cells = self.rows[row]
        if not 0 <= column < len(cells):
            return None
        value = cells[column]
        return None if value == "" else value

    def ref(self, row: int, column: int, end: Place | None = None) -> str:
        """ "Sheet1!B4", or "Sheet1!A2:E2" with ``end``; a name with spaces is quoted as spreadsheets do."""
        name = self.name if _PLAIN_NAME.match(self.name) else "'" + self.name.replace("'", "''") + "'"
        place = f"{column_letters(column)}{row + 1}"
        if end is not None and end != (row, column):
            place += f":{column_letters(end[1])}{end[0] + 1}"
        return f"{name}!{place}"


@dataclass(frozen=True, slots=True)
class Workbook:
    """Everything that a statistics file holds, in the order of its sheets. ``name`` is the file's name."""

    name: str
    sheets: tuple[Sheet, ...]

    @property
    def visible(self) -> tuple[Sheet, ...]:
        """The sheets that a person sees on opening the file."""
        return tuple(sheet for sheet in self.sheets if sheet.visible)
