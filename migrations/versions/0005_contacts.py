"""Contacts from lists, what they claim on paper, and who is said to have been where"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Three tables; what is invented is marked; people are found by their number."""
    op.create_table(
        "contact_lists",
        sa.Column("id", ID, nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("brought_by", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_lists")),
    )
    op.create_index(op.f("ix_contact_lists_digest"), "contact_lists", ["digest"])
    op.create_table(
        "contacts",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("business", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("regency", sa.String(length=5), nullable=True),
        sa.Column("district", sa.String(length=8), nullable=True),
        sa.Column("village", sa.String(length=100), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("nib", sa.String(length=13), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("doubts", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("consent", sa.String(16), server_default="none", nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_staff", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["contact_lists.id"], name=op.f("fk_contacts_list_id_contact_lists")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_contacts_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("key", name=op.f("uq_contacts_key")),
    )
    op.create_index(op.f("ix_contacts_phone"), "contacts", ["phone"])
    op.create_index(op.f("ix_contacts_person_id"), "contacts", ["person_id"])
    op.create_index(op.f("ix_contacts_regency"), "contacts", ["regency", "id"])
    op.create_index(op.f("ix_contacts_list_id"), "contacts", ["list_id"])
    op.create_index(op.f("ix_contacts_seen_at"), "contacts", ["seen_at"])
    op.create_index(
        "ix_contacts_claimed",
        "contacts",
        ["reference"],
        sqlite_where=sa.text("consent = 'claimed'"),
        postgresql_where=sa.text("consent = 'claimed'"),
    )
    op.create_table(
        "past_attendances",
        sa.Column("id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_past_attendances_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["contact_lists.id"], name=op.f("fk_past_attendances_list_id_contact_lists")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_attendances")),
        sa.UniqueConstraint("contact_id", "event", name=op.f("uq_past_attendances_contact_id_event")),
    )
    op.create_index(op.f("ix_past_attendances_day"), "past_attendances", ["day"])
    op.add_column("persons", sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_persons_phone"), "persons", ["phone"])


def downgrade() -> None:
    """Without them."""
    op.drop_index(op.f("ix_persons_phone"), table_name="persons")
    with op.batch_alter_table("persons") as batch:
        batch.drop_column("demo")
    op.drop_table("past_attendances")
    op.drop_table("contacts")
    op.drop_table("contact_lists")
