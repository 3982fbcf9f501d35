"""The values of a workbook's visible sheets, by calamine; every failure of the library is one plain sentence."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.errors import InputError
from bot.stats.cells import Cell
from bot.stats.xlsx import SEND, check_extent

SHEETS_MAX = 100
SheetValues = tuple[str, Sequence[Sequence[Cell]] | None]  # a sheet's name and its rows from A1; None: it is hidden


def sheet_values(data: bytes, names: Sequence[str]) -> list[SheetValues]:
    """The rows of the visible worksheets called ``names``, and the names of the hidden sheets.

    Raises InputError when the workbook is protected, damaged or too large.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    damaged = InputError("The workbook is damaged and cannot be read.", SEND, "not-a-workbook")
    found: list[SheetValues] = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            if len(book.sheets_metadata) > SHEETS_MAX:
                raise InputError("The workbook has too many sheets.", SEND, "too-big")
            for meta in book.sheets_metadata:
                if meta.visible is not SheetVisibleEnum.Visible:
                    found.append((meta.name, None))
                elif meta.typ is SheetTypeEnum.WorkSheet and meta.name in names:
                    sheet = book.get_sheet_by_name(meta.name)
                    check_extent(*(sheet.end or (-1, -1)))
                    found.append((meta.name, sheet.to_python(skip_empty_area=False) if sheet.end else []))
    except PasswordError as error:
        raise InputError("The workbook is protected by a password.", SEND, "protected-file") from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise damaged from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust library's own word for a bug of its
            raise
        raise damaged from error
    return found


def plain_values(data: bytes, names: Sequence[str]) -> list[Any]:
    """The same as plain data, for a child process: a date or time is the text of what it is, in a list of one."""
    return [
        [name, None if rows is None else [[_plain(cell) for cell in row] for row in rows]]
        for name, rows in sheet_values(data, names)
    ]


def _plain(cell: Cell) -> object:
    if isinstance(cell, datetime | date):
        return [cell.isoformat()[:10]]
    return [str(cell)] if isinstance(cell, time | timedelta) else cell


def of_plain(values: Sequence[Any]) -> list[SheetValues]:
    """What :func:`plain_values` gave, as values again."""
    return [
        (str(name), None if rows is None else [[_value(cell) for cell in row] for row in rows]) for name, rows in values
    ]


def _value(cell: object) -> Cell:
    if isinstance(cell, list):
        try:
            return date.fromisoformat(cell[0])
        except ValueError:
            return str(cell[0])
    return cell if isinstance(cell, str | int | float | bool) else None
