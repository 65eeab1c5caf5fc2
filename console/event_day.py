"""Hari acara: its door, guests from the paper list, the list of who came; afterwards certificates and opinions."""

import base64
import re
import secrets
import tempfile
from pathlib import Path
from typing import Any

from starlette.responses import Response

from console import door, event_words, looks, meaning
from console.desk import Desk, Gone, to
from console.event_edit import PLACES, code_of
from console.event_filled import Filled
from console.looks import PDF, XLSX, as_file
from models import Event, Session
from services import phones
from services.events import after, attendance, attending, certifying, doors, giving, lists, roster, tickets, words
from services.events.attending import Came, Tap, Visitor
from services.events.rules import EventRefused, Wrong, zone_of
from services.staff import Right

KEY = re.compile(r"[A-Za-z0-9_-]{32}")  # chance of 24 bytes, made with the form: pressed twice, it is one link
NOT_NOTED = {Came.TOO_EARLY: "Belum harinya: kehadiran dicatat mulai hari acara.", Came.CALLED_OFF: "Acaranya batal."}


def show(desk: Desk, faults: dict[str, str] | None = None, made: tuple[str, str] | None = None) -> Response:
    """The door and the list of who came. `made`: a link just made, which is shown this once, and its QR."""
    with desk.reading() as session:
        event = _event(session, desk)
        links = doors.of_event(session, desk.actor, event.code)[1] if _manages(desk, event) else []
        tally = roster.tally(session, event)
    return looks.page(
        desk, "event_day.html", 422 if faults else 200, event=event, links=links, tally=tally, faults=faults or {},
        typed=desk.asked.form, part="tamu" if faults else "", made=made, ew=event_words, qr=qr,
        places_=[(one.code, one.name) for one in PLACES],
        key=secrets.token_urlsafe(24), until=attending.ends(event), begins=attending.begins(event),
    )  # fmt: skip


def _event(session: Session, desk: Desk) -> Event:
    try:
        return lists.for_staff(session, desk.actor, code_of(desk))
    except EventRefused:
        raise Gone from None


def _manages(desk: Desk, event: Event) -> bool:
    mine = desk.actor.regencies
    return desk.may(Right.EVENTS) and (mine is None or event.regency in mine)


def make_door(desk: Desk) -> Response:
    """A new link, shown once with its QR. Sent again it is the same one."""
    key = desk.asked.form.get("_kunci", "")
    if not KEY.fullmatch(key):
        raise Gone
    try:
        with desk.writing() as session:
            name = desk.asked.form.get("nama", "")
            row = doors.make(session, desk.actor, code_of(desk), name, token=doors.MARK + key, now=desk.now)
            called = row.name
    except EventRefused as refused:
        if refused.why is Wrong.UNKNOWN:
            raise Gone from None
        return show(desk, {"": "Acaranya sudah lewat atau dibatalkan: tidak ada pintu lagi."})
    return show(desk, made=(called, f"{desk.settings.ways().public_url or ''}{door.BASE}/{doors.MARK}{key}"))


def revoke(desk: Desk) -> Response:
    """End one link, or all."""
    said = desk.asked.form.get("pintu", "")
    with desk.writing() as session:
        try:
            number = meaning.number(said)
            if number is None and said != "semua":
                raise Gone
            doors.revoke(session, desk.actor, code_of(desk), number, desk.now)
        except EventRefused:
            raise Gone from None
    return to(f"/acara/{code_of(desk)}/pintu", pesan="pintu_dicabut")


def guest(desk: Desk) -> Response:
    """Somebody who signed the paper list and is not on ours. Sent twice it is one guest."""
    filled, form = Filled(desk.asked.form, desk.asked.many), desk.asked.form
    name = filled.words("nama", 200, "Tulis nama tamunya.")
    paper = filled.words("surat", 100, "Tulis di daftar hadir kertas yang mana ia menandatangani izin.")
    business, phone = filled.words("usaha", 200), _phone(filled)
    if filled.faults:
        return show(desk, filled.faults)
    visitor = Visitor(name or "", business or "", meaning.regency(form.get("kab")), paper or "", phone)
    key = form.get("_kunci", "")[:32]
    with desk.writing() as session:
        event = _event(session, desk)
        tap = Tap(min(desk.now, event.ends_at), key=key or None)
        chance = tickets.MARK + secrets.token_urlsafe(24)
        done = attending.walk_in(session, desk.actor, event.id, visitor, tap, token=chance, now=desk.now)
    if done.what in NOT_NOTED:
        return show(desk, {"": NOT_NOTED[done.what]})
    return to(f"/acara/{code_of(desk)}/pintu", pesan="hadir_sudah" if done.what is Came.ALREADY else "hadir_dicatat")


def _phone(filled: Filled) -> str | None:
    said = filled.words("hp", 40)
    try:
        return phones.mobile(said) if said else None
    except phones.NotAPhone:
        filled.faults["hp"] = "Nomor HP belum benar. Boleh dikosongkan."
        return None


def attendance_list(desk: Desk) -> Response:
    """The list to be signed or filed, as Excel or PDF; who takes it stands in the audit."""
    letterhead = desk.settings.office.letterhead
    try:
        with desk.writing() as session:
            event, guests = roster.sheet(session, desk.actor, code_of(desk), desk.now)
    except EventRefused:
        raise Gone from None
    if desk.asked.form.get("sebagai") == "pdf":
        return as_file(attendance.as_paper(event, guests, letterhead), PDF, f"daftar-hadir-{event.code}.pdf")
    with tempfile.TemporaryDirectory(prefix="naikkelas-") as folder:
        path = Path(folder) / "hadir.xlsx"
        attendance.as_sheet(path, event, guests, letterhead)
        content = path.read_bytes()
    return as_file(content, XLSX, f"daftar-hadir-{event.code}.xlsx")


def qr(said: str) -> str:
    """A QR as an address of its own: it is in no file."""
    return "data:image/png;base64," + base64.b64encode(tickets.qr(said)).decode()


# --- afterwards


def certificates(desk: Desk, fault: str = "") -> Response:
    """What is given out, from when, how it is numbered."""
    with desk.reading() as session:
        event = _event(session, desk)
        standing = certifying.standing(session, event)
    number = desk.settings.office.letterhead.numbered(standing.issued + 1, event.code, words.day(event).year)
    values: dict[str, Any] = {"event": event, "standing": standing, "number": number, "fault": fault}
    return looks.page(desk, "event_certificates.html", 422 if fault else 200, **values, ew=event_words, typed={})


def certify(desk: Desk) -> Response:
    """From now on, or from a moment on: to everybody who came."""
    filled = Filled(desk.asked.form, desk.asked.many)
    try:
        with desk.writing() as session:
            at = filled.moment("mulai", zone_of(_event(session, desk).zone)) or desk.now
            if not filled.faults:
                giving.certify_from(session, desk.actor, code_of(desk), at, now=desk.now)
    except EventRefused:
        return certificates(desk, "Acara ini dibatalkan atau masih draf: tidak ada sertifikat.")
    if filled.faults:
        return certificates(desk, filled.faults["mulai"])
    return to(f"/acara/{code_of(desk)}/sertifikat", pesan="sertifikat_jalan")


def certificate_files(desk: Desk) -> Response:
    """All that were given out in one PDF, or one person's; who takes it stands in the audit."""
    one = meaning.number(desk.asked.form.get("peserta"))
    settings = desk.settings
    try:
        with desk.writing() as session:
            rows = certifying.sheet(session, desk.actor, code_of(desk), desk.now, sign_up_id=one)
    except EventRefused:
        raise Gone from None
    if not rows:
        return certificates(desk, "Belum ada sertifikat yang terbit.")
    paper = certifying.paper(rows, settings.office.letterhead, settings.texts, settings.public_url or "")
    return as_file(paper, PDF, f"sertifikat-{code_of(desk)}.pdf")


def opinions(desk: Desk) -> Response:
    """What it was thought of, without names; that it was read is written down."""
    try:
        with desk.writing() as session:
            event = lists.for_staff(session, desk.actor, code_of(desk))
            found = after.opinion(session, desk.actor, event.code, desk.now)
    except EventRefused:
        raise Gone from None
    return looks.page(desk, "event_opinions.html", event=event, found=found, ew=event_words)
