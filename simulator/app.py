"""The phone in the browser: put together, and handed to the program that mounts it."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from simulator import api, door, pages, telegram_api, twilio_api
from simulator.assets import STATIC
from simulator.hands import Hands
from simulator.settings import BASE, Clock, SimulatorSettings
from simulator.world import World

__all__ = ["BASE", "Clock", "SimulatorSettings", "close", "create", "root_routes"]


def create(settings: SimulatorSettings) -> Starlette:
    """The whole simulator, to be mounted at `/simulator`. Raises NotLoopback unless the bot is on this computer."""
    door.require_loopback(settings.bot_url)
    world = World(settings)
    hands = Hands(world)
    app = Starlette(
        routes=[
            *telegram_api.routes(world),
            Mount("/twilio", routes=twilio_api.routes(world)),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
            *api.routes(hands),
            *pages.routes(hands),
        ],
        middleware=[Middleware(door.Guard)],
    )
    app.state.world = world
    return app


def root_routes(app: Starlette) -> Sequence[BaseRoute]:
    """Twilio's own paths (`/2010-04-01/…`, `/v1/…`), for a program whose `whatsapp.base_url` is its own address."""
    world: World = app.state.world
    return [
        Route(route.path, door.Guard(route.app), methods=list(route.methods or ()))
        for route in twilio_api.routes(world)
    ]


async def close(app: Starlette) -> None:
    """Stop what is still under way: call it when the program ends."""
    world: World = app.state.world
    await world.close()
