"""The zip gate for workbooks: the common one, with room for one long sheet.

A hundred thousand rows are more than 20 MB of XML, the common limit of a part. Only worksheets may be larger here,
and every other rule of :func:`bot.sections.gate.check_package` holds.
"""

from __future__ import annotations

import io
import re
import zipfile

from bot.errors import InputError
from bot.sections.gate import ALL_BYTES_MAX, CHUNK, MEMBERS_MAX, PART_BYTES_MAX, RATIO_MAX, check_package

SHEET_BYTES_MAX = 45_000_000
_SHEET = re.compile(r"\A(?:xl/worksheets/[^/]+\.xml|content\.xml)\Z", re.IGNORECASE)
_SEND = "Please send a workbook with nothing but the table of counts in it, saved as an ordinary .xlsx file."


def check_workbook_package(data: bytes) -> None:
    """Raise InputError unless ``data`` is a zip package that may safely be read as a workbook."""
    try:
        check_package(data)
    except InputError as error:
        if error.code != "too-big":
            raise InputError(error.message, _SEND, error.code) from error
        _check_long_sheet(data, error)


def _check_long_sheet(data: bytes, refusal: InputError) -> None:
    """The common gate found names and places of the parts in order before it began to count: count again, wider."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        if len(members) > MEMBERS_MAX:
            raise InputError(refusal.message, _SEND, refusal.code)
        for info in members:
            limit = SHEET_BYTES_MAX if _SHEET.match(info.filename) else PART_BYTES_MAX
            limit = min(limit, ALL_BYTES_MAX - total, max(RATIO_MAX * info.compress_size, 1_000_000))
            total += _count(package, info, limit, refusal)


def _count(package: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int, refusal: InputError) -> int:
    size, tail = 0, b""
    with package.open(info) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise InputError(refusal.message, _SEND, refusal.code)
            window = (tail + chunk).replace(b"\x00", b"")
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                message = "The file was not opened because it declares a document type, which Office never does."
                raise InputError(message, _SEND, "unsafe-package")
            tail = chunk[-32:]
    return size
