"""Twilio, as far as the program talks to it: messages, content templates and media, on this computer."""

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator import assets, door, markup, twilio_rules
from simulator.state import Fault, Phone, Turn
from simulator.twilio_rules import Failed, Refused
from simulator.world import Sms, World

Handler = Callable[[Request], Awaitable[Response]]
WINDOW = 24 * 3600  # seconds after the person's last message
WHEN = "%a, %d %b %Y %H:%M:%S +0000"


def routes(world: World) -> list[Route]:
    """Twilio's paths, as they are on its own hosts."""
    account = "/2010-04-01/Accounts/{account}"
    api = Twilio(world)
    message, media = account + "/Messages/{sid}", account + "/Messages/{sid}/Media/{media}"
    return [
        Route(account + "/Messages.json", _guarded(world, api.send), methods=["POST"]),
        Route(account + "/Messages.json", _guarded(world, api.list_messages), methods=["GET"]),
        Route(message + "/Media.json", _guarded(world, api.list_media), methods=["GET"]),
        Route(media, _guarded(world, api.media), methods=["GET", "HEAD", "DELETE"]),
        Route(message, _guarded(world, api.message), methods=["GET"]),
        Route("/v1/Content", _guarded(world, api.make_content), methods=["POST"]),
        Route("/v1/Content", _guarded(world, api.list_contents), methods=["GET"]),
        Route("/v1/ContentAndApprovals", _guarded(world, api.list_approvals), methods=["GET"]),
        Route("/v1/Content/{sid}", _guarded(world, api.content), methods=["GET", "DELETE"]),
        Route("/v1/Content/{sid}/ApprovalRequests", _guarded(world, api.approval), methods=["GET"]),
        Route("/v1/Content/{sid}/ApprovalRequests/whatsapp", _guarded(world, api.approve), methods=["POST"]),
    ]


def _guarded(world: World, handler: Handler) -> Handler:
    async def endpoint(request: Request) -> Response:
        try:
            _authenticate(world, request)
            return await handler(request)
        except Refused as refused:
            return JSONResponse(refused.as_json(), refused.status)

    return endpoint


def _authenticate(world: World, request: Request) -> None:
    head, _, said = request.headers.get("authorization", "").partition(" ")
    expected = f"{world.settings.twilio_sid}:{world.settings.twilio_token}".encode()
    try:
        given = base64.b64decode(said) if head.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    if not hmac.compare_digest(given, expected):
        raise Refused(401, 20003, "Authenticate")
    if request.path_params.get("account", world.settings.twilio_sid) != world.settings.twilio_sid:
        raise _missing(request)


def _missing(request: Request) -> Refused:
    return Refused(404, 20404, f"The requested resource {request.url.path} was not found")


class Twilio:
    """The resources the program uses."""

    def __init__(self, world: World) -> None:
        self.world = world

    # --- messages ---------------------------------------------------------------------------------------------------

    async def send(self, request: Request) -> Response:
        """Take a message; what becomes of it is told in callbacks."""
        form = {k: str(v) for k, v in (await request.form()).items()}
        self._check(form)
        phone = self.world.by_number(form["To"])
        _meet_fault(phone)
        sms = self._accept(form)
        self.world.spawn(self._carry(sms, form, phone))
        return JSONResponse(sms.fields, 201)

    def _check(self, form: Mapping[str, str]) -> None:
        if not form.get("To"):
            raise Refused(400, 21604, "A 'To' phone number is required")
        if not form["To"].startswith("whatsapp:"):
            raise Refused(400, 21211, f"Invalid 'To' Phone Number: {form['To'][:6]}XXXX")
        if not form.get("From") and not form.get("MessagingServiceSid"):
            raise Refused(400, 21603, "A 'From' phone number is required")
        if form.get("From") and form["From"] != self.world.settings.whatsapp_sender:
            raise Refused(400, 63007, "Twilio could not find a Channel with the specified From address")
        if not any(form.get(k) for k in ("Body", "ContentSid", "MediaUrl")):
            raise Refused(400, 21619, "A text message body or media urls must be specified")
        if len(form.get("Body", "")) > twilio_rules.BODY_MOST:
            raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if form.get("ContentSid") and form["ContentSid"] not in self.world.contents:
            raise Refused(400, 21655, "The ContentSid is Invalid")
        twilio_rules.variables(form.get("ContentVariables", ""))

    def _accept(self, form: Mapping[str, str]) -> Sms:
        sid, account = self.world.sid("SM"), self.world.settings.twilio_sid
        at = self._now()
        fields = {
            "sid": sid,
            "account_sid": account,
            "from": form.get("From") or self.world.settings.whatsapp_sender,
            "to": form["To"],
            "body": form.get("Body", ""),
            "status": "queued",
            "direction": "outbound-api",
            "num_media": "0",
            "num_segments": "1",
            "api_version": "2010-04-01",
            "date_created": at,
            "date_sent": None,
            "date_updated": at,
            "error_code": None,
            "error_message": None,
            "messaging_service_sid": form.get("MessagingServiceSid") or None,
            "price": None,
            "price_unit": None,
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json"},
        }
        self.world.messages[sid] = Sms(sid, fields)
        return self.world.messages[sid]

    def _now(self) -> str:
        return self.world.settings.clock.now().strftime(WHEN)

    async def _carry(self, sms: Sms, form: Mapping[str, str], phone: Phone | None) -> None:
        """The way of a message: to the phone at once, the news of it step by step."""
        try:
            if phone is None:
                raise Failed(63024)  # nobody on WhatsApp has this number
            turn = self._drawn(sms, form, phone)
        except Failed as failed:
            await self._tell(sms, form, "failed", failed.code)
            return
        if not phone.blocked:
            phone.add(turn)
        # A person who blocked the business is not told on: the message stays at one tick.
        for status in ("sent",) if phone.blocked else ("sent", "delivered", "read"):
            await self._tell(sms, form, status)

    def _drawn(self, sms: Sms, form: Mapping[str, str], phone: Phone) -> Turn:
        now = self.world.settings.clock.now()
        content = self.world.contents.get(form.get("ContentSid", ""))
        approved = content is not None and self.world.approval(content["sid"])["status"] == "approved"
        opened = phone.last_in_at
        if not approved and (opened is None or (now - opened).total_seconds() > WINDOW):
            raise Failed(63016)
        turn = Turn(self.world.number(), False, now, markup.whatsapp(form.get("Body", "")), platform_id=sms.sid)
        if content is not None:
            given = twilio_rules.variables(form.get("ContentVariables", ""))
            if approved:
                twilio_rules.check_approved(given)
            kind, body = twilio_rules.filled(content, given)
            if kind == "whatsapp/card":
                turn.kind, turn.note = "file", twilio_rules.medium(content, body)
            _draw_content(turn, kind, body)
        elif form.get("MediaUrl"):
            turn.kind, turn.note = "file", form["MediaUrl"].rsplit("/", 1)[-1]
        return turn

    async def _tell(self, sms: Sms, form: Mapping[str, str], status: str, error: int | None = None) -> None:
        await asyncio.sleep(self.world.settings.pace)
        sms.fields |= {"status": status, "error_code": error, "date_updated": self._now()}
        sms.fields["date_sent"] = sms.fields["date_sent"] or self._now()
        url = form.get("StatusCallback", "")
        if not url:
            return
        fields = {
            "SmsSid": sms.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "MessageSid": sms.sid,
            "AccountSid": sms.fields["account_sid"],
            "ApiVersion": "2010-04-01",
            "From": sms.fields["from"],
            "To": sms.fields["to"],
            "ChannelPrefix": "whatsapp",
            "ChannelToAddress": sms.fields["to"].removeprefix("whatsapp:"),
            **({"ErrorCode": str(error)} if error else {}),
            **({"EventType": "READ"} if status == "read" else {}),
        }
        await door.post(self._here(url), urlencode(fields).encode(), self._signed(url, fields))

    def _here(self, url: str) -> str:
        """The program's own door for an address that is public."""
        parts = urlsplit(url)
        base = urlsplit(self.world.settings.public_url).path.rstrip("/")
        path = parts.path.removeprefix(base)
        return self.world.settings.bot_url.rstrip("/") + path + (f"?{parts.query}" if parts.query else "")

    def _signed(self, url: str, fields: Mapping[str, str]) -> dict[str, str]:
        return {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Twilio-Signature": door.signature(self.world.settings.twilio_token, url, fields),
        }

    async def message(self, request: Request) -> Response:
        """One message."""
        return JSONResponse(self._sms(request).fields)

    def _sms(self, request: Request) -> Sms:
        sms = self.world.messages.get(request.path_params["sid"].removesuffix(".json"))
        if sms is None:
            raise _missing(request)
        return sms

    async def list_messages(self, request: Request) -> Response:
        """What came in and went out, newest first: what a program reads that may have missed a webhook."""
        wanted = {k.lower(): v for k, v in request.query_params.items() if k in ("From", "To")}
        found = [
            m.fields for m in reversed(self.world.messages.values()) if all(m.fields[k] == v for k, v in wanted.items())
        ]
        most, page = (int(request.query_params.get(k) or d) for k, d in (("PageSize", "50"), ("Page", "0")))
        shown = found[page * most : (page + 1) * most]
        following = f"{request.url.path}?PageSize={most}&Page={page + 1}" if found[(page + 1) * most :] else None
        here = f"{request.url.path}?PageSize={most}&Page={page}"
        start = {"start": page * most, "end": page * most + len(shown) - 1, "previous_page_uri": None}
        first = {"uri": here, "first_page_uri": here, "next_page_uri": following, "page": page, "page_size": most}
        return JSONResponse({**first, **start, "messages": shown})

    # --- media ------------------------------------------------------------------------------------------------------

    async def list_media(self, request: Request) -> Response:
        """What was attached to a message."""
        path = request.url.path.removesuffix(".json")
        found = [
            {"sid": sid, "content_type": assets.MIME[self.world.media[sid]], "uri": f"{path}/{sid}.json"}
            for sid in self._sms(request).media
            if sid in self.world.media
        ]
        return JSONResponse({"media_list": found, "uri": request.url.path, "page": 0, "page_size": 50})

    async def media(self, request: Request) -> Response:
        """The bytes of something a person sent, or its end: Twilio keeps it until it is deleted."""
        sid = request.path_params["media"].removesuffix(".json")
        asset = self.world.media.get(sid)
        if asset is None:
            raise _missing(request)
        if request.method == "DELETE":
            del self.world.media[sid]
            return Response(status_code=204)
        return Response(assets.content(asset), media_type=assets.MIME[asset])

    # --- content templates ------------------------------------------------------------------------------------------

    async def make_content(self, request: Request) -> Response:
        """A new template, under a name of its own."""
        try:
            said = json.loads(await request.body())
        except ValueError:
            raise Refused(400, 20001, "Bad request: body is not JSON") from None
        content = twilio_rules.check_content(said)
        sid, at = self.world.sid("HX"), self.world.settings.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        url = f"https://content.twilio.com/v1/Content/{sid}"
        links = {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        }
        about = {"sid": sid, "account_sid": self.world.settings.twilio_sid, "url": url, "links": links}
        kept = {"friendly_name": content.get("friendly_name"), "language": content["language"]}
        whole = {"types": content["types"], "variables": content.get("variables") or {}}
        self.world.keep_content({**about, **kept, **whole, "date_created": at, "date_updated": at})
        return JSONResponse(self.world.contents[sid], 201)

    async def list_contents(self, request: Request) -> Response:
        """All templates, on one page."""
        contents = [_shown(c) for c in self.world.contents.values()]
        return JSONResponse({"contents": contents, "meta": _one_page("Content")})

    def _content(self, request: Request) -> dict[str, Any]:
        content = self.world.contents.get(request.path_params["sid"])
        if content is None:
            raise _missing(request)
        return content

    async def content(self, request: Request) -> Response:
        """One template, or its end."""
        content = self._content(request)
        if request.method == "DELETE":
            del self.world.contents[content["sid"]]
            return Response(status_code=204)
        return JSONResponse(_shown(content))

    async def approve(self, request: Request) -> Response:
        """Ask for approval. Here the answer comes at once."""
        content = self._content(request)
        try:
            said = json.loads(await request.body())
        except ValueError:
            raise Refused(400, 20001, "Bad request: body is not JSON") from None
        self.world.keep_content({**content, "approval": twilio_rules.judged(said, content["types"])})
        return JSONResponse(self._approval(content), 201)

    async def list_approvals(self, request: Request) -> Response:
        """All templates with how their approval stands, on one page."""
        contents = [{**_shown(c), "approval_requests": self._approval(c)} for c in self.world.contents.values()]
        return JSONResponse({"contents": contents, "meta": _one_page("ContentAndApprovals")})

    async def approval(self, request: Request) -> Response:
        """How an approval stands."""
        content = self._content(request)
        told = {"sid": content["sid"], "account_sid": content["account_sid"], "whatsapp": self._approval(content)}
        return JSONResponse(told)

    def _approval(self, content: Mapping[str, Any]) -> dict[str, Any]:
        kind = next(iter(content["types"]))
        always = {"type": "whatsapp", "content_type": kind, "allow_category_change": True}
        return {**always, **self.world.approval(content["sid"])}


def _shown(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != "approval"}


def _one_page(name: str) -> dict[str, Any]:
    url = f"https://content.twilio.com/v1/{name}?PageSize=50&Page=0"
    pages = {"first_page_url": url, "url": url, "previous_page_url": None, "next_page_url": None}
    return {"key": "contents", "page": 0, "page_size": 50, **pages}


def _meet_fault(phone: Phone | None) -> None:
    if phone is None or phone.fault is None:
        return
    fault, phone.fault = phone.fault, None
    phone.touch()
    if fault is Fault.BUSY:
        raise Refused(429, 20429, "Too Many Requests")
    raise Refused(503, 20503, "Service unavailable")


def _draw_content(turn: Turn, kind: str, body: Mapping[str, Any]) -> None:
    turn.pieces = markup.whatsapp(str(body.get("body", "")))
    if kind == "twilio/quick-reply" or body.get("actions"):
        turn.keys = twilio_rules.buttons(body)
    elif kind == "twilio/list-picker":
        turn.list_label, turn.keys = twilio_rules.rows(body)
