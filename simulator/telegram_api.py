"""Telegram, as far as the program talks to it: the Bot API on this computer, as strict as the real one."""

import asyncio
import hmac
import json
from collections.abc import Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator import assets, markup
from simulator.state import Phone, Turn
from simulator.telegram_rules import (
    CAPTION_MOST,
    TEXT_MOST,
    Params,
    Refused,
    bad,
    chat,
    chat_of,
    inline_keys,
    meet_fault,
    nested,
    reply_keys,
    text,
    whole,
)
from simulator.world import World

USERNAME = "naikkelas_bot"
POLL_MOST = 50.0  # seconds Telegram lets a request for updates wait


def bot_user(world: World) -> dict[str, Any]:
    """The bot itself, as Telegram names it."""
    head = world.settings.telegram_token.split(":")[0]
    number = int(head) if head.isdigit() else 1
    return {"id": number, "is_bot": True, "first_name": "Naik Kelas BPTSI", "username": USERNAME}


def get_me(world: World, params: Params) -> Any:
    """Who the bot is."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**bot_user(world), **abilities}


def send_message(world: World, params: Params) -> Any:
    """A bubble of the bot appears."""
    return _appear(world, params, text(params, "text", TEXT_MOST), "text", {})


def send_photo(world: World, params: Params) -> Any:
    """A picture of the bot appears, with its caption."""
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> Any:
    """A file of the bot appears, with its caption."""
    return _send_file(world, params, "document")


def _send_file(world: World, params: Params, name: str) -> Any:
    sent = params.get(name)
    if not sent:
        raise bad(f"there is no {name} in the request")
    named = sent if isinstance(sent, str) else ""
    if named and not named.startswith("BQAC-"):
        raise bad("wrong file identifier/HTTP URL specified")
    unique = named.removeprefix("BQAC-") or f"F{world.number()}"
    file = {"file_id": f"BQAC-{unique}", "file_unique_id": unique}
    title = sent.filename if isinstance(sent, UploadFile) else ""
    size = {"width": 640, "height": 640}
    raw: dict[str, Any] = {name: [{**file, **size}]} if name == "photo" else {name: {**file, "file_name": title}}
    return _appear(world, params, text(params, "caption", CAPTION_MOST, False), "file", raw, note=title or name)


def _appear(
    world: World, params: Params, pieces: list[markup.Piece], kind: str, raw: dict[str, Any], note: str = ""
) -> dict[str, Any]:
    phone = chat(world, params)
    keyboard = nested(params, "reply_markup") or {}
    keys, below = inline_keys(keyboard), reply_keys(keyboard) if "keyboard" in keyboard else None
    meet_fault(phone)
    now = world.settings.clock.now()
    id = world.number()
    said = {"text": markup.words(pieces)} if kind == "text" else {"caption": markup.words(pieces)} if pieces else {}
    message = {"message_id": id, "from": bot_user(world), "chat": chat_of(phone), "date": int(now.timestamp())}
    shown = {"reply_markup": {"inline_keyboard": keyboard["inline_keyboard"]}} if keys else {}
    turn = Turn(id, False, now, pieces, kind, keys, note=note, platform_id=str(id), raw={**message, **said, **raw})
    turn.raw.update(shown)
    if below is not None or keyboard.get("remove_keyboard"):
        phone.reply_keys = below or []
    phone.add(turn)
    return turn.raw


def edit_reply_markup(world: World, params: Params) -> Any:
    """The keys below a bubble are drawn anew."""
    phone, turn = _mine(world, params)
    keyboard = nested(params, "reply_markup") or {}
    return _redraw(world, phone, turn, turn.pieces, keyboard)


def edit_text(world: World, params: Params) -> Any:
    """The words of a bubble, and the keys below it, are changed."""
    phone, turn = _mine(world, params)
    return _redraw(world, phone, turn, text(params, "text", TEXT_MOST), nested(params, "reply_markup") or {})


def _mine(world: World, params: Params) -> tuple[Phone, Turn]:
    phone = chat(world, params)
    turn = phone.by_platform_id(str(whole(params, "message_id")))
    if turn is None:
        raise bad("message to edit not found")
    if turn.mine:
        raise bad("message can't be edited")
    return phone, turn


def _redraw(world: World, phone: Phone, turn: Turn, pieces: list[markup.Piece], keyboard: Any) -> dict[str, Any]:
    keys = inline_keys(keyboard)
    if keys == turn.keys and pieces == turn.pieces:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    meet_fault(phone)
    turn.keys, turn.pieces, turn.picked = keys, pieces, []
    turn.raw.update(edit_date=int(world.settings.clock.now().timestamp()), text=markup.words(pieces))
    turn.raw.pop("reply_markup", None)
    if keys:
        turn.raw["reply_markup"] = {"inline_keyboard": keyboard["inline_keyboard"]}
    phone.touch(turn, drawn=True)
    return turn.raw


def delete_message(world: World, params: Params) -> Any:
    """A bubble of the bot goes."""
    phone, turn = _mine(world, params)
    phone.turns.remove(turn)
    phone.touch()
    return True


def answer_callback_query(world: World, params: Params) -> Any:
    """The tapped key stops waiting; a few words may be shown."""
    tapped = world.taps.pop(str(params.get("callback_query_id") or ""), None)
    if tapped is None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    words = str(params.get("text") or "")
    if len(words) > 200:
        raise bad("MESSAGE_TOO_LONG")
    tapped.phone.toast = words
    tapped.phone.touch(tapped.turn)
    return True


def set_my_commands(world: World, params: Params) -> Any:
    """What the menu button lists, by language."""
    commands = nested(params, "commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("can't parse commands")
    for command in commands:
        name, told = str(command.get("command", "")), str(command.get("description", ""))
        if not (0 < len(name) <= 32 and name.replace("_", "a").isalnum() and name == name.lower()):
            raise bad("BOT_COMMAND_INVALID")
        if not 0 < len(told) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[str(params.get("language_code") or "")] = commands
    return True


def set_my_description(world: World, params: Params) -> Any:
    """What is read before the bot is started."""
    if str(params.get("language_code") or "") in ("", "id"):
        world.description = str(params.get("description") or "")
    return True


def set_webhook(world: World, params: Params) -> Any:
    """From now on updates are posted."""
    secret = str(params.get("secret_token") or "")
    if secret and not (len(secret) <= 256 and secret.replace("_", "a").replace("-", "a").isalnum()):
        raise bad("secret token contains unallowed characters")
    world.webhook, world.polled = str(params.get("url") or ""), False
    world.secret = secret or world.settings.telegram_secret
    return True


def delete_webhook(world: World, params: Params) -> Any:
    """From now on the program fetches its updates."""
    world.webhook = ""
    if str(params.get("drop_pending_updates") or "").lower() == "true":
        world.updates.clear()
    return True


def get_webhook_info(world: World, params: Params) -> Any:
    """Where updates are posted."""
    return {"url": world.webhook, "has_custom_certificate": False, "pending_update_count": len(world.updates)}


def get_file(world: World, params: Params) -> Any:
    """Where a file of the person can be fetched. Files above 20 MB cannot."""
    file_id = str(params.get("file_id") or "")
    name, _, unique = file_id.removeprefix("AgAC-").partition("-")
    if not file_id.startswith("AgAC-") or name not in assets.MIME:
        raise bad("invalid file_id")
    path = f"{name}/file_{unique}.{assets.ENDING[name]}"
    return {"file_id": file_id, "file_unique_id": unique, "file_size": assets.size(name), "file_path": path}


def granted(world: World, params: Params) -> Any:
    """Taken, and nothing to be seen of it."""
    return True


METHODS: dict[str, Callable[[World, Params], Any]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "editmessagereplymarkup": edit_reply_markup,
    "editmessagetext": edit_text,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "setmycommands": set_my_commands,
    "setmydescription": set_my_description,
    "setmyshortdescription": granted,
    "setmyname": granted,
    "setchatmenubutton": granted,
    "sendchataction": granted,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getfile": get_file,
    "logout": granted,
    "close": granted,
}


def run(world: World, method: str, params: Params) -> Any:
    """One call; raises Refused."""
    if method.lower() not in METHODS:
        raise Refused(404, "Not Found: method not found")
    return METHODS[method.lower()](world, params)


async def get_updates(world: World, params: Params) -> Any:
    """What people did, to a program that asks for it. Asking confirms everything before `offset`."""
    if world.webhook:
        raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
    world.polled = True
    offset, most = whole(params, "offset"), whole(params, "limit") or 100
    world.updates[:] = [u for u in world.updates if u["update_id"] >= offset]
    left = min(float(whole(params, "timeout")), POLL_MOST)
    while not world.updates and left > 0:
        await asyncio.sleep(0.05)
        left -= 0.05
    return world.updates[:most]


def routes(world: World) -> list[Route]:
    """The Bot API and its files."""

    def trusted(request: Request) -> bool:
        return hmac.compare_digest(request.path_params["token"].encode(), world.settings.telegram_token.encode())

    async def call(request: Request) -> Response:
        try:
            if not trusted(request):
                raise Refused(404, "Not Found")
            method, params = request.path_params["method"], await _params(request)
            polls = method.lower() == "getupdates"
            result = await get_updates(world, params) if polls else run(world, method, params)
        except Refused as refused:
            return JSONResponse(refused.as_json(), refused.code)
        finally:
            await request.close()  # gives back what a file that was sent lies in
        return JSONResponse({"ok": True, "result": result})

    async def file(request: Request) -> Response:
        name = request.path_params["path"].partition("/")[0]
        if not trusted(request) or name not in assets.MIME:
            return JSONResponse(Refused(404, "Not Found").as_json(), 404)
        return Response(assets.content(name), media_type="application/octet-stream")

    return [
        Route("/telegram/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/telegram/file/bot{token}/{path:path}", file),
    ]


async def _params(request: Request) -> Params:
    said: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise bad("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad("object expected as JSON body")
        return {**said, **body}
    return {**said, **dict(await request.form())}
