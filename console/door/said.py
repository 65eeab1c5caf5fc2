"""What the door's page is told, and what it tells: small JSON, read strictly, with no more of a person than serves."""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models import Event, SignUpState
from services import phones, regions
from services.events import roster, rules, words
from services.events.attending import Answer, Came, Tap, Visitor, tapped_at
from services.events.roster import Guest, Tally

KEY = re.compile(r"[0-9A-Za-z-]{8,40}")
CARD = re.compile(r"[0-9A-Za-z_-]{8,40}")
LONGEST = 200


class What(StrEnum):
    """What was tapped."""

    IN = "in"
    CARD = "card"
    GUEST = "guest"
    UNDO = "undo"


class Unread(ValueError):
    """Not what our page sends. `said` tells whoever stands at the door, where they can mend it."""

    def __init__(self, said: str = "") -> None:
        super().__init__(said or "unread")
        self.said = said


@dataclass(frozen=True, slots=True)
class Request:
    """One tap, read. `id`: whom (IN, UNDO); `card`: which (CARD); `visitor`: who (GUEST)."""

    what: What
    tap: Tap
    id: int = 0
    card: str = ""
    visitor: Visitor | None = None


def read(body: Any, now: dt.datetime) -> Request:
    """A tap as the page sends it. Raises Unread."""
    if not isinstance(body, dict):
        raise Unread
    try:
        what = What(str(body.get("what")))
        ago = float(body.get("ago") or 0)
    except (TypeError, ValueError, OverflowError):
        raise Unread from None
    if ago != ago:
        raise Unread
    tap = Tap(tapped_at(now, ago), _shaped(body, "key", KEY), _words(body, "stand_in") or None)
    if what is What.GUEST:
        return Request(what, tap, visitor=_visitor(body))
    if what is What.CARD:
        return Request(what, tap, card=_shaped(body, "card", CARD))
    number = body.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**62:
        raise Unread
    return Request(what, tap, id=number)


def _shaped(body: dict[str, Any], name: str, shape: re.Pattern[str]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Unread
    return value


def _words(body: dict[str, Any], name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise Unread
    plain = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(plain.split())[:LONGEST]


def _visitor(body: dict[str, Any]) -> Visitor:
    name, business, paper = _words(body, "name"), _words(body, "business"), _words(body, "paper")
    if not name:
        raise Unread("Tulis nama tamunya.")
    if not paper:
        raise Unread("Tamu harus menandatangani izin di daftar hadir kertas dulu.")
    where = regions.regency(_words(body, "regency"))
    return Visitor(name, business, where.code if where else None, paper, _phone(_words(body, "phone")))


def _phone(said: str) -> str | None:
    if not said:
        return None
    try:
        return phones.mobile(said)
    except phones.NotAPhone:
        raise Unread("Nomor HP belum benar. Boleh dikosongkan.") from None


# --- what it is told


def clock(at: dt.datetime, event: Event) -> str:
    """ "09.20", on the event's own clock."""
    return f"{at.astimezone(rules.zone_of(event.zone)):%H.%M}"


def line(guest: Guest, event: Event) -> dict[str, Any]:
    """One person of the list."""
    return {
        "id": guest.id, "name": guest.name, "business": guest.business, "regency": guest.regency,
        "digits": guest.digits, "tail": guest.tail, "mark": guest.mark, "stand_in": guest.stand_in or "",
        "late": guest.late, "waits": guest.state in (SignUpState.WAITING, SignUpState.OFFERED),
        "at": clock(guest.attended_at, event) if guest.attended_at else "",
    }  # fmt: skip


def numbers(tally: Tally) -> dict[str, int]:
    """The counts at the top of the page."""
    return {"came": tally.came, "expected": tally.expected, "free": max(0, tally.free)}


def answer(given: Answer) -> dict[str, Any]:
    """What came of a tap, with a sentence for whoever stands at the door."""
    row = given.sign_up
    told: dict[str, Any] = {"what": given.what.value, "said": sentence(given)}
    if row is not None and row.name:
        told |= {"id": row.id, "name": row.stand_in or row.name, "mark": roster.mark(row.token)}
        told["at"] = clock(row.attended_at, given.event) if row.attended_at else ""
    return told


def sentence(given: Answer) -> str:
    """In the words of the office."""
    row, other = given.sign_up, given.other
    if given.what is Came.OTHER_EVENT and other is not None:
        return f"Kartu ini untuk acara lain: {other.title}, {words.when(other, 'id')}. Cari namanya di daftar."
    if given.what is Came.TOO_EARLY:
        return f"Belum harinya. Acara ini {words.when(given.event, 'id')}."
    if row is None:
        return SAID[given.what]
    who = f"{row.stand_in}, mewakili {row.business}" if row.stand_in else row.name
    at = clock(row.attended_at, given.event) if row.attended_at else ""
    full = " Kursi sudah penuh." if given.full else ""
    return SAID[given.what].format(who=who, at=at) + full


SAID = {
    Came.NOTED: "{who}. Hadir {at}.",
    Came.ALREADY: "{who} sudah tercatat hadir pukul {at}. Tidak perlu lagi.",
    Came.UNDONE: "Diurungkan.",
    Came.CANCELLED: "{who} sudah membatalkan. Kalau tetap datang, catat sebagai tamu.",
    Came.OTHER_EVENT: "Kartu ini untuk acara lain. Cari namanya di daftar.",
    Came.UNKNOWN: "Kartu atau nama ini tidak ada di daftar. Cari namanya, atau catat sebagai tamu.",
    Came.TOO_EARLY: "Belum harinya.",
    Came.CALLED_OFF: "Acara ini dibatalkan.",
}
