"""What facts are called among staff, why one is not taken, and the sentences owners read once it is confirmed."""

from dataclasses import dataclass

from services.facts import Why
from services.office import Fact
from texts import Catalogue
from texts.filling import Marked

NAMES = {
    "sehati_cost": "Biaya program gratis (SEHATI)",
    "self_paid_cost": "Biaya jalur pernyataan, bayar sendiri",
    "reguler_cost": "Biaya jalur reguler usaha mikro kecil",
    "self_declare_days": "Lama jalur pernyataan (hari kerja)",
    "reguler_days": "Lama jalur reguler (hari kerja)",
    "quota_public": "Bolehkah sisa tempat disebut kepada pendaftar",
    "rule_source": "Aturan yang dipakai untuk cek awal",
    "obligation_text": "Kalimat tentang kewajiban sertifikat halal",
    "turnover_max": "Batas omzet setahun",
    "sites_max": "Batas tempat membuat",
    "outlets_max": "Batas gerai",
    "cap_stall": "Batas menu kedai",
    "cap_packaged": "Batas nama produk satu pengajuan",
    "not_halal_label": "Keterangan tidak halal",
    "natural_list": "Daftar bahan yang dikecualikan",
    "certificate_valid": "Masa berlaku sertifikat",
    "development": "Menambah produk ke sertifikat",
    "hazard_not_reported": "Jawaban tentang formalin dan boraks tidak dilaporkan",
    "official_contacts": "Kontak resmi BPJPH",
    "faq_pirt": "Halaman SPP-IRT",
    "faq_md": "Halaman BPOM MD",
    "faq_slhs": "Halaman SLHS",
    "faq_brand": "Halaman merek",
    "faq_sni": "Halaman SNI",
}
REFUSALS = {
    Why.UNKNOWN: "Fakta itu tidak ada.",
    Why.EMPTY: "Fakta ini belum punya nilai: isi dulu nilai dan sumbernya.",
    Why.VALUE: "Isi nilainya (paling panjang 500 huruf).",
    Why.SOURCE: "Tulis sumbernya (paling panjang 300 huruf).",
    Why.LATER: "Tanggal sumber belum terjadi.",
    Why.SAME: "Belum ada yang Anda ubah.",
    Why.CHANGED: "Orang lain baru saja mengubah fakta ini. Baca nilainya sekarang, lalu putuskan.",
}
OF_THE_VALUE = ("fee", "days", "fact_obligation")  # the holes of texts into which a fact's own value goes


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that waits for a fact. `by_value`: the value stands in it; else changing it changes no word."""

    key: str
    words: str
    by_value: bool


def name(fact: str) -> str:
    """What staff call it."""
    return NAMES.get(fact, fact)


def sentences(name: str, fact: Fact, texts: Catalogue) -> list[Said]:
    """The sentences as owners would read them; "…" stands for what belongs to one person or to the rules."""
    known = {"source": fact.source, "as_of": fact.as_of, "note": "", **dict.fromkeys(OF_THE_VALUE, fact.value)}
    found = []
    for key in texts.facts().get(name, ()):
        needs = texts.needs(key)
        words = texts.text(key, "id", **{hole: known.get(hole, Marked("…")) for hole in needs})
        found.append(Said(key, words.strip(), bool(needs & set(OF_THE_VALUE))))
    return found
