"""One turn after the other: what is asked next follows from what has been said, and from nothing else."""

import pytest

from conversation.form import walk, with_view, without
from conversation.said import Photo, Said, Tap, Text
from conversation.turn import Outcome, back, begin, lay_over, on_the_table, take_turn
from tests.conversation import made
from tests.conversation.made import AVOID, FORM, FULL, KIND, NAME, WORDS
from tests.conversation.walking import asked, full, notes, says, taps

# --- the walk ---


def test_the_current_question_is_the_first_that_applies_and_is_open() -> None:
    assert asked(begin(FORM, made.run(), WORDS)) == "kind"
    assert asked(begin(FORM, made.run(kind="snack"), WORDS)) == "avoid"
    assert asked(begin(FORM, made.run(kind="cake"), WORDS)) == "cake"
    assert asked(begin(FORM, full(), WORDS)) == "review"


def test_the_same_answers_give_the_same_question_in_any_order() -> None:
    assert asked(begin(FORM, made.run(count=2, kind="snack"), WORDS)) == "avoid"
    assert asked(begin(FORM, made.run(kind="snack", count=2), WORDS)) == "avoid"


def test_a_branch_no_longer_taken_is_passed_over_and_not_forgotten() -> None:
    turn = taps(made.run(kind="cake", cake="cake"), "kind", "snack")
    assert asked(turn) == "avoid"
    assert "cake" not in turn.answers
    assert asked(taps(turn.run, "kind", "cake")) == "avoid"  # the answer below it still stands


def test_everything_answered_is_finished_and_a_verdict_stops() -> None:
    assert says(full(), "benar").outcome is Outcome.FINISHED
    turn = says(made.run(), "ular")
    assert (turn.outcome, turn.verdict) == (Outcome.STOPPED, "SNAKE")


def test_where_one_is_is_said_part_by_part() -> None:
    second = begin(FORM, made.run(kind="snack"), WORDS).ask
    assert second is not None
    assert (second.part, second.number, second.total, second.first) == (1, 2, 4, False)
    name = begin(FORM, made.run(kind="snack", avoid=["none"], place="p1", count=1), WORDS).ask
    assert name is not None
    assert (name.part, name.number, name.total, name.first) == (2, 1, 4, True)


# --- back, edit ---


def test_back_forgets_the_newest_answer_also_after_an_edit() -> None:
    run = made.run(kind="snack", avoid=["none"], place="p1")
    assert asked(back(FORM, run, WORDS)) == "place"
    changed = taps(run, "kind", "cake").run
    assert asked(back(FORM, changed, WORDS)) == "kind"


def test_back_at_the_first_question_says_so() -> None:
    turn = back(FORM, made.run(), WORDS)
    assert (asked(turn), notes(turn)) == ("kind", ["common.at_first_question"])


def test_back_takes_away_what_lies_over_a_question() -> None:
    over = lay_over(FORM, made.run(kind="snack"), "cancel", WORDS).run
    turn = back(FORM, over, WORDS)
    assert asked(turn) == "avoid"
    assert turn.run.answers.keys() == {"kind"}


def test_back_all_the_way_and_on_again_ends_where_it_was() -> None:
    run = full()
    for _ in FULL:
        run = back(FORM, run, WORDS).run
    assert not run.answers
    turn = says(run, "1", "aman", "3", "2", "siti", "Keripik", "lewati", "lewati")
    assert asked(turn) == "review"


def test_a_line_of_the_review_asks_that_line_alone_and_comes_back() -> None:
    turn = says(full(), "1")
    assert asked(turn) == "name"
    assert turn.run.answers.keys() == FULL.keys() - {"name"}
    again = says(turn.run, "Ujang")
    assert asked(again) == "review"
    assert again.answers["name"] == "Ujang"


def test_a_line_without_answers_of_its_own_opens_those_of_the_first_part() -> None:
    listed = says(full(), "4")
    assert asked(listed) == "~inner"
    assert listed.ask is not None
    assert "1 Keripik & camilan" in listed.ask.values["items"]
    place = says(listed.run, "3")
    assert asked(place) == "place"
    assert asked(says(place.run, "5")) == "review"
    assert asked(says(listed.run, "selesai")) == "review"


# --- wrong answers ---


def test_the_first_wrong_answer_is_told_how_the_second_simpler_the_third_offers_a_way_out() -> None:
    first = says(made.run(kind="snack", avoid=["none"]), "apa")
    assert first.ask is not None
    assert (first.ask.key, first.ask.error, first.understood) == ("q.place.err1", True, False)
    assert first.ask.values["said"] == "apa"
    second = says(first.run, "hmm")
    assert second.ask is not None
    assert second.ask.key == "q.place.err2"
    third = says(second.run, "eh")
    assert asked(third) == "~third"
    assert third.ask is not None
    assert third.ask.key == "common.third_time"


def test_skipping_keeps_what_skipping_means() -> None:
    stuck = says(made.run(kind="snack", avoid=["none"]), "a", "b", "c").run
    turn = taps(stuck, "~third", "skip")
    assert turn.run.answers["place"][1] == "skipped"
    assert notes(turn) == ["common.skipped"]
    assert asked(turn) == "count"


def test_trying_again_begins_to_count_anew() -> None:
    stuck = says(made.run(kind="snack", avoid=["none"]), "a", "b", "c").run
    again = says(stuck, "again")
    assert asked(again) == "place"
    wrong = says(again.run, "x").ask
    assert wrong is not None
    assert wrong.key == "q.place.err1"


def test_what_is_needed_cannot_be_skipped_but_an_officer_helps() -> None:
    stuck = says(made.run(), "a", "b", "c")
    assert asked(stuck) == "~third_required"
    turn = says(stuck.run, "officer")
    assert (turn.outcome, turn.stuck_at) == (Outcome.OFFICER, "kind")
    assert says(stuck.run, "later").outcome is Outcome.PARK


def test_a_way_out_is_open_to_the_right_answer_too() -> None:
    stuck = says(made.run(kind="snack", avoid=["none"]), "a", "b", "c").run
    assert asked(says(stuck, "desa7")) == "count"


def test_a_prompt_that_was_not_understood_says_so_and_stays() -> None:
    stuck = says(made.run(kind="snack", avoid=["none"]), "a", "b", "c").run
    turn = says(stuck, "hm")
    assert asked(turn) == "~third"
    assert notes(turn) == ["common.err_choice_1"]


def test_a_right_answer_ends_the_counting() -> None:
    run = says(made.run(kind="snack", avoid=["none"]), "a", "b").run
    run = back(FORM, says(run, "5").run, WORDS).run
    ask = says(run, "x").ask
    assert ask is not None
    assert ask.key == "q.place.err1"


def test_a_check_names_its_own_fault() -> None:
    run = made.run(kind="snack", avoid=["none"], place="p1", count=2)
    ask = says(run, "Siti 1").ask
    assert ask is not None
    assert ask.key == "q.name.err1"
    ask = says(run, "x" * 99).ask
    assert ask is not None
    assert ask.key == "common.too_long"


def test_what_is_no_text_is_a_wrong_answer_with_nothing_to_say_back() -> None:
    ask = take_turn(FORM, made.run(), Photo("x"), WORDS).ask
    assert ask is not None
    assert ask.values["said"] == "…"


def test_little_of_what_was_typed_is_said_back() -> None:
    ask = says(made.run(), "x" * 500).ask
    assert ask is not None
    assert len(ask.values["said"]) == 30


# --- asked back ---


def test_a_reading_counts_only_after_a_yes() -> None:
    run = made.run(kind="snack")
    read = says(run, "12")
    assert asked(read) == "~reading"
    assert "avoid" not in read.run.answers
    assert says(read.run, "ya").run.answers["avoid"][1] == ["rum", "pork"]
    assert asked(says(read.run, "tidak")) == "avoid"


def test_a_reading_may_be_answered_by_a_better_answer() -> None:
    read = says(made.run(kind="snack"), "12").run
    assert says(read, "aman").run.answers["avoid"][1] == ["none"]


def test_an_odd_number_and_then_another() -> None:
    run = made.run(kind="snack", avoid=["none"], place="p1")
    read = says(run, "500")
    assert asked(read) == "~reading"
    assert says(read.run, "5").run.answers["count"][1] == 5


def test_which_of_several_and_a_clash() -> None:
    which = says(made.run(kind="snack", avoid=["none"]), "tempat")
    assert asked(which) == "~which"
    assert says(which.run, "2").run.answers["place"][1] == "p2"
    clash = says(made.run(kind="snack"), "1 3")
    assert asked(clash) == "~clash"
    assert says(clash.run, "1").run.answers["avoid"][1] == ["none"]
    assert says(clash.run, "2").run.answers["avoid"][1] == ["rum"]


def test_what_was_ticked_beside_nothing_is_kept_whole() -> None:
    clash = says(made.run(kind="snack"), "1 2 3")
    assert clash.ask is not None
    assert clash.ask.values["label2"] == "Rum, mirin, Babi"
    assert says(clash.run, "1").run.answers["avoid"][1] == ["none"]
    assert says(clash.run, "2").run.answers["avoid"][1] == ["rum", "pork"]


def test_cancelling_asks_whether_to_keep() -> None:
    over = lay_over(FORM, made.run(kind="snack"), "cancel", WORDS)
    assert asked(over) == "~cancel"
    assert says(over.run, "keep").outcome is Outcome.PARK
    assert says(over.run, "discard").outcome is Outcome.DISCARD
    assert asked(says(over.run, "resume")) == "avoid"


# --- buttons, old and twice ---


def test_an_old_button_answers_its_own_question_never_the_current_one() -> None:
    turn = taps(made.run(kind="snack", avoid=["none"]), "kind", "tofu")
    assert turn.run.answers["kind"][1] == "tofu"
    assert notes(turn) == ["common.changed"]
    assert asked(turn) == "place"


def test_the_same_button_twice_changes_nothing() -> None:
    run = made.run(kind="snack")
    turn = taps(run, "kind", "snack")
    assert turn.run.answers == run.answers
    assert (asked(turn), notes(turn)) == ("avoid", [])


def test_a_button_of_another_run_is_never_applied() -> None:
    run = made.run(kind="snack")
    turn = taps(run, "kind", "cake", of="r0")
    assert (turn.outcome, turn.run.answers) == (Outcome.STALE, run.answers)
    assert asked(turn) == "avoid"


def test_a_button_of_a_question_that_no_longer_applies() -> None:
    turn = taps(made.run(kind="snack"), "cake", "cake")
    assert turn.outcome is Outcome.STALE
    assert "cake" not in turn.run.answers


def test_a_button_of_a_prompt_that_is_gone() -> None:
    turn = taps(made.run(kind="snack"), "~third", "skip")
    assert turn.outcome is Outcome.STALE


def test_an_option_that_never_was() -> None:
    turn = taps(made.run(), "kind", "nothing")
    assert not turn.understood
    assert not turn.run.answers


def test_ticks_are_redrawn_where_they_stand() -> None:
    turn = taps(made.run(kind="snack"), "avoid", "rum")
    assert turn.redraw
    assert turn.run.view["ticks"] == ["rum"]
    typed = take_turn(FORM, made.run(kind="snack"), Tap("r1", "avoid", "rum"), WORDS)
    assert not typed.redraw  # the platform did not say where
    done = taps(turn.run, "avoid", "!done")
    assert notes(done) == ["common.many_ack"]
    assert done.notes[0].values == {"items": "Rum, mirin"}


def test_a_page_turned_of_an_older_list_is_what_the_next_words_answer() -> None:
    run = made.run(kind="snack", avoid=["none"], place="p1")
    page = taps(run, "place", ">")
    assert asked(page) == "place"
    turn = says(page.run, "12")
    assert turn.run.answers["place"][1] == "p12"
    assert asked(turn) == "count"


def test_ticks_do_not_leak_into_the_next_list() -> None:
    run = taps(made.run(kind="snack"), "avoid", "rum").run
    assert "ticks" not in says(run, "selesai").run.view


# --- the row ---


def test_nothing_is_changed_in_place() -> None:
    run = full()
    before = dict(run.answers)
    says(run, "1")
    taps(run, "kind", "cake")
    back(FORM, run, WORDS)
    with_view(run, page=3)
    without(run, "kind")
    assert run.answers == before
    assert run.view == {}


@pytest.mark.parametrize("said", [Text(""), Text("مرحبا"), Text("{curly}"), Text("<b>"), Photo("x"), Tap("", "", "")])
def test_whatever_is_said_something_is_asked(said: Said) -> None:
    run = made.run()
    for _ in range(5):
        turn = take_turn(FORM, run, said, WORDS)
        assert turn.ask is not None
        run = turn.run


def test_what_is_on_the_table_follows_the_last_question_put() -> None:
    run = made.run(kind="snack")
    assert on_the_table(walk(FORM, run), run) is AVOID
    shown = with_view(run, at="kind")
    assert on_the_table(walk(FORM, shown), shown) is KIND
    gone = with_view(run, at="cake")
    assert on_the_table(walk(FORM, gone), gone) is None
    assert NAME.commands_win
