"""Undangan: one link for each dinas, kecamatan or group, and words ready to be forwarded with it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from models import Event, Language, Session
from services import audit
from services.events import lists, seating, sources, words
from services.events.sources import Traffic
from services.staff import Actor, Right, demand_for
from texts.filling import Marked

if TYPE_CHECKING:
    from texts import Catalogue

LENGTHS = ("short", "long")
KINDS = ("dinas", "kecamatan", "grup")


@dataclass(frozen=True, slots=True)
class Ways:
    """How people reach us: the bot's name on Telegram, its number on WhatsApp (E.164), its public address."""

    telegram: str | None = None
    whatsapp: str | None = None
    public_url: str | None = None

    def on_telegram(self, code: str, source: str = "") -> str | None:
        """Opens the event in Telegram: one tap on MULAI."""
        payload = f"acara_{code}_{source}" if source else f"acara_{code}"
        return f"https://t.me/{self.telegram}?start={payload}" if self.telegram else None

    def on_whatsapp(self, code: str, source: str = "") -> str | None:
        """Opens WhatsApp with the words written already: one tap on "kirim"."""
        said = quote(f"ACARA {code} {source}".strip())
        return f"https://wa.me/{self.whatsapp.lstrip('+')}?text={said}" if self.whatsapp else None

    def page(self, code: str, source: str = "") -> str | None:
        """The public page, with both."""
        return f"{self.public_url}/acara/{'/'.join(filter(None, (code, source)))}" if self.public_url else None

    def best(self, code: str, source: str = "") -> str:
        """The one address for a poster or a message: the page, or the app there is. Raises NoWay."""
        found = self.page(code, source) or self.on_whatsapp(code, source) or self.on_telegram(code, source)
        if found is None:
            raise NoWay
        return found


class NoWay(Exception):
    """Neither a public address nor an app is set up: there is nothing a link could lead to."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was given away, and what it brought."""

    traffic: Traffic
    url: str
    telegram: str | None
    whatsapp: str | None


def links(session: Session, actor: Actor, code: str, ways: Ways) -> tuple[Event, list[Link]]:
    """An event's links in the order in which they were made. Raises EventRefused, Forbidden, NoWay."""
    event = lists.for_staff(session, actor, code)
    found = []
    for one in sources.traffic(session, event.id):
        told = (ways.on_telegram(event.code, one.code), ways.on_whatsapp(event.code, one.code))
        found.append(Link(one, ways.best(event.code, one.code), *told))
    return event, found


def text(event: Event, texts: "Catalogue", language: Language, length: str, *, url: str, verify_url: str) -> str:
    """The invitation as it is forwarded in a group, short or long, with a link. *Bold* marks are WhatsApp's own."""
    values: dict[str, Any] = words.values(event, texts, language)
    return texts.text(
        f"events.invitation_{length}", language, **values, join_url=Marked(url), verify_url=Marked(verify_url)
    )


def add_all(
    session: Session, actor: Actor, code: str, wanted: Sequence[tuple[str, str, str | None]], now: dt.datetime
) -> int:
    """A link for each (kind, name, kab/kota); those that have one keep it. How many are new."""
    event = seating.find(session, code)
    demand_for(actor, Right.EVENTS, event.regency)
    before = len(sources.traffic(session, event.id))
    for kind, name, regency in wanted:
        sources.add(session, actor, code, kind=kind, name=name, regency=regency, now=now)
    return len(sources.traffic(session, event.id)) - before


def note_taken(session: Session, actor: Actor, event: Event, now: dt.datetime) -> None:
    """That the kit was given out is written down: it holds no names."""
    demand_for(actor, Right.EVENTS, event.regency)
    audit.note(session, actor, "event.kit_taken", f"event:{event.code}", now=now)
