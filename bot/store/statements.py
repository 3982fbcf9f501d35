"""What the store asks for every mail and in every round, made once: to build a statement costs as much as to run it."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select, update

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
