"""Membetulkan: a person has what we hold of them put right; what was handed in already, an officer puts right."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from models import Application, Business, Person, Place, Session, Stage
from models.likeness import name_words
from services import applications, businesses
from services.erasure import NOT_USED_YET
from services.office import Office


class Field(StrEnum):
    """What can be corrected."""

    OWNER = "owner_name"
    BUSINESS = "business_name"
    VILLAGE = "village"
    ADDRESS = "address"
    PHONE = "phone"
    NIB = "nib"
    PRODUCTS = "products"


COLUMNS = {field: field.value for field in Field} | {Field.BUSINESS: "name"}
OPEN = NOT_USED_YET - {Stage.DRAFTED}  # up to KUOTA_DIBERIKAN nothing has left the house


def handed_in(session: Session, business_id: int) -> bool:
    """Whether what we hold of a business was used in a submission already."""
    stages = session.scalars(sa.select(Application.stage).where(Application.business_id == business_id))
    return any(stage not in OPEN | {Stage.WITHDRAWN, Stage.LAPSED} for stage in stages)


def correct(
    session: Session, business_id: int, field: Field, value: Any, *, office: Office, now: dt.datetime, by: str
) -> bool:
    """Put the value in. False, and nothing is changed, where another business of the programme has that NIB.

    `value` has passed the checks of the registration. A NIB that was lacking lets the application go on by its kept
    queue time; who owns a business carries its owner's name and number.
    """
    business = businesses.lock(session, business_id)
    if field is Field.NIB and not _new_nib(session, business, str(value), office, now, by):
        return False
    setattr(business, COLUMNS[field], list(value) if field is Field.PRODUCTS else value)
    session.flush()
    if field in (Field.OWNER, Field.PHONE) and not business.by_helper:
        _owner(session, business.person_id, field, value)
    businesses.likely_doubles(session, business, now)
    return True


def _owner(session: Session, person_id: int, field: Field, value: str) -> None:
    change = sa.update(Person).where(Person.id == person_id)
    if field is Field.OWNER:
        session.execute(change.values(name=value, **name_words(value)))
    else:  # what a platform vouches for is not changed by hand
        session.execute(change.where(~Person.phone_vouched).values(phone=value))


def _new_nib(session: Session, business: Business, nib: str, office: Office, now: dt.datetime, by: str) -> bool:
    mine = list(session.scalars(sa.select(Application).where(Application.business_id == business.id)))
    for application in mine:
        same = sa.and_(Place.programme_id == application.programme_id, Place.nib == nib, Place.released_at.is_(None))
        holder = session.scalars(sa.select(Place.application_id).where(same).with_for_update()).first()
        if holder is not None and holder != application.id:
            return False
    for application in mine:
        if application.stage in OPEN:
            applications.settle(session, application.id, application.assessment_id, nib, office=office, now=now, by=by)
        held = sa.update(Place).where(Place.application_id == application.id, Place.released_at.is_(None))
        session.execute(held.values(nib=nib))
    return True
