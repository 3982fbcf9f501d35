"""What the store asks for every mail and in every round, made once: to build a statement costs as much as to run it."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select, union_all, update

from bot.store import rows, schema

_inbound = schema.inbound

KNOWN = select(_inbound.c.id).where(
    _inbound.c.mailbox == bindparam("of_mailbox"), _inbound.c.ref == bindparam("of_ref")
)
VERSION = select(schema.alembic_version.c.version_num)
OPENED = select(schema.edition.c.bulletin).where(
    schema.edition.c.bulletin.in_(bindparam("of_bulletins", expanding=True)),
    schema.edition.c.period == bindparam("of_period"),
)
FILED = update(_inbound).where(_inbound.c.id == bindparam("inbound")).values(filed=True)
PEOPLE = (
    select(*rows.PEOPLE_COLUMNS)
    .where(schema.people.c.bulletin == bindparam("of_bulletin"))
    .order_by(schema.people.c.number.desc())
    .limit(1)
)
_newer = schema.people.alias()
NEWEST_PEOPLE = select(*rows.PEOPLE_COLUMNS).where(
    ~exists().where(_newer.c.bulletin == schema.people.c.bulletin, _newer.c.number > schema.people.c.number)
)
UNFILED = (
    select(_inbound.c.id, _inbound.c.mailbox, _inbound.c.ref, _inbound.c.place)
    .where(schema.UNFILED)
    .order_by(_inbound.c.id)
)

_problem = schema.problem
_COLUMNS = (_problem.c.id, _problem.c.cleared_at, *rows.PROBLEM_COLUMNS)
MOST_OVER = 1000  # problems that are looked at for some that are over: by number, as no index knows when they ended
# "id > 0" walks the primary key from its end; without it SQLite and PostgreSQL plan to read the table.
_newest = select(*_COLUMNS).where(_problem.c.id > 0).order_by(_problem.c.id.desc()).limit(MOST_OVER).subquery()
TROUBLES = union_all(
    select(*_COLUMNS).where(schema.OPEN_PROBLEM), select(_newest).where(_newest.c.cleared_at >= bindparam("since"))
)
