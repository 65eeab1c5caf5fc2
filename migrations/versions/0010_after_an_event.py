"""After an event: certificates, and materials for those who came"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One table; an event knows its materials and from when its certificates are given."""
    op.create_table(
        "event_certificates",
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("sign_up_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_certificates_event_id_events")),
        sa.ForeignKeyConstraint(
            ["sign_up_id"], ["sign_ups.id"], name=op.f("fk_event_certificates_sign_up_id_sign_ups")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_certificates")),
        sa.UniqueConstraint("event_id", "n", name=op.f("uq_event_certificates_event_id_n")),
        sa.UniqueConstraint("sign_up_id", name=op.f("uq_event_certificates_sign_up_id")),
        sa.UniqueConstraint("token", name=op.f("uq_event_certificates_token")),
    )
    op.add_column("events", sa.Column("certificates_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("events", sa.Column("materials_url", sa.String(length=300), nullable=True))
    op.add_column("events", sa.Column("materials_file", sa.BigInteger(), nullable=True))
    op.add_column("sign_ups", sa.Column("materials_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Without what comes after an event."""
    op.drop_column("sign_ups", "materials_at")
    op.drop_column("events", "materials_file")
    op.drop_column("events", "materials_url")
    op.drop_column("events", "certificates_at")
    op.drop_table("event_certificates")
