"""What people are asked, in which order, and what the rules make of their answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.eligibility import (
    SKIPPED,
    Ask,
    AskKind,
    Scheme,
    answer_problems,
    applies,
    derive,
    evaluate,
    overlay,
    recheck_applies,
    recheck_asks,
    recheck_options,
    shelf,
    stopped,
    turnover_class,
    turnover_option,
    walk,
)
from tests.services.test_eligibility import LAW, without_unknown

RULES = shelf()[0]
PLAIN: dict[str, Any] = {
    "for_whom": "self",
    "regency": "36.04",
    "district": "36.04.22",
    "product": "snack",
    "avoid": ["none"],
    "papers": ["nib"],
    "turnover": "micro",
    "form": "packaged",
    "sites": "one",
    "meat": ["none"],
    "ingredients": "all",
    "process": ["none"],
    "product_count": 3,
}
CATERER = {"product": "meals", "form": "catering", "meat": ["meat"], "meat_source": "all"}
BAKERY = {"product": "bakery", "sites": "outlets", "ingredients": "some", "ingredients_which": "mentega"}
NUGGETS = {"product": "meat", "meat_source": "some", "minced": "self"}
# Journey, what differs from PLAIN, asks, scheme, reasons, officer, lines of the list.
JOURNEYS = [
    ("keripik", {"papers": ["none"]}, 13, "self_declare", ["CALON_SELF_DECLARE"], [], ["BUTUH_NIB"]),
    ("caterer", CATERER, 14, "officer", [], ["KATERING"], ["NIB_SKALA_DICEK"]),
    ("bakery", BAKERY, 14, "reguler", ["LOKASI_GERAI"], [], ["BAHAN_TANPA_LOGO"]),
    (
        "nuggets",
        NUGGETS,
        14,
        "self_declare",
        ["CALON_SELF_DECLARE"],
        [],
        ["NIB_SKALA_DICEK", "DAGING_BERSERTIFIKAT"],
    ),
    ("drink", {"product": "drink"}, 13, "self_declare", ["CALON_SELF_DECLARE"], [], ["NIB_SKALA_DICEK"]),
]


def answered(wanted: dict[str, Any]) -> dict[str, Any]:
    """Answer what is asked, one ask after the other, as a phone would."""
    said: dict[str, Any] = {}
    while due := walk(RULES, said).open:
        said[due] = wanted[due]
    return said


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: str(journey[0]))
def test_the_five_journeys(journey: tuple[Any, ...]) -> None:
    _, changes, asks, scheme, reasons, officer, todos = journey
    said = answered({**PLAIN, **changes})
    result = evaluate(RULES, derive(RULES, said))
    assert (len(said), result.missing) == (asks, ())
    assert (result.scheme, list(result.reasons), list(result.officer), list(result.todos)) == (
        scheme,
        reasons,
        officer,
        todos,
    )


def test_nothing_is_open_after_the_scale_on_the_nib_sheet_was_read() -> None:
    answers = derive(RULES, answered(PLAIN))
    assert evaluate(RULES, overlay(RULES, answers, {"scale": "micro_small"})).todos == ()
    moved = evaluate(RULES, overlay(RULES, answers, {"scale": "medium_large"}))
    assert (moved.scheme, moved.reasons) == (Scheme.REGULER, ("SKALA",))
    unseen = evaluate(RULES, overlay(RULES, answers, {"scale": SKIPPED}))
    assert unseen.todos == ("NIB_SKALA_DICEK",)


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"regency": "outside"}, "RUJUK_LUAR_WILAYAH"),
        ({"product": "other"}, "LAYANAN_LAIN"),
        ({"avoid": ["alcohol", "hazard"], "replaceable": "no"}, "TIDAK_BISA_HALAL"),
        ({"product": "fresh", "natural": "yes"}, "MUNGKIN_DIKECUALIKAN"),
        ({"product": "soy_milk_egg", "natural": "yes"}, "MUNGKIN_DIKECUALIKAN"),
        ({"papers": ["nib", "certified"], "certified_changed": "no"}, "SUDAH_BERSERTIFIKAT"),
        ({"papers": ["certified"], "certified_changed": "yes"}, "PENGEMBANGAN"),
    ],
)
def test_five_things_end_the_check_as_soon_as_they_are_said(changes: dict[str, Any], end: str) -> None:
    said: dict[str, Any] = {}
    while stopped(RULES, said) is None:
        due = walk(RULES, said).open
        assert due is not None
        said[due] = {**PLAIN, **changes}[due]
    assert stopped(RULES, said) == end
    assert evaluate(RULES, derive(RULES, said)).ended == end
    assert list(said)[-1] == list(changes)[-1]


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ({"avoid": ["alcohol", "dye"]}, {"forbidden": ("alcohol",), "hazardous": "used"}),
        ({"avoid": ["other_haram"]}, {"forbidden": ("other_haram",), "hazardous": "not_used"}),
        ({"avoid": ["unsure"]}, {"forbidden": ("unknown",), "hazardous": "unknown"}),
        ({"avoid": ["pork", "unsure"]}, {"forbidden": ("pork", "unknown"), "hazardous": "unknown"}),
        ({"avoid": SKIPPED}, {"forbidden": ("unknown",), "hazardous": "unknown"}),
        ({"papers": ["pirt", "brand"]}, {"nib": "not_yet", "certified": "not_yet"}),
        ({"papers": ["unsure", "nib"]}, {"nib": "have", "certified": "not_yet"}),
        ({"papers": ["unsure"]}, {"nib": "unknown", "certified": "not_yet"}),
        ({"papers": ["certified"]}, {"nib": "not_yet"}),
        ({"papers": SKIPPED}, {"nib": "unknown", "certified": "unknown"}),
        ({"turnover": "new"}, {}),
        ({"turnover": "new", "capital": "medium"}, {"turnover_class": "upto_50b"}),
        ({"turnover": "small", "capital": "medium"}, {"turnover_class": "upto_15b"}),
        ({"turnover": SKIPPED}, {"turnover_class": "unknown"}),
        ({"sites": "kitchens"}, {"sites": "several", "outlets": "upto_one"}),
        ({"sites": "unsure"}, {"sites": "unknown", "outlets": "unknown"}),
        ({"meat": ["broth", "gelatin"]}, {"meat": ("derivative",), "minced": "not_minced"}),
        ({"meat": ["gelatin", "minced"]}, {"meat": ("red_meat", "poultry", "derivative")}),
        ({"meat": ["minced"], "minced": "other"}, {"meat": ("red_meat", "poultry"), "minced": "public_grinder"}),
        ({"meat": ["meat"], "minced": "other"}, {"meat": ("red_meat", "poultry"), "minced": "not_minced"}),
        ({"meat": ["processed"], "meat_source": "self_slaughter"}, {"meat": ("processed",), "minced": "not_minced"}),
        ({"form": "warung"}, {"form": ("stall",)}),
        ({"form": SKIPPED}, {"form": ("unknown",)}),
        ({"process": ["shared"]}, {"shared_tools": "shared", "equipment": "home", "preservation": ("none",)}),
        ({"process": ["preserved"]}, {"shared_tools": "separate", "equipment": "home"}),
        ({"process": ["preserved"], "preservation": ["cold", "vacuum"]}, {"preservation": ("cold", "vacuum")}),
        ({"process": ["none"], "preservation": ["advanced"]}, {"preservation": ("none",)}),
        ({"product_count": "unsure"}, {"product_count": "unknown"}),
        ({"product_count": SKIPPED}, {"product_count": "unknown"}),
        ({"product": SKIPPED}, {"product_kind": "unknown", "natural": "unknown"}),
        ({"regency": "36.04", "district": SKIPPED}, {"regency": "36.04", "district": "unknown"}),
        ({"product": "no such option", "form": 7, "meat": ["no such tick"]}, {}),
    ],
)
def test_what_the_rules_make_of_what_was_said(said: dict[str, Any], given: dict[str, Any]) -> None:
    derived = derive(RULES, said)
    assert {key: derived.get(key) for key in given} == given
    assert bool(given) == bool(derived)


def test_an_answer_this_version_does_not_know_is_asked_again() -> None:
    assert walk(RULES, {**PLAIN, "product": "no such option"}).open == "product"
    assert walk(RULES, {**PLAIN, "avoid": "none"}).open is None


def test_the_number_of_asks_never_shrinks_but_where_two_grow_from_it() -> None:
    first = len(walk(RULES, {}).path)
    assert first == 13
    for product in RULES.asks["product"].options:
        assert len(walk(RULES, {**PLAIN, "product": product}).path) >= first


def test_only_for_whom_and_regency_may_not_be_skipped() -> None:
    assert [ask.key for ask in RULES.script if ask.required] == ["for_whom", "regency"]


def test_exactly_15_billion_is_below_the_line() -> None:
    edges = {2_000_000_000: "upto_2b", 15_000_000_000: "upto_15b", 15_000_000_001: "upto_50b"}
    assert {rupiah: turnover_class(RULES, rupiah) for rupiah in edges} == edges
    assert turnover_class(RULES, 50_000_000_000) == "upto_50b"
    assert turnover_class(RULES, 50_000_000_001) == "over_50b"
    assert turnover_option(RULES, 500_000 * 300) == "micro"
    assert turnover_option(RULES, 60_000_000_000) == "large"


# --- at random -----------------------------------------------------------------------------------------------------


def any_answer(ask: Ask, draw: Any, recheck: bool = False) -> Any:
    """Any answer a person could give to an ask, skipping included."""
    options = [*(recheck_options(ask) if recheck else ask.options), *ask.heard]
    if ask.kind is AskKind.MANY:
        ticks = st.lists(st.sampled_from([o for o in options if o not in ask.alone]), min_size=1, unique=True)
        return draw(st.one_of(st.just(SKIPPED), st.sampled_from([[one] for one in sorted(ask.alone)]), ticks))
    if ask.kind is AskKind.NUMBER:
        return draw(st.one_of(st.sampled_from([SKIPPED, *options]), st.integers(1, 60)))
    if ask.kind is AskKind.TEXT:
        return "minyak curah"
    if ask.kind is AskKind.DISTRICT:
        return SKIPPED
    return draw(st.sampled_from(options if ask.required else [SKIPPED, *options]))


@st.composite
def any_said(draw: st.DrawFn) -> dict[str, Any]:
    """Any answers to all asks, also to those that do not apply."""
    return {ask.key: any_answer(ask, draw) for ask in RULES.script}


@LAW
@given(any_said())
def test_everything_said_is_judged(said: dict[str, Any]) -> None:
    answers = derive(RULES, said)
    result = evaluate(RULES, answers)
    assert answer_problems(RULES, answers) == []
    assert result.missing == ()
    assert result.ended == stopped(RULES, said)
    assert (result.scheme is Scheme.SELF_DECLARE) == (result.reasons == ("CALON_SELF_DECLARE",))
    assert not (result.scheme is Scheme.SELF_DECLARE and set(result.reasons) & set(RULES.reguler))


@LAW
@given(any_said(), st.randoms(use_true_random=False))
def test_stale_answers_and_their_order_change_nothing(said: dict[str, Any], chance: Any) -> None:
    keys = list(said)
    chance.shuffle(keys)
    path = walk(RULES, said).path
    assert derive(RULES, {key: said[key] for key in keys}) == derive(RULES, said)
    assert derive(RULES, {key: said[key] for key in keys if key in path}) == derive(RULES, said)
    assert path == tuple(key for key in RULES.asks if applies(RULES, key, said))


@LAW
@given(any_said())
def test_not_sure_never_ends_moves_or_calls_an_officer(said: dict[str, Any]) -> None:
    answers = derive(RULES, said)
    told, untold = evaluate(RULES, answers), evaluate(RULES, without_unknown(answers))
    assert (told.ended, told.scheme, told.officer) == (untold.ended, untold.scheme, untold.officer)


@pytest.mark.parametrize("product", ["snack", "meat", "fresh", SKIPPED])
def test_not_sure_everywhere_is_a_long_list_and_no_verdict(product: str) -> None:
    unsure = {
        ask.key: ["unsure"] if ask.kind is AskKind.MANY else "unsure" if "unsure" in ask.options else SKIPPED
        for ask in RULES.script
    }
    said = {**unsure, "for_whom": "self", "regency": "36.04", "product": product, "papers": ["certified", "unsure"]}
    result = evaluate(RULES, derive(RULES, said))
    assert (result.scheme, result.officer, result.missing) == (Scheme.SELF_DECLARE, (), ())
    assert len(result.todos) > 10
    assert result.provisional
    assert result.place_waits


GOOD = {  # what is said when a line is settled
    "regency": "36.04",
    "district": "36.04.22",
    "product": "snack",
    "forbidden": ["none"],
    "replaceable": "done",
    "natural": "no",
    "certified": "no",
    "nib": "yes",
    "scale": "micro_small",
    "turnover": "micro",
    "form": "packaged",
    "sites": "one",
    "outlets": "one",
    "meat": ["none"],
    "meat_source": "all",
    "minced": "self",
    "ingredients": "all",
    "hazardous": "no",
    "shared_tools": "no",
    "equipment": "simple",
    "preservation": ["none"],
    "product_count": 1,
}


def rechecked(code: str, answers: dict[str, Any], wanted: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Re-check one line, ask by ask; the answers after it, and what was asked."""
    said: dict[str, Any] = {}
    for key in recheck_asks(RULES, code):
        if recheck_applies(RULES, code, key, answers, said):
            said[key] = wanted(RULES.asks[key])
    return overlay(RULES, answers, said), tuple(said)


@LAW
@given(any_said())
def test_mending_a_line_at_a_recheck_removes_it_and_adds_none_of_the_same_ask(said: dict[str, Any]) -> None:
    answers = derive(RULES, said)
    for code in evaluate(RULES, answers).todos:
        if not recheck_asks(RULES, code):
            continue
        after, asked = rechecked(code, answers, lambda ask: GOOD[ask.key])
        lines = [other for other in RULES.todos if set(recheck_asks(RULES, other)[:1]) & set(asked)]
        assert not set(lines) & set(evaluate(RULES, after).todos), (code, asked)


@LAW
@given(st.data())
def test_any_recheck_leaves_answers_that_can_be_judged(data: st.DataObject) -> None:
    answers = derive(RULES, data.draw(any_said()))
    result = evaluate(RULES, answers)
    for code in (*result.todos, *result.optional):
        if recheck_asks(RULES, code):
            after, _ = rechecked(code, answers, lambda ask: any_answer(ask, data.draw, recheck=True))
            assert answer_problems(RULES, after) == []
            assert evaluate(RULES, after).missing == ()


# --- re-checks, one by one -----------------------------------------------------------------------------------------


def test_a_line_is_rechecked_by_its_own_ask_and_what_that_opens() -> None:
    answers = derive(RULES, answered({**PLAIN, "papers": ["none"]}))
    assert recheck_asks(RULES, "BUTUH_NIB") == ("nib", "scale")
    assert not recheck_applies(RULES, "BUTUH_NIB", "scale", answers, {})
    assert not recheck_applies(RULES, "BUTUH_NIB", "scale", answers, {"nib": "no"})
    assert recheck_applies(RULES, "BUTUH_NIB", "scale", answers, {"nib": "yes"})
    assert evaluate(RULES, overlay(RULES, answers, {"nib": "yes", "scale": "micro_small"})).todos == ()
    assert answers["nib"] == "not_yet"  # the earlier record is left as it was


def test_meat_that_cannot_come_from_a_certified_source_moves_to_the_regular_route_and_back() -> None:
    answers = derive(RULES, answered({**PLAIN, **NUGGETS}))
    code = "DAGING_BERSERTIFIKAT"
    assert not recheck_applies(RULES, code, "meat_change", answers, {"meat_source": "all"})
    assert recheck_applies(RULES, code, "meat_change", answers, {"meat_source": "some"})
    for looking in ("yes", "unsure", SKIPPED):
        laid = overlay(RULES, answers, {"meat_source": "some", "meat_change": looking})
        assert code in evaluate(RULES, laid).todos
    moved = evaluate(RULES, laid := overlay(RULES, answers, {"meat_source": "some", "meat_change": "no"}))
    assert (moved.scheme, moved.reasons, moved.optional) == ("reguler", ("SEMBELIHAN",), ("DAGING_DARI_RPH",))
    assert evaluate(RULES, overlay(RULES, laid, {"meat_source": "all"})).scheme is Scheme.SELF_DECLARE


def test_an_answer_no_longer_opened_counts_for_nothing() -> None:
    answers = derive(RULES, answered({**PLAIN, "turnover": "unsure"}))
    laid = overlay(RULES, answers, {"turnover": "small", "capital": "medium"})
    assert laid["turnover_class"] == "upto_15b"
    assert overlay(RULES, answers, {"turnover": "new", "capital": "medium"})["turnover_class"] == "upto_50b"


def test_an_old_certificate_calls_an_officer() -> None:
    answers = derive(RULES, answered({**PLAIN, "papers": ["certified"], "certified_changed": "unsure"}))
    assert "CEK_SERTIFIKAT" in evaluate(RULES, answers).todos
    result = evaluate(RULES, overlay(RULES, answers, {"certified": "old"}))
    assert (result.scheme, result.officer) == (Scheme.OFFICER, ("SERTIFIKAT_LAMA",))


def test_kitchens_and_outlets_are_rechecked_each_by_itself() -> None:
    answers = derive(RULES, answered({**PLAIN, "sites": "unsure"}))
    assert {"TEMPAT_DICEK", "GERAI_DICEK"} <= set(evaluate(RULES, answers).todos)
    assert recheck_asks(RULES, "GERAI_DICEK") == ("outlets",)
    assert evaluate(RULES, overlay(RULES, answers, {"outlets": "several"})).reasons == ("LOKASI_GERAI",)


def test_tools_that_cannot_be_kept_apart_stay_on_the_list() -> None:
    answers = derive(RULES, answered({**PLAIN, "process": ["shared"]}))
    assert recheck_applies(RULES, "PISAH_ALAT", "can_separate", answers, {"shared_tools": "yes"})
    result = evaluate(RULES, overlay(RULES, answers, {"shared_tools": "yes", "can_separate": "no"}))
    assert (result.scheme, "PISAH_ALAT" in result.todos) == (Scheme.SELF_DECLARE, True)


def test_replaced_is_offered_at_a_recheck_only() -> None:
    ask = RULES.asks["replaceable"]
    assert ask.options == ("yes", "no", "unsure")
    assert recheck_options(ask) == ("done", "yes", "no", "unsure")
    answers = derive(RULES, answered({**PLAIN, "avoid": ["alcohol"], "replaceable": "yes"}))
    todos = evaluate(RULES, overlay(RULES, answers, {"replaceable": "done", "scale": "micro_small"})).todos
    assert todos == ("BUKTI_PENGGANTI",)
