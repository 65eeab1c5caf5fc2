"""WhatsApp through Twilio: what the bot sends, fetches and has made there, and what became of each.

What a webhook says is in `whatsapp_hear`, how a bubble looks in `whatsapp_show`, what a code means in
`whatsapp_errors`.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from twilio.rest import Client

from bot.channels import pictures, signature, whatsapp_content, whatsapp_errors, whatsapp_hear, whatsapp_show
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.http import Wire
from bot.channels.whatsapp_calls import FAILURES, asked, code_of, outcome_of, within
from bot.channels.whatsapp_hear import StatusUpdate
from bot.channels.whatsapp_http import TwilioTransport, basic
from bot.channels.whatsapp_media import MediaStore
from bot.inbound import Inbound
from conversation.said import Other
from models import Channel
from services import files
from services.templates import Approved, Told
from texts.bubble import Bubble
from texts.catalogue import Template

log = logging.getLogger(__name__)

STATUS_PATH: Final = "/webhooks/whatsapp/status"
PATIENCE: Final = 3  # refused templates in a row, then plain words until the program starts again


class WhatsAppChannel:
    """One sender on WhatsApp. Calls that are not deliveries raise `PlatformError`.

    `known` are the content templates by name (`templates.known`); without them buttons go out as numbered words, and
    so they do with `interactive="text"`. `public_url` is where Twilio reports what became of a message; without it
    nothing is reported. `sender` may be left out where a messaging service picks it. `tokens` are further tokens a
    webhook may be signed with while one is being replaced.
    """

    channel: Final = Channel.WHATSAPP

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str | None,
        *,
        messaging_service_sid: str | None = None,
        base_url: str | None = None,
        public_url: str | None = None,
        interactive: str = "auto",
        known: Mapping[str, str] | None = None,
        tokens: tuple[str, ...] = (),
        wire: Wire | None = None,
    ) -> None:
        self.name = sender or messaging_service_sid or account_sid  # the templates are made for it
        self._sender = sender
        self.known: Mapping[str, str] = known or {}
        self.approved: Mapping[str, Approved] = {}  # by name and language; read anew by a heartbeat
        self._tokens = (auth_token, *tokens)
        self._service = messaging_service_sid
        self._base_url = base_url
        self._public_url = public_url.rstrip("/") if public_url else None
        self._interactive = interactive == "auto"
        self._refused = 0
        self._wire = wire or Wire()
        self._media = MediaStore(self._wire, basic(account_sid, auth_token), base_url)
        self._client = Client(account_sid, auth_token, http_client=TwilioTransport(self._wire, base_url))

    @property
    def files_at(self) -> str:
        """What the addresses of our files begin with; empty where WhatsApp could not fetch any."""
        return files.at(self._public_url)

    # --- in

    def signed(self, path_and_query: str, form: Any, given: str | None) -> bool:
        """Whether Twilio signed this webhook, by our own public address and the raw path and query."""
        return signature.valid(f"{self._public_url or ''}{path_and_query}", form, given, self._tokens)

    def hear(self, form: Mapping[str, Any], now: dt.datetime) -> Inbound | None:
        """What a webhook's form says; None for what needs no answer. Never raises."""
        return whatsapp_hear.hear(form, now)

    def hear_status(self, form: Mapping[str, Any], delivery_id: str | None = None) -> StatusUpdate | None:
        """What a status callback says. `delivery_id` is the `d` of its query."""
        return whatsapp_hear.hear_status(form, delivery_id)

    async def inbound_since(self, since: dt.datetime, now: dt.datetime, limit: int = 1000) -> list[Inbound]:
        """What people wrote since a moment, oldest first: Twilio does not repeat every webhook that was lost.

        The list knows no button ids and no media: a tap comes back as its label, a picture as a file.
        """
        to = {"to": self._sender} if self._sender else {}
        messages = await asked(
            self._client.messages.list_async(date_sent_after=since.astimezone(dt.UTC), limit=limit, **to)
        )
        # Listed newest first, and to the second only: turned round, two within one second keep their order.
        heard = [_reconciled(m, now) for m in reversed(messages) if str(m.direction) == "inbound"]
        return sorted((i for i in heard if i is not None and i.at >= since), key=lambda i: i.at)

    async def sent_to(self, address: str, since: dt.datetime) -> list[StatusUpdate]:
        """What Twilio has of messages to one address since a moment, as it stands now."""
        listed = await asked(self._client.messages.list_async(to=address, date_sent_after=since.astimezone(dt.UTC)))
        forms = (
            {"MessageSid": str(m.sid), "MessageStatus": str(m.status), "ErrorCode": str(m.error_code or "")}
            for m in listed
            if str(m.direction).startswith("outbound") and str(m.to) == address
        )
        return [update for form in forms if (update := self.hear_status(form)) is not None]

    async def fetch_photo(self, ref: str) -> pictures.Picture:
        """The picture behind a media address, at most 20 MB."""
        return await self._media.fetch(ref)

    async def delete_media(self, ref: str) -> None:
        """Have Twilio forget what was fetched: it keeps everything until told."""
        await self._media.forget(ref)

    # --- out

    async def send(self, delivery_id: int, address: str, bubble: Bubble, window_open: bool) -> Outcome:
        """Send one bubble. Accepted is not delivered: the status callbacks tell the rest.

        A template that is refused outright never went out, so the same words are sent in plain at once.
        """
        known = self.known if self._interactive else {}
        messages = whatsapp_show.show(bubble, known) if window_open else whatsapp_show.outside(bubble, self.approved)
        if messages is None:
            return Outcome(OutcomeKind.HELD, reason=whatsapp_show.lacking(bubble))
        outcome, code = await self._all(delivery_id, address, messages)
        if not window_open or not messages[-1].content_sid:
            return outcome
        self._count_refusal(code)
        if code not in whatsapp_errors.CONTENT_REFUSED:
            return outcome
        again = tuple(message for message in whatsapp_show.plain(bubble) if not message.picture)
        outcome, _ = await self._all(delivery_id, address, again)
        return outcome

    async def close(self) -> None:
        """Give back the connections."""
        await self._wire.close()

    # --- settings

    async def me(self) -> Mapping[str, Any]:
        """The account (`friendly_name`, `status`): the check that sid and token are right."""
        account = await asked(self._client.api.v2010.accounts(self._client.username).fetch_async())
        return {"friendly_name": account.friendly_name, "status": str(account.status)}

    async def sync_templates(self, engine: sa.Engine) -> dict[str, str]:
        """Make the generic templates that are missing and use them from now on; name → sid. May be run again."""
        self.known = {**self.known, **await whatsapp_content.sync(self._client, engine, self.name)}
        return dict(self.known)

    async def hand_in(self, wanted: list[Template]) -> dict[str, str]:
        """Make templates with words of their own; name at Twilio → sid."""
        return await whatsapp_content.hand_in(self._client, wanted)

    async def ask_approval(self, sid: str, name: str, category: str) -> Told:
        """Ask for the approval of one."""
        return await whatsapp_content.ask_approval(self._client, sid, name, category)

    async def approvals(self) -> dict[str, Told]:
        """How all templates of the account stand, by sid."""
        return await whatsapp_content.approvals(self._client)

    async def list_templates(self) -> dict[str, str]:
        """The content templates Twilio holds for the account: friendly name → sid."""
        return await whatsapp_content.listed(self._client)

    # --- calls

    async def _all(
        self, delivery_id: int, address: str, messages: tuple[whatsapp_show.Message, ...]
    ) -> tuple[Outcome, int | None]:
        outcome, code = Outcome(OutcomeKind.FAILED, reason="nothing to send"), None
        for number, message in enumerate(messages):
            outcome, code = await self._one(delivery_id, address, message)
            if outcome.kind is not OutcomeKind.SENT:
                return (outcome if number == 0 else _partly(outcome)), code
        return outcome, code

    async def _one(self, delivery_id: int, address: str, message: whatsapp_show.Message) -> tuple[Outcome, int | None]:
        parameters = {"to": address, **message.params()}
        if self._sender:
            parameters["from_"] = self._sender
        if self._service:
            parameters["messaging_service_sid"] = self._service
        if self._public_url:
            # A status may outrun the answer to this very call, so it carries our own number too.
            parameters["status_callback"] = f"{self._public_url}{STATUS_PATH}?d={delivery_id}"
        try:
            sent = await within(self._client.messages.create_async(**parameters))
        except FAILURES as error:
            return outcome_of(error), code_of(error)
        return Outcome(OutcomeKind.SENT, platform_id=sent.sid), None

    def _count_refusal(self, code: int | None) -> None:
        self._refused = self._refused + 1 if code in whatsapp_errors.CONTENT_REFUSED else 0
        if code in whatsapp_errors.CONTENT_REFUSED:
            log.warning("a content template was refused (%s); sent in plain words", code)
        if self._refused >= PATIENCE:
            log.error("content templates are refused again and again; plain words from now on")
            self._interactive = False


def _partly(outcome: Outcome) -> Outcome:
    """A message in several parts of which the first arrived is never sent again as a whole."""
    kind = OutcomeKind.UNKNOWN if outcome.kind is OutcomeKind.RETRY else outcome.kind
    return Outcome(kind, retry_after=outcome.retry_after, reason=f"in part only: {outcome.reason}")


def _reconciled(message: Any, now: dt.datetime) -> Inbound | None:
    form = {"MessageSid": message.sid, "From": message.from_, "Body": message.body or ""}
    inbound = whatsapp_hear.hear(form, min(message.date_sent or now, now))
    if inbound is None or str(message.num_media or "0") == "0":
        return inbound
    return Inbound(inbound.channel, inbound.address, inbound.event_id, Other("file"), inbound.at)
