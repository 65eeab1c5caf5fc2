"""Twilio's webhooks, read into what a person did on WhatsApp, and into what became of a message of ours."""

import datetime as dt
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.channels import payload, whatsapp_errors
from bot.channels.base import OutcomeKind
from bot.channels.cleaning import clean, line
from bot.channels.places import location
from bot.inbound import Inbound
from conversation.said import Contact, Other, Photo, Said, Text
from models import Channel

log = logging.getLogger(__name__)

PREFIX: Final = "whatsapp:"
_ADDRESS = re.compile(r"whatsapp:[!-~]{1,180}")  # a phone number or a business-scoped id: opaque, answered verbatim
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_PICTURES = frozenset({"image/jpeg", "image/jpg", "image/png", "image/heic", "image/heif"})
_CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory", "application/vcard"})
_CARRIED = ("text", "interactive", "button", "")  # message types whose words are in Body

Form = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What Twilio tells of a message of ours. Order is not guaranteed, and `read` may come without `delivered`."""

    platform_id: str
    status: str  # queued, sent, delivered, read, undelivered, failed …
    error: str = ""  # Twilio's code
    delivery_id: int | None = None  # ours, from the callback's query: a status may outrun the answer to the send

    @property
    def meaning(self) -> OutcomeKind | None:
        """For a failed message, what its code means for the chat and for the sender; None while nothing failed."""
        if self.status not in ("failed", "undelivered"):
            return None
        return whatsapp_errors.meaning(int(self.error) if self.error else None).kind


def hear(form: Form, now: dt.datetime) -> Inbound | None:
    """What a webhook's form says, or None if there is nothing to answer. Never raises.

    Twilio adds parameters without notice, so anything unknown is passed over.
    """
    address = _get(form, "From") or _get(form, "ExternalUserId")
    event = _get(form, "MessageSid") or _get(form, "SmsMessageSid")
    if not _ADDRESS.fullmatch(address) or not _SID.fullmatch(event):
        log.warning("passed over a message without a sender or an id")
        return None
    said = _said(form, address)
    return Inbound(Channel.WHATSAPP, address, event, said, now) if said is not None else None


def hear_status(form: Form, delivery_id: str | None = None) -> StatusUpdate | None:
    """What a status callback says; `delivery_id` is the `d` of its query. None if it names no message of ours."""
    event = _get(form, "MessageSid") or _get(form, "SmsSid")
    status = _get(form, "MessageStatus") or _get(form, "SmsStatus")
    if not _SID.fullmatch(event) or not re.fullmatch(r"[a-z_]{1,32}", status):
        return None
    error = _get(form, "ErrorCode")
    known = delivery_id if delivery_id and re.fullmatch(r"[0-9]{1,18}", delivery_id) else None
    return StatusUpdate(
        event, status, error if re.fullmatch(r"[0-9]{1,9}", error) else "", int(known) if known else None
    )


def _said(form: Form, address: str) -> Said | None:
    kind = _get(form, "MessageType").lower()
    if kind == "reaction":
        return None
    if (opted := _get(form, "OptOutType").upper()) in ("STOP", "START"):
        # Twilio has already answered and acts on it; the word is the person's own all the same.
        return Text(opted)
    if (tapped := _tapped(form)) is not None:
        return tapped
    if "Latitude" in form and "Longitude" in form:
        return location(_get(form, "Latitude"), _get(form, "Longitude")) or Other("unknown")
    if (media := _media(form, kind, address)) is not None:
        return media
    return _text(form)


def _tapped(form: Form) -> Said | None:
    """The id of a tapped button or row. A list's reply has been described in either field, so both are read."""
    label = line(_get(form, "ButtonText") or _get(form, "ListTitle") or _get(form, "Body"), 64)
    for key in ("ListId", "ButtonPayload"):
        if (tap := payload.tap(_get(form, key), label)) is not None:
            return tap
    return None


def _media(form: Form, kind: str, address: str) -> Said | None:
    count = _get(form, "NumMedia")
    if not count.isascii() or not count.isdigit() or count == "0":
        return None
    mime = _get(form, "MediaContentType0").lower().partition(";")[0].strip()
    url = _get(form, "MediaUrl0")
    if kind == "sticker" or mime == "image/webp":
        return Other("sticker")  # photos come as JPEG; WhatsApp's stickers are WebP
    if mime.startswith("audio/"):
        return Other("voice")
    if mime in _CARDS:
        return Contact("", own=False)  # the number is inside the file; nobody but the app vouches for it
    if mime in _PICTURES and 0 < len(url) <= 500:
        return Photo(url, mime, None, clean(_get(form, "Body"), 1024).text)
    return Other("file")


def _text(form: Form) -> Said:
    cleaned = clean(_get(form, "Body") or _get(form, "ButtonText") or _get(form, "ListTitle"))
    if cleaned.text:
        return Text(cleaned.text, cleaned.had_nik, cleaned.had_secret)
    return Other("empty" if _get(form, "MessageType").lower() in _CARRIED else "file")


def _get(form: Form, key: str) -> str:
    value = form.get(key)
    return value.strip() if isinstance(value, str) else ""
