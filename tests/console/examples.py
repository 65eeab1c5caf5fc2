"""Where each page of the console is looked at in a browser: the first of what there is of its kind."""

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import Database
from models import Application, Broadcast, Business, Conversation, Event, Programme, Ticket

CODE = "c" * 22  # for choosing a password
TO_THEM = "ajak?audiens=%7B%22stages%22%3A%5B%22TERBIT%22%5D%7D"

NO_PAGE = (  # what leads on elsewhere, and files
    "/percakapan/cari",
    "/pendaftaran/{number}/foto/{photo:int}",
    "/acara/{code}/undangan/poster",
    "/siaran/{number:int}/lampiran",
)
NAMED = {
    "/mulai/{code}": f"/mulai/{CODE}", "/pengguna/{name}": "/pengguna/dewi",
    "/ajak": f"/{TO_THEM}",
    "/program/fakta/{name}": "/program/fakta/obligation_text",
}  # fmt: skip
FIRST = {
    "number": Application.number, "chat": Ticket.conversation_id, "ticket": Ticket.id, "broadcast": Broadcast.id,
    "person": Conversation.person_id, "business": Business.id, "event": Event.code, "programme": Programme.code,
}  # fmt: skip
THINGS = {
    "/pendaftaran/{number}": "number", "/percakapan/orang/{conversation:int}": "chat",
    "/percakapan/{ticket:int}": "ticket", "/siaran/{number:int}": "broadcast", "/orang/{person:int}": "person",
    "/usaha/{business:int}": "business", "/acara/{code}": "event", "/program/{code}": "programme",
}  # fmt: skip


def example(path: str, database: Database) -> str | None:
    """The address of a page about the first of what there is; None for what is no page to look at."""
    if path in NO_PAGE:
        return None
    with Session(database.read_engine) as session:
        first = {
            name: session.scalars(sa.select(column).order_by(column).limit(1)).one() for name, column in FIRST.items()
        }
    start = next((name for name in THINGS if path.startswith(name)), "")
    named = {key: str(first[THINGS[start]]) for key in re.findall(r"{(\w+)", start)} if start else {}
    known = {"photo": "1", "pair": "1", "id": "1", **named}
    return NAMED.get(path) or re.sub(r"{(\w+)[^}]*}", lambda hole: known[hole[1]], path)
