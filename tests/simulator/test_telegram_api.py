"""Telegram's stand-in refuses what Telegram refuses, and posts what Telegram posts."""

import asyncio
from typing import Any

import aiohttp
import pytest

from models import Channel
from tests.simulator.fakes import SECRET, TOKEN, Stage

CHAT = 700_000_001


def call(stage: Stage, method: str, token: str = TOKEN, **params: Any) -> tuple[int, dict[str, Any]]:
    return asyncio.run(stage.bot.call(method, token, **params))


def do(stage: Stage, person: int = 1, channel: str = "telegram", **what: Any) -> dict[str, Any]:
    async def post() -> dict[str, Any]:
        url = f"{stage.url}/simulator/api/{channel}/{person}"
        async with aiohttp.ClientSession() as session, session.post(url, json=what) as answer:
            assert answer.status == 200, await answer.text()
            return dict(await answer.json())

    return asyncio.run(post())


def started(stage: Stage) -> None:
    stage.bot.replies = False
    do(stage, start="")
    stage.wait(lambda: stage.bot.telegram)


@pytest.mark.parametrize(
    ("params", "code", "description"),
    [
        ({"text": ""}, 400, "Bad Request: message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, 400, "Bad Request: message text is empty"),
        ({"text": "x" * 4097}, 400, "Bad Request: message is too long"),
        ({"text": "😀" * 2049}, 400, "Bad Request: message is too long"),
        ({"text": "a < b", "parse_mode": "HTML"}, 400, "can't parse entities"),
        ({"text": "<b>a", "parse_mode": "HTML"}, 400, "Can't find end tag"),
        ({"text": "<h1>a</h1>", "parse_mode": "HTML"}, 400, 'Unsupported start tag "h1"'),
        ({"text": "<b><i>a</b></i>", "parse_mode": "HTML"}, 400, "Unmatched end tag"),
        ({"text": "a", "chat_id": 42}, 400, "Bad Request: chat not found"),
        ({"text": "a", "chat_id": "siti"}, 400, "Bad Request: chat not found"),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "é" * 33}]]}},
            400,
            "BUTTON",
        ),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}}, 400, "keyboard"),
        ({"text": "a", "reply_markup": "{not json"}, 400, "can't parse"),
    ],
)
def test_what_telegram_refuses(standing_stage: Stage, params: dict[str, Any], code: int, description: str) -> None:
    started(standing_stage)
    status, body = call(standing_stage, "sendMessage", **{"chat_id": CHAT, **params})
    assert status == code == body["error_code"]
    assert not body["ok"]
    assert description in body["description"]
    assert all(t.mine for t in standing_stage.world.phone(Channel.TELEGRAM, 1).turns)


def test_a_wrong_token_or_method_is_404(on_stage: Stage) -> None:
    assert call(on_stage, "getMe", token="700:another")[0] == 404
    assert call(on_stage, "sendLove")[0] == 404
    assert call(on_stage, "GETME")[1]["result"]["is_bot"]


def test_nobody_is_written_to_before_they_start_and_blocking_is_403(on_stage: Stage) -> None:
    on_stage.world.phone(Channel.TELEGRAM, 1)
    assert "can't initiate" in call(on_stage, "sendMessage", chat_id=CHAT, text="a")[1]["description"]
    started(on_stage)
    assert call(on_stage, "sendMessage", chat_id=CHAT, text="a")[0] == 200
    do(on_stage, block=True)
    status, body = call(on_stage, "sendMessage", chat_id=CHAT, text="a")
    assert (status, body["description"]) == (403, "Forbidden: bot was blocked by the user")
    on_stage.wait(lambda: len(on_stage.bot.telegram) == 2)
    change = on_stage.bot.telegram[1]["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("member", "kicked")
    assert change["chat"]["type"] == "private"
    do(on_stage, block=False)
    on_stage.wait(lambda: len(on_stage.bot.telegram) == 3)
    assert on_stage.bot.telegram[2]["my_chat_member"]["new_chat_member"]["status"] == "member"


def test_the_next_send_fails_once(on_stage: Stage) -> None:
    started(on_stage)
    do(on_stage, fail="busy")
    status, body = call(on_stage, "sendMessage", chat_id=CHAT, text="a")
    assert status == 429
    assert body["parameters"] == {"retry_after": 2}
    assert call(on_stage, "sendMessage", chat_id=CHAT, text="a")[0] == 200
    do(on_stage, fail="broken")
    assert call(on_stage, "sendMessage", chat_id=CHAT, text="a")[0] == 502


def test_a_bubble_is_edited_and_an_edit_without_change_is_refused(on_stage: Stage) -> None:
    started(on_stage)
    row = [{"text": "1 Rum", "callback_data": "r|avoid|rum"}]
    _, sent = call(on_stage, "sendMessage", chat_id=CHAT, text="a", reply_markup={"inline_keyboard": [row]})
    id = sent["result"]["message_id"]
    again = {"chat_id": CHAT, "message_id": id, "reply_markup": {"inline_keyboard": [row]}}
    assert "not modified" in call(on_stage, "editMessageReplyMarkup", **again)[1]["description"]
    ticked = {"inline_keyboard": [[{"text": "✅ 1 Rum", "callback_data": "r|avoid|rum"}]]}
    status, body = call(on_stage, "editMessageReplyMarkup", chat_id=CHAT, message_id=id, reply_markup=ticked)
    assert status == 200
    assert body["result"]["reply_markup"] == ticked
    assert call(on_stage, "editMessageText", chat_id=CHAT, message_id=id, text="b")[1]["result"]["text"] == "b"
    assert "not found" in call(on_stage, "editMessageText", chat_id=CHAT, message_id=9, text="b")[1]["description"]


def test_a_form_is_understood_like_json(on_stage: Stage) -> None:
    started(on_stage)

    async def post() -> Any:
        url = f"{on_stage.url}/simulator/telegram/bot{TOKEN}/sendMessage"
        keys = '{"inline_keyboard": [[{"text": "Ya", "callback_data": "r|q|yes"}]]}'
        form = {"chat_id": str(CHAT), "text": "<b>a</b>", "parse_mode": "HTML", "reply_markup": keys}
        async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
            return await answer.json()

    result = asyncio.run(post())["result"]
    assert result["text"] == "a"
    assert result["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "r|q|yes"


def test_what_the_phone_posts_is_what_telegram_posts(on_stage: Stage) -> None:
    do(on_stage, start="daftar")
    on_stage.wait(lambda: len(on_stage.world.phone(Channel.TELEGRAM, 1).turns) == 2)
    message = on_stage.bot.telegram[0]["message"]
    assert on_stage.bot.headers[0]["x-telegram-bot-api-secret-token"] == SECRET
    assert set(on_stage.bot.telegram[0]) == {"update_id", "message"}
    assert message["from"] == {"id": CHAT, "is_bot": False, "first_name": "Orang 1", "language_code": "id"}
    assert message["chat"] == {"id": CHAT, "first_name": "Orang 1", "type": "private"}
    assert message["text"] == "/start daftar"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    bubble = on_stage.world.phone(Channel.TELEGRAM, 1).turns[1]
    do(on_stage, tap={"turn": bubble.id, "key": 1})
    on_stage.wait(lambda: len(on_stage.bot.telegram) == 2)
    query = on_stage.bot.telegram[1]["callback_query"]
    assert set(query) == {"id", "from", "message", "chat_instance", "data"}
    assert query["data"] == "run7|regency|Kab. Lebak"
    assert query["message"]["message_id"] == bubble.id
    assert query["message"]["from"]["is_bot"]
    on_stage.wait(lambda: on_stage.world.phone(Channel.TELEGRAM, 1).toast == "Dicatat")
    assert on_stage.world.taps == {}


def test_everything_a_phone_can_attach(on_stage: Stage) -> None:
    on_stage.bot.replies = False
    for what in ("photo", "large", "contact", "other_contact", "location", "voice", "sticker"):
        do(on_stage, attach=what)
    on_stage.wait(lambda: len(on_stage.bot.telegram) == 7)
    photo, large, own, other, place, voice, sticker = (u["message"] for u in on_stage.bot.telegram)
    assert {"file_id", "file_unique_id", "width", "height", "file_size"} == set(photo["photo"][-1])
    assert large["document"]["mime_type"] == "image/jpeg"
    assert large["document"]["file_size"] == 12 * 1024 * 1024
    assert own["contact"] == {"phone_number": "6281200000001", "first_name": "Orang 1", "user_id": CHAT}
    assert "user_id" not in other["contact"]
    assert set(place["location"]) == {"latitude", "longitude"}
    assert voice["voice"]["duration"] == 4
    assert sticker["sticker"]["type"] == "regular"
    for file_id, size in ((photo["photo"][-1]["file_id"], 0), (large["document"]["file_id"], 12 * 1024 * 1024)):
        path = call(on_stage, "getFile", file_id=file_id)[1]["result"]["file_path"]
        content = asyncio.run(_download(f"{on_stage.url}/simulator/telegram/file/bot{TOKEN}/{path}"))
        assert content.startswith(b"\xff\xd8\xff")
        assert not size or len(content) == size
    assert call(on_stage, "getFile", file_id="AgAC-none-1")[0] == 400


async def _download(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


def test_the_same_update_comes_twice_and_numbers_go_on_from_the_clock(on_stage: Stage) -> None:
    started(on_stage)
    do(on_stage, twice=True)
    on_stage.wait(lambda: len(on_stage.bot.telegram) == 2)
    assert on_stage.bot.telegram[0] == on_stage.bot.telegram[1]
    assert on_stage.bot.telegram[0]["update_id"] > on_stage.clock.now().timestamp()


def test_messages_arrive_in_the_order_they_were_typed(on_stage: Stage) -> None:
    on_stage.bot.replies = False
    for n in range(20):
        do(on_stage, say=str(n))
    on_stage.wait(lambda: len(on_stage.bot.telegram) == 20)
    assert [u["message"]["text"] for u in on_stage.bot.telegram] == [str(n) for n in range(20)]


def test_an_update_is_repeated_until_it_is_taken(on_stage: Stage) -> None:
    on_stage.bot.replies, on_stage.bot.answers = False, [503]
    do(on_stage, say="halo")
    on_stage.wait(lambda: on_stage.world.phone(Channel.TELEGRAM, 1).turns[0].tick == "arrived")
    assert len(on_stage.bot.telegram) == 2
    on_stage.bot.answers = [403]
    do(on_stage, say="halo")
    on_stage.wait(lambda: on_stage.world.phone(Channel.TELEGRAM, 1).turns[1].tick == "failed")
    assert on_stage.world.phone(Channel.TELEGRAM, 1).turns[1].note == "Program menjawab 403"


def test_a_program_may_fetch_its_updates_instead(on_stage: Stage) -> None:
    assert (
        call(on_stage, "setWebhook", url="https://bot.example.go.id/webhooks/telegram", secret_token=SECRET)[0] == 200
    )
    assert call(on_stage, "getUpdates")[0] == 409
    assert call(on_stage, "getWebhookInfo")[1]["result"]["url"].endswith("/webhooks/telegram")
    assert call(on_stage, "setWebhook", url="https://x", secret_token="not allowed!")[0] == 400
    assert call(on_stage, "deleteWebhook")[0] == 200
    assert call(on_stage, "getUpdates", timeout=0)[1]["result"] == []
    do(on_stage, say="halo")
    updates = call(on_stage, "getUpdates", timeout=2)[1]["result"]
    assert updates[0]["message"]["text"] == "halo"
    assert call(on_stage, "getUpdates", offset=updates[0]["update_id"] + 1)[1]["result"] == []
    assert on_stage.bot.telegram == []


def test_commands_and_description_are_kept_and_checked(on_stage: Stage) -> None:
    good = [{"command": "menu", "description": "Menu utama"}]
    assert call(on_stage, "setMyCommands", commands=good)[0] == 200
    assert on_stage.world.commands[""] == good
    assert call(on_stage, "setMyCommands", commands=[{"command": "Menu!", "description": "x"}])[0] == 400
    assert call(on_stage, "setMyCommands", commands=[{"command": "menu", "description": ""}])[0] == 400
    assert call(on_stage, "setMyDescription", description="Asisten")[0] == 200
    assert on_stage.world.description == "Asisten"
    assert call(on_stage, "answerCallbackQuery", callback_query_id="1")[0] == 400
    assert call(on_stage, "sendChatAction", chat_id=CHAT, action="typing")[0] == 200
