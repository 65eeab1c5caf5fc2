"""Petugas dan lapor: somebody wants a human, or has something to report. The bot is quiet until they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversation.form import Form
from conversation.hearing import normalise
from conversation.kinds import Choice, Phone, Written
from conversation.question import Answers, Invalid
from conversation.said import Photo, Said, Tap, Text
from conversation.turn import Note, Turn
from handlers import consent
from handlers.desk import Desk, Reply
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Channel, Stopped, Topic
from services import answers as officers
from services import drafts, media, persons, phones, tickets
from services.tickets import REPLY_TIME, OpenedTicket

OWNER = "owner"  # who closed a ticket, where no officer did


def start(desk: Desk, spoken: Spoken) -> Next:
    """Ask what the question is; by night and on holidays it is said first by when it is answered."""
    return _open(desk, {})


def stuck(desk: Desk, spoken: Spoken, question: str) -> Next:
    """An officer is wanted for the question one was at; the ticket says which."""
    run = desk.chat.run
    return _open(desk, {"form": run.form if run else None, "question": question})


def asked(desk: Desk, words: str) -> Next:
    """An officer is wanted for a question that was typed already; without consent it is asked for once more."""
    follow = _open(desk, {"form": "questions"})
    return Next(follow.notes, follow.open, follow.facts, {"words": [1, words]} if desk.chat.person_id else {})


def _open(desk: Desk, context: Mapping[str, Any]) -> Next:
    return Next(_hours(desk), open="officer", facts=_facts(desk, context))


def _facts(desk: Desk, context: Mapping[str, Any]) -> dict[str, Any]:
    asleep = {"while_stopped": True} if desk.chat.stopped is Stopped.EVERYTHING else {}
    return {"consented": desk.chat.person_id is not None, "context": {**context, **asleep}}


def _hours(desk: Desk) -> tuple[Note, ...]:
    office = desk.office
    if office.is_open(desk.now):
        return ()
    by, holiday = office.promise(desk.now, office.answer_days), office.calendar.holiday(office.local_day(desk.now))
    if holiday:
        opens, name = office.working_day_after(desk.now, 1), holiday.called(desk.chat.lang)
        return (Note("common.closed_holiday", {"holiday": name, "date": opens, "answer_by": by}),)
    return (Note("common.closed_now", {"answer_by": by}),)


def form(facts: Facts) -> Form:
    """Without consent only the question and the number are kept, and that is asked first."""
    words = Written(key="words", text="officer.ask", most=1000, third="lost", when=_agreed)
    return Form(key="officer", questions=(_agree(facts), words), stop=_declined)


def _agree(facts: Facts) -> Choice:
    return Choice(
        key="agree",
        text="officer.opened_no_consent",
        prompt="officer.opened_no_consent",
        outright=consent.YES,
        third="lost",
        when=lambda answers: not facts["consented"],
    )


def _agreed(answers: Answers) -> bool:
    return bool(answers.get("agree", "yes") == "yes")


def _declined(answers: Answers) -> str | None:
    return "declined" if answers.get("agree") == "no" else None


def declined(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Nothing is kept; the menu stays."""
    return Next((Note("consent.service_no"),), open="menu")


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """A ticket with the question; until it is answered the bot keeps quiet in this chat."""
    ticket = _ticket(desk, Topic.QUESTION, str(turn.answers["words"]), turn.run.facts["context"])
    laid_aside = desk.chat.person_id is not None and drafts.newest(desk.session, desk.chat.id) is not None
    notes = (Note("officer.opened", _values(ticket)), *((Note("officer.parked_form"),) if laid_aside else ()))
    return Next(notes, changes={"quiet_until": ticket.answer_by})


def _ticket(desk: Desk, topic: Topic, words: str, context: Mapping[str, Any]) -> OpenedTicket:
    return tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=desk.chat.person_id,
        topic=topic,
        words=words,
        context=context,
        office=desk.office,
        now=desk.now,
    )


def _values(ticket: OpenedTicket) -> dict[str, Any]:
    return {"ticket": ticket.code, "answer_by": ticket.answer_by}


# --- "telepon saya" ---


def call(desk: Desk, spoken: Spoken) -> Next:
    """An officer is to phone: on the number we know, or on one that is asked for."""
    run = desk.chat.run
    context = {"form": run.form} if run else {}
    return Next(_hours(desk), open="call", facts={**_facts(desk, context), "phone": _known_phone(desk) or ""})


def _known_phone(desk: Desk) -> str | None:
    known = persons.phone_of(desk.session, desk.chat.person_id) if desk.chat.person_id is not None else None
    number = desk.chat.address.removeprefix("whatsapp:") if desk.chat.channel is Channel.WHATSAPP else ""
    return known or (number if number.startswith("+") else None)


def call_form(facts: Facts) -> Form:
    """Agreeing to be kept, where that was not done yet; the number, where we have none."""
    number = Phone(
        key="phone",
        text="officer.call_number",
        check=_phone,
        third="lost",
        when=lambda answers: not facts["phone"] and _agreed(answers),
    )
    return Form(key="call", questions=(_agree(facts), number), stop=_declined)


def _phone(text: str) -> str:
    try:
        return phones.mobile(text)
    except phones.NotAPhone as fault:
        raise Invalid(f"register.whatsapp_number.{fault.reason}") from fault


def to_be_called(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """A ticket with the number, and from which number the call will come."""
    phone = str(turn.answers.get("phone") or turn.run.facts["phone"])
    ticket = _ticket(desk, Topic.CALL, phone, turn.run.facts["context"])
    values = {**_values(ticket), "phone": phones.shown(phone)}
    return Next((Note("officer.phone_call", values),), changes={"quiet_until": ticket.answer_by})


# --- while an officer is answering ---


def is_quiet(desk: Desk) -> bool:
    """Whether an officer is answering in this chat."""
    return desk.chat.quiet_until is not None and desk.now < desk.chat.quiet_until


def quiet(desk: Desk, spoken: Spoken, said: Text) -> Next | None:
    """While an officer is answering, and for a day after, what is written goes to the ticket; MENU wakes the bot."""
    if not is_quiet(desk):
        return None
    ticket = tickets.add_words(desk.session, desk.chat.id, said.text, desk.office, desk.now)
    return _added(ticket, "officer.added") if ticket else None


def photo(desk: Desk, spoken: Spoken, said: Photo) -> Next | None:
    """A picture for an open question; None if there is none."""
    if tickets.newest(desk.session, desk.chat.id) is None:
        return None
    media_id = media.want(
        desk.session, conversation_id=desk.chat.id, business_id=None, ref=said.ref, mime=said.mime, now=desk.now
    )
    ticket = tickets.add_photo(desk.session, desk.chat.id, media_id, desk.office, desk.now)
    if ticket and said.caption:
        tickets.add_words(desk.session, desk.chat.id, said.caption, desk.office, desk.now)
    return _added(ticket, "officer.photo_ok") if ticket else None


def _added(ticket: OpenedTicket, key: str) -> Next:
    """Noted; where an answer had been given already, by when the next one comes."""
    if not ticket.again:
        return Next((Note(key, {"ticket": ticket.code}),))
    notes = (Note(key, {"ticket": ticket.code}), Note("officer.answer_again", {"answer_by": ticket.answer_by}))
    return Next(notes, changes={"quiet_until": ticket.answer_by})


def woken(desk: Desk) -> tuple[Note, ...]:
    """MENU wakes the bot; the question stays with the officer, and that is said."""
    ticket = tickets.newest(desk.session, desk.chat.id) if is_quiet(desk) else None
    return (Note("officer.bot_awake", {"ticket": ticket.code}),) if ticket else ()


# --- the buttons below what an officer sent, and their words ---


def hand_over(desk: Desk, said: Said, reply: Reply) -> Reply:
    """An answer was waiting for this person to write: it goes out now, and with it the day in which to reply begins.

    Whoever only asked to read it gets nothing else.
    """
    count = officers.release(desk.session, desk.chat.id, desk.texts, desk.now)
    changes = {"answer_waits": False, **({"quiet_until": desk.now + REPLY_TIME} if count else {})}
    asked_for = isinstance(said, Text) and normalise(said.text) in _reading(desk)
    shown = None if count and asked_for else reply.bubble
    return Reply(shown, {**reply.changes, **changes}, reply.keep_words, reply.toast)


def _reading(desk: Desk) -> frozenset[str]:
    return frozenset(map(normalise, desk.texts.words("common.words.read_answer")))


def waiting(desk: Desk, spoken: Spoken) -> Next:
    """ "Masih menunggu", or "baca jawaban" with nothing to read: by when an answer comes."""
    ticket = tickets.newest(desk.session, desk.chat.id)
    if ticket is None:
        return Next((Note("officer.none_open"),), open="menu")
    return Next((Note("officer.still_waiting", _values(ticket)),))


def settled(desk: Desk, spoken: Spoken) -> Next:
    """ "Sudah selesai": the person closes their question."""
    ticket = tickets.newest(desk.session, desk.chat.id)
    if ticket is None:
        return Next((Note("officer.none_open"),), open="menu")
    return _helped(desk, ticket.id, "yes") or Next(open="menu")


def tapped(desk: Desk, spoken: Spoken, tap: Tap) -> Next | None:
    """ "Sudah terbantu?": the button carries the ticket, so it can answer nothing else."""
    return _helped(desk, int(tap.question), tap.option) if tap.question.isdecimal() else None


def typed(desk: Desk, spoken: Spoken, word: str, ticket_id: int) -> Next | None:
    """The same in words: "SUDAH T-118", "BELUM T-118"."""
    said = normalise(word)
    options = {"yes": "done", "no": "not_yet"}
    option = next((o for o, name in options.items() if said in spoken.words(f"offer.words.{name}")), None)
    return _helped(desk, ticket_id, option) if option else None


def _helped(desk: Desk, ticket_id: int, option: str) -> Next | None:
    if option == "yes":
        known = tickets.settle(desk.session, ticket_id, desk.chat.id, OWNER, desk.now)
        return Next((Note("officer.thanks"),), changes={"quiet_until": None}) if known else None
    ticket = tickets.reopen(desk.session, ticket_id, desk.chat.id, desk.office, desk.now)
    if ticket is None:
        return None
    return Next((Note("officer.reopened", _values(ticket)),), changes={"quiet_until": ticket.answer_by})


# --- LAPOR ---

REPORT = Form(key="report", questions=(Written(key="words", text="report.ask", most=1000, third="lost"),))


def report(desk: Desk, spoken: Spoken) -> Next:
    """Ask what happened; no name is needed."""
    return Next(open="report")


def reported(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """A ticket. Without consent it is kept without the chat it came from."""
    known = desk.chat.person_id is not None
    ticket = tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id if known else None,
        person_id=desk.chat.person_id,
        topic=Topic.REPORT,
        words=str(turn.answers["words"]),
        context={},
        office=desk.office,
        now=desk.now,
    )
    return Next((Note("report.done", _values(ticket)), Note("report.about_us")))
