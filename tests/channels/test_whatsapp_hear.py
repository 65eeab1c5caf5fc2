"""Twilio's webhooks, and what the bot hears in them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import signature
from bot.channels.base import OutcomeKind
from bot.channels.whatsapp_hear import StatusUpdate, hear, hear_status
from conversation.said import Contact, Location, Other, Photo, Said, Tap, Text
from models import Channel
from tests.channels.made import NOW, unhurried
from tests.standins import twilio as standin

PHONE = "whatsapp:+6281234567890"
MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def form(**fields: str) -> dict[str, str]:
    """What Twilio posts for a message, with the parameters a real one carries."""
    return {
        "MessageSid": "SM1",
        "SmsMessageSid": "SM1",
        "SmsSid": "SM1",
        "AccountSid": standin.SID,
        "ApiVersion": "2010-04-01",
        "SmsStatus": "received",
        "From": PHONE,
        "To": standin.SENDER,
        "WaId": "6281234567890",
        "ProfileName": "Siti",
        "Body": "",
        "MessageType": "text",
        "NumMedia": "0",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "Forwarded": "false",
        "ChannelMetadata": '{"type":"whatsapp","data":{}}',
        "ExternalUserId": "whatsapp:ID.45661",
        **fields,
    }


def media(mime: str, **fields: str) -> dict[str, str]:
    """A message with one file."""
    return form(NumMedia="1", MediaUrl0=MEDIA, MediaContentType0=mime, MessageType="image", **fields)


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        (form(Body="halo"), Text("halo")),
        (form(Body=" \x00 "), Other("empty")),
        (form(Body="NIK 3604 1234 5678 9012"), Text("NIK ••••", had_nik=True)),
        # Captured from a real conversation: a quick reply carries its id beside its label.
        (
            form(
                Body="Konfirmasi",
                ButtonText="Konfirmasi",
                ButtonPayload="r1|has_nib|yes",
                MessageType="interactive",
                OriginalRepliedMessageSid="MM1",
                OriginalRepliedMessageSender="whatsapp:+14155238886",
            ),
            Tap("r1", "has_nib", "yes", "Konfirmasi"),
        ),
        (
            form(Body="4 Kab. Serang", ListId="r1|regency|36.04", ListTitle="4 Kab. Serang", MessageType="interactive"),
            Tap("r1", "regency", "36.04", "4 Kab. Serang"),
        ),
        (form(Body="4 Kab. Serang", ButtonPayload="r1|regency|36.04"), Tap("r1", "regency", "36.04", "4 Kab. Serang")),
        (form(Body="Status saya", ButtonText="Status saya", ButtonPayload="id|status"), Text("Status saya")),
        (form(ButtonText="Ambil", MessageType="button"), Text("Ambil")),
        (form(Latitude="-6.1", Longitude="106.1", MessageType="location"), Location(-6.1, 106.1)),
        (form(Latitude="nan", Longitude="106.1"), Other("unknown")),
        (media("image/jpeg", Body="kemasan"), Photo(MEDIA, "image/jpeg", None, "kemasan")),
        (media("image/png; charset=binary"), Photo(MEDIA, "image/png")),
        (media("image/webp"), Other("sticker")),
        (media("audio/ogg; codecs=opus"), Other("voice")),
        (media("text/vcard", Body="Bu Tetangga.vcf"), Contact("", own=False)),
        (media("application/pdf"), Other("file")),
        (media("video/mp4"), Other("file")),
        (form(MessageType="order"), Other("file")),
        (form(Body="STOP", OptOutType="STOP"), Text("STOP")),
        (form(Body="Unsubscribe", OptOutType="STOP"), Text("STOP")),
        (form(Body="help", OptOutType="HELP"), Text("help")),
        (form(NumMedia="many", Body="x"), Text("x")),
    ],
)
def test_a_message_is_heard(posted: dict[str, str], said: Said) -> None:
    inbound = hear(posted, NOW)
    assert inbound is not None
    assert (inbound.channel, inbound.address, inbound.event_id) == (Channel.WHATSAPP, PHONE, "SM1")
    assert (inbound.said, inbound.at) == (said, NOW)


@pytest.mark.parametrize("address", ["whatsapp:ID.45661", "whatsapp:+14155550100"])
def test_a_sender_is_an_opaque_address(address: str) -> None:
    inbound = hear(form(From=address, Body="halo"), NOW)
    assert inbound is not None
    assert inbound.address == address


@pytest.mark.parametrize(
    "posted",
    [
        {},
        form(From="", ExternalUserId=""),
        form(From="+6281234567890"),
        form(From="whatsapp:"),
        form(MessageSid="", SmsMessageSid=""),
        form(MessageSid="../../etc"),
        form(MessageType="reaction", Body="👍"),
    ],
)
def test_what_needs_no_answer_is_passed_over(posted: dict[str, str]) -> None:
    assert hear(posted, NOW) is None


NAMES = [*form(), "ButtonPayload", "ListId", "MediaUrl0", "MediaContentType0", "Latitude", "Longitude", "OptOutType"]


@unhurried
@given(
    st.dictionaries(st.sampled_from([*NAMES, "MessageStatus", "ErrorCode"]), st.text(max_size=40)),
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=200)),
)
def test_no_form_can_make_it_stumble(anything: dict[str, str], changed: dict[str, str]) -> None:
    for posted in (anything, form(**changed)):
        inbound = hear(posted, NOW)
        assert inbound is None or (len(inbound.event_id) <= 128 and len(inbound.address) <= 200)
        hear_status(posted, posted.get("Body"))


@pytest.mark.parametrize(
    ("posted", "number", "update"),
    [
        ({"MessageSid": "SM1", "MessageStatus": "delivered"}, "7", StatusUpdate("SM1", "delivered", "", 7)),
        ({"SmsSid": "SM1", "SmsStatus": "sent"}, None, StatusUpdate("SM1", "sent")),
        (
            {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "63016"},
            "x",
            StatusUpdate("SM1", "failed", "63016"),
        ),
        ({"MessageSid": "SM1"}, "7", None),
        ({"MessageStatus": "sent"}, "7", None),
    ],
)
def test_a_status_is_heard(posted: dict[str, str], number: str | None, update: StatusUpdate | None) -> None:
    assert hear_status(posted, number) == update


@pytest.mark.parametrize(
    ("status", "error", "meaning"),
    [
        ("delivered", "", None),
        ("failed", "63016", OutcomeKind.HELD),
        ("failed", "63024", OutcomeKind.GONE),
        ("undelivered", "99999", OutcomeKind.FAILED),
        ("failed", "", OutcomeKind.FAILED),
    ],
)
def test_a_failure_means_something(status: str, error: str, meaning: OutcomeKind | None) -> None:
    assert StatusUpdate("SM1", status, error).meaning is meaning


URL = "https://bot.contoh.go.id/webhooks/whatsapp?x=1"


@pytest.mark.parametrize(
    ("url", "changed", "given", "right"),
    [
        (URL, {}, None, True),
        (URL, {"Body": "lain"}, None, False),
        (URL, {"Body": None}, None, False),
        (URL.replace("https", "http"), {}, None, False),
        (URL.replace("?x=1", ""), {}, None, False),
        (URL, {}, "", False),
        (URL, {}, "bukan", False),
        ("https://host:port/", {}, None, False),
    ],
)
def test_only_what_twilio_signed_is_believed(
    url: str, changed: dict[str, str | None], given: str | None, right: bool
) -> None:
    posted = form(Body="halo 😀", Unknown="", Empty="")
    signed = signature.sign(URL, posted, standin.TOKEN) if given is None else given
    received = {k: v for k, v in {**posted, **changed}.items() if v is not None}
    assert signature.valid(url, received, signed, (standin.TOKEN,)) is right


def test_a_missing_signature_is_a_wrong_one_and_a_second_token_counts() -> None:
    posted = form(Body="halo")
    signed = signature.sign(URL, posted, "the old token")
    assert not signature.valid(URL, posted, None, (standin.TOKEN,))
    assert not signature.valid(URL, posted, signed, (standin.TOKEN,))
    assert not signature.valid(URL, posted, signed, ())
    assert signature.valid(URL, posted, signed, (standin.TOKEN, "the old token"))


def test_the_moment_is_ours() -> None:
    inbound = hear(form(Body="a"), NOW + dt.timedelta(hours=1))
    assert inbound is not None
    assert inbound.at == NOW + dt.timedelta(hours=1)
