"""Staff accounts, their codes, and the audit chain that the database lets nobody rewrite"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BEGINNING = "0" * 64  # what the first link names as the one before it

# A link may go only when it stands before `first`: its time was over, and the chain itself says so.
SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit: append only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN OLD.id >= (SELECT first FROM audit_heads) "
    "BEGIN SELECT RAISE(ABORT, 'audit: append only'); END",
    "CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads "
    "BEGIN SELECT RAISE(ABORT, 'audit: append only'); END",
    "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads "
    "WHEN NEW.count < OLD.count OR NEW.count > OLD.count + 1 OR NEW.first < OLD.first OR NEW.id <> OLD.id "
    "BEGIN SELECT RAISE(ABORT, 'audit: append only'); END",
)
POSTGRES = (
    "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'audit: append only'; END $$",
    "CREATE FUNCTION audit_had_its_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF OLD.id >= (SELECT first FROM audit_heads) THEN RAISE EXCEPTION 'audit: append only'; END IF; "
    "RETURN OLD; END $$",
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_had_its_time()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_append_only()",
    "CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads "
    "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    "CREATE TRIGGER audit_heads_no_truncate BEFORE TRUNCATE ON audit_heads EXECUTE FUNCTION audit_append_only()",
    "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads FOR EACH ROW WHEN "
    "(NEW.count < OLD.count OR NEW.count > OLD.count + 1 OR NEW.first < OLD.first OR NEW.id <> OLD.id) "
    "EXECUTE FUNCTION audit_append_only()",
)


def upgrade() -> None:
    """Staff, codes, audit."""
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("display_name", sa.String(length=100), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("regencies", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("telegram", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
        sa.UniqueConstraint("telegram", name=op.f("uq_staff_telegram")),
    )
    op.create_table(
        "staff_codes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), server_default="", nullable=False),
        sa.Column("subject", sa.String(length=100), server_default="", nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_codes_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_codes")),
    )
    op.create_index("ix_staff_codes_code_hash", "staff_codes", ["code_hash"])
    op.create_index("ix_staff_codes_actor", "staff_codes", ["actor", "purpose"])
    op.create_index("ix_staff_codes_expires_at", "staff_codes", ["expires_at"])
    _chain()


def _chain() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_index("ix_audit_actor", "audit", ["actor", "id"])
    heads = op.create_table(
        "audit_heads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("before_first", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    op.bulk_insert(heads, [{"id": 1, "count": 0, "hash": BEGINNING, "first": 1, "before_first": BEGINNING}])
    for statement in POSTGRES if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Without staff; the triggers go with their tables."""
    op.drop_table("audit_heads")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_append_only()")
        op.execute("DROP FUNCTION audit_had_its_time()")
    op.drop_table("staff_codes")
    op.drop_table("staff")
