"""Peserta: who is in and who waits, a page at a time; names on a click that is written down; taking somebody off."""

from typing import Any

from starlette.responses import Response

from console import event_words, looks, meaning
from console.desk import Desk, Gone, to
from console.event_edit import code_of
from console.event_filled import Filled
from models import SignUpState
from services.events import attending, lists, participants
from services.events.attending import Came, Tap
from services.events.participants import Wanted
from services.events.rules import EventRefused, Wrong
from texts.bubble import Bubble

LONGEST = 200
DONE = {Came.NOTED: "hadir_dicatat", Came.ALREADY: "hadir_sudah", Came.UNDONE: "hadir_urung"}
NOT_NOTED = {
    Came.TOO_EARLY: "Belum harinya: kehadiran dicatat mulai hari acara.",
    Came.CALLED_OFF: "Acara ini dibatalkan atau masih draf.",
    Came.CANCELLED: "Pendaftaran ini sudah batal. Catat sebagai tamu bila tetap datang.",
}


def listing(desk: Desk) -> Response:
    """Masked."""
    return _page(desk, _read(desk.asked.query))


def unmask(desk: Desk) -> Response:
    """The same page with names."""
    return _page(desk, _read(desk.asked.form), shown=True)


def remove(desk: Desk) -> Response:
    """Take somebody off: first what they would read, then on a yes."""
    filled, settings = Filled(desk.asked.form, desk.asked.many), desk.settings
    because = filled.words("alasan", LONGEST, "Tulis alasannya: orangnya membacanya.")
    wanted, number = _read(desk.asked.form), _number(desk)
    if because is None or filled.faults:
        return _page(desk, wanted, removing=number, fault=filled.faults.get("alasan", ""))
    sure = desk.asked.form.get("_yakin") == "1"
    try:
        with desk.writing() if sure else desk.trying() as session:
            told = participants.remove(
                session, desk.actor, code_of(desk), number, because=because, texts=settings.texts,
                office=settings.office, now=desk.now,
            )  # fmt: skip
    except EventRefused as refused:
        if refused.why is Wrong.UNKNOWN:
            raise Gone from None
        return _page(desk, wanted, fault="Sudah tercatat hadir, atau acaranya sudah selesai: tidak dikeluarkan lagi.")
    if not sure:
        return _page(desk, wanted, removing=number, told=told, sure=True)
    return to(f"/acara/{code_of(desk)}/peserta", pesan="dikeluarkan" if told else "dikeluarkan_diam")


def note(desk: Desk) -> Response:
    """Note by hand that somebody came, or take it back."""
    with desk.writing() as session:
        try:
            event = lists.for_staff(session, desk.actor, code_of(desk))
        except EventRefused:
            raise Gone from None
        if desk.asked.form.get("urungkan") == "1":
            done = attending.undo(session, desk.actor, event.id, _number(desk), desk.now)
        else:
            tap = Tap(min(desk.now, event.ends_at))
            done = attending.check_in(session, desk.actor, event.id, _number(desk), tap, desk.now)
    if done.what is Came.UNKNOWN:
        raise Gone
    if done.what not in DONE:
        return _page(desk, _read(desk.asked.form), fault=NOT_NOTED.get(done.what, "Belum tercatat."))
    return to(f"/acara/{code_of(desk)}/peserta", pesan=DONE[done.what], cari=desk.asked.form.get("cari") or None)


def _number(desk: Desk) -> int:
    return desk.numbered("id")


def _read(query: Any) -> Wanted:
    state = meaning.one_of(SignUpState, query.get("keadaan"))
    return Wanted(state, query.get("cari", "").strip()[:80], meaning.page(query))


def _page(
    desk: Desk, wanted: Wanted, *, shown: bool = False, removing: int | None = None, told: Bubble | None = None,
    sure: bool = False, fault: str = "",
) -> Response:  # fmt: skip
    try:
        with desk.writing() as session:  # names that are shown are written down
            found = participants.page(session, desk.actor, code_of(desk), wanted, shown=shown, now=desk.now)
    except EventRefused:
        raise Gone from None
    asked = {"keadaan": wanted.state.value if wanted.state else "", "cari": wanted.search}
    return looks.page(
        desk, "event_people.html", 422 if fault else 200, event=found.event, found=found, asked=asked, shown=shown,
        removing=removing, told=told, sure=sure, fault=fault, typed=desk.asked.form, ew=event_words,
    )  # fmt: skip
