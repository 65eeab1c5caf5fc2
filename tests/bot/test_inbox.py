"""One message in, one transaction: once only, in order, and what fails undoes only itself."""

import asyncio
import datetime as dt

import sqlalchemy as sa

from bot.database import Database
from conversation.said import Reach, Said, Tap, Text
from handlers.desk import Desk, Reply
from models import Programme
from tests.support.engine import NOON, echo, engine, message
from texts.bubble import Bubble


def test_one_question_in_one_reply_out(database: Database) -> None:
    async def story() -> None:
        async with engine(database) as it:
            received = await it.hear(message("halo"))
            await it.settled()
            assert not received.failed
            assert it.channel.words == ["1: halo"]
            (row,) = it.rows("SELECT state, platform_id, lane, because, attempts FROM deliveries")
            assert (row["state"], row["platform_id"], row["lane"], row["attempts"]) == ("sent", "m1", 0, 1)
            assert row["because"] == f"turn:{it.rows('SELECT id FROM inbounds')[0]['id']}"

    asyncio.run(story())


def test_a_webhook_repeated_is_answered_once(database: Database) -> None:
    async def story() -> None:
        async with engine(database) as it:
            same = [message("halo", event="7") for _ in range(5)]
            received = await asyncio.gather(*(it.hear(inbound) for inbound in same))
            assert sorted(r.seen_before for r in received) == [False, True, True, True, True]
            await it.settled()
            smaller = await it.hear(message("lagi", event="3"))  # numbers may come in any order
            assert not smaller.seen_before
            await it.settled()
            assert it.channel.words == ["1: halo", "2: lagi"]

    asyncio.run(story())


def test_twenty_messages_at_once_are_answered_in_order_and_superseded(database: Database) -> None:
    async def story() -> None:
        async with engine(database) as it:
            await asyncio.gather(*(it.hear(message(str(n), address="5")) for n in range(20)))
            await it.settled()
            (chat,) = it.rows("SELECT answers FROM conversations")
            answers = chat["answers"]
            assert list(range(20)) == [int(v) for v in _json(answers).values()]
            assert it.channel.words[-1] == "20: 19"  # the newest answer is the one that counts
            states = {r["state"] for r in it.rows("SELECT state FROM deliveries")}
            assert states <= {"sent", "cancelled"}
            assert it.channel.words == sorted(it.channel.words, key=lambda w: int(w.split(":")[0]))

    asyncio.run(story())


def test_two_hundred_people_at_once_are_each_answered_in_order(database: Database) -> None:
    async def story() -> None:
        async with engine(database) as it:
            people = [str(n) for n in range(60)]
            first = [it.hear(message("a", address=p)) for p in people]
            second = [it.hear(message("b", address=p)) for p in people]
            await asyncio.gather(*first, *second)
            chats = it.rows("SELECT answers FROM conversations")
            assert {tuple(_json(c["answers"]).values()) for c in chats} == {("a", "b")}
            assert len(chats) == 60

    asyncio.run(story())


def _json(value: object) -> dict:
    import json

    return json.loads(value) if isinstance(value, str) else value


def _spoil(how: str):
    def answer(desk: Desk, said: Said) -> Reply:
        if isinstance(said, Text) and said.text == "rusak":
            if how == "before":
                raise RuntimeError("rahasia")
            desk.session.add(_programme("A"))
            desk.session.flush()
            if how == "after":
                raise RuntimeError("rahasia")
            desk.session.add(_programme("A"))  # the code is unique
            desk.session.flush()
        return echo(desk, said)

    return answer


def _programme(code: str) -> Programme:
    day = dt.date(2026, 1, 1)
    return Programme(
        code=code, name="x", opens_at=NOON, closes_at=NOON, accepts=[], quota=1, source="", as_of=day, taken=0
    )


def test_a_failing_handler_undoes_only_itself(database: Database) -> None:
    async def story(how: str) -> None:
        async with engine(database, _spoil(how)) as it:
            good, bad, other = await asyncio.gather(
                it.hear(message("satu", address=f"{how}1")),
                it.hear(message("rusak", address=f"{how}2")),
                it.hear(message("dua", address=f"{how}3")),
            )
            assert (good.failed, bad.failed, other.failed) == (False, True, False)
            await it.settled()
            assert it.rows("SELECT id FROM programmes") == []
            text = next(words for _, address, words, _ in it.channel.sent if address == f"{how}2")
            assert text.startswith("Maaf")
            failed = it.rows("SELECT failed FROM inbounds WHERE failed = true")
            tickets = it.rows("SELECT topic, words, context FROM tickets")
            assert len(failed) == len(tickets) == HOWS.index(how) + 1
            assert {t["topic"] for t in tickets} == {"trouble"}
            assert all(t["words"] is None and "rahasia" not in str(t["context"]) for t in tickets)

    HOWS = ["before", "after", "integrity"]
    for how in HOWS:
        asyncio.run(story(how))


def test_what_a_handler_wrote_is_kept_with_its_turn(database: Database) -> None:
    def answer(desk: Desk, said: Said) -> Reply:
        desk.session.add(_programme("P"))
        return echo(desk, said)

    async def story() -> None:
        async with engine(database, answer) as it:
            await it.hear(message())
            assert [r["code"] for r in it.rows("SELECT code FROM programmes")] == ["P"]

    asyncio.run(story())


def test_words_are_kept_only_with_consent(database: Database) -> None:
    def answer(desk: Desk, said: Said) -> Reply:
        return Reply(Bubble("ya"), keep_words=desk.chat.person_id is not None and said != Text("diam"))

    async def story() -> None:
        async with engine(database, answer) as it:
            await it.hear(message("sebelum"))
            with database.write() as connection:
                connection.execute(sa.text("INSERT INTO persons (id, created_at) VALUES (1, '2026-11-24 05:00:00')"))
                connection.execute(sa.text("UPDATE conversations SET person_id = 1"))
            await it.hear(message("sesudah"))
            await it.hear(message("diam"))
            kept = [r["words"] for r in it.rows("SELECT words FROM inbounds ORDER BY id")]
            assert kept == [None, "sesudah", None]
            assert it.rows("SELECT purge_at FROM conversations") == [{"purge_at": None}]

    asyncio.run(story())


def test_before_consent_a_chat_has_a_day_to_be_forgotten(database: Database) -> None:
    async def story() -> None:
        async with engine(database) as it:
            await it.hear(message())
            with database.read() as connection:
                from bot.tables import conversations

                (row,) = connection.execute(sa.select(conversations.c.purge_at, conversations.c.last_in_at)).all()
            assert row.purge_at - row.last_in_at == dt.timedelta(days=7)

    asyncio.run(story())


def test_a_handler_sees_when_the_person_last_wrote(database: Database) -> None:
    seen = []

    def answer(desk: Desk, said: Said) -> Reply:
        seen.append(desk.chat.last_in_at)
        return Reply()

    async def story() -> None:
        async with engine(database, answer) as it:
            await it.hear(message())
            await it.hear(message())
            assert seen[0] is None
            assert seen[1] is not None

    asyncio.run(story())


def test_blocking_changes_reachability_and_nothing_is_answered(database: Database) -> None:
    async def story() -> None:
        async with engine(database) as it:
            await it.hear(message(said=Reach(False)))
            assert it.rows("SELECT reachable FROM conversations") == [{"reachable": "blocked"}]
            assert it.rows("SELECT id FROM deliveries") == []
            await it.hear(message("halo"))
            assert it.rows("SELECT reachable FROM conversations") == [{"reachable": "yes"}]

    asyncio.run(story())


def test_a_reply_may_not_change_what_is_not_its_own(database: Database) -> None:
    def answer(desk: Desk, said: Said) -> Reply:
        return Reply(Bubble("x"), {"person_id": 1})

    async def story() -> None:
        async with engine(database, answer) as it:
            assert (await it.hear(message(said=Tap("r", "q", "o")))).failed

    asyncio.run(story())
