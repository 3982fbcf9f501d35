"""Reading what belongs together: an edition with all that a planner needs, a blob with its digest checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Row, Select, TextClause, and_, bindparam, func, or_, select

from bot.core import keys
from bot.core.model import Draft, InboundState
from bot.core.records import Absence, Decided, Edition, EditionView, Inbound
from bot.errors import EditionUnreadable, StoreError
from bot.store import chain, rows, schema

MOST_STRAYS = 30  # that one summary lists; the next one goes on from there
MOST_HELD = 300  # mails of the holding pen in one view; in a flood the rest follows when these are filed


def _of_editions(column: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL for "of one of these editions", which are given with the statement."""
    return column.in_(bindparam("of_editions", expanding=True))


_EDITIONS = select(schema.edition).where(_of_editions(schema.edition.c.id))
_SUBMISSIONS = (
    select(schema.submission.c.edition_id, schema.submission.c.data)
    .where(_of_editions(schema.submission.c.edition_id))
    .order_by(schema.submission.c.id)
)
_DONE = select(schema.due.c.edition_id, schema.due.c.name).where(_of_editions(schema.due.c.edition_id))
_DELIVERIES = (
    select(*rows.DELIVERY_COLUMNS).where(_of_editions(schema.delivery.c.edition_id)).order_by(schema.delivery.c.id)
)
_newer = schema.draft.alias()
_NEWEST_DRAFTS = select(schema.draft.c.edition_id, schema.draft.c.data).where(
    _of_editions(schema.draft.c.edition_id),
    schema.draft.c.number
    == select(func.max(_newer.c.number)).where(_newer.c.edition_id == schema.draft.c.edition_id).scalar_subquery(),
)
# Sorted by absences() itself: asked to sort by id, a database would read all absences there ever were.
_ABSENCES = select(schema.absence.c.id, *rows.ABSENCE_COLUMNS).where(schema.OPEN_ABSENCE)
_NEWEST_EDITIONS = (  # few: this month's and those that a correction may still be made of
    select(schema.edition.c.data)
    .where(schema.edition.c.bulletin == bindparam("of_bulletin"))
    .order_by(schema.edition.c.period.desc())
    .limit(3)
)
_BLOB = select(schema.blob.c.data, schema.blob.c.purged_at).where(schema.blob.c.digest == bindparam("of_digest"))


def first_edition(connection: Connection, where: ColumnElement[bool]) -> Edition | None:
    """The edition that this names, or None."""
    row = connection.execute(select(schema.edition).where(where)).one_or_none()
    return rows.edition_of(row) if row is not None else None


def one_edition(connection: Connection, where: ColumnElement[bool]) -> Edition:
    """The edition that this names. Raises StoreError when there is none."""
    found = first_edition(connection, where)
    if found is None:
        raise StoreError("There is no such edition in the store.", "Check the bulletin and the month.", "no-edition")
    return found


def blob(connection: Connection, digest: str) -> bytes:
    """Bytes by digest, checked against it: a disk that flips a bit is found before a reader is."""
    row = connection.execute(_BLOB, {"of_digest": digest}).one_or_none()
    if row is None:
        raise StoreError("Some bytes are missing from the store.", f"Digest {digest[:12]}.", "blob-missing")
    if row.purged_at is not None:
        raise StoreError(
            f"This mail was purged on {row.purged_at:%d %B %Y}.", f"Its digest {digest[:12]} is kept.", "blob-purged"
        )
    if keys.digest(row.data) != digest:
        raise StoreError(
            "Bytes in the store were changed or damaged.",
            f"Restore a backup, or remove what uses them. Digest {digest[:12]}.",
            "blob-damaged",
        )
    return bytes(row.data)


def draft(connection: Connection, edition_id: int, number: int | None) -> Draft | None:
    """One draft; the newest when ``number`` is None. Raises EditionUnreadable."""
    table = schema.draft
    wanted = select(table.c.data).where(table.c.edition_id == edition_id).order_by(table.c.number.desc()).limit(1)
    if number is not None:
        wanted = wanted.where(table.c.number == number)
    data = connection.execute(wanted).scalar_one_or_none()
    try:
        return rows.draft_of(data)
    except ValidationError as error:
        names = select(schema.edition.c.bulletin, schema.edition.c.period).where(schema.edition.c.id == edition_id)
        raise EditionUnreadable(*connection.execute(names).one()) from error


def absences(connection: Connection) -> tuple[Absence, ...]:
    """Everybody who is away as far as we know."""
    found = sorted(connection.execute(_ABSENCES).all(), key=lambda row: row.id)
    return tuple(rows.absence_of(row) for row in found)


def decisions(connection: Connection, edition_id: int) -> tuple[Decided, ...]:
    """What the editors decided about an edition, oldest first."""
    table = schema.decision
    wanted = select(*rows.DECISION_COLUMNS).where(table.c.edition_id == edition_id).order_by(table.c.id)
    return tuple(Decided.model_validate(dict(row._mapping)) for row in connection.execute(wanted))


def view(connection: Connection, edition_id: int) -> EditionView:
    """One edition and what belongs to it, in a fixed number of statements. Raises StoreError on an unknown id, and
    EditionUnreadable."""
    (found,) = views(connection, [edition_id])
    return found.model_copy(
        update={
            "held": _held(connection, found.edition),
            "strays": _strays(connection, found.edition),
            "log_head": chain.head(connection, edition_id),
        }
    )


def views(connection: Connection, ids: Sequence[int]) -> tuple[EditionView, ...]:
    """Several editions without ``held``, ``strays`` and ``log_head``, which only a draft mail shows, in the order of
    ``ids``: few statements for all of them. Raises StoreError on an unknown id, and EditionUnreadable."""
    given = {"of_editions": list(ids)}
    editions = {row.id: rows.edition_of(row) for row in connection.execute(_EDITIONS, given)}
    if len(editions) < len(set(ids)):
        raise StoreError("There is no such edition in the store.", "Check the bulletin and the month.", "no-edition")
    submissions, deliveries = _by_edition(connection, _SUBMISSIONS, given), _by_edition(connection, _DELIVERIES, given)
    done = _by_edition(connection, _DONE, given)
    drafts = {row.edition_id: row.data for row in connection.execute(_NEWEST_DRAFTS, given)}
    away = absences(connection)

    def one(edition: Edition) -> EditionView:
        with _readable(edition):
            said = tuple(rows.submission_of(row.data) for row in submissions[edition.id])
            newest = rows.draft_of(drafts.get(edition.id))
        return EditionView(
            edition=edition,
            submissions=said,
            done=frozenset(row.name for row in done[edition.id]),
            draft=newest,
            approved=_approved(connection, edition, newest),
            absences=away,
            deliveries=rows.deliveries_of(deliveries[edition.id]),
        )

    return tuple(one(editions[edition_id]) for edition_id in ids)


@contextmanager
def _readable(edition: Edition) -> Iterator[None]:
    """Raises EditionUnreadable for what belongs to this edition and cannot be read."""
    try:
        yield
    except ValidationError as error:
        raise EditionUnreadable(edition.bulletin, edition.period) from error


def _by_edition(connection: Connection, wanted: Select[Any], given: dict[str, Any]) -> dict[int, list[Row[Any]]]:
    """The rows of each edition, in their order."""
    found: dict[int, list[Row[Any]]] = {edition_id: [] for edition_id in given["of_editions"]}
    for row in connection.execute(wanted, given):
        found[row.edition_id].append(row)
    return found


def _approved(connection: Connection, edition: Edition, newest: Draft | None) -> Draft | None:
    """The draft that was approved, read again only when it is not the newest."""
    if edition.approved_draft is None:
        return None
    if newest is not None and newest.number == edition.approved_draft:
        return newest
    return draft(connection, edition.id, edition.approved_draft)


def _held(connection: Connection, edition: Edition) -> tuple[Inbound, ...]:
    """The holding pen: mails of this edition or of none."""
    table = schema.inbound
    of_us = or_(table.c.edition_id == edition.id, table.c.edition_id.is_(None))
    held = and_(schema.OPEN_INBOUND, table.c.state == InboundState.HELD.value, of_us)
    return _of_bulletin(connection, edition, held, MOST_HELD)


def _strays(connection: Connection, edition: Edition) -> tuple[Inbound, ...]:
    """Mails that were left in the inbox and that no summary of the bulletin has listed: where there are some, the
    editions beside this one are asked too, as a late correction lists strays as well."""
    found = _of_bulletin(connection, edition, schema.LEFT, MOST_STRAYS, edition.strays_listed)
    listed = _listed(connection, edition) if found else edition.strays_listed
    if listed == edition.strays_listed:
        return found
    return _of_bulletin(connection, edition, schema.LEFT, MOST_STRAYS, listed)


def _listed(connection: Connection, edition: Edition) -> int:
    """The last stray that this edition or the newest ones of its bulletin have listed."""
    given = connection.execute(_NEWEST_EDITIONS, {"of_bulletin": edition.bulletin}).scalars()
    return max((edition.strays_listed, *map(_listed_in, given)))


def _listed_in(data: str) -> int:
    """What an edition's row says that it has listed; nothing in one that cannot be read, which is told of itself."""
    try:
        return int(json.loads(data)["strays_listed"])
    except (ValueError, TypeError, KeyError):
        return 0


def _of_bulletin(
    connection: Connection, edition: Edition, where: ColumnElement[bool] | TextClause, most: int, after: int = 0
) -> tuple[Inbound, ...]:
    """The first mails with a higher id than ``after``, but those whose verdict names another bulletin: these take
    nobody's room."""
    table = schema.inbound
    found: list[Inbound] = []
    while True:
        wanted = select(*rows.INBOUND_COLUMNS).where(where, table.c.id > after).order_by(table.c.id).limit(most)
        page = [rows.inbound_of(row) for row in connection.execute(wanted)]
        found += [m for m in page if m.verdict is None or m.verdict.bulletin in (None, edition.bulletin)]
        if len(page) < most or len(found) >= most:
            return tuple(found[:most])
        after = page[-1].id
