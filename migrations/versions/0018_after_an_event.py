"""Who could be asked about an event, and who was shown the way into the programme"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two facts more beside each question."""
    op.add_column("event_feedback", sa.Column("reached", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("event_feedback", sa.Column("start_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table("event_feedback") as table:
        table.drop_column("start_at")
        table.drop_column("reached")
