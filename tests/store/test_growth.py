"""Nothing that a tick does grows with history: every statement of it goes by an index."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from bot.core.lifecycle import DeliveryEvent
from bot.core.model import EditionState, InboundState
from bot.core.records import (
    DeliveriesRequeued,
    DeliveriesWithdrawn,
    DueDone,
    Logged,
    ProblemCleared,
    TokensKilled,
)
from bot.store.sql import SqlStore
from tests.store.world import MAILBOX, NOW, World, edition, later

SMALL = {"chain"}  # one row an edition


def _tick(world: World) -> None:
    """Everything that a month's ticks ask of the store."""
    store, number = world.sql, world.edition.id
    inbound = world.mail("1")
    store.known(MAILBOX, "2")
    store.unhandled(5)
    store.unhandled(5, now=NOW)
    store.begin_attempt(inbound)
    store.seen("digest", inbound)
    store.apply([world.closed(inbound), world.submission(inbound), DueDone(edition_id=number, name="request")], NOW)
    store.unfiled(5)
    store.filed(inbound)
    store.inbounds((InboundState.HELD,))
    store.editions(states=(EditionState.COLLECTING,))
    store.edition("ccsu-rag", "2025-08")
    key = world.queue("a", "receipt")
    store.lease_deliverable(NOW, 10, 60)
    store.silent(NOW, 10, 60)
    world.move(key, DeliveryEvent.RELEASE, DeliveryEvent.ACCEPTED)
    store.delivery_by_message_id("<x>")
    store.deliveries(number)
    store.token("h")
    store.live_tokens("lead", ["ccsu-rag", "other"], ["2025-07", "2025-08"])
    store.problems()
    store.newest_line()
    store.draft(number, 1)
    store.view(number)
    store.views([number, store.add_edition(edition("2025-08", "other")).id])
    store.opened(["ccsu-rag", "other"], "2025-08")
    world.save(EditionState.COLLECTING)
    store.apply(
        [
            DeliveriesWithdrawn(edition_id=number, reason="HOLD"),
            DeliveriesRequeued(edition_id=number, kinds=("receipt",), not_before=NOW),
            TokensKilled(bulletin="ccsu-rag", period="2025-08"),
            ProblemCleared(code="c", where="w"),
            Logged(what="x", edition_id=number),
            *world.drafted(),
        ],
        later(1),
    )


def test_no_statement_of_a_tick_reads_a_whole_table(sqlite_url: str) -> None:
    world = World(sqlite_url, SqlStore(sqlite_url))
    asked: dict[str, Any] = {}

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        asked[statement] = parameters[0] if many else parameters

    event.listen(world.sql._engine, "before_cursor_execute", note)
    _tick(world)
    event.remove(world.sql._engine, "before_cursor_execute", note)
    scans = []
    with world.sql._engine.connect() as connection:
        for statement, parameters in asked.items():
            if statement.split()[0] in {"SELECT", "UPDATE"}:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                scans += [
                    (row.detail, statement)
                    for row in plan
                    if row.detail.startswith("SCAN") and " USING " not in row.detail
                    if row.detail.split()[1] not in SMALL and "CONSTANT ROW" not in row.detail
                ]
    assert [detail for detail, _ in scans] == [], scans
    assert len(asked) > 40
    world.sql.close()
