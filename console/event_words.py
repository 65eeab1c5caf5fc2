"""What events are called on the pages: their states and kinds, what is refused, what was done."""

from models import EventKind, EventState, SignUpState
from services.events.rules import EventRefused, Wrong

STATES = {
    EventState.DRAFT: ("wait", "Draf"), EventState.OPEN: ("go", "Dibuka"), EventState.CANCELLED: ("late", "Dibatalkan"),
    EventState.DONE: ("done", "Selesai"),
}  # fmt: skip
KINDS = {
    EventKind.INFORMATION: "Sosialisasi", EventKind.TRAINING: "Pelatihan atau bimtek",
    EventKind.GUIDANCE: "Pendampingan", EventKind.FAIR: "Pameran",
}  # fmt: skip
SIGNED = {
    SignUpState.REGISTERED: ("go", "Terdaftar"), SignUpState.ATTENDED: ("done", "Hadir"),
    SignUpState.WAITING: ("wait", "Menunggu"), SignUpState.OFFERED: ("info", "Ditawari kursi"),
    SignUpState.CANCELLED: ("", "Batal"),
}  # fmt: skip
ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}

# What is wrong, and at which field it is said ("": above the form).
REFUSALS = {
    Wrong.PAST: ("mulai", "Waktunya sudah lewat: pilih hari yang akan datang."),
    Wrong.ORDER: ("selesai", "Selesainya harus sesudah mulainya."),
    Wrong.NO_ZONE: ("zona", "Zona waktunya tidak dikenal."),
    Wrong.CODE: ("kode", "Kode 4 sampai 12 huruf dan angka, paling sedikit satu huruf dan satu angka."),
    Wrong.CODE_TAKEN: ("kode", "Kode itu sudah dipakai acara lain."),
    Wrong.CAPACITY: ("kapasitas", "Kapasitas paling sedikit 1."),
    Wrong.SHARES: ("jatah", "Jatah kab/kota lebih besar daripada kapasitas, atau kurang dari kursi yang sudah terisi."),
    Wrong.RESERVED: ("disimpan", "Kursi untuk undangan lebih banyak daripada kapasitas."),
    Wrong.OVER: ("", "Acara ini sudah selesai, dibatalkan, atau sudah dibuka; tidak bisa diubah lagi."),
    Wrong.PLAN: ("baris", "Rencananya belum benar: jam ditulis 09:00, dan tidak ada dua pengingat yang sama."),
    Wrong.UNKNOWN: ("", "Tidak ada acara dengan kode itu."),
}


def refusal(refused: EventRefused) -> dict[str, str]:
    """What is wrong, by field."""
    field, says = REFUSALS[refused.why]
    if refused.number is not None:
        says = f"{says} Sudah terisi: {refused.number}."
    return {field: says}
