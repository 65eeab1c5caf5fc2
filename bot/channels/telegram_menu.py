"""The bot's face on Telegram before anybody writes: its commands and what it says of itself, in both languages."""

from typing import Final, Protocol

from bot.channels.telegram import TelegramChannel
from models import Language

# Each command's name in Indonesian and in English; both are understood whatever the menu shows.
COMMANDS: Final = (
    ("menu", "menu"),
    ("daftar", "register"),
    ("status", "status"),
    ("acara", "events"),
    ("tanya", "questions"),
    ("lanjut", "continue"),
    ("petugas", "officer"),
    ("data", "mydata"),
    ("bahasa", "language"),
    ("berhenti", "stop"),
)


class Words(Protocol):
    """The part of the texts that is needed here."""

    def text(self, key: str, language: str, /) -> str:
        """The words of a key."""
        ...


def commands(texts: Words, language: Language) -> tuple[tuple[str, str], ...]:
    """(name, description) of each command in one language."""
    english = language is Language.EN
    return tuple(
        (twin if english else name, texts.text(f"platform.telegram_commands.{name}", language))
        for name, twin in COMMANDS
    )


async def introduce(channel: TelegramChannel, texts: Words) -> None:
    """Set commands and descriptions: Indonesian for everybody, English where the phone is set to English."""
    for language, code in ((Language.ID, ""), (Language.EN, "en")):
        await channel.set_commands(commands(texts, language), code)
        description = texts.text("platform.telegram_description", language)
        await channel.set_description(description, texts.text("platform.telegram_about", language), code)
