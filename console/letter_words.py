"""Kenapa pesan ini dikirim, dan kenapa tidak sampai: the outbox's own short words in those of the office."""

import re
from collections.abc import Mapping

from console.looks import address
from services.people.letters import Letter

KINDS: Mapping[str, str] = {
    "turn": "Jawaban bot atas pesannya",
    "due": "Pengingat yang dijadwalkan bot",
    "reminder": "Pengingat acara",
    "event": "Kabar acara",
    "feedback": "Pertanyaan sesudah acara",
    "start": "Ajakan masuk program sesudah acara",
    "stage": "Kabar tahap pengajuan",
    "decision": "Keputusan telaah",
    "correction": "Diminta memperbaiki data",
    "assignment": "Pendamping ditugaskan",
    "waiting": "Kabar daftar tunggu",
    "offer": "Tempat kosong ditawarkan",
    "nudge": "Isian yang belum selesai",
    "confirmation": "Pemilik diminta membenarkan isian pembantu",
    "request": "Jawaban permintaan data",
    "link": "Pindah HP",
    "guided": "Petugas membantu di percakapan",
    "ticket": "Jawaban petugas",
    "ticket_closed": "Tiket ditutup",
    "ticket_late": "Jawaban petugas terlambat",
    "broadcast": "Siaran",
    "broadcast_test": "Uji coba siaran",
    "broadcast_ask": "Siaran minta persetujuan",
    "broadcast_settled": "Siaran yang disetujuinya",
}
OF_AN_APPLICATION = ("stage", "waiting", "decision", "correction", "assignment")
STATES: Mapping[str, tuple[str, str]] = {
    "queued": ("wait", "Antre"), "leased": ("wait", "Antre"), "sending": ("wait", "Sedang dikirim"),
    "sent": ("go", "Terkirim"), "delivered": ("done", "Sampai"), "read": ("done", "Dibaca"),
    "failed": ("late", "Gagal"), "skipped": ("", "Tidak dikirim"), "cancelled": ("", "Dibatalkan"),
    "expired": ("", "Kedaluwarsa"), "held": ("wait", "Ditahan"), "unknown": ("info", "Tidak pasti"),
}  # fmt: skip
# The beginning of a reason, and what it means. The first that fits is said.
REASONS: Mapping[str, str] = {
    "reachable:": "orangnya memblokir bot, atau nomornya tidak ada lagi",
    "blocked by the person": "orangnya memblokir bot",
    "never started the bot": "orangnya belum pernah menyapa bot",
    "account deactivated": "akunnya sudah dihapus pemiliknya",
    "chat not found": "chat itu tidak ada lagi",
    "user not found": "chat itu tidak ada lagi",
    "no_consent": "izinnya tidak ada atau sudah ditarik",
    "stopped": "orangnya minta berhenti (BERHENTI)",
    "superseded": "digantikan jawaban yang lebih baru",
    "erased": "datanya dihapus atas permintaannya",
    "window_closed": "lewat 24 jam sejak pesan terakhirnya di WhatsApp",
    "no_template:": "lewat 24 jam di WhatsApp, dan belum ada templat yang disetujui",
    "demo": "data contoh: tidak pernah dikirim",
    "gave_up": "dicoba berkali-kali dan tidak berhasil",
    "lease_over": "pengirimnya berhenti di tengah jalan",
    "time_out": "tidak ada jawaban dari aplikasi pesan",
    "no clear answer": "tidak ada jawaban jelas dari aplikasi pesan",
    "restored": "basis data dipulihkan dari cadangan",
    "file_": "berkasnya tidak bisa dibaca",
    "in part only": "hanya sebagian yang terkirim",
    "http 429": "aplikasi pesan meminta menunggu",
    "too many requests": "aplikasi pesan meminta menunggu",
}
CODE = re.compile(r"\d{5}")


def kind(letter: Letter) -> str:
    """Why it was written."""
    if letter.kind.startswith("alert"):
        return "Kabar untuk petugas"
    return KINDS.get(letter.kind, "Kabar dari kantor")


def reason(said: str | None) -> str:
    """Why it did not arrive; a code of the platform is left beside it, for whoever looks it up."""
    if not said:
        return ""
    found = next((words for begins, words in REASONS.items() if said.startswith(begins)), None)
    if found is not None:
        return found
    code = CODE.search(said)
    return f"ditolak aplikasi pesan (kode {code[0]})" if code else f"ditolak aplikasi pesan ({said[:60]})"


def path(letter: Letter) -> str | None:
    """The page it is about, where there is one."""
    about = letter.about
    if letter.kind in OF_AN_APPLICATION and about:
        return address(f"/pendaftaran/{about}")
    if letter.kind in ("event", "reminder") and about:
        return address(f"/acara/{about}")
    places = {"ticket": "percakapan", "broadcast": "siaran"}
    place = places.get(letter.kind.partition("_")[0])
    return address(f"/{place}/{letter.subject}") if place and letter.subject.isdecimal() else None
