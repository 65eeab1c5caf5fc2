"""What became of a call to Telegram: every refusal the platform knows, over HTTP."""

import asyncio
import logging
import socket
from contextlib import ExitStack

import pytest
from telegram import Bot

from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.channels.http import AiohttpRequest, NotSent, Wire
from bot.channels.telegram import TelegramChannel, acknowledgement
from bot.channels.telegram_menu import introduce
from models import Language
from tests.channels.made import NOW, choice, message
from tests.standins.telegram import TOKEN, Answer, Telegram, refusal
from tests.standins.telegram_rules import check
from texts.bubble import Bubble

pytestmark = pytest.mark.anyio

K = OutcomeKind
HELLO = Bubble("*Halo*")


async def test_a_message_arrives(bot: TelegramChannel, telegram: Telegram) -> None:
    assert await bot.send(1, "71", choice(3), True) == Outcome(K.SENT, platform_id="101")
    ((method, parameters),) = telegram.calls
    assert (method, parameters["parse_mode"]) == ("sendMessage", "HTML")
    assert telegram.wrong == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(403, "Forbidden: bot was blocked by the user"), K.BLOCKED),
        (refusal(403, "Forbidden: user is deactivated"), K.GONE),
        (refusal(403, "Forbidden: bot can't initiate conversation with a user"), K.BLOCKED),
        (refusal(403, "Forbidden: bot was kicked from the group chat"), K.BLOCKED),
        (refusal(403, "Forbidden: something new"), K.BLOCKED),
        (refusal(400, "Bad Request: chat not found"), K.GONE),
        (refusal(400, "Bad Request: PEER_ID_INVALID"), K.GONE),
        (refusal(400, "Bad Request: can't parse entities: Unsupported start tag"), K.FAILED),
        (refusal(400, "Bad Request: something new"), K.FAILED),
        (refusal(401, "Unauthorized"), K.MISCONFIGURED),
        (refusal(404, "Not Found"), K.MISCONFIGURED),
        (refusal(429, "Too Many Requests: retry after 3", retry_after=3), K.RETRY),
        (refusal(429, "Too Many Requests"), K.RETRY),
        (Answer(429, b"slow down"), K.RETRY),
        (refusal(500, "Internal Server Error"), K.UNKNOWN),
        (Answer(502, b"<html>Bad Gateway</html>"), K.UNKNOWN),
        (Answer(200, b"not JSON"), K.UNKNOWN),
        (Answer(200, b"[1]"), K.UNKNOWN),
        (Answer(drops=True), K.UNKNOWN),
        (Answer(hangs=True), K.UNKNOWN),
    ],
)
async def test_a_refusal_is_understood(
    bot: TelegramChannel, telegram: Telegram, wire: Wire, answer: Answer, kind: OutcomeKind
) -> None:
    if answer.hangs:
        wire.read = 0.5
    telegram.next.append(answer)
    outcome = await bot.send(1, "71", HELLO, True)
    assert outcome.kind is kind
    assert outcome.reason
    assert len(telegram.calls) == 1


async def test_a_429_closes_the_gate_for_as_long_as_it_says(bot: TelegramChannel, telegram: Telegram) -> None:
    telegram.next += [refusal(429, "Too Many Requests", retry_after=37), refusal(429, "Too Many Requests")]
    assert (await bot.send(1, "71", HELLO, True)).retry_after == 37
    assert ((await bot.send(1, "71", HELLO, True)).retry_after or 0) > 0


async def test_a_chat_that_moved_names_its_new_address(bot: TelegramChannel, telegram: Telegram) -> None:
    telegram.next.append(refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001234567890))
    outcome = await bot.send(1, "-55", HELLO, True)
    assert (outcome.kind, outcome.moved_to) == (K.MOVED, "-1001234567890")


async def test_what_never_left_may_be_sent_again() -> None:
    channel = TelegramChannel(TOKEN, base_url="http://127.0.0.1:9/bot", base_file_url="http://127.0.0.1:9/file/bot")
    assert (await channel.send(1, "71", HELLO)).kind is K.RETRY
    await channel.close()
    nowhere = TelegramChannel(TOKEN, base_url="http://nowhere.invalid/bot")
    assert (await nowhere.send(1, "71", HELLO)).kind is K.RETRY
    await nowhere.close()


async def test_the_reason_holds_no_word_of_anybody(bot: TelegramChannel, telegram: Telegram) -> None:
    telegram.next.append(refusal(400, 'Bad Request: can\'t parse entities: tag "Siti Aminah" at byte offset 3'))
    assert "Siti" not in (await bot.send(1, "71", HELLO, True)).reason


async def test_nothing_is_logged_that_holds_the_token_or_words(
    bot: TelegramChannel, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        telegram.next += [Answer(200, b"Siti Aminah"), refusal(400, "Siti"), Answer(drops=True)]
        for _ in range(3):
            await bot.send(1, "71", HELLO, True)
        bot.hear({"update_id": "x", "message": "Siti"}, NOW)
    assert TOKEN not in caplog.text
    assert "Siti" not in caplog.text


async def test_a_redraw(bot: TelegramChannel, telegram: Telegram) -> None:
    bubble = choice(2, redraw="88")
    assert await bot.send(1, "71", bubble, True) == Outcome(K.SENT, platform_id="88")
    telegram.next.append(refusal(400, "Bad Request: message is not modified: specified new message content …"))
    assert await bot.send(1, "71", bubble, True) == Outcome(K.SENT, platform_id="88")
    telegram.next.append(refusal(400, "Bad Request: message to edit not found"))
    assert await bot.send(1, "71", bubble, True) == Outcome(K.SENT, platform_id="101")
    assert [method for method, _ in telegram.calls][-2:] == ["editMessageReplyMarkup", "sendMessage"]
    assert telegram.wrong == []


async def test_a_message_in_parts_is_not_sent_again_once_its_first_part_arrived(
    bot: TelegramChannel, telegram: Telegram
) -> None:
    long = Bubble("\n\n".join("kata " * 600 for _ in range(3)))
    assert (await bot.send(1, "71", long, True)).kind is K.SENT
    assert len(telegram.calls) == 3
    telegram.next += [Answer(200, {"ok": True, "result": {"message_id": 5}}), refusal(429, "Too Many", retry_after=2)]
    outcome = await bot.send(1, "71", long, True)
    assert (outcome.kind, outcome.retry_after) == (K.UNKNOWN, 2)


async def test_a_bad_button_is_a_failure_and_not_an_exception(bot: TelegramChannel, telegram: Telegram) -> None:
    bubble = choice(1)
    long = Bubble("x", bubble.shape, (type(bubble.buttons[0])("r|q|" + "x" * 80, "Ya"),))
    assert (await bot.send(1, "71", long, True)).kind is K.FAILED
    assert telegram.calls == []


async def test_updates_come_raw_and_the_offset_settles_what_was_kept(bot: TelegramChannel, telegram: Telegram) -> None:
    telegram.waiting = [message(text="a"), {"update_id": 6, "message": None}]
    assert [u["update_id"] for u in await bot.updates(None, 0)] == [5, 6]
    assert [u["update_id"] for u in await bot.updates(6, 0)] == [6]
    assert telegram.calls[-1][1]["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]


async def test_polling_beside_another_program_is_a_wrong_setting(bot: TelegramChannel, telegram: Telegram) -> None:
    telegram.next.append(refusal(409, "Conflict: terminated by other getUpdates request"))
    with pytest.raises(PlatformError) as raised:
        await bot.updates(None, 0)
    assert raised.value.kind is K.MISCONFIGURED


async def test_polling_waits_longer_than_telegram_does(bot: TelegramChannel, telegram: Telegram, wire: Wire) -> None:
    wire.read = 0.5
    telegram.next.append(Answer(hangs=True))
    polling = asyncio.create_task(bot.updates(None, 25))
    await asyncio.sleep(1.0)
    assert not polling.done()
    polling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await polling


async def test_a_tap_is_acknowledged(bot: TelegramChannel, telegram: Telegram) -> None:
    await bot.acknowledge("44", "Sudah dijawab." * 40)
    await bot.acknowledge("44")
    assert telegram.calls[1] == ("answerCallbackQuery", {"callback_query_id": "44"})
    assert telegram.wrong == []
    body = acknowledgement("44", "Sebentar…")
    assert body == {"method": "answerCallbackQuery", "callback_query_id": "44", "text": "Sebentar…"}
    check(body.pop("method"), body)


async def test_a_photo_is_fetched_and_looked_at(bot: TelegramChannel, telegram: Telegram) -> None:
    telegram.files = {"photos/a.jpg": b"\xff\xd8\xff rest", "photos/b.jpg": b"MZ not a picture"}
    fetched = await bot.fetch_photo("a")
    assert (fetched.mime, fetched.content) == ("image/jpeg", b"\xff\xd8\xff rest")
    for ref in ("b", "missing"):
        with pytest.raises(PlatformError) as raised:
            await bot.fetch_photo(ref)
        assert raised.value.kind is K.FAILED


async def test_a_photo_that_is_too_large_is_not_read_to_its_end(bot: TelegramChannel, telegram: Telegram) -> None:
    telegram.files = {"photos/a.jpg": b"\xff\xd8\xff" + bytes(21 * 1024 * 1024)}
    with pytest.raises(PlatformError, match="too large"):
        await bot.fetch_photo("a")


class Words:
    """Texts that say their own key."""

    def text(self, key: str, language: str) -> str:
        """The key."""
        return f"{key} {language}"[:100]


async def test_the_bot_introduces_itself_in_both_languages(bot: TelegramChannel, telegram: Telegram) -> None:
    assert (await bot.me())["username"] == "NaikKelasBot"
    assert bot.username == "NaikKelasBot"
    await introduce(bot, Words())
    await bot.set_webhook("https://bot.contoh.go.id/webhooks/telegram", "s" * 32)
    await bot.delete_webhook()
    assert await bot.webhook_info() == {"url": ""}
    assert telegram.wrong == []
    commands = [p for method, p in telegram.calls if method == "setMyCommands"]
    assert [(c.get("language_code"), c["commands"][1]["command"]) for c in commands] == [
        (None, "daftar"),
        ("en", "register"),
    ]
    assert Language.ID in commands[0]["commands"][0]["description"]


async def test_a_file_is_uploaded_with_its_name_intact(telegram: Telegram) -> None:
    request = AiohttpRequest(Wire(read=1))
    telegram.next.append(
        Answer(200, {"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 71, "type": "private"}}})
    )
    library = Bot(TOKEN, base_url=telegram.base_url, request=request, get_updates_request=request)
    await library.send_document(71, b"%PDF", filename="sertifikat é.pdf")
    await request.shutdown()
    ((method, parameters),) = telegram.calls
    assert method == "sendDocument"
    assert ("sertifikat é.pdf", b"%PDF") in parameters.values()


async def test_a_connection_that_is_not_made_in_time_was_never_used() -> None:
    wire = Wire(connect=0.2)
    with socket.socket() as full, ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # nobody accepts, and there is room for hardly anybody to wait
        for _ in range(4):
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        with pytest.raises(NotSent):
            await wire.call("GET", f"http://127.0.0.1:{full.getsockname()[1]}/")
    with pytest.raises(NotSent):
        await wire.call("GET", "http://")
    await wire.close()
