"""Every message goes out once, in order, or its row says why not; what is uncertain is never guessed at."""

import asyncio
import datetime as dt
import itertools
import json
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from bot import inbox_rows, outbox_rows
from bot.channels.base import Outcome, OutcomeKind
from bot.clock import Clock
from bot.database import Database
from bot.inbound import Inbound
from bot.outbox_results import ATTEMPTS, Report, next_step
from bot.tables import conversations, deliveries
from conversation.said import Said
from handlers.desk import Desk, Reply
from models import Channel, DeliveryState, Lane, Reachable, Stopped
from tests.support.engine import NOON, Engine, FakeChannel, engine, message
from texts.bubble import Bubble

UNKNOWN = Outcome(OutcomeKind.UNKNOWN, reason="time_out")
QUEUED = DeliveryState.QUEUED
NOT_SENT = Outcome(OutcomeKind.RETRY, reason="not sent")


def silent(desk: Desk, said: Said) -> Reply:
    return Reply()


async def _chat(it: Engine, address: str = "1", **columns: Any) -> int:
    """A chat that was heard of, without a reply."""
    await it.hear(message("halo", address=address, channel=it.channel.channel))
    with it.database.write() as connection:
        found = sa.select(conversations.c.id).where(conversations.c.address == address)
        number = connection.execute(found).scalar_one()
        if columns:
            connection.execute(sa.update(conversations).where(conversations.c.id == number).values(**columns))
    return number


def _post(it: Engine, chat: int, text: str, lane: Lane = Lane.NOTICE, **columns: Any) -> int:
    """What a service writes for the outbox."""
    now = it.clock.now()
    row: dict[str, Any] = {
        "conversation_id": chat,
        "channel": it.channel.channel,
        "address": "old",
        "lane": lane,
        "because": "test",
        "bubble": Bubble(text).as_json(),
        "state": DeliveryState.QUEUED,
        "created_at": now,
        "not_before": now,
        "changed_at": now,
    }
    with it.database.write() as connection:
        return connection.execute(sa.insert(deliveries).values(row | columns).returning(deliveries.c.id)).scalar_one()


def _row(it: Engine, number: int) -> Any:
    with it.database.read() as connection:
        return connection.execute(sa.select(deliveries).where(deliveries.c.id == number)).one()


def _run(story: Any) -> None:
    asyncio.run(story())


def test_what_a_service_wrote_goes_out_by_itself(database: Database) -> None:
    async def story() -> None:
        async with engine(database, silent) as it:
            chat = await _chat(it)
            number = _post(it, chat, "pengingat")
            it.outbox.wake()
            await it.settled()
            assert it.channel.sent[0][1:3] == ("1", "pengingat")  # to where the chat is now
            assert _row(it, number).state is DeliveryState.SENT

    _run(story)


@pytest.mark.parametrize(
    ("columns", "row", "state", "reason"),
    [
        ({"stopped": Stopped.EVERYTHING}, {}, DeliveryState.SKIPPED, "stopped"),
        ({"stopped": Stopped.ANNOUNCEMENTS}, {"lane": Lane.BULK}, DeliveryState.SKIPPED, "stopped"),
        ({"reachable": Reachable.BLOCKED}, {}, DeliveryState.SKIPPED, "reachable:blocked"),
        ({}, {"expires_at": NOON - dt.timedelta(hours=1)}, DeliveryState.EXPIRED, "too_late"),
    ],
)
def test_what_makes_no_sense_any_more_is_not_sent(
    database: Database, columns: dict[str, Any], row: dict[str, Any], state: DeliveryState, reason: str
) -> None:
    async def story() -> None:
        async with engine(database, silent) as it:
            chat = await _chat(it, **columns)
            number = _post(it, chat, "pengingat", **row)
            it.outbox.wake()
            await it.settled()
            found = _row(it, number)
            assert (found.state, found.reason, it.channel.sent) == (state, reason, [])

    _run(story)


def test_who_stopped_everything_still_gets_answers(database: Database) -> None:
    async def story() -> None:
        async with engine(database) as it:
            await it.hear(message("halo", address="1"))
            await it.settled()
            with it.database.write() as connection:
                connection.execute(sa.update(conversations).values(stopped=Stopped.EVERYTHING))
            await it.hear(message("mulai", address="1"))
            await it.settled()
            assert len(it.channel.sent) == 2

    _run(story)


def test_replies_go_before_notices_and_notices_before_bulk(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel()
        async with engine(database, silent, sending=False) as it:
            chats = [await _chat(it, str(n)) for n in range(3)]
            for lane, chat in zip((Lane.BULK, Lane.NOTICE, Lane.REPLY), chats, strict=True):
                _post(it, chat, lane.name, lane)
        async with engine(database, silent, channel) as it:
            await it.settled()
            assert channel.words == ["REPLY", "NOTICE", "BULK"]

    _run(story)


def test_one_chat_hears_us_at_most_once_a_second(database: Database) -> None:
    async def story() -> None:
        async with engine(database, silent) as it:
            chat = await _chat(it)
            for text in ("a", "b", "c"):
                _post(it, chat, text)
            it.outbox.wake()
            await it.settled(15)
            moments = [moment for moment, *_ in it.channel.sent]
            assert it.channel.words == ["a", "b", "c"]
            assert min(b - a for a, b in itertools.pairwise(moments)) >= 0.95

    _run(story)


def test_a_reply_not_yet_sent_is_superseded(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel(delay=0.3)
        async with engine(database, channel=channel) as it:
            await it.hear(message("satu", address="1"))
            await it.until(lambda: len(channel.sent) == 1)
            await it.hear(message("dua", address="1"))  # waits: the first is on its way
            await it.hear(message("tiga", address="1"))
            await it.settled()
            assert channel.words == ["1: satu", "3: tiga"]
            states = [(r["state"], r["reason"]) for r in it.rows("SELECT state, reason FROM deliveries ORDER BY id")]
            assert states == [("sent", None), ("cancelled", "superseded"), ("sent", None)]

    _run(story)


def test_a_reply_behind_another_goes_out_with_the_result_of_that_one(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel(delay=0.2)
        async with engine(database, channel=channel) as it:
            for pump in it.outbox._pumps:
                pump.cancel()  # nobody looks for what waits
            await it.hear(message("satu", address="1"))
            await it.until(lambda: len(channel.sent) == 1)
            await it.hear(message("dua", address="1"))
            await it.hear(message("lain", address="2"))
            assert "2: dua" not in channel.words
            await it.settled()
            assert [text for _, address, text, _ in channel.sent if address == "1"] == ["1: satu", "2: dua"]
            moments = [moment for moment, address, *_ in channel.sent if address == "1"]
            assert moments[1] - moments[0] >= 0.19

    _run(story)


def test_an_uncertain_reply_is_sent_once_more_and_bulk_never(database: Database) -> None:
    async def story() -> None:
        clock = Clock(lambda: NOON)
        channel = FakeChannel(script=[UNKNOWN, UNKNOWN])
        async with engine(database, channel=channel, clock=clock) as it:
            await it.hear(message("halo", address="1"))
            await it.until(lambda: _row(it, 1).reason == "unknown_once")
            clock.shift(dt.timedelta(seconds=5))
            it.outbox.wake()
            await it.until(lambda: _row(it, 1).state is DeliveryState.UNKNOWN)
            assert channel.words == ["1: halo", "1: halo"]
            channel.script[:] = [UNKNOWN]
            bulk = _post(it, 1, "siaran", Lane.BULK)
            it.outbox.wake()
            await it.until(lambda: _row(it, bulk).state is DeliveryState.UNKNOWN)
            clock.shift(dt.timedelta(days=2))
            it.outbox.wake()
            await asyncio.sleep(1.3)
            assert channel.words.count("siaran") == 1

    _run(story)


def test_what_was_not_sent_is_tried_again_with_longer_and_longer_pauses(database: Database) -> None:
    async def story() -> None:
        clock = Clock(lambda: NOON)
        channel = FakeChannel(script=[NOT_SENT, NOT_SENT])
        async with engine(database, channel=channel, clock=clock) as it:
            await it.hear(message("halo", address="1"))
            await it.until(lambda: _row(it, 1).state is DeliveryState.QUEUED and _row(it, 1).attempts == 1)
            assert _row(it, 1).not_before == NOON + dt.timedelta(seconds=2)
            clock.shift(dt.timedelta(seconds=3))
            it.outbox.wake()
            await it.until(lambda: _row(it, 1).attempts == 2 and _row(it, 1).state is DeliveryState.QUEUED)
            clock.shift(dt.timedelta(seconds=30))
            it.outbox.wake()
            await it.settled()
            assert (_row(it, 1).state, _row(it, 1).attempts, len(channel.sent)) == (DeliveryState.SENT, 3, 3)

    _run(story)


def test_a_retried_reply_never_comes_after_a_newer_one(database: Database) -> None:
    async def story() -> None:
        clock = Clock(lambda: NOON)
        channel = FakeChannel(script=[NOT_SENT], delay=0.2)
        async with engine(database, channel=channel, clock=clock) as it:
            await _greeted(it)
            await it.hear(message("satu", address="1"))
            await it.until(lambda: len(channel.sent) == 1)
            await it.hear(message("dua", address="1"))  # while the first is being tried
            clock.shift(dt.timedelta(seconds=60))
            await it.settled()
            assert channel.words == ["1: satu", "2: dua"]
            assert _row(it, 2).reason == "superseded"

    _run(story)


async def _greeted(it: Engine) -> None:
    """A chat whose first answer went out a while ago."""
    chat = await it.writer.run(lambda c: inbox_rows.take(c, message(address="1"), it.clock.now())["id"])
    _post(it, chat, "selamat datang", Lane.REPLY, state=DeliveryState.SENT)


async def _together(it: Engine, *inbounds: Inbound) -> None:
    """They have come in while the writer was busy: it takes them in one transaction."""
    free = threading.Event()
    jobs = [it.writer.run(lambda c: free.wait(5), inbounds[0].address), *(it.hear(each) for each in inbounds)]
    tasks = [asyncio.create_task(job) for job in jobs]
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("name", Channel)
def test_the_first_answer_to_a_chat_is_read_before_the_newest(database: Database, name: Channel) -> None:
    async def story() -> None:
        channel = FakeChannel(name, delay=0.1)
        async with engine(database, channel=channel) as it:
            for pump in it.outbox._pumps:
                pump.cancel()  # nobody looks for what waits
            await _together(it, *(message(text, address="1", channel=name) for text in ("satu", "dua", "tiga")))
            await it.settled()
            assert channel.words == ["1: satu", "3: tiga"]
            assert channel.sent[1][0] - channel.sent[0][0] >= 0.09  # once the first has arrived
            await _together(it, *(message(text, address="1", channel=name) for text in ("empat", "lima")))
            await it.settled()
            assert channel.words[2:] == ["5: lima"]

    _run(story)


def test_the_first_answer_is_tried_again_before_the_next_one_goes_out(database: Database) -> None:
    async def story() -> None:
        clock = Clock(lambda: NOON)
        channel = FakeChannel(script=[UNKNOWN, NOT_SENT])
        async with engine(database, channel=channel, clock=clock) as it:
            await _together(it, message("satu", address="1"), message("dua", address="1"))
            for attempts in (1, 2):
                await it.until(lambda so_far=attempts: (_row(it, 1).state, _row(it, 1).attempts) == (QUEUED, so_far))
                for line in it.outbox.lines.values():
                    await it.outbox._round(line)  # only the first of them is not due yet
                clock.shift(dt.timedelta(seconds=60))
                it.outbox.wake()
            await it.settled()
            assert channel.words == ["1: satu"] * 3 + ["2: dua"]

    _run(story)


@pytest.mark.parametrize(
    ("kind", "reachable"), [(OutcomeKind.BLOCKED, Reachable.BLOCKED), (OutcomeKind.GONE, Reachable.GONE)]
)
def test_blocked_and_gone_are_noted_at_the_chat(database: Database, kind: OutcomeKind, reachable: Reachable) -> None:
    async def story() -> None:
        async with engine(database, channel=FakeChannel(script=[Outcome(kind, reason="x")])) as it:
            await it.hear(message("halo", address="1"))
            await it.settled()
            assert _row(it, 1).state is DeliveryState.FAILED
            assert it.rows("SELECT reachable FROM conversations") == [{"reachable": reachable.value}]

    _run(story)


def test_a_chat_that_moved_is_followed(database: Database) -> None:
    async def story() -> None:
        script = [Outcome(OutcomeKind.MOVED, moved_to="-1009", reason="migrated")]
        async with engine(database, channel=FakeChannel(script=script)) as it:
            await it.hear(message("halo", address="1"))
            await it.settled()
            assert [address for _, address, _, _ in it.channel.sent] == ["1", "-1009"]
            assert it.rows("SELECT address FROM conversations") == [{"address": "-1009"}]

    _run(story)


def test_a_closed_window_is_held_and_decided_at_the_moment_of_sending(database: Database) -> None:
    async def story() -> None:
        clock = Clock(lambda: NOON)
        channel = FakeChannel(Channel.WHATSAPP)
        async with engine(database, silent, channel, clock=clock, sending=False) as it:
            chat = await _chat(it, "whatsapp:+62811")
            _post(it, chat, "pengingat")
        clock.shift(dt.timedelta(hours=25))
        channel.script[:] = [Outcome(OutcomeKind.HELD, reason="outside")]
        async with engine(database, silent, channel, clock=clock) as it:
            await it.settled()
            assert channel.sent[0][3] is False  # the window was open when it was written
            assert (_row(it, 1).state, _row(it, 1).reason) == (DeliveryState.HELD, "outside")

    _run(story)


def test_a_dead_process_leaves_nothing_behind_that_is_lost(database: Database) -> None:
    async def story() -> None:
        clock = Clock(lambda: NOON)
        async with engine(database, silent, sending=False, clock=clock) as it:
            chats = [await _chat(it, str(n)) for n in range(4)]
            held = {"lease_until": NOON + dt.timedelta(seconds=60), "token": "t", "worker": "dead"}
            never = _post(it, chats[0], "never tried", state=DeliveryState.LEASED, **held)
            reply = _post(it, chats[1], "reply", Lane.REPLY, state=DeliveryState.SENDING, attempts=1, **held)
            twice = _post(it, chats[2], "twice", Lane.REPLY, state=DeliveryState.SENDING, attempts=2, **held)
            bulk = _post(it, chats[3], "bulk", Lane.BULK, state=DeliveryState.SENDING, attempts=1, **held)
            with it.database.write() as connection:
                assert outbox_rows.recover(connection, NOON + dt.timedelta(seconds=30)) == 0
                assert outbox_rows.recover(connection, NOON + dt.timedelta(seconds=61)) == 4
            states = [_row(it, n).state.value for n in (never, reply, twice, bulk)]
            assert states == ["queued", "queued", "unknown", "unknown"]

    _run(story)


def test_a_result_after_its_lease_is_not_believed_for_another(database: Database) -> None:
    async def story() -> None:
        clock = Clock(lambda: NOON)
        channel = FakeChannel(script=[Outcome(OutcomeKind.FAILED, reason="late")], delay=0.4)
        async with engine(database, channel=channel, clock=clock) as it:
            await it.hear(message("halo", address="1"))
            await it.until(lambda: len(channel.sent) == 1)
            with it.database.write() as connection:
                connection.execute(sa.update(deliveries).values(token="somebody else's"))
            await asyncio.sleep(0.6)
            assert _row(it, 1).state is DeliveryState.SENDING

    _run(story)


def test_a_status_only_moves_forward_and_may_outrun_the_answer(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel(Channel.WHATSAPP, delay=0.3)
        async with engine(database, channel=channel) as it:
            await it.hear(message("halo", address="whatsapp:+62811", channel=Channel.WHATSAPP))
            await it.until(lambda: len(channel.sent) == 1)

            def told(status: str, state: DeliveryState, number: int | None = None, error: str = "") -> Report:
                return Report(Channel.WHATSAPP, "m1", status, state, number, error)

            assert await it.outbox.report(told("delivered", DeliveryState.DELIVERED, 1))  # before the answer
            await asyncio.sleep(0.5)
            assert (_row(it, 1).state, _row(it, 1).platform_id) == (DeliveryState.DELIVERED, "m1")
            for status, state in (("sent", DeliveryState.SENT), ("failed", DeliveryState.FAILED)):
                await it.outbox.report(told(status, state))
                assert _row(it, 1).state is DeliveryState.DELIVERED
            for _ in range(2):  # told twice, noted once
                await it.outbox.report(told("read", DeliveryState.READ))
            assert _row(it, 1).state is DeliveryState.READ
            noted = [r["status"] for r in it.rows("SELECT status FROM delivery_events ORDER BY id")]
            assert noted == ["delivered", "sent", "failed", "read"]
            assert not await it.outbox.report(Report(Channel.WHATSAPP, "SMforeign", "sent", DeliveryState.SENT))

    _run(story)


def test_a_status_resolves_what_was_uncertain(database: Database) -> None:
    async def story() -> None:
        channel = FakeChannel(Channel.WHATSAPP, script=[UNKNOWN])
        async with engine(database, silent, channel) as it:
            chat = await _chat(it, "whatsapp:+62811")
            number = _post(it, chat, "siaran", Lane.BULK)
            it.outbox.wake()
            await it.until(lambda: _row(it, number).state is DeliveryState.UNKNOWN)
            await it.outbox.report(Report(Channel.WHATSAPP, "SM9", "sent", DeliveryState.SENT, number))
            assert _row(it, number).state is DeliveryState.SENT

    _run(story)


def test_two_processes_send_nothing_twice(database: Database, kind: str) -> None:
    if kind == "sqlite":
        return  # SQLite has one process, by its lock

    async def story() -> None:
        async with engine(database, silent, sending=False) as it:
            for n in range(30):
                _post(it, await _chat(it, str(n)), f"b{n}", Lane.BULK)
        one, two = FakeChannel(), FakeChannel()
        async with engine(database, silent, one, 79, worker="w1") as a, engine(database, silent, two, 79, worker="w2"):
            await a.settled(20)
        assert sorted(one.words + two.words) == sorted(f"b{n}" for n in range(30))

    _run(story)


def test_what_follows_from_an_outcome_has_an_end() -> None:
    assert next_step(NOT_SENT, Lane.REPLY, ATTEMPTS).state is DeliveryState.FAILED
    assert next_step(UNKNOWN, Lane.NOTICE, 1).state is DeliveryState.UNKNOWN
    moved = Outcome(OutcomeKind.MOVED, moved_to="2")
    assert next_step(moved, Lane.REPLY, 3).state is DeliveryState.FAILED
    assert json.loads(json.dumps(Bubble("x").as_json()))["text"] == "x"
