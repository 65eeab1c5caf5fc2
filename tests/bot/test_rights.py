"""The heartbeats behind people's rights: Twilio forgets its pictures, farewells are followed by forgetting."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import metrics
from bot.clock import Clock
from models import Channel, Conversation, DataRequest, Media, Person, Purpose, RequestKind
from services import consents, erasure, media
from tests.standins import twilio as twilio_standin
from tests.standins.twilio import SENDER, SID, TOKEN, Answer, Twilio, refusal
from tests.support.engine import NOON, echo
from tests.support.kinds import kind
from tests.support.server import Served, served, settings_for
from tests.support.traces import traces

__all__ = ["kind"]

PATH = f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64


@pytest.fixture
def anyio_backend() -> str:
    """The loop the stand-in runs on."""
    return "asyncio"


def write(it: Served, work: Callable[[Session], Any]) -> Any:
    """A transaction of the test's own."""
    with Session(it.program.database.write_engine) as session, session.begin():
        return work(session)


def chat(session: Session, channel: Channel = Channel.WHATSAPP, address: str = "whatsapp:+6281234567890") -> int:
    """A chat with consent; its row."""
    row = Conversation(channel=channel, address=address, first_at=NOON, last_in_at=NOON, answers={}, view={}, facts={})
    session.add(row)
    session.flush()
    told = {"text_version": "1", "text_hash": "0" * 64, "language": "id", "channel": channel, "now": NOON}
    consents.record(session, conversation_id=row.id, purpose=Purpose.SERVICE, given=True, **told)
    return row.id


def on_twilio(url: str, folder: Path, standin: Twilio) -> Any:
    """Settings with Twilio at the stand-in."""
    account = {"account_sid": SID, "auth_token": TOKEN, "sender": SENDER, "base_url": standin.address}
    return settings_for(url, folder, whatsapp=account, web={"public_url": "https://bot.contoh.go.id"})


async def beat(it: Served) -> None:
    """All heartbeats, while the stand-in goes on answering."""
    await asyncio.to_thread(it.call, it.program.forwarded())


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Blocking work beside the stand-in's loop."""
    return await asyncio.to_thread(work, *arguments)


class Running:
    """The program, started and ended outside the stand-in's loop."""

    def __init__(self, settings: Any) -> None:
        self._with = served(settings, answer=echo, clock=Clock(lambda: NOON))

    async def __aenter__(self) -> Served:
        return await in_thread(self._with.__enter__)

    async def __aexit__(self, *error: Any) -> None:
        await in_thread(self._with.__exit__, *error)


@pytest.mark.anyio
async def test_twilios_copy_is_deleted_after_the_download(database_url: str, tmp_path: Path) -> None:
    async with twilio_standin.twilio() as standin, Running(on_twilio(database_url, tmp_path, standin)) as it:
        standin.media[PATH] = Answer(200, JPEG)
        ref = f"https://api.twilio.com{PATH}"
        await in_thread(write, it, lambda s: wanted(s, ref))
        await beat(it)
        assert [a for a in standin.asked if "Media" in a] == [f"GET {PATH}", f"DELETE {PATH}"]
        kept = await in_thread(write, it, lambda s: s.execute(sa.select(Media.content, Media.ref)).one())
        assert tuple(kept) == (JPEG, "")
        await beat(it)
        assert len([a for a in standin.asked if "Media" in a]) == 2  # once is enough


@pytest.mark.anyio
async def test_a_deletion_that_failed_is_tried_again(database_url: str, tmp_path: Path) -> None:
    async with twilio_standin.twilio() as standin, Running(on_twilio(database_url, tmp_path, standin)) as it:
        ref = f"https://api.twilio.com{PATH}"
        await in_thread(write, it, lambda s: given_up(s, ref))
        for answer in (refusal(500, 20500), refusal(429, 20429), Answer(204, b"")):
            standin.media[PATH] = answer
            assert await in_thread(write, it, lambda s: len(media.uncleared(s))) == 1
            await beat(it)
        assert [a for a in standin.asked if "Media" in a] == [f"DELETE {PATH}"] * 3  # and never fetched
        assert await in_thread(write, it, lambda s: s.scalars(sa.select(Media)).all()) == []


def wanted(session: Session, ref: str) -> None:
    """A picture that was asked for."""
    media.want(session, conversation_id=chat(session), business_id=None, ref=ref, mime="image/jpeg", now=NOON)


def given_up(session: Session, ref: str) -> None:
    """A picture nobody asked for."""
    media.refuse(session, conversation_id=chat(session), ref=ref, now=NOON)


@pytest.mark.anyio
async def test_a_picture_of_somebody_deleted_goes_at_twilio_too(database_url: str, tmp_path: Path) -> None:
    async with twilio_standin.twilio() as standin, Running(on_twilio(database_url, tmp_path, standin)) as it:
        standin.media[PATH] = Answer(200, JPEG)
        ref = f"https://api.twilio.com{PATH}"

        def story(session: Session) -> None:
            chat_id = chat(session)
            picture = media.want(
                session, conversation_id=chat_id, business_id=None, ref=ref, mime="image/jpeg", now=NOON
            )
            person_id = session.scalars(sa.select(Person.id)).one()
            erasure.erase(
                session, person_id=person_id, conversation_id=chat_id, kind=RequestKind.DELETE, detail=None, now=NOON
            )
            media.fetched(session, picture, JPEG, "image/jpeg", NOON)  # its download was under way

        await in_thread(write, it, story)
        assert await in_thread(traces, it.program.database, ["\xff\xd8"]) == []
        await beat(it)
        assert [a for a in standin.asked if "Media" in a] == [f"DELETE {PATH}"]
        assert await in_thread(write, it, lambda s: s.scalars(sa.select(Media)).all()) == []
        address = await in_thread(write, it, lambda s: s.scalars(sa.select(Conversation.address)).one())
        assert address == "erased:1"


def test_a_request_past_its_time_is_loud(database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(lambda: NOON)
    settings = settings_for(database_url, tmp_path)
    settings = settings.model_copy(update={"office": settings.office.model_copy(update={"alert_chat": -100123})})
    with served(settings, answer=echo, clock=clock) as it, caplog.at_level(logging.ERROR):

        def story(session: Session) -> None:
            chat_id = chat(session, Channel.TELEGRAM, "700")
            person_id = session.scalars(sa.select(Person.id)).one()
            session.add(
                DataRequest(
                    person_id=person_id,
                    conversation_id=chat_id,
                    kind=RequestKind.CORRECT,
                    asked_at=NOON,
                    due_at=NOON + dt.timedelta(hours=72),
                )
            )

        write(it, story)
        it.call(it.program.forwarded())
        assert metrics.requests_overdue._value.get() == 0
        clock.shift(dt.timedelta(hours=73))
        it.call(it.program.forwarded())
        assert metrics.requests_overdue._value.get() == 1
        assert "1 data requests are past" in caplog.text
        it.call(it.program.forwarded())
        told = "SELECT count(*) FROM deliveries WHERE because LIKE 'alert_requests%'"
        assert write(it, lambda s: s.execute(sa.text(told)).scalar_one()) == 1  # once a day
