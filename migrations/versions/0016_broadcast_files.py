"""Broadcasts: a picture or document goes along; filters that are kept"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What goes along, what Telegram calls it, and audiences by name."""
    with op.batch_alter_table("broadcasts") as table:
        table.add_column(sa.Column("file_id", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("file_kind", sa.String(length=32), nullable=True))
    with op.batch_alter_table("files") as table:
        table.add_column(sa.Column("telegram_ref", sa.String(length=300), nullable=True))
    op.create_table(
        "audiences",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audiences")),
        sa.UniqueConstraint("name", name=op.f("uq_audiences_name")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("audiences")
    with op.batch_alter_table("files") as table:
        table.drop_column("telegram_ref")
    with op.batch_alter_table("broadcasts") as table:
        table.drop_column("file_kind")
        table.drop_column("file_id")
