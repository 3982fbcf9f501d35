"""Figures are kept under their bulletin's name: two bulletins may call a series alike."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give each count the bulletin whose mail brought it; what was imported goes with the others of its series."""
    op.execute(
        """
        UPDATE count SET series = COALESCE(
            (SELECT edition.bulletin FROM inbound JOIN edition ON edition.id = inbound.edition_id
             WHERE inbound.id = count.inbound),
            (SELECT MIN(edition.bulletin) FROM count AS other JOIN inbound ON inbound.id = other.inbound
             JOIN edition ON edition.id = inbound.edition_id WHERE other.series = count.series),
            (SELECT MIN(bulletin) FROM edition)
        ) || '/' || series
        WHERE EXISTS (SELECT 1 FROM edition)
        """
    )
