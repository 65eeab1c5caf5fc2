"""Satu percakapan: any person's chat as they see it, why they are stuck in it, and what an officer can do about it."""

from typing import Any

from starlette.responses import Response

from console import looks, meaning
from console.desk import Desk, Gone, to
from console.letter_words import KINDS
from models import Session
from services import guiding, stuck, transcript
from services.guiding import Act, Done, GuidingRefused, Why
from services.stuck import Expects
from services.transcript import NoChat

EXPECTED = {
    Expects.CHOICE: "Satu dari pilihan ini, diketuk atau ditulis",
    Expects.SEVERAL: "Satu pilihan atau lebih, lalu SELESAI",
    Expects.NUMBER: "Satu angka",
    Expects.WORDS: "Tulisan sendiri",
    Expects.LIST: "Nama-nama, dipisah koma atau baris baru",
    Expects.PHONE: "Nomor HP",
    Expects.PICTURE: "Foto",
    Expects.REVIEW: "BENAR, atau nomor baris yang mau diubah",
}
NOT_READ = {
    Expects.CHOICE: "tidak cocok dengan satu pilihan pun",
    Expects.SEVERAL: "tidak cocok dengan satu pilihan pun",
    Expects.NUMBER: "tidak ada satu angka yang bisa dipakai",
    Expects.WORDS: "bukan tulisan yang bisa dipakai",
    Expects.LIST: "tidak ada nama yang terbaca",
    Expects.PHONE: "bukan nomor HP yang lengkap",
    Expects.PICTURE: "bukan foto",
    Expects.REVIEW: "bukan BENAR dan bukan nomor baris",
}
NOT_TAKEN = "terbaca, tetapi tidak bisa diterima"
COMING = {
    **KINDS,
    "guided": "Pertanyaan yang diulang petugas",
    "due.todo": "Pertanyaan: yang kurang sudah diurus?",
    "due.follow_up": "Kabar lanjutan yang dijanjikan",
    "due.promise": "Permintaan maaf, bila janji kabar terlewat",
    "due.received": "Pertanyaan: sertifikat sudah diterima?",
    "due.waiting": "Kabar letak di daftar tunggu",
}
REFUSED = {
    Why.NO_CONSENT: "Orang ini belum memberi izin, jadi kata-katanya tidak boleh disimpan. Ia bisa mengetik PETUGAS.",
    Why.STOPPED: "Orang ini meminta tidak dikirimi pesan. Tunggu sampai ia menulis.",
    Why.WINDOW: "Jendela 24 jam WhatsApp sudah tutup. Ambil alih percakapan: jawaban Anda diberitahukan lewat templat.",
    Why.NOTHING_OPEN: "Tidak ada pertanyaan yang sedang terbuka.",
    Why.FIRST: "Ini pertanyaan pertama; tidak ada yang sebelumnya.",
    Why.QUIET: "Petugas sedang menjawab di percakapan ini. Serahkan dulu ke asisten.",
    Why.NOT_QUIET: "Asisten sudah menjawab sendiri di percakapan ini.",
    Why.CHANGED: "Percakapan ini berubah sejak Anda lihat. Belum ada yang dilakukan: baca dulu yang baru.",
}
SAID = {Act.AGAIN: "ditanya_lagi", Act.BACK: "dimundurkan", Act.TAKE: "diambil", Act.GIVE: "diserahkan"}


FORMS = {
    "check": "Cek kelayakan", "registration": "Pendaftaran", "menu": "Menu", "event_join": "Daftar acara",
    "officer": "Bertanya ke petugas", "result": "Hasil cek",
}  # fmt: skip


def stuck_people(desk: Desk) -> Response:
    """Who is stuck and has asked nobody."""
    with desk.writing() as session:  # looking is written down
        found = stuck.people(session, desk.actor, desk.now)
    return looks.page(desk, "stuck.html", people=found, forms=FORMS)


def show(desk: Desk) -> Response:
    """The newest page, or with `sebelum` the one before."""
    return _page(desk)


def preview(desk: Desk) -> Response:
    """It is done, read, and undone: what is shown is exactly what the person would get."""
    try:
        with desk.trying() as session:
            made = _do(session, desk)
    except GuidingRefused as refused:
        return _page(desk, refused=refused.why)
    except NoChat:
        raise Gone from None
    return _page(desk, preview=made)


def act(desk: Desk) -> Response:
    """Take over, hand back, ask again, go back one. From one look it is done once."""
    try:
        with desk.writing() as session:
            done = _do(session, desk)
    except GuidingRefused as refused:
        return _page(desk, refused=refused.why)
    except NoChat:
        raise Gone from None
    chosen = _act(desk)
    if chosen is Act.TAKE and done.ticket_id is not None:
        return to(f"/percakapan/{done.ticket_id}", pesan=SAID[chosen])
    silent = chosen is Act.GIVE and done.bubble is None and not done.twice
    return to(f"/percakapan/orang/{_number(desk)}", pesan="diserahkan_diam" if silent else SAID[chosen])


def _do(session: Session, desk: Desk) -> Done:
    settings = desk.settings
    return guiding.do(
        session, desk.actor, _number(desk), _act(desk), desk.asked.form.get("terlihat", "")[:90],
        engine=settings.engine, texts=settings.texts, office=settings.office, now=desk.now,
    )  # fmt: skip


def _act(desk: Desk) -> Act:
    chosen = meaning.one_of(Act, desk.asked.form.get("apa"))
    if chosen is None:
        raise Gone
    return chosen


def _page(desk: Desk, refused: Why | None = None, preview: Done | None = None) -> Response:
    before, settings = desk.asked.query.get("sebelum", "")[:40], desk.settings
    try:
        with desk.writing() as session:  # looking is written down
            chat = transcript.of_chat(session, desk.actor, _number(desk), desk.now, before)
            why = stuck.look(session, desk.actor, chat.id, engine=settings.engine, office=settings.office, now=desk.now)
    except NoChat:
        raise Gone from None
    values: dict[str, Any] = {"chat": chat, "why": why, "before": before, "preview": preview}
    values |= {"refused": REFUSED[refused] if refused else None, "chosen": _act(desk) if preview else None, "acts": Act}
    values |= {
        "expected": EXPECTED,
        "not_read": NOT_READ,
        "not_taken": NOT_TAKEN,
        "coming": COMING,
        "mutes": REFUSED,
        "forms": FORMS,
    }
    status = 200 if refused is None else 409 if refused is Why.CHANGED else 422
    return looks.page(desk, "chat.html", status, **values)


def _number(desk: Desk) -> int:
    """Which chat."""
    return desk.numbered("conversation")
