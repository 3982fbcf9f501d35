"""Lists of people that editors change by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What an editor's token asks about, and the table of lists."""
    op.add_column("token", sa.Column("about", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "people",
        sa.Column("id", KEY, nullable=False),
        sa.Column("bulletin", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("edition_id", KEY, nullable=False),
        sa.Column("inbound", KEY, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_people_digest_blob")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_people_edition_id_edition")),
        sa.ForeignKeyConstraint(["inbound"], ["inbound.id"], name=op.f("fk_people_inbound_inbound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("bulletin", "number", name=op.f("uq_people_bulletin_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_people_digest", "people", ["digest"])
