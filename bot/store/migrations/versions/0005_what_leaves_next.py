"""What leaves next is found without sorting all that waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One index for readers' bulletins, one for all other mails, of those that are queued."""
    for name, where in (
        ("ix_delivery_readers", "state = 'queued' AND kind = 'bulletin'"),
        ("ix_delivery_others", "state = 'queued' AND kind <> 'bulletin'"),
    ):
        op.create_index(name, "delivery", ["id"], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
