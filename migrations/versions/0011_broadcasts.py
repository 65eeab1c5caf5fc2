"""Broadcasts: an announcement, and one row for each person it is meant for"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
WAITS, GIVEN = sa.text("state = 'waiting'"), sa.text("delivery_id IS NOT NULL")
OPENED = sa.text("delivery_id IS NOT NULL AND opens")


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "broadcasts",
        sa.Column("id", ID, nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=True),
        sa.Column("template_values", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), server_default="draft", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("send_at", AT, nullable=True),
        sa.Column("expires_at", AT, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_staff", sa.BigInteger(), nullable=True),
        sa.Column("approver", sa.String(length=64), nullable=True),
        sa.Column("asked_at", AT, nullable=True),
        sa.Column("reminded_at", AT, nullable=True),
        sa.Column("approved_at", AT, nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_staff", sa.BigInteger(), nullable=True),
        sa.Column("started_at", AT, nullable=True),
        sa.Column("resumed_at", AT, nullable=True),
        sa.Column("finished_at", AT, nullable=True),
        sa.Column("paused_by", sa.String(length=64), nullable=True),
        sa.Column("pause_reason", sa.String(length=200), nullable=True),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_out", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("replies_at", AT, nullable=True),
        sa.Column("closed_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    op.create_index("ix_broadcasts_state", "broadcasts", ["state", "send_at"])
    op.create_table(
        "broadcast_recipients",
        sa.Column("id", ID, nullable=False),
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("business_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="waiting", nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("given_at", AT, nullable=True),
        sa.Column("opens", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("replied_at", AT, nullable=True),
        sa.Column("reply_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_recipients_broadcast_id_broadcasts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_recipients")),
        sa.UniqueConstraint("broadcast_id", "person_id", name=op.f("uq_broadcast_recipients_broadcast_id_person_id")),
    )
    for name, columns, where, unique in (
        ("ix_broadcast_recipients_waiting", ["broadcast_id", "channel", "id"], WAITS, False),
        ("uq_broadcast_recipients_delivery", ["delivery_id"], GIVEN, True),
        ("ix_broadcast_recipients_conversation", ["conversation_id"], GIVEN, False),
        ("ix_broadcast_recipients_person", ["person_id", "given_at"], GIVEN, False),
        ("ix_broadcast_recipients_opened", ["given_at"], OPENED, False),
    ):
        op.create_index(
            name, "broadcast_recipients", columns, unique=unique, sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    """Take both away again."""
    op.drop_table("broadcast_recipients")
    op.drop_table("broadcasts")
