"""Acara dalam kata-kata: what a reminder, a notice or an offer says, for a chat that may be in its window or not."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from models import Event, Language
from services.events import rules
from texts import dates
from texts.bubble import Bubble, Button, Shape
from texts.filling import Marked, shown

if TYPE_CHECKING:
    from texts import Catalogue

LABELS = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
QUESTIONS = ("events.h1", "events.moved", "events.moved_place", "events.seat_offer")
# Reminders that say how far it still is: sent late, they say it of that day.
COUNTED = frozenset({"events.h7", "events.h3", "events.h1", "events.eve", "events.same_day"})


def hours(event: Event, language: str) -> str:
    """ "09.00–15.00 WIB"; over several days "09.00 WIB – 16 Mei, 15.00 WIB"."""
    return hours_of(event.starts_at, event.ends_at, event.zone, language)


def hours_of(starts_at: dt.datetime, ends_at: dt.datetime, zone: str, language: str) -> str:
    """The hours of an event on the clock of its zone."""
    where, label = rules.zone_of(zone), LABELS.get(zone, zone)
    start, end = starts_at.astimezone(where), ends_at.astimezone(where)
    if start.date() == end.date():
        return f"{start:%H.%M}–{end:%H.%M} {label}"
    last = dates.of_month(end.date(), language)
    return f"{start:%H.%M} {label} – {last}, {end:%H.%M} {label}"


def day(event: Event) -> dt.date:
    """The event's first day, on its own calendar."""
    return event.starts_at.astimezone(rules.zone_of(event.zone)).date()


def when(event: Event, language: str) -> str:
    """ "Kamis, 15 Mei 2025, 09.00–15.00 WIB"."""
    return f"{shown(day(event), language)}, {hours(event, language)}"


def values(event: Event, texts: "Catalogue", language: Language) -> dict[str, Any]:
    """What every message may say of an event."""
    later = texts.text("events.to_follow", language)
    return {
        "event": event.title,
        "event_code": event.code,
        "date": day(event),
        "time": Marked(hours(event, language)),
        "place": event.place,
        "map_url": Marked(event.map_url) if event.map_url else Marked(later),
        "audience": event.audience or Marked(texts.text("events.everybody", language)),
        "bring": event.bring or Marked(texts.text("events.bring_usual", language)),
        "capacity": event.capacity,
        "letter_number": event.letter_number or Marked(later),
        "letter_date": event.letter_date or Marked(later),
        "reason": event.reason or "",
        "deadline": event.invited_until or event.starts_at,
    }


class Whose(Protocol):
    """A sign-up, as far as a message speaks of it."""

    @property
    def id(self) -> int: ...
    @property
    def business(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def digits(self) -> str: ...
    @property
    def told_starts_at(self) -> dt.datetime: ...
    @property
    def told_place(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told about: the event, their sign-up (None: only invited), what they are called."""

    event: Event
    sign_up: Whose | None
    name: str
    language: Language


def reminder_key(text: str, days_left: int) -> str:
    """The text of a reminder in the right words for the day on which it goes out."""
    if text not in COUNTED:
        return text
    if days_left <= 0:
        return "events.same_day"
    if days_left == 1:
        return text if text in ("events.h1", "events.eve") else "events.eve"
    return text if text in ("events.h7", "events.h3") else "events.h3"


def reminder(told: Told, text: str, texts: "Catalogue", now: dt.datetime, base: Mapping[str, Any]) -> Bubble:
    """A reminder of the plan, as it reads on the day it goes out. `base`: `values` of the event, made once for all."""
    left = rules.days_left(now, told.event.starts_at, rules.zone_of(told.event.zone))
    key = reminder_key(text, left)
    return bubble(told, key, texts, {**base, "days": left})


def moved(told: Told, texts: "Catalogue", base: Mapping[str, Any]) -> Bubble:
    """The old and the new time, or the old and the new place; and whether they can still come."""
    event, row = told.event, told.sign_up
    if row is None:
        raise LookupError("who was invited only has nothing to move")
    if row.told_starts_at == event.starts_at:
        return bubble(told, "events.moved_place", texts, {**base, "old_place": row.told_place})
    zone = rules.zone_of(event.zone)
    length = event.ends_at - event.starts_at
    old = {
        "old_date": row.told_starts_at.astimezone(zone).date(),
        "old_time": Marked(hours_of(row.told_starts_at, row.told_starts_at + length, event.zone, told.language)),
    }
    return bubble(told, "events.moved", texts, {**base, **old})


def bubble(told: Told, key: str, texts: "Catalogue", base: Mapping[str, Any]) -> Bubble:
    """A message with its buttons, and WhatsApp's template for it."""
    row = told.sign_up
    mine: dict[str, Any] = {"name": told.name, "code": row.code if row else "", "code4": row.digits if row else ""}
    mine["business"] = row.business if row else ""
    filled = {**base, **mine}
    buttons: tuple[Button, ...] = ()
    if row is not None and key in QUESTIONS:
        options = texts.options(key, told.language)
        buttons = tuple(Button(f"event|{row.id}|{o.id}", o.label, o.description) for o in options)
    template, given = _template(key, told, filled, texts)
    return Bubble(
        text=texts.text(key, told.language, **filled),
        shape=Shape.CHOICE if buttons else Shape.PLAIN,
        buttons=buttons,
        numbered=True,  # a bare "1" belongs to the form that is open; the text names the words with their code
        template=template,
        template_values=given,
    )


TEMPLATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "events.h7": ("event_h7_v2", ("name", "event", "days", "when", "place", "code")),
    "events.h3": ("event_h7_v2", ("name", "event", "days", "when", "place", "code")),
    "events.h1": ("event_h1_v1", ("event", "when", "place", "code4", "code")),
    "events.eve": ("event_h1_v1", ("event", "when", "place", "code4", "code")),
    "events.same_day": ("event_today_v1", ("event", "time", "place", "code4")),
    "events.moved": ("event_moved_v1", ("event", "old_when", "when", "place", "code")),
    "events.moved_place": ("event_place_moved_v1", ("event", "date", "old_place", "place", "code")),
    "events.cancelled": ("event_cancelled_v1", ("event", "date", "reason")),
    "events.seat_offer": ("event_seat_offer_v2", ("event", "when", "deadline", "code")),
    "events.invited": ("event_invitation_v2", ("name", "event", "when", "place", "event_code")),
}


def _template(
    key: str, told: Told, filled: Mapping[str, Any], texts: "Catalogue"
) -> tuple[str | None, tuple[str, ...]]:
    """The approved words for outside the 24 hours, where there are any."""
    if key not in TEMPLATES:
        return None, ()
    name, wanted = TEMPLATES[key]
    more = {**filled, "when": Marked(when(told.event, told.language))}
    if "old_date" in filled:
        more["old_when"] = Marked(f"{shown(filled['old_date'], told.language)}, {filled['old_time']}")
    unnamed = Marked(texts.text("events.unnamed", told.language))
    more["name"] = filled["name"] or filled["business"] or unnamed
    return name, tuple(shown(more[hole], told.language) for hole in wanted)


# --- one message for very many: worded once, and each person's own put in


@dataclass(frozen=True, slots=True)
class _Blank:
    """A sign-up with marks in place of what is each person's own. Nobody types these characters."""

    told_starts_at: dt.datetime
    told_place: str
    business: str
    code: str
    digits: str
    id: int = 0


MARKS = ("\ue001", "\ue002", "\ue003", "\ue004")  # in place of name, business, code, digits
Key = tuple[int, Language, str, tuple[bool, ...], Any]


class Stencils:
    """The messages of one sweep. `base` values and words are worked out once for each event, language and text."""

    def __init__(self, texts: "Catalogue", now: dt.datetime) -> None:
        self._texts, self._now = texts, now
        self._base: dict[tuple[int, Language], Mapping[str, Any]] = {}
        self._made: dict[Key, Bubble] = {}

    def bubble(self, told: Told, kind: str, text: str) -> Bubble:
        """What is said to this person: of a change or an end (`kind`), else the reminder of this text."""
        row = told.sign_up
        own = (told.name, row.business, row.code, row.digits) if row else (told.name, "", "", "")
        before = (row.told_starts_at, row.told_place) if row and kind == "moved" else None
        key = (told.event.id, told.language, kind if kind in rules.TOLD_AT_ONCE else text, _there(own), before)
        stencil = self._made.get(key)
        if stencil is None:
            stencil = self._made[key] = self._cut(told, kind, text, key[3])
        return _with_own(stencil, own, row.id if row else 0)

    def _cut(self, told: Told, kind: str, text: str, there: tuple[bool, ...]) -> Bubble:
        name, business, code, digits = (mark if one else "" for mark, one in zip(MARKS, there, strict=True))
        row = told.sign_up
        blank = _Blank(row.told_starts_at, row.told_place, business, code, digits) if row else None
        anyone, base = Told(told.event, blank, name, told.language), self._values(told)
        if kind == "moved":
            return moved(anyone, self._texts, base)
        if kind == "cancelled":
            return bubble(anyone, "events.cancelled", self._texts, base)
        return reminder(anyone, text, self._texts, self._now, base)

    def _values(self, told: Told) -> Mapping[str, Any]:
        key = (told.event.id, told.language)
        if key not in self._base:
            self._base[key] = values(told.event, self._texts, told.language)
        return self._base[key]


def _there(own: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple([bool(one) for one in own])


def _with_own(stencil: Bubble, own: tuple[str, ...], sign_up_id: int) -> Bubble:
    """Written out: `replace` and looking for marks where there are none cost more than all the rest."""
    said = [(mark, shown(one, "")) for mark, one in zip(MARKS, own, strict=True) if one]

    def put_in(words: str) -> str:
        for mark, one in said:
            words = words.replace(mark, one)
        return words

    return Bubble(
        text=put_in(stencil.text),
        shape=stencil.shape,
        buttons=tuple([Button(one.data.replace("|0|", f"|{sign_up_id}|"), one.label) for one in stencil.buttons]),
        numbered=stencil.numbered,
        template=stencil.template,
        template_values=tuple(
            [one if one.isascii() else put_in(one) for one in stencil.template_values]  # a mark is not ASCII
        ),
    )
