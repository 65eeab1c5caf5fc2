"""Membuat dan mengubah acara: each part its own form, kept as typed until right, never over somebody else's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from console import event_filled, event_words, looks
from console.desk import Desk, Gone, to
from console.event_filled import Filled, stamp
from console.meaning import places
from models import Event, Session
from services import regions
from services.events import arranging, giving, lists, plans, seating
from services.events.rules import EventRefused, Wrong, zone_of

MARKS = ((b"%PDF", ".pdf"), (b"PK", ".pptx"))
BLANK = 2  # empty rows below a plan
PLACES = list(regions.REGENCIES.values())
KINDS = [(one.value, name) for one, name in event_words.KINDS.items()]
AUDIENCES = [(one.value, name) for one, name in event_filled.AUDIENCES.items()]


class Wrongly(Exception):
    """Something typed is not right: nothing is kept."""


class Meanwhile(Exception):
    """Somebody else changed it since this form was shown."""


def code_of(desk: Desk) -> str:
    """The event a page is about."""
    return str(desk.asked.where["code"]).upper()[:12]


def filled_by(desk: Desk) -> Filled:
    """What was sent."""
    return Filled(desk.asked.form, desk.asked.many)


def locked(session: Session, desk: Desk) -> Event:
    """The event, ours until the transaction ends. Raises Gone."""
    try:
        return seating.lock(session, lists.for_staff(session, desk.actor, code_of(desk)).id)
    except EventRefused:
        raise Gone from None


# --- a new one


def compose(desk: Desk, faults: Mapping[str, str] | None = None) -> Response:
    """An empty form, or what was typed with what is wrong with it."""
    return looks.page(
        desk, "event_new.html", 422 if faults else 200, faults=faults or {}, typed=desk.asked.form, part="baru",
        chosen=set(desk.asked.many.get("syarat", ())), places=places(desk), filled=event_filled, ew=event_words,
        all_places=PLACES, kinds=KINDS,
    )  # fmt: skip


def create(desk: Desk) -> Response:
    """Keep it: open for sign-up, or as a draft. Sent twice, the second finds its code taken."""
    filled = filled_by(desk)
    spec = event_filled.spec(filled)
    if spec is None:
        return compose(desk, filled.faults)
    opened = desk.asked.form.get("draf") != "1"
    try:
        with desk.writing() as session:
            calendar = desk.settings.office.calendar
            event = arranging.create(session, desk.actor, spec, calendar=calendar, now=desk.now, opened=opened)
            code = event.code
    except EventRefused as refused:
        return compose(desk, event_words.refusal(refused))
    return to(f"/acara/{code}", pesan="acara_dibuat" if opened else "acara_draf")


# --- changing one, part by part


@dataclass(frozen=True, slots=True)
class Part:
    """One form of the page. `kept`: what stands there now; `read`: what is wanted, in the same shape."""

    name: str
    kept: Callable[[Session, Event], Any]
    read: Callable[[Filled, Event], Any]
    keep: Callable[[Session, Desk, Event, Any], Any]


def _about(_: Session, event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in sorted(arranging.CHANGEABLE)}


def _shares(session: Session, event: Event) -> dict[str, int]:
    rows = lists.shares(session, event.id)
    return {row.regency: row.capacity for row in rows if row.regency != seating.OTHERS}


def _plan(session: Session, event: Event) -> list[Any]:
    return sorted((plans.as_entry(row) for row in plans.plan_of(session, event.id)), key=lambda one: one.kind)


def _keep_plan(session: Session, desk: Desk, event: Event, wanted: Any) -> None:
    calendar = desk.settings.office.calendar
    arranging.set_plan(session, desk.actor, event.code, wanted, calendar=calendar, now=desk.now)


def _materials(filled: Filled, _: Event) -> str | None:
    said = filled.address("materi")
    if said is None or not said.startswith("https://"):
        filled.faults["materi"] = "Tautan materi diawali https://."
    return said


def _keep_about(session: Session, desk: Desk, event: Event, wanted: Any) -> None:
    arranging.change(session, desk.actor, event.code, wanted, now=desk.now)


def _keep_shares(session: Session, desk: Desk, event: Event, wanted: Any) -> None:
    arranging.set_shares(session, desk.actor, event.code, wanted, now=desk.now)


def _keep_materials(session: Session, desk: Desk, event: Event, wanted: Any) -> None:
    giving.set_materials(session, desk.actor, event.code, wanted, now=desk.now)


def _wanted_plan(filled: Filled, _: Event) -> list[Any]:
    return sorted(event_filled.plan(filled), key=lambda one: one.kind)


PARTS = {
    "keterangan": Part(
        "keterangan", _about, lambda filled, event: event_filled.about(filled, zone_of(event.zone)), _keep_about
    ),
    "jatah": Part("jatah", _shares, lambda filled, _: event_filled.shares(filled), _keep_shares),
    "rencana": Part("rencana", _plan, _wanted_plan, _keep_plan),
    "materi": Part("materi", lambda _, event: event.materials_url, _materials, _keep_materials),
}


def edit(desk: Desk, part: str = "", faults: Mapping[str, str] | None = None, *, meanwhile: bool = False) -> Response:
    """All forms of an event, with what is there now; one that was sent wrongly with what was typed."""
    try:
        with desk.reading() as session:
            event = lists.for_staff(session, desk.actor, code_of(desk))
            values: dict[str, Any] = {
                "event": event, "plan": plans.plan_of(session, event.id), "shares": _shares(session, event),
                "stamps": {one.name: stamp(one.kept(session, event)) for one in PARTS.values()},
                "count": lists.count(session, event.id),
            }  # fmt: skip
    except EventRefused:
        raise Gone from None
    return looks.page(
        desk, "event_edit.html", 409 if meanwhile else 422 if faults else 200, **values, part=part,
        faults=faults or {}, typed=desk.asked.form, meanwhile=meanwhile, filled=event_filled, ew=event_words,
        zone=zone_of(values["event"].zone), audiences=AUDIENCES, all_places=PLACES, blank=BLANK,
    )  # fmt: skip


def change(desk: Desk) -> Response:
    """Keep one part."""
    part = PARTS.get(str(desk.asked.where["part"]))
    if part is None:
        raise Gone
    filled = filled_by(desk)
    try:
        with desk.writing() as session:
            event = locked(session, desk)
            wanted, kept = part.read(filled, event), part.kept(session, event)
            if filled.faults:
                raise Wrongly
            same = wanted == kept
            if not same and desk.asked.form.get("_cap") != stamp(kept):
                raise Meanwhile
            if not same:
                part.keep(session, desk, event, wanted)
    except Wrongly:
        return edit(desk, part.name, filled.faults)
    except Meanwhile:
        return edit(desk, part.name, meanwhile=True)
    except EventRefused as refused:
        return edit(desk, part.name, event_words.refusal(refused))
    return to(f"/acara/{code_of(desk)}/ubah", pesan="acara_tetap" if same else f"acara_{part.name}")


def keep_file(desk: Desk) -> Response:
    """The materials themselves, a PDF or slides. Told by what is in it, never by its name."""
    sent = desk.asked.files.get("berkas")
    content = sent.content if sent is not None and sent.size == len(sent.content) else b""
    name = f"materi-{code_of(desk).lower()}" + next((end for mark, end in MARKS if content.startswith(mark)), "")
    try:
        with desk.writing() as session:
            giving.keep_materials(session, desk.actor, code_of(desk), name, content, now=desk.now)
    except ValueError:
        return edit(desk, "materi", {"materi": "Berkasnya harus PDF atau PPTX, paling besar 10 MB."})
    except EventRefused as refused:
        if refused.why is Wrong.UNKNOWN:
            raise Gone from None
        return edit(desk, "materi", event_words.refusal(refused))
    return to(f"/acara/{code_of(desk)}/ubah", pesan="acara_materi")


def show_up(desk: Desk) -> Response:
    """Open a draft for sign-up. Pressed twice, it is open."""
    try:
        with desk.writing() as session:
            arranging.open_up(session, desk.actor, code_of(desk), now=desk.now)
    except EventRefused as refused:
        if refused.why is Wrong.UNKNOWN:
            raise Gone from None
        return edit(desk, "buka", {"": event_words.refusal(refused).popitem()[1]})
    return to(f"/acara/{code_of(desk)}", pesan="acara_dibuka")


def copy(desk: Desk) -> Response:
    """The same on another day, as a draft."""
    filled = filled_by(desk)
    try:
        with desk.writing() as session:
            zone = zone_of(lists.for_staff(session, desk.actor, code_of(desk)).zone)
            start = filled.moment("mulai", zone, "Isi hari dan jam mulai acara yang baru.")
            code = filled.words("kode", 12)
            if start is None or filled.faults:
                raise Wrongly
            calendar = desk.settings.office.calendar
            made = arranging.copy(
                session, desk.actor, code_of(desk), starts_at=start, new_code=code, calendar=calendar, now=desk.now
            )
            new = made.code
    except Wrongly:
        return edit(desk, "salin", filled.faults)
    except EventRefused as refused:
        if refused.why is Wrong.UNKNOWN:
            raise Gone from None
        return edit(desk, "salin", event_words.refusal(refused))
    return to(f"/acara/{new}", pesan="acara_disalin")
