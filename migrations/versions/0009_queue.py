"""Indexes by which the console finds applications, and messages that failed"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FAILED = sa.text("state IN ('failed')")


def upgrade() -> None:
    """The queue by its promises, counts by stage, failures by their time."""
    op.create_index("ix_applications_promised_at", "applications", ["promised_at", "id"])
    op.create_index("ix_applications_counts", "applications", ["stage", "regency", "programme_id"])
    op.create_index("ix_deliveries_failed", "deliveries", ["changed_at"], sqlite_where=FAILED, postgresql_where=FAILED)


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_deliveries_failed", table_name="deliveries")
    op.drop_index("ix_applications_counts", table_name="applications")
    op.drop_index("ix_applications_promised_at", table_name="applications")
