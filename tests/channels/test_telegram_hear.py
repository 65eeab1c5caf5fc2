"""Telegram's updates, and what the bot hears in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_hear import hear
from conversation.said import Contact, Location, Other, Photo, Reach, Said, Start, Tap, Text
from models import Channel
from tests.channels.made import CHAT, NOW, PERSON, json_values, message, tapped, unhurried


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"text": "halo"}, Text("halo")),
        ({"text": "/start"}, Start()),
        ({"text": "/start daftar"}, Start("daftar")),
        ({"text": "/start@NaikKelasBot acara_ACR12"}, Start("acara_ACR12")),
        ({"text": "/start <script>"}, Start()),
        ({"text": "/Menu"}, Text("/menu")),
        ({"text": "/petugas@NaikKelasBot tolong"}, Text("/petugas tolong")),
        ({"text": "   "}, Other("empty")),
        ({"text": "NIK 3604123456789012"}, Text("NIK ••••", had_nik=True)),
        ({"text": "OTP 123456"}, Text("OTP ••••", had_secret=True)),
        ({"text": "hi", "forward_origin": {"type": "user"}, "new_field": {"a": 1}}, Text("hi")),
        ({"contact": {"phone_number": "6281234567890", "user_id": 71}}, Contact("+6281234567890", own=True)),
        ({"contact": {"phone_number": "+62 812-3456", "user_id": 72}}, Contact("+628123456", own=False)),
        ({"contact": {"phone_number": "0812345678"}}, Contact("0812345678", own=False)),
        ({"contact": {}}, Other("unknown")),
        ({"location": {"latitude": -6.1, "longitude": 106.1}}, Location(-6.1, 106.1)),
        ({"venue": {}, "location": {"latitude": -6.1, "longitude": 106.1}}, Location(-6.1, 106.1)),
        ({"location": {"latitude": 999, "longitude": 1}}, Other("unknown")),
        ({"voice": {"file_id": "v"}}, Other("voice")),
        ({"sticker": {"file_id": "s"}}, Other("sticker")),
        ({"video": {"file_id": "s"}}, Other("file")),
        ({"poll": {"id": "s"}}, Other("file")),
        ({"document": {"file_id": "d", "mime_type": "application/pdf"}}, Other("file")),
        (
            {"document": {"file_id": "d", "mime_type": "image/png", "file_size": 7}},
            Photo("d", "image/png", 7, ""),
        ),
        (
            {
                "photo": [
                    {"file_id": "small", "width": 90, "height": 90, "file_size": 1},
                    {"file_id": "large", "width": 900, "height": 900, "file_size": 99},
                    {"file_id": "middle", "width": 300, "height": 300},
                ],
                "caption": "kemasan\x00",
            },
            Photo("large", "image/jpeg", 99, "kemasan"),
        ),
        ({"photo": []}, Other("unknown")),
    ],
)
def test_a_message_is_heard(content: dict[str, Any], said: Said) -> None:
    inbound = hear(message(**content), NOW)
    assert inbound is not None
    assert (inbound.channel, inbound.address, inbound.event_id) == (Channel.TELEGRAM, "71", "5")
    assert (inbound.said, inbound.at, inbound.language_hint, inbound.callback_id) == (said, NOW, "id", None)


def test_a_tap_answers_its_own_question() -> None:
    inbound = hear(tapped("r1|has_nib|no"), NOW)
    assert inbound is not None
    assert inbound.said == Tap("r1", "has_nib", "no", "2 Tidak", "8")
    assert (inbound.address, inbound.callback_id) == ("71", "44")


def test_a_tap_on_a_message_telegram_no_longer_has() -> None:
    inbound = hear(tapped("r1|has_nib|no", date=0, reply_markup=None), NOW)
    assert inbound is not None
    assert inbound.said == Tap("r1", "has_nib", "no", "", None)


def test_a_tap_without_any_message_is_the_persons() -> None:
    query = {"id": "44", "from": PERSON, "inline_message_id": "x", "data": "r1|q|1"}
    inbound = hear({"update_id": 1, "callback_query": query}, NOW)
    assert inbound is not None
    assert inbound.address == "71"


@pytest.mark.parametrize("data", ["", "x", "a|b", "|b|c", "a||c", "a b|c|d", "a|b|c|d", "r|q|" + "x" * 80, "r|q|\x00"])
def test_a_tap_not_of_our_making_is_still_answered(data: str) -> None:
    inbound = hear(tapped(data), NOW)
    assert inbound is not None
    assert inbound.said == Other("unknown")
    assert inbound.callback_id == "44"


@pytest.mark.parametrize(("status", "reachable"), [("kicked", False), ("member", True)])
def test_blocking_and_unblocking(status: str, reachable: bool) -> None:
    change = {"chat": CHAT, "from": PERSON, "date": 1, "new_chat_member": {"status": status, "user": PERSON}}
    inbound = hear({"update_id": 1, "my_chat_member": change}, NOW)
    assert inbound is not None
    assert inbound.said == Reach(reachable)


def test_an_edit_is_answered_but_a_moving_location_is_not() -> None:
    edited = hear({"update_id": 1, "edited_message": message(text="lain")["message"]}, NOW)
    assert edited is not None
    assert edited.said == Other("edited")
    moving = message(location={"latitude": 1, "longitude": 1})["message"]
    assert hear({"update_id": 1, "edited_message": moving}, NOW) is None


def test_a_group_is_answered_only_when_it_calls_the_bot() -> None:
    group = {"id": -100, "type": "supergroup", "title": "UMKM"}
    called = hear(message(chat=group, text="/daftar@NaikKelasBot"), NOW, "NaikKelasBot")
    assert called is not None
    assert (called.address, called.said) == ("-100", Other("group"))
    assert hear(message(chat=group, text="/daftar@OtherBot"), NOW, "NaikKelasBot") is None
    assert hear(message(chat=group, text="halo semua"), NOW, "NaikKelasBot") is None


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        {},
        {"update_id": "5", "message": message(text="a")["message"]},
        {"update_id": 2**80, "message": message(text="a")["message"]},
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": {"text": "no chat"}},
        {"update_id": 1, "channel_post": message(text="a")["message"]},
        {"update_id": 1, "business_message": message(text="a")["message"]},
        {"update_id": 1, "message_reaction": {"chat": CHAT}},
        {"update_id": 1, "something_new": {}},
        message(chat={"id": -5, "type": "channel"}, text="/daftar"),
        message(**{"from": {"id": 3, "is_bot": True}}, text="a"),
        message(pinned_message={"text": "a"}),
        message(message_auto_delete_timer_changed={}),
    ],
)
def test_what_needs_no_answer_is_passed_over(update: Any) -> None:
    assert hear(update, NOW) is None


FIELDS = (
    "chat from text photo document contact location data id message new_chat_member voice date reply_markup".split()
)

updates = st.fixed_dictionaries(
    {"update_id": st.one_of(st.integers(), json_values)},
    optional={
        key: st.one_of(
            json_values,
            st.dictionaries(
                st.sampled_from(FIELDS),
                st.one_of(json_values, st.sampled_from([CHAT, PERSON, {"inline_keyboard": [[None]]}])),
            ),
        )
        for key in ("message", "edited_message", "callback_query", "my_chat_member", "poll")
    },
)


@unhurried
@given(st.one_of(json_values, updates))
def test_no_update_can_make_it_stumble(update: Any) -> None:
    inbound = hear(update, NOW)
    if inbound is not None:
        assert inbound.event_id.lstrip("-").isdigit()
        assert len(inbound.address) <= 200
