"""Twilio's API on loopback: checks every request, keeps it, and answers as scripted."""

import asyncio
import base64
import json
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.standins import twilio_rules
from tests.standins.served import drop, served

SID = "AC" + "0" * 32
TOKEN = "token-of-nobody"
SENDER = "whatsapp:+6281200000000"


@dataclass(frozen=True)
class Answer:
    """What the stand-in is to answer instead of accepting."""

    status: int = 201
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    hangs: bool = False


def refusal(status: int, code: int, **more: Any) -> Answer:
    """Twilio's way of saying no."""
    return Answer(status, {"code": code, "message": "no", "more_info": "", "status": status, **more})


@dataclass
class Twilio:
    """The stand-in. `sent` holds every message's form, `shown` what the person would see of a template."""

    address: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)
    shown: list[dict[str, Any] | None] = field(default_factory=list)
    next: deque[Answer] = field(default_factory=deque)
    contents: dict[str, Any] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)
    states: dict[str, tuple[str, str]] = field(default_factory=dict)  # sid → state, reason; asked for: "pending"
    submitted: list[dict[str, str]] = field(default_factory=list)
    made: int = 0
    page: int = 50
    messages: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, Answer] = field(default_factory=dict)
    authorized: list[tuple[str, bool]] = field(default_factory=list)  # path, and whether our token was shown
    asked: list[str] = field(default_factory=list)  # "DELETE /2010-04-01/…"
    wrong: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        mine = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        self.authorized.append((request.path, request.headers.get("Authorization") == mine))
        self.asked.append(f"{request.method} {request.path}")
        if request.path in self.media:
            return await self._scripted(self.media[request.path], request)
        if not self.authorized[-1][1]:
            return web.json_response(twilio_rules.Refused(401, 20003, "Authenticate").as_json(), status=401)
        if self.next:
            await request.read()
            return await self._scripted(self.next.popleft(), request)
        try:
            return web.json_response(*await self._answered(request))
        except twilio_rules.Refused as refused:
            self.wrong.append(str(refused))
            return web.json_response(refused.as_json(), status=refused.status)

    async def _answered(self, request: web.Request) -> tuple[Any, ...]:
        at = f"{request.method} {request.path}"
        if at == f"POST /2010-04-01/Accounts/{SID}/Messages.json":
            return (await self._send(request),)
        if at == f"GET /2010-04-01/Accounts/{SID}/Messages.json":
            page = {"uri": request.path, "first_page_uri": "", "next_page_uri": None, "page": 0, "page_size": 50}
            return ({**page, "messages": self.messages},)
        if at == f"GET /2010-04-01/Accounts/{SID}.json":
            return ({"sid": SID, "friendly_name": "BPTSI", "status": "active"},)
        if request.path == "/v1/Content":
            return (await self._make(request) if request.method == "POST" else self._contents(request),)
        if at == "GET /v1/ContentAndApprovals":
            page = self._contents(request, "ContentAndApprovals")
            page["contents"] = [{**c, "approval_requests": self._state(c["sid"])} for c in page["contents"]]
            return (page,)
        if found := re.fullmatch(r"(GET|POST) /v1/Content/(HX\w+)/ApprovalRequests(/whatsapp)?", at):
            return (await self._approval(found[1], found[2], request),)
        raise twilio_rules.Refused(404, 20404, f"{at} was not found")

    async def _send(self, request: web.Request) -> dict[str, Any]:
        assert request.content_type == "application/x-www-form-urlencoded"
        form = {k: str(v) for k, v in (await request.post()).items()}
        self.sent.append(form)
        self.shown.append(twilio_rules.message(form, self.contents, self.approved))
        return {"sid": f"SM{len(self.sent):032x}", "status": "queued", "to": form["To"], "body": form.get("Body", "")}

    async def _make(self, request: web.Request) -> dict[str, Any]:
        assert request.content_type == "application/json"
        asked = twilio_rules.content(json.loads(await request.read()))
        self.made += 1
        sid = f"HX{self.made:032x}"
        self.contents[sid] = {**asked, "sid": sid}
        return self.contents[sid]

    async def _approval(self, method: str, sid: str, request: web.Request) -> dict[str, Any]:
        if sid not in self.contents:
            raise twilio_rules.Refused(404, 20404, f"{sid} was not found")
        if method == "GET":
            return {"sid": sid, "account_sid": SID, "whatsapp": self._state(sid), "url": request.path}
        asked = twilio_rules.approval_asked(json.loads(await request.read()))
        self.submitted.append(asked)
        self.contents[sid] = {**self.contents[sid], "asked": asked}
        self.states.setdefault(sid, ("pending", ""))
        return self._state(sid)

    def _state(self, sid: str) -> dict[str, Any]:
        """As `content.v1.content.approval_create` spells it; what was never asked for is unsubmitted."""
        status, reason = self.states.get(sid, ("unsubmitted", ""))
        asked = self.contents[sid].get("asked", {"name": "", "category": ""})
        return {
            **asked,
            "content_type": "",
            "status": status,
            "rejection_reason": reason,
            "allow_category_change": True,
        }

    def _contents(self, request: web.Request, name: str = "Content") -> dict[str, Any]:
        size, number = min(int(request.query["PageSize"]), self.page), int(request.query.get("Page", "0"))
        listed = list(self.contents.values())
        more = f"https://content.twilio.com/v1/{name}?PageSize={size}&Page={number + 1}"
        last = (number + 1) * size >= len(listed)
        meta = {"key": "contents", "page": number, "page_size": size, "next_page_url": None if last else more}
        return {"contents": listed[number * size : (number + 1) * size], "meta": meta}

    async def _scripted(self, answer: Answer, request: web.Request) -> web.StreamResponse:
        if answer.hangs:
            await asyncio.sleep(30)
        if answer.drops:
            drop(request)
        headers = {k: re.sub("^HERE", self.address, v) for k, v in answer.headers.items()}
        if isinstance(answer.body, bytes):
            return web.Response(status=answer.status, body=answer.body, headers=headers)
        return web.json_response(answer.body, status=answer.status, headers=headers)


@asynccontextmanager
async def twilio() -> AsyncIterator[Twilio]:
    """The stand-in, served."""
    standin = Twilio()
    async with served(standin.handle) as address:
        standin.address = address
        yield standin
