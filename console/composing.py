"""Menulis siaran: for whom, what, when; how many that reaches now and what it costs stands beside it all the time."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import Response

from console import broadcast_form, looks, meaning
from console.broadcast_form import Fields, Untimely
from console.desk import Desk, Gone, to
from console.meaning import places
from models import Broadcast, BroadcastState, Session
from services import calendar, files, regions, templates
from services.broadcasts import approving, drafting, fates, keeping, saying
from services.broadcasts.audience import Audience, AudienceRefused
from services.broadcasts.drafting import DraftRefused
from services.broadcasts.running import BroadcastRefused, Why

CATEGORY = "MARKETING"  # what an announcement is to WhatsApp
UNTIMELY = "Waktunya belum terbaca: pilih tanggal dan jamnya."
MEANWHILE = "Rancangan ini sudah diubah orang lain sejak dibuka. Yang Anda ketik masih di sini: periksa, lalu simpan."
PLACEHOLDERS = ("nama", "usaha", "wilayah", "kecamatan")


def number_of(desk: Desk) -> int:
    """The broadcast (or the filter) an address names. Raises Gone."""
    return desk.numbered("number")


def _typed(desk: Desk) -> Fields:
    return Fields(desk.asked.form, desk.asked.many)


def _how(desk: Desk) -> dict[str, Any]:
    return {"texts": desk.settings.texts, "office": desk.settings.office, "now": desk.now}


# --- pages


def compose(desk: Desk) -> Response:
    """An empty draft, or one for the people of a link (audience_link.py)."""
    try:
        fields = broadcast_form.begun(desk.asked.query)
    except AudienceRefused as refused:
        empty = broadcast_form.fields_of(Audience())
        return _form(desk, empty, None, saying.broken(refused, desk.settings.texts))
    return _form(desk, fields, None)


def edit(desk: Desk) -> Response:
    """A draft that is there, to be written anew."""
    number = number_of(desk)
    with desk.reading() as session:
        row = _draft(session, desk, number)
        return _form(desk, broadcast_form.fields_of_draft(row), row)


def _draft(session: Session, desk: Desk, number: int) -> Broadcast:
    try:
        row = fates.seen(session, desk.actor, number)
    except BroadcastRefused:
        raise Gone from None
    if row.state not in (BroadcastState.DRAFT, BroadcastState.ASKED):
        raise Gone
    return row


def _form(desk: Desk, fields: Fields, row: Broadcast | None, faults: Sequence[str] = (), note: str = "") -> Response:
    words = desk.settings.texts
    with desk.reading() as session:
        kept = keeping.listed(session, desk.actor)
        asked = approving.candidates(session, desk.actor)
    mine = places(desk)
    codes = [code for code, _ in mine]
    return looks.page(
        desk, "broadcast_new.html", 422 if faults else 200, faults=faults, note=note, fields=fields, row=row, kept=kept,
        approvers=asked, places=mine, districts=[(regions.REGENCIES[code].label, _districts(code)) for code in codes],
        sectors=saying.choices("sectors", words), schemes=saying.choices("schemes", words),
        stages=saying.choices("stages", words), todos=saying.choices("todos", words), templates=offered(desk),
        filled=_template(desk, fields), placeholders=PLACEHOLDERS, hours=_hours(desk),
    )  # fmt: skip


def _districts(code: str) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in regions.REGENCIES[code].districts]


def _hours(desk: Desk) -> Any:
    return calendar.allowed(calendar.Purpose.ANNOUNCEMENT, desk.now, desk.settings.office.calendar).at


# --- the template

ATTACHED = {"picture": "Gambar", "document": "PDF"}


def offered(desk: Desk) -> list[tuple[str, str]]:
    """The templates an announcement may use, each with how it stands at WhatsApp."""
    settings, found = desk.settings, []
    sender = settings.office.announcing.sender
    with desk.reading() as session:
        for name, one in settings.texts.templates("id").items():
            if one.category != CATEGORY:
                continue
            stands = templates.one(session, sender, settings.texts, name, "id") if sender else None
            usable = stands is not None and stands.usable is not None
            found.append((name, name if usable else f"{name} (belum disetujui Meta)"))
    return found


def _template(desk: Desk, fields: Fields) -> dict[str, Any] | None:
    """What is chosen: its words, and a field for each of its variables."""
    found = desk.settings.texts.templates("id").get(fields.get("templat"))
    if found is None:
        return None
    shown = [(n, fields.get(f"isi{n}"), sample) for n, sample in enumerate(found.sample, 1)]
    carried = _carried(desk, found.name, found.carries)
    return {"name": found.name, "text": found.text, "values": shown, "buttons": found.buttons, "carried": carried}


def _carried(desk: Desk, name: str, carries: Sequence[str]) -> str:
    """What becomes of a picture or PDF outside the 24 hours: above the words where that is approved, or linked."""
    sender, files_at = desk.settings.office.announcing.sender or "", files.at(desk.settings.office.public_url)
    with desk.reading() as session:
        stands = [templates.one(session, sender, desk.settings.texts, name, "id", file, files_at) for file in carries]
    can = {file for file, one in zip(carries, stands, strict=True) if one is not None and one.usable}
    if not can:
        return "Lampirannya menjadi tautan di akhir kata-kata ini."
    if can == ATTACHED.keys():
        return "Lampirannya tampil di atas kata-kata ini."
    (above,), (linked,) = can, ATTACHED.keys() - can
    return f"{ATTACHED[above]} tampil di atas kata-kata ini, {ATTACHED[linked]} menjadi tautan di akhirnya."


def template(desk: Desk) -> Response:
    """The fields of the template that was chosen just now."""
    return looks.page(desk, "broadcast_template.html", filled=_template(desk, _typed(desk)))


# --- what it would do


def count(desk: Desk) -> Response:
    """How many it reaches now and why not others, when it begins and ends, what it costs, what to look at twice."""
    words, office = desk.settings.texts, desk.settings.office
    try:
        draft = broadcast_form.draft(_typed(desk))
        with desk.reading() as session:
            found = drafting.estimate(session, desk.actor, draft, **_how(desk))
    except (AudienceRefused, Untimely) as refused:
        said = UNTIMELY if isinstance(refused, Untimely) else " ".join(saying.broken(refused, words))
        return looks.page(desk, "broadcast_count.html", found=None, said=said)
    chosen = _template(desk, _typed(desk))
    return looks.page(
        desk, "broadcast_count.html", found=found, said="", prices=office.announcing.prices, template=chosen,
        warned=[saying.finding(one, words) for one in found.found],
        left=[(saying.reason(why.value, words), many) for why, many in found.left.items()],
        shown=_shown(desk, draft.texts.get("id", "")), template_words=_filled(chosen),
    )  # fmt: skip


EXAMPLE = {"nama": "Siti Aminah", "usaha": "Keripik Bu Siti", "wilayah": "Kabupaten Lebak", "kecamatan": "Cipanas"}


def _example(text: str) -> str:
    """As somebody invented would read it."""
    for hole, name in EXAMPLE.items():
        text = text.replace("{" + hole + "}", name)
    return text


def _shown(desk: Desk, text: str) -> str:
    return f"{_example(text)}\n\n{desk.settings.texts.text('broadcast.footer', 'id')}" if text else ""


def _filled(chosen: dict[str, Any] | None) -> str:
    if chosen is None:
        return ""
    text = str(chosen["text"])
    for number, value, sample in chosen["values"]:
        text = text.replace("{{" + str(number) + "}}", _example(value) or f"[{sample}]")
    return text


# --- keeping


def create(desk: Desk) -> Response:
    """Keep a new draft."""
    return _keep(desk, None, lambda session, draft: drafting.create(session, desk.actor, draft, **_how(desk)))


def change(desk: Desk) -> Response:
    """Write a draft anew."""
    number = number_of(desk)
    with desk.reading() as session:
        row = _draft(session, desk, number)
    if desk.asked.form.get("versi") != str(row.version):
        return _form(desk, _typed(desk), row, (MEANWHILE,))
    return _keep(desk, row, lambda session, draft: drafting.change(session, desk.actor, number, draft, **_how(desk)))


def _keep(desk: Desk, row: Broadcast | None, act: Callable[[Session, Any], Broadcast]) -> Response:
    fields = _typed(desk)
    try:
        draft = broadcast_form.draft(fields)
        with desk.writing() as session:
            number = act(session, draft).id
    except Untimely:
        return _form(desk, fields, row, (UNTIMELY,))
    except BroadcastRefused as refused:
        if refused.why is Why.UNKNOWN:
            raise Gone from None
        return _form(desk, fields, row, saying.broken(refused, desk.settings.texts))
    except (DraftRefused, AudienceRefused) as refused:
        return _form(desk, fields, row, saying.broken(refused, desk.settings.texts))
    return to(f"/siaran/{number}", pesan="rancangan")


# --- filters by name


def keep_filter(desk: Desk) -> Response:
    """Keep the filter that is set, under a name; the letter stays as typed."""
    fields, name = _typed(desk), desk.asked.form.get("nama_saringan", "")
    try:
        with desk.writing() as session:
            keeping.keep(session, desk.actor, name, broadcast_form.audience(fields), desk.now)
    except AudienceRefused as refused:
        return _form(desk, fields, _open(desk), saying.broken(refused, desk.settings.texts))
    return _form(desk, fields, _open(desk), note=f"Saringan “{name.strip()}” tersimpan.")


def drop_filter(desk: Desk) -> Response:
    """Keep a filter no more; the letter stays as typed."""
    with desk.writing() as session:
        keeping.drop(session, desk.actor, number_of(desk), desk.now)
    return _form(desk, _typed(desk), _open(desk), note="Saringan dihapus.")


def _open(desk: Desk) -> Broadcast | None:
    """The draft that is being changed, if one is."""
    number = meaning.number(desk.asked.form.get("nomor"))
    if number is None:
        return None
    with desk.reading() as session:
        return _draft(session, desk, number)
