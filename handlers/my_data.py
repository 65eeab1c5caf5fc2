"""DATA SAYA: see, correct, withdraw, delete, who used it, the notice. Each is a row with its 3 x 24 hours."""

from __future__ import annotations

from typing import Any

from conversation.form import Form
from conversation.kinds import Choice
from conversation.question import Label
from conversation.turn import Note, Turn
from handlers import correct, erase
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import REGION, Spoken
from models import RequestKind
from services import consents, files, phones, portrait, requests, trail
from services.trail import Use

MOST = 3  # businesses shown in the chat; the file holds all of them
JSON = "application/json"
CHOICES = ("see", "correct", "withdraw", "delete", "trail", "page")


def start(desk: Desk, spoken: Spoken) -> Next:
    """What may be done with one's data."""
    if desk.chat.person_id is None:
        return Next((Note("my_data.nothing"),), open="menu")
    return Next(open="my_data")


def form(facts: Facts) -> Form:
    """Six things, none of which needs a reason."""
    return Form(key="my_data", questions=(Choice(key="what", text="my_data.ask", ids=CHOICES, third="lost"),))


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Everything that can be done at once is."""
    what = str(turn.answers["what"])
    if desk.chat.person_id is None or what == "page":
        page = (Note("consent.service_page"), Note("consent.service_page_2"))
        return Next(page) if what == "page" else start(desk, spoken)
    if what == "see":
        return _see(desk, spoken, desk.chat.person_id)
    if what == "trail":
        return _trail(desk, spoken, desk.chat.person_id)
    return {"correct": correct.start, "withdraw": erase.withdraw, "delete": erase.delete}[what](desk, spoken)


def noted(desk: Desk, kind: RequestKind, detail: str | None = None, *, done: bool) -> requests.Asked:
    """The request as a row."""
    if desk.chat.person_id is None:
        raise LookupError("nobody's data are asked for")
    return requests.ask(
        desk.session,
        person_id=desk.chat.person_id,
        conversation_id=desk.chat.id,
        kind=kind,
        detail=detail,
        now=desk.now,
        done=done,
    )


# --- see ---


def _see(desk: Desk, spoken: Spoken, person_id: int) -> Next:
    """The readable part here, the whole as a file: on Telegram itself, on WhatsApp by a link that ends."""
    noted(desk, RequestKind.SEE, done=True)
    all_of_it = portrait.collect(desk.session, person_id, desk.now)
    days = desk.office.keeping.files
    number = files.keep(
        desk.session,
        person_id=person_id,
        name=spoken.said("my_data.file_name", {}),
        media_type=JSON,
        content=portrait.as_file(all_of_it),
        now=desk.now,
        days=days,
    )
    linked = spoken.said("my_data.file_link", {"url": spoken.marked("{url}"), "hours": days * 24})
    values = {"date": desk.office.local_day(desk.now), "items": spoken.marked(_readable(desk, spoken, all_of_it))}
    return Next((Note("my_data.see", values),), document=files.document(number, linked))


def _readable(desk: Desk, spoken: Spoken, all_of_it: dict[str, Any]) -> str:
    person, known = all_of_it["person"][0], all_of_it["businesses"]
    lines = [spoken.said("my_data.person_line", {"name": person["name"] or "-", "phone": _phone(person["phone"])})]
    lines += [_business(spoken, business) for business in known[:MOST]]
    if len(known) > MOST:
        lines.append(spoken.said("my_data.more_line", {"count": len(known) - MOST}))
    counts = {"count": "assessments", "n": "messages", "total": "pictures"}
    lines.append(spoken.said("my_data.counts_line", {name: len(all_of_it[of]) for name, of in counts.items()}))
    standing = consents.standing(desk.session, int(person["id"]))
    given = [spoken.said(f"my_data.purposes.{p.value}", {}) for p, yes in standing.items() if yes]
    lines.append(spoken.said("my_data.consents_line", {"items": spoken.marked(", ".join(given) or "-")}))
    return "\n\n".join(lines)


def _business(spoken: Spoken, business: dict[str, Any]) -> str:
    values = {
        "business": business["name"],
        "owner": business["owner_name"],
        "phone": _phone(business["phone"]),
        "products": ", ".join(business["products"]) or "-",
        **{name: business[name] or "-" for name in ("address", "village", "nib")},
        **{name: Label(REGION, business[name]) if business[name] else "-" for name in ("district", "regency")},
    }
    return spoken.said("my_data.business_line", values)


def _phone(phone: str | None) -> str:
    return phones.shown(phone) if phone else "-"


# --- who used it ---


def _trail(desk: Desk, spoken: Spoken, person_id: int) -> Next:
    noted(desk, RequestKind.TRAIL, done=True)
    uses = trail.of_person(desk.session, person_id)
    if not uses:
        return Next((Note("my_data.trail_empty"),))
    lines = "\n".join(_use(desk, spoken, use) for use in uses)
    return Next((Note("my_data.trail", {"items": spoken.marked(lines)}),))


def _use(desk: Desk, spoken: Spoken, use: Use) -> str:
    what = spoken.marked(spoken.said(f"my_data.trail_what.{use.what}", {}))
    return spoken.said("my_data.trail_line", {"date": desk.office.local_day(use.at), "who": use.who, "what": what})
