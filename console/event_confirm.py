"""Pindah, batal, kursi berkurang: done only after it was seen how many people are told, and what they read."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from console import event_words, looks
from console.desk import Desk, to
from console.event_edit import Meanwhile, Wrongly, code_of, edit, filled_by, locked
from console.event_filled import Filled
from models import Event, EventState, Session
from services.events import arranging, notices, tending
from services.events.arranging import Over
from services.events.notices import Before, Notice
from services.events.rules import EventRefused, Wrong, zone_of

LONGEST_REASON = 300


class Nothing(Exception):
    """It is what it was."""


Act = Callable[[Session, Event, Filled], Notice]


def _confirmed(desk: Desk, part: str, act: Act, said: str) -> Response:
    """Do it and show it, or do it: what is shown is exactly what would be sent, for it is made and undone."""
    filled = filled_by(desk)
    try:
        with desk.writing() as session:
            event = locked(session, desk)
            now_is, sure = _state(event), desk.asked.form.get("_yakin") == "1"
            notice = act(session, event, filled)
            if sure and desk.asked.form.get("_versi") != now_is:
                raise Meanwhile
            others = part == "kapasitas" and desk.asked.form.get("_orang") != str(notice.people)
            looked = (not sure or others) and (notice.people or part != "kapasitas")
            if looked:
                session.expunge(event)  # as it would be: undoing must not bring it back before it is shown
                session.rollback()
    except Wrongly:
        return edit(desk, part, filled.faults)
    except Nothing:
        return to(f"/acara/{code_of(desk)}", pesan="acara_tetap")
    except Meanwhile:
        return edit(desk, part, meanwhile=True)
    except EventRefused as refused:
        return edit(desk, part, _said(refused))
    if looked:
        values: dict[str, Any] = {"event": event, "notice": notice, "state": now_is, "part": part}
        return looks.page(desk, "event_confirm.html", **values, typed=_resolved(desk, event), ew=event_words)
    return to(f"/acara/{code_of(desk)}", pesan=said)


def _resolved(desk: Desk, event: Event) -> dict[str, str]:
    """What was typed, with the end that was worked out: said yes to twice, it must mean the same."""
    ends = event.ends_at.astimezone(zone_of(event.zone))
    return {**desk.asked.form, "selesai": f"{ends:%Y-%m-%dT%H:%M}"}


def _state(event: Event) -> str:
    """What a yes was said to: the event as it was when the question was asked."""
    return f"{event.version}.{event.state.value}.{event.capacity}"


def _said(refused: EventRefused) -> dict[str, str]:
    if refused.why is Wrong.CAPACITY and refused.number:
        says = f"{refused.number} kursi sudah terisi. Pilih di bawah: biarkan, atau pindahkan yang terakhir mendaftar."
        return {"kapasitas": says, "terisi": str(refused.number)}
    return event_words.refusal(refused)


def move(desk: Desk) -> Response:
    """Another time or place: everybody is told the old and the new one, and asked whether they still come."""

    def act(session: Session, event: Event, filled: Filled) -> Notice:
        before, zone = Before(event.starts_at, event.place), zone_of(event.zone)
        starts, ends = filled.moment("mulai", zone, "Isi hari dan jam mulainya."), filled.moment("selesai", zone)
        place, map_url = filled.words("tempat", 200, "Tulis tempatnya."), filled.address("peta")
        if filled.faults:
            raise Wrongly
        told: dict[str, Any] = {"starts_at": starts, "ends_at": _end(event, starts, ends), "place": place}
        calendar = desk.settings.office.calendar
        if not arranging.move(
            session, desk.actor, event.code, **told, map_url=map_url or "", calendar=calendar, now=desk.now
        ):
            raise Nothing
        return notices.of_change(session, event, before, desk.settings.texts)

    return _confirmed(desk, "pindah", act, "acara_pindah")


def _end(event: Event, starts: dt.datetime | None, ends: dt.datetime | None) -> dt.datetime | None:
    """Only the start was put elsewhere: the event keeps its length."""
    return None if ends == event.ends_at and starts != event.starts_at else ends


def cancel(desk: Desk) -> Response:
    """It will not take place."""

    def act(session: Session, event: Event, filled: Filled) -> Notice:
        before = Before(event.starts_at, event.place)
        reason = filled.words("alasan", LONGEST_REASON, "Tulis alasannya: semua peserta membacanya.")
        if filled.faults or reason is None:
            raise Wrongly
        if event.state is EventState.CANCELLED and event.reason == reason:
            raise Nothing
        calendar = desk.settings.office.calendar
        arranging.cancel(session, desk.actor, event.code, reason=reason, calendar=calendar, now=desk.now)
        return notices.of_change(session, event, before, desk.settings.texts)

    return _confirmed(desk, "batal", act, "acara_batal")


def capacity(desk: Desk) -> Response:
    """More places at once; fewer than are taken only when staff say who is to wait again."""
    settings = desk.settings
    over = Over.TELL_LAST if desk.asked.form.get("lebih") == "kabari" else Over.REFUSE

    def act(session: Session, event: Event, filled: Filled) -> Notice:
        wanted = filled.count("kapasitas", 1)
        if filled.faults:
            raise Wrongly
        if wanted == event.capacity:
            raise Nothing
        bumped = arranging.set_capacity(session, desk.actor, event.code, wanted, over=over, now=desk.now)
        tending.tell_bumped(session, bumped, settings.texts, settings.office, desk.now)
        return notices.of_fewer(session, event, bumped, settings.texts, settings.office, desk.now)

    return _confirmed(desk, "kapasitas", act, "acara_kapasitas")
