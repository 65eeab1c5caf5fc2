"""A person's hand on WhatsApp: what they do becomes the form Twilio would post to the program, signed."""

import uuid
from typing import Any
from urllib.parse import urlencode

from simulator import door, markup
from simulator.state import Key, Phone, Tick, Turn
from simulator.telegram_phone import KINDS, PLACE, refusal
from simulator.world import Sms, World

PATH = "/webhooks/whatsapp"
SHOWN = {
    "photo": "Foto kemasan",
    "large": "Foto, 12 MB",
    "contact": "Kontak saya",
    "other_contact": "Kontak Bu Tetangga",
    "location": "Lokasi di Baros, Serang",
    "voice": "Pesan suara, 4 detik",
    "sticker": "Stiker",
}
MEDIA = {
    "photo": ("photo", "image", "image/jpeg"),
    "large": ("large", "image", "image/jpeg"),
    "contact": ("vcard", "contacts", "text/vcard"),
    "other_contact": ("vcard", "contacts", "text/vcard"),
    "voice": ("voice", "audio", "audio/ogg"),
    "sticker": ("sticker", "sticker", "image/webp"),
}


class WhatsappHand:
    """Types, taps and sends on a WhatsApp phone."""

    def __init__(self, world: World) -> None:
        self.world = world

    def start(self, phone: Phone, payload: str = "") -> None:
        """Follow a link (`wa.me/…?text=DAFTAR`) or greet."""
        self.say(phone, payload or "Halo")

    def say(self, phone: Phone, text: str) -> None:
        """Type something."""
        self._message(phone, markup.whatsapp(text), "text", {"MessageType": "text", "Body": text})

    def tap(self, phone: Phone, turn: Turn, key: Key) -> None:
        """Tap a quick reply or send a row of a list; it stands in the chat as the person's own words."""
        turn.picked = [key.label]
        phone.touch(turn)
        fields = {"MessageType": "interactive", "Body": key.label, "OriginalRepliedMessageSid": turn.platform_id}
        if turn.list_label:
            fields |= {"ListId": key.data, "ListTitle": key.label, "ListDescription": key.description}
        else:
            fields |= {"ButtonPayload": key.data, "ButtonText": key.label}
        self._message(phone, markup.plain(key.label), "text", fields, note=key.description)

    def tap_reply(self, phone: Phone, key: Key) -> None:
        """WhatsApp has no keyboard of the bot's."""
        self.say(phone, key.label)

    def attach(self, phone: Phone, what: str) -> None:
        """Send a photo, a contact, a place … KeyError for something a phone cannot send."""
        fields: dict[str, str] = {"Body": ""}
        if what == "location":
            place = {"Latitude": str(PLACE["latitude"]), "Longitude": str(PLACE["longitude"])}
            fields |= {"MessageType": "location", "Address": "", "Label": "", **place}
        else:
            fields |= self._media(what)
        self._message(phone, markup.plain(SHOWN[what]), KINDS.get(what, what), fields)

    def _media(self, what: str) -> dict[str, str]:
        asset, kind, mime = MEDIA[what]
        sid = self.world.sid("ME")
        self.world.media[sid] = asset
        return {"MessageType": kind, "NumMedia": "1", "MediaContentType0": mime, "MediaUrl0": sid}

    def block(self, phone: Phone, blocked: bool) -> None:
        """WhatsApp tells a business nothing about it: messages just never arrive."""
        phone.blocked = blocked
        phone.touch()

    def twice(self, phone: Phone) -> None:
        """Twilio repeats a request whose connection failed: the same MessageSid comes again."""
        if phone.last is not None:
            self.world.spawn(self._carry(phone, phone.last, None))

    # --- how it gets there ------------------------------------------------------------------------------------------

    def _message(
        self, phone: Phone, pieces: list[markup.Piece], kind: str, content: dict[str, str], note: str = ""
    ) -> None:
        world = self.world
        now = world.settings.clock.now()
        phone.started, phone.last_in_at = True, now
        sid = world.sid("SM" if content.get("NumMedia", "0") == "0" else "MM")
        fields = self._fields(phone, sid, content)
        turn = phone.add(Turn(world.number(), True, now, pieces, kind, note=note, platform_id=sid, raw=dict(fields)))
        phone.last = fields
        world.messages[sid] = Sms(
            sid, _resource(world, fields), [content["MediaUrl0"]] if "MediaUrl0" in content else []
        )
        world.spawn(self._carry(phone, fields, turn))

    def _fields(self, phone: Phone, sid: str, content: dict[str, str]) -> dict[str, Any]:
        """The parameters of twilio.com/docs/messaging/guides/webhook-request, with those of WhatsApp."""
        account = self.world.settings.twilio_sid
        fields = {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "AccountSid": account,
            "ApiVersion": "2010-04-01",
            "SmsStatus": "received",
            "From": phone.address,
            "To": self.world.settings.whatsapp_sender,
            "WaId": phone.number.lstrip("+"),
            "ProfileName": phone.name,
            "NumMedia": "0",
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            **content,
        }
        if "MediaUrl0" in content:
            media = f"/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{content['MediaUrl0']}"
            fields["MediaUrl0"] = "https://api.twilio.com" + media
        return fields

    async def _carry(self, phone: Phone, fields: dict[str, Any], turn: Turn | None) -> None:
        async with phone.lane:
            answer = await self._knock(fields)
        if turn is None:
            return
        turn.tick = Tick.ARRIVED if answer.ok else Tick.FAILED
        if not answer.ok:
            turn.note = refusal(answer)
        phone.touch(turn)

    async def _knock(self, fields: dict[str, Any]) -> door.Answer:
        settings = self.world.settings
        sign = door.signature(settings.twilio_token, settings.public_url.rstrip("/") + PATH, fields)
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Twilio-Signature": sign,
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        }
        return await door.post(settings.bot_url.rstrip("/") + PATH, urlencode(fields).encode(), headers)


def _resource(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    at = world.settings.clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    return {
        "sid": fields["MessageSid"],
        "account_sid": fields["AccountSid"],
        "from": fields["From"],
        "to": fields["To"],
        "body": fields["Body"],
        "status": "received",
        "direction": "inbound",
        "num_media": fields["NumMedia"],
        "num_segments": "1",
        "api_version": "2010-04-01",
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "price": None,
        "price_unit": "USD",
        "uri": f"/2010-04-01/Accounts/{fields['AccountSid']}/Messages/{fields['MessageSid']}.json",
    }
