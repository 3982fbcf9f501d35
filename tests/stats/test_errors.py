"""Cells that hold an error: never taken for blanks, whatever program wrote the file."""

from __future__ import annotations

import io
import struct
import zipfile

from bot.stats.custody import StatisticsReading, read_statistics
from bot.stats.workbook import read_workbook
from tests.stats.build import DATA, config, ods, plain


def read(name: str, data: bytes) -> StatisticsReading:
    return read_statistics(read_workbook(name, data), config())


def of_cell(reading: StatisticsReading) -> set[str]:
    """The codes of the findings at the cell that was changed."""
    return {finding.code for finding in reading.findings if finding.where.endswith("!B3")}


def test_an_error_in_an_ods_is_no_blank() -> None:
    cell = b'<table:table-cell office:value-type="float" office:value="512"><text:p>512</text:p></table:table-cell>'
    error = (
        b'<table:table-cell table:formula="of:=[.X1]" office:value-type="string" office:string-value="" '
        b'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        b'calcext:value-type="error"><text:p>Err:508</text:p></table:table-cell>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ods(plain(total=False)))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(cell, error))
    reading = read("custody.ods", out.getvalue())
    assert of_cell(reading) == {"not-a-number"}
    assert reading.stops


def test_an_error_in_an_xls_is_no_blank() -> None:
    """The counts of the first row (one MULRK record) become an error value and filling (MS-XLS 2.4.24)."""
    data = (DATA / "plain.xls").read_bytes()
    counts = struct.pack("<HHHHH", 0xBD, 30, 2, 1, 15)
    assert data.count(counts) == 1
    at = data.index(counts)
    error = struct.pack("<HHHHHBB", 0x205, 8, 2, 1, 15, 0x17, 1)
    filling = struct.pack("<HH18x", 0x862, 18)
    reading = read("custody.xls", data[:at] + error + filling + data[at + 34 :])
    assert of_cell(reading) == {"not-a-number"}
