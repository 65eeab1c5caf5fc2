"""Tahap: which stage may follow which, by when its owner hears again, and what a move must tell. All of it is data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from models import Stage

SOURCE = Path(__file__).with_name("stages.yaml")
KEYS = frozenset({"then", "promise", "waits_for", "needs", "place", "ends"})
LONGEST_PROMISE = 60  # working days; whoever promises more promises nothing


class StagesRefused(ValueError):
    """The stages cannot be used; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


class Turn(StrEnum):
    """Whose turn it is."""

    OFFICE = "office"
    OWNER = "owner"
    AGENCY = "agency"  # BPJPH, the LPH, the companion: we can only ask
    NOBODY = "nobody"


class Need(StrEnum):
    """What must be told with a move."""

    REASON = "reason"
    CERTIFICATE = "certificate"
    DATE = "date"


class Effect(StrEnum):
    """What a stage does to a place of the quota."""

    TAKES = "takes"
    FREES = "frees"
    FREES_QUOTA = "frees_quota"  # unless the programme takes the regular route too
    NONE = "none"


@dataclass(frozen=True, slots=True)
class About:
    """One stage: what may follow it and what it asks for."""

    stage: Stage
    then: frozenset[Stage]
    promise: int | None  # working days until the owner hears again
    waits_for: Turn
    needs: frozenset[Need]
    place: Effect
    ends: bool


# Not yet on the way to BPJPH: asking again is judged anew. Withdrawn and lapsed ones come back as newcomers.
BEFORE_PLACE = frozenset({Stage.INTEREST, Stage.REVIEW, Stage.INCOMPLETE, Stage.READY, Stage.WAITING})
COMES_BACK = frozenset({Stage.WITHDRAWN, Stage.LAPSED})


@cache
def about(stage: Stage) -> About:
    """What the file says of a stage."""
    return load()[stage]


@cache
def load(path: Path = SOURCE) -> Mapping[Stage, About]:
    """All stages. Raises StagesRefused with every problem."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = list(problems(raw))
    if found:
        raise StagesRefused(found)
    return {Stage(name): _build(Stage(name), told) for name, told in raw.items()}


def _build(stage: Stage, told: Mapping[str, Any]) -> About:
    return About(
        stage=stage,
        then=frozenset(Stage(name) for name in told["then"]),
        promise=told.get("promise"),
        waits_for=Turn(told.get("waits_for", Turn.NOBODY.value)),
        needs=frozenset(Need(name) for name in told.get("needs", ())),
        place=Effect(told.get("place", Effect.NONE.value)),
        ends=bool(told.get("ends", False)),
    )


# --- checking what was written


def problems(raw: Any) -> Iterator[str]:
    """What is wrong with the file, one plain sentence each."""
    if not isinstance(raw, dict):
        yield "The file holds no stages."
        return
    known = {stage.value for stage in Stage}
    yield from (f"There is no stage '{name}'." for name in sorted(str(n) for n in raw.keys() - known))
    yield from (f"The stage '{name}' is missing." for name in sorted(known - raw.keys()))
    for name in known & raw.keys():
        yield from _wrong_with(name, raw[name], known)
    if raw.keys() == known and all(isinstance(told, dict) for told in raw.values()):
        yield from _unreached(raw)


def _wrong_with(name: str, told: Any, known: set[str]) -> Iterator[str]:
    if not isinstance(told, dict) or not isinstance(told.get("then"), list):
        yield f"{name}: 'then' must list the stages that may follow."
        return
    yield from (f"{name}: '{key}' is not known." for key in sorted(str(k) for k in told.keys() - KEYS))
    yield from (f"{name}: '{after}' under 'then' is no stage." for after in told["then"] if after not in known)
    if name in told["then"]:
        yield f"{name}: it cannot follow itself."
    if len(set(map(str, told["then"]))) < len(told["then"]):
        yield f"{name}: a stage is listed twice under 'then'."
    yield from _not_one_of(name, "waits_for", [told["waits_for"]] if "waits_for" in told else [], Turn)
    yield from _not_one_of(name, "place", [told["place"]] if "place" in told else [], Effect)
    yield from _not_one_of(name, "needs", told.get("needs", []), Need)
    yield from _wrong_promise(name, told)


def _not_one_of(name: str, key: str, given: Any, kind: type[StrEnum]) -> Iterator[str]:
    allowed = [member.value for member in kind]
    for one in given if isinstance(given, list) else [given]:
        if one not in allowed:
            yield f"{name}: '{key}' is '{one}', it may be {', '.join(allowed)}."


def _wrong_promise(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    promise, ends = told.get("promise"), told.get("ends", False)
    if not isinstance(ends, bool):
        yield f"{name}: 'ends' must be true or false."
    elif ends and (promise is not None or "waits_for" in told):
        yield f"{name}: it ends, so nothing can be promised or waited for."
    elif not ends and (not isinstance(promise, int) or not 1 <= promise <= LONGEST_PROMISE):
        yield f"{name}: 'promise' must be 1 to {LONGEST_PROMISE} working days: nobody is left without a date."
    elif not ends and "waits_for" not in told:
        yield f"{name}: 'waits_for' must say whose turn it is."


def _unreached(raw: Mapping[str, Any]) -> Iterator[str]:
    reached = {after for told in raw.values() for after in told.get("then") or ()}
    yield from (f"{name}: no other stage leads to it." for name in sorted(raw.keys() - reached))
