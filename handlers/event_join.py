"""Mendaftar acara: at most four questions; what is known is shown and confirmed, consent to reminders asked here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice, Written
from conversation.question import Answers, Label
from conversation.turn import Note, Turn
from handlers import consent, event_mine, events, registration, result, shared
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import REGION, Spoken
from models import Event, EventState, Purpose
from services import consents, regions
from services.events import conditions, lists, queue, signing, sources, words
from services.events.signing import Guest, Signed, What

WHICH = "events.which_business"
NEW = "new"
AGREE, PAGE = "agree", "consent.reminders_page"


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """What was tapped below an event."""
    what, code = str(turn.answers["what"]), str(turn.run.facts["code"])
    if what == "list":
        return events.start(desk, spoken)
    if what == "genuine":
        return Next((events.genuine(desk, spoken, code),), open="event", facts=turn.run.facts)
    return join(desk, spoken, code, str(turn.run.facts["source"]))


def after_consent(then: str) -> Callable[[Desk, Spoken], Next] | None:
    """What goes on after the consent that was asked for on the way into an event ("event.SOS01.A1")."""
    if not then.startswith("event."):
        return None
    _, code, source = then.split(".")
    return lambda desk, spoken: join(desk, spoken, code, source)


def join(desk: Desk, spoken: Spoken, code: str, source: str) -> Next:
    """Consent first, where there is none; then what is still to be known."""
    event = lists.find(desk.session, code)
    if event is None or event.state is not EventState.OPEN:
        return events.detail(desk, spoken, code)
    person_id = desk.chat.person_id
    if person_id is None:
        return consent.ask(Purpose.SERVICE, f"event.{code}.{source}")
    known = _known(desk, person_id)
    facts = {
        "code": event.code,
        "title": event.title,
        "source": source,
        "known": known,
        "new": spoken.said(f"{WHICH}.new", {}),
        "remind": Purpose.REMINDERS not in consents.standing(desk.session, person_id),
    }
    return Next(_lacking(desk, spoken, event, known), open="event_join", facts=facts)


def _known(desk: Desk, person_id: int) -> list[list[str]]:
    """The businesses of this phone as `[id, owner, name, regency]`; without any, what was told for an earlier event."""
    theirs = [[str(b.id), b.owner_name, b.name, b.regency or ""] for b in shared.known(desk)]
    last = signing.last_of(desk.session, person_id) if not theirs else None
    return theirs if last is None else [["", last.name, last.business, last.regency or ""]]


def _lacking(desk: Desk, spoken: Spoken, event: Event, known: list[list[str]]) -> tuple[Note, ...]:
    """What the event asks for and the business lacks, as far as we know: told, never a refusal."""
    lacking = conditions.lacking(desk.session, event, int(known[0][0]) if known and known[0][0] else None)
    if not lacking:
        return ()
    named = {"items": event.conditions, "lacking": lacking}
    values = {k: tuple(Label("events.conditions", one) for one in v) for k, v in named.items()}
    return (Note("events.condition_missing", {**values, "event": event.title}),)


# --- the form


def _one(answers: Answers) -> list[str] | None:
    """The business that is meant, if it is a known one."""
    known = answers.facts["known"]
    if len(known) < 2:
        return known[0] if known else None
    return next((one for one in known if one[0] == answers.get("which")), None)


def _asked(name: str) -> Callable[[Answers], bool]:
    """A detail is asked where nothing is known, or where it has changed."""
    return lambda answers: _one(answers) is None or answers.get("change") == name


def form(facts: Facts) -> Form:
    """Which business, is it right, who comes, may we remind."""
    which = Choice(
        key="which",
        text=WHICH,
        prompt=f"{WHICH}.ask",
        ids=(*(one[0] for one in facts["known"]), NEW),
        when=lambda answers: len(facts["known"]) > 1,
        third="lost",
    )
    right = Choice(
        key="confirm", text="events.join_known", when=lambda a: _one(a) is not None, fill=_shown(facts), third="lost"
    )
    change = Choice(key="change", text="events.join_change", when=lambda a: a.get("confirm") == "change", third="lost")
    details = (
        Written(
            key="name", text="register.owner_name", check=registration.person_name, when=_asked("name"), required=True
        ),
        Written(
            key="business",
            text="register.business_name",
            check=registration.business_name,
            when=_asked("business"),
            required=True,
        ),
        Choice(key="regency", text="journey.regency", when=_asked("regency"), third="lost"),
    )
    who = Written(
        key="stand_in",
        text="events.who_comes",
        check=registration.person_name,
        when=lambda a: a.get("confirm") == "other",
        skippable=True,
        skipped="",
    )
    return Form(key="event_join", questions=(which, right, change, *details, who, *_remind(facts)))


def _remind(facts: Facts) -> tuple[Choice, ...]:
    """May we remind? With the full page a tap away, as every consent."""
    if not facts["remind"]:
        return ()
    ask = Choice(key=AGREE, text="consent.reminders", outright=consent.YES, required=True, third="lost")
    whole = Choice(
        key=PAGE,
        text=PAGE,
        prompt=PAGE,
        outright=consent.YES,
        third="lost",
        when=lambda a: a.get(AGREE) == "page",
        fill=lambda a: {"version_of": PAGE},
    )
    return ask, whole


def _shown(facts: Facts) -> Callable[[Answers], Mapping[str, Any]]:
    def fill(answers: Answers) -> Mapping[str, Any]:
        one = _one(answers)
        if one is None:
            return {}
        where = Label(REGION, one[3]) if one[3] else "Banten"
        return {"event": facts["title"], "name": one[1], "business": one[2], "regency": where}

    return fill


def options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The businesses of this phone as options, and another one."""
    found = [Option(one[0], result.cut(one[2]), frozenset((normalise(one[2]),))) for one in facts["known"]]
    return {WHICH: (*found, Option(NEW, facts["new"], frozenset((normalise(facts["new"]),))))}


# --- finished


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Keep the consent, take the place or the number on the list, and say which."""
    facts, answers = turn.run.facts, turn.answers
    event, person_id = lists.find(desk.session, str(facts["code"])), desk.chat.person_id
    if event is None or person_id is None:
        return events.detail(desk, spoken, str(facts["code"]))
    no = _consented(desk, spoken, answers, facts)
    source = str(facts["source"])
    source_id = sources.arrive(desk.session, event.id, source, desk.chat.id, desk.now) if source else None
    done = signing.sign_up(
        desk.session,
        event.id,
        _guest(desk, spoken, answers, person_id, source_id),
        token=event_mine.new_token(desk),
        calendar=desk.office.calendar,
        now=desk.now,
    )
    return _told(desk, spoken, done, *no)


def _consented(desk: Desk, spoken: Spoken, answers: Answers, facts: Facts) -> tuple[Note, ...]:
    if not facts["remind"]:
        return ()
    said, page = str(answers.get(PAGE) or answers[AGREE]), answers.get(AGREE) == "page"
    consent.record(desk, spoken, Purpose.REMINDERS, given=said == "yes", shown=PAGE if page else None)
    return () if said == "yes" else (Note("events.no_reminders"),)


def _guest(desk: Desk, spoken: Spoken, answers: Answers, person_id: int, source_id: int | None) -> Guest:
    one = _one(answers) or ["", "", "", ""]
    business = str(answers.get("business") or one[2])
    regency = str(answers.get("regency") or one[3])
    stand_in = answers.get("stand_in")
    if stand_in == "":
        stand_in = spoken.said("events.stand_in_unnamed", {"business": business})
    return Guest(
        person_id=person_id,
        conversation_id=desk.chat.id,
        business_id=int(one[0]) if one[0] else None,
        name=str(answers.get("name") or one[1]),
        business=business,
        regency=regency if regency in regions.REGENCIES else None,
        stand_in=stand_in,
        source_id=source_id,
    )


def _told(desk: Desk, spoken: Spoken, done: Signed, *before: Note) -> Next:
    row, event = done.sign_up, done.event
    if row is None:
        return events.detail(desk, spoken, event.code)
    if done.what is What.WAITING:
        return _waits(desk, spoken, done, *before)
    said = {What.ALREADY: "events.already", What.TAKEN: "events.seat_taken"}.get(done.what)
    values = {"business": row.business, "event": event.title}
    notes = (*before, Note(said, values)) if said else before
    return event_mine.page(desk, spoken, row, event, *notes)


def _waits(desk: Desk, spoken: Spoken, done: Signed, *before: Note) -> Next:
    """Full, or full for their kab/kota until a date."""
    row, event = done.sign_up, done.event
    if row is None:
        raise LookupError("somebody waits without a sign-up")
    shares = queue.bound_by_share(desk.session, event, row, desk.now)
    values = {**words.values(event, spoken.texts, spoken.language), "business": row.business}
    values |= {"position": done.position or 0, "deadline": event.regions_until or event.starts_at}
    values["regency"] = Label(REGION, row.regency) if row.regency else "Banten"
    note = Note("events.waiting_regency" if shares else "events.waiting", values)
    return event_mine.waits(row, *before, note)
