"""Pendamping: who accompanies an application; its owner hears the name, and that nobody asks for money."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Application, Assignment, Language, Session, Staff
from services import audit, in_hand
from services.in_hand import InHand
from services.inserting import insert_into
from services.office import Office
from services.staff import Actor, Right, demand_for
from services.stages import about
from texts.bubble import Bubble

if TYPE_CHECKING:
    from texts import Catalogue

ROLE = "pendamping"  # of services/roles.yaml
MOST = 200  # accounts of one kab/kota


class Why(StrEnum):
    """Why nobody is assigned."""

    UNKNOWN = "unknown"  # no such pendamping, or not of this kab/kota
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is changed."""

    why: Why


@dataclass(frozen=True, slots=True)
class Companion:
    """One who may be assigned, or is."""

    staff_id: int
    name: str  # as owners read it


@dataclass(frozen=True, slots=True)
class Assigned:
    """What came of it. `changed` False: it stood so already. `told` None: the owner could not be told."""

    number: str
    companion: Companion
    changed: bool
    told: Bubble | None = None


def works_for(account: Staff, regency: str | None) -> bool:
    """Whether an account is a pendamping who works for a kab/kota."""
    there = account.regencies is None or regency in account.regencies
    return account.disabled_at is None and ROLE in account.roles and there


def available(session: Session, actor: Actor, regency: str | None) -> list[Companion]:
    """The pendamping of a kab/kota, by name."""
    demand_for(actor, Right.REVIEW, regency)
    query = sa.select(Staff).where(Staff.disabled_at.is_(None)).order_by(Staff.display_name, Staff.id).limit(MOST)
    return [Companion(one.id, one.display_name) for one in session.scalars(query) if works_for(one, regency)]


def of(session: Session, application_id: int) -> Companion | None:
    """Who accompanies an application: whoever calls has asked for the right to see it."""
    query = sa.select(Staff.id, Staff.display_name).join(Assignment, Assignment.staff_id == Staff.id)
    row = session.execute(query.where(Assignment.application_id == application_id)).one_or_none()
    return Companion(*row) if row else None


def mine(staff_id: int) -> sa.ColumnElement[bool]:
    """The applications an account accompanies, as a condition over Application."""
    return Application.id.in_(sa.select(Assignment.application_id).where(Assignment.staff_id == staff_id))


def assign(
    session: Session,
    actor: Actor,
    application_id: int,
    staff_id: int,
    *,
    office: Office,
    texts: "Catalogue",
    now: dt.datetime,
) -> Assigned | Refused:
    """Give an application its pendamping, or another one. Raises NoResultFound."""
    hand = in_hand.take(session, actor, application_id)
    application = hand.application
    account = session.get(Staff, staff_id)
    if account is None or not works_for(account, application.regency):
        return Refused(Why.UNKNOWN)
    if about(application.stage).ends:
        return Refused(Why.ENDED)
    before, chosen = of(session, application_id), Companion(account.id, account.display_name)
    if before == chosen:
        return Assigned(application.number, chosen, changed=False)
    _keep(session, actor, application_id, staff_id, now)
    told = _tell(session, hand, chosen, texts, office, now)
    audit.note(
        session, actor, "application.assigned", f"application:{application.number}", now=now,
        before={"staff": before.staff_id if before else None}, after={"staff": staff_id, "told": told is not None},
    )  # fmt: skip
    return Assigned(application.number, chosen, changed=True, told=told)


def _keep(session: Session, actor: Actor, application_id: int, staff_id: int, now: dt.datetime) -> None:
    values = {"staff_id": staff_id, "at": now, "by": actor.called}
    insert = insert_into(session, Assignment).values({"application_id": application_id, **values})
    session.execute(insert.on_conflict_do_update(index_elements=["application_id"], set_=values))


def _tell(
    session: Session, hand: InHand, chosen: Companion, texts: "Catalogue", office: Office, now: dt.datetime
) -> Bubble | None:
    if hand.chat is None:
        return None
    values = {
        "business": hand.business.name, "number": hand.application.number, "officer": chosen.name,
        "next_date": office.local_day(office.promise(now, office.contact_days)),
    }  # fmt: skip
    bubble = Bubble(texts.text("companion.told", hand.chat.language or Language.ID, **values))
    in_hand.tell(session, hand.chat, bubble, f"assignment:{hand.application.id}", office, now)
    return bubble


def names(session: Session, application_ids: Sequence[int]) -> dict[int, str]:
    """Who accompanies each of a page of applications."""
    query = sa.select(Assignment.application_id, Staff.display_name).join(Staff, Staff.id == Assignment.staff_id)
    return dict(session.execute(query.where(Assignment.application_id.in_(application_ids))).all())
