"""Templates with words of their own, their approval, and messages that wait for it"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

HELD = sa.text("state IN ('held')")


def upgrade() -> None:
    """The table, and the index of what waits."""
    op.create_table(
        "message_templates",
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(length=1024), nullable=False),
        sa.Column("samples", sa.JSON(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sender", "name", "language", "fingerprint", name=op.f("pk_message_templates")),
    )
    op.create_index("ix_deliveries_held", "deliveries", ["id"], sqlite_where=HELD, postgresql_where=HELD)


def downgrade() -> None:
    """Without them; what was held is not sent any more."""
    op.drop_index("ix_deliveries_held", "deliveries")
    op.execute("UPDATE deliveries SET state = 'skipped', reason = 'window_closed' WHERE state = 'held'")
    op.drop_table("message_templates")
