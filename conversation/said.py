"""What a person did on their phone, whatever the app: the only way a message reaches a conversation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Typed words, already cleaned of control characters and with any 16-digit number masked."""

    text: str
    had_nik: bool = False  # a 16-digit number stood here and was masked before anything was kept
    had_secret: bool = False  # it looked like an OTP or a password


@dataclass(frozen=True, slots=True)
class Tap:
    """A button: it answers the question it was made for, in the run it was made for, and no other."""

    run: str
    question: str
    option: str
    label: str = ""  # what the button said, where the platform tells us
    message_id: str | None = None  # the platform's id of the message that carried the button, if it can be redrawn


@dataclass(frozen=True, slots=True)
class Start:
    """Telegram's /start, with the payload of a deep link (`t.me/BOT?start=daftar`) or an empty string."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture, by the platform's reference; its bytes are fetched later, outside any transaction."""

    ref: str
    mime: str = "image/jpeg"
    size: int | None = None  # bytes, where the platform says
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A shared phone number. `own` is true only when the platform vouches that it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Location:
    """A shared place, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Other:
    """Something that carries no answer. Kinds: voice, sticker, file, edited, group, empty, unknown."""

    kind: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The person blocked (`reachable=False`) or unblocked the bot; nothing was said."""

    reachable: bool


Said = Text | Tap | Start | Photo | Contact | Location | Other | Reach
