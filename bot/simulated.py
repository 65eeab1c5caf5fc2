"""Without any account: the phone in the browser stands in for both platforms, and the program believes it."""

import secrets
from collections.abc import Awaitable, Callable, Sequence

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from bot.app import Program
from bot.config import Settings
from simulator.settings import BASE, SimulatorSettings

SENDER = "whatsapp:+622150008000"  # a number nobody has


def address(settings: Settings) -> str:
    """Where the program listens, as seen from this computer."""
    host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
    return f"http://{host}:{settings.web.port}"


def with_stand_ins(settings: Settings) -> Settings:
    """The settings with both channels pointed at the simulator; the secrets are new at every start."""
    here = address(settings)
    telegram = settings.telegram.model_copy(
        update={
            "token": SecretStr(f"{secrets.randbelow(900_000_000) + 100_000_000}:{secrets.token_urlsafe(26)}"),
            "mode": "webhook",
            "webhook_secret": SecretStr(secrets.token_urlsafe(32)),
            "base_url": f"{here}{BASE}/telegram/bot",
            "base_file_url": f"{here}{BASE}/telegram/file/bot",
        }
    )
    whatsapp = settings.whatsapp.model_copy(
        update={
            "account_sid": f"AC{secrets.token_hex(16)}",
            "auth_token": SecretStr(secrets.token_hex(16)),
            "sender": SENDER,
            "base_url": here,
        }
    )
    web = settings.web.model_copy(update={"public_url": here})
    on = settings.simulator.model_copy(update={"enabled": True})  # the tokens it has now are no real ones
    return settings.model_copy(update={"telegram": telegram, "whatsapp": whatsapp, "web": web, "simulator": on})


def phone(program: Program) -> tuple[Starlette, Sequence[BaseRoute]]:
    """The simulator's application and the routes it needs: its pages, and the stand-ins for the platforms' APIs."""
    import simulator.app  # a server with real channels never loads the phone

    settings = program.settings
    made = simulator.app.create(
        SimulatorSettings(
            bot_url=address(settings),
            telegram_token=_plain(settings.telegram.token),
            telegram_secret=_plain(settings.telegram.webhook_secret),
            twilio_sid=settings.whatsapp.account_sid or "",
            twilio_token=_plain(settings.whatsapp.auth_token),
            whatsapp_sender=SENDER,
            public_url=address(settings),
            read_engine=program.database.read_engine,
            clock=program.clock,
            after_shift=_forwarded(program),
            keep=settings.data.dir / "simulator-templates.json",
        )
    )
    return made, [Mount(BASE, made), *simulator.app.root_routes(made)]


async def hang_up(phone: Starlette) -> None:
    """The phone says nothing more."""
    import simulator.app

    await simulator.app.close(phone)


def _forwarded(program: Program) -> Callable[[], Awaitable[None]]:
    async def told() -> None:
        await program.forwarded()

    return told


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
