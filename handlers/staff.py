"""Petugas di Telegram: a chat joined to an account by a code; /staf, /jawab a ticket, /acara."""

from __future__ import annotations

import re
from typing import Any

from conversation.said import Said, Start, Text
from handlers import staff_events
from handlers.desk import Desk, Reply
from models import Channel
from services import accounts, answers, confirming, scope, tickets, worklist
from services.accounts import Use
from services.confirming import NotConfirmed, Why
from services.staff import Actor, Forbidden, Right, demand
from texts.bubble import Bubble

LINK = re.compile(r"staf_([A-Za-z0-9_-]{22})")
WORD = re.compile(r"/(staf|jawab|acara)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
ANSWER = re.compile(r"(?:T-?)?(\d{1,18})\s+(\S.*)", re.IGNORECASE | re.DOTALL)
YES = re.compile(r"(?:ya|iya|yes)\s+(\d{4})", re.IGNORECASE)
LONGEST = 1000  # characters of an answer typed on a phone
ACT = "ticket.answered"
USES = {use: f"staff.link_{use.value}" for use in Use} | {Use.LINKED: "staff.linked"}
REFUSALS = {Why.WRONG: "staff.code_wrong", Why.TOO_MANY: "staff.too_many"}


def hear(desk: Desk, said: Said) -> Reply | None:
    """What is for staff in this message, in a private Telegram chat; None: it is a message like any other."""
    if desk.chat.channel is not Channel.TELEGRAM:
        return None
    if isinstance(said, Start):
        link = LINK.fullmatch(said.payload)
        return _linked(desk, link[1]) if link else None
    if not isinstance(said, Text):
        return None
    text = said.text.strip()
    word, yes = WORD.fullmatch(text), YES.fullmatch(text)
    if not (word or yes):
        return None
    actor = accounts.in_chat(desk.session, desk.chat.address, f"chat:{desk.chat.id}")
    if actor is None:
        return None  # who does not work here learns nothing of these words
    try:
        if yes:
            return _confirmed(desk, actor, yes[1])
        assert word is not None
        if word[1].lower() == "acara":
            return staff_events.shown(desk, actor, word[2] or "")
        return _desk(desk, actor) if word[1].lower() == "staf" else _preview(desk, actor, word[2] or "")
    except Forbidden:
        return _says(desk, "staff.forbidden")
    except NotConfirmed as refused:
        return _says(desk, REFUSALS.get(refused.why, "staff.code_over"))


def _says(desk: Desk, key: str, **values: Any) -> Reply:
    return Reply(Bubble(desk.texts.text(key, desk.chat.lang, **values)))


def _linked(desk: Desk, code: str) -> Reply:
    use = accounts.use_code(desk.session, code, desk.chat.address, desk.now)
    actor = accounts.in_chat(desk.session, desk.chat.address, "")
    return _says(desk, USES[use], officer=actor.called if actor else "")


def _desk(desk: Desk, actor: Actor) -> Reply:
    waits = worklist.of(desk.session, actor, desk.now)
    counts = {"count": waits.tickets, "n": waits.late, "total": waits.applications, "held": waits.held}
    return _says(desk, "staff.desk", officer=actor.called, **counts)


def _preview(desk: Desk, actor: Actor, rest: str) -> Reply:
    """What would be sent, and the code that sends exactly that."""
    demand(actor, Right.REVIEW)
    found = ANSWER.fullmatch(rest.strip())
    if found is None or len(found[2]) > LONGEST:
        return _says(desk, "staff.how")
    number, words = int(found[1]), found[2].strip()
    code = tickets.code_of(number)
    try:
        ticket, _ = tickets.locked(desk.session, number)
    except tickets.NoTicket:
        return _says(desk, "staff.no_ticket", ticket=code)
    scope.demand_person(desk.session, actor, Right.REVIEW, ticket.person_id)
    yes = confirming.ask(
        desk.session, actor, ACT, f"ticket:{code}", {"ticket": number, "words": words},
        chance=lambda: int(desk.new_run_id(), 16), now=desk.now,
    )  # fmt: skip
    return _says(desk, "staff.preview", ticket=code, text=words, code=yes)


def _confirmed(desk: Desk, actor: Actor, typed: str) -> Reply:
    """The rights are those of this moment: a role taken since the preview refuses here."""
    demand(actor, Right.REVIEW)
    yes = confirming.confirm(desk.session, actor, typed, now=desk.now)
    if yes.act != ACT:
        return _says(desk, "staff.code_wrong")
    number, words = int(yes.content["ticket"]), str(yes.content["words"])
    try:
        answers.answer(desk.session, actor, number, words=words, texts=desk.texts, now=desk.now)
    except (tickets.NoTicket, answers.NobodyToTell):
        return _says(desk, "staff.no_ticket", ticket=tickets.code_of(number))
    return _says(desk, "staff.answered", ticket=tickets.code_of(number))
