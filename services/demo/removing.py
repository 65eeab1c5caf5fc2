"""Menghapus data contoh: every invented person goes, with everything that hangs on them; nobody else is touched."""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from models import Base, Broadcast, Contact, ContactList, Event, KeptAudience, Person, Session, Staff
from services import programmes
from services.demo.presence import PREFIX
from services.programmes import ProgrammeSpec

AT_ONCE = 500  # ids in one statement


def remove(session: Session, programme: ProgrammeSpec | None) -> int:
    """Take a demo away again; how many people it was. The audit keeps what was done: links are never removed.

    Whatever points at an invented person, event or account goes with it, table by table as they hang on each other, so
    that a new table needs no word here. Places are counted anew afterwards.
    """
    doomed: dict[str, list[int]] = {}
    tables = Base.metadata.sorted_tables
    for table in tables:
        doomed[table.name] = sorted({*_seeds(session, table), *_hanging(session, table, doomed)})
    for table in reversed(tables):
        _delete(session, table, doomed)
    session.expire_all()
    if programme is not None:
        programmes.ensure(session, programme)
    return len(doomed[Person.__tablename__])


def _seeds(session: Session, table: sa.Table) -> Iterable[int]:
    """What is invented by itself."""
    invented: dict[str, sa.ColumnElement[bool]] = {
        Person.__tablename__: Person.demo.is_(True),
        Contact.__tablename__: Contact.demo.is_(True),
        ContactList.__tablename__: ContactList.brought_by.startswith(PREFIX, autoescape=True),
        Broadcast.__tablename__: Broadcast.created_by.startswith(PREFIX, autoescape=True),
        KeptAudience.__tablename__: KeptAudience.created_by.startswith(PREFIX, autoescape=True),
        Event.__tablename__: Event.created_by.startswith(PREFIX, autoescape=True),
        Staff.__tablename__: Staff.name.startswith(PREFIX, autoescape=True),
    }
    which = invented.get(table.name)
    return session.scalars(sa.select(table.c.id).where(which)) if which is not None else ()


def _hanging(session: Session, table: sa.Table, doomed: dict[str, list[int]]) -> Iterator[int]:
    """The rows of a table that point at something doomed."""
    if "id" not in table.c:
        return
    for condition in _pointing(table, doomed):
        yield from session.scalars(sa.select(table.c.id).where(condition))


def _pointing(table: sa.Table, doomed: dict[str, list[int]]) -> Iterator[sa.ColumnElement[bool]]:
    for key in table.foreign_keys:
        for piece in _pieces(doomed.get(key.column.table.name, [])):
            yield key.parent.in_(piece)


def _delete(session: Session, table: sa.Table, doomed: dict[str, list[int]]) -> None:
    if "id" in table.c:
        which: Iterable[sa.ColumnElement[bool]] = (table.c.id.in_(piece) for piece in _pieces(doomed[table.name]))
    else:
        which = _pointing(table, doomed)
    for condition in which:
        session.execute(sa.delete(table).where(condition))


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), AT_ONCE):
        yield ids[at : at + AT_ONCE]
