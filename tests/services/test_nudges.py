"""When a form left half-way is spoken of: by day, as late as WhatsApp's window allows, and by one process alone."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.database import Database
from models import Channel, Conversation, Delivery, Draft, Inbound, Person, Purpose, Reachable, Session, Stopped
from services import consents, nudges
from services.nudges import LONGEST_WINDOW, SPARE, left_since, nudge_at
from services.office import Office
from texts import load

OFFICE = Office()
TEXTS = load()
LAST, EVENING = dt.time(19, 55), dt.time(20)
FIRST = dt.datetime(2026, 11, 24, 3, 30, tzinfo=dt.UTC)  # Tuesday, half past ten in Banten

TWO_YEARS = 2 * 365 * 86_400
moments = st.integers(0, TWO_YEARS).map(lambda seconds: FIRST + dt.timedelta(seconds=seconds))
channels = st.sampled_from(Channel)


def by_day(moment: dt.datetime) -> bool:
    """An hour at which we may write first, with time for the way out."""
    return OFFICE.may_write(moment) and OFFICE.may_write(moment + SPARE - dt.timedelta.resolution)


# --- the rule ---


@given(moments, channels)
def test_it_is_by_day_after_the_last_message_and_within_the_window(last: dt.datetime, channel: Channel) -> None:
    at = nudge_at(last, channel, OFFICE)
    assert at is not None
    assert by_day(at)
    assert last + dt.timedelta(hours=11) < at <= last + LONGEST_WINDOW - SPARE


@given(moments, st.timedeltas(dt.timedelta(seconds=1), dt.timedelta(hours=23)))
def test_no_later_moment_would_do(last: dt.datetime, later: dt.timedelta) -> None:
    at = nudge_at(last, Channel.WHATSAPP, OFFICE)
    assert at is not None
    assert not by_day(at + later) or at + later > last + LONGEST_WINDOW - SPARE


@given(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(days=2)))
def test_who_wrote_later_is_not_reminded_earlier(last: dt.datetime, more: dt.timedelta) -> None:
    first, second = (nudge_at(m, Channel.WHATSAPP, OFFICE) for m in (last, last + more))
    assert first is not None
    assert second is not None
    assert first <= second


@given(moments, st.timedeltas(dt.timedelta(0), dt.timedelta(hours=26)))
def test_whom_the_sweep_looks_at_is_whose_time_has_come(last: dt.datetime, passed: dt.timedelta) -> None:
    now = last + passed
    at, between = nudge_at(last, Channel.WHATSAPP, OFFICE), left_since(now, OFFICE)
    assert at is not None
    if between is None:
        assert not OFFICE.may_write(now)
        return
    assert (between[0] <= last <= between[1]) == (at <= now <= last + LONGEST_WINDOW)


@pytest.mark.parametrize(
    ("wrote", "nudged"),
    [
        ("2026-11-24 10:30", "2026-11-25 10:15"),  # by day: a day later, less the margins
        ("2026-11-24 20:30", "2026-11-25 19:55"),  # the window would close in the evening
        ("2026-11-24 23:50", "2026-11-25 19:55"),
        ("2026-11-25 03:00", "2026-11-25 19:55"),  # it would close by night: the evening before
        ("2026-11-25 08:14", "2026-11-25 19:55"),
        ("2026-11-25 08:15", "2026-11-26 08:00"),
        ("2026-11-26 12:30", "2026-11-27 11:25"),  # it would close during Friday prayer
    ],
)
def test_examples(wrote: str, nudged: str) -> None:
    at = nudge_at(dt.datetime.fromisoformat(wrote).replace(tzinfo=OFFICE.zone), Channel.WHATSAPP, OFFICE)
    assert at is not None
    assert at.strftime("%Y-%m-%d %H:%M") == nudged


def test_who_never_wrote_is_not_reminded() -> None:
    assert nudge_at(None, Channel.WHATSAPP, OFFICE) is None
    assert nudge_at(dt.datetime(1970, 1, 1, tzinfo=dt.UTC), Channel.WHATSAPP, OFFICE) is None


# --- the sweep ---

DUE = FIRST + dt.timedelta(hours=23, minutes=46)


def left(session: Session, number: int, **otherwise: object) -> Conversation:
    """Somebody with consent who left a check after one answer."""
    chat = Conversation(
        channel=Channel.WHATSAPP, address=f"whatsapp:+62812000000{number:02}", first_at=FIRST, last_in_at=FIRST,
        run_id=f"run{number}", form="check", answers={"for_whom": [1, "owner"]}, view={}, facts={}, changed_at=FIRST,
    )  # fmt: skip
    session.add(chat)
    session.flush()
    consents.record(
        session, conversation_id=chat.id, purpose=Purpose.SERVICE, given=True, text_version="1", text_hash="0" * 64,
        language="id", channel="whatsapp", now=FIRST,
    )  # fmt: skip
    session.refresh(chat)
    session.add(
        Inbound(channel=Channel.WHATSAPP, event_id=f"e{number}", conversation_id=chat.id, at=FIRST, kind="text")
    )
    for name, value in otherwise.items():
        setattr(chat, name, value)
    session.flush()
    return chat


def counted(form: str, answers: object, facts: object) -> tuple[int, int]:
    """Always at the fourth of twelve."""
    return 4, 12


def swept(database: Database, now: dt.datetime = DUE) -> int:
    """One beat, in its own transaction."""
    with Session(database.write_engine) as session, session.begin():
        return nudges.sweep(session, TEXTS, OFFICE, now, counted=counted)


def make(database: Database, *people: dict[str, object]) -> None:
    """People who left."""
    with Session(database.write_engine) as session, session.begin():
        for number, otherwise in enumerate(people):
            left(session, number, **otherwise)


def told(database: Database) -> list[Delivery]:
    """What was posted."""
    with Session(database.read_engine) as session:
        return list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def test_one_word_by_run_with_buttons_that_name_it(database: Database) -> None:
    make(database, {})
    assert swept(database, DUE - dt.timedelta(minutes=2)) == 0
    assert swept(database) == 1
    assert swept(database) == 0
    (delivery,) = told(database)
    assert delivery.because == "nudge:run0"
    assert [b["data"] for b in delivery.bubble["buttons"]] == [
        "nudge|run0|resume",
        "nudge|run0|later",
        "nudge|run0|restart",
    ]
    assert "4 dari 12" in delivery.bubble["text"]
    assert all(b["number"] is None for b in delivery.bubble["buttons"])
    assert delivery.expires_at == FIRST + LONGEST_WINDOW


def test_who_must_not_be_reminded_is_not(database: Database) -> None:
    make(
        database,
        {"stopped": Stopped.EVERYTHING},
        {"reachable": Reachable.BLOCKED},
        {"nudged_run": "run2"},
        {"answers": {}},
        {"form": "menu"},
        {"quiet_until": DUE + dt.timedelta(hours=1)},
        {"last_in_at": FIRST + dt.timedelta(hours=2)},
    )
    assert swept(database) == 0
    assert told(database) == []


def test_who_took_back_their_consent_is_not_reminded(database: Database) -> None:
    make(database, {})
    with Session(database.write_engine) as session, session.begin():
        chat = session.scalars(sa.select(Conversation)).one()
        consents.record(
            session, conversation_id=chat.id, purpose=Purpose.SERVICE, given=False, text_version="1",
            text_hash="0" * 64, language="id", channel="whatsapp", now=FIRST,
        )  # fmt: skip
    assert swept(database) == 0


def test_a_form_laid_aside_is_spoken_of_as_well_and_once(database: Database) -> None:
    make(database, {"form": "menu", "run_id": "m"})
    with Session(database.write_engine) as session, session.begin():
        chat = session.scalars(sa.select(Conversation)).one()
        session.add(
            Draft(
                conversation_id=chat.id, run_id="old", form="registration", answers={}, facts={}, parked_at=FIRST,
                view={"n": 3, "total": 20}, purge_at=FIRST + dt.timedelta(days=90),
            )
        )  # fmt: skip
    assert [swept(database), swept(database)] == [1, 0]
    assert "3 dari 20" in told(database)[0].bubble["text"]


def test_two_processes_remind_once(database: Database) -> None:
    make(database, *({} for _ in range(12)))
    both: list[int] = []
    threads = [threading.Thread(target=lambda: both.append(swept(database))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(both) + swept(database) == 12
    assert len({d.conversation_id for d in told(database)}) == len(told(database)) == 12


def test_in_the_evening_everybody_whose_window_closes_by_night(database: Database) -> None:
    night = dt.datetime(2026, 11, 24, 14, tzinfo=dt.UTC)  # nine in the evening
    with Session(database.write_engine) as session, session.begin():
        chat = left(session, 1, last_in_at=night)
        session.execute(sa.update(Inbound).where(Inbound.conversation_id == chat.id).values(at=night))
        assert session.get(Person, chat.person_id) is not None
    evening = dt.datetime.combine(dt.date(2026, 11, 25), LAST, OFFICE.zone)
    assert swept(database, evening - dt.timedelta(minutes=1)) == 0
    assert swept(database, evening) == 1
    assert told(database)[0].expires_at == dt.datetime.combine(dt.date(2026, 11, 25), EVENING, OFFICE.zone)


def test_whoever_left_is_found_by_an_index(database: Database) -> None:
    between = left_since(DUE, OFFICE)
    assert between is not None
    statement = nudges._left(between, DUE, 100)
    with database.read() as connection:
        if database.is_sqlite:
            compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
            plan = [str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
            assert any("ix_inbounds_at" in line for line in plan), plan
            assert not any("SCAN conversations" in line for line in plan), plan
