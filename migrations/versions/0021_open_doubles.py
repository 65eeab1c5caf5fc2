"""Doubles that nobody has settled are listed without reading those that were"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    """An index over the open ones."""
    name, columns = "ix_likely_doubles_open", ["business_id", "other_id"]
    op.create_index(name, "likely_doubles", columns, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_likely_doubles_open", "likely_doubles")
