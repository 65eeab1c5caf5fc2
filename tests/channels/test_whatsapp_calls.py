"""What became of a call to Twilio: every refusal in the table, over HTTP."""

import datetime as dt
import logging
from typing import Any

import pytest

from bot.channels import signature, templates
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.errors import PlatformError
from bot.channels.http import Wire
from bot.channels.whatsapp import WhatsAppChannel
from bot.channels.whatsapp_errors import CODES, CONTENT_REFUSED
from bot.database import Database
from conversation.said import Other, Text
from services.templates import Approved
from tests.channels.made import NOW, choice
from tests.standins.twilio import SENDER, SID, TOKEN, Answer, Twilio, refusal
from texts.bubble import Bubble

pytestmark = pytest.mark.anyio

K = OutcomeKind
TO = "whatsapp:+6281234567890"
HELLO = Bubble("*Halo*")
MEDIA = f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"
JPEG = b"\xff\xd8\xff rest"


async def test_a_message_arrives(sender: WhatsAppChannel, twilio: Twilio) -> None:
    outcome = await sender.send(41, TO, HELLO, True)
    assert outcome == Outcome(K.SENT, platform_id=f"SM{1:032x}")
    assert twilio.sent == [
        {
            "To": TO,
            "From": SENDER,
            "Body": "*Halo*",
            "StatusCallback": "https://bot.contoh.go.id/webhooks/whatsapp/status?d=41",
        }
    ]
    assert (await sender.send(42, "whatsapp:ID.45661", HELLO, True)).kind is K.SENT


async def test_a_messaging_service_may_choose_the_sender(twilio: Twilio) -> None:
    channel = WhatsAppChannel(SID, TOKEN, None, messaging_service_sid="MG" + "0" * 32, base_url=twilio.address)
    assert (await channel.send(1, TO, HELLO, True)).kind is K.SENT
    assert set(twilio.sent[0]) == {"To", "MessagingServiceSid", "Body"}
    await channel.close()


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for code, (kind, _) in CODES.items()])
async def test_every_code_of_the_table(sender: WhatsAppChannel, twilio: Twilio, code: int, kind: OutcomeKind) -> None:
    twilio.next.append(refusal(400, code))
    outcome = await sender.send(1, TO, HELLO, True)
    assert (outcome.kind, outcome.reason.partition(":")[0]) == (kind, str(code))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(400, 99999), K.FAILED),
        (refusal(401, 20003), K.MISCONFIGURED),
        (refusal(403, 99999), K.MISCONFIGURED),
        (refusal(404, 20404), K.MISCONFIGURED),
        (refusal(429, 20429), K.RETRY),
        (Answer(429, b"slow down"), K.RETRY),
        (refusal(500, 20500), K.UNKNOWN),
        (Answer(502, b"<html>Bad Gateway</html>"), K.UNKNOWN),
        (Answer(503, {"code": 20503}), K.UNKNOWN),
        (Answer(400, b"not JSON"), K.FAILED),
        (Answer(201, b"not JSON"), K.UNKNOWN),
        # The newer form of refusal (RFC 9457), which Twilio's client raises as another class.
        (Answer(400, {"type": "t", "title": "no", "status": 400, "code": 21610}), K.OPTED_OUT),
        (Answer(drops=True), K.UNKNOWN),
        (Answer(hangs=True), K.UNKNOWN),
    ],
)
async def test_a_refusal_is_understood(
    sender: WhatsAppChannel, twilio: Twilio, wire: Wire, answer: Answer, kind: OutcomeKind
) -> None:
    if answer.hangs:
        wire.read = 0.5
    twilio.next.append(answer)
    outcome = await sender.send(1, TO, HELLO, True)
    assert outcome.kind is kind
    assert outcome.reason
    posts = [path for path, _ in twilio.authorized if path.endswith("/Messages.json")]
    assert len(posts) == 1  # nothing is sent twice behind the outbox's back


async def test_a_429_names_a_pause(sender: WhatsAppChannel, twilio: Twilio) -> None:
    twilio.next += [Answer(429, {"code": 20429}, {"Retry-After": "7"}), refusal(429, 20429)]
    assert (await sender.send(1, TO, HELLO, True)).retry_after == 7
    assert ((await sender.send(1, TO, HELLO, True)).retry_after or 0) > 0


async def test_what_never_left_may_be_sent_again() -> None:
    channel = WhatsAppChannel(SID, TOKEN, SENDER, base_url="http://127.0.0.1:9")
    assert (await channel.send(1, TO, HELLO, True)).kind is K.RETRY
    await channel.close()


async def test_outside_the_window_a_message_is_held(sender: WhatsAppChannel, twilio: Twilio) -> None:
    assert (await sender.send(1, TO, HELLO, False)).kind is K.HELD
    assert twilio.authorized == []
    sid = "HX" + "e" * 32
    twilio.contents[sid] = {"types": {"twilio/text": {"body": "Usaha {{1}} sekarang {{2}} ya."}}}
    twilio.approved.add(sid)
    sender.approved = {"stage_changed_v1.id": Approved(sid, "Usaha {{1}} sekarang {{2}} ya.", 2)}
    news = Bubble(
        "", template="stage_changed_v1", template_language="id", template_values=("Keripik Bu Siti", "Diajukan")
    )
    assert (await sender.send(1, TO, news, False)).kind is K.SENT
    assert twilio.shown == [{"type": "twilio/text", "body": "Usaha Keripik Bu Siti sekarang Diajukan ya."}]


async def test_templates_are_made_once_and_found_again(
    sender: WhatsAppChannel, twilio: Twilio, database: Database
) -> None:
    known = await sender.sync_templates(database.write_engine)
    assert set(known) == {layout.name for layout in templates.layouts()}
    assert twilio.made == len(known)
    assert await sender.sync_templates(database.write_engine) == known
    assert twilio.made == len(known)
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM content_templates")
    assert await sender.sync_templates(database.write_engine) == known  # found by their friendly names
    assert twilio.made == len(known)
    assert twilio.wrong == []
    assert len(await sender.list_templates()) == len(known)


async def test_what_was_made_before_a_failure_is_kept(
    sender: WhatsAppChannel, twilio: Twilio, database: Database
) -> None:
    listing = Answer(200, {"contents": [], "meta": {"next_page_url": None, "key": "contents"}})
    twilio.next += [listing, refusal(500, 20500)]
    with pytest.raises(PlatformError):
        await sender.sync_templates(database.write_engine)
    before = twilio.made
    assert before == len(list(templates.layouts())) - 1
    await sender.sync_templates(database.write_engine)
    assert twilio.made == before + 1


async def test_buttons_go_through_the_templates(sender: WhatsAppChannel, twilio: Twilio, sqlite: Database) -> None:
    await sender.sync_templates(sqlite.write_engine)
    for count in (1, 3, 4, 10, 11):
        assert (await sender.send(1, TO, choice(count), True)).kind is K.SENT
    kinds = [whole and whole["type"] for whole in twilio.shown]
    assert kinds == ["twilio/quick-reply"] * 2 + ["twilio/list-picker"] * 2 + [None]
    assert twilio.wrong == []


@pytest.mark.parametrize("code", sorted(CONTENT_REFUSED))
async def test_a_refused_template_goes_out_in_words_at_once(
    sender: WhatsAppChannel, twilio: Twilio, sqlite: Database, code: int
) -> None:
    await sender.sync_templates(sqlite.write_engine)
    twilio.next.append(refusal(400, code))
    assert (await sender.send(1, TO, choice(2), True)).kind is K.SENT
    assert twilio.sent[-1]["Body"].endswith("1 Pilihan 1\n2 Pilihan 2")


async def test_templates_refused_again_and_again_are_given_up(
    sender: WhatsAppChannel, twilio: Twilio, sqlite: Database
) -> None:
    await sender.sync_templates(sqlite.write_engine)
    for _ in range(3):
        twilio.next.append(refusal(400, 21656))
        await sender.send(1, TO, choice(2), True)
    calls = len(twilio.authorized)
    await sender.send(1, TO, choice(2), True)
    assert len(twilio.authorized) == calls + 1


async def test_words_can_be_had_by_a_setting(twilio: Twilio) -> None:
    known = {layout.name: "HX" + "0" * 32 for layout in templates.layouts()}
    channel = WhatsAppChannel(SID, TOKEN, SENDER, base_url=twilio.address, known=known, interactive="text")
    assert (await channel.send(1, TO, choice(2), True)).kind is K.SENT
    assert "Body" in twilio.sent[0]
    await channel.close()


async def test_a_picture_is_fetched_and_forgotten(sender: WhatsAppChannel, twilio: Twilio) -> None:
    twilio.media[MEDIA] = Answer(307, b"", {"Location": "HERE/elsewhere"})
    twilio.media["/elsewhere"] = Answer(200, JPEG)
    fetched = await sender.fetch_photo(f"https://api.twilio.com{MEDIA}")
    assert (fetched.mime, fetched.content) == ("image/jpeg", JPEG)
    assert twilio.authorized == [(MEDIA, True), ("/elsewhere", True)]
    twilio.media[MEDIA] = Answer(204, b"")
    await sender.delete_media(f"{twilio.address}{MEDIA}")


async def test_the_token_is_shown_to_nobody_else(sender: WhatsAppChannel, twilio: Twilio) -> None:
    other = twilio.address.replace("127.0.0.1", "localhost")
    for place in (
        f"{other}/x",
        "http://169.254.169.254/latest",
        "https://twilio.com.evil.example/x",
        "file:///etc/passwd",
    ):
        twilio.media[MEDIA] = Answer(302, b"", {"Location": place})
        with pytest.raises(PlatformError, match="redirected elsewhere"):
            await sender.fetch_photo(f"https://api.twilio.com{MEDIA}")
    for ref in ("https://evil.example/a", "http://localhost/a", "ftp://api.twilio.com/a", "a", ""):
        with pytest.raises(PlatformError, match="not an address"):
            await sender.fetch_photo(ref)
    twilio.media[MEDIA] = Answer(302, b"", {"Location": f"{twilio.address}{MEDIA}"})
    with pytest.raises(PlatformError, match="too many redirects"):
        await sender.fetch_photo(f"https://api.twilio.com{MEDIA}")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(404, b""), K.FAILED),
        (Answer(401, b""), K.MISCONFIGURED),
        (Answer(500, b""), K.RETRY),
        (Answer(200, b"MZ"), K.FAILED),
        (Answer(200, JPEG + bytes(21 * 1024 * 1024)), K.FAILED),
        (Answer(drops=True), K.UNKNOWN),
    ],
)
async def test_a_picture_that_cannot_be_had(
    sender: WhatsAppChannel, twilio: Twilio, answer: Answer, kind: OutcomeKind
) -> None:
    twilio.media[MEDIA] = answer
    with pytest.raises(PlatformError) as raised:
        await sender.fetch_photo(f"https://api.twilio.com{MEDIA}")
    assert raised.value.kind is kind


def listed(sid: str, **fields: Any) -> dict[str, Any]:
    """A message as Twilio's list has it."""
    sent = "Tue, 24 Nov 2026 02:30:00 +0000"
    return {"sid": sid, "from": TO, "to": SENDER, "direction": "inbound", "date_sent": sent, "num_media": "0", **fields}


async def test_lost_webhooks_are_found_in_the_list(sender: WhatsAppChannel, twilio: Twilio) -> None:
    twilio.messages = [
        listed("SM3", body="", num_media="1", date_sent="Tue, 24 Nov 2026 02:40:00 +0000"),
        listed("SM2b", body="lagi"),  # newest first, and both in one second
        listed("SM2", body="halo"),
        listed("SM1", body="terlalu lama", date_sent="Tue, 24 Nov 2026 01:00:00 +0000"),
        listed("SM0", body="dari kami", direction="outbound-api"),
    ]
    found = await sender.inbound_since(NOW - dt.timedelta(hours=1), NOW)
    assert [(i.event_id, i.said) for i in found] == [
        ("SM2", Text("halo")),
        ("SM2b", Text("lagi")),
        ("SM3", Other("file")),
    ]
    assert found[0].at == dt.datetime(2026, 11, 24, 2, 30, tzinfo=dt.UTC)


async def test_the_account_answers_or_the_settings_are_wrong(sender: WhatsAppChannel, twilio: Twilio) -> None:
    assert (await sender.me())["status"] == "active"
    stranger = WhatsAppChannel(SID, "another token", SENDER, base_url=twilio.address)
    with pytest.raises(PlatformError) as raised:
        await stranger.me()
    assert raised.value.kind is K.MISCONFIGURED
    await stranger.close()


async def test_nothing_is_logged_that_holds_a_token_a_number_or_words(
    sender: WhatsAppChannel, twilio: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"), caplog.at_level(logging.INFO):
        twilio.next.append(refusal(400, 21211, message="Invalid number +6281234567890"))
        outcome = await sender.send(1, TO, HELLO, True)
        sender.hear({"From": "81234567890", "Body": "Siti"}, NOW)
    for secret in (TOKEN, "81234567890", "Siti", "Halo"):
        assert secret not in caplog.text
        assert secret not in outcome.reason


async def test_a_webhook_is_checked_by_the_public_address() -> None:
    channel = WhatsAppChannel(SID, TOKEN, SENDER, public_url="https://bot.contoh.go.id/", wire=Wire())
    form = {"MessageSid": "SM1", "Body": ""}
    signed = signature.sign("https://bot.contoh.go.id/webhooks/whatsapp/status?d=7", form, TOKEN)
    assert channel.signed("/webhooks/whatsapp/status?d=7", form, signed)
    assert not channel.signed("/webhooks/whatsapp/status?d=8", form, signed)
    assert not channel.signed("/webhooks/whatsapp/status?d=7", form, None)
