"""Filling in: values of every kind, names that are not known, and words that must not be read as marks."""

import datetime as dt
import hashlib
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import texts
from models import Language
from texts import Marked, MissingValue, UnknownText
from texts.filling import sentence, shown

CATALOGUE = texts.load()
FALLBACKS = {"name": "", "business": "usaha ini", "map_url": "(menyusul)", "ingredient": "bahan itu"}


def filled(raw: str, language: str = "id", key: str = "here", **values: Any) -> str:
    return sentence(key, language, raw, FALLBACKS).fill(values)


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (6998, "6.998", "6,998"),
        (7, "7", "7"),
        (Decimal(230_000), "Rp230.000", "Rp230,000"),
        (Decimal("1250.5"), "Rp1.250,50", "Rp1,250.50"),
        (dt.date(2026, 12, 3), "Kamis, 3 Desember 2026", "Thursday, 3 December 2026"),
        (
            dt.datetime(2026, 11, 27, 3, 0, tzinfo=dt.UTC),
            "Jumat, 27 November 2026, 10.00 WIB",
            "Friday, 27 November 2026, 10.00 WIB",
        ),
        (
            dt.datetime(2026, 12, 31, 20, 5, tzinfo=dt.UTC),  # already next year in Serang
            "Jumat, 1 Januari 2027, 03.05 WIB",
            "Friday, 1 January 2027, 03.05 WIB",
        ),
        (
            dt.datetime(2026, 11, 27, 9, 30, tzinfo=ZoneInfo("Asia/Jayapura")),
            "Jumat, 27 November 2026, 07.30 WIB",
            "Friday, 27 November 2026, 07.30 WIB",
        ),
        ("Siti", "Siti", "Siti"),
    ],
)
def test_values_are_shown_as_people_read_them(value: Any, indonesian: str, english: str) -> None:
    assert filled("{x}", "id", x=value) == indonesian
    assert filled("{x}", "en", x=value) == english


@pytest.mark.parametrize("value", [True, 1.5, ["a"], dt.datetime(2026, 11, 27, 3, 0), dt.time(9)])  # noqa: DTZ001
def test_what_has_no_way_of_being_shown_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        filled("{x}", x=value)


def test_a_persons_words_cannot_make_marks() -> None:
    assert filled("*{x}*", x="*Bakso* `Mas` ~Jo_ko~") == "*＊Bakso＊ 'Mas' ∼Jo_ko∼*"
    assert filled("{x}", x=Marked("*ya*")) == "*ya*"


def test_the_words_of_an_enum_are_a_persons_words() -> None:
    class Loud(StrEnum):
        STAR = "a*b"

    assert filled("{x}", x=Loud.STAR) == "a＊b"


@given(st.text(), st.text())
def test_braces_in_a_value_are_never_filled_again(name: str, business: str) -> None:
    said = "{business} {0} {{name}} " + name
    assert filled("<{owner}|{business}>", owner=said, business=business or "x") == (
        f"<{shown(said, 'id')}|{shown(business or 'x', 'id')}>"
    )
    assert "＊" in shown("*", "id")


def test_a_missing_value_names_the_text_and_the_value() -> None:
    with pytest.raises(MissingValue, match=r"here: no value for \{number\}"):
        filled("Nomor {number}")
    with pytest.raises(MissingValue):
        filled("Nomor {number}", number=None)
    with pytest.raises(MissingValue):
        filled("{business}")  # forgotten, which is not the same as not known


def test_more_values_than_needed_are_no_harm() -> None:
    assert filled("Halo", business="x") == "Halo"
    assert filled("{a}", a=1, b=2) == "1"


def test_what_is_not_known_has_its_own_words() -> None:
    assert filled("Peta: {map_url}", map_url=None) == "Peta: (menyusul)"
    assert filled("Data {business} aman.", business="") == "Data usaha ini aman."
    assert filled("Aman. {business} tercatat.", business=None) == "Aman. Usaha ini tercatat."
    assert filled("*{business}* tercatat", business=None) == "*Usaha ini* tercatat"
    assert filled("✅ {business} tercatat", business=None) == "✅ Usaha ini tercatat"
    assert filled("{x}|", x="") == "|"


def test_an_ingredient_begins_a_sentence_with_a_capital() -> None:
    assert filled("{ingredient} belum ada logonya. Ganti {ingredient}.", ingredient="minyak curah") == (
        "Minyak curah belum ada logonya. Ganti minyak curah."
    )
    assert filled("{business} aman", business="keripik kita") == "keripik kita aman"  # a name is left as it is


@pytest.mark.parametrize(
    ("raw", "named", "nameless"),
    [
        ("Halo lagi, Bapak/Ibu {name}. 🙏", "Halo lagi, Bapak/Ibu Siti. 🙏", "Halo lagi, Bapak/Ibu. 🙏"),
        ("Bapak/Ibu {name}, *7 hari lagi*", "Bapak/Ibu Siti, *7 hari lagi*", "Bapak/Ibu, *7 hari lagi*"),
        ("🎉 Bapak/Ibu {name} *dapat*.", "🎉 Bapak/Ibu Siti *dapat*.", "🎉 Bapak/Ibu *dapat*."),
        ("Selamat, Bapak/Ibu {name}! 🎉", "Selamat, Bapak/Ibu Siti! 🎉", "Selamat, Bapak/Ibu! 🎉"),
        ("Hello again, {name}. 🙏", "Hello again, Siti. 🙏", "Hello again. 🙏"),
        ("{name}, in 7 days: x", "Siti, in 7 days: x", "In 7 days: x"),
        ("🎉 {name}, *you have it*.", "🎉 Siti, *you have it*.", "🎉 *You have it*."),
        ("Good news, {name}: the place", "Good news, Siti: the place", "Good news: the place"),
        ("Thank you {name}. 🙏", "Thank you Siti. 🙏", "Thank you. 🙏"),
    ],
)
def test_nobody_is_greeted_by_a_gap(raw: str, named: str, nameless: str) -> None:
    assert filled(raw, name="Siti") == named
    assert filled(raw, name="") == nameless
    assert filled(raw, name=None) == nameless


@pytest.mark.parametrize("language", list(Language))
def test_no_text_greets_by_a_gap(language: Language) -> None:
    for key, one in CATALOGUE.sentences(language).items():
        if "name" in one.needs and not key.endswith(".forward") and "*{name}*" not in one.raw:
            said = one.fill({**dict.fromkeys(one.needs, "x"), "name": None})
            assert "  " not in said, key
            assert " ," not in said, key
            assert " ." not in said, key
            assert not said.startswith((",", " ")), key


def test_a_message_to_forward_is_signed_for_oneself() -> None:
    said = CATALOGUE.text("reason.BUTUH_NIB.forward", "id", name=None, business="", village=None, district=None)
    assert "saya (nama saya), usaha (nama usaha) di (desa), (kecamatan)." in said


def test_an_unknown_text_is_refused() -> None:
    with pytest.raises(UnknownText):
        CATALOGUE.text("journey.nonsense", "id")
    with pytest.raises(UnknownText):
        CATALOGUE.options("journey.nonsense", "id")
    with pytest.raises(UnknownText):
        CATALOGUE.words("common.words.nonsense")
    with pytest.raises(UnknownText):
        CATALOGUE.needs("journey.nonsense")
    with pytest.raises(UnknownText):
        CATALOGUE.version("welcome.first", "id")  # it carries none
    with pytest.raises(UnknownText):
        CATALOGUE.table("todo.words")  # a list, not a table


def test_a_question_without_options_has_none() -> None:
    assert CATALOGUE.options("journey.title", "id") == ()
    assert CATALOGUE.options("journey.ingredients_which", "id") == ()


def test_what_a_text_needs_and_when_it_may_be_shown() -> None:
    assert CATALOGUE.needs("place.queued_without_nib") == {"number", "date", "next_date"}
    assert CATALOGUE.needs("welcome.first") == frozenset()
    assert CATALOGUE.fact_of("result.self_declare.cost") == "sehati_cost"
    assert CATALOGUE.fact_of("welcome.first") is None
    assert CATALOGUE.has("welcome.first")
    assert not CATALOGUE.has("welcome")
    assert CATALOGUE.kind_of("journey.avoid") == "many"
    assert CATALOGUE.kind_of("journey.nib") is None


def test_a_description_with_values_is_shown_only_when_they_are_known() -> None:
    empty = {option.id: option for option in CATALOGUE.options("menu", Language.ID)}["resume"]
    assert empty.description == ""
    full = {option.id: option for option in CATALOGUE.options("menu", Language.EN, n=3, total=13)}["resume"]
    assert full.description == "Go on where you stopped: 3 of 13"


def test_the_print_of_a_text_is_sha_256_of_what_was_shown() -> None:
    assert texts.digest("Setuju? 🙏") == hashlib.sha256("Setuju? 🙏".encode()).hexdigest()
