"""Whatever is posted to the doors: no 5xx, nobody left without an answer, and the next message is taken as ever.

`pytest --hypothesis-profile=long tests/withstand/test_fuzz.py` draws much more than the suite does.
"""

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.channels.signature import sign
from bot.database import Database
from models import Session
from tests.standins.twilio import TOKEN
from tests.support.server import Served, served
from tests.withstand import drawn
from tests.withstand.people import HEADERS
from tests.withstand.platforms import PUBLIC, Breakage, Platforms, platforms
from tests.withstand.program import AT_ONCE, pointed_at

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
# Examples of the suite, of a few posts each; a profile may ask for more.
FEW = max(30, settings().max_examples // 4)
# A failure is shown as it was drawn: every smaller one tried would be posted to the program as well.
drawing = (Phase.explicit, Phase.generate)
calm = list(HealthCheck)
patient = settings(max_examples=FEW, phases=drawing, deadline=None, database=None, suppress_health_check=calm)
UNANSWERED = """
    SELECT event_id FROM inbounds WHERE id > :since AND (failed OR kind <> 'reach' AND id NOT IN (
        SELECT CAST(substr(because, 6) AS INTEGER) FROM deliveries WHERE because LIKE 'turn:%'))
"""


class Knocking:
    """A platform that posts whatever it likes, over one connection."""

    def __init__(self, it: Served, them: Platforms) -> None:
        self.it, self.them = it, them
        self._wire = http.client.HTTPConnection(urlsplit(it.url).netloc, timeout=30)
        self._number = 1000

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status."""
        self._wire.request("POST", path, body, headers)
        answer = self._wire.getresponse()
        answer.read()
        return answer.status

    def telegram(self, update: Json) -> str | None:
        """One update; its number if somebody must be answered."""
        self._number += 1
        update = {"update_id": self._number, **self._with_button(update)}
        assert self.post("/webhooks/telegram", json.dumps(update).encode(), HEADERS) == 200
        return str(self._number) if update["update_id"] == self._number and is_said(update) else None

    def _with_button(self, update: Json) -> Json:
        tap = update.get("callback_query")
        if isinstance(tap, dict) and tap.get("data") == drawn.BUTTON:
            return {**update, "callback_query": {**tap, "data": self._button(str(tap["from"]["id"]))}}
        return update

    def _button(self, address: str) -> str:
        """One that the person has before them."""
        seen = [one for one in self.them.boxes.seen.get(address, []) if one.buttons]
        buttons = [data for data, _ in seen[-1].buttons.values()] if seen else ["none"]
        return buttons[self._number % len(buttons)]

    def whatsapp(self, form: dict[str, str], path: str = "/webhooks/whatsapp") -> tuple[int, str]:
        """One form, signed; its status and its name."""
        self._number += 1
        form = {"MessageSid": f"SM{self._number}", **form} if "MessageSid" not in form else form
        form = {k: self._button(form.get("From", "")) if v == drawn.BUTTON else v for k, v in form.items()}
        headers = {"X-Twilio-Signature": sign(PUBLIC + path, form, TOKEN), "Content-Type": FORM}
        return self.post(path, urlencode(form).encode("utf-8", "replace"), headers), form["MessageSid"]

    def numbers(self, count: int) -> int:
        """The first of so many numbers of updates."""
        self._number += count
        return self._number - count + 1

    def until(self, true: Callable[[], object], seconds: float = 30.0) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it is wedged"
            time.sleep(0.01)

    def rows(self, query: str, **values: object) -> list[Any]:
        """What the database says: the first column."""
        with self.it.program.database.read() as connection:
            return list(connection.execute(sa.text(query), values).scalars())

    def newest(self) -> int:
        """The row of the message taken in last."""
        return int(self.rows("SELECT coalesce(max(id), 0) FROM inbounds")[0])

    def events(self, since: int) -> set[str]:
        """What was taken in."""
        return set(self.rows("SELECT event_id FROM inbounds WHERE id > :since", since=since))

    def answered(self, since: int, wanted: set[str]) -> None:
        """Whoever must be answered was taken in; whatever was taken in was answered, and no handler failed on it."""
        assert wanted <= self.events(since)
        assert self.rows(UNANSWERED, since=since) == []


def is_said(update: Json) -> bool:
    """Whether a person wrote or tapped in their own chat: whoever did is answered, whatever else there is in it."""
    message = update.get("message")
    if "message" in update:
        if not isinstance(message, dict) or not isinstance(message.get("text"), str):
            return False
        sender, chat = message.get("from"), message.get("chat")
        bot = isinstance(sender, dict) and sender.get("is_bot") is True
        return not bot and isinstance(chat, dict) and chat.get("type") == "private" and is_id(chat.get("id"))
    tap = update.get("callback_query")
    return isinstance(tap, dict) and isinstance(tap.get("from"), dict) and is_id(tap["from"].get("id"))


def is_from_somebody(form: dict[str, str]) -> bool:
    """Whether a person did something that wants an answer."""
    return form["From"].strip() in drawn.ADDRESSES and form.get("MessageType") != "reaction"


def is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


@contextmanager
def knocking(it: Served, them: Platforms) -> Iterator[Knocking]:
    made = Knocking(it, them)
    for said in ("halo", "daftar", "ya", "1", "1"):  # two people are in the middle of their questions
        made.telegram({"message": {"chat": {"id": drawn.PEOPLE[1], "type": "private"}, "text": said}})
        assert made.whatsapp({"From": drawn.ADDRESSES[1], "Body": said})[0] == 200
    try:
        yield made
        settled(made)
    finally:
        made._wire.close()


def settled(knocks: Knocking) -> None:
    """Everything went out, the platforms refused none of it, and a new person is greeted as ever."""
    knocks.telegram({"message": {"chat": {"id": 99, "type": "private"}, "from": {"id": 99}, "text": "halo"}})
    knocks.whatsapp({"From": "whatsapp:+6281200000099", "Body": "halo"})
    waiting = "SELECT id FROM deliveries WHERE state IN ('queued', 'leased', 'sending')"
    knocks.until(lambda: not knocks.rows(waiting))
    greeted = [knocks.them.boxes.seen[address] for address in ("99", "whatsapp:+6281200000099")]
    assert [len(one) for one in greeted] == [1, 1]
    assert knocks.them.wrong == []


def fuzzed(database: Database, folder: Path, story: Callable[[Knocking], None]) -> None:
    """Run a story against the real program, between stand-ins for both platforms."""

    async def run() -> None:
        async with platforms() as them:
            with Session(database.write_engine) as made, made.begin():
                them.with_templates(made)
            with served(pointed_at(them.environment(), database.url, folder), burst=AT_ONCE) as it:
                await asyncio.to_thread(told, it, them)

    def told(it: Served, them: Platforms) -> None:
        with knocking(it, them) as knocks:
            story(knocks)

    asyncio.run(run())


def test_telegram_may_post_anything(database: Database, tmp_path: Path) -> None:
    def story(knocks: Knocking) -> None:
        @patient
        @given(st.lists(drawn.updates(), min_size=1, max_size=6), drawn.broken)
        def anything(posted: list[Json], broken: bytes) -> None:
            since = knocks.newest()
            knocks.answered(since, {event for update in posted if (event := knocks.telegram(update))})
            assert knocks.post("/webhooks/telegram", broken, HEADERS) == 400
            forged = {**HEADERS, "x-telegram-bot-api-secret-token": "x"}
            assert knocks.post("/webhooks/telegram", json.dumps(posted[0]).encode(), forged) == 403

        anything()

    fuzzed(database, tmp_path, story)


def test_twilio_may_post_anything(database: Database, tmp_path: Path) -> None:
    def story(knocks: Knocking) -> None:
        @patient
        @given(st.lists(drawn.forms(), min_size=1, max_size=5), st.lists(drawn.forms("Status"), max_size=3))
        def anything(posted: list[dict[str, str]], reports: list[dict[str, str]]) -> None:
            since = knocks.newest()
            told = [(form, knocks.whatsapp({k: v for k, v in form.items() if k != "MessageSid"})) for form in posted]
            assert {status for _, (status, _) in told} == {200}
            knocks.answered(since, {event for form, (_, event) in told if is_from_somebody(form)})
            for number, form in enumerate(reports):
                query = ("", "?d=1", "?d=x&d=2")[number % 3]
                assert knocks.whatsapp(form, "/webhooks/whatsapp/status" + query)[0] in (200, 400)
            refused(knocks, posted[0])

        anything()

    fuzzed(database, tmp_path, story)


def refused(knocks: Knocking, form: dict[str, str]) -> None:
    """A forged form is 403 on both doors; what is no form is 400."""
    body = urlencode(form).encode("utf-8", "replace")
    for path in ("/webhooks/whatsapp", "/webhooks/whatsapp/status"):
        forged = {"X-Twilio-Signature": sign(PUBLIC + path, form, "another token"), "Content-Type": FORM}
        assert knocks.post(path, body, forged) == 403
        assert knocks.post(path, body, {"Content-Type": FORM}) == 403
        assert knocks.post(path, b"\xff=%\xfe&" + body, forged) == 400


def test_telegram_may_answer_anything_when_it_is_asked(database: Database, tmp_path: Path) -> None:
    """Without a webhook: the strangest batch holds up nothing that comes with it or after it."""

    async def story() -> None:
        async with platforms() as them:
            queue: asyncio.Queue[list[Json]] = asyncio.Queue()
            loop = asyncio.get_running_loop()
            them.telegram.breakage = giving_out(queue)
            environment = {**them.environment(), "TELEGRAM__MODE": "polling"}
            with served(pointed_at(environment, database.url, tmp_path), burst=AT_ONCE) as it:
                knocks = Knocking(it, them)
                await asyncio.to_thread(
                    polled, knocks, lambda batch: loop.call_soon_threadsafe(queue.put_nowait, batch)
                )
            assert them.wrong == []

    asyncio.run(story())


def giving_out(batches: "asyncio.Queue[list[Json]]") -> Breakage:
    """Telegram that gives out one batch after the other, and waits while there is none."""

    async def give(request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith("/getUpdates"):
            return None
        body = json.dumps({"ok": True, "result": await batches.get()})
        return web.Response(text=body, content_type="application/json")

    return give


def polled(knocks: Knocking, give: Callable[[list[Any]], object]) -> None:
    @patient
    @given(st.lists(st.one_of(drawn.updates(), drawn.junk), min_size=1, max_size=6))
    def anything(batch: list[Any]) -> None:
        since, first = knocks.newest(), knocks.numbers(len(batch) + 1)
        numbered = [{"update_id": first + at, **one} if isinstance(one, dict) else one for at, one in enumerate(batch)]
        last = {"update_id": first + len(batch), "message": {"chat": {"id": 98, "type": "private"}, "text": "halo"}}
        wanted = {str(one["update_id"]) for one in (*numbered, last) if isinstance(one, dict) and is_said(one)}
        give([*numbered, last])
        knocks.until(lambda: wanted <= knocks.events(since))
        knocks.answered(since, wanted)

    anything()
