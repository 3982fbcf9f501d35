"""Rows to records and back. What a table has no column for is in its JSON."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Table

from bot.core.keys import address_key
from bot.core.model import Draft, Problem, Submission, Verdict
from bot.core.records import Absence, Count, Decided, Delivery, Edition, Inbound, PeopleOver, Token
from bot.errors import EditionUnreadable
from bot.store import schema

_EDITION_COLUMNS = frozenset({"id", "bulletin", "period", "state", "version"})
_INBOUND = tuple(Inbound.model_fields)
_DELIVERY = tuple(Delivery.model_fields)


def columns(table: Table, names: tuple[str, ...]) -> tuple[ColumnElement[Any], ...]:
    """The named columns of a table, for select()."""
    return tuple(table.c[name] for name in names)


INBOUND_COLUMNS = columns(schema.inbound, _INBOUND)
DELIVERY_COLUMNS = columns(schema.delivery, _DELIVERY)
TOKEN_COLUMNS = columns(schema.token, tuple(Token.model_fields))
ABSENCE_COLUMNS = columns(schema.absence, tuple(Absence.model_fields))
DECISION_COLUMNS = columns(schema.decision, tuple(Decided.model_fields))
COUNT_COLUMNS = columns(schema.count, tuple(Count.model_fields))
PEOPLE_COLUMNS = columns(schema.people, tuple(PeopleOver.model_fields))
PROBLEM_COLUMNS = columns(schema.problem, tuple(Problem.model_fields))


# ------------------------------------------------------------------------------------------------- from rows


def edition_of(row: Row[Any]) -> Edition:
    """An edition from its whole row. Raises EditionUnreadable."""
    try:
        values = json.loads(row.data)
        return Edition.model_validate({**values, **{name: row._mapping[name] for name in _EDITION_COLUMNS}})
    except ValueError as error:  # also pydantic's
        raise EditionUnreadable(row.bulletin, row.period) from error


def inbound_of(row: Row[Any]) -> Inbound:
    """An inbound from INBOUND_COLUMNS.

    A newer program's verdict may say more than we know of: it is passed over, or one such mail in the holding pen would
    stop every edition whose draft lists that pen."""
    values = dict(row._mapping)
    said = json.loads(values["verdict"]) if values["verdict"] else None
    values["verdict"] = {name: said[name] for name in Verdict.model_fields if name in said} if said else None
    return Inbound.model_validate(values)


_deliveries = TypeAdapter(tuple[Delivery, ...])


def deliveries_of(rows: list[Row[Any]]) -> tuple[Delivery, ...]:
    """Deliveries from DELIVERY_COLUMNS."""
    return _deliveries.validate_python([{**row._mapping, "body": row._mapping["body"] or ""} for row in rows])


def delivery_of(row: Row[Any] | None) -> Delivery | None:
    """One delivery, or None."""
    return deliveries_of([row])[0] if row is not None else None


def token_of(row: Row[Any]) -> Token:
    """A token from TOKEN_COLUMNS."""
    return Token.model_validate(dict(row._mapping))


def absence_of(row: Row[Any]) -> Absence:
    """An absence from ABSENCE_COLUMNS, whatever stands beside them."""
    return Absence.model_validate({name: row._mapping[name] for name in Absence.model_fields})


def count_of(row: Row[Any]) -> Count:
    """A count from COUNT_COLUMNS."""
    return Count.model_validate(dict(row._mapping))


def problem_of(row: Row[Any]) -> Problem:
    """A problem from PROBLEM_COLUMNS and its id, which a problem does not have."""
    return Problem.model_validate({name: row._mapping[name] for name in Problem.model_fields})


def submission_of(data: str) -> Submission:
    """A submission from its JSON."""
    return Submission.model_validate_json(data)


def draft_of(data: str | None) -> Draft | None:
    """A draft from its JSON, or None."""
    return Draft.model_validate_json(data) if data is not None else None


# --------------------------------------------------------------------------------------------------- to rows


def edition_row(edition: Edition) -> dict[str, Any]:
    """The columns of an edition but its id."""
    return {
        "bulletin": edition.bulletin,
        "period": edition.period,
        "state": edition.state.value,
        "version": edition.version,
        "data": edition.model_dump_json(exclude=set(_EDITION_COLUMNS)),
    }


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """The columns of a mail that enters the outbox: queued, whatever its record says."""
    values = {name: getattr(delivery, name) for name in _DELIVERY}
    return values | {
        "body": delivery.body or None,
        "state": "queued",
        "ref": None,
        "leased_until": None,
        "attempts": 0,
    }


def absence_row(absence: Absence) -> dict[str, Any]:
    """The columns of an absence."""
    until = absence.until.isoformat() if absence.until else None
    values = {name: getattr(absence, name) for name in Absence.model_fields}
    return values | {"person": address_key(absence.address), "until": until}
