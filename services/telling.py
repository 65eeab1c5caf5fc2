"""Kabar: the message by which an owner hears that their application has moved, in the stage's own words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models import Application, Business, Channel, Conversation, Due, Language, Person, Programme, Session, Stage
from services import regions, waiting
from services.dues import Planned
from services.office import Office
from texts import Marked
from texts.bubble import Bubble, Button, Shape
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue

RECEIVED = "certificate.issued"  # the text whose options answer "sudah Bapak/Ibu terima?"


@dataclass(frozen=True, slots=True)
class News:
    """What is told about a move, besides what the rows say."""

    stage: Stage
    note: str | None = None  # the officer's own words
    audit_date: dt.date | None = None
    due: Planned | None = None  # of the question "sudah diterima?"
    double: bool = False  # closed because the business has another application: its owner did not withdraw


def bubble(
    session: Session,
    application: Application,
    news: News,
    *,
    chat: Conversation,
    texts: "Catalogue",
    office: Office,
    now: dt.datetime,
) -> Bubble:
    """The stage's own words, for a chat that may be in its window or not."""
    language = chat.language or Language.ID
    values = _values(session, application, news, texts, language, office, now)
    key = RECEIVED if news.stage is Stage.ISSUED else f"{_words_of(news)}.tell"
    template, names = TEMPLATES.get(news.stage, STAGE_CHANGED)
    return Bubble(
        text=texts.text(key, language, **values),
        shape=Shape.CHOICE if news.due else Shape.PLAIN,
        buttons=received_buttons(news.due, texts, language) if news.due else (),
        numbered=True,  # a bare "1" belongs to the form that is open
        template=template if chat.channel is Channel.WHATSAPP else None,
        template_values=tuple(shown(values[name], language) for name in names),
    )


def _words_of(news: News) -> str:
    return "stage.double" if news.double else f"stage.{news.stage.value}"


def received_buttons(due: Due | Planned, texts: "Catalogue", language: Language) -> tuple[Button, ...]:
    """Received, not yet, cannot download; each carries the row's id."""
    return tuple(
        Button(data=f"due|{due.id}|{option.id}", label=option.label, description=option.description)
        for option in texts.options(RECEIVED, language)
    )


STAGE_CHANGED = ("stage_changed_v1", ("business", "number", "stage", "next", "next_date"))
# The approved template of each stage, and what fills it.
TEMPLATES: Mapping[Stage, tuple[str, tuple[str, ...]]] = {
    Stage.SENT_BACK: ("stage_sent_back_v1", ("business", "reason", "next_date")),
    Stage.REFUSED: ("stage_not_approved_v1", ("business", "number", "next_date")),
    Stage.ISSUED: ("certificate_issued_v1", ("business", "certificate_number", "code")),
    Stage.PLACED: ("place_confirmed_v1", ("business", "programme", "number", "next_date")),
    Stage.WAITING: ("waiting_news_v1", ("business", "position", "programme", "regency")),
}


def _values(
    session: Session,
    application: Application,
    news: News,
    texts: "Catalogue",
    language: Language,
    office: Office,
    now: dt.datetime,
) -> dict[str, Any]:
    business = session.get_one(Business, application.business_id)
    programme = session.get_one(Programme, application.programme_id)
    stage, by = _words_of(news), application.promised_at
    region = regions.REGENCIES.get(application.regency or "")
    return {
        "business": business.name,
        "number": application.number,
        "programme": programme.name,
        "stage": Marked(texts.text(f"{stage}.name", language)),
        "next": Marked(texts.text(f"{stage}.next", language)),
        "next_date": office.local_day(by) if by else Marked(texts.text("status.no_date", language)),
        "position": waiting.position(session, application) or 1,
        "regency": region.name if region else "Banten",
        "reason": news.note or Marked(texts.text("stage.no_reason", language)),
        "items": news.note or Marked(texts.text("stage.no_reason", language)),
        "date": news.audit_date or office.local_day(now, office.draft_days),
        "certificate_number": application.certificate or "-",
        "code": news.due.code if news.due else "",
    }


def owner_called(session: Session, business: Business) -> str:
    """What the one who reads is called; nothing where a helper reads about somebody else's business."""
    person = session.get(Person, business.person_id)
    return (person and person.name) or ("" if business.by_helper else business.owner_name)
