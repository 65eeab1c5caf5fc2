# ruff: noqa: E501 - the tables of faults read best one fault a line
"""A fault in the files is found and said in plain words, whichever it is."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import texts
from texts import TextError, load
from texts.checking import problems

HERE = Path(texts.__file__).parent
Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the texts to break."""
    for language in texts.LANGUAGES:
        shutil.copytree(HERE / language, tmp_path / language)
    for table in HERE.glob("*.yaml"):
        shutil.copy(table, tmp_path)
    return tmp_path


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace words in one file."""

    def replace(name: str, old: str, new: str) -> None:
        path = folder / name
        before = path.read_text(encoding="utf-8")
        assert old in before, f"{old!r} is not in {name}"
        path.write_text(before.replace(old, new, 1), encoding="utf-8")

    return replace


# --- what cannot be used at all ---

UNUSABLE = [
    ("a bare yes", "id/menu.yaml", "menu:\n", "menu:\n  yes: \"Ya\"\n", "kunci yes perlu diberi tanda kutip"),
    ("a number as key", "id/menu.yaml", "menu:\n", "menu:\n  36.01: \"Ya\"\n", "kunci 36.01 perlu diberi tanda kutip"),
    ("a key twice", "id/menu.yaml", "menu:\n", "menu:\n  help: \"a\"\n", "kunci 'help' ditulis dua kali"),
    ("a key with a space", "id/menu.yaml", "menu:\n", "menu:\n  a b: \"a\"\n", "hanya boleh berisi huruf"),
    ("nothing written", "id/menu.yaml", "menu:\n", "menu:\n  new:\n", "isi 'menu.new' kosong"),
    ("a bare number", "id/menu.yaml", "menu:\n", "menu:\n  new: 12\n", "perlu diberi tanda kutip"),
    ("a list", "id/menu.yaml", "menu:\n", "menu:\n  new: [\"a\", \"b\"]\n", "berisi daftar"),
    ("a lost quote", "id/menu.yaml", "menu:\n", "menu:\n  new: \"a\n", "tidak terbaca"),
    ("another file's key", "id/menu.yaml", "menu:\n", "meny:\n", "harus sama dengan nama berkas"),
    ("a space in a placeholder", "en/welcome.yaml", "{name}", "{ name }", "kurung kurawal"),
    ("a format in a placeholder", "en/welcome.yaml", "{name}", "{name:>10}", "kurung kurawal"),
    ("an attribute in a placeholder", "en/welcome.yaml", "{name}", "{name.x}", "kurung kurawal"),
    ("half a placeholder", "en/welcome.yaml", "{name}", "{name", "kurung kurawal"),
    ("a fact without text", "id/menu.yaml", "menu:\n", "menu:\n  new:\n    if_fact: \"x\"\n", "tidak punya text"),
    ("an option without label", "id/menu.yaml", "status: {label:", "status: {lable:", "harus punya label"),
    ("options as a list", "id/menu.yaml", "menu:\n", "menu:\n  new:\n    options: [\"a\"]\n", "harus berisi 'nama: tulisan'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), [u[1:] for u in UNUSABLE], ids=[u[0] for u in UNUSABLE])
def test_a_file_that_cannot_be_used_is_refused(
    folder: Path, edit: Edit, name: str, old: str, new: str, said: str
) -> None:
    edit(name, old, new)
    with pytest.raises(TextError) as refused:
        load(folder)
    assert any(said in fault and f"texts/{name}" in fault for fault in refused.value.faults), refused.value.faults


def test_the_line_is_said(folder: Path, edit: Edit) -> None:
    edit("id/menu.yaml", "menu:\n", 'menu:\n  yes: "Ya"\n')
    with pytest.raises(TextError, match=r"texts/id/menu.yaml, baris 4: "):
        load(folder)


def test_all_faults_are_said_at_once(folder: Path, edit: Edit) -> None:
    edit("id/menu.yaml", "menu:\n", "menu:\n  new: 12\n")
    edit("en/welcome.yaml", "{name}", "{Name}")
    with pytest.raises(TextError) as refused:
        load(folder)
    assert len(refused.value.faults) == 2


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "id" / "menu.yaml").write_bytes(b"menu:\n  a: \xff\xfe\n")
    with pytest.raises(TextError, match="UTF-8"):
        load(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="texts/id: tidak ada naskah"):
        load(tmp_path)


# --- what can be used but reads wrongly ---

LONG_LABEL = "Ini tulisan tombol yang kepanjangan"
FAULTY = [
    ("a text missing", "en/welcome.yaml", "  again: ", "  agayn: ", "'welcome.again' belum ada, padahal ada di bahasa Indonesia"),
    ("a text too many", "en/welcome.yaml", "  again: ", "  agayn: ", "'welcome.agayn' belum ada, padahal ada di bahasa Inggris"),
    ("another placeholder", "en/welcome.yaml", "{name}", "{business}", "isian yang sama dengan bahasa Indonesia: {business}, {name}"),
    ("an unknown placeholder", "en/welcome.yaml", "{name}", "{nama}", "memakai {nama} yang tidak dikenal"),
    ("an option missing", "en/language.yaml", "      en: ", "      fr: ", "pilihannya tidak sama"),
    ("another fact", "en/result.yaml", 'if_fact: "sehati_cost"', 'if_fact: "other"', "if_fact atau version-nya tidak sama"),
    ("another version", "en/consent.yaml", 'version: "2026.1"', 'version: "2026.2"', "if_fact atau version-nya tidak sama"),
    ("another kind", "en/journey.yaml", 'kind: "many"', 'kind: "number"', "kind-nya tidak sama"),
    ("a long label", "id/language.yaml", "Bahasa Indonesia", LONG_LABEL, "35 huruf, harus 1 sampai 20"),
    ("a long list label", "id/menu.yaml", "Acara & pelatihan", LONG_LABEL, "35 huruf, harus 1 sampai 24"),
    ("an empty label", "en/language.yaml", '"English"', '""', "0 huruf, harus 1 sampai 20"),
    ("a long description", "id/menu.yaml", "Sosialisasi, pelatihan", "Sosialisasi " * 6, "keterangan"),
    ("a long list", "id/menu.yaml", "  options:\n", "  options:\n    a: A\n    b: B\n    c: C\n", "punya 11 pilihan, paling banyak 10"),
    ("a long bubble", "id/welcome.yaml", "Apa yang bisa dibantu?", "Apa yang bisa dibantu? " * 20, "terlalu panjang"),
    ("a long command", "id/platform.yaml", "Semua layanan", "Semua layanan " * 5, "paling banyak 60"),
    ("a long profile", "en/platform.yaml", "Halal guidance", "Halal guidance " * 9, "paling banyak 120"),
    ("a word for two", "id/language.yaml", "indonesia, indo", "indonesia, inggris", "dipahami sebagai dua pilihan: 'id' dan 'en'"),
    ("a digit as word", "id/language.yaml", "indonesia, indo", "indonesia, 2", "angka selalu dipahami menurut urutan"),
    ("a number too high", "id/language.yaml", "Ketik *1* untuk", "Ketik *3* untuk", "menyebut angka 3, padahal pilihannya hanya 2"),
    ("a bare number too high", "id/consent.yaml", "Ketik angka izin yang mau ditarik: 1, 2, atau 3.", "Ketik 1, 2, atau 4.", "menyebut angka 4"),
    ("a line too few", "id/journey.yaml", "      7 Tidak tahu\n", "", "menulis 6 baris bernomor di ask, padahal ada 7 pilihan"),
    ("a lost star", "id/welcome.yaml", "*UPTD BPTSI*", "*UPTD BPTSI", "tidak berpasangan"),
    ("a space at the end", "id/welcome.yaml", "dari menu.\"", "dari menu. \"", "diawali atau diakhiri spasi"),
    ("a source without a fact", "id/welcome.yaml", "dari menu.", "menurut {source}.", "tidak punya if_fact"),
    ("asking for a NIK", "id/register.yaml", "Siapa nama lengkap", "Tulis NIK dan nama", "seperti meminta data rahasia"),
    ("asking for a password", "en/register.yaml", "What is the *owner's*", "Send your OSS password and the *owner's*", "seperti meminta data rahasia"),
    ("asking for money", "id/register.yaml", "Siapa nama lengkap", "Transfer uang muka dan nama", "seperti meminta data rahasia"),
    ("an exception for nothing", "long.yaml", "faq.process:", "faq.proces:", "texts/long.yaml: 'faq.proces' tidak ada"),
    ("a sample for nothing", "samples.yaml", "\nwho:", "\nunused: \"x\"\nwho:", "texts/samples.yaml: 'unused' tidak dipakai"),
    ("a template missing", "en/templates.yaml", "place_offer_v1", "place_offer_v9", "'templates.place_offer_v1' belum ada"),
    ("a template's name", "en/templates.yaml", "place_offer_v1", "Place-Offer", "huruf kecil dan berakhiran _v1"),
    ("a template's category", "id/templates.yaml", "UTILITY", "PROMO", "category-nya harus"),
    ("a variable first", "en/templates.yaml", "Dear {{1}}, a place", "{{1}}, a place", "diawali atau diakhiri"),
    ("a variable last", "en/templates.yaml", "SKIP {{5}} please.", "SKIP {{5}}.", "diawali atau diakhiri"),
    ("variables side by side", "en/templates.yaml", "for {{2}} in {{3}}", "for {{2}} {{3}}", "bersebelahan"),
    ("a variable left out", "en/templates.yaml", "for {{2}} in {{3}}", "in {{3}}", "tanpa bolong"),
    ("too few samples", "id/templates.yaml", '"Siti Aminah", "Keripik', '"Keripik', "punya 5 isian, tetapi 4 contoh"),
    ("too many buttons", "id/templates.yaml", '"Tanya petugas"]', '"Tanya petugas", "Lagi"]', "tombolnya paling banyak 3"),
    ("a video", "id/templates.yaml", '"picture", "document"', '"picture", "video"', "carries-nya hanya boleh berisi"),
    ("odd braces", "id/templates.yaml", "tempat kosong", "tempat {kosong}", "kurung kurawal yang bukan"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), [f[1:] for f in FAULTY], ids=[f[0] for f in FAULTY])
def test_a_text_that_reads_wrongly_is_reported(
    folder: Path, edit: Edit, name: str, old: str, new: str, said: str
) -> None:
    edit(name, old, new)
    found = problems(load(folder))
    assert any(said in problem for problem in found), found


def test_a_copy_without_a_fault_has_none(folder: Path) -> None:
    assert problems(load(folder)) == []


def test_a_warning_about_secrets_is_no_question_for_them(folder: Path, edit: Edit) -> None:
    edit("id/register.yaml", "Siapa nama lengkap", "Jangan kirim NIK. Siapa nama lengkap")
    assert problems(load(folder)) == []
