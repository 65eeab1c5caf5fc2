"""Templat: the words WhatsApp lets us send first, which of them it has approved, and what they must be filled with.

Outside the 24 hours after somebody's last message only an approved template may go out. Their words are in
texts/<language>/templates.yaml; here is the register of what was made of them at Twilio, for each sender. Some are
handed in once more with a picture, and once more with a document, above the same words.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa

from models import Approval, MessageTemplate, Session
from texts.catalogue import Catalogue, Template
from texts.reading import LANGUAGES

LOST: Final = (Approval.REJECTED, Approval.PAUSED, Approval.DISABLED, Approval.GONE)
_MADE_AS: Final = 1  # another number when the same words are handed in otherwise: all of them become new versions

# What WhatsApp is shown, when it is asked to approve one with a file: by the name's ending it knows the kind.
SAMPLE_FILES: Final[Mapping[str, str]] = {"picture": "contoh.jpg", "document": "contoh.pdf"}

# Which option each button of a template stands for, in the order of its buttons; "" for one that only says a word.
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "place_offer_v1": ("take", "skip", ""),
    "place_offer_reminder_v1": ("take", "skip"),
    "place_offer_expired_v1": ("still", ""),
    "certificate_issued_v1": ("done", "not_yet", "stuck"),
    "certificate_received_ask_v1": ("done", "not_yet"),
    "todo_reminder_v1": ("done", "not_yet", "stuck"),
    "owner_confirm_v1": ("agree", "not_mine"),
    "account_moved_v1": ("not_me",),
    "correction_wanted_v1": ("mend", ""),
    "event_h1_v1": ("come", "not_come"),
    "event_moved_v1": ("come", "not_come"),
    "event_place_moved_v1": ("come", "not_come"),
    "event_seat_offer_v2": ("take", "not_come"),
    "event_feedback_v1": ("fill", "skip"),
    "start_journey_v1": ("yes", "later", ""),
}


@dataclass(frozen=True, slots=True)
class Approved:
    """A template that may be sent: its words, its buttons as (label, option), and what stands above the words."""

    sid: str
    body: str
    variables: int
    buttons: tuple[tuple[str, str], ...] = ()
    file: str = ""  # nothing, "picture" or "document"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a template of the texts stands for a sender."""

    template: Template  # name, language, category, text, a sample for each {{1}}, {{2}}, …, buttons
    row: MessageTemplate | None  # the version with today's words, if it has been made
    usable: Approved | None  # what may be sent now: today's words, or an older version that takes the same values

    @property
    def category(self) -> str:
        """UTILITY, MARKETING or AUTHENTICATION: Meta's word where it has spoken, else what we asked for."""
        return self.row.category if self.row is not None else self.template.category


@dataclass(frozen=True, slots=True)
class Told:
    """What Twilio says of one template of the account."""

    state: Approval
    reason: str = ""
    category: str = ""  # Meta may put it into another


def standing(session: Session, sender: str, catalogue: Catalogue, files_at: str = "") -> list[Standing]:
    """Every template of the texts in every language, as it stands for a sender (`settings.whatsapp.identity`).

    `files_at` is where WhatsApp fetches our files (`services.files.at`); without it none is made that carries one.
    """
    rows = list(session.scalars(_rows(sender)))
    return [_stands(template, rows) for template in wanted(catalogue, files_at)]


def one(
    session: Session, sender: str, catalogue: Catalogue, name: str, language: str, file: str = "", files_at: str = ""
) -> Standing | None:
    """One template as it stands now; `usable` tells whether it may be sent. None: there is no such template.

    `file`: with this above its words ("picture", "document").
    """
    template = catalogue.templates(language).get(name)
    if template is None or (file and not (files_at and file in template.carries)):
        return None
    template = with_file(template, file, files_at) if file else template
    return _stands(template, list(session.scalars(_rows(sender).where(MessageTemplate.name == template.name))))


def usable(session: Session, sender: str, catalogue: Catalogue, files_at: str = "") -> dict[str, Approved]:
    """What may be sent now, by `key`."""
    found = standing(session, sender, catalogue, files_at)
    return {key(s.template.name, s.template.language): s.usable for s in found if s.usable is not None}


def _stands(template: Template, rows: list[MessageTemplate]) -> Standing:
    today = fingerprint(template)
    mine = [r for r in rows if (r.name, r.language) == (template.name, template.language)]
    newest = next((r for r in mine if r.fingerprint == today), None)
    shape = (len(template.sample), [list(button) for button in buttons(template)])
    same = [r for r in mine if r.state is Approval.APPROVED and (len(r.samples), r.buttons) == shape]
    if template.file:  # an older version may fetch its files where we are no longer
        same = [r for r in same if r.fingerprint == today]
    best = max(same, key=lambda r: (r.fingerprint == today, r.made_at), default=None)
    shown = len(template.sample), buttons(template), template.file
    made = Approved(best.sid, best.body, *shown) if best is not None else None
    return Standing(template, newest, made)


def keep(session: Session, sender: str, template: Template, sid: str, now: dt.datetime) -> None:
    """Write down a version that was made."""
    session.merge(
        MessageTemplate(
            sender=sender,
            name=template.name,
            language=template.language,
            fingerprint=fingerprint(template),
            category=template.category,
            body=template.text,
            samples=list(template.sample),
            buttons=[list(button) for button in buttons(template)],
            sid=sid,
            state=Approval.UNSUBMITTED,
            made_at=now,
        )
    )


def learn(session: Session, sender: str, told: Mapping[str, Told], asked_at: dt.datetime) -> list[MessageTemplate]:
    """What Twilio says of all templates of the account (sid → how it stands); those of ours lost by it.

    `asked_at` is when it was asked: what was made later is not in the answer yet; what was made before and is not in
    it was removed at Twilio.
    """
    lost = []
    for row in session.scalars(_rows(sender).with_for_update().execution_options(populate_existing=True)):
        said = told.get(row.sid) or (Told(Approval.GONE) if row.made_at < asked_at else None)
        if said is None:
            continue
        if said.state is not row.state and said.state in LOST:
            lost.append(row)
        _take(row, said, asked_at)
    session.flush()
    return lost


def submitted(session: Session, sender: str, sid: str, told: Told, now: dt.datetime) -> None:
    """Write down what was answered when one was handed in for approval."""
    for row in session.scalars(_rows(sender).where(MessageTemplate.sid == sid)):
        _take(row, told, now)
    session.flush()


def _take(row: MessageTemplate, told: Told, now: dt.datetime) -> None:
    row.state, row.reason, row.checked_at = told.state, told.reason[:300] or None, now
    row.category = told.category or row.category


def _rows(sender: str) -> sa.Select[MessageTemplate]:
    query = sa.select(MessageTemplate).where(MessageTemplate.sender == sender)
    return query.order_by(MessageTemplate.made_at, MessageTemplate.name, MessageTemplate.fingerprint)


# --- one template


def key(name: str, language: str) -> str:
    """One template in one language."""
    return f"{name}.{language or LANGUAGES[0]}"


def wanted(catalogue: Catalogue, files_at: str = "") -> Iterator[Template]:
    """Every template of the texts, in every language; those that carry a file with each of its kinds as well."""
    for language in LANGUAGES:
        for template in catalogue.templates(language).values():
            yield template
            if files_at:
                yield from (with_file(template, file, files_at) for file in template.carries)


def with_file(template: Template, file: str, files_at: str) -> Template:
    """The same words below a picture or a document, which is fetched from somewhere below `files_at`."""
    return replace(template, name=carrying(template.name, file), file=file, files_at=files_at)


def carrying(name: str, file: str) -> str:
    """What a template is called with a file above its words: `announcement_v1`, `announcement_picture_v1`."""
    stem, _, version = name.rpartition("_v")
    return f"{stem}_{file}_v{version}"


def buttons(template: Template) -> tuple[tuple[str, str], ...]:
    """Its buttons as (label, option)."""
    name = template.name.replace(f"_{template.file}_v", "_v") if template.file else template.name
    options = OPTIONS.get(name, ("",) * len(template.buttons))
    return tuple(zip(template.buttons, options, strict=True))


def fingerprint(template: Template) -> str:
    """Of what is handed in: other words are another version."""
    said = [_MADE_AS, template.language, template.category, template.text, template.sample, buttons(template)]
    said += [template.file, template.files_at] if template.file else []
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def handed_in_as(template: Template) -> str:
    """The name at Twilio and at Meta: small letters, digits and _; one for each version and language."""
    return f"{template.name}_{template.language}_{fingerprint(template)[:8]}"
