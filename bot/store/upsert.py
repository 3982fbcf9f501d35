"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two dialects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, TextClause
from sqlalchemy.dialects import postgresql, sqlite


def insert_for(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *columns: str,
    where: TextClause | None = None,
) -> None:
    """Insert the rows; one whose ``columns`` are there already is left as it is.

    ``where`` names the partial unique index. Another UNIQUE that says no still raises IntegrityError.
    """
    if rows:
        statement = insert_for(connection, table)
        connection.execute(
            statement.on_conflict_do_nothing(index_elements=list(columns), index_where=where), [dict(r) for r in rows]
        )
