"""Damaged and random files end as an InputError or as findings, never as anything else."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InputError
from bot.stats.custody import read_statistics, statistics_json
from bot.stats.workbook import read_workbook
from tests.stats.build import DATA, config, csv, plain, xlsx

CONFIG = config()
XLSX = xlsx(plain("Since October 2020, to the end of August 2025"))
DAMAGE = st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=0, max_size=3)), min_size=1, max_size=8)
CELLS = st.sampled_from(
    [
        "CSP",
        "Positive",
        "Negative",
        "Refused",
        "Total",
        "Dacorum",
        "NFA",
        "Watford",
        "12",
        "-",
        "",
        "1,2",
        "Aug 2025",
        "%",
    ]
)


def ends_well(data: bytes) -> bool:
    """Whether reading it gives findings or one plain sentence."""
    try:
        reading = read_statistics(read_workbook("file.xlsx", data), CONFIG, expected_period="2025-08")
    except InputError as error:
        return bool(error.message and error.hint)
    document = statistics_json(reading)
    total = sum(row["total"] or 0 for row in document["rows"])
    return total == document["totals"]["total"] and all(finding["message"] for finding in document["findings"])


def damaged(data: bytes, damage: list[tuple[int, bytes]]) -> bytes:
    for place, new in damage:
        place %= len(data)
        data = data[:place] + new + data[place + 1 :]
    return data


@given(DAMAGE, st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"]))
@settings(max_examples=80, deadline=None)
def test_damaged_parts_of_an_xlsx(damage: list[tuple[int, bytes]], part: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(XLSX)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, damaged(old.read(name), damage) if name == part else old.read(name))
    assert ends_well(out.getvalue())


@given(st.lists(st.lists(CELLS, max_size=6), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_cells_in_any_order(rows: list[list[str]]) -> None:
    assert ends_well(csv([*[list(row) for row in rows], ["x"]]))


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes(data: bytes) -> None:
    assert ends_well(data)


def test_an_xls_that_asks_for_endless_memory_ends_in_its_own_process() -> None:
    """Bytes set to 255 all over the file: the library stops its whole process on some of them."""
    whole = (DATA / "plain.xls").read_bytes()
    for place in range(600, len(whole), 900):
        assert ends_well(whole[:place] + b"\xff" * 6 + whole[place + 6 :])
