"""The bricks: lines of keys, CSV, encodings, the nearest word."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import (
    nearest,
)
from bot.config.people import read_people
from bot.config.text import TomlFile, lines_of_keys, read_csv, read_text


def test_the_nearest_word_disregards_case() -> None:
    assert nearest("POLL_SECOND", ["poll_seconds", "log"]) == "poll_seconds"
    assert nearest("zzz", ["poll_seconds", "log"]) == ""


def test_lines_are_found_for_every_way_to_write_a_key() -> None:
    text = (
        'a = 1 # c = 2\n"b c" = """\nx = 1\n""" \n[t.u]\nd.e = [\n  "x", # ]\n  \'y]\',\n  {f = 1, g = [1,\n2]},\n]\n'
        "[[l]]\nk = 1\n[[l.m]]\nn = \"\"\n[[l]]\nk = '''a''''\n[l.o]\np = 2025-01-01T00:00:00Z\n"
    )
    found = lines_of_keys(text)
    assert tomllib.loads(text)["l"][1]["k"] == "a'"
    expected = {
        ("a",): 1,
        ("b c",): 2,
        ("t", "u"): 5,
        ("t", "u", "d", "e"): 6,
        ("t", "u", "d", "e", 1): 8,
        ("t", "u", "d", "e", 2, "g", 1): 10,
        ("l", 0, "k"): 13,
        ("l", 0, "m", 0, "n"): 15,
        ("l", 1, "k"): 17,
        ("l", 1, "o", "p"): 19,
    }
    assert {key: found.get(key) for key in expected} == expected


scalars = st.sampled_from(["1", '"a # ] }"', "'b = ['", "true", "2025-01-01", '"""\nx = 1\n"""', '"\\" ="', "-1.5e3"])
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ", # ]\n".join(items) + "]"),
        st.lists(inner.filter(lambda text: "\n" not in text), max_size=2).map(
            lambda items: "{" + ", ".join(f"k{number} = {item}" for number, item in enumerate(items)) + "}"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.lists(values, max_size=3)), max_size=5))
@settings(max_examples=100, deadline=None)
def test_every_key_of_any_toml_has_its_line(tables: list[tuple[bool, bool, list[str]]]) -> None:
    text = "".join(
        ("[[rows]]\n" if double else f"[t{number}]\n")
        + ("# note\n" if note else "")
        + "".join(f"marker_{number}_{place} = {value}\n" for place, value in enumerate(rows))
        for number, (double, note, rows) in enumerate(tables)
    )
    tomllib.loads(text)
    found = lines_of_keys(text)
    lines = text.split("\n")
    markers = {key: line for key, line in found.items() if str(key[-1]).startswith("marker_")}
    assert len(markers) == sum(len(rows) for _, _, rows in tables)
    assert all(lines[line - 1].startswith(f"{key[-1]} =") for key, line in markers.items())


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_as_toml_gives_data_or_faults(text: str) -> None:
    file = TomlFile("x.toml", text)
    assert (
        file.faults
        or file.data
        or not [line for line in text.splitlines() if line.strip(" \t") and line.strip()[0] != "#"]
    )
    assert all(fault.sentence().endswith((".", "?")) for fault in file.faults)


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_as_a_list_of_people_give_people_or_faults(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "people.csv"
    path.write_bytes(raw)
    file = read_people(path, "people.csv", "b")
    assert file.faults or file.people
    assert all("\n" not in fault.sentence() for fault in file.faults)


def test_a_cell_beyond_all_limits_does_no_harm() -> None:
    columns, rows, bad = read_csv("name,address\n" + "x" * 200_000 + ",a@b.example\nA,b@c.example\n")
    assert (columns, bad) == (["name", "address"], [2])
    assert rows[-1].cells == {"name": "A", "address": "b@c.example"}


def test_a_byte_that_no_encoding_knows_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"name\x81\xe9")
    assert read_text(path) == "name\ufffdé"
