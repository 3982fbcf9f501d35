"""Several bots share the mails they read; periods that purge leaves alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A lease on mails received, and the table of retained periods."""
    op.add_column("inbound", sa.Column("leased_until", MOMENT, nullable=True))
    op.create_table(
        "retained",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_retained")),
    )
