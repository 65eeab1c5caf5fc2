"""Catatan audit in words: what was done and from where, as staff would say it; the act itself stands beside it."""

from services.staff import Via

VIA = {
    Via.COMMAND: "perintah", Via.CHAT: "chat", Via.CONSOLE: "konsol", Via.DOOR: "pintu acara", Via.PROGRAM: "program",
}  # fmt: skip

WHAT = {
    "application": "Pengajuan", "applications": "Daftar pengajuan", "audience": "Saringan", "audit": "Catatan audit",
    "backup": "Cadangan data", "broadcast": "Siaran", "business": "Usaha", "calendar": "Kalender",
    "chat": "Percakapan", "chats": "Daftar percakapan", "confirmations": "Daftar pembenaran",
    "contacts": "Daftar kontak", "correction": "Perbaikan", "delivery": "Pesan", "event": "Acara", "fact": "Fakta",
    "offer": "Tawaran tempat", "offers": "Daftar tawaran", "page": "Halaman", "people": "Daftar orang",
    "person": "Orang", "photo": "Foto", "programme": "Program", "questions": "Daftar pertanyaan",
    "request": "Permintaan data", "staff": "Akun", "template": "Templat WhatsApp", "ticket": "Tiket",
    "tickets": "Daftar tiket",
}  # fmt: skip

DONE = {
    "added": "ditambah", "again": "dikirim lagi", "answered": "dijawab", "approved": "disetujui", "asked": "diminta",
    "assigned": "diberi pendamping", "attached": "diberi lampiran", "attendance_exported": ": daftar hadir diunduh",
    "attendance_undone": ": hadir diurungkan", "attended": ": hadir dicatat", "bulk": "dipindahkan sekaligus",
    "called": ": pemiliknya ditelepon", "cancelled": "dibatalkan", "capacity": ": kursi diubah",
    "certificates_exported": ": sertifikat diunduh", "certified": ": sertifikat diterbitkan", "changed": "diubah",
    "claims_read": ": pengakuan izin dibaca", "closed": "ditutup", "code_made": ": kode dibuat",
    "consent_confirmed": ": izin dipastikan", "consent_refused": ": izin ditolak", "confirmed": "dipastikan",
    "confirmed_on_paper": "dibenarkan di kertas", "corrected": "dibetulkan", "created": "dibuat",
    "decided": "diputuskan", "detached": "dilepas lampirannya", "different": ": dinyatakan bukan usaha yang sama",
    "disabled": "dinonaktifkan", "door_made": ": tautan pintu dibuat", "door_read": ": tautan pintu dibaca",
    "door_revoked": ": tautan pintu dicabut", "doubtful": ": keputusan ganda ditarik", "drafted": "ditulis",
    "dropped": "dihapus", "enabled": "diaktifkan", "exported": "diunduh", "feedback_read": ": pendapat dibaca",
    "guided": "dibantu petugas", "import_begun": ": pemasukan dimulai", "imported": "dimasukkan",
    "invited": ": orang diundang", "kept": "disimpan", "kit_taken": ": bahan undangan diambil", "let_go": "dilepas",
    "linked": "disambungkan", "looked_into": "diperiksa: mengapa macet", "materials_set": ": materi diatur",
    "moved": "dipindahkan", "on_paper": "dicatat dari kertas", "opened": "dibuka",
    "outside": "di luar wilayah diminta", "password_chosen": ": kata sandi dipilih",
    "password_code_made": ": tautan kata sandi dibuat", "paused": "dijeda", "people_seen": ": nama peserta dilihat",
    "planned": ": pengingat diatur", "previewed": "dipratinjau", "promised": "dijadwalkan",
    "refused": "diminta tanpa hak", "rejected": "dikembalikan", "removed": "dikeluarkan", "restored": "dipulihkan",
    "resumed": "dilanjutkan", "roles": ": peran diubah", "same": ": dinyatakan usaha yang sama",
    "scope": ": wilayah diubah", "seen": "dilihat", "sessions_ended": ": sesi diakhiri", "shared": ": kursi dibagi",
    "sign_in_failed": ": gagal masuk", "signed_in": "masuk", "signed_out": "keluar", "submitted": "diajukan",
    "synced": "disamakan", "taken": "diambil", "trimmed": "dipangkas menurut masa simpan",
    "unmasked": ": data pribadi dibuka", "verified": "diperiksa keutuhannya",
    "waiting_seen": ": daftar tunggu dilihat", "wanted": "diminta", "withdrawn": "ditarik",
}  # fmt: skip


def act(name: str) -> str | None:
    """application.moved → Pengajuan dipindahkan; None for what has no words yet."""
    about, _, done = name.partition(".")
    if about not in WHAT or done not in DONE:
        return None
    return f"{WHAT[about]} {DONE[done]}".replace(" :", ":")
