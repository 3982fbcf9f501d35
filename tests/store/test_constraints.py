"""Each UNIQUE, CHECK and FOREIGN KEY refuses a bad row, and the same row goes in once that one rule is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest
from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    create_engine,
    insert,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import ColumnCollectionConstraint

from bot.store import schema
from tests.store.world import NOW

D = "d" * 64
GOOD: dict[str, dict[str, Any]] = {
    "blob": {"digest": D, "data": b"x"},
    "edition": {"id": 1, "bulletin": "b", "period": "2025-08", "state": "planned", "version": 0, "data": "{}"},
    "inbound": {
        "id": 1, "mailbox": "m", "ref": "r", "state": "remembered", "attempts": 0, "junk": False, "received_at": NOW,
        "digest": "", "blob": D, "edition_id": 1, "note": "", "filed": False,
    },
    "submission": {"id": 1, "edition_id": 1, "theme": "t", "revision": 1, "inbound": 1, "data": "{}"},
    "count": {
        "id": 1, "series": "s", "period": "p", "district": "d", "measure": "m", "revision": 1, "value": 1, "source": "",
        "inbound": 1,
    },
    "draft": {"id": 1, "edition_id": 1, "number": 1, "digest": D, "data": "{}"},
    "part": {"draft_id": 1, "name": "bulletin.docx", "digest": D},
    "decision": {
        "id": 1, "edition_id": 1, "inbound": 1, "draft": 1, "word": "HOLD", "argument": "", "person": "p", "done": "",
        "at": NOW,
    },
    "delivery": {
        "id": 1, "key": "k", "message_id": "<m>", "edition_id": 1, "kind": "request", "sender": "s", "recipient": "r",
        "header": D, "body": D, "state": "queued", "reason": "", "queued_at": NOW, "not_before": NOW,
        "changed_at": NOW, "attempts": 0,
    },
    "due": {"edition_id": 1, "name": "request", "at": NOW},
    "token": {
        "hash": "h", "purpose": "lead", "bulletin": "b", "period": "p", "theme": "", "person": "p", "dead": False,
    },
    "absence": {"id": 1, "person": "p", "address": "p", "since": NOW, "why": "bounce", "inbound": 1},
    "people": {
        "id": 1, "bulletin": "b", "number": 1, "digest": D, "edition_id": 1, "inbound": 1, "person": "p", "at": NOW,
    },
    "problem": {"id": 1, "code": "c", "where": "w", "sentence": "s", "todo": "", "edition_id": 1, "noted_at": NOW},
    "event": {"number": 1, "edition_id": 0, "at": NOW, "what": "x", "data": "{}", "previous": "", "hash": D},
    "chain": {"edition_id": 0, "number": 0, "head": ""},
    "retained": {"period": "2025-08", "since": NOW, "why": ""},
}  # fmt: skip
BAD: dict[str, dict[str, Any]] = {  # what breaks each CHECK
    "ck_blob_purged": {"data": None},
    "ck_blob_digest": {"digest": "short"},
    "ck_edition_state": {"state": "sleeping"},
    "ck_edition_version": {"version": -1},
    "ck_inbound_state": {"state": "lost"},
    "ck_inbound_place": {"place": "elsewhere", "closed_at": NOW},
    "ck_inbound_closed": {"place": "held"},
    "ck_submission_revision": {"revision": 0},
    "ck_count_revision": {"revision": 0},
    "ck_draft_number": {"number": 0},
    "ck_delivery_state": {"state": "flying"},
    "ck_delivery_lease": {"state": "releasing"},
    "ck_token_purpose": {"purpose": "reader"},
    "ck_absence_why": {"why": "tired"},
}


Rule: TypeAlias = ColumnCollectionConstraint | Index
PARENTS: list[tuple[str, dict[str, Any]]] = [  # a second row for others to point to
    ("blob", {"digest": "f" * 64}),
    ("edition", {"id": 2, "period": "2025-09"}),
    ("inbound", {"id": 2, "ref": "r2"}),
    ("draft", {"id": 2, "number": 2}),
]
SECOND = {"blob": "f" * 64, "edition": 2, "inbound": 2, "draft": 2}


def _rules() -> list[Rule]:
    """Every rule of the schema that refuses rows."""
    found: list[Rule] = []
    for table in schema.metadata.sorted_tables:
        found += sorted(_unique(table), key=lambda one: str(one.name))
        others = [one for one in table.constraints if isinstance(one, CheckConstraint | ForeignKeyConstraint)]
        found += sorted(others, key=lambda one: str(one.name))
    return found


def _unique(table: Table) -> list[Rule]:
    """The rules of a table that allow a value once."""
    constraints = [one for one in table.constraints if isinstance(one, UniqueConstraint | PrimaryKeyConstraint)]
    return [*constraints, *(index for index in table.indexes if index.unique)]


def _other(name: str, keep: set[str]) -> dict[str, Any]:
    """The good row again, with another value in each column of a UNIQUE but those to keep."""
    table, row = schema.metadata.tables[name], dict(GOOD[name])
    for rule in _unique(table):
        for column in rule.columns:
            value = GOOD[name][column.name]
            if column.name in keep:
                continue
            if column.foreign_keys:
                row[column.name] = SECOND[next(iter(column.foreign_keys)).column.table.name]
            else:
                row[column.name] = value + 9 if isinstance(value, int) else (value + "x")[-64:]
    return row


def _bad(rule: Rule) -> dict[str, Any]:
    """A row that breaks this rule and no other, once the good rows are in."""
    name = _table(rule)
    if isinstance(rule, CheckConstraint):
        return _other(name, set()) | BAD[str(rule.name)]
    if isinstance(rule, ForeignKeyConstraint):
        column = rule.column_keys[0]
        return _other(name, set()) | {column: "e" * 64 if isinstance(GOOD[name][column], str) else 99}
    return _other(name, {column.name for column in rule.columns})


def _table(rule: Rule) -> str:
    """The name of a rule's table."""
    assert rule.table is not None
    return rule.table.name


@contextmanager
def _database(without: str | None = None) -> Iterator[Connection]:
    """A fresh database with the good rows, and without one rule."""
    metadata = MetaData()
    for original in schema.metadata.sorted_tables:
        copy = original.to_metadata(metadata)
        copy.constraints -= {rule for rule in copy.constraints if rule.name == without}
        copy.indexes -= {rule for rule in copy.indexes if rule.name == without}
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        metadata.create_all(connection, checkfirst=False)
        for name, good in GOOD.items():
            connection.execute(insert(schema.metadata.tables[name]).values(good))
            for parent, changed in PARENTS:
                if parent == name:
                    connection.execute(insert(schema.metadata.tables[name]).values(good | changed))
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def full() -> Iterator[Connection]:
    """A database with every rule and the good rows."""
    with _database() as connection:
        yield connection


@pytest.mark.parametrize("rule", _rules(), ids=lambda rule: str(rule.name))
def test_a_rule_refuses_what_would_go_in_without_it(full: Connection, rule: Rule) -> None:
    table, row = schema.metadata.tables[_table(rule)], _bad(rule)
    with pytest.raises(IntegrityError):
        full.execute(insert(table).values(row))
    if not isinstance(rule, PrimaryKeyConstraint):  # a table's own row number cannot be taken away
        with _database(str(rule.name)) as connection:
            assert connection.execute(insert(table).values(row)).rowcount == 1


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_what_must_be_there_is_there(full: Connection, table: Table) -> None:
    good = _other(table.name, set())
    for column in [column.name for column in table.columns if not column.nullable and not column.primary_key]:
        with pytest.raises(IntegrityError, match="NOT NULL"):
            full.execute(insert(table).values(good | {column: None}))
    with full.begin_nested() as once:
        assert full.execute(insert(table).values(good)).rowcount == 1
        once.rollback()
