"""Words the pages share: masked names, what stages, topics and reasons are called, greetings."""

import datetime as dt

from models import Channel, CorrectionState, DeliveryState, Purpose, RequestKind, Stage, Topic
from services import regions
from services.calendar import JAKARTA
from services.tickets import Standing

# What was done, said on the page one comes to afterwards. Only these are ever shown: an address cannot bring its own.
DONE = {
    "keluar": "Anda sudah keluar.",
    "keluar_semua": "Anda sudah keluar dari semua perangkat.",
    "sandi": "Kata sandi tersimpan. Silakan masuk.",
    "pindah": "Tahap dipindahkan, dan pemiliknya dikabari.",
    "pindah_diam": "Tahap dipindahkan. Pemiliknya tidak bisa dikabari: tidak ada chat atau izin.",
    "sudah": "Sudah di tahap itu; tidak ada yang dikirim dua kali.",
    "pendamping": "Pendamping ditugaskan, dan pemiliknya diberi tahu namanya.",
    "pendamping_diam": "Pendamping ditugaskan. Pemiliknya tidak bisa dikabari: tidak ada chat atau izin.",
    "pendamping_sudah": "Pendampingnya memang sudah itu; tidak ada yang dikirim dua kali.",
    "putus": "Diputuskan, dan pemiliknya dikabari. Waktu antreannya tetap.",
    "putus_diam": "Diputuskan. Pemiliknya tidak bisa dikabari: tidak ada chat atau izin.",
    "sudah_putus": "Sudah diputuskan begitu; tidak ada yang dikirim dua kali.",
    "minta_perbaikan": "Perbaikan diminta; pemilik menjawabnya di chat. Jawabannya tampil di tab Perbaikan.",
    "minta_sudah": "Perbaikan yang sama sudah diminta; tidak dikirim dua kali.",
    "batal_perbaikan": "Permintaan perbaikan dibatalkan.",
    "lihat_perbaikan": "Dicatat: perbaikannya sudah diperiksa.",
    "sudah_perbaikan": "Sudah ditangani sebelumnya; tidak ada yang berubah.",
    "terkirim": "Jawaban dikirim.",
    "ditahan": "Jawaban disimpan: jendela WhatsApp sudah tertutup. Orangnya diberi tahu dan membacanya begitu menulis.",
    "diam": "Jawaban disimpan: orang ini meminta kita diam. Dikirim bila ia menulis lagi.",
    "kiriman_ulang": "Antre lagi. Izin dan keadaan orangnya diperiksa lagi sebelum terkirim.",
    "kiriman_lepas": "Dibatalkan: pesan itu tidak dikirim lagi.",
    "fakta_pasti": "Dipastikan. Pemilik usaha membacanya dalam satu menit.",
    "fakta_ditarik": "Ditarik. Dalam satu menit kalimatnya tidak tampil lagi.",
    "fakta_disimpan": "Tersimpan, dan belum tampil: masih harus dipastikan.",
    "program": "Program diubah. Tempat yang bertambah ditawarkan dalam satu menit.",
    "program_baru": "Program dibuat. Kode, tanggal, dan kuotanya ada di bawah.",
    "dobel": "Jawaban yang sama sudah dikirim; tidak dikirim dua kali.",
    "diambil": "Percakapan diambil alih: asisten diam, dan yang ia tulis masuk ke tiket ini.",
    "diserahkan": "Diserahkan ke asisten, dan orangnya tahu sampai di mana.",
    "diserahkan_diam": "Diserahkan ke asisten. Orangnya tidak bisa diberi tahu sekarang; ia melanjutkan dengan LANJUT.",
    "ditanya_lagi": "Pertanyaannya dikirim sekali lagi.",
    "dimundurkan": "Mundur satu pertanyaan; yang itu ditanyakan lagi.",
    "rancangan": "Rancangan tersimpan; belum ada yang dikirim.",
    "dipasang": "Lampiran terpasang; versinya baru, jadi persetujuan diminta untuk yang ini.",
    "dilepas": "Lampiran dilepas.",
    "dicoba": "Uji kirim sedang ke Telegram Anda.",
    "diminta": "Persetujuan diminta.",
    "disetujui": "Disetujui. Siaran berangkat pada waktunya; bisa dijeda kapan saja.",
    "dikembalikan": "Dikembalikan ke penulisnya.",
    "dijeda": "Dijeda: tidak ada lagi yang dikirim.",
    "dilanjutkan": "Dilanjutkan; yang sudah menerima tidak menerima lagi.",
    "dibatalkan": "Dibatalkan; yang belum terkirim tidak dikirim.",
    "dipenuhi": "Permintaan diselesaikan, dan orangnya dikabari.",
    "ditutup": "Tiket ditutup.",
    "akun_dibuat": "Akun dibuat. Beri orangnya tautan kata sandi dari halaman ini.",
    "akun_diubah": "Akun diubah; berlaku mulai sekarang.",
    "akun_sama": "Tidak ada yang diubah: isinya sama.",
    "akun_tutup": "Akun dinonaktifkan.",
    "akun_buka": "Akun aktif lagi. Beri orangnya tautan kata sandi baru.",
    "akun_keluar": "Semua sesinya diakhiri.",
    "beda": "Dicatat: bukan usaha yang sama. Tandanya tidak muncul lagi.",
    "ganda": "Ditandai ganda, seperti yang Anda baca tadi.",
    "sudah_ganda": "Sudah ditandai ganda sebelumnya; tidak ada yang dijalankan dua kali.",
    "ragu_lagi": "Keputusan ditarik: tandanya muncul lagi.",
    "lain_memutuskan": "Petugas lain sudah memutuskannya; lihat di bawah. Tidak ada yang berubah.",
    "sudah_ditutup": "Tiket ini sudah ditutup sebelumnya.",
    "acara_dibuat": "Acara dibuat dan dibuka untuk pendaftaran.",
    "acara_draf": "Draf tersimpan; belum terlihat di bot sampai dibuka.",
    "acara_dibuka": "Acara dibuka untuk pendaftaran.",
    "acara_disalin": "Disalin sebagai draf. Periksa, lalu buka untuk pendaftaran.",
    "acara_tetap": "Tidak ada yang berubah, dan tidak ada yang dikabari.",
    "acara_keterangan": "Keterangan tersimpan.",
    "acara_jatah": "Jatah per kab/kota tersimpan.",
    "acara_rencana": "Rencana pengingat tersimpan.",
    "acara_materi": "Materi tersimpan; yang hadir dikabari sesudah acara.",
    "acara_pindah": "Acara dipindahkan; pesertanya dikabari.",
    "acara_batal": "Acara dibatalkan; pesertanya dikabari satu kali.",
    "dikeluarkan": "Dikeluarkan dan dikabari; kursinya ditawarkan ke urutan berikutnya.",
    "dikeluarkan_diam": "Dikeluarkan. Orangnya tidak bisa dikabari: tidak ada chat.",
    "hadir_dicatat": "Tercatat hadir.",
    "hadir_sudah": "Sudah tercatat hadir sebelumnya.",
    "hadir_urung": "Diurungkan.",
    "pintu_dicabut": "Tautan pintu dicabut; tidak bisa dipakai lagi.",
    "sertifikat_jalan": "Tercatat. Sertifikat terbit sesudah acara selesai, pada jam kirim kantor; jalan sendiri.",
    "tautan_dibuat": "Tautannya ada di bawah.",
    "diundang": "Masuk daftar undangan; kursinya disimpan sampai tanggal yang diatur.",
    "diundang_tetap": "Semuanya sudah ada di daftar undangan.",
    "acara_kapasitas": "Jumlah kursi diubah.",
}

SCHEMES = {
    "self_declare": "Pernyataan pelaku usaha",
    "reguler": "Reguler",
    "officer": "Menunggu petugas",
    "none": "Di luar program",
}
WAYS = {
    "self_declare": ("Pernyataan pelaku usaha", "Dapat tempat bila ada, sesuai waktu antreannya"),
    "reguler": ("Jalur reguler", "Dapat tempat bila programnya menerima; kalau tidak, dicatat sebagai peminat"),
    "none": ("Peminat saja", "Dicatat, dan dikabari bila ada program yang cocok"),
}
CORRECTIONS = {
    CorrectionState.OPEN: ("wait", "Menunggu pemilik"),
    CorrectionState.ANSWERED: ("done", "Diperbaiki"),
    CorrectionState.LAPSED: ("late", "Belum dijawab"),
    CorrectionState.VOID: ("", "Dibatalkan"),
}
CHANNELS = {Channel.WHATSAPP: "WhatsApp", Channel.TELEGRAM: "Telegram"}
TOPICS = {
    Topic.QUESTION: "Pertanyaan", Topic.CALL: "Minta ditelepon", Topic.REPORT: "Laporan", Topic.TAKEN: "Ambil alih",
    Topic.CHECK: "Perlu dicek", Topic.TROUBLE: "Gangguan", Topic.PROMISE: "Janji kabar", Topic.INTEREST: "Minat",
    Topic.CERTIFICATE: "Sertifikat", Topic.DATA: "Data pribadi", Topic.LINK: "Pindah HP",
    Topic.CONFIRMATION: "Konfirmasi pemilik",
}  # fmt: skip
TICKETS = {
    Standing.LATE: ("late", "Lewat janji"), Standing.WAITING: ("wait", "Menunggu"),
    Standing.ANSWERED: ("go", "Sudah dijawab"), Standing.CLOSED: ("", "Ditutup"),
}  # fmt: skip
REQUESTS = {
    RequestKind.SEE: "Melihat data", RequestKind.CORRECT: "Membetulkan", RequestKind.WITHDRAW: "Menarik izin",
    RequestKind.DELETE: "Menghapus", RequestKind.TRAIL: "Siapa yang memakai",
}  # fmt: skip
PURPOSES = {
    Purpose.SERVICE: "layanan", Purpose.REMINDERS: "pengingat", Purpose.ANNOUNCEMENTS: "pengumuman",
}  # fmt: skip
# Why two businesses may be one.
DOUBLES = {"nib": "NIB sama", "phone": "nomor HP sama", "name": "nama mirip", "address": "alamat sama"}


def hidden(name: str | None) -> str:
    """Yati Suryani → Yati S•••; what is not known is a dash."""
    parts = (name or "").split()
    if not parts:
        return "–"
    return f"{parts[0]} {parts[1][0]}•••" if len(parts) > 1 else f"{parts[0][:2]}•••"


def hidden_phone(phone: str | None) -> str:
    """+6281234567890 → ••••7890."""
    return f"••••{phone[-4:]}" if phone else "–"


def regency(code: str | None) -> str:
    """The kab/kota of a code."""
    found = regions.REGENCIES.get(code or "")
    return found.label if found else "Belum diketahui"


def greeting(now: dt.datetime) -> str:
    """Selamat pagi, siang, sore, malam."""
    hour = now.astimezone(JAKARTA).hour
    for until, part in ((4, "malam"), (11, "pagi"), (15, "siang"), (19, "sore")):
        if hour < until:
            return f"Selamat {part}"
    return "Selamat malam"


def due(promised: dt.datetime, now: dt.datetime) -> str:
    """Lewat 2 hari, hari ini, besok, 3 hari."""
    days = (promised.astimezone(JAKARTA).date() - now.astimezone(JAKARTA).date()).days
    if promised <= now:
        return f"Lewat {-days} hari" if days else "Lewat hari ini"
    return {0: "Hari ini", 1: "Besok"}.get(days, f"{days} hari")


def left(until: dt.datetime, now: dt.datetime) -> str:
    """How much of a clock is left: 2 hari 5 jam, 40 menit."""
    minutes = max(0, int((until - now).total_seconds()) // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days or hours:
        return " ".join(part for part, there in ((f"{days} hari", days), (f"{hours} jam", hours)) if there)
    return f"{minutes} menit"


# Where a stage stands in the eyes of staff: the colour of its badge, and what it is called in lists.
STAGES: dict[Stage, tuple[str, str]] = {
    Stage.INTEREST: ("info", "Peminat"),
    Stage.REVIEW: ("wait", "Dilihat petugas"),
    Stage.INCOMPLETE: ("wait", "Data belum lengkap"),
    Stage.READY: ("go", "Siap didaftarkan"),
    Stage.WAITING: ("wait", "Daftar tunggu"),
    Stage.PLACED: ("go", "Sudah dapat tempat"),
    Stage.DRAFTED: ("go", "Diisi di SIHALAL"),
    Stage.SUBMITTED: ("go", "Sudah diajukan"),
    Stage.COMPANION: ("go", "Diperiksa pendamping"),
    Stage.AGENCY: ("go", "Diperiksa BPJPH"),
    Stage.FATWA: ("go", "Sidang fatwa"),
    Stage.ISSUED: ("done", "Sertifikat terbit"),
    Stage.SENT_BACK: ("late", "Perlu diperbaiki"),
    Stage.REFUSED: ("late", "Tidak disetujui"),
    Stage.TO_REGULAR: ("info", "Pindah jalur reguler"),
    Stage.BILLED: ("wait", "Tagihan LPH"),
    Stage.AUDIT: ("go", "Diperiksa LPH"),
    Stage.WITHDRAWN: ("", "Mundur"),
    Stage.LAPSED: ("", "Kedaluwarsa"),
}


# What became of a message of ours, as it is written below it.
FATES: dict[DeliveryState, str] = {
    DeliveryState.QUEUED: "antre", DeliveryState.LEASED: "antre", DeliveryState.SENDING: "sedang dikirim",
    DeliveryState.SENT: "terkirim", DeliveryState.DELIVERED: "sampai", DeliveryState.READ: "dibaca",
    DeliveryState.FAILED: "gagal", DeliveryState.SKIPPED: "tidak dikirim", DeliveryState.CANCELLED: "dibatalkan",
    DeliveryState.EXPIRED: "kedaluwarsa", DeliveryState.HELD: "ditahan", DeliveryState.UNKNOWN: "tidak pasti",
}  # fmt: skip


def stage(value: str) -> str:
    """What a stage is called, by its value."""
    return STAGES[Stage(value)][1]


def by(who: str) -> str:
    """Who did something, as staff read it."""
    return {"bot": "bot", "owner": "pemilik sendiri", "helper": "pembantu", "kantor": "kantor"}.get(who, who)


def device(agent: str) -> str:
    """The browser of a User-Agent line, as its owner would call it: "Chrome, Windows"."""
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in agent), "Peramban")
    return ", ".join([browser, *(name for mark, name in systems if mark in agent)][:2])


def initials(name: str) -> str:
    """Rina Marlina → RM."""
    return "".join(part[0] for part in name.split()[:2]).upper()


def opening(words: str) -> str:
    """As a sentence begins; what is written large further on (NIB, WhatsApp, BERHENTI) stays so."""
    return words[:1].upper() + words[1:]
