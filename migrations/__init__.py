"""How the tables came to be, step by step; `upgrade` brings any database to the newest step from any folder.

Alembic is loaded when there is a step to make: a server that starts on a database at its newest step does without.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

LOCK = 7_105_021  # PostgreSQL's advisory lock: of several processes started at once, one migrates
HERE = Path(__file__).parent


def config(connection: sa.Connection | None = None) -> "Config":
    """Alembic's settings, without a file and whatever the current folder."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def upgrade(engine: sa.Engine, to: str = "head") -> None:
    """Bring the database to a step. In one transaction: a step that fails leaves nothing behind."""
    with engine.begin() as connection:
        upgrade_within(connection, to)


def upgrade_within(connection: sa.Connection, to: str = "head") -> None:
    """The same within the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    if current(connection) == (head() if to == "head" else to):
        return
    from alembic import command

    command.upgrade(config(connection), to)


def downgrade(engine: sa.Engine, to: str) -> None:
    """Go back to an earlier step ("base" = nothing)."""
    from alembic import command

    with engine.begin() as connection:
        command.downgrade(config(connection), to)


def check(engine: sa.Engine) -> None:
    """Raise if the models say something that no step has made."""
    from alembic import command

    with engine.begin() as connection:
        command.check(config(connection))


def current(connection: sa.Connection) -> str | None:
    """The step the database is at; None before the first."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def head() -> str | None:
    """The newest step."""
    return max(_steps(), default=None)


def known(step: str) -> bool:
    """Whether this release knows a step: one of a newer release it does not."""
    return step in _steps()


@cache
def _steps() -> frozenset[str]:
    """All steps: each file is named for its own, and they follow each other in that order."""
    return frozenset(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*_*.py"))
