"""What a person can do with the phone, whichever app is open and wherever it is asked: in the page or the terminal."""

import datetime as dt
from typing import Protocol

from models import Channel
from simulator.state import Fault, Key, Phone, Turn
from simulator.telegram_phone import TelegramHand
from simulator.whatsapp_phone import WhatsappHand
from simulator.world import World

TYPED_MOST = 10_000  # characters; more than an app lets anybody type


class Hand(Protocol):
    """What can be done on either app."""

    def start(self, phone: Phone, payload: str = "") -> None: ...
    def say(self, phone: Phone, text: str) -> None: ...
    def tap(self, phone: Phone, turn: Turn, key: Key) -> None: ...
    def tap_reply(self, phone: Phone, key: Key) -> None: ...
    def attach(self, phone: Phone, what: str) -> None: ...
    def block(self, phone: Phone, blocked: bool) -> None: ...
    def twice(self, phone: Phone) -> None: ...


class Hands:
    """Both hands, and what can be done to the world around them. Raises KeyError for what is not there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.of: dict[Channel, Hand] = {
            Channel.TELEGRAM: TelegramHand(world),
            Channel.WHATSAPP: WhatsappHand(world),
        }

    def say(self, phone: Phone, text: str) -> None:
        """Type something. An app sends neither an empty message nor one to somebody blocked."""
        if text.strip() and not phone.blocked:
            self.of[phone.channel].say(phone, text[:TYPED_MOST])

    def start(self, phone: Phone, payload: str = "") -> None:
        """Begin the chat."""
        if not phone.blocked:
            self.of[phone.channel].start(phone, payload)

    def tap(self, phone: Phone, turn_id: int, index: int) -> None:
        """Tap the key at this place below a bubble."""
        turn = phone.turn(turn_id)
        if turn is None or not 0 <= index < len(turn.keys):
            raise KeyError(turn_id)
        if not phone.blocked:
            self.of[phone.channel].tap(phone, turn, turn.keys[index])

    def tap_reply(self, phone: Phone, index: int) -> None:
        """Tap a key that stands in place of the keyboard."""
        if not 0 <= index < len(phone.reply_keys):
            raise KeyError(index)
        if not phone.blocked:
            self.of[phone.channel].tap_reply(phone, phone.reply_keys[index])

    def attach(self, phone: Phone, what: str) -> None:
        """Send something that is not typed."""
        if not phone.blocked:
            self.of[phone.channel].attach(phone, what)

    def twice(self, phone: Phone) -> None:
        """Let the last message come a second time."""
        self.of[phone.channel].twice(phone)

    def block(self, phone: Phone, blocked: bool) -> None:
        """Block the bot or unblock it."""
        if phone.blocked != blocked:
            self.of[phone.channel].block(phone, blocked)

    def fail(self, phone: Phone, fault: Fault | None) -> None:
        """Refuse the bot's next send, once; None takes it back."""
        phone.fault = fault
        phone.touch()

    async def forward(self, hours: float) -> None:
        """Move the program's time, and let what falls due happen."""
        settings = self.world.settings
        settings.clock.shift(dt.timedelta(hours=hours))
        for phone in self.world.phones.values():
            phone.touch()
        if settings.after_shift is not None:
            await settings.after_shift()
