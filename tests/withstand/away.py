"""The database taken away and given back: PostgreSQL by a line that is cut, SQLite by another's lock."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import sqlalchemy as sa


class Away(Protocol):
    """A database that can be taken away. `url` is the address for the program."""

    url: str

    def stop(self) -> None:
        """From now on nothing can be written."""

    def start(self) -> None:
        """It is back."""


class CutLine:
    """A line to PostgreSQL that can be cut: open connections break, new ones are refused, as if the server stopped."""

    def __init__(self, url: str) -> None:
        there = sa.make_url(url)
        self._there = (there.host or "127.0.0.1", there.port or 5432)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._ends: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.url = there.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)
        self.start()

    def start(self) -> None:
        """Connections are carried."""
        self._call(self._open())

    def stop(self) -> None:
        """They break, and none is made."""
        self._call(self._cut())

    def close(self) -> None:
        """For good."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, coroutine: object) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)  # type: ignore[arg-type]

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in self._ends:
            end.transport.abort()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        self._ends.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._there)
        self._ends |= {writer, back}
        for source, target in ((reader, back), (there, writer)):
            pump = self._loop.create_task(_pumped(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)


async def _pumped(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while some := await source.read(65_536):
            target.write(some)
            await target.drain()
    except OSError:
        pass  # cut, or hung up
    finally:
        target.transport.abort()


class HeldFile:
    """SQLite's write lock in somebody else's hand. (A server's readers never wait, so reading goes on.)"""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": 0})
        self._held: sa.Connection | None = None

    def stop(self) -> None:
        """Nothing else is written."""
        self._held = self._engine.connect()
        self._held.connection.dbapi_connection.isolation_level = None  # type: ignore[union-attr]
        end = time.monotonic() + 60
        while not self._is_taken(self._held):
            assert time.monotonic() < end, "the program never let go of the file"
            time.sleep(0.0005)

    def _is_taken(self, held: sa.Connection) -> bool:
        """Tried again and again: SQLite's own waiting sleeps longer and longer, and a busy program would be past it."""
        try:
            held.exec_driver_sql("BEGIN EXCLUSIVE")
        except sa.exc.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Let go."""
        if self._held is not None:
            self._held.exec_driver_sql("ROLLBACK")
            self._held.close()
            self._held = None

    def close(self) -> None:
        """For good."""
        self.start()


@contextmanager
def away(url: str) -> Iterator[Away]:
    """A database that can be taken away."""
    made = HeldFile(url) if url.startswith("sqlite") else CutLine(url)
    try:
        yield made
    finally:
        made.close()
