"""The endpoint all peers share: Starlette on uvicorn, one route, 200 once the update has been handled."""

import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

Handle = Callable[[dict[str, Any]], Awaitable[None]]


def serve(handle: Handle, life: Callable[[], Any]) -> None:
    """Run until told to end. The port and the loop ("asyncio", "uvloop") are the first two arguments."""

    async def posted(request: Request) -> Response:
        await handle(orjson.loads(await request.body()))
        return Response(status_code=200)

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok")

    @asynccontextmanager
    async def around(app: Starlette) -> Any:
        async with life():
            yield

    routes = [Route("/webhooks/telegram", posted, methods=["POST"]), Route("/healthz", alive)]
    app = Starlette(routes=routes, lifespan=around)
    loop: Any = sys.argv[2]
    uvicorn.run(app, port=int(sys.argv[1]), loop=loop, http="httptools", log_level="error", access_log=False)


TOKEN = "123456789:AAbenchbenchbenchbenchbenchbench"
API = os.environ.get("BENCH_API", "http://127.0.0.1:1")
