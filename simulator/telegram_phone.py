"""A person's hand on Telegram: what they do becomes the update Telegram would post to the program."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from simulator import assets, door, markup, telegram_api
from simulator.state import Key, Phone, Tick, Turn
from simulator.telegram_rules import Refused, chat_of, sender_of
from simulator.world import Tapped, World

PATH = "/webhooks/telegram"
REPEATS = (0.5, 1.0, 2.0)  # seconds: Telegram repeats what was not answered with 2xx
SHOWN = {
    "photo": "Foto kemasan",
    "large": "kemasan.jpg · 12 MB, dikirim sebagai file",
    "contact": "Kontak saya",
    "other_contact": "Kontak Bu Tetangga",
    "location": "Lokasi di Baros, Serang",
    "voice": "Pesan suara, 4 detik",
    "sticker": "Stiker",
}
KINDS = {"large": "file", "other_contact": "contact"}
PLACE = {"latitude": -6.2117, "longitude": 106.1383}


class TelegramHand:
    """Types, taps and sends on a Telegram phone."""

    def __init__(self, world: World) -> None:
        self.world = world

    def start(self, phone: Phone, payload: str = "") -> None:
        """Press MULAI, perhaps after a link (`t.me/BOT?start=daftar`)."""
        phone.started = True
        self.say(phone, f"/start {payload}".strip())

    def say(self, phone: Phone, text: str) -> None:
        """Type something."""
        phone.started = True
        entities = {}
        if text.startswith("/"):
            entities = {"entities": [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]}
        self._message(phone, markup.plain(text), "text", {"text": text, **entities})

    def tap(self, phone: Phone, turn: Turn, key: Key) -> None:
        """Tap a key below a bubble; however old it is, Telegram passes it on."""
        if key.url:
            return
        id = str(self.world.number())
        self.world.taps[id] = Tapped(phone, turn, key)
        turn.picked = [*turn.picked, key.label]
        phone.toast = ""
        phone.touch(turn)
        query = {
            "id": id,
            "from": sender_of(phone),
            "message": turn.raw,
            "chat_instance": str(phone.telegram_id),
            "data": key.data,
        }
        self._post(phone, {"callback_query": query}, None)

    def tap_reply(self, phone: Phone, key: Key) -> None:
        """Tap a key that stands in place of the keyboard."""
        phone.reply_keys = []
        if key.asks:
            self.attach(phone, key.asks)
        else:
            self.say(phone, key.label)

    def attach(self, phone: Phone, what: str) -> None:
        """Send a photo, a contact, a place … KeyError for something a phone cannot send."""
        shown = SHOWN[what]
        self._message(phone, markup.plain(shown), KINDS.get(what, what), self._attached(phone, what))

    def _attached(self, phone: Phone, what: str) -> dict[str, Any]:
        unique = f"U{self.world.number()}"
        file = {"file_id": f"AgAC-{what}-{unique}", "file_unique_id": unique}
        if what == "photo":
            size = assets.size("photo")
            small = {**file, "width": 320, "height": 240, "file_size": size // 4}
            return {"photo": [small, {**file, "width": 1280, "height": 960, "file_size": size}]}
        if what == "large":
            told = {"file_name": "kemasan.jpg", "mime_type": "image/jpeg", "file_size": assets.LARGE}
            return {"document": {**file, **told}}
        if what == "contact":
            own = {"phone_number": phone.number.lstrip("+"), "first_name": phone.name, "user_id": phone.telegram_id}
            return {"contact": own}
        if what == "other_contact":
            return {"contact": {"phone_number": "+6281299990000", "first_name": "Bu Tetangga"}}
        if what == "location":
            return {"location": dict(PLACE)}
        if what == "voice":
            return {"voice": {**file, "duration": 4, "mime_type": "audio/ogg", "file_size": assets.size("voice")}}
        look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "🙏"}
        return {"sticker": {**file, **look}}

    def block(self, phone: Phone, blocked: bool) -> None:
        """Block the bot, or unblock it: the only thing Telegram tells about it is a change of membership."""
        phone.blocked = blocked
        phone.touch()
        bot = telegram_api.bot_user(self.world)
        member, kicked = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
        change = {
            "chat": chat_of(phone),
            "from": sender_of(phone),
            "date": int(self.world.settings.clock.now().timestamp()),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        self._post(phone, {"my_chat_member": change}, None, again=False)

    def twice(self, phone: Phone) -> None:
        """Telegram repeats an update whose answer it has missed: the same one comes again."""
        if phone.last is not None:
            self.world.spawn(self._carry(phone, phone.last, None))

    # --- how it gets there ------------------------------------------------------------------------------------------

    def _message(self, phone: Phone, pieces: list[markup.Piece], kind: str, content: dict[str, Any]) -> None:
        now = self.world.settings.clock.now()
        id = self.world.number()
        turn = phone.add(Turn(id, True, now, pieces, kind, platform_id=str(id)))
        head = {"message_id": id, "from": sender_of(phone), "chat": chat_of(phone), "date": int(now.timestamp())}
        turn.raw = {**head, **content}
        self._post(phone, {"message": turn.raw}, turn)

    def _post(self, phone: Phone, event: dict[str, Any], turn: Turn | None, again: bool = True) -> None:
        update = {"update_id": self.world.number(), **event}
        if again:
            phone.last = update
        self.world.spawn(self._carry(phone, update, turn))

    async def _carry(self, phone: Phone, update: dict[str, Any], turn: Turn | None) -> None:
        async with phone.lane:
            answer = await self._knock(update)
        if turn is None:
            return
        turn.tick = Tick.ARRIVED if answer.ok else Tick.FAILED
        turn.note = "" if answer.ok else refusal(answer)
        phone.touch(turn)

    async def _knock(self, update: dict[str, Any]) -> door.Answer:
        world = self.world
        if world.polled:
            world.updates.append(update)
            return door.Answer(200)
        url = world.settings.bot_url.rstrip("/") + (urlsplit(world.webhook).path or PATH)
        headers = {"content-type": "application/json", "X-Telegram-Bot-Api-Secret-Token": world.secret}
        body = json.dumps(update, ensure_ascii=False).encode()
        answer = await door.post(url, body, headers)
        for pause in REPEATS:
            if answer.ok or 400 <= answer.status < 500:
                break
            await asyncio.sleep(pause)
            answer = await door.post(url, body, headers)
        self._heed(answer)
        return answer

    def _heed(self, answer: door.Answer) -> None:
        """A webhook may answer with one call of the Bot API (core.telegram.org/bots/api#making-requests-when-…)."""
        try:
            call = json.loads(answer.body) if answer.ok and answer.body else {}
        except ValueError:
            return
        if not isinstance(call, dict) or "method" not in call:
            return
        try:
            telegram_api.run(self.world, str(call["method"]), call)
        except Refused:
            return  # as at Telegram: nobody is told


def refusal(answer: door.Answer) -> str:
    """What is written below a message the program did not take."""
    return f"Program menjawab {answer.status}" if answer.status else "Program tidak menjawab"
