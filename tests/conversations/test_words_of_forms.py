"""Every question of every form has its words in both languages: to ask, to say what was wrong, for each option."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conversation.form import Form
from conversation.kinds import Choice, Many, Picture, Written
from conversation.question import Answers, Ear, Invalid, Question, Take
from conversation.said import Text
from handlers import HANDLERS, registration
from handlers.spoken import Spoken
from models import Language
from services import eligibility
from tests.support.chat import NOON, noting
from tests.support.office import OFFICE
from tests.support.owner import KERIPIK

RULES = eligibility.current(OFFICE.local_day(NOON))
# What a run may have been started with: enough for every form, whichever it is.
SAMPLE: dict[str, Any] = {
    "rule_set": RULES.rule_set,
    "version": RULES.version,
    "then": "check",
    "facts": {},
    "consented": False,
    "ended": None,
    "todos": ["BUTUH_NIB"],
    "reasons": ["CALON_SELF_DECLARE"],
    "lines": [["BUTUH_NIB", "Membuat NIB"]],
    "known": [["1", "Siti Aminah", "Keripik Bu Siti", "36.73"]],
    "options": [["BUTUH_NIB", "Membuat NIB"]],
    "items": "1 Membuat NIB",
    "business": "Keripik Bu Siti",
    "name": "Siti Aminah",
    "code": "BUTUH_NIB",
    "answers": {},
    "asks": ["nib", "scale"],
    "helping": False,
    "assessment": 1,
    "n": 1,
    "total": 13,
    "day": "2026-11-24",
    "prompt": "welcome.first",
    "draft": True,
    "phone": None,
}
EVENTS = {"lines": [["SOS01", "Sosialisasi halal", "1 Sosialisasi halal, Kamis"]]}
OWN: dict[str, dict[str, Any]] = {"events": EVENTS, "events_mine": EVENTS}  # where a form means something else by it
DATA = frozenset(name for name, handler in HANDLERS.items() if handler.extra)  # their options are data of the run
JOURNEY = frozenset((
    "menu", "language", "resume", "consent_service", "consent_announcements", "check", "result", "why", "stop",
    "registration", "placed", "after", "todo_list", "todo_line", "recheck", "officer", "report", "stop_like",
))  # fmt: skip
OF_THE_RULES = ("check", "registration", "recheck")
ANSWERS = Answers({**KERIPIK, "regency": "36.73", "avoid": ("alcohol",), "meat": ("broth",)}, SAMPLE)


class Anything(dict[str, Any]):
    """Facts of forms that were written after this test: whatever is asked for is some text."""

    def __missing__(self, key: str) -> Any:
        return ""


def form_of(name: str) -> Form | None:
    """The form as it would be for somebody; None where it cannot be made without a run of its own."""
    try:
        return HANDLERS[name].form(Anything({**SAMPLE, **OWN.get(name, {})}))
    except (KeyError, TypeError, ValueError, LookupError):
        return None


def questions() -> Iterator[tuple[str, Question[Any]]]:
    """Every question of every form, and of every re-check."""
    for name in HANDLERS:
        form = form_of(name)
        for question in form.questions if form else ():
            yield name, question
    for code in (*RULES.todos, *RULES.optional):
        asks = list(eligibility.recheck_asks(RULES, code))
        if asks:
            for question in HANDLERS["recheck"].form({**SAMPLE, "code": code, "asks": asks}).questions:
                yield f"recheck:{code}", question


ALL = list({(name.split(":")[0], q.key, q.text): (name, q) for name, q in questions()}.values())
BY_NAME = pytest.mark.parametrize(("name", "question"), ALL, ids=[f"{name}.{q.key}" for name, q in ALL])
TEXTS = noting()


def test_the_forms_of_the_journey_are_all_looked_at() -> None:
    made = {name for name in HANDLERS if form_of(name) is not None}
    assert made >= JOURNEY


@BY_NAME
def test_a_question_can_be_asked(name: str, question: Question[Any]) -> None:
    key = question.asks(ANSWERS)
    assert key == "" or TEXTS.has(key), key
    if question.page_prompt:
        assert TEXTS.has(question.page_prompt)


@BY_NAME
def test_a_wrong_answer_is_told_what_was_wrong(name: str, question: Question[Any]) -> None:
    own = [question.error(1), question.error(2)]
    if isinstance(question, Choice) and not TEXTS.has(f"{question.text}.err1"):
        own = []  # short prompts use the common words
    assert [key for key in own if not TEXTS.has(key)] == []
    if isinstance(question, Picture):
        assert TEXTS.has(f"{question.text}.too_big")
    if isinstance(question, Written):
        assert TEXTS.has("common.too_long")


@BY_NAME
@pytest.mark.parametrize("language", list(Language))
def test_every_option_has_a_label_that_fits(name: str, question: Question[Any], language: Language) -> None:
    if name in DATA or not isinstance(question, Choice | Many):
        return
    spoken = Spoken(TEXTS, language, OFFICE)
    ids = question.ids(ANSWERS) if callable(question.ids) else question.ids
    heard = question.heard_ids if name.split(":")[0] in OF_THE_RULES else ()
    wanted = [*(ids or [o.id for o in spoken.options(question.text)]), *heard]
    labels = {o.id: o.label for o in spoken.options(question.text, wanted)}
    assert [one for one in wanted if not labels.get(one, "").strip()] == []
    shown = [labels[one] for one in wanted if one not in heard]
    room = 20 if len(shown) <= 3 else 24
    assert [label for label in shown if len(label) > room] == []
    if isinstance(question, Many):
        assert len(shown) <= 10


@BY_NAME
@pytest.mark.parametrize("language", list(Language))
def test_a_prompt_is_filled_with_what_its_question_gives(
    name: str, question: Question[Any], language: Language
) -> None:
    key = question.asks(ANSWERS)
    if not TEXTS.has(key) or name in DATA or name.split(":")[0] not in JOURNEY:
        return
    spoken = Spoken(TEXTS, language, OFFICE)
    said = spoken.said(key, {**question.fill(ANSWERS), "n": 1, "total": 2})
    assert "{" not in said
    assert said.strip()


@BY_NAME
def test_what_is_given_to_the_error_is_all_the_error_needs(name: str, question: Question[Any]) -> None:
    given = {*question.fill(ANSWERS), "said", "n", "total", "count", "max"}
    for count in (1, 2):
        key = question.error(count)
        if TEXTS.has(key):
            fallbacks = {k.removeprefix("common.fallbacks.") for k in TEXTS.sentences("id") if "fallbacks" in k}
            assert TEXTS.needs(key) - given - fallbacks == set(), key


@pytest.mark.parametrize("code", sorted(RULES.codes))
def test_every_code_of_the_rules_can_be_said(code: str) -> None:
    parts = ["short", "found", "why", "do", "ask_whom", "next"]
    line = RULES.todos.get(code) or RULES.optional.get(code)
    parts += ["forward"] if line and line.forward else []
    assert [part for part in parts if not TEXTS.has(f"reason.{code}.{part}")] == []


def test_every_scheme_and_stage_has_a_name() -> None:
    from models import Stage

    assert [s for s in eligibility.Scheme if not TEXTS.has(f"place.schemes.{s.value}")] == []
    assert [s for s in Stage if not TEXTS.has(f"stage.{s.value}.name") or not TEXTS.has(f"stage.{s.value}.next")] == []


# --- what is taken in the registration, and how it is tidied ---

TAKEN = [
    (registration.person_name, "nama saya Siti Aminah", "Siti Aminah"),
    (registration.person_name, "Nama: SITI AMINAH", "Siti Aminah"),
    (registration.person_name, "saya ujang", "Ujang"),
    (registration.person_name, "Namira", "Namira"),
    (registration.business_name, "nama usahanya Keripik Bu Siti", "Keripik Bu Siti"),
    (registration.business_name, "Tanpa Nama Jaya", "Tanpa Nama Jaya"),
]
REFUSED = [
    *((registration.person_name, said, "err1") for said in ("tidak mau", "belum ada", "ga tau", "lupa", "ya", "Ok")),
    *(
        (registration.business_name, said, "err1")
        for said in ("belum ada", "belum ada nama", "tidak punya", "ndak tau")
    ),
    (registration.village_name, "tidak tahu", "err2"),
    (registration.address, "belum ada", "err1"),
    (registration.nib, "lupa", "err2"),  # not "the one you sent has 0 digits"
]


@pytest.mark.parametrize(("check", "said", "kept"), TAKEN)
def test_a_name_is_kept_without_the_words_around_it(check: Callable[[str], str], said: str, kept: str) -> None:
    assert check(said) == kept


@pytest.mark.parametrize(("check", "said", "reason"), REFUSED)
def test_having_none_is_no_name(check: Callable[[str], str], said: str, reason: str) -> None:
    with pytest.raises(Invalid) as fault:
        check(said)
    assert fault.value.reason == reason


@pytest.mark.parametrize(
    "said", ["1. Asin\n2. Pedas manis", "1) Asin 2) Pedas manis", "- Asin\n- Pedas manis", "• Asin, • Pedas manis"]
)
def test_a_numbered_list_of_products_is_its_names(said: str) -> None:
    products = next(q for q in registration.form(SAMPLE).questions if q.key == "products")
    heard = products.hear(Text(said), Ear(Spoken(noting(), Language.ID, OFFICE), Answers({}, {}), {}))
    assert heard == Take(["Asin", "Pedas manis"])
