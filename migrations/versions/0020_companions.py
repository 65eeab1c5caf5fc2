"""The pendamping of an application"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Who accompanies which application."""
    op.create_table(
        "assignments",
        sa.Column("id", ID, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_assignments_application_id_applications"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_assignments_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint("application_id", name="uq_assignments_application_id"),
    )
    op.create_index("ix_assignments_staff_id", "assignments", ["staff_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("assignments")
