"""How the tables came to be, step by step; `upgrade` brings any database to the newest step from any folder."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

LOCK = 7_105_021  # PostgreSQL's advisory lock: of several processes started at once, one migrates


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's settings, without a file and whatever the current folder."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
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
    command.upgrade(config(connection), to)


def downgrade(engine: sa.Engine, to: str) -> None:
    """Go back to an earlier step ("base" = nothing)."""
    with engine.begin() as connection:
        command.downgrade(config(connection), to)


def check(engine: sa.Engine) -> None:
    """Raise if the models say something that no step has made."""
    with engine.begin() as connection:
        command.check(config(connection))


def current(connection: sa.Connection) -> str | None:
    """The step the database is at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest step."""
    return ScriptDirectory.from_config(config()).get_current_head()


def known(step: str) -> bool:
    """Whether this release knows a step: one of a newer release it does not."""
    return any(step == script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())
