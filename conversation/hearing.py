"""What people mean by what they type: "2", "kuliner", "iya bu", "2️⃣", "keripk" → an option.

Pure and without words of its own but for grammar: numbers, negations, forms of address. The options'
own words come with the options. Sundanese and Jawa Serang are heard beside Indonesian and English.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import OSA

NUMBER_WORDS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "satu hiji siji one",
            "dua loro kalih two",
            "tiga tilu telu three",
            "empat opat papat four",
            "lima five",
            "enam genep nenem six",
            "tujuh pitu seven",
            "delapan dalapan wolu eight",
            "sembilan salapan sanga nine",
            "sepuluh sapuluh sepuluh ten",
        ),
        start=1,
    )
    for word in words.split()
}

NEGATIONS = frozenset(
    "tidak tdk gak ga gk nggak ngga enggak engga ndak nda kagak kaga tak bukan tanpa jangan belum blm "
    "henteu teu moal ora boten mboten "
    "no not without never dont don't".split()
)
# They begin with a negation and mean "fine": a yes where yes means going on.
FINE = frozenset(
    ("gpp", "tidak apa-apa", "tidak apa apa", "ga papa", "gak papa", "nggak papa", "ga apa apa", "nggak masalah")
)
UNSURE = frozenset(
    (
        "tidak tahu", "tdk tahu", "tidak tau", "gak tau", "gatau", "ga tau", "gak tahu", "ga tahu", "nggak tahu",
        "nggak tau", "kurang tahu", "kurang tau", "kurang paham", "entah", "teuing", "teu terang", "ora weruh",
        "mboten ngertos", "not sure", "don't know", "dont know", "no idea", "tidak yakin", "belum yakin", "belum tahu",
        "belum tau", "ngga tahu", "ngga tau", "enggak tahu", "enggak tau", "ndak tahu", "ndak tau", "kagak tahu",
        "kagak tau", "kurang yakin",
    )
)  # fmt: skip
AFFIRMATIONS = frozenset("benar betul".split())  # words of their own: "benar" is no slip for "besar"
NO_NAME = frozenset("lupa bingung rahasia ya iya ok oke".split())  # what is written where a name is wanted, and is none
BUT = frozenset("tapi tetapi kecuali cuma cuman hanya but except only".split())
ADDRESS = frozenset("bu pak min kak teh kang mas mbak bapak ibu pa buk mbak om tante sis gan".split())
MINE = frozenset("saya aku kami abdi kula".split())  # "ibu saya" is somebody, not a form of address
SHORT: Mapping[str, str] = {
    "yg": "yang", "blm": "belum", "sdh": "sudah", "udh": "sudah", "udah": "sudah", "tdk": "tidak", "jg": "juga",
    "dgn": "dengan", "dg": "dengan", "utk": "untuk", "sy": "saya", "krn": "karena", "bkn": "bukan",
}  # fmt: skip
BESIDE_NO = frozenset("ada punya tahu tau mau ingat namanya nama usaha apa dulu yet have any know".split())
EMPHASIS = frozenset("saya kami sangat sekali banget silakan silahkan i do please".split())  # "saya setuju sekali"
FILLERS = frozenset("saja aja dong deh ya nih kok".split())  # "2 saja", "dikemas ya"
KEYCAP = re.compile("[\ufe0e\ufe0f\u20e3\u200d]")
NOISE = re.compile(r"[^\w\s&+\-/'%✅❌👍]|_")
SPACES = re.compile(r"\s+")
LEADING_NUMBER = re.compile(r"^(?:(?:no|nomor|nomer|pilih|pilihan|opsi|number) )?(\d{1,3})(?: (.+))?$")
SMALL_WORD = 4  # letters: below this one typo makes another word


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen, with everything people call it."""

    id: str
    label: str
    words: frozenset[str] = frozenset()  # normalised; besides the label, its number and its beginning
    description: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What was made out. `sure` = said in so many words; otherwise a typo or a part of a sentence was forgiven."""

    ids: tuple[str, ...] = ()  # one: understood; several: which one?; none: not understood
    sure: bool = False
    negated: bool = False  # something was named and denied in the same breath


@dataclass(frozen=True, slots=True)
class Ticks:
    """Several options made out of one message."""

    ids: tuple[str, ...] = ()
    doubtful: bool = False  # to be read back: "13", or a mixture of named and denied
    unclear: bool = False  # "1-3": one and three, or one to three?
    unknown: tuple[str, ...] = field(default=())  # parts nobody understood


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """Lower case, one space, no ornaments, emoji digits as digits, forms of address and fillers off the ends."""
    plain = _plain(text).replace("’", "'")
    words = [SHORT.get(word, word) for word in SPACES.sub(" ", NOISE.sub(" ", plain)).strip(" -/'").split(" ")]
    while len(words) > 1 and words[-1] in ADDRESS | FILLERS:
        words.pop()
    while len(words) > 1 and words[0] in ADDRESS and words[1] not in MINE:
        words.pop(0)
    return " ".join(words)


def number_in(said: str) -> int | None:
    """The number a normalised message consists of ("3", "nomor 3", "tiga"), or None."""
    if said in NUMBER_WORDS:
        return NUMBER_WORDS[said]
    found = LEADING_NUMBER.match(said)
    return int(found.group(1)) if found and not found.group(2) else None


def numbers_in(said: str) -> list[int]:
    """The numbers a normalised message names in words: "tiga", "lima belas", "dua puluh lima"."""
    found: list[int] = []
    ones: int | None = None  # of a number in words that "belas" or "puluh" may still change
    for word in said.split():
        digit, before = NUMBER_WORDS.get(word), ones
        ones = None
        if word == "sebelas":
            found.append(11)
        elif word == "belas" and before is not None:
            found[-1] += 10
        elif word == "puluh" and before is not None:
            found[-1] *= 10
            ones = 0
        elif digit is not None and before == 0 and digit < 10:
            found[-1] += digit
        elif digit is not None:
            found.append(digit)
            ones = digit
    return found


def is_negated(said: str) -> bool:
    """Does a normalised message deny something? ("tidak apa-apa" and "tidak tahu" do not.)"""
    return said not in FINE and said not in UNSURE and any(word in NEGATIONS for word in said.split())


def says_nothing(said: str) -> bool:
    """ "Belum ada nama", "tidak mau", "lupa": no more than that there is no answer, where a name is wanted."""
    words = said.split()
    empty = all(word in NEGATIONS or word in BESIDE_NO for word in words) and not NEGATIONS.isdisjoint(words)
    return empty or is_unsure(said) or said in NO_NAME


def close(a: str, b: str) -> bool:
    """One slip of the finger in a word of four letters or more: left out, doubled, swapped, mistaken."""
    if min(len(a), len(b)) < SMALL_WORD or abs(len(a) - len(b)) > 1:
        return False
    return bool(OSA.distance(a, b, score_cutoff=1) <= 1)


def one_of(options: Sequence[Option], said: str, shown: int | None = None) -> Match:
    """Which option a normalised message means: exactly, by number, by its beginning, by a part, by a typo.

    Only the first `shown` options have numbers; the others are understood by their words alone.
    """
    exact = _exactly(options, said)
    if exact:
        return exact
    if said in FINE:
        return Match()  # "tidak apa-apa" is neither the yes nor the no of a question that does not list it
    if is_unsure(said):
        unsure = tuple(o.id for o in options if o.id in ("unsure", "unknown"))
        return Match(unsure, sure=True)
    return _by_position(options[:shown], said) or _loosely(options, said) or Match()


def is_unsure(said: str) -> bool:
    """ "Ya nggak tau" begins with yes and means not sure: the whole saying counts, at the end of a sentence too."""
    return said in UNSURE or any(said.endswith(" " + word) for word in UNSURE)


def is_outright(option: Option, said: str) -> bool:
    """Does a normalised message say this option and nothing besides? "Boleh silakan" does, "mau tanya" does not."""
    return all(word in option.words or word in EMPHASIS for word in said.split())


def _exactly(options: Sequence[Option], said: str) -> Match | None:
    hits = [o.id for o in options if said in o.words or said == normalise(o.label)]
    return Match(tuple(dict.fromkeys(hits)), sure=True) if hits else None


def _by_position(options: Sequence[Option], said: str) -> Match | None:
    found = LEADING_NUMBER.match(said)
    number = NUMBER_WORDS.get(said) or (int(found.group(1)) if found else None)
    if number is None or not 1 <= number <= len(options):
        return None
    option = options[number - 1]
    rest = found.group(2) if found else None
    if rest and not _begins(option, rest):
        return None  # "1 liter" is not the first option
    return Match((option.id,), sure=True)


def _begins(option: Option, said: str) -> bool:
    label = normalise(option.label)
    return label == said or (len(said) >= 8 and label.startswith(said)) or said in option.words


def _loosely(options: Sequence[Option], said: str) -> Match | None:
    cut = [o.id for o in options if len(said) >= 8 and normalise(o.label).startswith(said)]
    if cut:
        return Match(tuple(cut), sure=len(cut) == 1)
    named = _named(options, said)
    if is_negated(said):
        return _denied(options, named)
    # "serang" is in the labels of a kabupaten and of a kota: both are asked about. "tahu" is tofu, not "tidak tahu".
    labels = {o.id: normalise(o.label) for o in options}
    inside = [
        i
        for i, label in labels.items()
        if len(said) >= SMALL_WORD and label not in UNSURE and f" {said} " in f" {label} "
    ]
    meant = () if said in AFFIRMATIONS else options
    typo = [o.id for o in meant if any(close(said, w) for w in (*o.words, normalise(o.label)) if w not in NEGATIONS)]
    hits = tuple(dict.fromkeys(inside or typo or named))
    return Match(hits) if hits else None


def _named(options: Sequence[Option], said: str) -> list[str]:
    """Options one of whose words stands in the message as a whole word; the longest word found decides."""
    found: dict[str, int] = {}
    padded = f" {said} "
    for option in options:
        sizes = [len(w) for w in (*option.words, normalise(option.label)) if len(w) > 1 and f" {w} " in padded]
        if sizes:
            found[option.id] = max(sizes)
    longest = max(found.values(), default=0)
    return [key for key, size in found.items() if size == longest]


def _denied(options: Sequence[Option], named: Iterable[str]) -> Match | None:
    # A negation wins: "tidak setuju" is never "setuju".
    noes = [o.id for o in options if o.id in ("no", "none")]
    if noes:
        return Match((noes[0],), negated=True)
    return Match((), negated=True) if tuple(named) else None


PARTS = re.compile(r"\s*(?:,|;|\n|&|\+|/| dan | and | sama | sareng )\s*")
RANGE = re.compile(r"^\d{1,2}\s*(?:-|s/d|sampai|to)\s*\d{1,2}$")
NUMBERS = re.compile(r"^[\d\s]+$")


def several_of(options: Sequence[Option], text: str, shown: int | None = None) -> Ticks:
    """Which options a message ticks: "1 3", "1,3", "13", "rum dan mirin", "nggak pakai rum"."""
    said = normalise(text.replace(",", " , ").replace(";", " , ")) if NUMBERS.match(text.strip()) else normalise(text)
    if RANGE.match(said):
        return Ticks(unclear=True)
    if NUMBERS.match(said):
        return _numbers(options[:shown], said)
    whole = _exactly(options, said)
    if whole and len(whole.ids) == 1:
        return Ticks(whole.ids)
    return _parts(options, [normalise(p) for p in PARTS.split(_plain(text)) if p.strip()])


def _plain(text: str) -> str:
    """Lower case, and emoji digits as digits; what separates one thing from another stays."""
    return KEYCAP.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("🔟", "10")


def _numbers(options: Sequence[Option], said: str) -> Ticks:
    numbers = [int(n) for n in said.split()]
    if len(numbers) == 1 and numbers[0] > len(options):
        # "13" without a space: one and three, read back before it counts.
        digits = [int(d) for d in str(numbers[0])]
        if all(1 <= d <= len(options) for d in digits):
            return Ticks(tuple(dict.fromkeys(options[d - 1].id for d in digits)), doubtful=True)
    wrong = tuple(str(n) for n in numbers if not 1 <= n <= len(options))
    return Ticks(tuple(dict.fromkeys(options[n - 1].id for n in numbers if 1 <= n <= len(options))), unknown=wrong)


def _parts(options: Sequence[Option], parts: Sequence[str]) -> Ticks:
    ids: list[str] = []
    unknown: list[str] = []
    denied = crossed = False
    for part in parts:
        match = one_of(options, part)
        denied = denied or match.negated
        crossed = crossed or (match.negated and _is_crossed(options, part))
        if match.ids and not match.negated:
            named = [] if is_unsure(part) else _all_named(options, part)
            ids.extend(named or match.ids[:1])
        elif not match.negated:
            unknown.append(part)
    if denied and not ids and not unknown:
        return Ticks(tuple(o.id for o in options if o.id == "none")[:1], doubtful=crossed)
    return Ticks(tuple(dict.fromkeys(ids)), doubtful=denied and bool(ids), unknown=tuple(unknown))


def _is_crossed(options: Sequence[Option], part: str) -> bool:
    """ "babi tidak ada tapi ada rum": what is denied in one breath with something else may not all be denied."""
    named = set(_all_named(options, part)) - {"none", "no", "unsure"}
    return len(named) > 1 or not BUT.isdisjoint(part.split())


def _all_named(options: Sequence[Option], part: str) -> list[str]:
    # "rum mirin" without a comma names two things of one option, "rum babi" two options. Where words overlap,
    # the longer one is meant: "bumbu rasa ayam" is no chicken.
    words = sorted(((w, o.id) for o in options for w in o.words if len(w) > 2), key=lambda one: -len(one[0]))
    padded, named = f" {part} ", set()
    for word, option in words:
        if f" {word} " in padded:
            named.add(option)
            padded = padded.replace(f" {word} ", "  ")
    return [o.id for o in options if o.id in named]
