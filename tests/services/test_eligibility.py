"""The rules judge as the office wrote them down: case by case, and by laws that hold whatever is answered."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.eligibility import UNKNOWN, AskKind, Result, RuleSet, Scheme, answer_problems, evaluate, shelf
from services.eligibility.evaluating import applicable
from services.regions import districts_of

RULES = shelf()[0]
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine proves nothing
CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
GOOD = {  # an answer that leaves nothing to mend, for every question a line re-checks
    "regency": "36.02",
    "district": UNKNOWN,
    "product_kind": "food",
    "forbidden": ["none"],
    "replaceable": "done",
    "natural": "processed",
    "certified": "not_yet",
    "nib": "micro_small",
    "turnover_class": "upto_2b",
    "form": ["packaged"],
    "sites": "one",
    "outlets": "upto_one",
    "meat": ["none"],
    "meat_source": "certified",
    "minced": "own",
    "ingredients": "all_marked",
    "hazardous": "not_used",
    "shared_tools": "separate",
    "equipment": "home",
    "preservation": ["none"],
    "product_count": 1,
}
QUESTIONS_OF = {  # each line of the list, and the question of the rules it stands for
    "WILAYAH_DICEK": "regency",
    "JENIS_DICEK": "product_kind",
    "BAHAN_HARAM_DICEK": "forbidden",
    "GANTI_BAHAN_HARAM": "replaceable",
    "TANYA_PENGGANTI": "replaceable",
    "ALAMI_DICEK": "natural",
    "CEK_SERTIFIKAT": "certified",
    "BUTUH_NIB": "nib",
    "NIB_DICEK": "nib",
    "NIB_SKALA_DICEK": "nib",
    "OMZET_DICEK": "turnover_class",
    "BENTUK_DICEK": "form",
    "TEMPAT_DICEK": "sites",
    "GERAI_DICEK": "outlets",
    "BAHAN_HEWAN_DICEK": "meat",
    "DAGING_BERSERTIFIKAT": "meat_source",
    "SUMBER_DAGING_DICEK": "meat_source",
    "GILINGAN_BERSERTIFIKAT": "minced",
    "GILINGAN_DICEK": "minced",
    "BAHAN_TANPA_LOGO": "ingredients",
    "BAHAN_DICEK": "ingredients",
    "STOP_BERBAHAYA": "hazardous",
    "BERBAHAYA_DICEK": "hazardous",
    "PISAH_ALAT": "shared_tools",
    "ALAT_DICEK": "shared_tools",
    "PERALATAN_DICEK": "equipment",
    "PENGAWETAN_DICEK": "preservation",
    "BAGI_PENGAJUAN": "product_count",
    "JUMLAH_DICEK": "product_count",
}


def answers_of(case: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers and the facts of a case: its base with its changes."""
    answers = {**CASES["bases"]["P"], **CASES["differ"].get(case["base"], {}), **case["changes"]}
    facts = {key: answers.pop(key) for key in list(answers) if key in RULES.facts}
    return answers, facts


@st.composite
def any_answers(draw: st.DrawFn, rules: RuleSet = RULES) -> dict[str, Any]:
    """Any answers to all questions of the rules, also to those that do not apply."""
    answers: dict[str, Any] = {}
    for key, question in rules.questions.items():
        options = sorted(question.options)
        if question.kind is AskKind.NUMBER:
            answers[key] = draw(st.one_of(st.just(UNKNOWN), st.integers(question.low, 60)))
        elif question.kind is AskKind.MANY:
            ticks = st.lists(st.sampled_from(sorted(question.options - question.alone)), min_size=1, unique=True)
            answers[key] = draw(st.one_of(st.sampled_from([[one] for one in question.alone or options]), ticks))
        elif options:
            answers[key] = draw(st.sampled_from(options))
    places = districts_of(answers["regency"]) if answers["regency"] in ("36.72", "36.73") else ()
    answers["district"] = draw(st.sampled_from([UNKNOWN, *(place.code for place in places)]))
    return answers


FACTS = st.sampled_from([{}, {"officer_asked": True}])


def without_unknown(answers: dict[str, Any]) -> dict[str, Any]:
    """As if what is not known had not been answered at all."""
    kept: dict[str, Any] = {}
    for key, value in answers.items():
        known = [one for one in value if one != UNKNOWN] if isinstance(value, list | tuple) else value
        if known not in (UNKNOWN, []):
            kept[key] = known
    return kept


def test_all_102_cases_are_here() -> None:
    assert [case["id"] for case in CASES["cases"]] == [f"T{number:02d}" for number in range(1, 103)]


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: str(case["id"]))
def test_a_case_comes_out_as_written(case: dict[str, Any]) -> None:
    answers, facts = answers_of(case)
    result = evaluate(RULES, answers, facts)
    flags = case.get("flags", "")
    assert answer_problems(RULES, answers) == []
    assert result == Result(
        scheme=Scheme(case["scheme"]),
        ended=case["reasons"][0] if case["scheme"] == "none" else None,
        reasons=tuple(case.get("reasons", ())),
        officer=tuple(case.get("officer", ())),
        todos=tuple(case.get("todos", ())),
        optional=tuple(case.get("optional", ())),
        notes=tuple(case.get("notes", ())),
        missing=(),
        provisional="◇" in flags,
        place_waits="W" in flags,
        rule_set="banten-halal",
        version="2026.1",
    )


def test_a_supplier_who_cannot_be_changed_leads_to_the_regular_route_with_its_way_back() -> None:
    answers = {**CASES["bases"]["P"], **CASES["differ"]["M"], "meat_source": "cannot_change"}
    result = evaluate(RULES, answers)
    assert (result.scheme, result.reasons, result.optional) == ("reguler", ("SEMBELIHAN",), ("DAGING_DARI_RPH",))


def test_what_is_not_answered_is_named() -> None:
    answers = {key: value for key, value in CASES["bases"]["P"].items() if key not in ("nib", "form")}
    assert evaluate(RULES, answers).missing == ("nib", "form")


def test_a_result_reads_the_same_after_it_was_kept() -> None:
    answers, _ = answers_of(CASES["cases"][92])
    result = evaluate(RULES, answers)
    assert Result.from_json(result.as_json()) == result
    assert result.as_json()["todos"] == list(result.todos)


@LAW
@given(any_answers(), FACTS)
def test_there_is_always_exactly_one_scheme(answers: dict[str, Any], facts: dict[str, Any]) -> None:
    result = evaluate(RULES, answers, facts)
    assert result.scheme in Scheme
    assert result.missing == ()
    assert (result.scheme is Scheme.NONE) == (result.ended is not None)
    assert (result.scheme is Scheme.SELF_DECLARE) == (result.reasons == ("CALON_SELF_DECLARE",))
    assert (result.scheme is Scheme.REGULER) == bool(result.reasons and result.reasons[0] in RULES.reguler)
    assert not set(result.todos) - set(RULES.todos)


@LAW
@given(any_answers(), FACTS)
def test_not_knowing_never_ends_moves_or_calls_an_officer(answers: dict[str, Any], facts: dict[str, Any]) -> None:
    told, untold = evaluate(RULES, answers, facts), evaluate(RULES, without_unknown(answers), facts)
    assert (told.ended, told.scheme, told.reasons) == (untold.ended, untold.scheme, untold.reasons)
    assert told.officer == untold.officer


@LAW
@given(any_answers())
def test_mending_a_line_removes_it_and_adds_none_of_the_same_question(answers: dict[str, Any]) -> None:
    before = evaluate(RULES, answers)
    for code in before.todos:
        if code not in QUESTIONS_OF:
            continue
        question = QUESTIONS_OF[code]
        after = evaluate(RULES, {**answers, question: GOOD[question]})
        same = {other for other, asked in QUESTIONS_OF.items() if asked == question}
        assert not same.intersection(after.todos), (code, after.todos)


@LAW
@given(any_answers(), FACTS, st.randoms(use_true_random=False))
def test_stale_answers_and_the_order_of_answering_change_nothing(
    answers: dict[str, Any], facts: dict[str, Any], chance: random.Random
) -> None:
    result = evaluate(RULES, answers, facts)
    keys = list(answers)
    chance.shuffle(keys)
    assert evaluate(RULES, {key: answers[key] for key in keys}, facts) == result
    counted, _ = applicable(RULES, answers)
    assert evaluate(RULES, counted, facts) == result


@LAW
@given(any_answers())
def test_answers_that_fit_have_no_problems(answers: dict[str, Any]) -> None:
    if answers["district"] == UNKNOWN or answers["district"].startswith(str(answers["regency"])):
        assert answer_problems(RULES, answers) == []


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"forbidden": ["none", "pork"]}, "'none' of 'forbidden' stands alone, not beside others."),
        ({"nib": "maybe"}, "'maybe' is no option of 'nib'."),
        ({"shoe_size": 42}, "'shoe_size' is no question of the rules."),
        ({"nib": ["have"]}, "'nib' is answered in the wrong shape: ['have']."),
        ({"form": "packaged"}, "'form' is answered in the wrong shape: 'packaged'."),
        ({"product_count": 0}, "'product_count' must be a number from 1 to 9999, not '0'."),
        ({"product_count": True}, "'product_count' must be a number from 1 to 9999, not 'True'."),
        ({"regency": "36.01", "district": "36.02.14"}, "The kecamatan '36.02.14' is not in '36.01'."),
        ({"regency": "36.01", "district": "Menes"}, "The kecamatan 'Menes' is not in '36.01'."),
    ],
)
def test_answers_the_rules_cannot_judge_are_named(answers: dict[str, Any], sentence: str) -> None:
    assert answer_problems(RULES, answers) == [sentence]
