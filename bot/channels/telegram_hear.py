"""Telegram's updates, read into what a person did. Anything a phone can send is heard or passed over, never raised."""

import datetime as dt
import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from bot.channels import payload
from bot.channels.cleaning import clean, line
from bot.channels.places import location
from bot.inbound import Inbound
from conversation.said import Contact, Other, Photo, Reach, Said, Start, Text
from models import Channel

log = logging.getLogger(__name__)

# What the bot asks Telegram for. The list is always sent: left out, Telegram keeps the one it was given last.
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")

_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
_KINDS: Final = {"voice": "voice", "sticker": "sticker"}
_FILES = (
    "video",
    "video_note",
    "animation",
    "audio",
    "document",
    "poll",
    "dice",
    "game",
    "story",
    "paid_media",
    "checklist",
    "giveaway",
    "invoice",
)
_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>[A-Za-z0-9_]{1,64}))?(?P<rest>(?:\s.*)?)", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_TICK = "✅"

Json = Mapping[str, Any]


def hear(update: Any, now: dt.datetime, bot_name: str = "") -> Inbound | None:
    """What an update says, or None if there is nothing to answer (groups, channels, reactions, the unreadable).

    `update` is parsed JSON of any shape. `bot_name` is the bot's user name without `@`: a command for another bot in
    a group is not ours.
    """
    whole = _object(update)
    event = _number(whole.get("update_id"))
    if event is None:
        log.warning("passed over an update without an id")
        return None
    heard = _heard(whole, bot_name)
    if heard is None:
        log.info("passed over an update of no concern")
        return None
    address, said, sender, callback = heard
    return Inbound(Channel.TELEGRAM, address, str(event), said, now, _language(sender), callback)


def _heard(update: Json, bot_name: str) -> tuple[str, Said, Json, str | None] | None:
    if "message" in update:
        return _message(_object(update["message"]), bot_name)
    if "callback_query" in update:
        return _callback(_object(update["callback_query"]))
    if "my_chat_member" in update:
        return _reach(_object(update["my_chat_member"]))
    if "edited_message" in update:
        return _edited(_object(update["edited_message"]))
    return None


def _message(message: Json, bot_name: str) -> tuple[str, Said, Json, None] | None:
    chat, sender = _object(message.get("chat")), _object(message.get("from"))
    address = _number(chat.get("id"))
    if address is None or sender.get("is_bot") is True:
        return None
    if chat.get("type") != "private":
        called = chat.get("type") in ("group", "supergroup") and _is_command(_string(message.get("text")), bot_name)
        return (str(address), Other("group"), sender, None) if called else None
    said = _said(message, sender)
    return (str(address), said, sender, None) if said is not None else None


def _said(message: Json, sender: Json) -> Said | None:
    """A private message's content; None for what is not a person speaking (a pinned message, a new title)."""
    if "text" in message:
        return _text(_string(message["text"]))
    for key, read in (("contact", _contact), ("location", _location), ("photo", _photo), ("document", _document)):
        if key in message and (said := read(message, sender)) is not None:
            return said
    for key, kind in _KINDS.items():
        if key in message:
            return Other(kind)
    return Other("file") if any(key in message for key in _FILES) else None


def _text(raw: str) -> Said:
    command = _COMMAND.fullmatch(raw.strip()[:5000])
    if command and command["name"].lower() == "start":
        wanted = command["rest"].strip()
        return Start(wanted if _PAYLOAD.fullmatch(wanted) and not clean(wanted).had_nik else "")
    if command:
        raw = f"/{command['name'].lower()}{command['rest']}"
    cleaned = clean(raw)
    return Text(cleaned.text, cleaned.had_nik, cleaned.had_secret) if cleaned.text else Other("empty")


def _contact(message: Json, sender: Json) -> Said | None:
    contact = _object(message["contact"])
    phone = re.sub(r"[^\d+]", "", _string(contact.get("phone_number")))[:20]
    if not phone:
        return Other("unknown")
    # A person can send anybody's card; only Telegram's own link to the sender makes it theirs.
    owner = _number(contact.get("user_id"))
    own = owner is not None and owner == _number(sender.get("id"))
    return Contact(f"+{phone.lstrip('+')}" if own else phone, own)


def _location(message: Json, _: Json) -> Said | None:
    place = _object(message["location"])
    return location(place.get("latitude"), place.get("longitude")) or Other("unknown")


def _photo(message: Json, _: Json) -> Said | None:
    sizes = [_object(size) for size in _array(message["photo"])]
    sizes = [size for size in sizes if _string(size.get("file_id"))]
    if not sizes:
        return Other("unknown")
    largest = max(sizes, key=lambda s: (_number(s.get("width")) or 0) * (_number(s.get("height")) or 0))
    return _picture(largest, "image/jpeg", message)


def _document(message: Json, _: Json) -> Said | None:
    """A picture sent as a file is a picture; any other document is a file."""
    document = _object(message["document"])
    mime = _string(document.get("mime_type")).lower()
    if mime not in _PICTURES or not _string(document.get("file_id")):
        return None
    return _picture(document, mime, message)


def _picture(file: Json, mime: str, message: Json) -> Photo:
    caption = clean(_string(message.get("caption")), 1024).text
    return Photo(_string(file["file_id"])[:500], mime, _number(file.get("file_size")), caption)


def _callback(query: Json) -> tuple[str, Said, Json, str | None] | None:
    sender, message = _object(query.get("from")), _object(query.get("message"))
    # A message too old or deleted comes as a stub dated 0, or not at all: in private the chat is the person.
    address = _number(_object(message.get("chat")).get("id")) or _number(sender.get("id"))
    if address is None:
        return None
    data = _string(query.get("data"))
    reachable = _number(message.get("date")) not in (None, 0)
    shown = str(message["message_id"]) if reachable and _number(message.get("message_id")) is not None else None
    said = payload.tap(data, _label(message, data), shown) or Other("unknown")
    return str(address), said, sender, _string(query.get("id"))[:64] or None


def _label(message: Json, data: str) -> str:
    keyboard = _object(message.get("reply_markup")).get("inline_keyboard")
    for row in _array(keyboard):
        for button in map(_object, _array(row)):
            if button.get("callback_data") == data:
                return line(_string(button.get("text")), 64).removeprefix(_TICK).strip()
    return ""


def _reach(change: Json) -> tuple[str, Said, Json, None] | None:
    """In a private chat this comes only when the person blocks or unblocks the bot."""
    chat = _object(change.get("chat"))
    address = _number(chat.get("id"))
    status = _object(change.get("new_chat_member")).get("status")
    if address is None or chat.get("type") != "private" or status not in ("member", "kicked", "left"):
        return None
    return str(address), Reach(status == "member"), _object(change.get("from")), None


def _edited(message: Json) -> tuple[str, Said, Json, None] | None:
    """An edit is answered, not applied. A live location edits itself all day: it is passed over."""
    chat, address = _object(message.get("chat")), _number(_object(message.get("chat")).get("id"))
    if address is None or chat.get("type") != "private" or "location" in message:
        return None
    return str(address), Other("edited"), _object(message.get("from")), None


def _is_command(text: str, bot_name: str) -> bool:
    command = _COMMAND.fullmatch(text.strip()[:5000])
    # What staff type is answered in private only: in a group it meets silence.
    if command is None or command["name"].lower() in ("staf", "jawab") or "staf_" in command["rest"]:
        return False
    return not command["bot"] or not bot_name or command["bot"].lower() == bot_name.lower()


def _language(sender: Json) -> str | None:
    code = _string(sender.get("language_code"))
    return code if len(code) <= 16 and _LANGUAGE.fullmatch(code) else None


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    """A whole number of at most 64 bits: what Telegram's ids are, and what a database column takes."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None
