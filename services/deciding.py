"""Putuskan telaah: an officer settles a doubt of the check, and the application goes on by the queue time it kept.

The decision is a judgement of its own, beside the one it decides about: the same answers, the way the officer
chose, who chose it and why. As long as new answers raise no other doubt, it counts for them too.
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import (
    Application,
    Assessment,
    Business,
    Channel,
    Conversation,
    Language,
    Place,
    Programme,
    Session,
    Stage,
    Ticket,
    Topic,
)
from services import applications, audit, dues, in_hand
from services.in_hand import InHand
from services.inserting import quietly
from services.moves import Moved, Refused, Why
from services.office import Office
from services.outcomes import Outcome
from services.staff import Actor
from texts import Marked
from texts.bubble import Bubble
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue


class Way(StrEnum):
    """What an officer decides: the scheme an application goes on with."""

    SELF_DECLARE = "self_declare"
    REGULER = "reguler"
    INTEREST = "none"  # written down as interested; no way of this programme is open to it


# --- the rules


def decided(result: Mapping[str, Any], way: Way, reason: str, by: str) -> dict[str, Any]:
    """The judgement with the doubt taken out of it."""
    codes = [*result["officer"]]
    decision = {"way": way.value, "reason": reason, "by": by, "codes": codes}
    return {**result, "scheme": way.value, "officer": [], "decided": decision}


# --- deciding


def decide(
    session: Session,
    actor: Actor,
    application_id: int,
    way: Way,
    reason: str,
    *,
    office: Office,
    texts: "Catalogue",
    now: dt.datetime,
) -> Moved | Refused:
    """Settle the doubt and tell the owner. Decided the same way before: nothing is done twice. Raises NoResultFound.

    The place is claimed, or the waiting list joined, by the kept queue time; what is still lacking (a NIB) is asked
    for first.
    """
    hand = in_hand.take(session, actor, application_id)
    application = hand.application
    judged, before = session.get_one(Assessment, application.assessment_id), application.stage
    if _same(judged, way) and before is not Stage.REVIEW:
        return Moved(application.id, application.number, before, before, None)
    against = _against(session, application, hand.business, reason)
    if against is not None:
        return Refused(against, before)
    kept = _keep(session, judged, decided(judged.result, way, reason.strip(), actor.called), actor, now)
    outcome = applications.settle(session, application.id, kept.id, office=office, now=now, by=actor.called)
    _close_doubts(session, application, hand.business.person_id, actor, now)
    told = _tell(session, hand, kept, outcome, texts, office, now)
    after = {"stage": outcome.stage, "scheme": way, "told": told is not None}
    audit.note(
        session, actor, "application.decided", f"application:{application.number}", before={"stage": before},
        after=after, now=now,
    )  # fmt: skip
    return Moved(application.id, application.number, before, outcome.stage, kept.id, told)


def _same(judged: Assessment, way: Way) -> bool:
    return (judged.result.get("decided") or {}).get("way") == way.value


def _against(session: Session, application: Application, business: Business, reason: str) -> Why | None:
    if application.stage is not Stage.REVIEW:
        return Why.NOT_NEXT
    if not reason.strip():
        return Why.NEEDS_REASON
    held = sa.and_(Place.programme_id == application.programme_id, Place.released_at.is_(None))
    others = sa.select(Place.id).where(held, Place.nib == business.nib, Place.application_id != application.id)
    taken = business.nib is not None and session.scalars(others.limit(1)).first() is not None
    return Why.SAME_NIB if taken else None


def _keep(session: Session, judged: Assessment, result: dict[str, Any], actor: Actor, now: dt.datetime) -> Assessment:
    kept = Assessment(
        person_id=judged.person_id, business_id=judged.business_id, at=now, asked_by=f"officer:{actor.name}"[:32],
        rule_set=judged.rule_set, version=judged.version, said=judged.said, answers=judged.answers, facts=judged.facts,
        result=result, scheme=result["scheme"],
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return kept


def _close_doubts(session: Session, application: Application, person_id: int, actor: Actor, now: dt.datetime) -> None:
    """The ticket that put it before an officer has done its work."""
    open_ones = sa.and_(Ticket.person_id == person_id, Ticket.topic == Topic.CHECK, Ticket.closed_at.is_(None))
    rows = session.execute(sa.select(Ticket.id, Ticket.context).where(open_ones).order_by(Ticket.id).limit(50)).all()
    theirs = [ticket for ticket, context in rows if context.get("application") == application.id]
    closing = sa.update(Ticket).where(Ticket.id.in_(theirs)).values(closed_at=now, closed_by=actor.called)
    session.execute(quietly(closing))


# --- the owner's message


def _tell(
    session: Session, hand: InHand, kept: Assessment, outcome: Outcome, texts: "Catalogue", office: Office,
    now: dt.datetime,
) -> Bubble | None:  # fmt: skip
    application, chat = hand.application, hand.chat
    if chat is None:
        return None
    if outcome.promised_at is not None and outcome.stage is not Stage.WAITING:
        dues.promise(
            session, conversation_id=chat.id, person_id=chat.person_id, application_id=application.id,
            due_at=outcome.promised_at,
        )  # fmt: skip
    bubble = _bubble(session, application, hand.business.name, kept, outcome, chat, texts, office)
    in_hand.tell(session, chat, bubble, f"decision:{kept.id}", office, now)
    return bubble


def _bubble(
    session: Session, application: Application, name: str, kept: Assessment, outcome: Outcome, chat: Conversation,
    texts: "Catalogue", office: Office,
) -> Bubble:  # fmt: skip
    language = chat.language or Language.ID
    by = office.local_day(outcome.promised_at) if outcome.promised_at else None
    next_date = by or Marked(texts.text("status.no_date", language))
    known = {
        "programme": session.get_one(Programme, application.programme_id).name, "next_date": next_date,
        "position": outcome.position or 1,
    }  # fmt: skip
    then = texts.text(f"decision.then.{outcome.kind.value}", language, **known)
    way = texts.text(f"decision.ways.{kept.result['scheme']}", language)
    values = {
        "business": name, "number": application.number, "scheme": Marked(way), "then": Marked(then),
        "reason": kept.result["decided"]["reason"],
    }  # fmt: skip
    return Bubble(
        texts.text("decision.told", language, **values),
        template="review_done_v1" if chat.channel is Channel.WHATSAPP else None,
        template_values=(name, application.number, way, shown(next_date, language)),
    )
