"""People who gave us their consent: what we call them."""

import datetime as dt

import sqlalchemy as sa

from models import Person, Session
from models.likeness import name_words
from models.prepared import Prepared
from services import phones
from services.contacts import linking
from services.phones import NotAPhone


def name_of(session: Session, person_id: int) -> str | None:
    """The name a person goes by, or None while we do not know it."""
    return session.execute(sa.select(Person.name).where(Person.id == person_id)).scalar_one_or_none()


def phone_of(session: Session, person_id: int) -> str | None:
    """The number a person can be phoned on (E.164), or None while we do not know it."""
    return session.execute(sa.select(Person.phone).where(Person.id == person_id)).scalar_one_or_none()


def vouch(session: Session, person_id: int, phone: str, now: dt.datetime) -> None:
    """A platform vouches that this number is the person's own; lists that carry it may know them."""
    try:
        number = phones.mobile(phone)
    except NotAPhone:
        return  # a number from abroad stands on no list of ours
    unsure = sa.update(Person).where(Person.id == person_id, ~Person.phone_vouched)
    session.execute(unsure.values(phone=number, phone_vouched=True))
    linking.meet(session, person_id, now)


_RENAME = Prepared(
    sa.update(Person)
    .where(Person.id == sa.bindparam("it"))
    .values(
        name=sa.bindparam("new_name"), phone=sa.func.coalesce(Person.phone, sa.bindparam("new_phone")),
        **{word: sa.bindparam(f"new_{word}") for word in name_words(None)},
    )
)  # fmt: skip


def rename(session: Session, person_id: int, name: str, phone: str | None, now: dt.datetime) -> None:
    """Keep the name an owner gave for themselves, and their number where we had none; lists may know them now."""
    session.flush()
    words = {f"new_{column}": word for column, word in name_words(name).items()}
    _RENAME.run(session, {"it": person_id, "new_name": name, "new_phone": phone or None, **words})
    linking.meet(session, person_id, now)
