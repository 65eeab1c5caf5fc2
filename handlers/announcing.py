"""Siaran di Telegram: staff write an announcement in a chat, approve one by its buttons, and stop one by a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from conversation.form import Form
from conversation.kinds import Choice, Written
from conversation.question import Answers
from conversation.turn import Note, Turn
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Broadcast, Channel, Session, Stage
from services import accounts
from services.broadcasts import approving, drafting, fates, running, saying
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.broadcasts.drafting import Draft, DraftRefused, Preview
from services.broadcasts.running import BroadcastRefused
from services.staff import Actor, Forbidden, Right, demand

ABOUT = re.compile(r"(\d{1,18})\.(\d{1,6})")
TYPED = re.compile(r"/siaran(?:\s+(\S{1,20}))?(?:\s+(?:S-?)?(\d{1,18}))?", re.IGNORECASE)
LONGEST = 900  # characters typed on a phone
# What an audience of the chat's list means; the others ask for a value of their own.
WHO = {
    "all": Audience(),
    "only_nib": Audience(todos=("BUTUH_NIB",), only_todo=True),
    "waiting": Audience(stages=(Stage.WAITING.value,)),
    "placed": Audience(stages=(Stage.PLACED.value,)),
    "issued": Audience(stages=(Stage.ISSUED.value,)),
    "silent": Audience(silent_for=30),
}
# A choice of the list, the question that asks for its value, and the condition it becomes.
BY = {
    "by_stage": ("stage", "stages"), "by_todo": ("todo", "todos"), "by_sector": ("product", "sectors"),
    "by_event": ("event", "event"),
}  # fmt: skip
Act = Callable[[Session, Actor, int, Any], Broadcast]
ACTS: dict[str, tuple[Act, str]] = {
    "jeda": (running.pause, "broadcast.chat.paused"),
    "lanjut": (running.resume, "broadcast.chat.resumed"),
    "batal": (running.cancel, "broadcast.chat.cancelled"),
}


def _actor(desk: Desk) -> Actor | None:
    """Who works here and writes from their own Telegram; anybody else learns nothing of these words."""
    if desk.chat.channel is not Channel.TELEGRAM:
        return None
    return accounts.in_chat(desk.session, desk.chat.address, f"chat:{desk.chat.id}")


def _refused(refused: BroadcastRefused) -> Next:
    return Next((Note(f"broadcast.refused.{refused.why.value}"),))


# --- /siaran, /siaran status, /siaran jeda S-12


def typed(desk: Desk, spoken: Spoken, text: str) -> Next | None:
    """ "/siaran" and what may follow it. None: something else was said, or by somebody else."""
    found = TYPED.fullmatch(text.strip())
    actor = _actor(desk) if found else None
    if found is None or actor is None:
        return None
    word, number = (found[1] or "").lower(), found[2]
    try:
        if not word:
            demand(actor, Right.DRAFT)
            return Next(open="siaran")
        if word == "status":
            return _standing(desk, actor, number)
        if word in ACTS and number:
            act, said = ACTS[word]
            row = act(desk.session, actor, int(number), desk.now)
            return Next((Note(said, {"number": f"S-{row.id}"}),))
    except Forbidden:
        return Next((Note("staff.forbidden"),))
    except BroadcastRefused as refused:
        return _refused(refused)
    return Next((Note("broadcast.chat.how"),))


def _standing(desk: Desk, actor: Actor, number: str | None) -> Next:
    rows = fates.listed(desk.session, actor, 5) if number is None else [fates.seen(desk.session, actor, int(number))]
    if not rows:
        return Next((Note("broadcast.chat.none"),))
    return Next(tuple(_progress(desk, actor, row.id) for row in rows))


def _progress(desk: Desk, actor: Actor, number: int) -> Note:
    found = fates.progress(desk.session, actor, number)
    state = saying.state(found.state, desk.texts, desk.chat.lang)
    values = {"number": f"S-{number}", "label": found.title, "state": state, "n": found.done, "total": found.total}
    return Note("broadcast.chat.progress", {**values, "count": found.replied})


# --- writing one


def form(facts: Facts) -> Form:
    """For whom (by numbers: first the condition, then its value), where, and the words in one or two languages."""
    who = Choice(key="who", text="broadcast.chat.who", ids=(*WHO, *BY), third="lost")
    stage = Choice(key="stage", text="broadcast.chat.stage", when=_chose("by_stage"), third="lost")
    todo = Choice(key="todo", text="broadcast.chat.todo", when=_chose("by_todo"), third="lost")
    product = Choice(
        key="product", text="journey.product", prompt="broadcast.chat.product", when=_chose("by_sector"), third="lost"
    )
    event = Written(key="event", text="broadcast.chat.event", most=12, when=_chose("by_event"), third="lost")
    codes = ("all", "36.01", "36.02", "36.03", "36.04", "36.71", "36.72", "36.73", "36.74")
    where = Choice(key="where", text="broadcast.chat.where", ids=codes, third="lost")
    words = Written(key="words", text="broadcast.chat.words", most=LONGEST, third="lost")
    english = Written(
        key="english", text="broadcast.chat.english", most=LONGEST, skippable=True, skipped="", third="lost"
    )
    return Form(key="siaran", questions=(who, stage, todo, product, event, where, words, english))


def _chose(option: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.plain.get("who") == option


def meant(answers: Answers) -> Audience:
    """The audience of what was chosen. Raises AudienceRefused."""
    who, where = str(answers["who"]), str(answers["where"])
    told = WHO.get(who, Audience()).as_json()
    if who in BY:
        key, part = BY[who]
        value = str(answers[key]).strip()
        told[part] = value.upper() if part == "event" else [value]
    return Audience.from_json(told | ({} if where == "all" else {"regencies": [where]}))


def written(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """The draft is kept, and shown as it would arrive, with whom it reaches, what it costs and when it is done."""
    actor = _actor(desk)
    if actor is None:
        return Next(open="menu")
    said = {"id": str(turn.answers["words"]), "en": str(turn.answers["english"])}
    how: dict[str, Any] = {"texts": desk.texts, "office": desk.office, "now": desk.now}
    try:
        row = drafting.create(desk.session, actor, Draft(said["id"][:60], said, meant(turn.answers)), **how)
        return _shown(desk, spoken, row, drafting.preview(desk.session, actor, row.id, **how))
    except DraftRefused as refused:
        return Next(tuple(Note(f"broadcast.fault.{one.what.value}", {"about": one.about}) for one in refused.found))
    except AudienceRefused as refused:
        about = {"about": refused.what}
        return Next((Note(f"broadcast.unfit.{refused.part}", about), Note("broadcast.chat.again")))
    except Forbidden:
        return Next((Note("staff.forbidden"),))


def _shown(desk: Desk, spoken: Spoken, row: Broadcast, seen: Preview) -> Next:
    number = f"S-{row.id}"
    if not seen.count.total:
        return Next((Note("broadcast.chat.nobody", {"number": number}),))
    text = spoken.marked(seen.samples[0].bubble.text)
    cost = Decimal(0) if seen.cost is None else seen.cost
    warned = tuple(Note(f"broadcast.warn.{one.what.value}", {"about": one.about}) for one in seen.found)
    facts: dict[str, Any] = {"number": row.id, "version": row.version, "second": seen.second, "count": seen.count.total}
    facts |= {"items": in_words(Audience.from_json(row.audience), desk.texts, desk.chat.lang)}
    looks = Note(
        "broadcast.chat.preview",
        {"number": number, "items": facts["items"], "count": seen.count.total, "text": text, "price": cost,
         "deadline": seen.finish or seen.start},
    )  # fmt: skip
    return Next((looks, *warned), open="siaran_sure", facts=facts)


def sure_form(facts: Facts) -> Form:
    """Really? What is approved is what was shown."""
    go = "ask" if facts.get("second") else "send"
    sure = Choice(
        key="sure", text="broadcast.chat.sure", prompt="broadcast.chat.sure", ids=(go, "test", "drop"), third="lost",
        outright=(go,), fill=lambda answers: {"count": facts["count"]},
    )  # fmt: skip
    return Form(key="siaran_sure", questions=(sure,))


def decided(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Sent, given to somebody else to approve, tried on oneself, or dropped."""
    actor, facts, option = _actor(desk), turn.run.facts, str(turn.answers["sure"])
    if actor is None:
        return Next(open="menu")
    number = int(facts["number"])
    try:
        return _done(desk, actor, number, option, facts)
    except Forbidden:
        return Next((Note("staff.forbidden"),))
    except BroadcastRefused as refused:
        return _refused(refused)


def _done(desk: Desk, actor: Actor, number: int, option: str, facts: Facts) -> Next:
    how: dict[str, Any] = {"texts": desk.texts, "office": desk.office, "now": desk.now}
    said = {"number": f"S-{number}"}
    if option == "drop":
        running.cancel(desk.session, actor, number, desk.now)
        return Next((Note("broadcast.chat.cancelled", said),))
    if option == "test":
        drafting.try_out(desk.session, actor, number, texts=desk.texts, now=desk.now)
        return Next((Note("broadcast.chat.tried", said),), open="siaran_sure", facts=facts)
    if option == "ask":
        told = approving.ask(desk.session, actor, number, **how)
        return Next((Note("broadcast.chat.asked", {**said, "count": told}),))
    return _promised(approving.promise(desk.session, actor, number, int(facts["version"]), desk.now))


def _promised(row: Broadcast) -> Next:
    return Next((Note("broadcast.promised", {"number": f"S-{row.id}"}),))


# --- the two buttons of a request


def answered(desk: Desk, spoken: Spoken, about: str, option: str) -> Next | None:
    """ "Setujui" or "Tolak" of exactly the version that was shown. None: not for this chat."""
    found = ABOUT.fullmatch(about)
    actor = _actor(desk) if found else None
    if found is None or actor is None:
        return None
    number, version = int(found[1]), int(found[2])
    try:
        if option == "reject":
            approving.reject(desk.session, actor, number, version, desk.now)
            return Next((Note("broadcast.rejected", {"number": f"S-{number}"}),))
        return _promised(approving.promise(desk.session, actor, number, version, desk.now))
    except Forbidden:
        return Next((Note("staff.forbidden"),))
    except BroadcastRefused as refused:
        return _refused(refused)
