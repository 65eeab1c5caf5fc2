"""What staff set themselves: a programme's dates and quotas with its target, and the facts owners may read"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("replaced_at IS NULL")
ADDED = ("version", "changed_by", "changed_at", "target", "target_from", "target_days", "target_source")


def upgrade() -> None:
    """The columns beside the programme, and the table of facts; one live entry for each."""
    op.add_column("programmes", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("programmes", sa.Column("changed_by", sa.String(length=64), nullable=True))
    op.add_column("programmes", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("programmes", sa.Column("target", sa.Integer(), nullable=True))
    op.add_column("programmes", sa.Column("target_from", sa.Date(), nullable=True))
    op.add_column("programmes", sa.Column("target_days", sa.Integer(), nullable=True))
    op.add_column("programmes", sa.Column("target_source", sa.String(length=300), nullable=True))
    op.create_table(
        "fact_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_entries")),
    )
    op.create_index(
        "uq_fact_entries_live", "fact_entries", ["name"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_index("ix_fact_entries_name", "fact_entries", ["name", "id"])


def downgrade() -> None:
    """Without them: the settings alone say how the programme is and which facts are confirmed."""
    op.drop_table("fact_entries")
    with op.batch_alter_table("programmes") as table:
        for name in reversed(ADDED):
            table.drop_column(name)
