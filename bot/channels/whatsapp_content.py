"""Making WhatsApp's generic templates at Twilio, once for an account, and writing down what they are called there."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import orjson
import sqlalchemy as sa
from twilio.rest import Client

from bot.channels import approved, templates, whatsapp_errors
from bot.channels.errors import PlatformError
from bot.channels.whatsapp_calls import asked, code_in
from models import Approval, Session
from services.templates import Told
from texts.catalogue import Template
from texts.checking_templates import CATEGORIES

URL: Final = "https://content.twilio.com/v1/Content"
AT_TWILIO: Final = frozenset(Approval) - {Approval.GONE}
PAGE: Final = 1000  # asked for at once, the most Twilio gives
AT_ONCE: Final = 4  # made at the same time


async def sync(client: Client, engine: sa.Engine, sender: str) -> dict[str, str]:
    """Make what is missing, find what is there, write it down; name → sid.

    May be run at any time and again: what was made before a failure is found by its friendly name. No transaction is
    open while Twilio is asked. Raises `PlatformError`, after keeping what could be made.
    """
    with Session(engine) as session:
        wanted = templates.missing(templates.standing(session, sender))
    made, failure = await _make(client, wanted) if wanted else ({}, None)
    with Session(engine) as session, session.begin():
        templates.keep(session, sender, made)
    if failure is not None:
        raise failure
    with Session(engine) as session:
        return templates.known(session, sender)


async def listed(client: Client) -> dict[str, str]:
    """The templates Twilio holds for the account: friendly name → sid."""
    return {str(each.get("friendly_name")): str(each.get("sid")) async for each in _contents(client, URL)}


async def _contents(client: Client, address: str) -> AsyncIterator[Mapping[str, Any]]:
    """Everything in one of Twilio's lists, page by page."""
    url: str | None = f"{address}?PageSize={PAGE}"
    while url:
        page = await _call(client, "GET", url)
        for content in page.get("contents", []):
            yield content
        url = (page.get("meta") or {}).get("next_page_url")


async def hand_in(client: Client, wanted: list[Template]) -> dict[str, str]:
    """Make templates with words of their own, or find them by their names; name at Twilio → sid. PlatformError."""
    there = await listed(client) if wanted else {}
    made = {}
    for template in wanted:
        asked_for = approved.definition(template)
        name = asked_for["friendly_name"]
        made[name] = there.get(name) or str((await _call(client, "POST", URL, asked_for))["sid"])
    return made


async def ask_approval(client: Client, sid: str, name: str, category: str) -> Told:
    """Ask WhatsApp for its approval of one; how it stands. Raises `PlatformError`."""
    told = await _call(client, "POST", f"{URL}/{sid}/ApprovalRequests/whatsapp", {"name": name, "category": category})
    return _approval(told)


async def approvals(client: Client) -> dict[str, Told]:
    """How every template of the account stands, by sid. Raises `PlatformError`."""
    each = _contents(client, f"{URL}AndApprovals")
    return {str(one.get("sid")): _approval(one.get("approval_requests") or {}) async for one in each}


def _approval(told: Mapping[str, Any]) -> Told:
    """A word nobody knows counts as waiting: nothing is sent until it is approved."""
    said = str(told.get("status") or Approval.UNSUBMITTED).lower()
    state = Approval(said) if said in AT_TWILIO else Approval.PENDING
    category = str(told.get("category") or "").upper()
    return Told(state, str(told.get("rejection_reason") or ""), category if category in CATEGORIES else "")


async def _make(
    client: Client, wanted: list[templates.Layout]
) -> tuple[dict[str, templates.Template], BaseException | None]:
    there = await listed(client)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(layout: templates.Layout) -> templates.Template:
        asked_for = templates.definition(layout)
        sid = there.get(asked_for["friendly_name"])
        if sid is None:
            async with turn:
                sid = str((await _call(client, "POST", URL, asked_for))["sid"])
        return templates.Template(layout.name, sid, templates.fingerprint(layout))

    results = await asyncio.gather(*map(one, wanted), return_exceptions=True)
    made = {result.name: result for result in results if isinstance(result, templates.Template)}
    return made, next((result for result in results if isinstance(result, BaseException)), None)


async def _call(client: Client, method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = await asked(client.request_async(method, url, data=body, headers=headers))
    if answer.status_code >= 300:
        raise PlatformError(whatsapp_errors.refusal(answer.status_code, code_in(answer.text)))
    return orjson.loads(answer.text)
