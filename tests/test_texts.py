"""The words as they stand: nothing missing, nothing too long, and every rule has its sentences."""

import re

import pytest

import texts
from bot.channels import measure
from bot.channels.whatsapp_show import ITEM
from services import eligibility
from texts import LANGUAGES, Catalogue, Marked
from texts.checking import LONGEST, problems, samples

QUICK_REPLIES = 3  # more options than these are a list on WhatsApp
NAMES_IN_CAPITALS = {"NIK", "UPTD BPTSI", "INVITATION"}  # bold, and not a command


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return texts.load()


def test_nothing_is_wrong_with_the_words(catalogue: Catalogue) -> None:
    assert problems(catalogue) == []


def test_the_texts_are_read_once() -> None:
    assert texts.load() is texts.load()


def test_every_code_of_every_rule_set_has_its_sentences(catalogue: Catalogue) -> None:
    missing = []
    for rules in eligibility.shelf():
        lines = {**rules.todos, **rules.optional}
        for code in (*rules.ends, *rules.reguler, *rules.officer, *lines, *rules.notes, eligibility.CANDIDATE):
            parts = ["short", "found", "why", "do", "ask_whom", "next"]
            parts += ["forward"] if code in lines and lines[code].forward else []
            missing += [f"reason.{code}.{part}" for part in parts if not catalogue.has(f"reason.{code}.{part}")]
    assert missing == []


def test_every_question_of_every_rule_set_has_its_words(catalogue: Catalogue) -> None:
    for rules in eligibility.shelf():
        for ask in rules.asks.values():
            assert catalogue.has(f"{ask.text}.ask"), ask.text
            assert catalogue.has(f"{ask.text}.err1"), ask.text
            assert catalogue.has(f"{ask.text}.err2"), ask.text
            assert catalogue.has(f"{ask.text}.help"), ask.text
            options = {option.id: option for option in catalogue.options(ask.text, "id")}
            assert set(options) >= {*ask.options, *ask.heard, *ask.recheck_options}, ask.text
            assert not any(options[option].shown for option in ask.heard), ask.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_about_dates_and_caps_wait_for_the_office(catalogue: Catalogue, language: str) -> None:
    for key, sentence in catalogue.sentences(language).items():
        if sentence.needs & {"cap", "limit", "fee"}:
            assert sentence.fact, key


def fits(*parts: str) -> bool:
    return len("\n\n".join(parts)) <= LONGEST


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_todo_line_and_an_end_fit_into_a_bubble(catalogue: Catalogue, language: str) -> None:
    known = samples(catalogue, language)
    disclaimer = catalogue.text("result.disclaimer", language)
    for code in {key.split(".")[1] for key in catalogue.sentences(language) if key.startswith("reason.")}:
        part = {
            name: Marked(catalogue.text(f"reason.{code}.{name}", language, **known))
            for name in ("short", "found", "why", "do", "ask_whom", "next")
        }
        assert fits(catalogue.text("todo.detail", language, **part)), code
        assert fits(part["found"], part["why"], part["do"], disclaimer), code


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "keys",
    [
        ("welcome.short", "consent.service.ask"),
        ("welcome.english", "welcome.first"),
        ("consent.service_yes", "journey.for_whom.ask"),
        ("common.progress", "journey.avoid.ask"),
        ("common.progress", "journey.preservation.ask"),
        ("common.progress", "journey.process.ask"),
        ("register.start", "register.owner_name.ask"),
        ("result.self_declare_todo.found", "result.self_declare_todo.next", "result.disclaimer"),
        ("result.reguler.found", "result.reguler.next", "result.disclaimer"),
        ("result.officer.found", "result.officer.next", "result.disclaimer"),
    ],
    ids=lambda keys: keys[-2] if isinstance(keys, tuple) else None,
)
def test_what_is_said_in_one_breath_fits_into_a_bubble(
    catalogue: Catalogue, language: str, keys: tuple[str, ...]
) -> None:
    known = samples(catalogue, language)
    assert fits(*(catalogue.text(key, language, **known) for key in keys))


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_fits_with_the_commands_below_it(catalogue: Catalogue, language: str) -> None:
    known = samples(catalogue, language)
    for key in catalogue.sentences(language):
        if key.endswith(".help"):
            said = Marked(catalogue.text(key, language, **known))
            assert len(catalogue.text("common.help_in_form", language, help=said)) <= LONGEST, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_a_text_tells_people_to_type_is_understood(catalogue: Catalogue, language: str) -> None:
    for key, sentence in catalogue.sentences(language).items():
        for command in re.findall(r"\*([A-Z][A-Z ]+[A-Z])(?: \{code\}| \d)?\*", sentence.raw):
            assert command in NAMES_IN_CAPITALS or command.lower() in heard(catalogue), f"{key}: {command}"


def heard(catalogue: Catalogue) -> set[str]:
    words = set().union(
        *(catalogue.words(key) for key, value in catalogue.tables["hearing"].items() if value.__class__ is str)
    )
    return words.union(
        *(option.words for key in catalogue.books["id"].options for option in catalogue.options(key, "id"))
    )


def test_telegrams_commands_are_understood_in_both_languages(catalogue: Catalogue) -> None:
    for command, twin in catalogue.table("platform.command_twins").items():
        assert catalogue.has(f"platform.telegram_commands.{command}")
        assert {command, twin} <= heard(catalogue)


def test_consent_texts_carry_their_version_and_print(catalogue: Catalogue) -> None:
    for key in ("consent.service.ask", "consent.reminders.ask", "consent.announcements.ask", "consent.service_page"):
        version, print_of_it = catalogue.version(key, "id")
        assert version == "2026.1"
        assert print_of_it != catalogue.version(key, "en")[1]
        assert len(print_of_it) == 64
    page = catalogue.text("consent.service_page", "id", office_address="Serang", dpo_contact="pdp")
    assert "versi 2026.1)" in page


def test_a_second_page_is_never_taken_for_a_yes(catalogue: Catalogue) -> None:
    options = catalogue.options("consent.service_page", "id")
    assert [option.id for option in options] == ["yes", "more", "no"]  # "2" is page 2
    assert not any(word.isdigit() for option in options for word in option.words)


def test_meat_from_ones_own_slaughter_is_heard(catalogue: Catalogue) -> None:
    slaughter = {option.id: option for option in catalogue.options("journey.meat_source", "id")}["self_slaughter"]
    assert {"potong sendiri", "nyembelih sendiri", "i slaughter myself"} <= set(slaughter.words)


def test_words_are_lower_case_and_of_both_languages(catalogue: Catalogue) -> None:
    assert catalogue.words("common.words.menu") >= {"menu", "/menu", "beranda", "home"}
    assert catalogue.words("common.hear.yes") >= {"ya", "yes", "muhun", "👍"}
    snack = catalogue.options("journey.product", "en")[0]
    assert {"keripik", "crisps", "keripik & camilan", "crisps & snacks"} <= set(snack.words)
    assert all(word == word.lower() for word in snack.words)


def test_templates_are_there_in_both_languages(catalogue: Catalogue) -> None:
    assert catalogue.templates("id").keys() == catalogue.templates("en").keys()
    offer = catalogue.templates("en")["place_offer_v1"]
    assert (offer.category, offer.language, len(offer.sample)) == ("UTILITY", "en", 5)
    assert offer.buttons == ("Take it", "Skip for now", "Ask an officer")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_fits_with_its_number_in_a_list(catalogue: Catalogue, language: str) -> None:
    for key in catalogue.books[language].options:
        shown = [option.label for option in catalogue.options(key, language) if option.shown]
        for number, label in enumerate(shown, 1):
            said = f"{number} {label}" if len(shown) > QUICK_REPLIES else label
            assert measure.units(said) <= ITEM, f"{key}: {said}"


@pytest.mark.parametrize(
    ("said", "word"), [("yes", "mau"), ("yes", "insya allah"), ("no", "nothing"), ("skip", "engke"), ("skip", "ntar")]
)
def test_everyday_words_of_agreeing_refusing_and_passing_are_heard(catalogue: Catalogue, said: str, word: str) -> None:
    assert word in catalogue.words(f"common.hear.{said}")
