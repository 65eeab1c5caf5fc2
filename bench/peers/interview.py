"""Nine questions such as any office asks, five by buttons and four typed: what the peers are measured with."""

# (key, what is asked, what can be tapped; none: it is typed)
QUESTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("name", "Siapa nama Bapak/Ibu?", ()),
    ("regency", "Di kabupaten atau kota mana usahanya?", ("Lebak", "Pandeglang", "Serang", "Tangerang")),
    ("kind", "Usahanya bergerak di bidang apa?", ("Makanan", "Minuman", "Kerajinan", "Jasa")),
    ("business", "Apa nama usahanya?", ()),
    ("workers", "Berapa orang yang bekerja?", ("1–4", "5–19", "20 ke atas")),
    ("turnover", "Berapa omzet setahun?", ("di bawah Rp500 juta", "Rp500 juta–2 miliar", "di atas itu")),
    ("address", "Di mana alamatnya?", ()),
    ("has_nib", "Sudah punya NIB?", ("Sudah", "Belum")),
    ("product", "Apa produk utamanya?", ()),
)
DONE = "Terima kasih, data Bapak/Ibu sudah kami catat. Petugas akan menghubungi."


def data(question: int, option: int) -> str:
    """What a button sends back."""
    return f"{QUESTIONS[question][0]}:{option}"


def buttons(question: int) -> list[tuple[str, str]]:
    """Label and data of each button."""
    return [(label, data(question, n)) for n, label in enumerate(QUESTIONS[question][2])]
