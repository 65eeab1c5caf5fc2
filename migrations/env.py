"""Alembic's entry: run the steps over the connection that was handed in, or over the settings' own database."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from models import Base
from models.base import Moment


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types as plain ones, so that an old step does not depend on today's models."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String({item.length})"
    if kind == "server_default" and isinstance(getattr(item, "arg", None), sa.sql.elements.False_):
        return "sa.false()"  # written as SQLite's 0, PostgreSQL would refuse it
    return False


def run(connection: sa.Connection) -> None:
    """All steps in the transaction of whoever called."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """The connection handed in by `migrations.upgrade`, or, for `alembic` on the command line, the settings' own."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    from bot.config_load import load
    from bot.database import open_database

    with open_database(load().database.url.get_secret_value()).write() as connection:
        run(connection)


main()
