"""Undangan: words to forward, the poster, a link and QR for each dinas, kecamatan or group, and what each brought."""

from typing import Any

from starlette.responses import Response

from console import event_words, looks, meaning
from console.desk import Desk, Gone, to
from console.event_day import qr
from console.event_edit import code_of, filled_by
from console.looks import PDF, as_file
from console.meaning import places
from models import Event, Language, Session
from services import regions
from services.events import inviting, kit, lists, poster, seating, tickets
from services.events.kit import Link, NoWay
from services.events.rules import EventRefused

PNG = "image/png"
EVERY = ("kabupaten", "kecamatan")


def show(desk: Desk, fault: str = "") -> Response:
    """The kit of one link, or of the event's own address; and all links with what came of them."""
    settings = desk.settings
    with desk.reading() as session:
        event, links, way = _links(session, desk)
        invited, declined = inviting.count(session, event.id)
        kept = seating.kept(event, desk.now)
    chosen, address = _chosen(desk, event, links)
    texts: list[tuple[str, str]] = []
    if address:
        told = {"url": address, "verify_url": settings.office.verify_url}
        said = (kit.text(event, settings.texts, Language.ID, length, **told) for length in kit.LENGTHS)
        texts = list(zip(("Pendek", "Panjang"), said, strict=True))
    values: dict[str, Any] = {
        "event": event, "links": links, "way": way, "chosen": chosen, "address": address, "texts": texts,
        "invited": invited, "declined": declined, "kept": kept, "kinds": [(one, one.title()) for one in kit.KINDS],
        "places": places(desk), "fault": fault, "picture": qr(address) if address else "",
    }  # fmt: skip
    return looks.page(desk, "event_kit.html", 422 if fault else 200, **values, typed=desk.asked.form, ew=event_words)


def _links(session: Session, desk: Desk) -> tuple[Event, list[Link], bool]:
    """The event and its links; whether a link can lead anywhere at all."""
    try:
        event = lists.for_staff(session, desk.actor, code_of(desk))
        return (*kit.links(session, desk.actor, event.code, desk.settings.ways()), True)
    except NoWay:
        return event, [], False
    except EventRefused:
        raise Gone from None


def _chosen(desk: Desk, event: Event, links: list[Link]) -> tuple[Link | None, str]:
    """The link that is asked for, and where it leads; the event's own address without one."""
    wanted = desk.asked.query.get("tautan", "").upper()
    found = next((one for one in links if one.traffic.code == wanted), None)
    if found is not None:
        return found, found.url
    try:
        return None, desk.settings.ways().best(event.code)
    except NoWay:
        return None, ""


def add(desk: Desk) -> Response:
    """A link of its own for a dinas, a kecamatan or a group; or one for each kab/kota, or each kecamatan."""
    filled, form = filled_by(desk), desk.asked.form
    every, regency = form.get("setiap", ""), form.get("kab", "")
    if every in EVERY:
        mine = {code for code, _ in places(desk)}
        wanted = _every(every, {regency} & mine if regency else mine)
    else:
        name = filled.words("nama", 100, "Tulis nama dinas, kecamatan, atau grupnya.")
        kind = form.get("jenis", "")
        wanted = [(kind, name or "", regency or None)]
        if filled.faults or kind not in kit.KINDS or (regency and regency not in regions.REGENCIES):
            return show(desk, filled.faults.get("nama", "Pilih jenisnya."))
    with desk.writing() as session:
        try:
            kit.add_all(session, desk.actor, code_of(desk), wanted, desk.now)
        except EventRefused:
            raise Gone from None
    return to(f"/acara/{code_of(desk)}/undangan", pesan="tautan_dibuat")


def _every(what: str, where: set[str]) -> list[tuple[str, str, str | None]]:
    found = [one for one in regions.REGENCIES.values() if one.code in where]
    if what == "kabupaten":
        return [("dinas", f"Dinas {one.name}", one.code) for one in found]
    return [("kecamatan", f"{part.name}, {one.name}", one.code) for one in found for part in one.districts]


def paper(desk: Desk) -> Response:
    """The poster to print (PDF) or to send (PNG), or the QR alone."""
    settings, wanted = desk.settings, desk.asked.query.get("sebagai", "pdf")
    with desk.reading() as session:
        event, links, _ = _links(session, desk)
    chosen, address = _chosen(desk, event, links)
    if not address:
        return show(desk, "Belum ada alamat yang bisa dituju.")
    name = f"{event.code}{'-' + chosen.traffic.code if chosen else ''}"
    if wanted == "qr":
        return as_file(tickets.qr(address), PNG, f"qr-{name}.png")
    language, office = meaning.language(desk.asked.query), settings.office
    made = poster.as_pdf(
        event, address, office.letterhead, settings.texts, verify_url=office.verify_url, language=language
    )
    if wanted == "png":
        return as_file(poster.as_png(made), PNG, f"poster-{name}.png")
    return as_file(made, PDF, f"poster-{name}.pdf")
