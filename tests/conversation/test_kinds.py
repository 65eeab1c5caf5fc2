"""Each kind of question: what it takes, what it shows, what it asks back."""

import pytest

from conversation.form import walk
from conversation.hearing import Option
from conversation.question import Answers, Aside, Clash, Ear, Invalid, Look, Question, ReadBack, Take, Which, Wrong
from conversation.said import Contact, Location, Other, Photo, Said, Tap, Text
from tests.conversation import made
from tests.conversation.made import AVOID, COUNT, FORM, KIND, NAME, PHONE, PHOTO, PLACE, REVIEW, THINGS, WORDS


def hear(question: Question[object], said: Said | str, **view: object) -> object:
    """What a question makes of a message."""
    ear = Ear(WORDS, Answers({}, {}), view)
    return question.hear(Text(said) if isinstance(said, str) else said, ear)


def tap(question: Question[object], option: str) -> Tap:
    """Its button."""
    return Tap("r1", question.key, option)


NOT_TEXT = (Photo("x"), Contact("+62811", True), Location(-6.1, 106.2), Other("sticker"))

# --- one of several ---


def test_a_choice_takes_a_tap_a_number_and_a_name() -> None:
    assert hear(KIND, tap(KIND, "cake")) == Take("cake")
    assert hear(KIND, "3") == Take("cake")
    assert hear(KIND, "keripk") == Take("snack", sure=False)


def test_what_is_heard_only_has_neither_button_nor_number() -> None:
    assert hear(KIND, "ular") == Take("python")
    assert hear(KIND, "5") == Wrong()
    assert hear(KIND, tap(KIND, "python")) == Wrong()
    assert [o.id for o in KIND.choices(Ear(WORDS, Answers({}, {}), {})).options] == ["snack", "tofu", "cake", "unsure"]


def test_an_option_that_has_gone_is_wrong_and_its_answer_is_asked_again() -> None:
    assert hear(KIND, tap(KIND, "gone")) == Wrong()
    with pytest.raises(Invalid):
        KIND.read("gone", Answers({}, {}))


def test_a_skipped_choice_stays_skipped_and_nothing_is_nothing() -> None:
    assert PLACE.read("skipped", Answers({}, {})) == "skipped"
    assert KIND.read(None, Answers({}, {})) is None


@pytest.mark.parametrize("said", NOT_TEXT)
def test_a_choice_is_not_answered_by_pictures(said: Said) -> None:
    assert hear(KIND, said) == Wrong()


def test_twins_are_asked_about() -> None:
    question = made.Choice(key="t", text="q.place")
    assert hear(question, "tempat") == Which(tuple(f"p{n}" for n in range(1, 21)))


# --- pages ---


def test_a_long_list_is_shown_in_pages_that_fit_a_list_of_ten() -> None:
    first = PLACE.choices(Ear(WORDS, Answers({}, {}), {}))
    assert (len(first.options), first.first, first.page, first.pages) == (8, 1, 0, 3)
    last = PLACE.choices(Ear(WORDS, Answers({}, {}), {"page": 2}))
    assert (len(last.options), last.first, last.pages) == (4, 17, 3)


def test_turning_pages_stops_at_both_ends() -> None:
    assert hear(PLACE, tap(PLACE, ">")) == Look({"page": 1})
    assert hear(PLACE, tap(PLACE, ">"), page=2) == Look({"page": 2})
    assert hear(PLACE, tap(PLACE, "<"), page=0) == Look({"page": 0})


@pytest.mark.parametrize("page", [0, 1, 2])
def test_numbers_go_on_over_the_pages_and_all_are_understood_on_each(page: int) -> None:
    assert hear(PLACE, "17", page=page) == Take("p17")
    assert hear(PLACE, "desa20", page=page) == Take("p20")


# --- tick several ---


def test_rows_toggle_and_the_last_row_finishes() -> None:
    assert hear(AVOID, tap(AVOID, "rum")) == Look({"ticks": ["rum"]}, redraw=True)
    assert hear(AVOID, tap(AVOID, "rum"), ticks=["rum"]) == Look({"ticks": []}, redraw=True)
    assert hear(AVOID, tap(AVOID, "!done"), ticks=["pork", "rum"]) == Take(["rum", "pork"])
    assert hear(AVOID, "selesai", ticks=["pork"]) == Take(["pork"])


def test_finishing_without_a_tick_is_asked_again() -> None:
    assert hear(AVOID, tap(AVOID, "!done")) == Wrong()
    assert hear(AVOID, "selesai") == Wrong()


def test_nothing_and_not_sure_are_one_tap() -> None:
    assert hear(AVOID, tap(AVOID, "none")) == Take(["none"])
    assert hear(AVOID, "aman") == Take(["none"])


def test_what_is_typed_comes_to_what_is_ticked() -> None:
    assert hear(AVOID, "2", ticks=["rum"]) == Take(["rum", "pork"])
    assert hear(AVOID, "12", ticks=["pork"]) == ReadBack(["rum", "pork"], "Rum, mirin, Babi")


def test_nothing_beside_something_is_asked_back_and_loses_no_tick() -> None:
    assert hear(AVOID, "1 3") == Clash("none", ("rum",))
    assert hear(AVOID, "3 1 2") == Clash("none", ("rum", "pork"))
    assert hear(AVOID, "3 4") == Clash("none", ("unsure",))
    assert hear(AVOID, tap(AVOID, "none"), ticks=["pork", "rum"]) == Clash("none", ("pork", "rum"))
    assert hear(AVOID, "aman", ticks=["pork"]) == Clash("none", ("pork",))


def test_a_doubtful_list_is_read_back_before_it_counts() -> None:
    assert hear(AVOID, "12") == ReadBack(["rum", "pork"], "Rum, mirin, Babi")


@pytest.mark.parametrize("said", ["1-2", "1 9", "asdf", "", *NOT_TEXT])
def test_a_list_that_is_not_understood(said: Said | str) -> None:
    assert hear(AVOID, said) == Wrong()


def test_the_finishing_row_comes_with_the_first_tick() -> None:
    assert not AVOID.choices(Ear(WORDS, Answers({}, {}), {})).finish
    assert AVOID.choices(Ear(WORDS, Answers({}, {}), {"ticks": ["rum"]})).finish


def test_a_kept_tick_that_has_gone_is_asked_again() -> None:
    assert AVOID.read("skipped", Answers({}, {})) == ("skipped",)
    with pytest.raises(Invalid):
        AVOID.read(["gone"], Answers({}, {}))


# --- numbers ---


@pytest.mark.parametrize(
    ("said", "number"), [("3", 3), ("tiga", 3), ("ada 3 macam", 3), ("tilu", 3), ("kira-kira 12 bu", 12), ("3️⃣", 3)]
)
def test_a_number_is_heard(said: str, number: int) -> None:
    assert hear(COUNT, said) == Take(number)


@pytest.mark.parametrize("said", ["0", "-", "1 atau 2", "banyak", "", "10000", "1" * 30, *NOT_TEXT])
def test_what_is_no_number(said: Said | str) -> None:
    assert hear(COUNT, said) == Wrong()


def test_an_odd_number_is_read_back_and_not_knowing_is_an_answer() -> None:
    assert hear(COUNT, "500") == ReadBack(500, "500")
    assert hear(COUNT, "belum tahu") == Take("unsure")
    assert hear(COUNT, "gak tau") == Take("unsure")
    assert hear(COUNT, tap(COUNT, "unsure")) == Take("unsure")
    assert hear(COUNT, tap(COUNT, "other")) == Wrong()
    assert not COUNT.choices(Ear(WORDS, Answers({}, {}), {})).numbered  # or "1" would mean two things


# --- words ---


def test_words_are_tidied_and_checked() -> None:
    assert hear(NAME, "  siti \n aminah ") == Take("Siti Aminah")
    assert hear(NAME, "siti 1") == Wrong("err1")
    assert hear(NAME, "x" * 41) == Wrong("common.too_long", {"max": 40})
    assert hear(NAME, Photo("x")) == Wrong()


def test_skipping_is_only_heard_where_it_is_offered() -> None:
    assert hear(PHONE, "lewati") == Take(None)
    assert hear(PHONE, tap(PHONE, "!skip")) == Take(None)
    assert hear(NAME, "lewati") == Take("Lewati")
    assert hear(NAME, tap(NAME, "!skip")) == Wrong()


def test_a_list_of_names() -> None:
    assert hear(THINGS, "Keripik Asin, Keripik Balado; Opak\nKeripik Asin") == Take(
        ["Keripik Asin", "Keripik Balado", "Opak"]
    )
    assert hear(THINGS, "1. Opak 2. Ranginang") == Take(["Opak", "Ranginang"])
    assert hear(THINGS, "1, 2") == Wrong()
    assert hear(THINGS, "x" * 1001) == Wrong("common.too_long", {"max": 1000})
    assert hear(THINGS, "x" * 101) == Wrong()
    assert THINGS.read(["a"], Answers({}, {})) == ("a",)


# --- a phone, a photo ---


def test_only_ones_own_number_is_taken_from_a_card() -> None:
    assert hear(PHONE, Contact("+62811", True)) == Take("+62811")
    assert hear(PHONE, Contact("+62811", False)) == Wrong("common.contact_other")
    assert hear(PHONE, "0811") == Take("0811")
    assert PHONE.choices(Ear(WORDS, Answers({}, {}), {})).ask_contact


def test_a_photo_or_nothing() -> None:
    assert hear(PHOTO, Photo("ref")) == Take({"ref": "ref", "mime": "image/jpeg"})
    assert hear(PHOTO, Photo("ref", size=20_000_000)) == Wrong("too_big", {"max": 10})
    assert hear(PHOTO, "lewati") == Take(None)
    assert hear(PHOTO, "foto") == Wrong()


# --- the review ---


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("benar", Take("ok")),
        ("ya", Take("ok")),
        ("2", Take("edit:2")),
        ("dua", Take("edit:2")),
        ("nomor 4", Take("edit:4")),
        ("5", Wrong()),
        ("0", Wrong()),
        ("salah", Aside("register.edit_which")),
        ("tidak benar", Aside("register.edit_which")),
        ("asdf", Wrong()),
    ],
)
def test_the_review_hears_right_or_the_number_of_a_line(said: str, heard: object) -> None:
    assert hear(REVIEW, said) == heard


def test_the_reviews_buttons() -> None:
    assert hear(REVIEW, tap(REVIEW, "ok")) == Take("ok")
    assert hear(REVIEW, tap(REVIEW, "edit")) == Aside("register.edit_which")
    assert hear(REVIEW, tap(REVIEW, "edit:2")) == Wrong()


def test_a_question_that_is_no_kind_cannot_hear() -> None:
    with pytest.raises(NotImplementedError):
        hear(Question(key="x", text="x"), "hai")


def test_every_kind_stands_on_the_path() -> None:
    assert [q.key for q in walk(FORM, made.run()).path] == [
        "kind", "avoid", "place", "count", "name", "things", "phone", "photo", "review",
    ]  # fmt: skip
    assert isinstance(made.YES_NO[0], Option)
