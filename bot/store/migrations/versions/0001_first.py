"""The first schema: mails, editions, outbox, log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

SAYS = "the event log is append-only"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
        f"CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER event_no_update BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_refuse()",
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_refuse()",
    ),
}


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    """An index over some rows only."""
    rows = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)


def upgrade() -> None:
    """Make every table, then the triggers that keep the log append-only."""
    for make in (
        _blob,
        _chain,
        _edition,
        _event,
        _token,
        _delivery,
        _draft,
        _due,
        _inbound,
        _problem,
        _absence,
        _count,
        _decision,
        _part,
        _submission,
    ):
        make()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _blob() -> None:
    """Bytes by digest."""
    op.create_table(
        "blob",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("purged_at", MOMENT, nullable=True),
        sa.CheckConstraint("(data IS NULL) = (purged_at IS NOT NULL)", name=op.f("ck_blob_purged")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_blob_digest")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blob")),
    )


def _chain() -> None:
    """The head of each chain of the log."""
    op.create_table(
        "chain",
        sa.Column("edition_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_chain")),
    )


def _edition() -> None:
    """One month of a bulletin."""
    op.create_table(
        "edition",
        sa.Column("id", KEY, nullable=False),
        sa.Column("bulletin", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'collecting', 'in_review', 'approved', 'distributing', 'distributed', 'stopped', "
            "'correcting', 'cancelled', 'skipped')",
            name=op.f("ck_edition_state"),
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_edition_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("bulletin", "period", name=op.f("uq_edition_bulletin_period")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_edition_state", "edition", ["state"])


def _event() -> None:
    """The log."""
    op.create_table(
        "event",
        sa.Column("number", KEY, nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event")),
        sa.UniqueConstraint("edition_id", "previous", name=op.f("uq_event_edition_id_previous")),
        sqlite_autoincrement=True,
    )


def _token() -> None:
    """What a token names."""
    op.create_table(
        "token",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("bulletin", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.CheckConstraint("purpose IN ('lead', 'editor')", name=op.f("ck_token_purpose")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_token")),
    )
    _partial("ix_token_alive", "token", ["purpose"], "NOT dead")
    op.create_index("ix_token_bulletin_period", "token", ["bulletin", "period"])


def _delivery() -> None:
    """The outbox."""
    op.create_table(
        "delivery",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("edition_id", KEY, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'releasing' OR leased_until IS NOT NULL", name=op.f("ck_delivery_lease")),
        sa.CheckConstraint(
            "state IN ('queued', 'releasing', 'sent', 'bounced', 'withdrawn', 'failed', 'in_doubt')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(["body"], ["blob.digest"], name=op.f("fk_delivery_body_blob")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_delivery_edition_id_edition")),
        sa.ForeignKeyConstraint(["header"], ["blob.digest"], name=op.f("fk_delivery_header_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_body", "delivery", ["body"])
    op.create_index("ix_delivery_edition_id", "delivery", ["edition_id"])
    op.create_index("ix_delivery_header", "delivery", ["header"])
    _partial("ix_delivery_live", "delivery", ["state", "id"], "state IN ('queued', 'releasing', 'in_doubt')")


def _draft() -> None:
    """Frozen drafts."""
    op.create_table(
        "draft",
        sa.Column("id", KEY, nullable=False),
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_draft_number")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_draft_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_draft_edition_id_number")),
        sqlite_autoincrement=True,
    )


def _due() -> None:
    """What was due and is done."""
    op.create_table(
        "due",
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_due_edition_id_edition")),
        sa.PrimaryKeyConstraint("edition_id", "name", name=op.f("pk_due")),
    )


def _inbound() -> None:
    """Mails received."""
    op.create_table(
        "inbound",
        sa.Column("id", KEY, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("junk", sa.Boolean(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("edition_id", KEY, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint("place IN ('processed', 'held', 'left')", name=op.f("ck_inbound_place")),
        sa.CheckConstraint("state IN ('remembered', 'handled', 'held', 'parked')", name=op.f("ck_inbound_state")),
        sa.CheckConstraint("(place IS NULL) = (closed_at IS NULL)", name=op.f("ck_inbound_closed")),
        sa.ForeignKeyConstraint(["blob"], ["blob.digest"], name=op.f("fk_inbound_blob_blob")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_inbound_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("mailbox", "ref", name=op.f("uq_inbound_mailbox_ref")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbound_blob", "inbound", ["blob"])
    op.create_index("ix_inbound_digest", "inbound", ["digest"])
    op.create_index("ix_inbound_edition_id", "inbound", ["edition_id"])
    _partial("ix_inbound_open", "inbound", ["state", "id"], "state <> 'handled'")
    _partial("ix_inbound_left", "inbound", ["id"], "place = 'left'")
    _partial("ix_inbound_unfiled", "inbound", ["id"], "NOT filed AND place IS NOT NULL")


def _problem() -> None:
    """What needs a person."""
    op.create_table(
        "problem",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("todo", sa.Text(), nullable=False),
        sa.Column("edition_id", KEY, nullable=True),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_problem_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sqlite_autoincrement=True,
    )
    _partial("uq_problem_open", "problem", ["code", "where"], "cleared_at IS NULL", unique=True)


def _absence() -> None:
    """Who is away."""
    op.create_table(
        "absence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("inbound", KEY, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("why IN ('out_of_office', 'bounce')", name=op.f("ck_absence_why")),
        sa.ForeignKeyConstraint(["inbound"], ["inbound.id"], name=op.f("fk_absence_inbound_inbound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sqlite_autoincrement=True,
    )
    _partial("uq_absence_open", "absence", ["person"], "ended_at IS NULL", unique=True)


def _count() -> None:
    """Published figures."""
    op.create_table(
        "count",
        sa.Column("id", KEY, nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("cumulative", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("inbound", KEY, nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_count_revision")),
        sa.ForeignKeyConstraint(["inbound"], ["inbound.id"], name=op.f("fk_count_inbound_inbound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count")),
        sa.UniqueConstraint(
            "series",
            "period",
            "district",
            "measure",
            "revision",
            name=op.f("uq_count_series_period_district_measure_revision"),
        ),
        sqlite_autoincrement=True,
    )


def _decision() -> None:
    """What the editor decided."""
    op.create_table(
        "decision",
        sa.Column("id", KEY, nullable=False),
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("inbound", KEY, nullable=False),
        sa.Column("draft", sa.Integer(), nullable=True),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("argument", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_decision_edition_id_edition")),
        sa.ForeignKeyConstraint(["inbound"], ["inbound.id"], name=op.f("fk_decision_inbound_inbound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("inbound", name=op.f("uq_decision_inbound")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_edition_id", "decision", ["edition_id"])


def _part() -> None:
    """The parts of a draft."""
    op.create_table(
        "part",
        sa.Column("draft_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_part_digest_blob")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_part_draft_id_draft")),
        sa.PrimaryKeyConstraint("draft_id", "name", name=op.f("pk_part")),
    )
    op.create_index("ix_part_digest", "part", ["digest"])


def _submission() -> None:
    """Accepted replies."""
    op.create_table(
        "submission",
        sa.Column("id", KEY, nullable=False),
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("inbound", KEY, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_submission_revision")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_submission_edition_id_edition")),
        sa.ForeignKeyConstraint(["inbound"], ["inbound.id"], name=op.f("fk_submission_inbound_inbound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("edition_id", "theme", "revision", name=op.f("uq_submission_edition_id_theme_revision")),
        sa.UniqueConstraint("inbound", "theme", name=op.f("uq_submission_inbound_theme")),
        sqlite_autoincrement=True,
    )
