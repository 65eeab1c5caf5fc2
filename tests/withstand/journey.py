"""One owner's whole way, walked once beforehand: what is asked at each step, and what is answered."""

import re
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.clock import Clock
from bot.database import open_database
from migrations import upgrade
from models import Channel
from services.office import Office
from tests.support.chat import Chat, tap
from tests.support.office import open_programme
from tests.support.owner import KERIPIK
from tests.support.server import settings_for
from texts.bubble import Bubble, Button, Shape

# Stand-ins in the recording for what is each person's own.
NAME, BUSINESS, HOME = "Qqnama", "Qqusaha", "Qqrumah"
NIB, PHONE = "1234567890123", "081200000001"
SAYS = {
    **KERIPIK,
    "papers": "1",
    "nib_number": NIB,
    "owner_name": NAME,
    "business_name": BUSINESS,
    "address": f"Kp. {HOME} RT 02/RW 03",
    "phone": PHONE,
    "scale": "1",
}
_BLANK = re.compile(r"[\s\u200b]+")
_DIGITS = re.compile(r"\d[\d.,:\-–]*")


def plain(text: str) -> str:
    """Words alone: without marks, breaks and numbers, which differ between people, days and channels."""
    return _DIGITS.sub("#", _BLANK.sub(" ", text.replace("*", ""))).strip()


@dataclass(frozen=True)
class Step:
    """What the person has before them, and what they do about it."""

    expects: str  # plain text that must be there; "" before the first answer
    key: str | None  # the question asked
    says: str = ""
    taps: str = ""  # the option's id, where a button is tapped
    redrawn: bool = False  # the answer to a tick is the same message with other buttons


@lru_cache(maxsize=8)
def recorded(channel: Channel, ticking: bool = False) -> tuple[Step, ...]:
    """The journey to a number on one channel: buttons are tapped where there are any, the rest is typed.

    `ticking`: on Telegram, lists to tick are ticked one by one and finished with their button.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/journey.db")
        try:
            upgrade(database.write_engine)
            office: Office = settings_for(database.url, Path(folder)).office_now()
            open_programme(database, quota=1000, taken_before=0)
            return tuple(_walk(Chat(database, office, channel, now=Clock().now()), ticking))
        finally:
            database.close()


def _walk(chat: Chat, ticking: bool) -> list[Step]:
    steps = [Step("", None, says="/start" if chat.channel is Channel.TELEGRAM else "halo")]
    chat.starts() if chat.channel is Channel.TELEGRAM else chat.says("halo")
    while chat.form != "placed":
        assert len(steps) < 60, chat.text
        steps += _one(chat, ticking)
    return [*steps, Step("BTN-", None)]  # a place, or a number on the waiting list


def _one(chat: Chat, ticking: bool) -> list[Step]:
    """Answer what is open."""
    shown, key = plain(chat.text), chat.asked
    said = {"menu": "journey", "result": "register"}.get(str(chat.form)) or SAYS[str(key)]
    button = _button(chat.bubble, said)
    if chat.bubble and chat.bubble.shape is Shape.TICKS and ticking and chat.channel is Channel.TELEGRAM:
        return _tick(chat, said, shown, key)
    if button is None or (chat.bubble and chat.bubble.shape is not Shape.CHOICE):
        chat.says(said)
        return [Step(shown, key, says=said)]
    chat.hears(tap(button))
    return [Step(shown, key, taps=_option(button))]


def _tick(chat: Chat, said: str, shown: str, key: str | None) -> list[Step]:
    row = _button(chat.bubble, said) or _button(chat.bubble, SAYS_BY_LABEL.get(said, said))
    assert row is not None, (said, chat.labels)
    chat.hears(tap(row))
    if not (chat.bubble and chat.bubble.redraw):
        return [Step(shown, key, taps=_option(row))]
    done = chat.bubble.buttons[-1]
    chat.hears(tap(done))
    return [Step(shown, key, taps=_option(row)), Step("", key, taps=_option(done), redrawn=True)]


SAYS_BY_LABEL = {"tidak ada": "Tidak ada"}


def _button(bubble: Bubble | None, said: str) -> Button | None:
    for button in bubble.buttons if bubble else ():
        if said in (_option(button), button.label, str(button.number)):
            return button
    return None


def _option(button: Button) -> str:
    return button.data.split("|")[2]
