"""Pemilik ditanya: the owner of a business that a helper entered says whether it is so, in their own chat."""

from __future__ import annotations

from dataclasses import replace

from conversation.turn import Note
from handlers.desk import Desk
from handlers.next import Next
from handlers.spoken import Spoken
from models import Confirmation, Purpose
from services import applications, confirmations, consents
from texts import digest

TEXT = "helper.owner_confirm"
YES, NO = frozenset(("yes", "agree")), frozenset(("no", "not_mine"))


def answered(desk: Desk, spoken: Spoken, which: str, option: str) -> Next | None:
    """The answer, by the row's id (a button) or its code (typed). None: no such question is open in this chat."""
    confirmation = confirmations.find(desk.session, conversation_id=desk.chat.id, which=which)
    if confirmation is None:
        return None
    if option in YES:
        return _yes(desk, spoken, confirmation)
    if option in NO:
        return no(desk, confirmation)
    return _page(desk, spoken, confirmation)


def _yes(desk: Desk, spoken: Spoken, confirmation: Confirmation) -> Next:
    """The consent is kept with what was shown; from here on we know the owner, and the business is theirs."""
    values = confirmations.words(desk.session, confirmation, spoken.language, desk.texts, desk.office)
    version, _ = desk.texts.version(TEXT, spoken.language)
    owner_id = consents.record(
        desk.session,
        conversation_id=desk.chat.id,
        purpose=Purpose.SERVICE,
        given=True,
        text_version=version,
        text_hash=digest(spoken.said(TEXT, values)),
        language=spoken.language,
        channel=desk.chat.channel,
        now=desk.now,
    )
    if owner_id is None:
        raise LookupError("a consent that was given made nobody")
    business = confirmations.confirm(desk.session, confirmation, owner_id, desk.office, desk.now)
    desk.chat = replace(desk.chat, person_id=owner_id)
    mine = [s for s in applications.of_person(desk.session, owner_id) if s.business_id == business.id]
    values = {"owner": business.owner_name, "number": mine[-1].number if mine else ""}
    return Next((Note("helper.owner_yes", values),), open="menu", changes={"business_id": business.id})


def no(desk: Desk, confirmation: Confirmation) -> Next:
    """What was asked for in their name is taken back."""
    confirmations.refuse(desk.session, confirmation, desk.office, desk.now)
    return Next((Note("helper.owner_no"),), open="menu")


def _page(desk: Desk, spoken: Spoken, confirmation: Confirmation) -> Next:
    values = confirmations.words(desk.session, confirmation, spoken.language, desk.texts, desk.office)
    return Next((Note("helper.owner_page", values),))
