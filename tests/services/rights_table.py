"""Who may do what: every function that staff can call, with the right it asks for, and what a kab/kota means for it."""

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

import services
from models import (
    Business,
    CodePurpose,
    Stage,
)
from services import audit_pages, docket
from services.broadcasts.audience import Audience
from services.contacts.exporting import Wanted
from services.contacts.judging import Tally
from services.deciding import Way
from services.events import participants
from services.events.arranging import Over
from services.events.invitees import Filter
from services.events.kit import Ways
from services.guiding import Act
from services.moves import Told
from services.office import Fact
from services.people import searching
from services.programme_rules import Wanted as WantedProgramme
from services.staff import Right
from services.stage_import import Plan
from services.ticket_queue import Wanted as Queued
from services.undelivered import Kind
from tests.services import eventful, people
from tests.services.people import NOON
from tests.services.rights_world import DRAFT, HERE

ELSEWHERE = "36.71"
NOWHERE = Path("/nonexistent/daftar.xlsx")


class Where(Enum):
    """What a kab/kota means for a function."""

    SUBJECT = auto()  # it is about one thing, which belongs to a kab/kota: elsewhere it is refused
    LIST = auto()  # it shows what is the actor's: elsewhere nothing
    ANYWHERE = auto()  # it is about no kab/kota


@dataclass(frozen=True)
class Line:
    """One function: the right, where, and the arguments that are not the usual ones (of the world, by name)."""

    right: Right
    where: Where
    given: Mapping[str, Any] = field(default_factory=dict)
    also: frozenset[Right] = frozenset()  # what it needs besides
    instead: frozenset[Right] = frozenset()  # each of these does as well

    @property
    def ways(self) -> list[frozenset[Right]]:
        """The rights that are enough, each way by itself."""
        return [self.also | {one} for one in (self.right, *sorted(self.instead))]

    def allows(self, rights: frozenset[Right]) -> bool:
        """Whether these rights are enough."""
        return any(way <= rights for way in self.ways)


@dataclass(frozen=True)
class NoGate:
    """A function that asks for no right, and why that is right."""

    why: str


def subject(right: Right, **given: Any) -> Line:
    return Line(right, Where.SUBJECT, given)


def listing(right: Right, **given: Any) -> Line:
    return Line(right, Where.LIST, given)


def anywhere(right: Right, **given: Any) -> Line:
    return Line(right, Where.ANYWHERE, given)


def either(right: Right, other: Right, **given: Any) -> Line:
    return Line(right, Where.SUBJECT, given, instead=frozenset({other}))


def written(of: SimpleNamespace) -> int:
    """The number of the world's announcement."""
    return int(of.broadcast)


def owner(of: SimpleNamespace) -> int:
    """The owner of the world's business."""
    return int(of.owner)


COST = Fact("Rp0", "SK 1", NOON.date())
AS_WANTED = WantedProgramme("Halal", NOON, NOON + dt.timedelta(days=9), ("reguler",), 9, {}, "SK 1", NOON.date())
ITSELF = NoGate("it is the gate itself, or words a gate is made of")
CALLER = NoGate("the act that is asked about or written down has its own gate")

TABLE: Mapping[str, Line | NoGate] = {
    # accounts and what was done
    "accounts.add": anywhere(Right.USERS, name="baru", roles=["naskah"], display_name="Baru", regencies=[HERE]),
    "accounts.disable": anywhere(Right.USERS, name="rina"),
    "accounts.enable": anywhere(Right.USERS, name="rina"),
    "accounts.give_code": anywhere(
        Right.USERS, name="rina", purpose=CodePurpose.LINK, code="x" * 22, until=NOON + dt.timedelta(days=1)
    ),
    "accounts.link_code": anywhere(Right.USERS, name="rina", code="x" * 22),
    "accounts.listed": anywhere(Right.USERS),
    "accounts.set_roles": anywhere(Right.USERS, name="rina", roles=["naskah"]),
    "accounts.set_scope": anywhere(Right.USERS, name="rina", regencies=[HERE]),
    "signing_in.password_code": anywhere(Right.USERS, name="rina", code="x" * 22),
    "signing_in.browsers": NoGate("one's own sign-ins only"),
    "accounts.change": anywhere(Right.USERS, name="rina", roles=["naskah"], regencies=[HERE], seen="x"),
    "accounts.end_sessions": anywhere(Right.USERS, name="rina"),
    "accounts.find": anywhere(Right.USERS, name="rina"),
    "signing_in.browsers_of": anywhere(Right.USERS, name="rina"),
    "audit_pages.page": anywhere(Right.AUDIT, asked=audit_pages.Asked()),
    "auditing.shown": anywhere(Right.AUDIT),
    "auditing.verify": anywhere(Right.AUDIT, anchor=None),
    # tickets, questions, requests
    "tickets.listing": listing(Right.SEE),
    "tickets.page": subject(Right.SEE),
    "answers.answer": subject(Right.REVIEW, words="Besok."),
    "answers.answer_once": subject(Right.REVIEW, words="Besok."),
    "answers.close": subject(Right.REVIEW),
    "guiding.do": subject(Right.REVIEW, act=Act.AGAIN, looked_at="-", engine=None),
    "stuck.people": listing(Right.REVIEW),
    "stuck.look": subject(Right.REVIEW, engine=None),
    "ticket_queue.counts": anywhere(Right.SEE),
    "ticket_queue.find": listing(Right.SEE, wanted=Queued()),
    "transcript.demand_chat": subject(Right.REVIEW),
    "transcript.of_chat": subject(Right.REVIEW),
    "transcript.of_ticket": subject(Right.REVIEW),
    "asked.unanswered": listing(Right.SEE),
    "worklist.of": anywhere(Right.SEE),
    "held.count": anywhere(Right.SEE),
    "held.waiting": anywhere(Right.SEE),
    "requests.listed": listing(Right.SEE),
    "granting.close": subject(Right.REVIEW, apply=None, because="sudah"),
    "interests.counts": listing(Right.SEE),
    "people.searching.find": subject(Right.SEE, wanted=searching.Wanted(regency=HERE)),
    "people.profile.open_": subject(Right.SEE, person_id=owner, shown=False),
    "people.letters.sent": subject(Right.SEE, person_id=owner),
    "people.firm.open_": subject(Right.SEE, shown=False),
    "people.doubles.of": subject(Right.SEE),
    "people.settling.pair": subject(Right.REVIEW),
    "people.settling.different": subject(Right.REVIEW),
    "people.settling.same": subject(Right.REVIEW, double_id=1),
    "people.settling.reopen": subject(Right.REVIEW),
    # applications, places, chats
    "casework.case": subject(Right.SEE),
    "casework.listed": listing(Right.SEE),
    "dossier.open_": subject(Right.SEE, shown=False),
    "dossier.photo": subject(Right.SEE, media_id=1),
    "docket.counts": anywhere(Right.SEE),
    "docket.find": subject(Right.SEE, wanted=docket.Wanted(regency=HERE)),
    "docket_file.write": Line(
        Right.EXPORT, Where.SUBJECT, {"wanted": docket.Wanted(regency=HERE), "path": NOWHERE}, frozenset({Right.SEE})
    ),
    "overview.needs": anywhere(Right.SEE),
    "overview.reached": anywhere(Right.SEE),
    "overview.standing": anywhere(Right.SEE, code=people.CODE),
    "overview.today": anywhere(Right.SEE),
    "undelivered.counts": anywhere(Right.SEE),
    "undelivered.find": anywhere(Right.SEE, kind=Kind.HELD, page=1),
    "undelivered.let_go": subject(Right.REVIEW, delivery_id=lambda of: of.held),
    "undelivered.try_again": subject(Right.REVIEW, delivery_id=lambda of: of.held),
    "facts.confirm": anywhere(Right.PROGRAMME, name="sehati_cost", seen=0),
    "facts.correct": anywhere(Right.PROGRAMME, name="sehati_cost", wanted=COST, seen=0),
    "facts.listed": anywhere(Right.SEE),
    "facts.past": anywhere(Right.SEE, name="sehati_cost"),
    "facts.withdraw": anywhere(Right.PROGRAMME, name="sehati_cost", seen=0),
    "programme_changes.change": anywhere(Right.PROGRAMME, code=people.CODE, wanted=AS_WANTED, version=0),
    "programme_changes.foreseen": anywhere(Right.PROGRAMME, code=people.CODE, wanted=AS_WANTED),
    "programme_changes.listed": anywhere(Right.SEE),
    "programme_changes.seen": anywhere(Right.SEE, code=people.CODE),
    "in_hand.take": subject(Right.REVIEW),
    "programme_making.create": anywhere(Right.PROGRAMME, code="HALAL-2027", wanted=AS_WANTED, seen="1.0"),
    "programme_making.foreseen": anywhere(Right.PROGRAMME, code="HALAL-2027", wanted=AS_WANTED),
    "programme_making.last": anywhere(Right.SEE),
    "moves.move": subject(Right.REVIEW, to=Stage.DRAFTED),
    "moves.moved_unnoted": subject(Right.REVIEW, to=Stage.DRAFTED, told=Told()),
    "moves.write_down": CALLER,
    "correcting.ask": subject(Right.REVIEW, fields=("address",), reason="Kurang jelas."),
    "revisions.asking": subject(Right.REVIEW),
    "deciding.decide": subject(Right.REVIEW, way=Way.REGULER, reason="Katering."),
    "bulk.of_filter": Line(
        Right.REVIEW,
        Where.SUBJECT,
        {"wanted": docket.Wanted(regency=HERE), "to": Stage.WITHDRAWN, "told": Told()},
        frozenset({Right.SEE}),
    ),
    "bulk.of_numbers": anywhere(Right.REVIEW, numbers=[], to=Stage.WITHDRAWN, told=Told()),
    "bulk.preview": anywhere(Right.REVIEW, plan=Plan()),
    "companions.assign": subject(Right.REVIEW, staff_id=1),
    "companions.available": subject(Right.REVIEW, regency=HERE),
    "correcting.cancel": subject(Right.REVIEW),
    "correcting.seen": subject(Right.REVIEW),
    "stage_import.plan": anywhere(Right.REVIEW, rows=[["Nomor", "Tahap"], ["BTN-2026-000001", "Diajukan"]]),
    "stage_import.apply": anywhere(Right.REVIEW, planned=[]),
    "offers.lines": listing(Right.SEE),
    "offers.called": subject(Right.REVIEW, which="{waiting}"),
    "offers.wake": subject(Right.REVIEW, number="{waiting}"),
    "offering.now": subject(Right.REVIEW, number="{waiting}"),
    "finding.business": subject(Right.SEE, named="{number}"),
    "finding.chat": subject(Right.REVIEW, named="{number}"),
    "links.by_officer": subject(Right.REVIEW),
    "confirmations.on_paper": subject(Right.REVIEW, reference="BA-1"),
    "confirmations.open_ones": listing(Right.SEE),
    # contacts
    "contacts.exporting.lines": subject(Right.EXPORT, wanted=Wanted(regency=HERE)),
    "contacts.exporting.note": subject(Right.EXPORT, wanted=Wanted(regency=HERE), count=1),
    "contacts.keeping.begin": anywhere(Right.REVIEW, source="dinas"),
    "contacts.keeping.keep": anywhere(Right.REVIEW, judged=[]),
    "contacts.keeping.finish": anywhere(Right.REVIEW, tally=Tally()),
    "contacts.papers.claims": listing(Right.REVIEW),
    "contacts.papers.decide": anywhere(Right.REVIEW, reference="BA-1", confirmed=True),
    "contacts.papers.lines": listing(Right.REVIEW, reference="BA-1"),
    # events
    "events.arranging.create": subject(Right.EVENTS, opened=True),
    "events.arranging.open_up": subject(Right.EVENTS),
    "events.arranging.copy": subject(Right.EVENTS, starts_at=eventful.THURSDAY + dt.timedelta(days=7)),
    "events.arranging.move": subject(Right.EVENTS, place="Balai Desa"),
    "events.arranging.cancel": subject(Right.EVENTS, reason="hujan"),
    "events.arranging.change": subject(Right.EVENTS, values={"title": "Lain"}),
    "events.arranging.set_plan": subject(Right.EVENTS, entries=()),
    "events.arranging.set_shares": subject(Right.EVENTS, shares={}),
    "events.arranging.set_capacity": subject(Right.EVENTS, capacity=5, over=Over.REFUSE),
    "events.inviting.invite": subject(Right.EVENTS, people=[]),
    "events.inviting.invite_businesses": subject(Right.EVENTS, which=sa.select(Business.id)),
    "events.invitees.by_filter": listing(Right.EVENTS, wanted=Filter()),
    "events.kit.add_all": subject(Right.EVENTS, wanted=[]),
    "events.kit.links": subject(Right.SEE, ways=Ways()),
    "events.kit.note_taken": subject(Right.EVENTS),
    "events.after.opinion": subject(Right.SEE),
    "events.lists.waiting": subject(Right.SEE, limit=10),
    "events.sources.add": subject(Right.EVENTS, kind="dinas", name="Lebak", regency=None),
    "events.giving.certify_from": subject(Right.EVENTS, at=eventful.THURSDAY),
    "events.giving.keep_materials": subject(Right.EVENTS, name="materi.pdf", content=b"%PDF"),
    "events.giving.set_materials": subject(Right.EVENTS, url="https://contoh.go.id/materi"),
    "events.doors.make": subject(Right.EVENTS, name="Pintu A", token="t" * 32),
    "events.doors.of_event": subject(Right.EVENTS),
    "events.doors.revoke": subject(Right.EVENTS, door_id=1),
    "events.lists.all_events": listing(Right.SEE, past=False),
    "events.lists.for_staff": subject(Right.SEE),
    "events.lists.export": subject(Right.EXPORT),
    "events.participants.page": subject(Right.SEE, wanted=participants.Wanted()),
    "events.participants.remove": subject(Right.EVENTS, because="salah daftar"),
    "events.certifying.sheet": subject(Right.EXPORT),
    "events.roster.sheet": subject(Right.EXPORT),
    "events.roster.expected": subject(Right.DOOR),
    "events.attending.check_in": subject(Right.DOOR),
    "events.attending.check_in_card": subject(Right.DOOR, token="t" * 32),
    "events.attending.walk_in": subject(Right.DOOR, token="t" * 32),
    "events.attending.undo": subject(Right.DOOR),
    "events.attending.may_note": subject(Right.DOOR),
    # announcements: who approves may do what keeps others from reading wrong things
    "broadcasts.drafting.create": subject(Right.DRAFT, draft=DRAFT),
    "broadcasts.drafting.change": subject(Right.DRAFT, number=written, draft=DRAFT),
    "broadcasts.drafting.preview": either(Right.DRAFT, Right.APPROVE, number=written),
    "broadcasts.drafting.try_out": subject(Right.DRAFT, number=written),
    "broadcasts.approving.promise": either(Right.APPROVE, Right.DRAFT, number=written, version=1),
    "broadcasts.approving.candidates": anywhere(Right.DRAFT),
    "broadcasts.attaching.attach": subject(Right.DRAFT, number=written, content=b"%PDF-1.7 %%EOF"),
    "broadcasts.attaching.detach": subject(Right.DRAFT, number=written),
    "broadcasts.drafting.mine": ITSELF,
    "broadcasts.drafting.estimate": subject(Right.DRAFT, draft=DRAFT),
    "broadcasts.keeping.listed": listing(Right.DRAFT),
    "broadcasts.keeping.keep": subject(Right.DRAFT, name="Lebak", audience=Audience(regencies=(HERE,))),
    "broadcasts.keeping.drop": subject(Right.DRAFT, number=lambda of: int(of.kept)),
    "broadcasts.approving.ask": subject(Right.DRAFT, number=written),
    "broadcasts.approving.approve": either(Right.APPROVE, Right.DRAFT, number=written, version=1),
    "broadcasts.approving.reject": subject(Right.APPROVE, number=written, version=1),
    "broadcasts.fates.listed": listing(Right.SEE),
    "broadcasts.fates.progress": subject(Right.SEE, number=written),
    "broadcasts.fates.seen": subject(Right.SEE, number=written),
    "broadcasts.report_file.write": Line(
        Right.EXPORT, Where.SUBJECT, {"number": written, "path": NOWHERE}, also=frozenset({Right.SEE})
    ),
    "broadcasts.running.cancel": either(Right.DRAFT, Right.APPROVE, number=written),
    "broadcasts.running.demand_stop": either(Right.DRAFT, Right.APPROVE, number=written),
    "broadcasts.running.pause": either(Right.DRAFT, Right.APPROVE, number=written),
    "broadcasts.running.resume": either(Right.DRAFT, Right.APPROVE, number=written),
    "broadcasts.inviting.invite_audience": subject(Right.EVENTS, audience=Audience(regencies=(HERE,))),
    "broadcasts.inviting.invite": subject(Right.EVENTS, number=written),
    # the office's one calendar
    "calendar_entries.add": anywhere(Right.EVENTS, wanted=None),
    "calendar_entries.entries": anywhere(Right.SEE, since=NOON.date()),
    "calendar_entries.remove": anywhere(Right.EVENTS, entry_id=1),
    # what the gates are made of
    "broadcasts.audience.all_within": ITSELF,
    "broadcasts.audience.demand_all": ITSELF,
    "broadcasts.audience.within": ITSELF,
    "audit.note": CALLER,
    "confirming.ask": CALLER,
    "confirming.confirm": CALLER,
    "scope.demand_person": ITSELF,
    "scope.of_person": ITSELF,
    "staff.again": ITSELF,
    "staff.covers": ITSELF,
    "staff.demand": ITSELF,
    "staff.demand_for": ITSELF,
    "staff.is_second": ITSELF,
    "staff.within": ITSELF,
}


def callable_by_staff() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function in services/ that takes an actor, by its short name."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        found = importlib.import_module(module.name)
        for name, thing in vars(found).items():
            ours = inspect.isfunction(thing) and thing.__module__ == module.name and not name.startswith("_")
            if ours and "actor" in inspect.signature(thing).parameters:
                yield f"{module.name.removeprefix('services.')}.{name}", thing


def arguments(name: str, call: Callable[..., Any], of: SimpleNamespace, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a function is called with, apart from session and actor."""
    made = {}
    for parameter in inspect.signature(call).parameters.values():
        if parameter.name in ("session", "actor"):
            continue
        value = given.get(parameter.name, getattr(of, parameter.name, parameter.default))
        if value is inspect.Parameter.empty:
            raise LookupError(f"{name}: say in the table what {parameter.name} is")
        value = value(of) if callable(value) else value
        made[parameter.name] = value.format(**vars(of)) if isinstance(value, str) else value
    return made
