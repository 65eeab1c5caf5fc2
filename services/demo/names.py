"""Nama rekaan: what invented people, their villages and their products are called; nobody in Banten is meant."""

WOMEN = (
    "Siti", "Neng", "Enung", "Maryam", "Suryati", "Yati", "Euis", "Iis", "Ratu", "Tuti", "Mumun", "Ipah", "Lilis",
    "Nurhayati", "Rohayah", "Kokom", "Wiwin", "Eneng", "Aminah", "Sumiati", "Marfuah", "Imas", "Uum", "Halimah",
)  # fmt: skip
MEN = (
    "Ujang", "Asep", "Entus", "Mulyadi", "Fajar", "Sarman", "Tubagus", "Jajang", "Sukri", "Ahmad", "Madsari", "Hasan",
    "Dedi", "Jamhuri", "Komar", "Udin", "Rahmat", "Saefudin",
)  # fmt: skip
LAST = (
    "Contohwati", "Rekaningsih", "Misalkan", "Umpama", "Rekayasa", "Contohan", "Andaikan", "Perumpama", "Misalia",
    "Karangan", "Ibaratna", "Upamaningrum", "Contohsari", "Rekaan", "Andaian", "Misaldi",
)  # fmt: skip
VILLAGES = (
    "Sukacontoh", "Cicontoh", "Karangmisal", "Pasirumpama", "Kadureka", "Sindangcontoh", "Mekarmisal", "Tanjungreka",
    "Ciumpama", "Bojongmisal",
)  # fmt: skip

# What is made, as the check calls it (`product`), with the ways a business is named after it ({name}: its owner).
GOODS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("snack", "Keripik {name}", ("Keripik Singkong", "Keripik Pisang", "Keripik Talas")),
    ("snack", "Emping {name}", ("Emping Melinjo Asin", "Emping Pedas Manis")),
    ("snack", "Rengginang {name}", ("Rengginang Ketan", "Rengginang Terasi")),
    ("snack", "Opak {name}", ("Opak Ketan",)),
    ("snack", "Gipang {name}", ("Gipang Ketan", "Gipang Kacang")),
    ("bakery", "Kue {name}", ("Kue Jojorong", "Kue Pasung", "Kue Apem Putih")),
    ("bakery", "Roti {name}", ("Roti Manis", "Roti Sobek")),
    ("fish", "Sate Bandeng {name}", ("Sate Bandeng", "Bandeng Presto")),
    ("fish", "Otak-otak {name}", ("Otak-otak Ikan",)),
    ("spice", "Sambal {name}", ("Sambal Terasi", "Sambal Buroq")),
    ("spice", "Gula Semut {name}", ("Gula Semut Aren",)),
    ("drink", "Kopi {name}", ("Kopi Bubuk Robusta", "Kopi Gula Aren")),
    ("drink", "Wedang {name}", ("Wedang Jahe Bubuk",)),
    ("soy_milk_egg", "Telur Asin {name}", ("Telur Asin",)),
)
MEALS = ("meals", "Katering {name}", ("Nasi Kotak Ayam Bakar", "Tumpeng Mini", "Snack Box"))

# How many of a hundred live where.
WEIGHTS = {"36.01": 15, "36.02": 14, "36.03": 17, "36.04": 18, "36.71": 12, "36.72": 7, "36.73": 17}
FULL = "36.74"  # the one whose places are all given, so that somebody waits

QUESTIONS = (
    "Apakah label halal boleh ditempel di gerobak?", "Bagaimana cara bayar pajak UMKM?",
    "Kalau resep diganti, apa harus daftar ulang?", "Di mana beli stiker kemasan yang murah?",
    "Apakah bisa kirim produk ke luar negeri?", "Berapa lama uji nutrisi di BPTSI?",
)  # fmt: skip
ASKED = (
    "Nomor HP saya ganti, datanya bagaimana?", "Pendamping belum menghubungi saya, kapan ya?",
    "Saya mau ubah nama usaha di pendaftaran.", "Foto produk harus seperti apa?",
    "Dapur saya pindah, apakah harus lapor?", "Kapan ada sosialisasi di kecamatan saya?",
    "Boleh minta tolong dibuatkan NIB?", "Daftar bahannya sudah saya perbaiki.",
)  # fmt: skip
ANSWERED = (
    "Terima kasih, sudah kami catat. Pendamping menghubungi Bapak/Ibu minggu ini.",
    "Sudah kami perbaiki datanya. Silakan buka STATUS.",
    "Foto kemasan tampak depan, terang, dan nama usaha terbaca.",
)
LOOKS = "Pendaftaran Bapak/Ibu sedang kami telaah karena katering. Kabar berikutnya paling lama lima hari kerja."
REPORTED = "Ada orang mengaku petugas minta uang Rp500.000 untuk sertifikat halal."
SENT_BACK = ("Foto produk kurang jelas.", "Daftar bahan belum lengkap: merek minyak goreng.", "KBLI tidak sesuai.")
