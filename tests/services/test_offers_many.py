"""Offers when a programme opens, what those who wait hear meanwhile, and two heartbeats at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from bot.database import Database, open_database
from models import (
    Delivery,
    Place,
    Programme,
    Stage,
)
from services import offering, offers, waiting_news
from services.offers import Answer
from tests.services.offered import DAY, HOUR, TEXTS, asks, line_of, open_offers, owner, sent_to, sweep, withdraw
from tests.services.people import NOON, OFFICE, transaction

# --- a programme opens


def test_who_asked_before_it_opened_has_a_place_when_it_opens(database: Database) -> None:
    opens = NOON + 2 * DAY
    with transaction(database) as session:
        _, _, (chat, _), *_ = everybody = line_of(session, 4, quota=2, opens_at=opens)
        assert all(one.stage is Stage.WAITING for _, one in everybody)
        assert sweep(session, opens - HOUR) == 0
        newcomer = asks(session, owner(session), opens + HOUR / 60)
        assert newcomer.stage is Stage.WAITING
        sweep(session, opens + HOUR)
        assert [one.stage for _, one in everybody] == [Stage.PLACED, Stage.PLACED, Stage.WAITING, Stage.WAITING]
        assert open_offers(session) == []
        (bubble,) = sent_to(session, everybody[0][0])
        assert "sudah dipastikan" in bubble.text
        assert bubble.template == "place_confirmed_v1"
        assert waiting_news.sweep(session, TEXTS, OFFICE, opens + HOUR) == 2
        (news,) = sent_to(session, chat)
        assert "daftar tunggu nomor 1" in news.text
        assert waiting_news.sweep(session, TEXTS, OFFICE, opens + HOUR) == 0
        withdraw(session, everybody[0][1], opens + 2 * HOUR)
        sweep(session, opens + 2 * HOUR)
        assert open_offers(session) == [everybody[2][1].id]


# --- regular news


def test_every_two_weeks_one_hears_where_one_stands(database: Database) -> None:
    with transaction(database) as session:
        _, (_, second), (chat, third) = line_of(session, 3)
        sweep(session, NOON)
        tell = [waiting_news.sweep(session, TEXTS, OFFICE, NOON + n * DAY) for n in (13, 15, 16)]
        assert tell == [0, 2, 0]
        (bubble,) = sent_to(session, chat)
        assert "masih nomor *2*" in bubble.text
        assert bubble.template == "waiting_news_v1"
        withdraw(session, second, NOON + 20 * DAY)
        assert waiting_news.sweep(session, TEXTS, OFFICE, NOON + 29 * DAY + HOUR) == 1
        assert "nomor *1* (sebelumnya 2)" in sent_to(session, chat)[-1].text
        assert third.position_told == 1
        waiting_news.sweep(session, TEXTS, OFFICE, NOON + 60 * DAY)
        assert "sudah ditutup" in sent_to(session, chat)[-1].text
        assert waiting_news.sweep(session, TEXTS, OFFICE, NOON + 90 * DAY) == 0


# --- many at once


def test_two_heartbeats_at_once_offer_once(database: Database, database_url: str) -> None:
    with transaction(database) as session:
        everybody = line_of(session, 8, quota=3)
        sweep(session, NOON)
        next_three = [application.id for _, application in everybody[3:6]]
        for _, application in everybody[:3]:
            withdraw(session, application, NOON)
    wide = open_database(database_url, writers=8)
    start = threading.Barrier(6)

    def run(n: int) -> int:
        start.wait()
        with transaction(wide.write_engine) as session:
            return offering.sweep(session, TEXTS, OFFICE, NOON + HOUR)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(run, range(6))) == 3
    wide.close()
    with transaction(database) as session:
        assert open_offers(session) == next_three
        assert session.scalars(sa.select(sa.func.count(Delivery.id))).one() == 3


def test_a_take_a_skip_and_the_end_at_once_agree(database: Database, database_url: str) -> None:
    with transaction(database) as session:
        (_, first), (chat, _), _ = line_of(session, 3)
        sweep(session, NOON)
        withdraw(session, first, NOON)
        sweep(session, NOON)
        chat_id, person_id = chat.id, chat.person_id
    wide = open_database(database_url, writers=8)
    start = threading.Barrier(4)

    def answer(said: Answer) -> str:
        start.wait()
        with transaction(wide.write_engine) as session:
            done = offers.answer(
                session,
                conversation_id=chat_id,
                person_id=person_id,
                which="K1",
                said=said,
                office=OFFICE,
                now=NOON + 71 * HOUR,
            )
            return done.what.value if done else "-"

    def end(_: int) -> str:
        start.wait()
        with transaction(wide.write_engine) as session:
            return str(offering.sweep(session, TEXTS, OFFICE, NOON + 72 * HOUR))

    with ThreadPoolExecutor(4) as pool:
        results = [pool.submit(answer, Answer.TAKE), pool.submit(answer, Answer.SKIP)]
        results += [pool.submit(end, 1), pool.submit(end, 2)]
        [each.result() for each in results]
    wide.close()
    with transaction(database) as session:
        programme = session.scalars(sa.select(Programme)).one()
        held = session.scalars(sa.select(Place).where(Place.released_at.is_(None))).all()
        assert programme.taken == len(held) <= programme.quota
        assert len({place.application_id for place in held}) == len(held)
