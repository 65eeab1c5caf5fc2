"""The stages are data, and data that would strand somebody is refused in plain sentences."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from models import Stage
from services import stages
from services.stages import SOURCE, Effect, Need, StagesRefused, Turn
from texts import load

RAW: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


def without(stage: str, key: str) -> dict[str, Any]:
    raw = copy.deepcopy(RAW)
    del raw[stage][key]
    return raw


def changed(stage: str, **values: Any) -> dict[str, Any]:
    raw = copy.deepcopy(RAW)
    raw[stage] |= values
    return raw


def test_every_stage_is_there_and_has_its_words() -> None:
    assert stages.load().keys() == set(Stage)
    texts = load()
    for stage in Stage:
        for language in ("id", "en"):
            assert texts.text(f"stage.{stage.value}.name", language)
            assert texts.text(f"stage.{stage.value}.next", language)
            assert texts.has(f"stage.{stage.value}.tell")


def test_from_every_stage_there_is_a_way_to_an_end() -> None:
    for stage in Stage:
        seen, ahead = set[Stage](), {stage}
        while ahead:
            seen |= ahead
            ahead = {after for one in ahead for after in stages.about(one).then} - seen
        assert any(stages.about(one).ends for one in seen), stage


def test_the_owner_may_withdraw_until_it_is_issued() -> None:
    may = {stage for stage in Stage if Stage.WITHDRAWN in stages.about(stage).then}
    assert may == set(Stage) - {Stage.ISSUED, Stage.WITHDRAWN, Stage.LAPSED}


def test_what_a_move_asks_for() -> None:
    assert stages.about(Stage.ISSUED).needs == {Need.CERTIFICATE}
    assert stages.about(Stage.AUDIT).needs == {Need.DATE}
    told_why = {stage for stage in Stage if Need.REASON in stages.about(stage).needs}
    assert told_why == {Stage.SENT_BACK, Stage.REFUSED, Stage.TO_REGULAR, Stage.INCOMPLETE}
    freed = {stage for stage in Stage if stages.about(stage).place is Effect.FREES}
    assert freed == {Stage.WITHDRAWN, Stage.REFUSED, Stage.LAPSED}
    assert stages.about(Stage.ISSUED).waits_for is Turn.NOBODY


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ([], "The file holds no stages."),
        ({k: v for k, v in RAW.items() if k != "TERBIT"}, "The stage 'TERBIT' is missing."),
        (RAW | {"SELESAI": {"then": []}}, "There is no stage 'SELESAI'."),
        (without("DIAJUKAN", "then"), "DIAJUKAN: 'then' must list the stages that may follow."),
        (without("DIAJUKAN", "promise"), "DIAJUKAN: 'promise' must be 1 to 60 working days"),
        (without("DIAJUKAN", "waits_for"), "DIAJUKAN: 'waits_for' must say whose turn it is."),
        (changed("DIAJUKAN", promise=0), "DIAJUKAN: 'promise' must be 1 to 60 working days"),
        (changed("DIAJUKAN", then=["DIAJUKAN", "TERBIT"]), "DIAJUKAN: it cannot follow itself."),
        (changed("DIAJUKAN", then=["TERBIT", "TERBIT"]), "DIAJUKAN: a stage is listed twice under 'then'."),
        (changed("DIAJUKAN", then=["HILANG"]), "DIAJUKAN: 'HILANG' under 'then' is no stage."),
        (changed("DIAJUKAN", waits_for="luck"), "DIAJUKAN: 'waits_for' is 'luck', it may be office"),
        (changed("DIAJUKAN", needs=["money"]), "DIAJUKAN: 'needs' is 'money', it may be reason"),
        (changed("DIAJUKAN", place="lost"), "DIAJUKAN: 'place' is 'lost', it may be takes"),
        (changed("DIAJUKAN", ends="perhaps"), "DIAJUKAN: 'ends' must be true or false."),
        (changed("DIAJUKAN", colour="red"), "DIAJUKAN: 'colour' is not known."),
        (changed("TERBIT", promise=3), "TERBIT: it ends, so nothing can be promised or waited for."),
    ],
)
def test_what_is_refused(raw: Any, says: str, tmp_path: Path) -> None:
    path = tmp_path / "stages.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(StagesRefused) as refused:
        stages.load(path)
    assert any(says in sentence for sentence in refused.value.problems), refused.value.problems


def test_a_stage_nobody_can_reach_is_refused(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    for told in raw.values():
        told["then"] = [after for after in told["then"] if after != "AUDIT_LPH"]
    assert "AUDIT_LPH: no other stage leads to it." in list(stages.problems(raw))
