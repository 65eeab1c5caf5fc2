"""Making WhatsApp's generic templates at Twilio, once for an account, and writing down what they are called there."""

import asyncio
from typing import Any, Final

import orjson
import sqlalchemy as sa
from twilio.rest import Client

from bot.channels import templates, whatsapp_errors
from bot.channels.errors import PlatformError
from bot.channels.whatsapp_calls import asked, code_in
from models import Session

URL: Final = "https://content.twilio.com/v1/Content"
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
    found: dict[str, str] = {}
    url: str | None = f"{URL}?PageSize={PAGE}"
    while url:
        page = await _call(client, "GET", url)
        found |= {str(content.get("friendly_name")): str(content.get("sid")) for content in page.get("contents", [])}
        url = (page.get("meta") or {}).get("next_page_url")
    return found


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
