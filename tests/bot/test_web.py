"""The doors: only what Telegram and Twilio signed is taken in, nothing a stranger posts is kept, nothing is a 500."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa

from bot.channels.signature import sign
from bot.serving import build
from tests.support.engine import echo
from tests.support.server import Served, served, settings_for

SECRET = "x-telegram-bot-api-secret-token"


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[Served]:
    with served(settings_for(database_url, tmp_path), answer=echo) as program:
        yield program


def _post(it: Served, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    return _ask(it, "POST", path, body, headers)


def _ask(
    it: Served, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(it.url).netloc, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def _secret(it: Served) -> str:
    return it.program.settings.telegram.webhook_secret.get_secret_value()


def _count(it: Served, table: str) -> int:
    with it.program.database.read() as connection:
        return connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()


def _update(number: int, text: str = "halo") -> bytes:
    sender = {"id": 77, "is_bot": False, "first_name": "Siti"}
    message = {"message_id": number, "date": 1, "chat": {"id": 77, "type": "private"}, "from": sender, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


def _form(it: Served, path: str, fields: dict[str, str], public: str | None = None) -> tuple[bytes, dict[str, str]]:
    token = it.program.settings.whatsapp.auth_token.get_secret_value()
    signature = sign((public or it.url) + path, fields, token)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return urlencode(fields).encode(), headers


MESSAGE = {
    "MessageSid": "SM1",
    "From": "whatsapp:+628111",
    "Body": "halo & selamat 🙏",
    "NumMedia": "0",
    "Empty": "",
    "Baru": "x",
}


def test_a_telegram_message_is_answered(running: Served) -> None:
    status, _, _ = _post(running, "/webhooks/telegram", _update(1), {SECRET: _secret(running)})
    assert status == 200
    assert (_count(running, "inbounds"), _count(running, "deliveries")) == (1, 1)
    _post(running, "/webhooks/telegram", _update(1), {SECRET: _secret(running)})
    assert _count(running, "inbounds") == 1


def test_without_the_secret_nothing_is_kept(running: Served) -> None:
    for given in (None, "", "wrong", "ß" * 9):
        headers = {} if given is None else {SECRET: given}
        assert _post(running, "/webhooks/telegram", _update(1), headers)[0] == 403
    assert _count(running, "inbounds") == _count(running, "conversations") == 0


def test_a_malformed_body_is_400(running: Served) -> None:
    for body in (b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"update_id": NaN}', b"null"):
        assert _post(running, "/webhooks/telegram", body, {SECRET: _secret(running)})[0] == 400
    assert _count(running, "inbounds") == 0


STRANGE = (
    {},
    {"update_id": "x"},
    {"update_id": 1, "message": 5},
    {"update_id": 1, "poll": {}},
    {"update_id": 2, "message": {"chat": {"id": "a"}}},
)


def test_what_cannot_be_understood_is_passed_over(running: Served) -> None:
    for update in STRANGE:
        body = json.dumps(update).encode()
        assert _post(running, "/webhooks/telegram", body, {SECRET: _secret(running)})[0] == 200
    assert _count(running, "inbounds") == 0


def test_a_tap_is_acknowledged_in_the_answer(running: Served) -> None:
    tap = {"id": "99", "from": {"id": 77}, "data": "r1|q|o", "message": {"message_id": 4, "chat": {"id": 77}}}
    tap["message"]["chat"]["type"] = "private"
    body = json.dumps({"update_id": 3, "callback_query": tap}).encode()
    status, said, _ = _post(running, "/webhooks/telegram", body, {SECRET: _secret(running)})
    assert status == 200
    assert json.loads(said)["method"] == "answerCallbackQuery"
    assert json.loads(said)["callback_query_id"] == "99"


def test_too_long_is_413(running: Served) -> None:
    headers = {SECRET: _secret(running)}
    assert _post(running, "/webhooks/telegram", b"x" * 1_000_001, headers)[0] == 413
    assert _count(running, "inbounds") == 0


def test_a_whatsapp_message_is_answered(running: Served) -> None:
    body, headers = _form(running, "/webhooks/whatsapp", MESSAGE)
    status, said, given = _post(running, "/webhooks/whatsapp", body, headers)
    assert (status, given["content-type"].split(";")[0]) == (200, "text/xml")
    assert said.endswith(b"<Response/>")
    assert (_count(running, "inbounds"), _count(running, "deliveries")) == (1, 1)


def test_the_query_is_part_of_what_is_signed(running: Served) -> None:
    path = "/webhooks/whatsapp?a=1&leer=&b=%20"
    body, headers = _form(running, path, MESSAGE)
    assert _post(running, path, body, headers)[0] == 200
    assert _post(running, "/webhooks/whatsapp", body, headers)[0] == 403


def test_forged_or_unsigned_is_403_and_nothing_is_kept(running: Served) -> None:
    for path in ("/webhooks/whatsapp", "/webhooks/whatsapp/status"):
        body, headers = _form(running, path, MESSAGE)
        _, elsewhere = _form(running, path, MESSAGE, "https://elsewhere.example")
        forged = [
            (body, {}),
            (body, headers | {"X-Twilio-Signature": "AAAA"}),
            (body, elsewhere),
            (body.replace(b"halo", b"helo"), headers),
            (body.replace(b"&Empty=", b""), headers),
        ]
        assert [_post(running, path, *one)[0] for one in forged] == [403] * 5
    assert _count(running, "inbounds") == _count(running, "conversations") == _count(running, "delivery_events") == 0


def test_a_whatsapp_body_that_is_none_is_400(running: Served) -> None:
    _, headers = _form(running, "/webhooks/whatsapp", MESSAGE)
    assert _post(running, "/webhooks/whatsapp", b"\xff=\xfe%", headers)[0] == 400


def test_a_status_moves_the_row_on(running: Served) -> None:
    body, headers = _form(running, "/webhooks/whatsapp", MESSAGE)
    _post(running, "/webhooks/whatsapp", body, headers)
    end = time.monotonic() + 60
    while _answered(running).platform_id is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    path = "/webhooks/whatsapp/status?d=1"
    body, headers = _form(running, path, {"MessageSid": _answered(running).platform_id, "MessageStatus": "read"})
    assert _post(running, path, body, headers)[0] == 200
    assert _answered(running).state == "read"


def _answered(it: Served) -> sa.Row[tuple[str, str | None]]:
    with it.program.database.read() as connection:
        return connection.execute(sa.text("SELECT state, platform_id FROM deliveries WHERE id = 1")).one()


def test_health_and_numbers(running: Served) -> None:
    assert _ask(running, "GET", "/healthz")[0] == 200
    assert _ask(running, "GET", "/readyz")[:2] == (200, b"ready\n")
    _post(running, "/webhooks/telegram", _update(1), {SECRET: _secret(running)})
    status, said, _ = _ask(running, "GET", "/metrics")
    assert status == 200
    assert b'naikkelas_turns_total{channel="telegram",kind="text",result="answered"}' in said
    assert b"naikkelas_outbox{" in said
    for figure in (
        b'pace_booked_seconds{channel="',
        b'pace_closed_seconds{channel="',
        b"writer_waiting ",
        b"database_up 1",
    ):
        assert b"naikkelas_" + figure in said
    assert _ask(running, "GET", "/webhooks/telegram")[0] == 405


@pytest.mark.parametrize("role", ["worker", "scheduler"])
def test_a_health_port_tells_how_it_fares_and_nothing_else(role: str, database_url: str, tmp_path: Path) -> None:
    built = build(settings_for(database_url, tmp_path, telegram={"token": "123456:ABC-abc"}), role=role)
    assert [getattr(route, "path", "") for route in built.app.routes] == ["/healthz", "/readyz", "/metrics"]
    built.program.database.close()


def test_while_the_database_is_gone_it_is_503_and_then_it_works_again(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = running.program.database.write_engine.pool

    def refuse(*args: object, **more: object) -> None:
        raise sa.exc.OperationalError("connect", {}, Exception("gone"))

    headers = {SECRET: _secret(running)}
    with monkeypatch.context() as patch:
        patch.setattr(pool, "connect", refuse)
        status, _, given = _post(running, "/webhooks/telegram", _update(5), headers)
        assert (status, given["retry-after"]) == (503, "5")
        body, signed = _form(running, "/webhooks/whatsapp", MESSAGE)
        assert _post(running, "/webhooks/whatsapp", body, signed)[0] == 503
        assert _ask(running, "GET", "/healthz")[0] == 200
    assert _post(running, "/webhooks/telegram", _update(5), headers)[0] == 200
    assert _count(running, "inbounds") == 1


def test_the_phone_is_there_and_the_first_page_leads_to_it(running: Served) -> None:
    status, _, headers = _ask(running, "GET", "/")
    assert (status, headers["location"]) == (307, "/simulator")
    assert _ask(running, "GET", "/simulator/")[0] == 200
