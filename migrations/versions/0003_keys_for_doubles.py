"""Doubles are looked up by keys that are kept beside the words"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHUNK = 2_000
# As it was when this step was written: a later change of the rule brings a step of its own.
FORMS = frozenset({"pt", "cv", "ud", "pd", "tb", "toko", "warung", "usaha"})
businesses = sa.table(
    "businesses", *(sa.column(n) for n in ("id", "name", "address", "village", "name_key", "place_key"))
)


def upgrade() -> None:
    """The columns, what belongs in them for the businesses we know, then the indexes."""
    with op.batch_alter_table("businesses") as batch:
        batch.add_column(sa.Column("name_key", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("place_key", sa.String(length=300), nullable=True))
    _fill(op.get_bind())
    op.create_index("ix_businesses_name_key", "businesses", ["district", "name_key"])
    op.create_index("ix_businesses_place_key", "businesses", ["district", "place_key"])


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_businesses_place_key", "businesses")
    op.drop_index("ix_businesses_name_key", "businesses")
    with op.batch_alter_table("businesses") as batch:
        batch.drop_column("place_key")
        batch.drop_column("name_key")


def _fill(connection: sa.Connection) -> None:
    change = (
        sa.update(businesses)
        .where(businesses.c.id == sa.bindparam("it"))
        .values(name_key=sa.bindparam("plain_name"), place_key=sa.bindparam("plain_place"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(businesses.c.id, businesses.c.name, businesses.c.address, businesses.c.village)
        .where(businesses.c.id > last)
        .order_by(businesses.c.id)
        .limit(CHUNK)
    ).all():
        connection.execute(change, [_keys(*row) for row in rows])
        last = rows[-1].id


def _keys(number: int, name: str, address: str | None, village: str | None) -> dict[str, object]:
    place = _plain(address)
    joined = f"{place} | {_plain(village)}"[:300] if place else None
    return {"it": number, "plain_name": _plain(name)[:200] or None, "plain_place": joined}


def _plain(words: str | None) -> str:
    letters = unicodedata.normalize("NFKD", words or "").casefold()
    parts = re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join([part for part in parts if part not in FORMS] or parts)
