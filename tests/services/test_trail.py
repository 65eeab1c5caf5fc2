"""Siapa yang memakai data saya: told from the audit; those who left are named no more in time."""

import datetime as dt

import sqlalchemy as sa

from bot.database import Database
from models import AuditEntry, CodePurpose, Session, Staff, StaffCode, Ticket, TicketAnswer
from services import accounts, audit, auditing, retention, staff, trail
from services.staff import PROGRAM, Via
from services.trail import Use
from tests.services import asking, people
from tests.services.people import NOON, OFFICE, transaction

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
KEYBOARD = staff.operator("root")


def ticket(session: Session, person: int) -> int:
    """A question of a person's; its row."""
    row = Ticket(person_id=person, topic="question", words="?", context={}, opened_at=NOON, answer_by=NOON + DAY)
    session.add(row)
    session.flush()
    return row.id


def test_the_owner_reads_who_looked_answered_and_came_upon_it_by_no_list(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        person, other = people.person(session), people.person(session)
        shop = asking.register(session, owner=person)
        mine, theirs = ticket(session, person), ticket(session, other)
        dewi = staff.actor_of(people.account(session, "dewi"), Via.CHAT)
        for actor, act, subject, at in (
            (dewi, "ticket.seen", f"ticket:T-{mine}", NOON),
            (dewi, "ticket.seen", f"ticket:T-{mine}", NOON + HOUR),
            (dewi, "ticket.answered", f"ticket:T-{mine}", NOON + HOUR),
            (KEYBOARD, "ticket.seen", f"ticket:T-{mine}", NOON + DAY),
            (dewi, "ticket.seen", f"ticket:T-{theirs}", NOON),
            (dewi, "tickets.seen", "tickets", NOON),
            (PROGRAM, "ticket.closed", f"ticket:T-{mine}", NOON),
            (dewi, "photo.seen", f"application:{shop.number}", NOON - HOUR),
            (dewi, "correction.asked", f"application:{shop.number}", NOON - 2 * HOUR),
            (dewi, "application.decided", f"application:{shop.number}", NOON - 3 * HOUR),
            (dewi, "application.assigned", f"application:{shop.number}", NOON - 4 * HOUR),
        ):
            audit.note(session, actor, act, subject, now=at)
        session.add(TicketAnswer(ticket_id=mine, officer=dewi.called, words="Boleh", at=NOON + HOUR))
        session.add(TicketAnswer(ticket_id=mine, officer="Pak Agus", words="Sudah", at=NOON - DAY))  # before the audit
        session.flush()
        assert trail.of_person(session, person) == [
            Use(NOON + DAY, "kantor", "read"),
            Use(NOON + HOUR, "Ibu Dewi", "read"),
            Use(NOON + HOUR, "Ibu Dewi", "answered"),
            Use(NOON - HOUR, "Ibu Dewi", "looked"),
            Use(NOON - 2 * HOUR, "Ibu Dewi", "asked"),
            Use(NOON - 3 * HOUR, "Ibu Dewi", "moved"),
            Use(NOON - 4 * HOUR, "Ibu Dewi", "assigned"),
            Use(NOON - DAY, "Pak Agus", "answered"),
        ]
        assert len(trail.of_person(session, person, most=1)) == 1


def test_who_left_and_what_was_done_are_kept_as_long_as_the_settings_say(database: Database) -> None:
    with transaction(database) as session:
        left, stays = people.account(session, "dewi"), people.account(session, "budi", "administrator")
        accounts.disable(session, KEYBOARD, "dewi", NOON)
        for expires in (NOON, NOON + 2 * DAY):
            session.add(
                StaffCode(purpose=CodePurpose.LINK, staff_id=stays.id, actor="budi", code_hash="0", made_at=NOON,
                          expires_at=expires)
            )  # fmt: skip
        session.flush()
        assert retention.sweep(session, OFFICE, NOON + DAY)["staff_codes"] == 1
        audit.note(session, KEYBOARD, "audit.seen", "audit", now=NOON + DAY)  # the newest link always stays
        years = OFFICE.keeping.staff * DAY
        assert retention.sweep(session, OFFICE, NOON + years - DAY)["staff"] == 0
        assert (left.name, left.display_name) == ("dewi", "Ibu Dewi")
        swept = retention.sweep(session, OFFICE, NOON + years)
        assert (swept["staff"], swept["audit"]) == (1, 0)  # the month in which they left is not over
        session.expire_all()
        assert (left.name, left.display_name, left.roles) == (f"mantan-{left.id}", "Mantan petugas", [])
        assert (stays.name, session.scalar(sa.select(sa.func.count()).select_from(Staff))) == ("budi", 2)
        assert retention.sweep(session, OFFICE, NOON + years + 40 * DAY)["audit"] > 0
        assert list(session.scalars(sa.select(AuditEntry.id).where(AuditEntry.subject == "staff:dewi"))) == []
        again = [sum(retention.sweep(session, OFFICE, NOON + years + 40 * DAY).values()) for _ in range(2)]
        assert again == [1, 0]  # that they went is the newest link now
        assert auditing.verify(session, KEYBOARD, None, now=NOON + years + 40 * DAY).broken is None
