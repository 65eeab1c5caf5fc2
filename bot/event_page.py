"""The public page of an event, let into the program; and how people reach us, for links."""

from starlette.routing import Route

from bot.app import Program
from bot.config import Settings
from console.acara import page
from services.events.kit import Ways


def ways(settings: Settings, telegram: str | None) -> Ways:
    """The bot's name on Telegram (None: not known), its number on WhatsApp, its address."""
    sender = settings.whatsapp.sender
    return Ways(telegram or None, sender.removeprefix("whatsapp:") if sender else None, settings.web.public_url)


def routes(program: Program) -> list[Route]:
    """`/acara/…`. Telegram's name for the bot is known once it has answered."""

    def now() -> Ways:
        telegram = program.channels.telegram
        return ways(program.settings, telegram.username if telegram else None)

    official = program.settings.office.verify_url
    return page.routes(
        page.Public(program.database.read_engine, program.texts, program.clock.now, now, lambda: official)
    )
