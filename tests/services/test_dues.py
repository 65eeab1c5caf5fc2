"""What was to be asked later is asked once, by day, and answered by a tap or by a short code."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.database import Database
from models import (
    Application,
    Channel,
    Conversation,
    Delivery,
    Due,
    DueKind,
    DueState,
    Lane,
    Language,
    Purpose,
    Reachable,
    Session,
    Stopped,
    Ticket,
)
from services import applications, consents, dues
from services.codes import LETTERS, NoCodeLeft, next_code
from tests.services import people
from tests.services.people import NOON, OFFICE, transaction
from texts import load
from texts.bubble import Bubble

DAY = dt.timedelta(days=1)
TEXTS = load()
ABOUT: dict[str, Any] = {"reason": "BUTUH_NIB", "values": {}}


def somebody(session: Session, name: str | None = "Siti Aminah", **chat: Any) -> Conversation:
    """A person who agreed, and their chat."""
    row = people.chat(session, **chat)
    person_id = consents.record(
        session,
        conversation_id=row.id,
        purpose=Purpose.SERVICE,
        given=True,
        text_version="1",
        text_hash="0" * 64,
        language=Language.ID,
        channel=row.channel,
        now=NOON,
    )
    session.execute(sa.text("UPDATE persons SET name = :name WHERE id = :id"), {"name": name, "id": person_id})
    session.expire_all()
    return row


def plan(session: Session, chat: Conversation, kind: DueKind = DueKind.TODO, days: int = 14, **about: Any) -> Due:
    planned = dues.plan(
        session,
        conversation_id=chat.id,
        person_id=chat.person_id,
        kind=kind,
        about=ABOUT | about,
        due_at=NOON + days * DAY,
    )
    return session.get_one(Due, planned.id, populate_existing=True)


def sweep(session: Session, days: int = 14, **more: Any) -> int:
    return dues.sweep(session, TEXTS, OFFICE, NOON + days * DAY + more.pop("later", dt.timedelta()), **more)


def answer(session: Session, chat: Conversation, code: str, said: str) -> Due | None:
    return dues.answer(session, conversation_id=chat.id, code=code, answer=said, now=NOON + 15 * DAY)


def sent(session: Session) -> list[Bubble]:
    return [Bubble.from_json(row.bubble) for row in session.scalars(sa.select(Delivery).order_by(Delivery.id))]


def test_two_weeks_later_the_question_is_asked(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        chat = somebody(session, channel=Channel.WHATSAPP, address="whatsapp:+6281234567890")
        new = people.new_business(chat.person_id or 0, name="Keripik *Bu* Siti")
        business = applications.businesses.add(session, new, NOON)
        due = plan(session, chat, business_id=business.id)
        assert (due.code, due.state) == ("T1", DueState.PLANNED)
        assert sweep(session, days=13) == 0
        assert sweep(session) == 1
        (bubble,) = sent(session)
        short = TEXTS.text("reason.BUTUH_NIB.short", "id")
        assert f"*{short}*" in bubble.text
        assert "Siti Aminah" in bubble.text
        assert "Keripik ＊Bu＊ Siti" in bubble.text
        assert "SUDAH T1" in bubble.text
        assert [button.data for button in bubble.buttons] == [f"due|{due.id}|{o}" for o in ("done", "not_yet", "stuck")]
        assert all(len(button.data.encode()) <= 64 and button.number is None for button in bubble.buttons)
        assert bubble.template == "todo_reminder_v1"
        assert bubble.template_values == ("Siti Aminah", "Keripik *Bu* Siti", short, "T1")
        row = session.scalars(sa.select(Delivery)).one()
        assert (row.lane, row.because) == (Lane.NOTICE, f"due:{due.id}")
        assert row.expires_at == NOON + 17 * DAY
        assert due.state is DueState.ASKED
        assert sweep(session, days=15) == 0


def test_the_template_has_a_sample_for_each_value() -> None:
    for language in ("id", "en"):
        assert len(TEXTS.templates(language)["todo_reminder_v1"].sample) == 4
        assert len(TEXTS.templates(language)["promise_late_v1"].sample) == 3


def test_without_a_name_or_a_business_the_words_still_stand(database: Database) -> None:
    with transaction(database) as session:
        chat = somebody(session, None, language=Language.EN)
        plan(session, chat)
        assert sweep(session) == 1
        (bubble,) = sent(session)
        assert "DONE T1" in bubble.text
        assert all(bubble.template_values)


def test_what_a_line_names_is_kept_with_it(database: Database) -> None:
    with transaction(database) as session:
        chat = somebody(session)
        plan(session, chat, reason="GANTI_BAHAN_HARAM", values={"ingredient": "angciu"})
        assert sweep(session) == 1
        assert "angciu" in sent(session)[0].text


def test_a_question_that_cannot_be_worded_goes_to_the_office_and_stops_nobody(database: Database) -> None:
    with transaction(database) as session:
        chat = somebody(session)
        bad = [plan(session, chat, reason="GANTI_BAHAN_HARAM", values={}), plan(session, chat, reason="NO_SUCH_CODE")]
        plan(session, chat)
        assert sweep(session) == 1
        assert [due.state for due in bad] == [DueState.VOID, DueState.VOID]
        tickets = session.scalars(sa.select(Ticket).order_by(Ticket.id)).all()
        assert [(ticket.topic, ticket.context["due_id"]) for ticket in tickets] == [("trouble", due.id) for due in bad]


def test_the_follow_up_has_its_own_words(database: Database) -> None:
    with transaction(database) as session:
        chat = somebody(session)
        due = plan(session, chat, DueKind.FOLLOW_UP, reason="MUNGKIN_DIKECUALIKAN")
        assert due.code == "F1"
        assert sweep(session) == 1
        (bubble,) = sent(session)
        options = [option.id for option in TEXTS.options("todo.follow_up", "id")]
        assert {"done", "not_yet"} < set(options)
        assert [button.data.split("|")[2] for button in bubble.buttons] == options


@pytest.mark.parametrize(
    ("hour", "asked"),
    [(0, 1), (4, 1), (7, 1), (8, 0), (12, 0), (18, 0), (19, 0)],  # from 12.00 WIB on
)
def test_nobody_is_written_to_at_night(database: Database, hour: int, asked: int) -> None:
    with transaction(database) as session:
        due = plan(session, somebody(session))
        assert sweep(session, later=dt.timedelta(hours=hour)) == asked
        assert due.state is (DueState.ASKED if asked else DueState.PLANNED)


def test_the_first_minute_and_the_last_of_the_day() -> None:
    def at(hour: int, minute: int) -> bool:
        return OFFICE.may_write(dt.datetime(2026, 12, 1, hour, minute, tzinfo=OFFICE.zone))

    assert [at(7, 59), at(8, 0), at(19, 59), at(20, 0)] == [False, True, True, False]


@pytest.mark.parametrize(
    "change", [{"stopped": Stopped.EVERYTHING}, {"reachable": Reachable.BLOCKED}, {"reachable": Reachable.GONE}]
)
def test_who_stopped_or_is_gone_is_not_asked(database: Database, change: dict[str, Any]) -> None:
    with transaction(database) as session:
        chat = somebody(session, **change)
        due = plan(session, chat)
        assert sweep(session) == 0
        assert due.state is DueState.VOID
        assert sent(session) == []


def test_who_stopped_announcements_only_is_still_reminded(database: Database) -> None:
    with transaction(database) as session:
        plan(session, somebody(session, stopped=Stopped.ANNOUNCEMENTS))
        assert sweep(session) == 1


def test_who_withdrew_consent_is_not_asked(database: Database) -> None:
    with transaction(database) as session:
        chat = somebody(session)
        due = plan(session, chat)
        consents.record(
            session,
            conversation_id=chat.id,
            purpose=Purpose.SERVICE,
            given=False,
            text_version="1",
            text_hash="0" * 64,
            language=Language.ID,
            channel=chat.channel,
            now=NOON + DAY,
        )
        assert sweep(session) == 0
        assert due.state is DueState.VOID


def test_what_is_long_overdue_is_missed(database: Database) -> None:
    with transaction(database) as session:
        due = plan(session, somebody(session))
        assert sweep(session, days=28, later=dt.timedelta(minutes=1)) == 0
        assert due.state is DueState.MISSED


def test_two_sweeps_at_once_ask_once(database: Database) -> None:
    with transaction(database) as session:
        for _ in range(30):
            plan(session, somebody(session))
    start = threading.Barrier(3)

    def run(_: int) -> int:
        start.wait()
        with transaction(database) as session:
            return sum(sweep(session, limit=7) for _ in range(6))

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(run, range(3))) == 30
    with transaction(database) as session:
        assert len(sent(session)) == 30
        assert set(session.scalars(sa.select(Due.state))) == {DueState.ASKED}


def test_a_sweep_cut_short_asks_nobody(database: Database) -> None:
    with transaction(database) as session:
        plan(session, somebody(session))
    with Session(database.write_engine) as session:
        assert sweep(session) == 1
        session.rollback()  # the lights went out
    with transaction(database) as session:
        assert sent(session) == []
        assert sweep(session) == 1


def test_no_more_than_a_handful_at_a_time(database: Database) -> None:
    with transaction(database) as session:
        for _ in range(5):
            plan(session, somebody(session))
        assert [sweep(session, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_an_answer_is_known_by_its_code_or_its_button(database: Database) -> None:
    with transaction(database) as session:
        chat, stranger = somebody(session), somebody(session)
        due = plan(session, chat)
        sweep(session)
        assert answer(session, stranger, "T1", "done") is None
        assert answer(session, stranger, str(due.id), "done") is None
        assert answer(session, chat, "T9", "done") is None
        for odd in ("", "²", "9" * 30, "T1\x00", "T100", "' OR 1=1"):
            assert answer(session, chat, odd, "done") is None
        assert answer(session, chat, " t1 ", "not_yet") is due
        assert answer(session, chat, "T1", "not_yet") is None  # the same once more
        assert answer(session, chat, str(due.id), "done") is due  # a week later, on the old message
        assert (due.state, due.answer, due.answered_at) == (DueState.ANSWERED, "done", NOON + 15 * DAY)


def test_asking_twice_for_the_same_reminder_moves_it(database: Database) -> None:
    with transaction(database) as session:
        chat = somebody(session)
        first = plan(session, chat)
        assert plan(session, chat, days=20) is first
        assert first.due_at == NOON + 20 * DAY
        assert plan(session, chat, reason="BAHAN_DICEK").code == "T2"
        assert plan(session, chat, DueKind.FOLLOW_UP).code == "F1"


def test_a_code_is_not_used_again_at_once(database: Database) -> None:
    with transaction(database) as session:
        chat = somebody(session)
        plan(session, chat)
        sweep(session)
        answer(session, chat, "T1", "not_yet")
        assert plan(session, chat).code == "T2"
        assert plan(session, somebody(session)).code == "T1"


@given(st.sampled_from(LETTERS), st.sets(st.integers(1, 99)), st.integers(1, 99) | st.none())
def test_a_code_can_be_read_aloud_and_is_free(letter: str, taken: set[int], last: int | None) -> None:
    used = {f"{letter}{n}" for n in taken}
    code = next_code(letter, used, last and f"{letter}{last}")
    assert code not in used
    assert code[0] not in "OILSZB"
    assert code[0] == letter or len(taken) == 99
    assert 1 <= int(code[1:]) <= 99


def test_when_every_code_is_open_it_is_said() -> None:
    with pytest.raises(NoCodeLeft):
        next_code("T", {f"{letter}{n}" for letter in LETTERS for n in range(1, 100)})


def promised(session: Session, chat: Conversation) -> Application:
    """An application an officer looks at, with the news promised for a day."""
    outcome = applications.register(
        session,
        business=people.new_business(chat.person_id or 0),
        assessment_id=people.assessment(session, chat.person_id or 0, people.CATERING),
        programme=people.CODE,
        office=OFFICE,
        now=NOON,
    )
    dues.plan(
        session,
        conversation_id=chat.id,
        person_id=chat.person_id,
        kind=DueKind.PROMISE,
        about={"application_id": outcome.application_id},
        due_at=outcome.promised_at or NOON,
    )
    return session.get_one(Application, outcome.application_id)


def test_a_broken_promise_is_owned_and_renewed(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        application = promised(session, somebody(session))
        assert sweep(session, days=8) == 1
        (bubble,) = sent(session)
        assert application.number in bubble.text
        assert "Selasa, 1 Desember 2026" in bubble.text
        assert bubble.template == "promise_late_v1"
        assert bubble.template_values[1] == "Selasa, 1 Desember 2026"
        assert application.promised_at == OFFICE.promise(NOON + 8 * DAY, OFFICE.review_days)
        assert session.scalars(sa.select(Ticket)).one().topic == "promise"
        assert [due.state for due in session.scalars(sa.select(Due).order_by(Due.id))] == [
            DueState.ASKED,
            DueState.PLANNED,
        ]


def test_a_promise_that_was_kept_is_not_spoken_of(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        chat = somebody(session)
        application = promised(session, chat)
        applications.settle(
            session,
            application.id,
            people.assessment(session, chat.person_id or 0, business_id=application.business_id),
            office=OFFICE,
            now=NOON + DAY,
        )
        assert sweep(session, days=8) == 0
        assert session.scalars(sa.select(Due.state)).one() is DueState.VOID
        assert sent(session) == []
