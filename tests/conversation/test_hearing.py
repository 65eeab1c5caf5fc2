"""What people write, and what is made of it: the traps of hearing Indonesian, one case each."""

import pytest

import texts
from conversation import hearing
from conversation.hearing import NUMBER_WORDS, Option, close, is_negated, is_unsure, normalise, number_in, numbers_in
from handlers.spoken import Spoken
from models import Language
from services.office import Office

SPOKEN = Spoken(texts.load(), Language.ID, Office())
AVOID = ("alcohol", "pork", "blood", "hazard", "dye", "none", "unsure")


def one(text: str, said: str) -> tuple[str, ...]:
    """What is heard at one of the program's own questions."""
    options = tuple(o for o in SPOKEN.options(text) if o.id not in ("other_haram", "done", "self_slaughter"))
    return hearing.one_of(options, normalise(said), len(options)).ids


def ticks(text: str, said: str) -> hearing.Ticks:
    """What is heard at one of the program's own lists."""
    options = SPOKEN.options(text, AVOID if text == "journey.avoid" else None)
    return hearing.several_of(options, said, len(options))


# --- one of several ---

CHOSEN = [
    # a number in every dress
    ("journey.product", "2", "bakery"),
    ("journey.product", "2️⃣", "bakery"),
    ("journey.product", "nomor 2", "bakery"),
    ("journey.product", "no. 2 bu", "bakery"),
    ("journey.product", "2 saja", "bakery"),
    ("journey.product", "pilih 10", "other"),
    ("journey.product", "🔟", "other"),
    # number words: Indonesian, Sundanese, Jawa Serang, English
    ("journey.product", "satu", "snack"),
    ("journey.product", "hiji", "snack"),
    ("journey.product", "siji", "snack"),
    ("journey.product", "one", "snack"),
    ("journey.product", "opat", "spice"),
    ("journey.product", "papat", "spice"),
    ("journey.product", "sapuluh", "other"),
    # the label, cut off, in the other language, with a slip of the finger
    ("journey.product", "Keripik & camilan", "snack"),
    ("journey.product", "1 Keripik & camilan", "snack"),
    ("journey.product", "Olahan dagin", "meat"),
    ("journey.product", "Crisps & snacks", "snack"),
    ("journey.product", "kripk", "snack"),
    ("journey.product", "keripk", "snack"),
    ("journey.product", "keripik singkong", "snack"),
    ("journey.product", "kami bikin bolu kukus", "bakery"),
    # tofu is no doubt
    ("journey.product", "tahu", "soy_milk_egg"),
    ("journey.product", "tahu bulat", "soy_milk_egg"),
    ("journey.natural", "tidak tahu", "unsure"),
    ("journey.natural", "gak tau", "unsure"),
    ("journey.natural", "gatau", "unsure"),
    ("journey.natural", "kurang tahu", "unsure"),
    ("journey.natural", "ya nggak tau", "unsure"),
    ("journey.natural", "iya kurang tau", "unsure"),
    ("journey.natural", "teuing", "unsure"),
    ("journey.natural", "mboten ngertos", "unsure"),
    # yes and no in four languages, with forms of address
    ("common.yes_no", "iya bu", "yes"),
    ("common.yes_no", "iya min", "yes"),
    ("common.yes_no", "muhun", "yes"),
    ("common.yes_no", "nggih", "yes"),
    ("common.yes_no", "boleh", "yes"),
    ("common.yes_no", "siap", "yes"),
    ("common.yes_no", "yes", "yes"),
    ("common.yes_no", "👍", "yes"),
    ("common.yes_no", "✅", "yes"),
    ("common.yes_no", "❌", "no"),
    ("common.yes_no", "moal", "no"),
    ("common.yes_no", "boten", "no"),
    ("common.yes_no", "ga", "no"),
    ("common.yes_no", "jangan", "no"),
    ("common.yes_no", "gak usah", "no"),
    ("common.yes_no", "belum", "no"),
    ("consent.helper", "belum", "not_yet"),
    ("consent.service", "belum", "no"),
    # they begin with a negation and mean "fine": yes where that goes on
    ("common.yes_no", "gpp", "yes"),
    ("common.yes_no", "tidak apa-apa", "yes"),
    ("common.yes_no", "ga papa bu", "yes"),
    ("after.offer", "nggak masalah", "yes"),
    # a negation wins
    ("consent.service", "tidak setuju", "no"),
    ("consent.service", "gak setuju bu", "no"),
    ("consent.service", "saya belum setuju", "no"),
    ("consent.service", "i do not agree", "no"),
    # places, with the short forms in front of their names
    ("journey.regency", "kab. serang", "36.04"),
    ("journey.regency", "kabupaten serang", "36.04"),
    ("journey.regency", "Kota Serang", "36.73"),
    ("journey.regency", "tangsel", "36.74"),
    ("journey.regency", "cilegn", "36.72"),
    ("journey.regency", "pandeglang teh", "36.01"),
    # what the commonest makers say: keripik on sale at somebody's warung is packed, not a warung
    ("journey.form", "dititip warung", "packaged"),
    ("journey.form", "titip di warung tetangga", "packaged"),
    ("journey.form", "warung nasi", "warung"),
    ("journey.for_whom", "orang tua saya", "helping"),
    ("journey.for_whom", "saya kader desa", "helping"),
    ("journey.product", "bumbu rendang", "spice"),
    ("journey.product", "rendang", "meat"),
    ("journey.product", "mie ayam", "meals"),
    ("journey.product", "cireng isi", "snack"),
    ("journey.turnover", "belum tau", "unsure"),
    ("journey.turnover", "kagak tau", "unsure"),
    ("common.yes_no", "ndak", "no"),
    # "sudah" only where it stands among the words of an option
    ("consent.helper", "sudah", "yes"),
    ("after.offer", "nanti", "later"),
    ("common.third_time", "nanti", "skip"),
]


@pytest.mark.parametrize(("text", "said", "option"), CHOSEN, ids=[f"{t}:{s}" for t, s, _ in CHOSEN])
def test_an_option_is_heard(text: str, said: str, option: str) -> None:
    assert one(text, said) == (option,)


NOT_HEARD = [
    ("journey.natural", "tahu"),  # half of "tidak tahu"
    ("journey.replaceable", "tahu"),
    ("journey.natural", "gpp"),  # fine, but what?
    ("consent.service", "tidak apa-apa"),
    ("journey.sites", "sudah"),
    ("journey.turnover", "benar"),  # a yes, to what? not "besar"
    ("journey.product", "11"),
    ("journey.product", "0"),
    ("journey.capital", "1 liter"),
    ("journey.form", "bukan warung"),
    ("journey.product", "asdf"),
    ("journey.product", ""),
    ("journey.product", "مرحبا"),
]


@pytest.mark.parametrize(("text", "said"), NOT_HEARD, ids=[f"{t}:{s}" for t, s in NOT_HEARD])
def test_what_is_no_answer_is_asked_back(text: str, said: str) -> None:
    assert one(text, said) == ()


def test_several_places_of_one_name_are_asked_about() -> None:
    assert set(one("journey.regency", "serang")) == {"36.04", "36.73"}
    assert {"36.03", "36.71"} <= set(one("journey.regency", "tangerang"))


def test_only_what_is_shown_has_a_number() -> None:
    options = SPOKEN.options("journey.meat_source")
    assert hearing.one_of(options, "4", 3).ids == ()
    assert hearing.one_of(options, "potong sendiri", 3).ids == ("self_slaughter",)


# --- several of several ---

TICKED = [
    ("1 3", ("alcohol", "blood")),
    ("1,3", ("alcohol", "blood")),
    ("1, 3", ("alcohol", "blood")),
    ("1 dan 3", ("alcohol", "blood")),
    ("1&3", ("alcohol", "blood")),
    ("1️⃣ 3️⃣", ("alcohol", "blood")),
    ("satu dan tiga", ("alcohol", "blood")),
    ("no 1 dan 3", ("alcohol", "blood")),
    ("rum dan babi", ("alcohol", "pork")),
    ("rum babi", ("alcohol", "pork")),
    ("rum\nbabi", ("alcohol", "pork")),
    ("rum mirin", ("alcohol",)),
    ("rhum", ("alcohol",)),
    ("marus", ("blood",)),
    ("6", ("none",)),
    ("tidak ada", ("none",)),
    ("ga ada bu", ("none",)),
    ("euweuh", ("none",)),
    ("nggak pakai rum", ("none",)),
    ("rum ga ada", ("none",)),
    ("tanpa mirin", ("none",)),
    ("tidak pakai babi, tidak pakai rum", ("none",)),
    ("tidak tahu", ("unsure",)),
    ("rum atau mirin gak tau", ("unsure",)),
]


@pytest.mark.parametrize(("said", "ids"), TICKED, ids=[s for s, _ in TICKED])
def test_ticks_are_heard(said: str, ids: tuple[str, ...]) -> None:
    heard = ticks("journey.avoid", said)
    assert (heard.ids, heard.doubtful, heard.unclear, heard.unknown) == (ids, False, False, ())


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("13", ("alcohol", "blood")),
        ("rum enggak, mirin iya", ("alcohol",)),
        ("babi tidak ada tapi ada rum", ("none",)),
        ("tidak ada kecuali rum", ("none",)),
        ("tidak pakai rum atau babi", ("none",)),
    ],
)
def test_a_doubtful_list_is_read_back(said: str, ids: tuple[str, ...]) -> None:
    heard = ticks("journey.avoid", said)
    assert heard.doubtful
    assert heard.ids == ids


@pytest.mark.parametrize("said", ["1-3", "1 sampai 3", "2 s/d 4"])
def test_a_range_is_never_guessed(said: str) -> None:
    assert ticks("journey.avoid", said).unclear


@pytest.mark.parametrize("said", ["0", "9", "19", "1 9", "bebas alkohol", "halal semua", "مرحبا", "🙏"])
def test_a_list_with_something_unknown_is_asked_again(said: str) -> None:
    assert ticks("journey.avoid", said).unknown


def test_a_number_without_a_space_is_whole_where_there_are_so_many_rows() -> None:
    assert ticks("journey.preservation", "10").ids == ("unsure",)
    assert not ticks("journey.preservation", "10").doubtful
    assert ticks("journey.preservation", "12").doubtful


# --- the small things ---


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("  IYA   Bu! ", "iya"),
        ("teh, kumaha", "kumaha"),
        ("min", "min"),
        ("3️⃣", "3"),
        ("３", "3"),
        ("Ｋeripik", "keripik"),
        ("don’t know", "don't know"),
        ("", ""),
        ("...", ""),
        ("🙏🙏", ""),
        ("a" * 5000, "a" * 5000),
    ],
)
def test_messages_are_made_alike(typed: str, heard: str) -> None:
    assert normalise(typed) == heard


@pytest.mark.parametrize(
    ("text", "said", "ids"),
    [
        ("journey.meat", "pakai bumbu rasa ayam", ("broth",)),
        ("journey.meat", "bumbu rasa ayam, ayam", ("broth", "poultry")),
        ("journey.papers", "nib lagi diurus", ("none",)),
        ("journey.papers", "nib belum jadi", ("none",)),
        ("journey.papers", "ndak ada", ("none",)),
        ("journey.avoid", "rum babi", ("alcohol", "pork")),
    ],
)
def test_the_longer_words_are_meant(text: str, said: str, ids: tuple[str, ...]) -> None:
    assert set(ticks(text, said).ids) == set(ids)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("lima belas macam", [15]),
        ("sebelas", [11]),
        ("dua puluh lima", [25]),
        ("dua puluh", [20]),
        ("tiga atau empat", [3, 4]),
        ("dua produk tiga rasa", [2, 3]),
        ("banyak", []),
    ],
)
def test_numbers_in_words(said: str, numbers: list[int]) -> None:
    assert numbers_in(said) == numbers


@pytest.mark.parametrize(("word", "number"), list(NUMBER_WORDS.items()))
def test_number_words(word: str, number: int) -> None:
    assert number_in(word) == number


def test_denying_and_not_knowing() -> None:
    assert is_negated("tidak pakai rum")
    assert not is_negated("tidak apa-apa")
    assert not is_negated("tidak tahu")
    assert is_unsure("rum atau mirin gak tau")
    assert not is_unsure("tahu bulat")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("keripik", "kripik", True),
        ("keripik", "keirpik", True),
        ("keripik", "keripikk", True),
        ("keripik", "krpik", False),
        ("rum", "rim", False),  # three letters: a slip makes another word
        ("kue", "kuw", False),
        ("menu", "mneu", True),
    ],
)
def test_one_slip_of_the_finger_is_forgiven(a: str, b: str, same: bool) -> None:
    assert close(a, b) is same


def test_a_label_shared_by_two_options_is_not_guessed() -> None:
    twins = (Option("a", "Curug"), Option("b", "Curug"))
    assert hearing.one_of(twins, "curug").ids == ("a", "b")


@pytest.mark.parametrize(
    ("text", "said", "option"),
    [
        ("journey.for_whom", "saya", "self"),
        ("journey.for_whom", "ibu saya", "helping"),
        ("journey.for_whom", "usaha sy sendiri", "self"),
        ("journey.ingredients", "ada yg belum", "some"),
        ("journey.certified_changed", "tdk, msh sama", "no"),
        ("consent.helper", "udah", "yes"),
    ],
)
def test_somebody_is_no_form_of_address_and_short_words_are_words(text: str, said: str, option: str) -> None:
    assert one(text, said) == (option,)
