"""Links for the door of an event, and the tap that noted somebody"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TAPPED = sa.text("door_key IS NOT NULL")


def upgrade() -> None:
    """One table; a sign-up knows the tap that noted it."""
    op.create_table(
        "event_doors",
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_doors_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_doors")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_event_doors_token_hash")),
    )
    op.create_index("ix_event_doors_event_id", "event_doors", ["event_id"])
    op.add_column("sign_ups", sa.Column("door_key", sa.String(length=40), nullable=True))
    op.create_index(
        "uq_sign_ups_door_key",
        "sign_ups",
        ["event_id", "door_key"],
        unique=True,
        sqlite_where=TAPPED,
        postgresql_where=TAPPED,
    )


def downgrade() -> None:
    """Without doors."""
    op.drop_index("uq_sign_ups_door_key", table_name="sign_ups")
    op.drop_column("sign_ups", "door_key")
    op.drop_table("event_doors")
