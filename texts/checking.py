"""Checking the words: what `naikkelas check` tells the office about texts that would read wrongly on a phone."""

import re
from collections.abc import Iterator, Mapping

from texts.catalogue import Catalogue
from texts.checking_templates import template_problems
from texts.filling import Marked, Sentence
from texts.reading import LANGUAGES, Book, Choice, Tree

LONGEST = 450  # characters of a bubble: what fits a small phone without scrolling
FEW = 3  # options shown as buttons; more become a list
LABEL_FEW, LABEL_MANY, DESCRIPTION, ROWS = 20, 24, 72, 10  # limits of WhatsApp's buttons and lists
LIMITS = {  # Bot API: setMyDescription 512, setMyShortDescription 120; WhatsApp: "about" 139
    "platform.telegram_description": 512,
    "platform.telegram_about": 120,
    "platform.whatsapp_profile": 139,
}
COMMAND = 60  # a line of Telegram's command menu that is not cut off
NO_FACT_NEEDED = frozenset({"faq.note"})  # the sentence that names the source, put into pages that carry the fact
NAMES = {"id": "Indonesia", "en": "Inggris"}

# A verb that asks, soon after it what nobody may be asked for; a denial in the same sentence makes it a warning.
ASKS = re.compile(
    r"\b(kirim|kirimkan|ketik|tulis|tuliskan|masukkan|isi|sebutkan|berikan|unggah|bayar|transfer|setor"
    r"|send|type|write|enter|give|tell|share|upload|pay)\b[^.!?\n]{0,40}"
    r"\b(otp|nik|ktp|kk|kartu keluarga|kata sandi|password|passwords|pin|rekening|kartu atm|uang|kode rahasia"
    r"|identity number|id card|family card|bank account|bank card|money|secret code)\b",
    re.IGNORECASE,
)
DENIES = re.compile(r"\b(tidak|tak|jangan|bukan|tanpa|never|not|no|nobody|don't|without)\b", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?\n])\s*")
BOLD_NUMBERS = re.compile(r"\*(\d{1,2}(?:[ ,]+\d{1,2})*)\*")
SAID_NUMBERS = re.compile(
    r"\b(?:ketik|pilih|nomor|dari|type|choose|number|from)\s+((?:\d{1,2}(?:\s*,\s*|\s*(?:atau|or|sampai|to|dan|and)\s+)*)+)\b",
    re.IGNORECASE,
)
NUMBERED_LINE = re.compile(r"^(\d{1,2}) ", re.MULTILINE)


def problems(catalogue: Catalogue) -> list[str]:
    """Everything wrong with the texts, one plain sentence each; an empty list if all is well."""
    found: list[str] = []
    long = catalogue.tables.get("long", {})
    for language in LANGUAGES:
        found += _unlike_twin(catalogue, language)
        known = samples(catalogue, language)
        for sentence in catalogue.sentences(language).values():
            found += (_at(sentence, what) for what in _wrong_with(sentence, known, long))
        for key in catalogue.books[language].options:
            found += _wrong_with_options(key, language, catalogue)
        found += template_problems(catalogue, language)
    found += _idle_entries(catalogue)
    return found


def samples(catalogue: Catalogue, language: str) -> dict[str, Marked]:
    """A sample for every {…}, in one language, from `samples.yaml`."""
    second = LANGUAGES.index(language)
    return {
        name: Marked(value[min(second, len(value) - 1)] if isinstance(value, list) else str(value))
        for name, value in catalogue.tables.get("samples", {}).items()
        if value
    }


def _at(sentence: Sentence, what: str) -> str:
    return _in_file(sentence.language, sentence.key, what)


def _in_file(language: str, key: str, what: str) -> str:
    return f"texts/{language}/{key.split('.')[0]}.yaml: '{key}' {what}"


# --- the two languages say the same things ---


def _unlike_twin(catalogue: Catalogue, language: str) -> Iterator[str]:
    mine, other = catalogue.books[language], next(book for name, book in catalogue.books.items() if name != language)
    for key in other.texts.keys() - mine.texts.keys():
        yield _in_file(language, key, f"belum ada, padahal ada di bahasa {NAMES[other.language]}.")
    for name in other.templates.keys() - mine.templates.keys():
        yield _in_file(language, f"templates.{name}", f"belum ada, padahal ada di bahasa {NAMES[other.language]}.")
    if language != LANGUAGES[0]:
        yield from _unlike_beside(mine, other)
        yield from _unlike_holes(catalogue, language)


def _unlike_holes(catalogue: Catalogue, language: str) -> Iterator[str]:
    first = catalogue.sentences(LANGUAGES[0])
    for key, sentence in catalogue.sentences(language).items():
        if key in first and sentence.needs != first[key].needs:
            different = ", ".join(f"{{{name}}}" for name in sorted(sentence.needs ^ first[key].needs))
            yield _at(sentence, f"tidak memakai isian yang sama dengan bahasa {NAMES[LANGUAGES[0]]}: {different}.")


def _unlike_beside(mine: Book, other: Book) -> Iterator[str]:
    for key in mine.options.keys() & other.options.keys():
        if list(mine.options[key]) != list(other.options[key]):
            yield _in_file(mine.language, key, "pilihannya tidak sama, atau urutannya tidak sama.")
    for key in mine.texts.keys() & other.texts.keys():
        a, b = mine.texts[key], other.texts[key]
        if (a.fact, a.version) != (b.fact, b.version):
            yield _in_file(mine.language, key, "if_fact atau version-nya tidak sama di kedua bahasa.")
    for key in mine.kinds.keys() | other.kinds.keys():
        if mine.kinds.get(key) != other.kinds.get(key):
            yield _in_file(mine.language, key, "kind-nya tidak sama di kedua bahasa.")


# --- one text ---


def _wrong_with(sentence: Sentence, known: Mapping[str, Marked], long: Mapping[str, Tree]) -> Iterator[str]:
    for name in sorted(sentence.needs - known.keys()):
        yield f"memakai {{{name}}} yang tidak dikenal. Cek ejaannya, atau daftarkan di texts/samples.yaml."
    if sentence.raw != sentence.raw.strip():
        yield "diawali atau diakhiri spasi."
    if any(line.count("*") % 2 for line in sentence.raw.split("\n")) or "**" in sentence.raw:
        yield "tanda * untuk huruf tebal tidak berpasangan dalam satu baris."
    if sentence.needs & {"source", "as_of"} and sentence.fact is None and sentence.key not in NO_FACT_NEEDED:
        yield "menyebut sumber tetapi tidak punya if_fact, jadi bisa tampil sebelum dipastikan kantor."
    for part in SENTENCE.split(sentence.raw):
        if ASKS.search(part) and not DENIES.search(part):
            yield f'seperti meminta data rahasia, KTP, atau uang: "{part.strip()}"'
    if sentence.needs <= known.keys():
        yield from _too_long(sentence, sentence.fill(known), long)


def _too_long(sentence: Sentence, filled: str, long: Mapping[str, Tree]) -> Iterator[str]:
    command = sentence.key.startswith("platform.telegram_commands.")
    limit = COMMAND if command else LIMITS.get(sentence.key, LONGEST)
    if len(filled) > limit and sentence.key not in long:
        yield f"terlalu panjang: {len(filled)} huruf, paling banyak {limit}."


def _idle_entries(catalogue: Catalogue) -> Iterator[str]:
    for key in catalogue.tables.get("long", {}):
        if not catalogue.has(key):
            yield f"texts/long.yaml: '{key}' tidak ada di naskah."
    used = {name for language in LANGUAGES for s in catalogue.sentences(language).values() for name in s.needs}
    for name in catalogue.tables.get("samples", {}).keys() - used:
        yield f"texts/samples.yaml: '{name}' tidak dipakai di naskah mana pun."


# --- a question and its options ---


def _wrong_with_options(key: str, language: str, catalogue: Catalogue) -> Iterator[str]:
    choices = {name: choice for name, choice in catalogue.books[language].options[key].items() if choice.shown}
    for what in (*_sizes(choices), *_numbers(key, language, len(choices), catalogue)):
        yield _in_file(language, key, what)
    if language == LANGUAGES[0]:
        for what in _heard_twice(key, catalogue):
            yield _in_file(language, key, what)


def _sizes(choices: Mapping[str, Choice]) -> Iterator[str]:
    limit = LABEL_FEW if len(choices) <= FEW else LABEL_MANY
    if len(choices) > ROWS:
        yield f"punya {len(choices)} pilihan, paling banyak {ROWS}."
    for name, choice in choices.items():
        if not 0 < len(choice.label) <= limit:
            yield f"pilihan '{name}': tulisan '{choice.label}' {len(choice.label)} huruf, harus 1 sampai {limit}."
        if len(choice.description) > DESCRIPTION:
            yield f"pilihan '{name}': keterangan {len(choice.description)} huruf, paling banyak {DESCRIPTION}."


def _heard_twice(key: str, catalogue: Catalogue) -> Iterator[str]:
    meant: dict[str, str] = {}
    for option in catalogue.options(key, LANGUAGES[0]):
        for word in option.words:
            if meant.setdefault(word, option.id) != option.id:
                yield f"kata '{word}' dipahami sebagai dua pilihan: '{meant[word]}' dan '{option.id}'."
            if word.isdigit():
                yield f"kata '{word}' di pilihan '{option.id}' tidak perlu: angka selalu dipahami menurut urutan."


def _numbers(key: str, language: str, count: int, catalogue: Catalogue) -> Iterator[str]:
    if catalogue.kind_of(key) == "number":
        return
    texts = catalogue.sentences(language)
    ask = texts.get(f"{key}.ask")
    lines = [int(number) for number in NUMBERED_LINE.findall(ask.raw)] if ask else []
    if catalogue.kind_of(key) == "many" and lines != list(range(1, count + 1)):
        yield f"menulis {len(lines)} baris bernomor di ask, padahal ada {count} pilihan."
    for part in ("err1", "err2", "help"):
        sentence = texts.get(f"{key}.{part}")
        for number in sorted(_named(sentence.raw)) if sentence else ():
            if number > max([count, *lines]):
                yield f"di {part} menyebut angka {number}, padahal pilihannya hanya {max([count, *lines])}."


def _named(text: str) -> set[int]:
    found = [*BOLD_NUMBERS.findall(text), *SAID_NUMBERS.findall(text)]
    return {int(number) for numbers in found for number in re.findall(r"\d+", numbers)}
