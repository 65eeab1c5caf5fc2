"""What `naikkelas broadcast` says: refusals, findings and previews, in the staff's words."""

from collections.abc import Iterator
from typing import Any

import texts
from models import Broadcast, BroadcastState
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.broadcasts.drafting import DraftRefused, Preview
from services.broadcasts.fates import Progress
from services.broadcasts.running import BroadcastRefused, Why
from services.broadcasts.warnings import Fault, Found, Warn
from services.calendar import JAKARTA

STATES = {
    BroadcastState.DRAFT: "rancangan", BroadcastState.ASKED: "menunggu persetujuan",
    BroadcastState.SCHEDULED: "terjadwal", BroadcastState.SENDING: "sedang dikirim", BroadcastState.PAUSED: "dijeda",
    BroadcastState.DONE: "selesai", BroadcastState.CANCELLED: "dibatalkan",
}  # fmt: skip
FATES = {
    "waiting": "menunggu", "queued": "antre", "leased": "antre", "sending": "sedang dikirim", "sent": "terkirim",
    "delivered": "sampai", "read": "dibaca", "failed": "gagal", "unknown": "tidak pasti", "skipped": "dilewati",
    "expired": "kedaluwarsa", "cancelled": "dibatalkan", "held": "ditahan", "given": "antre",
}  # fmt: skip
REFUSALS = {
    Why.UNKNOWN: "Tidak ada siaran dengan nomor itu: lihat naikkelas broadcast list.",
    Why.STATE: "Siaran itu tidak dalam keadaan untuk itu: lihat naikkelas broadcast status.",
    Why.EXPIRED: "Waktunya sudah lewat: tulis siaran baru.",
    Why.EMPTY: "Tidak ada penerimanya. Lihat alasannya dengan naikkelas broadcast preview.",
    Why.CHANGED: "Rancangannya sudah berubah sejak dilihat: lihat lagi dengan naikkelas broadcast preview.",
    Why.OWN: "Siaran sebanyak ini harus disetujui akun lain, bukan yang menulisnya.",
    Why.NO_CHAT: "Akun itu belum tersambung dengan Telegram: naikkelas staff link.",
}
FINDINGS: dict[Fault | Warn, str] = {
    Fault.NO_TEXT: "Naskah Indonesia masih kosong.",
    Fault.PLACEHOLDER: "Isian {{{about}}} tidak dikenal; yang ada: {{nama}} {{usaha}} {{wilayah}} {{kecamatan}}.",
    Fault.TOO_LONG: "Naskahnya terlalu panjang: paling banyak {about} huruf bersama nama dan cara berhenti.",
    Fault.TEMPLATE: "Templat {about} tidak ada: lihat naikkelas whatsapp templates.",
    Fault.TEMPLATE_VALUES: "Templat itu perlu {about} isian, masing-masing satu baris dan tidak kosong.",
    Fault.PAST: "Waktu mulainya sudah lewat.",
    Fault.EXPIRY: "Batas waktunya harus sesudah waktu mulai.",
    Fault.TITLE: "Judulnya 1 sampai {about} huruf.",
    Warn.LONG: "Naskahnya lebih dari {about} huruf: jarang dibaca sampai habis.",
    Warn.LINK: "Tautan ke {about} bukan .go.id dan bukan milik bot.",
    Warn.ASKS: "Naskahnya menyebut “{about}”: kantor tidak pernah meminta NIK, kode OTP, atau uang.",
    Warn.SAME: "{about} orang sudah menerima naskah yang sama dalam 48 jam terakhir.",
    Warn.NO_ENGLISH: "Belum ada naskah Inggris: yang berbahasa Inggris menerima naskah Indonesia.",
    Warn.LATE: "Tidak semuanya terkirim sebelum batas waktunya.",
}


def broken(refused: BroadcastRefused | DraftRefused | AudienceRefused) -> list[str]:
    """Why not, in sentences."""
    if isinstance(refused, DraftRefused):
        return [finding(one) for one in refused.found]
    if isinstance(refused, AudienceRefused):
        return [f"Saringan {refused.part} belum benar: {refused.what}."]
    return [REFUSALS[refused.why]]


def finding(one: Found) -> str:
    """One finding as a sentence."""
    return FINDINGS[one.what].format(about=one.about)


def drafted(row: Broadcast, catalogue: texts.Catalogue) -> dict[str, Any]:
    """A broadcast, for programs and lists."""
    return {
        "number": f"S-{row.id}", "title": row.title, "version": row.version, "state": STATES[row.state],
        "total": row.total, "audience": in_words(Audience.from_json(row.audience), catalogue),
        "filter": row.audience, "send_at": row.send_at, "expires_at": row.expires_at, "by": row.created_by,
        "approved_by": row.approved_by,
    }  # fmt: skip


def as_dict(found: Progress) -> dict[str, Any]:
    """Progress, for programs."""
    return {
        "number": f"S-{found.number}", "state": found.state.value, "total": found.total, "done": found.done,
        "fates": dict(found.fates), "reasons": dict(found.reasons), "replied": found.replied,
        "pause_reason": found.pause_reason,
    }  # fmt: skip


def previewed(found: Preview, row: Broadcast, catalogue: texts.Catalogue) -> dict[str, Any]:
    """A preview, for programs; nobody's name or number is in it."""
    return {
        **drafted(row, catalogue), "total": found.count.total, "channels": dict(found.count.channels),
        "languages": dict(found.count.languages), "opens": found.count.opens,
        "left_out": {why.value: many for why, many in found.left.items()},
        "warnings": [finding(one) for one in found.found], "start": found.start, "finish": found.finish,
        "cost": found.cost, "second_person": found.second,
    }  # fmt: skip


def lines(found: Preview, row: Broadcast, catalogue: texts.Catalogue) -> Iterator[str]:
    """A preview, for eyes."""
    yield f"S-{row.id} versi {row.version}: {row.title}"
    yield f"Untuk: {in_words(Audience.from_json(row.audience), catalogue)}"
    by_channel = ", ".join(f"{name.value} {many}" for name, many in found.count.channels.items()) or "tidak ada"
    yield f"Penerima: {found.count.total} ({by_channel}); di luar 24 jam WhatsApp: {found.count.opens}"
    for why, many in found.left.items():
        yield f"  tidak ikut: {many} {catalogue.text(f'broadcast.left.{why.value}', 'id')}"
    yield f"Mulai {found.start.astimezone(JAKARTA):%d-%m-%Y %H.%M} WIB"
    done = f"{found.finish.astimezone(JAKARTA):%d-%m-%Y %H.%M} WIB" if found.finish else "tidak dalam setahun"
    yield f"Selesai kira-kira {done}"
    price = "belum diketahui: isi broadcast.prices" if found.cost is None else f"paling banyak Rp{found.cost:,.0f}"
    yield f"Biaya: {price}"
    for one in found.found:
        yield f"⚠ {finding(one)}"
    if found.second:
        yield "Perlu disetujui akun lain."
    for sample in found.samples:
        yield f"--- {sample.channel.value}, {sample.language.value} ---"
        yield sample.by_template or sample.bubble.text
