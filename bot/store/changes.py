"""How each change of records.py is written. One function a change; ``write`` runs them all in one transaction.

Blobs come first (rows name them), then the editions' compare-and-set (one order of locks for everybody), then the
rest as given, then the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, insert, update

from bot.core import keys, records
from bot.core.lifecycle import DeliveryEvent, InboundEvent, inbound_cell
from bot.core.model import InboundState
from bot.core.records import Change
from bot.errors import Conflict, StoreError
from bot.store import chain, outbox, rows, schema
from bot.store.upsert import insert_for, insert_new

if TYPE_CHECKING:
    from bot.store.upsert import Insert

_Batch = list[Any]


def write(connection: Connection, changes: Sequence[Change], at: datetime) -> None:
    """Write all changes; the caller's transaction makes it all or none."""
    ordered = sorted(changes, key=lambda change: _FIRST.get(type(change), 1))
    for kind, batch in groupby(ordered, key=type):
        _WRITERS[kind](connection, list(batch), at)


def add_blobs(connection: Connection, blobs: Iterable[tuple[str, bytes]]) -> None:
    """Keep bytes by digest; repeating it is harmless; what was purged comes back."""
    found = []
    for digest, data in blobs:
        if keys.digest(data) != digest:
            raise StoreError(
                "Some bytes do not have the digest that names them.", "Nothing was written.", "blob-damaged"
            )
        found.append({"digest": digest, "data": data, "purged_at": None})
    if found:
        connection.execute(_add_blob(insert_for(connection, schema.blob)), found)


@cache
def _add_blob(new: Insert) -> Insert:
    values = {"data": new.excluded.data, "purged_at": None}
    return new.on_conflict_do_update(index_elements=["digest"], set_=values, where=schema.blob.c.data.is_(None))


def _blobs(connection: Connection, batch: _Batch, _at: datetime) -> None:
    add_blobs(connection, ((change.digest, change.data) for change in batch))


def _editions(connection: Connection, batch: _Batch, _at: datetime) -> None:
    """Compare-and-set on ``version``: whoever read an older one has lost the race."""
    table = schema.edition
    for change in batch:
        edition = change.edition
        values = rows.edition_row(edition)
        wanted = {"state": values["state"], "data": values["data"], "version": edition.version + 1}
        where = (table.c.id == edition.id, table.c.version == edition.version)
        if connection.execute(update(table).where(*where).values(wanted)).rowcount != 1:
            raise Conflict(
                f"The edition {edition.bulletin} {edition.period} was changed meanwhile; nothing was written.",
                "Read again and plan again.",
                "conflict",
            )


_CLOSING = (InboundEvent.HANDLE, InboundEvent.HOLD, InboundEvent.PARK, InboundEvent.PLACE)


@cache
def closable_from(state: InboundState) -> tuple[InboundState, ...]:
    """The states from which the table lets an inbound come to ``state`` by being dealt with."""
    return tuple(
        source for source in InboundState if any(inbound_cell(source, event).to == state.value for event in _CLOSING)
    )


_CLOSE = update(schema.inbound).where(
    schema.inbound.c.id == bindparam("closed"), schema.inbound.c.state.in_(bindparam("allowed", expanding=True))
)


def _inbounds(connection: Connection, batch: _Batch, at: datetime) -> None:
    for change in batch:
        values = {
            "closed": change.inbound,
            "allowed": [state.value for state in closable_from(change.state)],
            "state": change.state.value,
            "place": change.place,
            "filed": change.place == "left",  # what is left where it is needs no filing
            "verdict": change.verdict.model_dump_json(),
            "digest": change.digest,
            "edition_id": change.edition_id,
            "closed_at": at,
            "leased_until": None,
        }
        if connection.execute(_CLOSE, values).rowcount != 1:
            raise Conflict(
                f"Mail {change.inbound} was dealt with meanwhile; nothing was written.", "Read again.", "conflict"
            )


def _submissions(connection: Connection, batch: _Batch, _at: datetime) -> None:
    found = [
        {
            "edition_id": change.edition_id,
            "theme": change.submission.theme,
            "revision": change.submission.revision,
            "inbound": change.submission.inbound,
            "data": change.submission.model_dump_json(),
        }
        for change in batch
    ]
    connection.execute(insert(schema.submission), found)


def _drafts(connection: Connection, batch: _Batch, _at: datetime) -> None:
    for change in batch:
        draft = change.draft
        row = {"edition_id": change.edition_id, "number": draft.number, "digest": draft.digest}
        added = insert(schema.draft).values(**row, data=draft.model_dump_json()).returning(schema.draft.c.id)
        draft_id = connection.execute(added).scalar_one()
        if draft.parts:
            parts = [{"draft_id": draft_id, "name": part.name, "digest": part.digest} for part in draft.parts]
            connection.execute(insert(schema.part), parts)


def _decisions(connection: Connection, batch: _Batch, at: datetime) -> None:
    found = [{**change.model_dump(exclude={"change"}), "at": at} for change in batch]
    connection.execute(insert(schema.decision), found)


def _queued(connection: Connection, batch: _Batch, _at: datetime) -> None:
    """A key that is there already wins; a Message-ID that another key has is refused by its UNIQUE."""
    insert_new(connection, schema.delivery, [rows.delivery_row(change.delivery) for change in batch], "key")


def _withdrawn(connection: Connection, batch: _Batch, at: datetime) -> None:
    for change in batch:
        outbox.withdraw(connection, change.edition_id, change.kinds, change.reason, at)


def _requeued(connection: Connection, batch: _Batch, at: datetime) -> None:
    for change in batch:
        outbox.requeue(connection, change.edition_id, change.kinds, change.not_before, at, change.version, change.key)


def _bounced(connection: Connection, batch: _Batch, at: datetime) -> None:
    for change in batch:
        outbox.move(connection, change.key, DeliveryEvent.BOUNCE, at, None, change.reason)


def _due(connection: Connection, batch: _Batch, at: datetime) -> None:
    found = [{"edition_id": change.edition_id, "name": change.name, "at": at} for change in batch]
    connection.execute(insert(schema.due), found)


def _tokens(connection: Connection, batch: _Batch, _at: datetime) -> None:
    connection.execute(insert(schema.token), [change.token.model_dump() for change in batch])


def _tokens_killed(connection: Connection, batch: _Batch, _at: datetime) -> None:
    table = schema.token
    for change in batch:
        where = [table.c.bulletin == change.bulletin, table.c.period == change.period, table.c.purpose == "editor"]
        if change.draft is not None:
            where.append(table.c.draft == change.draft)
        connection.execute(update(table).where(*where).values(dead=True))


def _end_absence(connection: Connection, address: str, at: datetime) -> None:
    table = schema.absence
    where = (table.c.person == keys.address_key(address), table.c.ended_at.is_(None))
    connection.execute(update(table).where(*where).values(ended_at=at))


def _absences(connection: Connection, batch: _Batch, at: datetime) -> None:
    """The newest word on a person's absence holds; what was known before has ended."""
    for change in batch:
        _end_absence(connection, change.absence.address, at)
        connection.execute(insert(schema.absence), [rows.absence_row(change.absence)])


def _absences_ended(connection: Connection, batch: _Batch, at: datetime) -> None:
    for change in batch:
        _end_absence(connection, change.address, at)


def _counts(connection: Connection, batch: _Batch, _at: datetime) -> None:
    found = [count.model_dump() for change in batch for count in change.counts]
    if found:
        connection.execute(insert(schema.count), found)


def _logged(connection: Connection, batch: _Batch, at: datetime) -> None:
    # One order of editions for everybody, so that two bots that log for the same two cannot lock each other out.
    for change in sorted(batch, key=lambda change: change.edition_id or 0):
        chain.append(connection, change.edition_id, at, change.what, change.data)


def _people(connection: Connection, batch: _Batch, at: datetime) -> None:
    """One more list: the UNIQUE on (bulletin, number) refuses the second of two that were made from the same one."""
    found = [{**change.model_dump(exclude={"change"}), "at": at} for change in batch]
    connection.execute(insert(schema.people), found)


def _problems(connection: Connection, batch: _Batch, at: datetime) -> None:
    """Told once while it is open: the partial UNIQUE on (code, where) says so."""
    found = [{**change.problem.model_dump(), "edition_id": change.edition_id, "noted_at": at} for change in batch]
    insert_new(connection, schema.problem, found, "code", "where", where=schema.OPEN_PROBLEM)


def _problems_cleared(connection: Connection, batch: _Batch, at: datetime) -> None:
    table = schema.problem
    for change in batch:
        where = (table.c.code == change.code, table.c["where"] == change.where, table.c.cleared_at.is_(None))
        connection.execute(update(table).where(*where).values(cleared_at=at))


_FIRST: dict[type[Any], int] = {records.BlobAdded: -1, records.EditionSaved: 0, records.Logged: 2}

_WRITERS: dict[type[Any], Callable[[Connection, _Batch, datetime], None]] = {
    records.BlobAdded: _blobs,
    records.EditionSaved: _editions,
    records.InboundClosed: _inbounds,
    records.SubmissionAdded: _submissions,
    records.DraftAdded: _drafts,
    records.DecisionAdded: _decisions,
    records.DeliveryQueued: _queued,
    records.DeliveriesWithdrawn: _withdrawn,
    records.DeliveriesRequeued: _requeued,
    records.DeliveryBounced: _bounced,
    records.DueDone: _due,
    records.TokenIssued: _tokens,
    records.TokensKilled: _tokens_killed,
    records.AbsenceNoted: _absences,
    records.AbsenceEnded: _absences_ended,
    records.CountsAdded: _counts,
    records.Logged: _logged,
    records.PeopleChanged: _people,
    records.ProblemNoted: _problems,
    records.ProblemCleared: _problems_cleared,
}
