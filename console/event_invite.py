"""Daftar undangan: places kept for people, from a filter over those we know or from a list.

`/acara/{code}/undang?audiens=<JSON>` opens with these people chosen (the JSON of `console.audience_link`), so that any
number on any page can become an invitation list: `undang(stages=[…])` in a template gives the page that asks to what.
"""

import tempfile
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from starlette.responses import Response

from console import audience_link, event_words, looks
from console.desk import Desk, Gone, Sent, to
from console.event_edit import code_of
from console.meaning import places
from models import Event, EventState, Language, Session
from services import regions
from services.broadcasts import inviting as inviting_audience
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.broadcasts.inviting import Meant
from services.contacts import listing
from services.contacts.reading import Asked
from services.events import invitees, inviting, lists
from services.events.inviting import Invitee
from services.events.rules import EventRefused, Wrong
from services.sheet_files import SheetRefused
from services.staff import covers

MOST = 3_000  # lines of a list; the command line takes more
ALIVE = (EventState.DRAFT, EventState.OPEN)
PACKED = b"PK"  # what a workbook begins with
TODOS = {"BUTUH_NIB": "Belum punya NIB"}


def choose(desk: Desk) -> Response:
    """To which event these people are to be invited."""
    texts = desk.settings.texts
    try:
        audience = audience_link.read(desk.asked.query.get(audience_link.NAME, ""))
        whom = in_words(audience, texts)
    except AudienceRefused:
        raise Gone from None
    with desk.reading() as session:
        found = lists.all_events(session, desk.actor, past=False, now=desk.now)
    events = [one for one in found if one.state in ALIVE and covers(desk.actor, one.regency)]
    said = audience_link.as_text(audience)
    return looks.page(desk, "event_choose.html", events=events, whom=whom, audience=said, ew=event_words)


def compose(desk: Desk) -> Response:
    """Whom a filter means, and how many of them are new on the list."""
    try:
        audience = _audience(desk.asked.query)
    except AudienceRefused:
        return _page(desk, fault="Tautan saringan itu tidak dikenal. Pilih lagi di bawah.")
    if audience is None:
        return _page(desk)
    try:
        with desk.trying() as session:
            meant = _invite(session, desk, audience)
    except EventRefused as refused:
        return _page(desk, fault=_why(refused))
    return _page(desk, meant=meant)


def invite(desk: Desk) -> Response:
    """Put them on the list. Sent twice, nobody is on it twice."""
    try:
        audience = audience_link.read(desk.asked.form.get("_audiens", ""))
        with desk.writing() as session:
            meant = _invite(session, desk, audience)
    except AudienceRefused:
        return _page(desk, fault="Saringan itu tidak dikenal. Pilih lagi di bawah.")
    except EventRefused as refused:
        return _page(desk, fault=_why(refused))
    return to(f"/acara/{code_of(desk)}/undangan", pesan="diundang" if meant.new else "diundang_tetap")


def paste(desk: Desk) -> Response:
    """The same from a list, pasted or as a file: first how many lines can be read, then on a yes."""
    said, sent = desk.asked.form.get("daftar", "").strip(), desk.asked.files.get("berkas")
    people, wrong, fault = _read(said.encode(), ".csv") if said or sent is None else _of_file(sent)
    if fault:
        return _page(desk, fault=fault)
    sure = desk.asked.form.get("_yakin") == "1"
    try:
        with desk.writing() if sure else desk.trying() as session:
            new = inviting.invite(session, desk.actor, code_of(desk), people, now=desk.now)
    except EventRefused as refused:
        return _page(desk, fault=_why(refused))
    if not sure:
        return _page(desk, listed={"people": len(people), "wrong": wrong, "new": new, "again": _again(people)})
    return to(f"/acara/{code_of(desk)}/undangan", pesan="diundang" if new else "diundang_tetap")


def _invite(session: Session, desk: Desk, audience: Audience) -> Meant:
    return inviting_audience.invite_audience(session, desk.actor, code_of(desk), audience, now=desk.now)


def _why(refused: EventRefused) -> str:
    if refused.why is Wrong.UNKNOWN:
        raise Gone
    return "Acara ini sudah selesai atau dibatalkan: tidak ada lagi yang diundang."


def _audience(query: Mapping[str, str]) -> Audience | None:
    """What a link says, or what was chosen; None: nothing yet. Raises AudienceRefused."""
    if audience_link.NAME in query:
        return audience_link.read(query[audience_link.NAME])
    if "pilih" not in query:
        return None
    regency, sector, todo = query.get("kab", ""), query.get("produk", ""), query.get("kurang", "")
    return Audience(
        regencies=(regency,) if regency in regions.REGENCIES else (), sectors=(sector,) if sector else (),
        todos=(todo,) if todo in TODOS else (),
    )  # fmt: skip


def _of_file(sent: Sent) -> tuple[list[Invitee], Sequence[int], str]:
    if sent.size > len(sent.content):
        return [], [], "Berkasnya terlalu besar; bagi daftarnya."
    return _read(sent.content, ".xlsx" if sent.content.startswith(PACKED) else ".csv")


def _read(said: bytes, ending: str) -> tuple[list[Invitee], Sequence[int], str]:
    """The people of a list, the lines without a number, and what is wrong with all of it."""
    if not said.strip():
        return [], [], "Tempel daftarnya dulu: judul kolom Nama dan Nomor HP, lalu satu orang satu baris."
    with tempfile.TemporaryDirectory(prefix="naikkelas-") as folder:
        path = Path(folder) / f"daftar{ending}"
        path.write_bytes(said if ending == ".xlsx" else said.replace(b"\r\n", b"\n") + b"\n")
        try:
            found = list(islice(invitees.of_list(listing.look(path).rows(Asked())), MOST + 1))
        except SheetRefused as refused:
            return [], [], str(refused)
    if len(found) > MOST:
        return [], [], f"Paling banyak {MOST} baris sekali kirim; bagi daftarnya."
    people = [one for one in found if isinstance(one, Invitee)]
    wrong = [one for one in found if isinstance(one, int)]
    return people, wrong, "" if people else "Tidak ada nomor HP yang terbaca."


def _again(people: Sequence[Invitee]) -> str:
    """Those who were read, as a list that is read once more when staff say yes."""
    lines = (f"{' '.join((one.name or '-').split())}\t{one.phone}" for one in people)
    return "\n".join(("Nama\tNomor HP", *lines))


def _page(desk: Desk, *, meant: Meant | None = None, listed: dict[str, Any] | None = None, fault: str = "") -> Response:
    texts = desk.settings.texts
    with desk.reading() as session:
        try:
            event: Event = lists.for_staff(session, desk.actor, code_of(desk))
        except EventRefused:
            raise Gone from None
    values: dict[str, Any] = {
        "event": event, "meant": meant, "listed": listed, "fault": fault, "places": places(desk), "todos": TODOS,
        "sectors": texts.options("journey.product", Language.ID), "asked": desk.asked.query, "typed": desk.asked.form,
    }  # fmt: skip
    if meant is not None:
        values |= {"audience": audience_link.as_text(meant.audience), "whom": in_words(meant.audience, texts)}
    return looks.page(desk, "event_invite.html", 422 if fault else 200, **values, ew=event_words)
