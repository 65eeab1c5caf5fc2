"""Assessments: what is still to do, where many can be asked at once"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEX = "ix_consents_person_id"
LINES = {
    "postgresql": "SELECT string_agg(' ' || value || ' ', '' ORDER BY n)"
    " FROM json_array_elements_text(result -> 'todos') WITH ORDINALITY AS line(value, n)",
    "sqlite": "SELECT group_concat(' ' || value || ' ', '') FROM json_each(result, '$.todos')",
}


def upgrade() -> None:
    """Written out of the results that are there; and the newest consent found without sorting."""
    with op.batch_alter_table("assessments") as table:
        table.add_column(sa.Column("open_todos", sa.Text(), server_default="", nullable=False))
    lines = LINES[op.get_bind().dialect.name]
    op.execute(f"UPDATE assessments SET open_todos = coalesce(({lines}), '')")  # noqa: S608 -- our own words
    op.drop_index(INDEX, table_name="consents")
    op.create_index(INDEX, "consents", ["person_id", "purpose", "at", "id"])


def downgrade() -> None:
    """Without them."""
    op.drop_index(INDEX, table_name="consents")
    op.create_index(INDEX, "consents", ["person_id", "purpose", "at"])
    with op.batch_alter_table("assessments") as table:
        table.drop_column("open_todos")
