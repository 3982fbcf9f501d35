"""What an old .xls file hides, from its records; the values themselves are read by calamine.

An .xls file is an OLE container whose "Workbook" stream is a row of records: type, length, body (MS-XLS 2.1.4).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from bot.errors import InputError
from bot.stats.xlsx import CELLS_MAX, SEND, Structure

_RECORD = struct.Struct("<HH")
_BOUNDSHEET, _FILEPASS, _BOF, _EOF = 0x85, 0x2F, 0x809, 0x0A
_ROW, _COLINFO, _OBPROJ, _MERGED = 0x208, 0x7D, 0xD3, 0xE5
_FORMULA, _BOOLERR = 0x06, 0x205
_CELLS = {0x203: "NUMBER", 0x27E: "RK", 0xFD: "LABELSST", 0x204: "LABEL", 0x06: "FORMULA", 0x205: "BOOLERR"}
_MULRK = 0xBD
_PROTECTED = "The workbook is protected by a password."


def is_encrypted_office(data: bytes) -> bool:
    """Whether an OLE container is an .xlsx file locked with a password."""
    with _open(data) as container:
        return bool(container.exists("EncryptedPackage"))


def _open(data: bytes) -> olefile.OleFileIO:
    try:
        return olefile.OleFileIO(io.BytesIO(data))
    except (OSError, ValueError, IndexError, struct.error, AttributeError, TypeError) as error:
        raise InputError("The workbook is damaged and cannot be read.", SEND, "not-a-workbook") from error


def read_structures(data: bytes) -> dict[str, Structure]:
    """The structure of every visible sheet by its name. Raises InputError for macros, a password, or huge sheets."""
    with _open(data) as container:
        names = {"/".join(path).casefold() for path in container.listdir(streams=True, storages=True)}
        if any("_vba_project" in name or name == "macros" for name in names):
            raise InputError("The workbook contains macros, which are never opened here.", SEND, "macro-enabled")
        stream = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
        if stream is None:
            raise InputError("The file is not a workbook.", SEND, "not-a-workbook")
        try:
            book = container.openstream(stream).read()
        except OSError as error:
            raise InputError("The workbook is damaged and cannot be read.", SEND, "not-a-workbook") from error
    sheets = _bound_sheets(book)
    found = {}
    for start, name, visible in sheets:
        if visible:
            found[name] = _structure(book, start)
    return found


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    position = start
    while position + _RECORD.size <= len(book):
        kind, length = _RECORD.unpack_from(book, position)
        body = book[position + _RECORD.size : position + _RECORD.size + length]
        position += _RECORD.size + length
        yield kind, body


def _bound_sheets(book: bytes) -> list[tuple[int, str, bool]]:
    """(offset, name, visible) of every worksheet, from the records before the first EOF."""
    sheets = []
    for kind, body in _records(book, 0):
        if kind == _FILEPASS:
            raise InputError(_PROTECTED, SEND, "protected-file")
        if kind == _OBPROJ:
            raise InputError("The workbook contains macros, which are never opened here.", SEND, "macro-enabled")
        if kind == _BOUNDSHEET and len(body) >= 8:
            offset, state, sort, length, wide = struct.unpack_from("<LBBBB", body)
            if sort == 1:
                raise InputError("The workbook contains macros, which are never opened here.", SEND, "macro-enabled")
            text = body[8 : 8 + length * (2 if wide & 1 else 1)]
            sheets.append((offset, text.decode("utf-16-le" if wide & 1 else "latin-1", "replace"), state & 3 == 0))
        if kind == _EOF:
            break
    return sheets


def _structure(book: bytes, start: int) -> Structure:
    """Hidden rows and columns, merged areas and the extent of one sheet (until its own EOF, charts inside skipped)."""
    structure = Structure()
    depth = 0
    for kind, body in _records(book, start):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1:
            _read_record(kind, body, structure)
    if (structure.last_row + 1) * (structure.last_column + 1) > CELLS_MAX:
        raise InputError("A sheet of the workbook has a cell far away from the table.", SEND, "too-big")
    return structure


def _read_record(kind: int, body: bytes, structure: Structure) -> None:
    if kind == _ROW and len(body) >= 14:
        row, height, flags = struct.unpack_from("<H4xH4xH", body)
        if flags & 0x20 or height & 0x7FFF == 0:
            structure.hidden_rows.add(row)
    elif kind == _COLINFO and len(body) >= 10:
        first, last, width, _, flags = struct.unpack_from("<HHHHH", body)
        if flags & 1 or width == 0:
            structure.hidden_columns.update(range(first, min(last, 255) + 1))
    elif kind == _MERGED and len(body) >= 2:
        (count,) = struct.unpack_from("<H", body)
        for number in range(min(count, (len(body) - 2) // 8)):
            top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * number)
            structure.merged.append(((top, left), (bottom, right)))
    elif (kind in _CELLS or kind == _MULRK) and len(body) >= 4:
        row, column = struct.unpack_from("<HH", body)
        if kind == _MULRK:
            (column,) = struct.unpack_from("<H", body, len(body) - 2)
        structure.last_row = max(structure.last_row, row)
        structure.last_column = max(structure.last_column, column)
        if _is_error(kind, body):
            structure.errors[row, column] = "#ERROR"


def _is_error(kind: int, body: bytes) -> bool:
    """Whether a cell holds an error value: one typed in, or the result of a formula ([MS-XLS] 2.5.10, 2.5.133)."""
    if kind == _BOOLERR:
        return len(body) >= 8 and body[7] == 1
    return kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2
