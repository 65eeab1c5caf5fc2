"""Untuk siapa: a saved filter over people and their businesses, kept as data and said in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from models import Channel, Language, Stage
from services import eligibility, regions
from services.staff import Actor, Forbidden, Right

if TYPE_CHECKING:
    from texts import Catalogue

SCHEMES = ("self_declare", "reguler", "officer", "none")
MOST_DAYS = 3650
LONGEST_PRODUCT = 80
MOST_VALUES = 500  # of one condition


class Left(StrEnum):
    """Why somebody who fits the filter is left out."""

    NO_CONSENT = "no_consent"  # did not agree to announcements
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    BUSY = "busy"  # in the middle of a form
    NO_TEMPLATE = "no_template"  # outside WhatsApp's 24 hours, without an approved template in their language
    CAP = "cap"  # has had as many announcements this month as the office promised at most
    DAILY_LIMIT = "daily_limit"  # beyond what WhatsApp lets us reach before it makes no sense any more


class AudienceRefused(ValueError):
    """The filter names something that does not exist; `what` says which, `near` what it may have meant."""

    def __init__(self, part: str, what: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(f"{part}: {what}")
        self.part, self.what, self.near = part, what[:80], near


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant: all conditions hold together, and within one any of its values does. Empty: everybody."""

    regencies: tuple[str, ...] = ()  # codes "36.02"
    districts: tuple[str, ...] = ()  # codes "36.02.14"
    sectors: tuple[str, ...] = ()  # the kind of product
    product: str = ""  # a word of a product's name
    schemes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    todos: tuple[str, ...] = ()  # open lines of the to-do list: "BUTUH_NIB"
    only_todo: bool = False  # … and nothing else is open: "tinggal NIB"
    event: str = ""  # the code of an event: signed up for …
    attended: bool | None = None  # … and there (or not there)
    language: str = ""
    channel: str = ""
    wrote_within: int | None = None  # days since their last message, at most
    silent_for: int | None = None  # … at least
    busy_too: bool = False  # also who is in the middle of a form
    programme: str = ""  # the code of a programme: asked for it; with stages, and stands in one of them there
    queued: bool = False  # with an event: waiting for a seat

    def as_json(self) -> dict[str, Any]:
        """What is said, without what is not."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in told.items()
            if value not in ((), "", None, False) or (name == "attended" and value is False)
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Audience":
        """Read back what `as_json` wrote. Raises AudienceRefused for a condition nobody knows."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(kept) - known)
        if unknown:
            raise AudienceRefused("filter", unknown[0])
        told: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        made = cls(**told)
        for name in told:  # it may have come in a link
            if not _of_its_kind(name, told[name]):
                raise AudienceRefused("filter", name)
        return made

    @property
    def about_business(self) -> bool:
        """Whether only people with a business that fits are meant."""
        return bool(
            self.regencies
            or self.districts
            or self.sectors
            or self.product
            or self.schemes
            or self.stages
            or self.programme
            or self.todos
        )


def _of_its_kind(name: str, value: Any) -> bool:
    if name in LISTS:
        return isinstance(value, tuple) and len(value) <= MOST_VALUES and all(isinstance(one, str) for one in value)
    if name in ("wrote_within", "silent_for"):
        return value is None or (isinstance(value, int) and not isinstance(value, bool))
    if name in ("only_todo", "busy_too", "queued"):
        return isinstance(value, bool)
    return value is None or isinstance(value, bool) if name == "attended" else isinstance(value, str)


LISTS = ("regencies", "districts", "sectors", "schemes", "stages", "todos")


def known(part: str) -> tuple[str, ...]:
    """Every value a condition may have; () for one that takes free words."""
    found: Mapping[str, Any] = {
        "regencies": regions.REGENCIES,
        "districts": {one.code: one for region in regions.REGENCIES.values() for one in region.districts},
        "sectors": _kinds_of_product(),
        "schemes": dict.fromkeys(SCHEMES),
        "stages": {stage.value: stage for stage in Stage},
        "todos": {code: code for rules in eligibility.shelf() for code in (*rules.todos, *rules.optional)},
        "language": {one.value: one for one in Language},
        "channel": {one.value: one for one in Channel},
    }
    return tuple(found.get(part, ()))


def _kinds_of_product() -> dict[str, str]:
    asked = (rules.asks.get("product") for rules in eligibility.shelf())
    return {one: one for ask in asked if ask is not None for one in ask.options}


def checked(audience: Audience) -> Audience:
    """The same, if everything it names exists. Raises AudienceRefused."""
    for part, values in _choices(audience):
        for value in values:
            if value not in known(part):
                raise AudienceRefused(part, value)
    if len(audience.product) > LONGEST_PRODUCT:
        raise AudienceRefused("product", audience.product)
    for part in ("wrote_within", "silent_for"):
        days = getattr(audience, part)
        if days is not None and not 0 <= days <= MOST_DAYS:
            raise AudienceRefused(part, str(days))
    seated = audience.attended is not None
    if ((seated or audience.queued) and not audience.event) or (seated and audience.queued):
        raise AudienceRefused("attended", "event")
    if audience.only_todo and not audience.todos:
        raise AudienceRefused("only_todo", "todos")
    return audience


def _choices(audience: Audience) -> Iterator[tuple[str, tuple[str, ...]]]:
    for part in LISTS:
        yield part, getattr(audience, part)
    for part in ("language", "channel"):
        yield part, (getattr(audience, part),) if getattr(audience, part) else ()


def within(audience: Audience, actor: Actor) -> Audience:
    """The filter as this account may use it: theirs are the people of their kab/kota. Raises Forbidden."""
    if actor.regencies is None:
        return audience
    asked = set(audience.regencies) or {code[:5] for code in audience.districts} or set(actor.regencies)
    if not asked <= set(actor.regencies):
        raise Forbidden(Right.DRAFT, sorted(asked - set(actor.regencies))[0], outside=True)
    return Audience.from_json({**audience.as_json(), "regencies": sorted(asked)})


def all_within(audience: Audience, actor: Actor) -> bool:
    """Whether everybody who may be meant is in the actor's kab/kota."""
    if actor.regencies is None:
        return True
    meant = set(audience.regencies) or {code[:5] for code in audience.districts}
    return bool(meant) and meant <= actor.regencies


def demand_all(audience: Audience, actor: Actor, right: Right) -> None:
    """Raise Forbidden unless everybody who may be meant is in the actor's kab/kota."""
    if not all_within(audience, actor):
        raise Forbidden(right, outside=True)


def in_words(audience: Audience, texts: "Catalogue", language: Language = Language.ID) -> str:
    """The filter as a sentence staff can check."""
    said = list(_parts(audience, texts, language))
    return texts.text("broadcast.everybody", language) if not said else "; ".join(said)


def _parts(audience: Audience, texts: "Catalogue", language: Language) -> Iterator[str]:
    def say(part: str, *names: str) -> str:
        return texts.text(f"broadcast.filter.{part}", language, items=", ".join(names))

    if audience.regencies:
        yield say("regencies", *(regions.REGENCIES[code].name for code in audience.regencies))
    if audience.districts:
        found = [regions.district(code) for code in audience.districts]
        yield say("districts", *(one.name for one in found if one))
    if audience.sectors:
        labels = {one.id: one.label for one in texts.options("journey.product", language)}
        yield say("sectors", *(labels.get(one, one) for one in audience.sectors))
    if audience.product:
        yield say("product", audience.product)
    if audience.schemes:
        yield say("schemes", *(texts.text(f"broadcast.scheme.{one}", language) for one in audience.schemes))
    if audience.stages:
        yield say("stages", *(texts.text(f"stage.{one}.name", language) for one in audience.stages))
    if audience.programme:
        yield say("programme", audience.programme)
    if audience.todos:
        lines = (texts.text(f"reason.{code}.short", language, **EXAMPLES) for code in audience.todos)
        yield say("only_todo" if audience.only_todo else "todos", *lines)
    yield from _about_contact(audience, texts, language)


EXAMPLES = {"ingredient": "…", "example": "…", "product": "…", "products": "…", "regency": "…", "district": "…"}


def _about_contact(audience: Audience, texts: "Catalogue", language: Language) -> Iterator[str]:
    if audience.event:
        how = {None: "signed", True: "attended", False: "missed"}[audience.attended]
        how = "queued" if audience.queued else how
        yield texts.text(f"broadcast.filter.{how}", language, items=audience.event)
    for part in ("language", "channel"):
        if getattr(audience, part):
            name = texts.text(f"broadcast.name.{getattr(audience, part)}", language)
            yield texts.text(f"broadcast.filter.{part}", language, items=name)
    for part in ("wrote_within", "silent_for"):
        if getattr(audience, part) is not None:
            yield texts.text(f"broadcast.filter.{part}", language, days=getattr(audience, part))
    if audience.busy_too:
        yield texts.text("broadcast.filter.busy_too", language)
