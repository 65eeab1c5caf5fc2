"""Nothing is kept of somebody who gave no consent, and no words for longer than was promised."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import (
    Base,
    Channel,
    Conversation,
    Correction,
    CorrectionState,
    Delivery,
    DeliveryEvent,
    Draft,
    Due,
    DueKind,
    Inbound,
    Lane,
    Language,
    LinkCode,
    Media,
    Purpose,
    Session,
    StoredFile,
    Ticket,
    TicketAnswer,
    Unanswered,
)
from services import consents, deliveries, dues, files, retention, tickets
from services.keeping import Keeping
from tests.services import asking, people
from tests.services.people import NOON, OFFICE, transaction
from texts.bubble import Bubble

DAY = dt.timedelta(days=1)
SECRET = "81298765432"  # part of every trace

OTHERS = dict.fromkeys(
    ("bubbles", "files", "codes", "ticket_words", "ticket_answers", "announced", "unanswered", "contacts"), 0
) | dict.fromkeys(
    ("corrections", "sign_ups", "reminders", "invitations", "browsers", "tries", "staff_codes", "staff", "audit"), 0
)


def leave_traces(session: Session, chat: Conversation, inbounds: int = 2) -> None:
    """Everything a chat may leave behind, with the number in all of it."""
    for n in range(inbounds):
        words = None if chat.person_id is None else f"ini {SECRET}"
        row = Inbound(channel=chat.channel, event_id=f"{SECRET}-{chat.id}-{n}", conversation_id=chat.id, at=NOON)
        row.kind, row.words = "text", words
        session.add(row)
    delivery_id = deliveries.post(
        session, conversation_id=chat.id, bubble=Bubble(f"Halo {SECRET}"), lane=Lane.REPLY, because="turn:1", now=NOON
    )
    session.add(DeliveryEvent(delivery_id=delivery_id, platform_id=f"SM{SECRET}{chat.id}", status="sent", at=NOON))
    session.add(Media(conversation_id=chat.id, ref=f"https://media/{SECRET}", mime="image/jpeg", asked_at=NOON))
    form: dict[str, Any] = {"run_id": "r1", "form": "check", "answers": {"phone": [1, SECRET]}, "view": {}, "facts": {}}
    session.add(Draft(conversation_id=chat.id, parked_at=NOON, purge_at=NOON + 90 * DAY, **form))
    dues.plan(
        session,
        conversation_id=chat.id,
        person_id=chat.person_id,
        kind=DueKind.TODO,
        about={"reason": "BUTUH_NIB", "note": SECRET},
        due_at=NOON + 14 * DAY,
    )
    tickets.open_ticket(
        session,
        conversation_id=chat.id,
        person_id=chat.person_id,
        topic="question",
        words=f"Telepon saya di {SECRET}",
        context={"address": chat.address},
        office=OFFICE,
        now=NOON,
    )
    session.flush()


def stranger(session: Session, n: int = 0, **more: Any) -> Conversation:
    """Somebody who wrote and never agreed."""
    return people.chat(session, channel=Channel.WHATSAPP, address=f"whatsapp:+62{SECRET}{n}", **more)


def traces(session: Session) -> list[str]:
    """Every table in which the number still stands, whatever the column."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(sa.select(table)):
            found += [table.name for value in row if SECRET in str(value)]
    return sorted(found)


def sweep_all(session: Session, now: dt.datetime, chunk: int = 500) -> dict[str, int]:
    """Call again until nothing is left to do."""
    total: dict[str, int] = {}
    while sum((counts := retention.sweep(session, OFFICE, now, chunk)).values()):
        assert all(count <= chunk for count in counts.values())
        total = {kind: total.get(kind, 0) + count for kind, count in counts.items()}
    return total


def test_of_somebody_without_consent_nothing_is_left(database: Database) -> None:
    with transaction(database) as session:
        leave_traces(session, stranger(session))
        assert len(set(traces(session))) == 8
        assert sweep_all(session, NOON + 7 * DAY - dt.timedelta(seconds=1)) == {}
        swept = sweep_all(session, NOON + 7 * DAY)
        assert traces(session) == []
        assert (
            swept
            == {
                "conversations": 1,
                "deliveries": 1,
                "delivery_events": 1,
                "inbounds": 2,
                "drafts_unconsented": 1,
                "media": 1,
                "dues": 1,
                "tickets": 1,
                "drafts": 0,
                "forms": 0,
                "words": 0,
            }
            | OTHERS
        )
        ticket = session.scalars(sa.select(Ticket).execution_options(populate_existing=True)).one()
        assert (ticket.topic, ticket.words, ticket.context, ticket.conversation_id) == ("question", None, {}, None)


def test_somebody_who_agreed_is_left_alone(database: Database) -> None:
    with transaction(database) as session:
        chat = stranger(session)
        consents.record(
            session,
            conversation_id=chat.id,
            purpose=Purpose.SERVICE,
            given=True,
            text_version="1",
            text_hash="0" * 64,
            language=Language.ID,
            channel=chat.channel,
            now=NOON + 6 * DAY,
        )
        session.expire_all()
        leave_traces(session, chat)
        before = traces(session)
        assert sweep_all(session, NOON + 29 * DAY) == {}
        assert traces(session) == before


def test_a_chunk_is_never_larger_than_it_may_be(database: Database) -> None:
    with transaction(database) as session:
        for n in range(7):
            leave_traces(session, stranger(session, n), inbounds=5)
        assert sweep_all(session, NOON + 7 * DAY, chunk=3)["conversations"] == 7
        assert traces(session) == []


@pytest.mark.parametrize("kind", ["postgres"])  # SQLite lets one write at a time: nothing can overlap there
def test_who_agrees_while_we_sweep_loses_nothing(database: Database) -> None:
    with transaction(database) as session:
        chat_id = stranger(session).id
    with transaction(database) as agreeing:
        chat = agreeing.get_one(Conversation, chat_id, with_for_update={"key_share": True})
        with transaction(database) as sweeping:
            assert sum(retention.sweep(sweeping, OFFICE, NOON + 8 * DAY).values()) == 0
        chat.person_id, chat.purge_at = people.person(agreeing), None
    with transaction(database) as session:
        assert sum(retention.sweep(session, OFFICE, NOON + 8 * DAY).values()) == 0
        assert session.get(Conversation, chat_id) is not None


def test_drafts_and_forms_left_alone_are_emptied_after_their_days(database: Database) -> None:
    with transaction(database) as session:
        owner = people.person(session)
        opened = {"run_id": "r2", "form": "check", "answers": {"name": [1, "Siti"]}, "view": {"page": 1}}
        idle = people.chat(session, owner, changed_at=NOON, **opened)
        busy = people.chat(session, owner, changed_at=NOON + DAY, **opened)
        leave_traces(session, idle)
        swept = sweep_all(session, NOON + 90 * DAY)
        assert {kind: count for kind, count in swept.items() if count} == {
            "drafts": 1,
            "forms": 1,
            "words": 2,
            "bubbles": 1,
        }
        session.expire_all()
        assert (idle.run_id, idle.form, idle.answers, idle.view) == (None, None, {}, {})
        assert busy.form == "check"
        assert session.scalars(sa.select(Draft)).all() == []


def test_words_are_forgotten_after_thirty_days_and_the_rest_stays(database: Database) -> None:
    with transaction(database) as session:
        leave_traces(session, people.chat(session, people.person(session)))
        assert sweep_all(session, NOON + 30 * DAY - dt.timedelta(seconds=1)) == {}
        assert sweep_all(session, NOON + 30 * DAY)["words"] == 2
        session.expire_all()
        rows = session.scalars(sa.select(Inbound)).all()
        assert [(row.words, row.kind) for row in rows] == [(None, "text")] * 2
        assert session.scalars(sa.select(Due)).one()
        assert session.scalars(sa.select(Delivery)).one()


def say(session: Session, chat: Conversation, text: str, at: dt.datetime) -> int:
    """One message of ours."""
    told = Bubble(text)
    return deliveries.post(session, conversation_id=chat.id, bubble=told, lane=Lane.REPLY, because="turn:1", now=at)


def test_what_we_wrote_is_emptied_in_the_order_of_its_rows_and_never_looked_at_twice(database: Database) -> None:
    with transaction(database) as session:
        chat = people.chat(session, people.person(session))
        old = [say(session, chat, f"Halo {SECRET}", NOON) for _ in range(7)]
        young = say(session, chat, "baru", NOON + 30 * DAY)
        assert sweep_all(session, NOON + 90 * DAY, chunk=3)["bubbles"] == 7
        assert traces(session) == []
        session.expire_all()
        assert [session.get_one(Delivery, n).bubble for n in old] == [{"text": ""}] * 7
        assert session.get_one(Delivery, young).bubble["text"] == "baru"
        assert sum(retention.sweep(session, OFFICE, NOON + 90 * DAY).values()) == 0
        assert sweep_all(session, NOON + 120 * DAY)["bubbles"] == 1


def test_files_and_codes_go_when_they_have_had_their_time(database: Database) -> None:
    with transaction(database) as session:
        owner = people.person(session)
        chat = people.chat(session, owner)
        told = {"name": "data.json", "media_type": "application/json", "content": SECRET.encode(), "days": 1}
        number = files.keep(session, person_id=owner, now=NOON, **told)
        code = LinkCode(person_id=owner, conversation_id=chat.id, code_hash=SECRET, made_at=NOON)
        code.expires_at = NOON
        session.add(code)
        session.flush()
        just_before = NOON + DAY - dt.timedelta(seconds=1)
        assert sweep_all(session, just_before) == {}
        assert files.read(session, number, just_before) is not None
        assert files.read(session, number, NOON + DAY) is None
        swept = sweep_all(session, NOON + DAY)
        assert (swept["files"], swept["codes"]) == (1, 1)
        assert session.scalars(sa.select(StoredFile)).all() == []


def test_a_closed_ticket_keeps_its_dates_and_loses_its_words(database: Database) -> None:
    with transaction(database) as session:
        owner = people.person(session)
        chat = people.chat(session, owner)
        for n in range(3):
            opened = tickets.open_ticket(
                session, conversation_id=chat.id, person_id=owner, topic="question", words=f"soal {SECRET}",
                context={"note": SECRET}, office=OFFICE, now=NOON,
            )  # fmt: skip
            ticket = session.get_one(Ticket, opened.id)
            ticket.closed_at = NOON + n * DAY
            session.add(TicketAnswer(ticket_id=opened.id, officer="dewi", words=f"jawab {SECRET}", at=NOON))
        session.add(Unanswered(person_id=owner, words=f"apa {SECRET}", at=NOON))
        session.flush()
        swept = sweep_all(session, NOON + 366 * DAY, chunk=1)
        assert (swept["ticket_words"], swept["ticket_answers"], swept["unanswered"]) == (2, 2, 1)
        assert sorted(traces(session)) == ["ticket_answers", "tickets", "tickets"]  # of the one closed last


def test_what_stood_before_a_correction_is_forgotten_in_its_time(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        asked = {"fields": ["address"], "reason": "Kurang jelas.", "asked_by": "Ibu Dewi", "asked_at": NOON}
        for n in range(3):
            application = asking.register(session).application_id
            answered = {"state": CorrectionState.ANSWERED, "answered_at": NOON + n * DAY}
            told = {"before": {"address": SECRET}, "after": {"address": "Kp. Baru"}, "code": f"C{n + 1}"}
            session.add(Correction(application_id=application, due_at=NOON, **asked, **answered, **told))
        session.flush()
        assert sweep_all(session, NOON + 366 * DAY, chunk=1)["corrections"] == 2
        session.expire_all()
        kept = session.execute(sa.select(Correction.before, Correction.reason).order_by(Correction.id)).all()
        assert [before for before, _ in kept] == [{}, {}, {"address": SECRET}]
        assert {reason for _, reason in kept} == {"Kurang jelas."}


def test_the_days_are_the_settings(database: Database) -> None:
    office = people.Office(keeping=Keeping(words=2))
    with transaction(database) as session:
        leave_traces(session, people.chat(session, people.person(session)))
        assert sum(retention.sweep(session, office, NOON + DAY).values()) == 0
        assert retention.sweep(session, office, NOON + 2 * DAY)["words"] == 2
