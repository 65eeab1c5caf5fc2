"""A file reaches its person: on Telegram itself, on WhatsApp by a link that only we can make, and that ends."""

import datetime as dt
import http.client
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import links
from bot.channels.telegram import TelegramChannel
from bot.clock import Clock
from bot.documents import FileGone
from bot.keys import derived, office_secret
from models import Channel, StoredFile
from services import files
from tests.standins import telegram as telegram_standin
from tests.support.engine import NOON, echo
from tests.support.server import Served, served, settings_for
from texts.bubble import Bubble

KEY = derived(b"x" * 32, "files")


@pytest.fixture
def anyio_backend() -> str:
    """The loop the program runs on."""
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    """Stands still."""
    return Clock(lambda: NOON)


@pytest.fixture
def running(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Served]:
    """The program."""
    with served(settings_for(database_url, tmp_path), answer=echo, clock=clock) as program:
        yield program


def keep(it: Served) -> int:
    """A file of nobody in particular, for a day."""
    with Session(it.program.database.write_engine) as session, session.begin():
        told = {"name": "data saya.json", "media_type": "application/json", "content": b'{"a": 1}'}
        return files.keep(session, person_id=None, now=NOON, days=1, **told)


def get(it: Served, path: str, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    """What a phone gets."""
    connection = http.client.HTTPConnection(urlsplit(it.url).netloc, timeout=20)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def link(it: Served, number: int) -> str:
    """The link as WhatsApp's message carries it."""
    bubble = Bubble("Ini.", extra={"document": files.document(number, "Berkas: {url} sekian")})
    shown = it.call(it.program.documents.ready(Channel.WHATSAPP, bubble))
    assert "document" not in shown.extra
    assert shown.text.startswith("Ini.\n\nBerkas: http://127.0.0.1")
    return urlsplit(shown.text.split()[2]).path


def test_the_link_hands_the_file_over_and_no_browser_keeps_or_runs_it(running: Served) -> None:
    path = link(running, keep(running))
    status, body, headers = get(running, path)
    assert (status, body) == (200, b'{"a": 1}')
    assert headers["content-type"].startswith("application/json")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''data%20saya.json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "sandbox" in headers["content-security-policy"]
    assert get(running, path, "HEAD")[:2] == (200, b"")
    assert get(running, f"{path}/apa-saja.pdf")[:2] == (200, b'{"a": 1}')
    for name, kind in (("contoh.jpg", "image/jpeg"), ("contoh.pdf", "application/pdf")):  # what WhatsApp is shown
        status, body, headers = get(running, f"/files/{name}")
        assert (status, headers["content-type"], len(body) > 5_000) == (200, kind, True)
    assert get(running, path, "POST")[0] == 405


def test_a_link_that_is_not_ours_opens_nothing(running: Served) -> None:
    number = keep(running)
    path = link(running, number)
    forged = links.sign(KEY, number, NOON + dt.timedelta(days=1))
    longer = path.replace(path.split(".")[1], str(int(path.split(".")[1]) + 86_400))
    other = path.replace(f"/{number}.", f"/{number + 1}.")
    for wrong in (f"/files/{forged}", longer, other, path[:-1], f"{path}x", "/files/1", "/files/%00", "/files/"):
        assert get(running, wrong)[0] in (404, 405), wrong


def test_a_link_ends_and_says_so(running: Served, clock: Clock) -> None:
    path = link(running, keep(running))
    clock.shift(dt.timedelta(hours=24) - dt.timedelta(seconds=1))
    assert get(running, path)[0] == 200
    clock.shift(dt.timedelta(seconds=1))
    status, body, headers = get(running, path)
    assert (status, headers["cache-control"]) == (410, "no-store")
    assert "DATA SAYA" in body.decode()
    assert "MY DATA" in body.decode()


def test_a_file_that_was_deleted_is_gone_before_its_time(running: Served) -> None:
    number = keep(running)
    path = link(running, number)
    with Session(running.program.database.write_engine) as session, session.begin():
        session.execute(sa.delete(StoredFile))
    assert get(running, path)[0] == 410
    with pytest.raises(FileGone):
        link(running, number)


# --- Telegram


@pytest.mark.anyio
async def test_telegram_is_given_the_file_itself_with_the_words_and_buttons_below() -> None:
    async with telegram_standin.telegram() as standin:
        bot = TelegramChannel(telegram_standin.TOKEN, base_url=standin.base_url, base_file_url=standin.base_file_url)
        given = {"name": "data-saya é.json", "media_type": "application/json", "content": b'{"a": 1}'}
        outcome = await bot.send(1, "700", Bubble("*Data*", extra={"document": given}))
        await bot.close()
        assert outcome.kind.value == "sent"
        assert [method for method, _ in standin.calls] == ["sendDocument", "sendMessage"]
        sent = standin.calls[0][1]
        assert sent == {"chat_id": "700", "document": ("data-saya é.json", b'{"a": 1}')}
        assert standin.calls[1][1]["text"] == "<b>Data</b>"
        assert standin.wrong == []


# --- the secret


def test_the_secret_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    settings = settings_for("sqlite:///x.db", tmp_path / "var")
    made = office_secret(settings)
    assert office_secret(settings) == made
    assert len(made) == 64
    path = tmp_path / "var" / "secret.key"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert os.listdir(path.parent) == ["secret.key"]
    own = settings_for("sqlite:///x.db", tmp_path, web={"secret": "s" * 32})
    assert office_secret(own) == b"s" * 32
    assert derived(made, "files") != derived(made, "tickets")


def test_a_link_says_nothing_but_its_row_and_its_end() -> None:
    signed = links.sign(KEY, 7, NOON)
    assert links.read(KEY, signed, NOON - dt.timedelta(seconds=1)) == 7
    with pytest.raises(links.LinkOver):
        links.read(KEY, signed, NOON)
    assert links.read(derived(b"x" * 32, "other"), signed, NOON) is None
