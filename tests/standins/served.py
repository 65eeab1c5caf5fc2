"""A stand-in on a port of this machine, in the test's own loop."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler, at: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve every path with one handler; gives the address, without a slash at its end."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, at, 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def drop(request: web.Request) -> None:
    """Break the connection without an answer, as a proxy that dies does."""
    assert request.transport is not None
    request.transport.abort()
