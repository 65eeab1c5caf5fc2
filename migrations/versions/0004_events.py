"""Events: places, sign-ups, invitations, reminders"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Events and who comes to them."""
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("map_url", sa.String(length=300), nullable=True),
        sa.Column("audience", sa.String(length=200), nullable=True),
        sa.Column("bring", sa.String(length=200), nullable=True),
        sa.Column("regency", sa.String(length=5), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken_invited", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("invited_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("regions_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter_number", sa.String(length=64), nullable=True),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.String(32), server_default="draft", nullable=False),
        sa.Column("conditions", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_events_ends_after_start")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_events_reserved_not_negative")),
        sa.CheckConstraint("taken <= capacity", name=op.f("ck_events_taken_within_capacity")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_events_taken_not_negative")),
        sa.CheckConstraint(
            "taken_invited >= 0 AND taken_invited <= taken", name=op.f("ck_events_invited_within_taken")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("code", name=op.f("uq_events_code")),
    )
    op.create_index("ix_events_starts_at", "events", ["state", "starts_at"], unique=False)
    op.create_table(
        "event_plans",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clock", sa.String(length=5), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shifted", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(clock IS NULL) <> (minutes IS NULL)", name=op.f("ck_event_plans_clock_or_minutes")),
        sa.CheckConstraint("days >= 0", name=op.f("ck_event_plans_days_not_negative")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_plans_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", name=op.f("pk_event_plans")),
    )
    op.create_table(
        "event_shares",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("regency", sa.String(length=5), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("released", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("released OR taken <= capacity", name=op.f("ck_event_shares_taken_within_capacity")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_event_shares_taken_not_negative")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_shares_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "regency", name=op.f("pk_event_shares")),
    )
    op.create_table(
        "event_sources",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("regency", sa.String(length=5), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_sources_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sources")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_event_sources_event_id_code")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("text", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), server_default="planned", nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_reminders_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_reminders_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index(
        "ix_reminders_due",
        "reminders",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index("uq_reminders_person", "reminders", ["event_id", "person_id", "kind", "version"], unique=True)
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_invitations_business_id_businesses")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_invitations_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_invitations_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["event_sources.id"],
            name=op.f("fk_invitations_source_id_event_sources"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("event_id", "business_id", name=op.f("uq_invitations_event_id_business_id")),
        sa.UniqueConstraint("event_id", "phone", name=op.f("uq_invitations_event_id_phone")),
    )
    op.create_index("ix_invitations_person_id", "invitations", ["person_id"], unique=False)
    op.create_index("ix_invitations_phone", "invitations", ["phone"], unique=False)
    op.create_table(
        "event_arrivals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_event_arrivals_conversation_id_conversations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["event_sources.id"],
            name=op.f("fk_event_arrivals_source_id_event_sources"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_arrivals")),
        sa.UniqueConstraint("source_id", "conversation_id", name=op.f("uq_event_arrivals_source_id_conversation_id")),
    )
    op.create_index("ix_event_arrivals_conversation_id", "event_arrivals", ["conversation_id"], unique=False)
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("business", sa.String(length=200), nullable=False),
        sa.Column("stand_in", sa.String(length=200), nullable=True),
        sa.Column("regency", sa.String(length=5), nullable=True),
        sa.Column("product_kind", sa.String(length=32), nullable=True),
        sa.Column("invited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("holds", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("share", sa.String(length=5), nullable=True),
        sa.Column("rounds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("digits", sa.String(length=8), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_place", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended_by", sa.String(length=64), nullable=True),
        sa.Column("walk_in", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("paper_consent", sa.String(length=100), nullable=True),
        sa.CheckConstraint("NOT (holds AND state IN ('waiting', 'cancelled'))", name=op.f("ck_sign_ups_holds_when_in")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sign_ups_business_id_businesses")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_sign_ups_conversation_id_conversations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_sign_ups_event_id_events")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sign_ups_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["event_sources.id"], name=op.f("fk_sign_ups_source_id_event_sources"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
        sa.UniqueConstraint("token", name=op.f("uq_sign_ups_token")),
    )
    op.create_index("ix_sign_ups_conversation_id", "sign_ups", ["conversation_id"], unique=False)
    op.create_index(
        "ix_sign_ups_offered",
        "sign_ups",
        ["offer_until"],
        unique=False,
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index("ix_sign_ups_person_id", "sign_ups", ["person_id"], unique=False)
    op.create_index("ix_sign_ups_queue", "sign_ups", ["event_id", "state", "rounds", "id"], unique=False)
    op.create_index(
        "uq_sign_ups_business",
        "sign_ups",
        ["event_id", "business_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(
        "uq_sign_ups_code",
        "sign_ups",
        ["person_id", "code"],
        unique=True,
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(
        "uq_sign_ups_digits",
        "sign_ups",
        ["event_id", "digits"],
        unique=True,
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(
        "uq_sign_ups_person",
        "sign_ups",
        ["event_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'cancelled' AND business_id IS NULL"),
        postgresql_where=sa.text("state <> 'cancelled' AND business_id IS NULL"),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_index(
        "uq_sign_ups_person",
        table_name="sign_ups",
        sqlite_where=sa.text("state <> 'cancelled' AND business_id IS NULL"),
        postgresql_where=sa.text("state <> 'cancelled' AND business_id IS NULL"),
    )
    op.drop_index(
        "uq_sign_ups_digits",
        table_name="sign_ups",
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.drop_index(
        "uq_sign_ups_code",
        table_name="sign_ups",
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.drop_index(
        "uq_sign_ups_business",
        table_name="sign_ups",
        sqlite_where=sa.text("state <> 'cancelled'"),
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.drop_index("ix_sign_ups_queue", table_name="sign_ups")
    op.drop_index("ix_sign_ups_person_id", table_name="sign_ups")
    op.drop_index(
        "ix_sign_ups_offered",
        table_name="sign_ups",
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.drop_index("ix_sign_ups_conversation_id", table_name="sign_ups")
    op.drop_table("sign_ups")
    op.drop_index("ix_event_arrivals_conversation_id", table_name="event_arrivals")
    op.drop_table("event_arrivals")
    op.drop_index("ix_invitations_phone", table_name="invitations")
    op.drop_index("ix_invitations_person_id", table_name="invitations")
    op.drop_table("invitations")
    op.drop_index("uq_reminders_person", table_name="reminders")
    op.drop_index(
        "ix_reminders_due",
        table_name="reminders",
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.drop_table("reminders")
    op.drop_table("event_sources")
    op.drop_table("event_shares")
    op.drop_table("event_plans")
    op.drop_index("ix_events_starts_at", table_name="events")
    op.drop_table("events")
