"""Mundur: an owner takes an application back; it is asked once more, and the place goes to another business."""

from __future__ import annotations

from conversation.form import Form
from conversation.kinds import Choice
from conversation.turn import Note, Turn
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Stage
from services import applications, dues, stages
from services.applications import Standing


def may(one: Standing) -> bool:
    """Until the certificate is issued one may withdraw."""
    return Stage.WITHDRAWN in stages.about(one.stage).then


def ask(one: Standing) -> Next:
    """Really?"""
    if not may(one):
        return Next((Note("stage.withdraw_none"),), open="menu")
    facts = {"application": one.application_id, "business": one.business, "programme": one.programme}
    return Next(open="leave_programme", facts=facts)


def form(facts: Facts) -> Form:
    """Yes or no, with the names of both."""
    sure = Choice(
        key="sure",
        text="stage.withdraw_ask",
        prompt="stage.withdraw_ask",
        outright=("yes",),
        fill=lambda answers: {"business": facts["business"], "programme": facts["programme"]},
        third="lost",
    )
    return Form(key="leave_programme", questions=(sure,))


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Withdrawn and its place free, or everything as it was."""
    application_id = int(turn.run.facts["application"])
    mine = applications.of_person(desk.session, desk.chat.person_id) if desk.chat.person_id is not None else []
    one = next((each for each in mine if each.application_id == application_id), None)
    if one is None or not may(one):
        return Next((Note("stage.withdraw_none"),), open="menu")
    if turn.answers["sure"] != "yes":
        return Next((Note("stage.withdraw_kept"),), open="menu")
    applications.withdraw(desk.session, application_id, now=desk.now, by="owner")
    dues.void_planned(desk.session, desk.chat.id, one.business_id)
    return Next((Note("stage.MENGUNDURKAN_DIRI.tell", {"business": one.business}),), open="menu")
