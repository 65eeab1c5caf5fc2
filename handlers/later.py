"""Nanti: every date that was said becomes a row, so that the bot or the office comes back to it by itself."""

from __future__ import annotations

from handlers import reasons
from handlers.desk import Desk
from handlers.spoken import Spoken
from models import Assessment, DueKind, Topic
from services import dues, tickets
from services.applications import Kind, Outcome
from services.eligibility import CANDIDATE

PROMISED = frozenset((Kind.PLACED, Kind.REVIEW, Kind.INTEREST, Kind.CLOSED))  # news by a date, from the office


def remind(desk: Desk, spoken: Spoken, assessment: Assessment, code: str, kind: DueKind = DueKind.TODO) -> None:
    """Ask about a code again in `office.remind_days` days, in the morning."""
    needed = desk.texts.needs(f"reason.{code}.short")
    values = reasons.values(desk, spoken, assessment, code)
    dues.plan(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=assessment.person_id,
        kind=kind,
        about={
            "reason": code,
            "values": {name: str(spoken.value(values[name])) for name in sorted(needed)},
            "business_id": assessment.business_id,
            "assessment": assessment.id,
        },
        due_at=desk.office.morning(desk.office.local_day(desk.now, desk.office.remind_days)),
    )


def after_result(desk: Desk, spoken: Spoken, assessment: Assessment) -> None:
    """Each result names a next step with a date: an officer's is a ticket, the owner's is asked about on its day."""
    result = assessment.result
    if result["ended"]:
        remind(desk, spoken, assessment, result["ended"], DueKind.FOLLOW_UP)
    elif result["scheme"] == "self_declare":
        code = result["todos"][0] if result["todos"] else CANDIDATE
        remind(desk, spoken, assessment, code, DueKind.TODO if result["todos"] else DueKind.FOLLOW_UP)
    else:
        ticket(desk, assessment, {})


def after_number(desk: Desk, spoken: Spoken, assessment: Assessment, outcome: Outcome) -> None:
    """What was planned before the number is replaced by what its stage promises."""
    dues.void_planned(desk.session, desk.chat.id, business_id=None)
    waits = [c for c in assessment.result["todos"] if c]
    if outcome.kind is Kind.INCOMPLETE and waits:
        remind(desk, spoken, assessment, waits[0])
    if outcome.kind is Kind.REVIEW:
        ticket(desk, assessment, {"application": outcome.application_id})
    if outcome.kind in PROMISED and outcome.promised_at is not None:
        dues.promise(
            desk.session, conversation_id=desk.chat.id, person_id=assessment.person_id,
            application_id=outcome.application_id, due_at=outcome.promised_at,
        )  # fmt: skip


def ticket(desk: Desk, assessment: Assessment, context: dict[str, object]) -> tickets.OpenedTicket:
    """Put an assessment before an officer, with the codes that call for one; never with a person's words."""
    codes = [*assessment.result["reasons"], *assessment.result["officer"]]
    return tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=assessment.person_id,
        topic=Topic.CHECK,
        words=None,
        context={"assessment": assessment.id, "codes": codes, **context},
        office=desk.office,
        now=desk.now,
    )
