"""Events: what people thought of them"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three answers of whoever came."""
    op.create_table(
        "event_feedback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sign_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("useful", sa.String(length=16), nullable=True),
        sa.Column("clear", sa.String(length=16), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_event_feedback_event_id_events", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_event_feedback_person_id_persons"),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_ups.id"], name="fk_event_feedback_sign_up_id_sign_ups"),
        sa.PrimaryKeyConstraint("id", name="pk_event_feedback"),
        sa.UniqueConstraint("event_id", "person_id", name="uq_event_feedback_event_id_person_id"),
    )
    op.create_index("ix_event_feedback_person_id", "event_feedback", ["person_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("event_feedback")
