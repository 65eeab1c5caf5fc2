"""Siaran contoh: one that waits for a yes, one that is being written, and filters the office keeps."""

import datetime as dt

from services.broadcasts import approving, drafting, keeping
from services.broadcasts.audience import Audience
from services.broadcasts.drafting import Draft
from services.broadcasts.running import BroadcastRefused
from services.demo.scene import Scene

NO_NIB = Audience(todos=("BUTUH_NIB",), only_todo=True)
KEPT = (
    ("Tinggal NIB", NO_NIB),
    ("Daftar tunggu Lebak dan Pandeglang", Audience(regencies=("36.01", "36.02"), stages=("DAFTAR_TUNGGU",))),
)
WRITTEN = Draft(
    "Pelatihan NIB di Rangkasbitung",
    {
        "id": "Halo {nama}, pelatihan membuat NIB untuk *{usaha}*: Kamis pukul 09.00 di Gedung Contoh, Rangkasbitung."
        " Tidak dipungut biaya. Bawa HP yang biasa dipakai."
    },
    NO_NIB,
    template="announcement_v1",
    template_values=("{usaha}", "pelatihan membuat NIB, Kamis pukul 09.00 di Gedung Contoh, Rangkasbitung"),
)
ASKED = Draft(
    "Jadwal sosialisasi bulan ini",
    {
        "id": "Halo {nama}, sosialisasi halal bulan ini ada di {wilayah}. Ketik *ACARA* untuk melihat jadwalnya.",
        "en": "Hello {nama}, this month's halal briefings include {wilayah}. Type *EVENTS* to see the dates.",
    },
)


def write(scene: Scene, at: dt.datetime) -> None:
    """Written by whoever announces; nothing is sent: invented people have no phones."""
    author = scene.staff.get("humas")
    if author is None:
        return
    for name, audience in KEPT:
        keeping.keep(scene.session, author, name, audience, at)
    drafting.create(scene.session, author, WRITTEN, texts=scene.texts, office=scene.office, now=at)
    row = drafting.create(scene.session, author, ASKED, texts=scene.texts, office=scene.office, now=at)
    try:
        approving.ask(scene.session, author, row.id, texts=scene.texts, office=scene.office, now=at)
    except BroadcastRefused:  # of so few people nobody has agreed to announcements: it stays a draft
        return
