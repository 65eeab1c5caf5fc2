"""Where in the tables something a person said still stands: every table, every column, whatever its kind."""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from bot.database import Database
from models import Base

OURS = frozenset({"programmes", "allocations", "gates", "content_templates", "cursors"})  # rows about nobody


def variants(value: str) -> set[str]:
    """A value as a table may hold it: as typed, in lower case, a number without its spaces and with +62."""
    found = {value.casefold()}
    digits = re.sub(r"[ .\-]", "", value)
    if digits.lstrip("+").isdigit() and len(digits) >= 8:
        found |= {digits, digits.removeprefix("0"), digits.removeprefix("+")}
    return found


def traces(database: Database, values: Iterable[str]) -> list[str]:
    """ "table.column: value" of everything that still stands somewhere."""
    wanted = {variant: value for value in values for variant in variants(value)}
    found = set()
    with database.read() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in OURS:
                continue
            for row in connection.execute(sa.select(table)).mappings():
                for column, kept in row.items():
                    text = kept.decode("utf-8", "replace") if isinstance(kept, bytes) else str(kept)
                    found |= {f"{table.name}.{column}: {v}" for k, v in wanted.items() if k in text.casefold()}
    return sorted(found)
