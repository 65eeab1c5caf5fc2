"""Sesudah nomor: four more answers that help the companion; each may be skipped."""

from __future__ import annotations

import re
from typing import Any

from conversation.form import Form
from conversation.kinds import Choice, Number, Picture, Written
from conversation.question import Answers, Invalid
from conversation.turn import Note, Turn
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from services import businesses, media

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", re.IGNORECASE)


def brand(text: str) -> str:
    """At most sixty characters. Raises Invalid("err1")."""
    if len(text) > 60:
        raise Invalid("err1")
    return text


def email(text: str) -> str:
    """An address with an @ and a dot. Raises Invalid("err1")."""
    plain = text.replace(" ", "").lower()
    if not EMAIL.match(plain) or len(plain) > 254:
        raise Invalid("err1")
    return plain


def wanted(answers: Answers) -> bool:
    """The offer was taken."""
    return bool(answers.get("offer") == "yes")


OFFER = Choice(key="offer", text="after.offer", required=True, third="lost")
EXTRAS = Form(
    key="after",
    title="journey.title",
    questions=(
        OFFER,
        Written(key="brand", text="after.brand", when=wanted, skippable=True, check=brand),
        Number(key="workers", text="after.workers", when=wanted, skippable=True, most=5000, odd_above=99),
        Written(key="email", text="after.email", when=wanted, skippable=True, check=email),
        Picture(key="photo", text="after.photo", when=wanted, skippable=True),
    ),
)


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Add what was told to the business; a photo becomes a row first, its bytes are fetched later."""
    if turn.answers["offer"] != "yes":
        return Next((Note("consent.later_ack"),), open="menu")
    business = int(turn.run.facts["business"])
    businesses.update_extras(
        desk.session,
        business,
        brand=turn.answers.get("brand"),
        workers=turn.answers.get("workers"),
        email=turn.answers.get("email"),
    )
    _keep_photo(desk, business, turn.answers.get("photo"))
    return Next((Note("after.done", {"name": turn.run.facts.get("name")}),))


def _keep_photo(desk: Desk, business: int, photo: Any) -> None:
    if photo:
        media.want(
            desk.session, conversation_id=desk.chat.id, business_id=business, ref=photo["ref"], mime=photo["mime"],
            now=desk.now,
        )  # fmt: skip


def form(facts: Facts) -> Form:
    """The same for everybody."""
    return EXTRAS
