"""People and businesses are found by the words of their names; doubles are settled by an officer"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHUNK = 2_000
# As they were when this step was written: a later change of the rule brings a step of its own.
FORMS = frozenset({"pt", "cv", "ud", "pd", "tb", "toko", "warung", "usaha"})
TITLES = frozenset({"bu", "ibu", "pak", "bapak", "bpk", "h", "hj", "haji", "hajah", "dan"})
COLUMNS = {
    "persons": {"name": ("name_word1", "name_word2", "name_word3")},
    "businesses": {
        "name": ("name_word1", "name_word2", "name_word3"),
        "owner_name": ("owner_word1", "owner_word2"),
    },
}
INDEXES = (
    ("ix_likely_doubles_other_id", "likely_doubles", ["other_id"]),
    ("ix_tickets_person_id", "tickets", ["person_id"]),
    ("ix_data_requests_person_id", "data_requests", ["person_id"]),
    ("ix_audit_act", "audit", ["act", "id"]),
    ("ix_audit_at", "audit", ["at"]),
)


def upgrade() -> None:
    """The columns, what belongs in them for those we know, then the indexes."""
    for table, names in COLUMNS.items():
        for word in (word for words in names.values() for word in words):
            op.add_column(table, sa.Column(word, sa.String(length=30), nullable=True))
        _fill(op.get_bind(), table, names)
        for word in (word for words in names.values() for word in words):
            op.create_index(f"ix_{table}_{word}", table, [word])
    op.add_column("likely_doubles", sa.Column("verdict", sa.String(length=16), nullable=True))
    op.add_column("likely_doubles", sa.Column("double_id", sa.BigInteger(), nullable=True))
    op.add_column("likely_doubles", sa.Column("settled_by", sa.String(length=64), nullable=True))
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Without them."""
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
    for column in ("settled_by", "double_id", "verdict"):
        op.drop_column("likely_doubles", column)
    for table, names in COLUMNS.items():
        for word in (word for words in names.values() for word in words):
            op.drop_index(f"ix_{table}_{word}", table)
            op.drop_column(table, word)


def _fill(connection: sa.Connection, name: str, names: dict[str, tuple[str, ...]]) -> None:
    words = [word for one in names.values() for word in one]
    table = sa.table(name, *(sa.column(column) for column in ("id", *names, *words)))
    values = {word: sa.bindparam(f"new_{word}") for word in words}
    change = sa.update(table).where(table.c.id == sa.bindparam("it")).values(values)
    query = sa.select(table.c.id, *(table.c[column] for column in names)).order_by(table.c.id).limit(CHUNK)
    last = 0
    while rows := connection.execute(query.where(table.c.id > last)).mappings().all():
        connection.execute(change, [_values(row, names) for row in rows])
        last = rows[-1]["id"]


def _values(row: sa.RowMapping, names: dict[str, tuple[str, ...]]) -> dict[str, object]:
    values: dict[str, object] = {"it": row["id"]}
    for name, columns in names.items():
        found = _sought(row[name], len(columns))
        values |= {f"new_{column}": found[i] if i < len(found) else None for i, column in enumerate(columns)}
    return values


def _sought(name: str | None, most: int) -> list[str]:
    letters = unicodedata.normalize("NFKD", name or "").casefold()
    parts = re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)))
    plain = [part[:30] for part in ([part for part in parts if part not in FORMS] or parts)]
    return list(dict.fromkeys([part for part in plain if part not in TITLES] or plain))[:most]
