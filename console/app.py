"""The console put together, and handed to the program that mounts it."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console import looks
from console.desk import Desk, Open, Page
from console.pages import PAGES
from console.reception import Headers, Reception
from console.settings import BASE, ConsoleSettings
from services.staff import Right

__all__ = ["BASE", "ConsoleSettings", "Undeclared", "create"]


class Undeclared(Exception):
    """A page that does not say who may open it: the console does not start with it."""


class Files(StaticFiles):
    """Style and script; their address changes with them, so browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def create(settings: ConsoleSettings, pages: Sequence[Page] = PAGES) -> Starlette:
    """The whole console, to be mounted at `/console`. Raises Undeclared."""
    reception = Reception(settings)
    files = Mount("/static", Files(directory=looks.STATIC), name="static")
    routes: list[BaseRoute] = [files]
    for page in pages:
        if not page.right or not isinstance(page.right, Right | Open | frozenset):
            raise Undeclared(page.path)
        routes.append(Route(page.path, reception.to(page), methods=[page.method]))
    nothing = Page("GET", "/{path:path}", Open.SIGNED_IN, _nothing)
    routes.append(Route(nothing.path, reception.to(nothing), methods=["GET"]))
    return Starlette(routes=routes, middleware=[Middleware(Headers, secure=settings.secure)])


def _nothing(desk: Desk) -> Response:
    return looks.page(desk, "missing.html", 404)
