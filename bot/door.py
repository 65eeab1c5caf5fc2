"""The door of an event, let into the program: its pages write through the same threads as messages do."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.routing import BaseRoute

from bot.app import Program
from bot.writer import DatabaseGone
from console import door

ADDRESS = "door"  # taps keep their order among themselves


def routes(program: Program) -> list[BaseRoute]:
    """`/hadir/…`."""

    async def write(work: Callable[[Session], Any]) -> Any:
        def done(connection: sa.Connection) -> Any:
            with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
                result = work(session)
                session.commit()
                return result

        try:
            # Last in its transaction: what it notes in the audit stays locked until the commit.
            return await program.writer.run(done, ADDRESS, last=True)
        except DatabaseGone as gone:
            raise door.Away from gone

    return door.routes(door.Ways(program.database.read_engine, write, program.clock.now, program.texts))
