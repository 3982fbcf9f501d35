"""The bench runner: rows become lines, a broken bound is said, and the module's BOUNDS are asked."""

from __future__ import annotations

import pytest

from tests.bench.bench import Line, lines_of, main, modules, table


def test_rows_become_lines_with_the_bound_of_the_row_or_of_the_module() -> None:
    rows = [("a", 2.0, "bare", 1.0), ("b", 3.0, "bare", 1.0, 2.5), ("c", 3.0, "bare", 1.0)]
    found = lines_of("bench_x", rows, {"a": 4.0, "b": 9.0})
    assert [(line.name, line.limit, line.kept) for line in found] == [
        ("a", 4.0, True),
        ("b", 2.5, False),
        ("c", None, True),
    ]


def test_the_table_is_aligned_and_names_what_is_over() -> None:
    shown = table([Line("m", "short", 1.0, "bare", 0.5), Line("m", "a longer name", 10.0, "bare", 0.5, limit=4)])
    assert shown[2].endswith("OVER")
    assert shown[1].index("bare") == shown[2].index("bare")
    assert "20.00" in shown[2]


def test_every_bench_module_is_found() -> None:
    assert {"bench_reading", "bench_stats", "bench_store"} <= set(modules())
    assert modules("stats") == ["bench_stats"]


def test_a_run_that_measures_nothing_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "no such module"]) == 1
    assert "measurement" in capsys.readouterr().out
