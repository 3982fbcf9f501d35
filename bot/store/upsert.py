"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two dialects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, TextClause
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

    Insert = sqlite.Insert | postgresql.Insert


def insert_for(connection: Connection, table: Table) -> Insert:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return _insert(connection.dialect.name, table)


def insert_unless(connection: Connection, table: Table, *columns: str, where: TextClause | None = None) -> Insert:
    """An INSERT that leaves a row whose ``columns`` are there already as it is.

    ``where`` names the partial unique index. Another UNIQUE that says no still raises IntegrityError.
    """
    return _unless(connection.dialect.name, table, columns, where)


def insert_new(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *columns: str,
    where: TextClause | None = None,
) -> None:
    """Insert the rows as ``insert_unless`` does."""
    if rows:
        connection.execute(insert_unless(connection, table, *columns, where=where), [dict(row) for row in rows])


# Made once: to build a statement costs as much as to run it.
@cache
def _insert(dialect: str, table: Table) -> Insert:
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


@cache
def _unless(dialect: str, table: Table, columns: tuple[str, ...], where: TextClause | None) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=list(columns), index_where=where)
