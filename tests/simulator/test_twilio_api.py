"""Twilio's stand-in takes, refuses and reports as Twilio does, and posts what Twilio posts."""

import asyncio
import json
from typing import Any

import pytest

from models import Channel
from tests.simulator.fakes import PUBLIC, SENDER, SID, Stage
from tests.simulator.test_telegram_api import do

TO = "whatsapp:+6281200000001"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages"


def twilio(stage: Stage, method: str, path: str, **how: Any) -> tuple[int, dict[str, Any]]:
    return asyncio.run(stage.bot.twilio(method, path, **how))


def send(stage: Stage, to: str = TO, **fields: str) -> tuple[int, dict[str, Any]]:
    return asyncio.run(stage.bot.send(to, **fields))


def greeted(stage: Stage) -> None:
    stage.bot.replies = False
    do(stage, channel="whatsapp", say="Halo")
    stage.wait(lambda: stage.bot.whatsapp)


def fate(stage: Stage, sid: str, last: str) -> list[str]:
    def told() -> list[str]:
        return [s["MessageStatus"] for s in stage.bot.statuses if s["MessageSid"] == sid]

    stage.wait(lambda: last in told())
    return told()


def test_what_the_phone_posts_is_what_twilio_posts(on_stage: Stage) -> None:
    greeted(on_stage)
    fields = on_stage.bot.whatsapp[0]
    assert fields["From"] == TO
    assert fields["To"] == SENDER
    assert fields["WaId"] == "6281200000001"
    assert fields["ProfileName"] == "Orang 1"
    assert fields["Body"] == "Halo"
    assert fields["NumMedia"] == "0"
    assert fields["MessageSid"] == fields["SmsSid"] == fields["SmsMessageSid"]
    assert fields["MessageSid"].startswith("SM")
    assert fields["AccountSid"] == SID
    assert "i-twilio-idempotency-token" in on_stage.bot.headers[0]


def test_a_message_goes_its_way_and_the_callbacks_tell_it(on_stage: Stage) -> None:
    greeted(on_stage)
    status, body = send(on_stage, Body="Selamat *datang*")
    assert (status, body["status"], body["direction"]) == (201, "queued", "outbound-api")
    assert fate(on_stage, body["sid"], "read") == ["sent", "delivered", "read"]
    assert on_stage.world.phone(Channel.WHATSAPP, 1).turns[-1].platform_id == body["sid"]
    _, shown = twilio(on_stage, "GET", f"{MESSAGES}/{body['sid']}.json")
    assert shown["status"] == "read"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"Body": "x" * 1601}, 400, 21617),
        ({"Body": ""}, 400, 21619),
        ({"To": "", "Body": "x"}, 400, 21604),
        ({"To": "+6281200000001", "Body": "x"}, 400, 21211),
        ({"From": "", "Body": "x"}, 400, 21603),
        ({"From": "whatsapp:+1999", "Body": "x"}, 400, 63007),
        ({"ContentSid": "HX" + "1" * 32}, 400, 21655),
        ({"Body": "x", "ContentVariables": "{no"}, 400, 21656),
        ({"Body": "x", "ContentVariables": '{"1": "two\\nlines"}'}, 400, 21656),
    ],
)
def test_what_twilio_refuses_at_once(standing_stage: Stage, fields: dict[str, str], status: int, code: int) -> None:
    greeted(standing_stage)
    form = {"From": SENDER, "To": TO, **fields}
    got, body = twilio(standing_stage, "POST", f"{MESSAGES}.json", data=form)
    assert (got, body["code"]) == (status, code)
    assert {"code", "message", "more_info", "status"} == set(body)


def test_a_wrong_password_account_or_message(on_stage: Stage) -> None:
    assert twilio(on_stage, "GET", f"{MESSAGES}.json", auth="wrong")[0] == 401
    assert twilio(on_stage, "GET", f"/2010-04-01/Accounts/AC{'9' * 32}/Messages.json")[0] == 404
    assert twilio(on_stage, "GET", f"{MESSAGES}/SM{'9' * 32}.json")[1]["code"] == 20404


def test_outside_the_window_it_is_taken_and_then_fails(on_stage: Stage) -> None:
    greeted(on_stage)
    do(on_stage, channel="whatsapp", forward=25)
    assert on_stage.shifted == [on_stage.clock.now()]
    status, body = send(on_stage, Body="Sudah jadi?")
    assert status == 201
    assert fate(on_stage, body["sid"], "failed") == ["failed"]
    assert on_stage.bot.statuses[-1]["ErrorCode"] == "63016"
    assert all(t.mine for t in on_stage.world.phone(Channel.WHATSAPP, 1).turns)


def test_an_approved_template_opens_the_window_but_not_with_a_run_of_spaces(on_stage: Stage) -> None:
    greeted(on_stage)
    types = {"twilio/text": {"body": "Pengingat: {{1}} ya."}}
    sid = asyncio.run(on_stage.bot.content("reminder", types))
    asking = f"/v1/Content/{sid}/ApprovalRequests/whatsapp"
    assert twilio(on_stage, "POST", asking, json={"name": "r"})[0] == 400  # no category
    assert twilio(on_stage, "POST", asking, json={"name": "r", "category": "MARKETING"})[0] == 201
    _, approval = twilio(on_stage, "GET", f"/v1/Content/{sid}/ApprovalRequests")
    assert (approval["whatsapp"]["status"], approval["whatsapp"]["category"]) == ("approved", "MARKETING")
    loose = asyncio.run(on_stage.bot.content("loose", {"twilio/text": {"body": "{{1}}, halo {{2}}"}}))
    asked = {"name": "l", "category": "UTILITY"}
    _, told = twilio(on_stage, "POST", f"/v1/Content/{loose}/ApprovalRequests/whatsapp", json=asked)
    assert (told["status"], told["rejection_reason"]) == ("rejected", "INVALID_FORMAT")
    _, listed = twilio(on_stage, "GET", "/v1/ContentAndApprovals?PageSize=50")
    states = {c["sid"]: c["approval_requests"]["status"] for c in listed["contents"]}
    assert (states[sid], states[loose]) == ("approved", "rejected")
    do(on_stage, channel="whatsapp", forward=25)
    _, body = send(on_stage, ContentSid=sid, ContentVariables=json.dumps({"1": "NIB"}))
    assert fate(on_stage, body["sid"], "read")[-1] == "read"
    _, body = send(on_stage, ContentSid=sid, ContentVariables=json.dumps({"1": "a     b"}))
    fate(on_stage, body["sid"], "failed")
    assert on_stage.bot.statuses[-1]["ErrorCode"] == "63013"


def test_an_approved_card_shows_a_file_of_the_kind_that_was_approved_and_no_other(on_stage: Stage) -> None:
    greeted(on_stage)
    about = {"friendly_name": "card", "language": "id", "variables": {"1": "contoh.jpg"}}
    types = {"whatsapp/card": {"body": "Ada kabar.", "media": [f"{PUBLIC}/files/{{{{1}}}}"]}}
    status, made = twilio(on_stage, "POST", "/v1/Content", json={**about, "types": types})
    assert status == 201
    asking = f"/v1/Content/{made['sid']}/ApprovalRequests/whatsapp"
    assert twilio(on_stage, "POST", asking, json={"name": "c", "category": "MARKETING"})[1]["status"] == "approved"
    do(on_stage, channel="whatsapp", forward=25)
    _, body = send(on_stage, ContentSid=made["sid"], ContentVariables=json.dumps({"1": "7.8.x/undangan.jpg"}))
    assert fate(on_stage, body["sid"], "read")[-1] == "read"
    assert on_stage.world.phone(Channel.WHATSAPP, 1).turns[-1].note == "undangan.jpg"
    _, body = send(on_stage, ContentSid=made["sid"], ContentVariables=json.dumps({"1": "7.8.x/undangan.pdf"}))
    fate(on_stage, body["sid"], "failed")
    assert on_stage.bot.statuses[-1]["ErrorCode"] == "63019"


def test_buttons_and_lists_come_from_content_templates(on_stage: Stage) -> None:
    phone = on_stage.world.phone(Channel.WHATSAPP, 1)
    do(on_stage, channel="whatsapp", say="Halo")
    on_stage.wait(lambda: len(phone.turns) == 2)
    shown = phone.turns[1]
    assert (shown.list_label, [k.label for k in shown.keys]) == (
        "Lihat pilihan",
        ["Kab. Serang", "Kab. Lebak", "Kota Serang"],
    )
    do(on_stage, channel="whatsapp", tap={"turn": shown.id, "key": 1})
    on_stage.wait(lambda: len(phone.turns) == 4)
    fields = on_stage.bot.whatsapp[1]
    assert (fields["ListId"], fields["ListTitle"], fields["Body"]) == ("r|regency|3", "Kab. Lebak", "Kab. Lebak")
    assert fields["OriginalRepliedMessageSid"] == shown.platform_id
    on_stage.bot.whatsapp.append({})
    do(on_stage, channel="whatsapp", say="lanjut")
    on_stage.wait(lambda: len(phone.turns) == 6)
    do(on_stage, channel="whatsapp", tap={"turn": phone.turns[5].id, "key": 0})
    on_stage.wait(lambda: "ButtonPayload" in on_stage.bot.whatsapp[-1])
    fields = on_stage.bot.whatsapp[-1]
    assert (fields["ButtonPayload"], fields["ButtonText"]) == ("r|own|yes", "Usaha saya sendiri")
    assert fields["MessageType"] == "interactive"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"1": "x" * 1025, "2": "a", "3": "b"}, "63021"),
        ({"1": "x", "2": "a" * 21, "3": "b"}, "63013"),
        ({"1": "x", "2": "", "3": "b"}, "63013"),
        ({"1": "x", "2": "sama", "3": "sama"}, "63013"),
    ],
)
def test_what_whatsapp_refuses_later(standing_stage: Stage, values: dict[str, str], code: str) -> None:
    greeted(standing_stage)
    sid = asyncio.run(standing_stage.bot.two_buttons())["ContentSid"]
    _, body = send(standing_stage, ContentSid=sid, ContentVariables=json.dumps(values))
    fate(standing_stage, body["sid"], "failed")
    assert standing_stage.bot.statuses[-1]["ErrorCode"] == code


def test_nobody_with_this_number_and_somebody_who_blocked(on_stage: Stage) -> None:
    greeted(on_stage)
    _, body = send(on_stage, to="whatsapp:+4912345678", Body="x")
    fate(on_stage, body["sid"], "failed")
    assert on_stage.bot.statuses[-1]["ErrorCode"] == "63024"
    do(on_stage, channel="whatsapp", block=True)
    _, body = send(on_stage, Body="x")
    assert fate(on_stage, body["sid"], "sent") == ["sent"]
    assert all(t.mine for t in on_stage.world.phone(Channel.WHATSAPP, 1).turns)


def test_the_next_send_fails_once(on_stage: Stage) -> None:
    greeted(on_stage)
    do(on_stage, channel="whatsapp", fail="busy")
    status, body = send(on_stage, Body="x")
    assert (status, body["code"]) == (429, 20429)
    assert send(on_stage, Body="x")[0] == 201


def test_media_is_behind_the_password_until_it_is_deleted(on_stage: Stage) -> None:
    on_stage.bot.replies = False
    do(on_stage, channel="whatsapp", attach="photo")
    on_stage.wait(lambda: on_stage.bot.whatsapp)
    fields = on_stage.bot.whatsapp[0]
    assert (fields["NumMedia"], fields["MediaContentType0"], fields["MessageType"]) == ("1", "image/jpeg", "image")
    assert fields["MediaUrl0"].startswith("https://api.twilio.com/2010-04-01/Accounts/")
    path = fields["MediaUrl0"].removeprefix("https://api.twilio.com")
    assert twilio(on_stage, "GET", path, auth="wrong")[0] == 401
    assert twilio(on_stage, "GET", path)[1]["bytes"].startswith(b"\xff\xd8\xff")
    _, listed = twilio(on_stage, "GET", path.rpartition("/")[0] + ".json")
    assert len(listed["media_list"]) == 1
    assert twilio(on_stage, "DELETE", path)[0] == 204
    assert twilio(on_stage, "GET", path)[0] == 404


def test_other_things_a_phone_sends(on_stage: Stage) -> None:
    on_stage.bot.replies = False
    for what in ("location", "contact", "voice", "sticker", "large"):
        do(on_stage, channel="whatsapp", attach=what)
    on_stage.wait(lambda: len(on_stage.bot.whatsapp) == 5)
    place, contact, voice, sticker, large = on_stage.bot.whatsapp
    assert (place["MessageType"], place["Latitude"], place["Body"]) == ("location", "-6.2117", "")
    assert contact["MediaContentType0"] == "text/vcard"
    assert voice["MediaContentType0"] == "audio/ogg"
    assert sticker["MediaContentType0"] == "image/webp"
    path = large["MediaUrl0"].removeprefix("https://api.twilio.com")
    assert len(twilio(on_stage, "GET", path)[1]["bytes"]) == 12 * 1024 * 1024


def test_what_came_in_can_be_read_later(on_stage: Stage) -> None:
    greeted(on_stage)
    send(on_stage, Body="balasan")
    _, found = twilio(on_stage, "GET", f"{MESSAGES}.json", params={"To": SENDER, "PageSize": "1"})
    assert [m["body"] for m in found["messages"]] == ["Halo"]
    assert found["messages"][0]["direction"] == "inbound"
    assert found["next_page_uri"] is None


def test_templates_outlive_a_restart_and_bad_ones_are_refused(on_stage: Stage) -> None:
    sid = asyncio.run(on_stage.bot.two_buttons())["ContentSid"]
    again = type(on_stage.world)(on_stage.world.settings)
    assert sid in again.contents
    assert [c["sid"] for c in twilio(on_stage, "GET", "/v1/Content")[1]["contents"]] == [sid]
    assert twilio(on_stage, "GET", f"/v1/Content/{sid}")[1]["friendly_name"] == "qr_2"
    for wrong in ({}, {"language": "id", "types": {"twilio/love": {}}}, {"language": "id", "types": "x"}):
        assert twilio(on_stage, "POST", "/v1/Content", json=wrong)[0] == 400
    assert twilio(on_stage, "POST", "/v1/Content", data=b"{no")[0] == 400
    assert twilio(on_stage, "DELETE", f"/v1/Content/{sid}")[0] == 204
    assert twilio(on_stage, "GET", f"/v1/Content/{sid}")[0] == 404


def test_a_forged_callback_would_not_be_believed(on_stage: Stage) -> None:
    greeted(on_stage)
    send(on_stage, Body="x")
    on_stage.wait(lambda: len(on_stage.bot.statuses) == 3)
    assert PUBLIC.startswith("https://")  # the signature is over the public address, the request came by loopback
    assert all(s["AccountSid"] == SID for s in on_stage.bot.statuses)
