"""A new release while somebody is half-way: what they said is kept, and asked again only where it must be."""

from dataclasses import replace
from typing import Any

from conversation.form import Form
from conversation.run import Run
from conversation.turn import Turn, begin
from tests.conversation import made
from tests.conversation.made import AVOID, FORM, KIND, WORDS
from tests.conversation.walking import asked, full, notes, says, taps


def at(turn: Turn) -> Run:
    """What is in the row after a turn."""
    return turn.run


def test_a_new_question_is_asked_and_what_was_typed_for_another_is_not_taken_for_it() -> None:
    before = replace_questions(tuple(q for q in FORM.questions if q is not AVOID))
    run = at(begin(before, made.run(kind="snack"), WORDS))
    assert run.view["at"] == "place"
    turn = says(run, "3")  # meant for the place
    assert turn.run.answers["place"][1] == "p3"
    assert asked(turn) == "avoid"


def test_a_question_that_has_gone_drops_out() -> None:
    run = at(begin(FORM, made.run(kind="snack", avoid=["none"]), WORDS))
    after = replace_questions(tuple(q for q in FORM.questions if q.key != "place"))
    turn = says(run, "3", form=after)
    assert notes(turn) == ["common.rule_changed"]
    assert asked(turn) == "count"
    assert "count" not in turn.run.answers  # "3" was meant for the place


def test_a_tightened_rule_asks_again_and_says_why_once() -> None:
    strict = replace_questions(tuple(replace(q, ids=("cake", "unsure")) if q is KIND else q for q in FORM.questions))
    turn = begin(strict, made.run(kind="snack", avoid=["none"]), WORDS)
    assert (asked(turn), notes(turn)) == ("kind", ["common.rule_changed"])
    wrong = says(turn.run, "asdf", form=strict)
    assert "common.rule_changed" not in notes(wrong)
    assert asked(says(turn.run, "kue", form=strict)) == "cake"


def test_changing_an_answer_oneself_is_no_changed_rule() -> None:
    depends = made.Choice(
        key="place", text="q.place", ids=lambda a: ("p1", "p2") if a["kind"] == "snack" else ("p3", "p4")
    )
    form = replace_questions(tuple(depends if q.key == "place" else q for q in FORM.questions))
    turn = taps(made.run(kind="snack", avoid=["none"], place="p1"), "kind", "tofu", form=form)
    assert (asked(turn), notes(turn)) == ("place", ["common.changed"])


def test_an_answer_a_check_no_longer_takes_is_asked_again() -> None:
    turn = begin(FORM, full(name="Siti 1"), WORDS)
    assert (asked(turn), notes(turn)) == ("name", ["common.rule_changed"])


def replace_questions(questions: tuple[Any, ...]) -> Form:
    """The form of another release."""
    return replace(FORM, questions=questions)
