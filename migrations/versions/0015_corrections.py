"""Corrections an officer asks an owner for"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What was asked, what stood there before, and what was answered."""
    op.create_table(
        "corrections",
        sa.Column("id", ID, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=32), server_default="open", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("after", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("emptied", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("judged_before", ID, nullable=True),
        sa.Column("judged_after", ID, nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_corrections_application_id_applications"
        ),
        sa.ForeignKeyConstraint(["judged_before"], ["assessments.id"], name="fk_corrections_judged_before_assessments"),
        sa.ForeignKeyConstraint(["judged_after"], ["assessments.id"], name="fk_corrections_judged_after_assessments"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_application_id", "corrections", ["application_id", "id"])
    _partial("uq_corrections_open", "application_id", "state IN ('open', 'lapsed')", unique=True)
    _partial("ix_corrections_due", "due_at", "state = 'open'")
    _partial("ix_corrections_full", "answered_at", "state = 'answered' AND NOT emptied")
    _partial("ix_corrections_unseen", "application_id", "state IN ('answered', 'lapsed') AND seen_at IS NULL")


def _partial(name: str, column: str, where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, "corrections", [column], unique=unique, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("corrections")
