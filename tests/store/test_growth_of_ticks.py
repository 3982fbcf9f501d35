"""Real passes of the service on a store with years of history: each statement goes by an index, none is added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot.config import load_config
from bot.service import Service
from bot.store.sql import SqlStore
from bot.wiring import FixedClock, open_desk
from tests.bench import council
from tests.bench.bench_store import history
from tests.store.world import World

pytestmark = pytest.mark.slow

STRAY = b"From: x@else.example\r\nTo: bulletin@council.example.org\r\nSubject: Hello\r\n\r\nNo thread and no token.\r\n"
GROWING = {
    "blob", "inbound", "submission", "count", "draft", "part", "decision", "delivery", "due", "token", "event",
    "problem", "edition", "absence",
}  # fmt: skip
ONLY_OPEN_ROWS = {  # indexes over what is open now, whatever was before
    "ix_inbound_open", "ix_inbound_unfiled", "ix_inbound_left", "ix_delivery_live", "ix_delivery_readers",
    "ix_delivery_others",
    "uq_absence_open", "uq_problem_open",
}  # fmt: skip


def _sqlite_scans(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """The tables that SQLite would read from end to end."""
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    scans = [row.detail.split() for row in plan if row.detail.startswith("SCAN")]
    return [words[1] for words in scans if words[1] in GROWING and not ONLY_OPEN_ROWS & set(words)]


def _postgres_scans(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """The tables that PostgreSQL would read from end to end, or the whole of an index of theirs."""
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    return list(_scans(plan[0]["Plan"]))  # type: ignore[index]


def _scans(node: dict[str, Any]) -> list[str]:
    found = [scan for inner in node.get("Plans", ()) for scan in _scans(inner)]
    kind, table = node["Node Type"], node.get("Relation Name", "")
    by_index = "Index Cond" in node or node.get("Index Name") in ONLY_OPEN_ROWS
    if table in GROWING and (kind == "Seq Scan" or (kind.startswith("Index") and not by_index)):
        found.append(table)
    return found


MOST_ROWS = 100  # of one statement of a pass here; the history has more of everything that it brings


SCANS: dict[str, Callable[[Connection, str, Any], list[str]]] = {
    "sqlite": _sqlite_scans,
    "postgresql": _postgres_scans,
}


def test_passes_after_years_of_history_ask_the_same_and_go_by_indexes(tmp_path: Path, url: str) -> None:
    directory = council.configuration(tmp_path, bulletins=3, themes=2, readers=3, store_url=url)
    asked: dict[str, Any] = {}
    numbers: list[int] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        asked[statement] = parameters[0] if many else parameters
        numbers[-1] += 1

    with open_desk(load_config(directory, {}), {}, clock=FixedClock(council.REQUESTS)) as desk:
        assert isinstance(desk.store, SqlStore)
        engine = desk.store._engine

        def passed(minutes: int) -> int:
            """One pass, so many minutes after the replies; how many statements it took."""
            desk.clock.at = council.REPLIES + timedelta(minutes=minutes)  # type: ignore[attr-defined]
            asked.clear()
            numbers.append(0)
            event.listen(engine, "before_cursor_execute", note)
            Service(desk).tick()
            event.remove(engine, "before_cursor_execute", note)
            return numbers[-1]

        Service(desk).tick()
        replies = list(council.replies(desk, council.REPLIES))
        passed(0)  # with the purge of the day
        few = passed(3)
        history(World(url, desk.store), 60, 4, 50, bulletin=sorted(desk.bulletins)[0])
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":  # where both happen by themselves, or for small tables
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
                connection.exec_driver_sql("SET enable_seqscan = off")
            assert passed(6) <= few
            council.arrive(desk, [*replies, STRAY], "reply")
            passed(9)
            scans = SCANS[engine.dialect.name]
            found = [
                (table, statement)
                for statement, parameters in asked.items()
                if statement.split()[0] in {"SELECT", "UPDATE"}
                for table in scans(connection, statement, parameters)
            ]
            many = [
                statement
                for statement, parameters in asked.items()
                if statement.startswith("SELECT")
                if len(connection.exec_driver_sql(statement, parameters).all()) > MOST_ROWS
            ]
    assert found == []
    assert many == []
    assert any("FROM token" in statement and "purpose" in statement.split("WHERE")[1] for statement in asked)
    assert len(asked) > 30
