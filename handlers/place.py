"""Nomor dan tempat: what came of asking for a place, said as what it is, and what may be added afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.form import Form
from conversation.kinds import Choice
from conversation.question import Label
from conversation.turn import Note, Turn
from handlers import consent, helping, reasons, result, status
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import REGION, Spoken
from models import Assessment, Purpose
from services import consents
from services.applications import Kind, Outcome, Standing


def show(
    desk: Desk, spoken: Spoken, turn: Turn, assessment: Assessment, outcome: Outcome, before: tuple[Note, ...]
) -> Next:
    """The number, what it is and is not, and by when something happens."""
    facts = {
        "business": outcome.business_id,
        "name": turn.answers.get("owner_name"),
        "helping": turn.answers.get("for_whom") == "helping",
        **result.facts_of(assessment),
    }
    notes = (*before, *told(desk, spoken, assessment, outcome))
    if facts["helping"]:
        return helping.registered(desk, spoken, outcome, facts, notes)
    return Next(notes, open="placed", facts=facts, changes={"business_id": outcome.business_id})


def told(desk: Desk, spoken: Spoken, assessment: Assessment, outcome: Outcome) -> tuple[Note, ...]:
    """What came of asking for a place, in the words of its kind."""
    values = _values(desk, spoken, assessment, outcome)
    if outcome.kind is Kind.PLACED:
        return (Note("place.given", values), *_left(desk, outcome))
    if outcome.kind is Kind.INCOMPLETE:
        if "nib" in outcome.lacking:
            return (Note("place.queued_without_nib", values),)
        return (Note("place.queued_todo", values),)
    return (Note(TOLD[outcome.kind], values),)


TOLD: Mapping[Kind, str] = {
    Kind.REVIEW: "place.queued_officer",
    Kind.WAITING: "place.waiting",
    Kind.INTEREST: "place.interest",
    Kind.CLOSED: "place.programme_closed",
    Kind.NOT_YET_OPEN: "place.not_yet_open",
    Kind.ALREADY: "register.already_registered",
}


def _values(desk: Desk, spoken: Spoken, assessment: Assessment, outcome: Outcome) -> dict[str, Any]:
    said = {key: kept[1] for key, kept in assessment.said.items()}
    promised = desk.office.local_day(outcome.promised_at) if outcome.promised_at else ""
    dates = {Kind.CLOSED: outcome.closes_at, Kind.NOT_YET_OPEN: outcome.opens_at}
    return {
        "name": said.get("owner_name"),
        "business": said.get("business_name"),
        "number": outcome.number,
        "programme": spoken.marked(outcome.programme),
        "next_date": promised,
        "date": desk.office.local_day(dates.get(outcome.kind, outcome.queued_at)),
        "short": spoken.marked(_why_officer(desk, spoken, assessment)),
        "items": spoken.marked(reasons.lines(desk, spoken, assessment, assessment.result["todos"])),
        "regency": Label(REGION, outcome.regency) if outcome.regency else "Banten",
        "position": outcome.position or 0,
        "interval": spoken.marked(spoken.said("place.interval", {})),
        "scheme": spoken.marked(spoken.said(f"place.schemes.{outcome.scheme}", {})),
    }


def _why_officer(desk: Desk, spoken: Spoken, assessment: Assessment) -> str:
    codes = [c for c in assessment.result["officer"] if c != "DIMINTA"]
    if not codes:
        return spoken.said("place.same_nib", {})
    return reasons.said(desk, spoken, assessment, codes[0], "short")


def _left(desk: Desk, outcome: Outcome) -> tuple[Note, ...]:
    fact = desk.office.confirmed("quota_public")
    if fact is None:
        return ()
    return (Note("place.given_shows_left", {"left": outcome.left, "quota": outcome.quota, "as_of": fact.as_of}),)


def moved(desk: Desk, spoken: Spoken, assessment: Assessment, before: Standing, outcome: Outcome) -> tuple[Note, ...]:
    """What a re-check did to the number one has; nothing is said when it did nothing."""
    if before.stage is outcome.stage:
        return ()
    if outcome.kind is not Kind.PLACED:
        return told(desk, spoken, assessment, outcome)
    by = desk.office.local_day(outcome.promised_at) if outcome.promised_at else desk.office.local_day(desk.now)
    owner = assessment.said.get("owner_name", [0, ""])[1]
    values = {"name": owner, "business": before.business, "number": outcome.number, "next_date": by}
    return (Note("place.claimed_later", values),)


# --- after the number ---


def form(facts: Facts) -> Form:
    """What can be tapped below the number. Whatever it is, it is answered first; then we ask what we may ask once."""
    ids = ("status", *(("list",) if facts["todos"] else ()), "menu")
    return Form(key="placed", questions=(Choice(key="what", text="place.given", prompt="", ids=ids, third="lost"),))


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Show what was asked for; below it, once, the consent to announcements, and after that the extra answers."""
    choice = str(turn.answers["what"])
    facts = turn.run.facts
    if choice == "list":
        return Next(open="todo", facts=facts)
    notes = status.notes(desk, spoken) if choice == "status" else ()
    if choice == "menu" and not _may_ask(desk, facts):
        return Next(open="menu")
    return _offer(desk, facts, notes)


def _may_ask(desk: Desk, facts: Facts) -> bool:
    """Only the owner may allow announcements, and is asked once."""
    if facts["helping"] or desk.chat.person_id is None:
        return False
    return Purpose.ANNOUNCEMENTS not in consents.standing(desk.session, desk.chat.person_id)


def _offer(desk: Desk, facts: Facts, notes: tuple[Note, ...]) -> Next:
    if _may_ask(desk, facts):
        return consent.ask(Purpose.ANNOUNCEMENTS, "after", facts, *notes)
    return Next(notes, open="after", facts=facts)
