"""Pindah HP: the old chat gives six digits, typed in the new one they carry everything over; "BUKAN SAYA" undoes it."""

from __future__ import annotations

from dataclasses import replace

from conversation.form import Form
from conversation.kinds import Choice, Written
from conversation.question import Answers
from conversation.said import Tap
from conversation.turn import Note, Turn
from handlers import consent, menu
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Topic
from services import drafts, eligibility, links, tickets
from services.events import lists
from services.links import BLOCKED, CODE_TIME, TRIES, Use

# --- PINDAH ---


def start(desk: Desk, spoken: Spoken) -> Next:
    """In a chat with something to carry over: the code. Anywhere else: is there still an old phone?"""
    if desk.chat.person_id is None or not _has_something(desk, desk.chat.person_id):
        return Next(open="move")
    code = links.make_code(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=desk.chat.person_id,
        chance=lambda: int(desk.new_run_id(), 16),
        now=desk.now,
    )
    return Next((Note("link.offer", {"code6": code, "minutes": int(CODE_TIME.total_seconds() // 60)}),))


def _has_something(desk: Desk, person_id: int) -> bool:
    return (
        links.has_businesses(desk.session, person_id)
        or drafts.newest(desk.session, desk.chat.id) is not None
        or eligibility.latest(desk.session, person_id) is not None
        or bool(lists.of_person(desk.session, person_id, desk.now))
    )


NEW_PHONE = Form(
    key="move",
    questions=(Choice(key="old", text="link.new_phone", prompt="link.new_phone", required=True, third="lost"),),
)


def chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """With the old phone at hand one goes on by oneself; without it an officer makes sure who it is."""
    if turn.answers["old"] == "have":
        return Next((Note("link.have_ack"),))
    return Next(open="link_lost", facts={"consented": desk.chat.person_id is not None})


def lost_form(facts: Facts) -> Form:
    """Without consent it is asked first whether the question and the number may be kept."""
    agree = Choice(
        key="agree",
        text="officer.opened_no_consent",
        prompt="officer.opened_no_consent",
        outright=consent.YES,
        third="lost",
        when=lambda answers: not facts["consented"],
    )
    words = Written(key="words", text="link.lost", most=300, third="lost", when=_agreed)
    return Form(key="link_lost", questions=(agree, words), stop=_declined)


def _agreed(answers: Answers) -> bool:
    return bool(answers.get("agree", "yes") == "yes")


def _declined(answers: Answers) -> str | None:
    return "declined" if answers.get("agree") == "no" else None


def declined(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Nothing is kept; the menu stays."""
    return Next((Note("consent.service_no"),), open="menu")


def lost(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """An officer matches the two: `naikkelas people link` joins them. Nothing typed here proves who somebody is."""
    ticket = _ticket(desk, str(turn.answers["words"]), {"link": "lost_phone"})
    return Next((Note("link.lost_ack", {"ticket": ticket.code, "answer_by": ticket.answer_by}),))


def _ticket(desk: Desk, words: str | None, context: dict[str, object]) -> tickets.OpenedTicket:
    return tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=desk.chat.person_id,
        topic=Topic.LINK,
        words=words,
        context=context,
        office=desk.office,
        now=desk.now,
    )


# --- six digits ---


def six_digits(desk: Desk, spoken: Spoken, code: str) -> Next | None:
    """A code typed in the new chat. None: nobody waits for one, so the digits meant something else."""
    if not links.any_live(desk.session, desk.now):
        return None
    until = desk.chat.link_blocked_until
    if until is not None and desk.now < until:
        return Next((_blocked(desk, spoken, until.astimezone(desk.office.zone).strftime("%H.%M")),))
    used = links.use(desk.session, code=code, conversation_id=desk.chat.id, texts=desk.texts, now=desk.now)
    if used.use is Use.WRONG:
        return _wrong(desk, spoken)
    if used.use is Use.SAME_CHAT:
        return Next((Note("link.same_chat"),))
    if used.use is Use.TWO_PEOPLE:
        ticket = _ticket(desk, None, {"link": "two_people"})
        return Next((Note("link.two_people", {"answer_by": ticket.answer_by}),))
    return _linked(desk, used)


def _wrong(desk: Desk, spoken: Spoken) -> Next:
    tries = desk.chat.link_tries + 1
    if tries < TRIES:
        return Next((Note("link.code_wrong"),), changes={"link_tries": tries})
    until = desk.now + BLOCKED
    note = _blocked(desk, spoken, until.astimezone(desk.office.zone).strftime("%H.%M"))
    return Next((note,), changes={"link_tries": 0, "link_blocked_until": until})


def _blocked(desk: Desk, spoken: Spoken, hour: str) -> Note:
    again = spoken.marked(spoken.said("link.at_hour", {"hour": hour}))
    return Note("link.code_blocked", {"time_again": again})


def _linked(desk: Desk, used: links.Used) -> Next:
    """From here on this chat is that person's: the form that was open there goes on here."""
    desk.chat = replace(desk.chat, person_id=used.person_id, language=used.language, draft_expired_at=None)
    changes = {"language": used.language, "business_id": used.business_id, "link_tries": 0}
    if used.use is Use.ALREADY:
        return Next((Note("link.already"),), open="menu", facts=menu.plain(desk), changes=changes)
    notes = (Note("link.linked", {"name": menu.name_of(desk)}),)
    form = used.form
    if form is None:
        return Next(notes, open="menu", facts=menu.plain(desk), changes=changes)
    return Next(notes, form.form, form.facts, form.answers, form.run_id, changes)


# --- BUKAN SAYA ---


def not_me(desk: Desk, spoken: Spoken) -> Next:
    """Whoever was joined to this chat is cut off at once; an officer looks into it."""
    return _undone(desk, links.undo(desk.session, conversation_id=desk.chat.id, now=desk.now))


def tapped(desk: Desk, spoken: Spoken, tap: Tap) -> Next | None:
    """The button below the notice names the joining."""
    if not tap.question.isdecimal():
        return None
    cut = links.undo(desk.session, conversation_id=desk.chat.id, link_id=int(tap.question), now=desk.now)
    return _undone(desk, cut)


def _undone(desk: Desk, cut: bool) -> Next:
    if not cut:
        return Next((Note("link.nothing_to_undo"),), open="menu")
    ticket = _ticket(desk, None, {"link": "not_me"})
    return Next((Note("link.undone", {"answer_by": ticket.answer_by}),), open="menu")
