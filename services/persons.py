"""People who gave us their consent: what we call them."""

import sqlalchemy as sa

from models import Person, Session


def name_of(session: Session, person_id: int) -> str | None:
    """The name a person goes by, or None while we do not know it."""
    return session.execute(sa.select(Person.name).where(Person.id == person_id)).scalar_one_or_none()


def phone_of(session: Session, person_id: int) -> str | None:
    """The number a person can be phoned on (E.164), or None while we do not know it."""
    return session.execute(sa.select(Person.phone).where(Person.id == person_id)).scalar_one_or_none()


def rename(session: Session, person_id: int, name: str, phone: str | None) -> None:
    """Keep the name an owner gave for themselves, and their number where we had none."""
    values = {"name": name}
    session.execute(sa.update(Person).where(Person.id == person_id).values(**values))
    if phone:
        unknown = sa.update(Person).where(Person.id == person_id, Person.phone.is_(None))
        session.execute(unknown.values(phone=phone))
