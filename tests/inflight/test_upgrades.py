"""A deploy while people are half-way: what a new release may change under an open form, and what they see of it."""

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from conversation.fitting import fitted
from conversation.form import Form, walk
from conversation.kinds import Choice, Listing, Many, Number, Written
from conversation.question import Invalid
from conversation.run import Run
from conversation.said import Tap, Text
from conversation.turn import Outcome, begin, take_turn
from handlers import HANDLERS
from handlers.spoken import Spoken
from models import Channel, Conversation, Draft, Language, Purpose, Session
from services import consents, eligibility
from tests.support.chat import NOON, Chat, noting
from tests.support.kinds import kind
from tests.support.office import OFFICE, open_programme
from tests.support.owner import reaches_number, until

__all__ = ["kind"]

RULES = eligibility.shelf()[-1]
TODAY = {"rule_set": RULES.rule_set, "version": RULES.version, "phone": None}
GONE = {"rule_set": RULES.rule_set, "version": "1999.1", "phone": None}
HALF = {
    "for_whom": [1, "self"],
    "regency": [2, "36.73"],
    "district": [3, "36.73.01"],
    "product": [4, RULES.asks["product"].options[0]],
}


def spoken() -> Spoken:
    """The words, in Indonesian."""
    return Spoken(noting(), Language.ID, OFFICE)


# --- the language of conversations ---


def name(text: str) -> str:
    """A check that a later release made stricter."""
    if len(text) < 5:
        raise Invalid("err1")
    return text


def words(key: str, **more: Any) -> Written:
    """A question in free text, with words that are there."""
    return Written(key=key, text="register.business_name", required=True, **more)


def made(*questions: Any) -> Form:
    """A form of this release."""
    return Form(key="f", questions=questions, title="journey.title")


def run(answers: Mapping[str, Any], view: Mapping[str, Any] | None = None) -> Run:
    """A run of the release before."""
    return Run("r", "f", answers, view or {}, {})


def test_an_added_question_is_asked_and_everything_said_stays() -> None:
    turn = begin(made(words("a"), words("new"), words("b")), run({"a": [1, "Ada"], "b": [2, "Banten"]}), spoken())
    assert turn.ask is not None
    assert turn.ask.target == "new"
    done = take_turn(made(words("a"), words("new"), words("b")), turn.run, Text("Baru"), spoken())
    assert done.outcome is Outcome.FINISHED
    assert dict(done.answers) == {"a": "Ada", "new": "Baru", "b": "Banten"}


def test_a_removed_question_drops_out_with_its_answer_and_its_prompts() -> None:
    before = run({"a": [1, "Ada"], "old": [2, "Lama"]}, {"at": "old", "over": {"kind": "third", "question": "old"}})
    form = made(words("a"), words("b"))
    turn = take_turn(form, fitted(form, before), Text("1"), spoken())
    assert turn.ask is not None
    assert turn.ask.target == "b"  # "1" was meant for the question that is gone
    assert [note.key for note in turn.notes] == ["common.rule_changed"]


def test_a_tightened_question_is_asked_again_and_why_is_said() -> None:
    form = made(words("a", check=name), words("b"))
    turn = begin(form, fitted(form, run({"a": [1, "Ada"], "b": [2, "Banten"]}, {"at": "b"})), spoken())
    assert turn.ask is not None
    assert turn.ask.target == "a"
    assert [note.key for note in turn.notes] == ["common.rule_changed"]
    done = take_turn(form, turn.run, Text("Aminah"), spoken())
    assert done.outcome is Outcome.FINISHED


def test_a_question_with_a_new_key_knows_its_old_answer_and_its_old_buttons() -> None:
    form = made(words("owner", was=("name", "nama")), Choice(key="b", text="language.ask", was=("old_b",)))
    kept = fitted(form, run({"name": [1, "Aminah"]}, {"at": "old_b"}))
    assert kept.answers == {"owner": [1, "Aminah"]}
    assert kept.view == {"at": "b"}
    turn = take_turn(form, kept, Tap("r", "old_b", "id", "Indonesia"), spoken())
    assert (turn.outcome, turn.answers["b"]) == (Outcome.FINISHED, "id")


def test_of_an_old_and_a_new_answer_the_new_keys_counts() -> None:
    form = made(words("owner", was=("name",)))
    assert fitted(form, run({"owner": [2, "Baru"], "name": [1, "Lama"]})).answers == {"owner": [2, "Baru"]}


@pytest.mark.parametrize(
    ("question", "raw"),
    [
        (words("a"), ["a", "list"]),
        (Choice(key="a", text="language.ask"), {"a": 1}),
        (Many(key="a", text="journey.avoid"), 7),
        (Number(key="a", text="after.workers"), [1]),
        (Listing(key="a", text="register.products"), 3),
    ],
)
def test_an_answer_of_another_kind_is_asked_again(question: Any, raw: Any) -> None:
    now = walk(made(question), run({"a": [1, raw]}))
    assert now.current is question
    assert now.refused is not None


# --- rows in the database ---


def chat_with(database: Database, person: bool = True, **columns: Any) -> Chat:
    """A chat in the middle of something, as a release before left it."""
    open_programme(database)
    with Session(database.write_engine) as session, session.begin():
        row = Conversation(channel=Channel.TELEGRAM, address="700000001", first_at=NOON, last_in_at=NOON)
        for key, value in {"run_id": "old", "answers": {}, "view": {}, "facts": {}, **columns}.items():
            setattr(row, key, value)
        session.add(row)
        session.flush()
        if person:
            consents.record(
                session, conversation_id=row.id, purpose=Purpose.SERVICE, given=True, text_version="1",
                text_hash="0" * 64, language=Language.ID, channel=Channel.TELEGRAM, now=NOON,
            )  # fmt: skip
    return Chat(database, OFFICE)


def well(chat: Chat) -> None:
    """Nothing failed, and somebody can be helped to a number from here."""
    assert not chat.received.failed
    assert chat.text
    reaches_number(chat)
    with chat.database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM tickets WHERE topic = 'trouble'")).scalar_one() == 0


def test_rules_that_are_gone_are_replaced_by_todays_and_what_fits_is_kept(database: Database) -> None:
    answers = {**HALF, "gone": [5, "x"], "product": [4, "no longer an option"]}
    chat = chat_with(database, form="check", answers=answers, facts=GONE, view={"at": "avoid"})
    chat.says("4")
    assert "berubah" in chat.text
    assert (chat.form, chat.asked) == ("check", "product")
    assert chat.row.facts["version"] == RULES.version
    assert chat.row.answers["regency"] == [2, "36.73"]
    well(chat)


def test_a_draft_under_rules_that_are_gone_goes_on_as_well(database: Database) -> None:
    chat = chat_with(database, form=None, run_id=None)
    with Session(database.write_engine) as session, session.begin():
        row = session.scalars(sa.select(Conversation)).one()
        session.add(
            Draft(
                conversation_id=row.id, run_id="old", form="check", answers=HALF, view={"n": 5, "total": 13},
                facts=GONE, parked_at=NOON, purge_at=NOON,
            )
        )  # fmt: skip
    chat.says("LANJUT")
    assert "berubah" in chat.text
    assert chat.asked == "avoid"
    well(chat)


def test_stopping_is_heard_even_then(database: Database) -> None:
    chat = chat_with(database, form="check", answers=HALF, facts=GONE)
    chat.says("BERHENTI")
    assert chat.row.stopped.value == "everything" or "stop" in str(chat.form)


@pytest.mark.parametrize("form", ["why", "todo_line", "recheck"])
def test_what_only_showed_something_is_let_go_of(database: Database, form: str) -> None:
    facts = {**GONE, "assessment": 1, "code": "BUTUH_NIB", "options": [], "items": "", "todos": [], "reasons": []}
    chat = chat_with(database, form=form, facts={**facts, "ended": None, "answers": {}})
    chat.says("1")
    assert "1999" not in chat.text
    well(chat)


@pytest.mark.parametrize("said", ["TUGAS", "STATUS", "1", "2", "3", "4"])
def test_an_assessment_whose_rules_are_gone_is_made_again(database: Database, said: str) -> None:
    open_programme(database)
    chat = until(Chat(database, OFFICE).says("halo").taps("journey", "yes"), lambda: chat_form(database) == "result")
    with Session(database.write_engine) as session, session.begin():
        session.execute(sa.text("UPDATE assessments SET version = '1999.1'"))
        row = session.scalars(sa.select(Conversation)).one()
        row.facts = {**row.facts, "version": "1999.1"}
    chat.says(said)
    assert said != "TUGAS" or "diperbarui" in chat.text
    well(chat)


def chat_form(database: Database) -> str | None:
    """The form of the only chat."""
    with database.read() as connection:
        found: str | None = connection.execute(sa.text("SELECT form FROM conversations")).scalar_one_or_none()
    return found


@pytest.mark.parametrize("said", ["1", "halo", "LANJUT", "BATAL", "KEMBALI", "BANTUAN"])
def test_a_form_that_no_longer_exists_is_as_good_as_closed(database: Database, said: str) -> None:
    chat = chat_with(database, form="no_such_form", answers={"x": [1, 2]}, facts={"y": 3})
    chat.says(said)
    well(chat)


def test_a_form_begun_with_other_facts_is_as_good_as_closed(database: Database) -> None:
    chat = chat_with(database, form="todo_list", facts={"of": "another release"})
    chat.says("1")
    well(chat)


def test_a_draft_of_a_form_that_no_longer_exists_is_passed_over(database: Database) -> None:
    chat = chat_with(database, form=None, run_id=None)
    with Session(database.write_engine) as session, session.begin():
        row = session.scalars(sa.select(Conversation)).one()
        session.add(
            Draft(
                conversation_id=row.id, run_id="old", form="no_such_form", answers={}, view={}, facts={},
                parked_at=NOON, purge_at=NOON,
            )
        )  # fmt: skip
    chat.says("LANJUT")
    well(chat)


VIEWS = [
    {"at": 7},
    {"at": "no_such_question"},
    {"page": "two"},
    {"ticks": "all"},
    {"wrong": {"avoid": "three"}},
    {"over": "prompt"},
    {"over": {"kind": "no_such_prompt", "question": "avoid"}},
    {"over": {"kind": "third", "question": "no_such_question"}},
    {"over": {"kind": "reading", "question": "avoid"}},
    {"over": {"kind": "clash", "question": "avoid", "ids": []}},
    {"over": {"kind": "which", "question": "avoid", "ids": ["gone"]}},
    {"of_another_release": {"deep": [1, 2]}},
]


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize("said", ["1", "hmm"])
def test_a_view_nobody_knows_any_more_is_passed_over(database: Database, view: dict[str, Any], said: str) -> None:
    chat = chat_with(database, form="check", answers=HALF, facts=TODAY, view=view)
    chat.says(said)
    well(chat)


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "avoid", "at", "third", "clash", "36.73"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "question", "ids"]), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["at", "page", "ticks", "wrong", "editing", "over", "odd"])
ASKED = st.sampled_from([q.key for q in HANDLERS["registration"].form(TODAY).questions])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["check", "registration"]),
    st.dictionaries(KEYS, junk),
    st.dictionaries(ASKED, junk | st.tuples(st.integers(1, 9), junk).map(list)),
)
def test_no_row_whatever_is_in_it_makes_a_turn_fail(key: str, view: dict[str, Any], answers: dict[str, Any]) -> None:
    form = HANDLERS[key].form(TODAY)
    kept = fitted(form, Run("r", "check", answers, view, TODAY))
    for said in (Text("1"), Text("hmm"), Tap("r", "avoid", "none", "")):
        turn = take_turn(form, kept, said, spoken())
        assert turn.ask is not None or turn.outcome in (Outcome.FINISHED, Outcome.STOPPED)


def test_nothing_is_changed_where_nothing_has_to_be() -> None:
    form = HANDLERS["check"].form(TODAY)
    kept = Run("r", "check", HALF, {"at": "avoid", "ticks": ["alcohol"], "wrong": {"avoid": 1}}, TODAY)
    assert fitted(form, kept) is kept
