"""A rule set with a slip of the pen is refused before anyone is judged by it, in a sentence that says which."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.eligibility import NoRuleSet, RuleSetRefused, current, get, load, shelf
from services.eligibility.checking import overlaps
from services.eligibility.ruleset import RULES, make, read

TEXT = (RULES / "banten-halal-2026.1.yaml").read_text(encoding="utf-8")
Raw = dict[str, Any]


def swapped(raw: Raw) -> None:
    raw["rules"][0], raw["rules"][-2] = raw["rules"][-2], raw["rules"][0]


def looks_later(raw: Raw) -> None:
    raw["questions"]["regency"]["when"] = {"question": "nib", "is": "have"}


def ask_looks_later(raw: Raw) -> None:
    raw["asks"]["product"]["when"] = {"ask": "form", "is": "packaged"}


def ask_looks_at_later_answer(raw: Raw) -> None:
    raw["asks"]["product"]["when"] = {"question": "ingredients", "is": "all_marked"}


def no_way_back(raw: Raw) -> None:
    raw["reguler"]["SKALA"]["way_back"] = "NOWHERE"


def edge_elsewhere(raw: Raw) -> None:
    raw["thresholds"]["turnover_max"]["value"] = 10_000_000_000
    raw["questions"]["turnover_class"]["upto"]["upto_15b"] = "other"
    raw["thresholds"]["other"] = {**raw["thresholds"]["micro_max"], "value": 15_000_000_000}


def edges_fall(raw: Raw) -> None:
    raw["thresholds"]["medium_max"]["value"] = 1


BROKEN: list[tuple[Callable[[Raw], object], str]] = [
    (lambda raw: raw.pop("fees"), "There is no section 'fees'."),
    (lambda raw: raw.update(lists={}), "The section 'lists' is not known."),
    (lambda raw: raw["todos"].pop("BUTUH_NIB"), "leads to BUTUH_NIB, which is not defined under 'todos'."),
    (
        lambda raw: raw["todos"].update(SPARE={"ask": "owner"}),
        "SPARE is defined under 'todos' and no rule leads to it.",
    ),
    (lambda raw: raw["notes"].append("SPARE"), "SPARE is defined under 'notes' and no rule leads to it."),
    (lambda raw: raw["todos"]["BUTUH_NIB"].update(bevor="place"), "BUTUH_NIB says 'bevor', which means nothing."),
    (lambda raw: raw["todos"]["BUTUH_NIB"].update(before="dawn"), "before 'dawn', which does not exist."),
    (lambda raw: raw["todos"]["BUTUH_NIB"].update(only_for=["all"]), "only for a scheme that does not exist."),
    (
        lambda raw: raw["todos"]["BUTUH_NIB"].update(recheck=["nip"]),
        "re-checked by the ask 'nip', which is not defined.",
    ),
    (lambda raw: raw["conditions"].pop("haram"), "refers to 'haram', which is not defined."),
    (lambda raw: raw["conditions"].update(spare={"question": "nib", "is": "have"}), "'spare' is never used."),
    (lambda raw: raw["thresholds"].pop("cap_stall"), "the threshold 'cap_stall', which is not defined."),
    (lambda raw: raw["thresholds"].update(spare={"value": 1}), "The threshold 'spare' is never used."),
    (
        lambda raw: raw["questions"]["nib"]["options"].remove("have"),
        "names the option 'have', which 'nib' does not have.",
    ),
    (lambda raw: raw["questions"]["nib"]["options"].append("lost"), "'lost' of 'nib' is used by no rule"),
    (lambda raw: raw["questions"]["nib"]["quiet"].append("lost"), "calls 'lost' quiet, which is none of its options."),
    (lambda raw: raw["questions"]["meat"].update(alone=["nothing"]), "lets 'nothing' stand alone, which is none"),
    (lambda raw: raw["questions"]["nib"].update(wenn=1), "The question 'nib' says 'wenn', which means nothing."),
    (lambda raw: raw["questions"].update(age={"kind": "number"}), "answers the question 'age'."),
    (lambda raw: raw["rules"][0].update(note="SEBAGIAN_ALAMI"), "Rule 1 must say 'if' and exactly one of"),
    (lambda raw: raw["rules"][0].update({"if": {"qestion": "nib"}}), "has a condition that is none of"),
    (lambda raw: raw["rules"][0].update({"if": {"question": "nip", "is": "have"}}), "'nip', which is not defined."),
    (lambda raw: raw["rules"][0].update({"if": {"question": "nib", "was": "have"}}), "has a test that is none of"),
    (swapped, "stands behind rules of a later question"),
    (looks_later, "The question 'regency' looks at 'nib', which is asked later."),
    (no_way_back, "The way back of SKALA is NOWHERE, which is not defined under 'optional'."),
    (edge_elsewhere, "No class of turnover ends at turnover_max"),
    (edges_fall, "The classes of turnover do not rise."),
    (lambda raw: raw["questions"]["turnover_class"]["upto"].update(upto_2b="x"), "ends at 'x', which is no threshold."),
    (ask_looks_later, "The ask 'product' looks at the ask 'form', which comes later."),
    (ask_looks_at_later_answer, "looks at the question 'ingredients', which is answered later."),
    (lambda raw: raw["asks"]["form"].update(must=True), "The ask 'form' says 'must', which means nothing."),
    (lambda raw: raw["asks"]["form"].update(kind="slider"), "is of the kind 'slider', which does not exist."),
    (
        lambda raw: raw["asks"]["form"].update(heard=["kiosk"]),
        "lists 'kiosk' under 'heard', which is none of its options.",
    ),
    (lambda raw: raw["asks"]["minced"]["options"].update({False: {}}), "has the option False: put quotes around it."),
    (
        lambda raw: raw["asks"]["form"]["options"].update(kiosk={"frm": ["stall"]}),
        "answers 'frm', which is no question",
    ),
    (lambda raw: raw["asks"]["form"]["options"].update(kiosk={"form": "stall"}), "answers 'form' in the wrong shape"),
    (
        lambda raw: raw["asks"]["form"]["options"].update(kiosk={"form": ["kiosk"]}),
        "with 'kiosk', which is none of its",
    ),
    (lambda raw: raw["asks"]["product_count"].update({"as": "count"}), "answers 'count', which is no question"),
    (
        lambda raw: raw["asks"].pop("process"),
        "The ask 'preservation' looks at the ask 'process', which is not defined.",
    ),
    (lambda raw: raw["asks"].update(spare={"kind": "text", "recheck_only": True}), "'spare' is for re-checks only and"),
]


@pytest.mark.parametrize(("spoil", "sentence"), BROKEN, ids=[sentence[:50] for _, sentence in BROKEN])
def test_a_broken_rule_set_is_refused(spoil: Callable[[Raw], object], sentence: str) -> None:
    raw = read(TEXT)
    spoil(raw)
    with pytest.raises(RuleSetRefused) as refused:
        make(raw)
    assert any(sentence in problem for problem in refused.value.problems), refused.value.problems


def test_the_rule_set_as_it_is_has_no_problem() -> None:
    assert make(read(TEXT)) is not None


def test_what_is_written_twice_is_refused() -> None:
    with pytest.raises(RuleSetRefused, match="'SKALA' is written twice"):
        read(TEXT.replace("  OMZET: {}\n", "  OMZET: {}\n  SKALA: {}\n"))
    with pytest.raises(RuleSetRefused, match="holds no rule set"):
        read("- one\n- two\n")


def test_two_versions_valid_on_one_day_are_refused(tmp_path: Path) -> None:
    later = TEXT.replace('version: "2026.1"', 'version: "2027.1"').replace("2026-11-24 ", "2027-01-01 ")
    (tmp_path / "a.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(later, encoding="utf-8")
    with pytest.raises(RuleSetRefused, match=r"2026\.1 and 2027\.1 are both valid on 2027-01-01"):
        load(tmp_path)
    (tmp_path / "a.yaml").write_text(TEXT.replace("valid_to: null", "valid_to: 2026-12-31"), encoding="utf-8")
    assert [rules.version for rules in load(tmp_path)] == ["2026.1", "2027.1"]
    rules = shelf()[0]
    assert overlaps([rules, replace(rules, rule_set="other")]) == []


def test_a_new_run_takes_the_version_in_force_and_a_record_its_own() -> None:
    rules = current(dt.date(2026, 11, 24))
    assert (rules.rule_set, rules.version) == ("banten-halal", "2026.1")
    assert get("banten-halal", "2026.1") is rules
    with pytest.raises(NoRuleSet):
        current(dt.date(2026, 11, 23))
    with pytest.raises(NoRuleSet):
        get("banten-halal", "1999.1")


def test_nothing_is_shown_as_confirmed_before_the_office_confirmed_it() -> None:
    rules = shelf()[0]
    sourced = [*rules.thresholds.values(), *rules.fees.values(), *rules.dates.values()]
    assert not any(fact.confirmed for fact in sourced)
    assert all(fact.basis and fact.as_of for fact in sourced)
    assert rules.switches == {"obligation_text": False}
    assert rules.thresholds["turnover_max"].value == 15_000_000_000


def test_every_code_is_named_once() -> None:
    rules = shelf()[0]
    tables = (rules.ends, rules.reguler, rules.officer, rules.todos, rules.optional, rules.notes)
    assert sum(len(table) for table in tables) == len(rules.codes)
    assert all(line.code == code for code, line in {**rules.todos, **rules.optional}.items())
