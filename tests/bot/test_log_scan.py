"""Logs carry no name, number, words or token: the whole journey and every kind of fault, and all that was written."""

import datetime as dt
import http.client
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa

import handlers
from bot import logs
from bot.channels.base import Outcome
from bot.channels.signature import sign
from bot.clock import Clock
from bot.inbound import Inbound
from bot.inbox import Received
from conversation.said import Said, Tap, Text
from handlers.desk import Desk, Reply
from models import Business, Channel
from tests.support.chat import Chat
from tests.support.office import OFFICE
from tests.support.owner import reaches_number
from tests.support.server import Served, served, settings_for
from texts.bubble import Bubble

SECRET = "x-telegram-bot-api-secret-token"
SENDERS = {Channel.TELEGRAM: "7712345678", Channel.WHATSAPP: "whatsapp:+6281377712345"}
SAYS = {
    "owner_name": "Zulkifli Kuningmarker",
    "business_name": "Dapur Marker Ungu",
    "village": "Desa Markerjaya",
    "address": "Kp. Markerasri RT 02/RW 03",
    "phone": "0812 7771 2345",
    "papers": "nib",
    "nib_number": "9182736455463",
    "products": "Keripik Markerpedas, Sambal Markermanis",
}
# Whatever of these stands in a log was put there by us.
MARKERS = re.compile(
    r"marker|zulkifli|7771\W?2345|7712345678|81377712345|81277712345|9182736455463|bergemuruh", re.IGNORECASE
)


class Wired(Chat):
    """A phone whose messages are posted to the program's own doors, as the platforms post them."""

    def __init__(self, it: Served, channel: Channel) -> None:
        super().__init__(it.program.database, OFFICE, channel, address=SENDERS[channel], now=it.program.clock.now())
        self.it = it

    def hears(self, said: Said, event: str | None = None) -> Received:
        """Post it, and read the answer from the outbox."""
        number = next(self._events)
        status = self._telegram(said, number) if self.channel is Channel.TELEGRAM else self._whatsapp(said, number)
        assert status == 200
        self.answers += 1
        with self.database.read() as connection:
            query = sa.text(
                "SELECT bubble FROM deliveries WHERE channel = :c AND because LIKE 'turn%' ORDER BY id DESC"
            )
            kept = connection.execute(query, {"c": self.channel.value}).scalars().first()
        self.bubble = Bubble.from_json(json.loads(kept) if isinstance(kept, str) else kept)
        return Received()

    def _telegram(self, said: Said, number: int) -> int:
        sender = {"id": int(self.address), "is_bot": False, "first_name": "Zulkifli", "username": "markerzul"}
        chat = {"id": int(self.address), "type": "private", "first_name": "Zulkifli"}
        message: dict[str, Any] = {"message_id": number, "date": 1, "chat": chat, "from": sender, "text": "x"}
        if isinstance(said, Tap):
            query = {"id": str(number), "from": sender, "message": message, "chat_instance": "1"}
            query["data"] = f"{said.run}|{said.question}|{said.option}"
            return post_update(self.it, {"update_id": number, "callback_query": query})
        assert isinstance(said, Text)
        return post_update(self.it, {"update_id": number, "message": {**message, "text": said.text}})

    def _whatsapp(self, said: Said, number: int) -> int:
        form = {"MessageSid": f"SM{number:032x}", "From": self.address, "ProfileName": "Zulkifli", "NumMedia": "0"}
        if isinstance(said, Tap):
            data = f"{said.run}|{said.question}|{said.option}"
            return post_form(self.it, {**form, "ButtonPayload": data, "ButtonText": said.label, "Body": said.label})
        assert isinstance(said, Text)
        return post_form(self.it, {**form, "Body": said.text})


def post(it: Served, path: str, body: bytes, headers: dict[str, str]) -> int:
    """One webhook; its status."""
    connection = http.client.HTTPConnection(urlsplit(it.url).netloc, timeout=20)
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def post_update(it: Served, update: Any) -> int:
    """As Telegram does."""
    secret = it.program.settings.telegram.webhook_secret.get_secret_value()
    return post(it, "/webhooks/telegram", json.dumps(update).encode(), {SECRET: secret})


def post_form(it: Served, fields: dict[str, str]) -> int:
    """As Twilio does."""
    path, token = "/webhooks/whatsapp", it.program.settings.whatsapp.auth_token.get_secret_value()
    kind = "application/x-www-form-urlencoded"
    headers = {"X-Twilio-Signature": sign(it.url + path, fields, token), "Content-Type": kind}
    return post(it, path, urlencode(fields).encode(), headers)


def answer(desk: Desk, said: Said) -> Reply:
    """The real handlers, with faults at certain words; what is raised quotes the person, as libraries do."""
    text = said.text if isinstance(said, Text) else ""
    if "bergemuruh" in text:
        try:
            raise KeyError(f"{text} of {desk.chat.address}")
        except KeyError as error:
            raise RuntimeError(f"cannot answer {text!r}") from error
    if "berderak" in text:
        desk.session.execute(sa.insert(Business), [{"owner_name": text, "name": text, "person_id": None}])
    if "berdentum" in text:
        desk.session.execute(sa.text("INSERT INTO nowhere VALUES (:it)"), {"it": text})
    return handlers.answer(desk, said)


class Faulty:
    """A channel whose send fails as no channel should, quoting everything."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.channel = real.channel

    async def send(self, delivery_id: int, address: str, bubble: Bubble, window_open: bool) -> Outcome:
        """Never."""
        raise ConnectionError(f"could not send {bubble.text!r} to {address}")

    async def me(self) -> Any:
        """As it is."""
        return await self.real.me()

    async def close(self) -> None:
        """As it is."""
        await self.real.close()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log set up as the program sets it up, written where we can read it; afterwards as it was."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.set_up()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
    yield written
    root.handlers[:], root.level = before, level


def faults(it: Served) -> None:
    """Everything that can go wrong with a message, each with the person's words in it."""
    for channel in (Channel.TELEGRAM, Channel.WHATSAPP):
        chat = Wired(it, channel)
        for words in ("Zulkifli Kuningmarker bergemuruh", "markerwords berderak 0812 7771 2345", "marker berdentum"):
            chat.says(words)
    sender = {"id": 7712345678, "first_name": "Kuningmarker"}
    post_update(it, {"update_id": 900_001, "message": {"from": sender, "chat": sender, "text": {"marker": 1}}})
    post_update(it, {"update_id": 900_002, "callback_query": "Kuningmarker 7712345678"})
    post_update(it, {"update_id": 900_003, "message": {"chat": {"id": "marker"}, "text": "marker"}})
    post_update(it, ["marker"])
    post_form(it, {"From": "whatsapp:+62 81377712345 marker", "Body": "marker", "MessageSid": "SMx"})
    post(it, "/webhooks/whatsapp", b"Body=marker&From=%ff7712345678", {"X-Twilio-Signature": "marker"})
    post(it, "/webhooks/telegram", b'{"marker": 7712345678', {SECRET: "marker"})
    # Longer than its column: the row itself is refused, outside any handler.
    long = Inbound(Channel.TELEGRAM, "7712345678" + "\x00marker", "e1", Text("marker"), it.program.clock.now())
    it.call(it.program.receive(long))


def faulty_sends(it: Served) -> None:
    """Both channels raise what they should never raise."""
    for line in it.program.outbox.lines.values():
        line.channel = Faulty(line.channel)
    for channel in (Channel.TELEGRAM, Channel.WHATSAPP):
        Wired(it, channel).says("MENU", "STATUS")


def by_day() -> Clock:
    """Goes on from the next ten o'clock in the morning: by night nothing is asked, so nothing could fail at it."""
    clock = Clock()
    now = clock.now()
    ten = now.replace(hour=3, minute=0)  # UTC
    clock.shift((ten if ten > now else ten + dt.timedelta(days=1)) - now)
    return clock


def without_a_table(it: Served) -> None:
    """Heartbeats and the outbox meet a database that is not what it was."""
    with it.program.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE dues RENAME TO dues_marker")
    it.call(it.program.forwarded())
    with it.program.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE dues_marker RENAME TO dues")


SAID = (  # each fault must be in the log, or nothing was tried
    "a handler failed",
    "a channel failed",
    "passed over",
    "heartbeat dues failed",
)


def test_nothing_of_anybody_is_in_what_is_written(
    database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], lines: io.StringIO
) -> None:
    settings = settings_for(database_url, tmp_path)
    with served(settings, answer=answer, clock=by_day()) as it:
        secrets = secrets_of(it)
        for channel in (Channel.TELEGRAM, Channel.WHATSAPP):
            chat = Wired(it, channel)
            reaches_number(chat.says("halo").taps("journey"), **SAYS)
            chat.says("PETUGAS").says("Apakah markerwarung boleh ikut?").says("MENU")
            chat.says("DATA SAYA").taps("see")
        faults(it)
        without_a_table(it)
        faulty_sends(it)
        Wired(it, Channel.TELEGRAM).says("hapus data").taps("yes")
        it.call(it.program.forwarded())
        scraped = metrics_of(it)
    out, err = capfd.readouterr()
    written = lines.getvalue() + out + err
    missing = [said for said in SAID if said not in written]
    assert missing == [], written[-3000:]
    for where, text in (("log", written), ("metrics", scraped)):
        assert MARKERS.search(text) is None, f"{where}: …{around(text)}…"
        assert [name for name, secret in secrets.items() if secret in text] == []


def secrets_of(it: Served) -> dict[str, str]:
    """What nobody may read in a log."""
    settings = it.program.settings
    return {
        "token": settings.telegram.token.get_secret_value(),
        "half of the token": settings.telegram.token.get_secret_value().split(":")[1],
        "webhook_secret": settings.telegram.webhook_secret.get_secret_value(),
        "auth_token": settings.whatsapp.auth_token.get_secret_value(),
        "account_sid": settings.whatsapp.account_sid,
        "database": settings.database.url.get_secret_value(),
        "links": it.program.documents.key.hex(),
    }


def metrics_of(it: Served) -> str:
    """What Prometheus reads."""
    connection = http.client.HTTPConnection(urlsplit(it.url).netloc, timeout=20)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def around(text: str) -> str:
    """Where the first marker stands."""
    found = MARKERS.search(text)
    return text[max(0, found.start() - 300) : found.end() + 100] if found else ""
