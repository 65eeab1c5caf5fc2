"""Staff are told what is late and what failed: in their own chat, once, without anybody's words."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import sqlalchemy as sa

import texts
from bot.database import Database
from models import Channel, Conversation, Delivery, Session, Ticket
from services import alerts, lateness, tickets
from tests.services import people
from tests.services.people import DEWI, NOON, OFFICE, transaction

STAFF = replace(OFFICE, alert_chat=-100123)
LATE = dt.datetime(2026, 11, 26, 3, tzinfo=dt.UTC)  # 10.00 the day after the promise


def opened(session: Session, topic: str = "question") -> int:
    chat = people.chat(session, people.person(session, "Siti"))
    told = {"topic": topic, "words": "Rahasia saya", "context": {}, "office": OFFICE, "now": NOON}
    return tickets.open_ticket(session, conversation_id=chat.id, person_id=chat.person_id, **told).id


def staff_messages(session: Session) -> list[str]:
    query = sa.select(Delivery.bubble).join(Conversation).where(Conversation.address == "-100123").order_by(Delivery.id)
    return [bubble["text"] for bubble in session.scalars(query)]


def test_one_alert_for_all_that_is_late(database: Database) -> None:
    with transaction(database) as session:
        ids = [opened(session), opened(session, "check")]
    for _ in range(2):
        with transaction(database) as session:
            lateness.sweep(session, texts.load(), STAFF, LATE)
    with transaction(database) as session:
        [said] = staff_messages(session)
        assert f"2 pertanyaan belum dijawab sesuai janji: T-{ids[0]}, T-{ids[1]}" in said
        assert "Siti" not in said
        assert "Rahasia" not in said
        chat = session.scalars(sa.select(Conversation).where(Conversation.address == "-100123")).one()
        assert (chat.channel, chat.person_id, chat.purge_at) == (Channel.TELEGRAM, None, None)
        told = session.scalars(sa.select(Delivery.because).where(Delivery.because.startswith("ticket_late"))).all()
        assert told == [f"ticket_late:{ids[0]}"]  # no promise of the other's was told by its number


def test_without_a_chat_of_the_staff_the_person_is_told_all_the_same(database: Database) -> None:
    with transaction(database) as session:
        opened(session)
        assert lateness.sweep(session, texts.load(), OFFICE, LATE) == 1
        assert session.scalars(sa.select(Delivery.because)).all() == ["ticket_late:1"]


def test_two_sweeps_at_once_tell_once(database: Database) -> None:
    with transaction(database) as session:
        for _ in range(6):
            opened(session)

    def sweep(_: int) -> int:
        with transaction(database) as session:
            return lateness.sweep(session, texts.load(), STAFF, LATE)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(sweep, range(4))) == 6
    with transaction(database) as session:
        late = sa.select(sa.func.count()).where(Delivery.because.startswith("ticket_late"))
        assert session.execute(late).scalar_one() == 6
        assert tickets.overdue(session, LATE) == 6


def test_faults_are_told_once_in_ten_minutes(database: Database) -> None:
    def beat(minutes: int) -> int:
        with transaction(database) as session:
            return alerts.trouble(session, texts.load(), STAFF, NOON + dt.timedelta(minutes=minutes))

    assert beat(0) == 0
    with transaction(database) as session:
        opened(session, "trouble")
        opened(session, "trouble")
    assert beat(1) == 2
    assert beat(2) == 0
    with transaction(database) as session:
        opened(session, "trouble")
    assert beat(5) == 0
    assert beat(11) == 1
    assert beat(30) == 0
    with transaction(database) as session:
        assert len(staff_messages(session)) == 2
        assert alerts.trouble(session, texts.load(), OFFICE, NOON) == 0  # nobody to tell


def test_the_list_has_the_late_first(database: Database) -> None:
    with transaction(database) as session:
        first, second, third = opened(session), opened(session), opened(session)
        session.execute(sa.update(Ticket).where(Ticket.id == third).values(answer_by=NOON))
        session.execute(sa.update(Ticket).where(Ticket.id == first).values(answered_at=NOON))
        lines = tickets.listing(session, DEWI, NOON)
        assert [(line.id, line.state) for line in lines] == [(third, "late"), (second, "waiting"), (first, "answered")]
        assert tickets.listing(session, DEWI, NOON)[0].name == "Siti"
