"""Running as a server: one start, the doors open, and a clean end when the system asks for it."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from bot import approvals, consoled, simulated, web
from bot.app import Program, prepare
from bot.channels.errors import PlatformError
from bot.channels.telegram_menu import introduce
from bot.clock import Clock
from bot.collecting import stay
from bot.config import Settings
from bot.database import open_database
from bot.inbox import Answer
from bot.inbox_rows import BURST
from bot.locking import Lock
from console.settings import BASE as BASE_OF_CONSOLE
from simulator.settings import BASE

log = logging.getLogger(__name__)

RETRY = 60.0  # seconds between two attempts to tell a platform who we are
KEPT = 75  # seconds a quiet connection stays open: longer than the proxies' 60, or they would post into a closing one
GRACE = 3  # seconds a request under way may still take once we are asked to end


class Server(uvicorn.Server):
    """uvicorn, but the end is ours to handle: it would end the process by the signal itself, as if it had failed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The loop's own handlers are set in `serve`."""
        yield


def build(
    settings: Settings,
    *,
    role: str = "all",
    clock: Clock | None = None,
    answer: Answer | None = None,
    burst: int = BURST,
) -> "Built":
    """The program and its web application, not started yet. Simulated: both channels point at the phone."""
    stand_in = settings.simulated
    settings = simulated.with_stand_ins(settings) if stand_in else settings
    return Built(Program(settings, role=role, clock=clock, answer=answer, burst=burst), with_phone=stand_in)


class Built:
    """What `build` made; `serve` runs it until a signal or `stop`."""

    def __init__(self, program: Program, with_phone: bool) -> None:
        self.program = program
        self._greeting: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._phone: Starlette | None = None
        routes: list[BaseRoute] = []
        if program.takes_messages:
            routes.append(Mount(BASE_OF_CONSOLE, consoled.create(program)))
        if with_phone:
            self._phone, phone = simulated.phone(program)
            routes += phone
        self.app = web.create(program, routes, home=BASE if with_phone else None, ending=self._ending)
        config = uvicorn.Config(
            self.app,
            host=program.settings.web.host,
            port=program.settings.web.port_of(program.role) or 0,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=KEPT,
            server_header=False,
            date_header=False,
        )
        self.server = Server(config)

    def stop(self) -> None:
        """Ask for the end: nothing new is taken in, what is under way is finished."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if self._greeting:
            self._greeting.cancel()  # else the server would wait for calls we make to ourselves
        self.server.should_exit = True

    async def serve(self, started: Callable[[], None] | None = None) -> None:
        """Run until told to stop."""
        self._loop = asyncio.get_running_loop()
        self._greeting = asyncio.create_task(self._greet(started))
        await self.server.serve()

    async def _ending(self) -> None:
        """Before the program ends: who still speaks to the platforms on its behalf falls silent."""
        if self._greeting:
            self._greeting.cancel()
            await asyncio.gather(self._greeting, return_exceptions=True)
        if self._phone is not None:
            await simulated.hang_up(self._phone)

    async def _greet(self, started: Callable[[], None] | None) -> None:
        """Once the doors are open: tell the platforms who we are and where. A platform that is away stops nothing."""
        while not self.server.started:
            await asyncio.sleep(0.02)
        if started:
            started()
        if self.program.takes_messages:
            await announce(self.program)


async def announce(program: Program) -> None:
    """The webhook, the commands, the content templates: until each platform has taken them. Meanwhile the program
    works without."""
    todo = [_introduce_to_telegram] if program.channels.telegram else []
    if program.channels.whatsapp and program.settings.simulated:  # a real account's are made on purpose, by a command
        todo.append(_make_templates)
    while todo:
        for step in list(todo):
            try:
                await step(program)
                todo.remove(step)
            except PlatformError as error:
                log.warning("%s: %s", step.__name__.strip("_"), error.outcome.reason or error.kind.value)
        if todo:
            await asyncio.sleep(RETRY)


async def _introduce_to_telegram(program: Program) -> None:
    telegram, settings = program.channels.telegram, program.settings
    if telegram is None:
        return
    await telegram.me()
    secret = settings.telegram.webhook_secret
    if settings.telegram.mode == "webhook" and settings.web.public_url and secret:
        await telegram.set_webhook(f"{settings.web.public_url}/webhooks/telegram", secret.get_secret_value())
    await introduce(telegram, program.texts)


async def _make_templates(program: Program) -> None:
    if program.channels.whatsapp:
        await program.channels.whatsapp.sync_templates(program.database.write_engine)
        if program.settings.simulated:  # at Twilio itself the office asks for approval, with its own words before it
            asked = program.channels.whatsapp, program.database.write_engine, program.texts, program.clock.now()
            await approvals.sync(*asked)
            await approvals.submit(*asked)


def run(settings: Settings, *, role: str = "all", started: Callable[[], None] | None = None) -> None:
    """Run until SIGTERM or Ctrl-C. Raises AlreadyRunning if SQLite has another server."""
    database = open_database(settings.database.url.get_secret_value())
    lock = Lock(database.file).take() if database.file else None
    database.close()
    try:
        prepare(settings)
        consoled.make_demo(settings)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_until_told(settings, role, started))
    finally:
        if lock:
            lock.free()


async def _until_told(settings: Settings, role: str, started: Callable[[], None] | None) -> None:
    loop = asyncio.get_running_loop()
    if settings.web.port_of(role) is None:
        await _without_doors(settings, role, started)
        return
    built = build(settings, role=role)
    stay()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, built.stop)
    await built.serve(started)


async def _without_doors(settings: Settings, role: str, started: Callable[[], None] | None) -> None:
    """A worker or scheduler that nobody asks how it fares: no port at all, until told to end."""
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    program = Program(settings, role=role)
    stay()
    await program.start()
    try:
        if started:
            started()
        await told.wait()
    finally:
        await program.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
