"""The tables of the store, for SQLite and PostgreSQL alike. Constraints do the work.

Rows keep what is searched or compared in columns and the rest of a value as JSON text. ``VERSION`` is the schema this
program needs; :mod:`bot.store.migrate` brings an older store there, and a test proves that ``metadata`` and the
migrations give the same tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

from bot.core.model import DeliveryState, EditionState, InboundState

VERSION = "0005"

NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Moment(TypeDecorator[datetime]):
    """A moment in time: aware datetimes go in, UTC is stored, aware datetimes come out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. SQLite keeps text without an offset, so the offset is dropped there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back as an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside. NUL and lone surrogates, which a database refuses, become U+FFFD, in rows and in searches."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Text that both databases take."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


_Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only for INTEGER PRIMARY KEY


def _one_of(column: str, values: Iterable[str]) -> str:
    """The SQL of "this column holds one of these words"."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({words})"


def _states(column: str, states: Iterable[str]) -> CheckConstraint:
    """A CHECK that a column holds one of the states of lifecycle.py."""
    return CheckConstraint(_one_of(column, states), name=column)


blob = Table(
    "blob",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("data", LargeBinary),
    Column("purged_at", Moment),  # the digest stays when the bytes are purged: audit and trace go on
    CheckConstraint("(data IS NULL) = (purged_at IS NOT NULL)", name="purged"),
    CheckConstraint("length(digest) = 64", name="digest"),
)

edition = Table(
    "edition",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("bulletin", Words, nullable=False),
    Column("period", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Text, nullable=False),
    UniqueConstraint("bulletin", "period"),
    _states("state", EditionState),
    Index("ix_edition_state", "state"),
    CheckConstraint("version >= 0", name="version"),
    sqlite_autoincrement=True,
)

inbound = Table(
    "inbound",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("mailbox", Words, nullable=False),
    Column("ref", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("junk", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("digest", Text, nullable=False),
    Column("blob", Text, ForeignKey("blob.digest"), nullable=False),
    Column("verdict", Text),
    Column("edition_id", _Key, ForeignKey("edition.id")),
    Column("note", Words, nullable=False),
    Column("place", Text),
    Column("filed", Boolean, nullable=False),
    Column("closed_at", Moment),
    Column("leased_until", Moment),
    UniqueConstraint("mailbox", "ref"),
    _states("state", InboundState),
    CheckConstraint(_one_of("place", ("processed", "held", "left")), name="place"),
    CheckConstraint("(place IS NULL) = (closed_at IS NULL)", name="closed"),
    Index("ix_inbound_digest", "digest"),
    Index("ix_inbound_edition_id", "edition_id"),
    Index("ix_inbound_blob", "blob"),
    sqlite_autoincrement=True,
)
# SQLite uses an index over some rows only when the query repeats its condition word for word: hence the names.
OPEN_INBOUND = text("state <> 'handled'")
Index("ix_inbound_open", inbound.c.state, inbound.c.id, sqlite_where=OPEN_INBOUND, postgresql_where=OPEN_INBOUND)
UNFILED = text("NOT filed AND place IS NOT NULL")
Index("ix_inbound_unfiled", inbound.c.id, sqlite_where=UNFILED, postgresql_where=UNFILED)
LEFT = text("place = 'left'")
Index("ix_inbound_left", inbound.c.id, sqlite_where=LEFT, postgresql_where=LEFT)

submission = Table(
    "submission",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("edition_id", _Key, ForeignKey("edition.id"), nullable=False),
    Column("theme", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("inbound", _Key, ForeignKey("inbound.id"), nullable=False),
    Column("data", Text, nullable=False),
    UniqueConstraint("edition_id", "theme", "revision"),
    UniqueConstraint("inbound", "theme"),
    CheckConstraint("revision >= 1", name="revision"),
    sqlite_autoincrement=True,
)

count = Table(
    "count",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("series", Words, nullable=False),
    Column("period", Words, nullable=False),
    Column("district", Words, nullable=False),
    Column("measure", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("cumulative", BigInteger),
    Column("source", Words, nullable=False),
    Column("inbound", _Key, ForeignKey("inbound.id")),
    UniqueConstraint("series", "period", "district", "measure", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    sqlite_autoincrement=True,
)

draft = Table(
    "draft",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("edition_id", _Key, ForeignKey("edition.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("data", Text, nullable=False),
    UniqueConstraint("edition_id", "number"),
    CheckConstraint("number >= 1", name="number"),
    sqlite_autoincrement=True,
)

part = Table(  # a draft cannot be kept without the bytes of each part
    "part",
    metadata,
    Column("draft_id", _Key, ForeignKey("draft.id"), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("digest", Text, ForeignKey("blob.digest"), nullable=False),
    Index("ix_part_digest", "digest"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("edition_id", _Key, ForeignKey("edition.id"), nullable=False),
    Column("inbound", _Key, ForeignKey("inbound.id"), nullable=False),
    Column("draft", Integer),
    Column("word", Words, nullable=False),
    Column("argument", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("done", Words, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("inbound"),
    Index("ix_decision_edition_id", "edition_id"),
    sqlite_autoincrement=True,
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("key", Words, nullable=False),
    Column("message_id", Words, nullable=False),
    Column("edition_id", _Key, ForeignKey("edition.id")),
    Column("kind", Words, nullable=False),
    Column("sender", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("header", Text, ForeignKey("blob.digest"), nullable=False),
    Column("body", Text, ForeignKey("blob.digest")),  # NULL: the header holds all
    Column("state", Text, nullable=False),
    Column("ref", Words),
    Column("reason", Words, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("key"),
    UniqueConstraint("message_id"),
    _states("state", DeliveryState),
    CheckConstraint("state <> 'releasing' OR leased_until IS NOT NULL", name="lease"),
    Index("ix_delivery_edition_id", "edition_id"),
    Index("ix_delivery_header", "header"),
    Index("ix_delivery_body", "body"),
    sqlite_autoincrement=True,
)
LIVE = text("state IN ('queued', 'releasing', 'in_doubt')")
Index("ix_delivery_live", delivery.c.state, delivery.c.id, sqlite_where=LIVE, postgresql_where=LIVE)
READERS = text("state = 'queued' AND kind = 'bulletin'")  # readers' bulletins: with tens of thousands none is sorted
OTHERS = text("state = 'queued' AND kind <> 'bulletin'")
Index("ix_delivery_readers", delivery.c.id, sqlite_where=READERS, postgresql_where=READERS)
Index("ix_delivery_others", delivery.c.id, sqlite_where=OTHERS, postgresql_where=OTHERS)

due = Table(
    "due",
    metadata,
    Column("edition_id", _Key, ForeignKey("edition.id"), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("at", Moment, nullable=False),
)

token = Table(
    "token",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("bulletin", Words, nullable=False),
    Column("period", Words, nullable=False),
    Column("theme", Words, nullable=False),
    Column("draft", Integer),
    Column("person", Words, nullable=False),
    Column("dead", Boolean, nullable=False),
    Column("about", Words, nullable=False, server_default=""),
    CheckConstraint(_one_of("purpose", ("lead", "editor")), name="purpose"),
    Index("ix_token_bulletin_period", "bulletin", "period"),
)
ALIVE = text("NOT dead")
Index("ix_token_alive", token.c.purpose, sqlite_where=ALIVE, postgresql_where=ALIVE)

absence = Table(
    "absence",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("person", Words, nullable=False),  # the address in the spelling of keys.address_key
    Column("address", Words, nullable=False),  # as it was written
    Column("since", Moment, nullable=False),
    Column("until", Text),
    Column("why", Text, nullable=False),
    Column("inbound", _Key, ForeignKey("inbound.id"), nullable=False),
    Column("ended_at", Moment),
    CheckConstraint(_one_of("why", ("out_of_office", "bounce")), name="why"),
    sqlite_autoincrement=True,
)
OPEN_ABSENCE = text("ended_at IS NULL")
Index("uq_absence_open", absence.c.person, unique=True, sqlite_where=OPEN_ABSENCE, postgresql_where=OPEN_ABSENCE)

people = Table(  # lists of people that lie over the configuration's files: the newest of a bulletin holds
    "people",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("bulletin", Words, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, ForeignKey("blob.digest"), nullable=False),
    Column("edition_id", _Key, ForeignKey("edition.id"), nullable=False),
    Column("inbound", _Key, ForeignKey("inbound.id"), nullable=False),
    Column("person", Words, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("bulletin", "number"),
    Index("ix_people_digest", "digest"),
    sqlite_autoincrement=True,
)

problem = Table(
    "problem",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("code", Words, nullable=False),
    Column("where", Words, nullable=False),
    Column("sentence", Words, nullable=False),
    Column("todo", Words, nullable=False),
    Column("edition_id", _Key, ForeignKey("edition.id")),
    Column("noted_at", Moment, nullable=False),
    Column("cleared_at", Moment),
    sqlite_autoincrement=True,
)
OPEN_PROBLEM = text("cleared_at IS NULL")
Index(
    "uq_problem_open",
    problem.c.code,
    problem.c["where"],
    unique=True,
    sqlite_where=OPEN_PROBLEM,
    postgresql_where=OPEN_PROBLEM,
)

event = Table(  # append-only: triggers refuse UPDATE and DELETE
    "event",
    metadata,
    Column("number", _Key, primary_key=True),
    Column("edition_id", BigInteger, nullable=False),  # 0 = of no edition, hence no foreign key
    Column("at", Moment, nullable=False),
    Column("what", Words, nullable=False),
    Column("data", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("edition_id", "previous"),  # a chain cannot fork
    sqlite_autoincrement=True,
)

chain = Table(  # the head of each edition's chain: serialises writers and shows a tail that was cut off
    "chain",
    metadata,
    Column("edition_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
)

retained = Table(  # periods that purge leaves alone: freedom of information, litigation
    "retained",
    metadata,
    Column("period", Words, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("why", Words, nullable=False),
)

alembic_version = Table(  # Alembic's own, in Alembic's own shape
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

_SAYS = "the event log is append-only"
APPEND_ONLY = {
    "sqlite": (
        f"CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
        f"CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER event_no_update BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_refuse()",
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_refuse()",
    ),
}
