"""What broadcasts are called on the pages: their states, what became of messages, warnings, refusals."""

from models import BroadcastState
from services.broadcasts.running import Why
from services.broadcasts.warnings import Fault, Found, Warn

STATES = {
    BroadcastState.DRAFT: ("", "Rancangan"), BroadcastState.ASKED: ("wait", "Menunggu persetujuan"),
    BroadcastState.SCHEDULED: ("info", "Terjadwal"), BroadcastState.SENDING: ("go", "Sedang dikirim"),
    BroadcastState.PAUSED: ("wait", "Dijeda"), BroadcastState.DONE: ("done", "Selesai"),
    BroadcastState.CANCELLED: ("late", "Dibatalkan"),
}  # fmt: skip
FATES = {
    "waiting": "Menunggu", "queued": "Antre", "leased": "Antre", "given": "Antre", "sending": "Sedang dikirim",
    "sent": "Terkirim", "delivered": "Sampai", "read": "Dibaca", "failed": "Gagal", "unknown": "Tidak pasti",
    "skipped": "Dilewati", "expired": "Kedaluwarsa", "cancelled": "Dibatalkan", "held": "Ditahan",
}  # fmt: skip
REFUSALS = {
    Why.UNKNOWN: "Tidak ada siaran dengan nomor itu.",
    Why.STATE: "Siaran ini tidak lagi dalam keadaan untuk itu; lihat keadaannya sekarang.",
    Why.EXPIRED: "Waktunya sudah lewat: tulis siaran baru.",
    Why.EMPTY: "Tidak ada penerimanya. Alasannya ada di bawah.",
    Why.CHANGED: "Rancangannya sudah berubah sejak Anda lihat. Baca lagi, lalu putuskan.",
    Why.OWN: "Siaran sebanyak ini harus disetujui akun lain, bukan yang menulisnya.",
    Why.NO_CHAT: "Akun Anda belum tersambung dengan Telegram; minta kode ke pengelola (naikkelas staff link).",
}
FINDINGS: dict[Fault | Warn, str] = {
    Fault.NO_TEXT: "Naskah Indonesia masih kosong.",
    Fault.PLACEHOLDER: "Isian {{{about}}} tidak dikenal; yang ada: {{nama}} {{usaha}} {{wilayah}} {{kecamatan}}.",
    Fault.TOO_LONG: "Naskahnya terlalu panjang: paling banyak {about} huruf bersama nama dan cara berhenti.",
    Fault.TEMPLATE: "Templat {about} tidak ada.",
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


def finding(one: Found) -> str:
    """One finding as a sentence."""
    return FINDINGS[one.what].format(about=one.about)
