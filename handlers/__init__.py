"""The conversation handlers: which words start what, and what happens when a form is finished. Read this first."""

from __future__ import annotations

from dataclasses import replace

from conversation.form import Form
from conversation.run import Run
from conversation.said import Said
from conversation.turn import Note, Turn
from handlers import (
    after,
    announcing,
    check,
    consent,
    correct,
    erase,
    event_after,
    event_join,
    event_mine,
    events,
    finding,
    guiding,
    helping,
    interest,
    ladder,
    mend,
    menu,
    move,
    my_data,
    nudge,
    officer,
    owner,
    place,
    questions,
    recheck,
    registration,
    result,
    staff,
    started,
    status,
    stop,
    todo,
    trouble,
    upgrade,
    whose,
    withdraw,
)
from handlers.commands import Command
from handlers.desk import Desk, Reply
from handlers.dispatch import answer as _answer
from handlers.next import Facts, Handler, Next, fixed
from handlers.registry import Registry
from handlers.spoken import Spoken
from models import Purpose
from services import confirmations
from services.stuck import Standing


def begin(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Go on to the conversation that was wanted before a consent was asked for."""
    then = str(turn.run.facts["then"])
    return (event_join.after_consent(then) or STARTS[then])(desk, spoken)


def _menu_chosen(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    return STARTS[str(turn.answers["service"])](desk, spoken)


def _menu(desk: Desk, spoken: Spoken) -> Next:
    """The menu; where an officer is answering, it wakes the bot."""
    follow, woken = menu.start(desk, spoken), officer.woken(desk)
    changes = {"quiet_until": None} if woken else {}
    return replace(follow, notes=(*woken, *follow.notes), changes={**follow.changes, **changes})


def _events_again(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    return events.start(desk, spoken)


def _typed(desk: Desk, spoken: Spoken, text: str) -> Next | None:
    """ "BTN-2026-004312", "ACARA SOS01", "CEK UNDANGAN SOS01", "/siaran"."""
    return status.typed(desk, spoken, text) or events.typed(desk, spoken, text) or announcing.typed(desk, spoken, text)


def _thanks(desk: Desk, spoken: Spoken) -> Next:
    return Next((Note("common.thanks_reply"),))


def _lost(desk: Desk, spoken: Spoken) -> Next:
    return Next((Note("common.not_understood_1"),), open="menu", facts={"prompt": "", "draft": False})


def _help(desk: Desk, spoken: Spoken) -> Next:
    return Next((Note("common.help_outside"),), open="menu", facts={"prompt": "", "draft": False})


def _paired(desk: Desk, spoken: Spoken, word: str, about: str) -> Next | None:
    """ "SUDAH T-118", "MINAT 4": a word and what it is about."""
    if about.startswith("t-"):
        return officer.typed(desk, spoken, word, int(about[2:]))
    return interest.typed(desk, spoken, about) if word in spoken.words("common.words.interest") else None


def _not_me(desk: Desk, spoken: Spoken) -> Next:
    """ "BUKAN SAYA": an owner of whom a helper says they are theirs, or somebody whose chat was joined to another."""
    asked = confirmations.only_open(desk.session, desk.chat.id)
    return owner.no(desk, asked) if asked else move.not_me(desk, spoken)


def _chosen_form(facts: Facts) -> Form:
    return Form(key="begin", questions=())


STARTS = {
    "journey": menu.journey,
    "check": check.start,
    "resume": menu.resume,
    "status": status.start,
    "events": events.start,
    "questions": questions.start,
    **{f"faq.{page}": questions.opener(page) for page in finding.PAGES},
    "interest": interest.start,
    **{f"interest.{step}": interest.opener(step) for step in interest.STEPS},
    "officer": officer.start,
    "my_data": my_data.start,
    "language": menu.language,
}

HANDLERS = {
    "begin": Handler(_chosen_form, begin),
    "feedback": Handler(fixed(event_after.FEEDBACK), event_after.finish),
    "start_journey": Handler(event_after.start_form, event_after.started),
    "menu": Handler(menu.form, _menu_chosen),
    "language": Handler(fixed(menu.LANGUAGE), menu.language_set),
    "resume": Handler(menu.resume_form, menu.resume_finish),
    "consent_service": Handler(fixed(consent.form(Purpose.SERVICE)), consent.service_given),
    "consent_announcements": Handler(fixed(consent.form(Purpose.ANNOUNCEMENTS)), consent.announcements_given),
    "check": Handler(check.form, check.finish, check.stop, kept=True),
    "result": Handler(result.form, result.finish),
    "why": Handler(result.why_form, result.why_finish, extra=result.why_options),
    "registration": Handler(registration.form, registration.finish, registration.stop, kept=True),
    "placed": Handler(place.form, place.finish),
    "after": Handler(after.form, after.finish),
    "which_business": Handler(whose.form, whose.chosen, extra=whose.options),
    "helper_list": Handler(helping.form, helping.chosen, extra=helping.options),
    "helper_next": Handler(helping.next_form, helping.next_chosen),
    "move": Handler(fixed(move.NEW_PHONE), move.chosen),
    "link_lost": Handler(move.lost_form, move.lost, move.declined),
    "status": Handler(status.form, status.chosen),
    "status_which": Handler(status.which_form, status.which_chosen, extra=status.which_options),
    "ladder": Handler(ladder.form, ladder.chosen),
    "leave_programme": Handler(withdraw.form, withdraw.finish),
    "todo": Handler(_chosen_form, todo.opened),
    "todo_list": Handler(todo.list_form, todo.chosen, extra=todo.list_options),
    "todo_line": Handler(todo.line_form, todo.acted),
    "recheck": Handler(recheck.form, recheck.finish),
    "questions": Handler(questions.form, questions.finish),
    "faq_maybe": Handler(questions.maybe_form, questions.maybe_chosen, extra=questions.maybe_options),
    "faq_not_found": Handler(questions.not_found_form, questions.not_found_chosen),
    "events": Handler(events.form, events.chosen, extra=events.options),
    "events_again": Handler(_chosen_form, _events_again),
    "event": Handler(events.detail_form, event_join.chosen),
    "event_join": Handler(event_join.form, event_join.finish, extra=event_join.options),
    "event_in": Handler(event_mine.in_form, event_mine.acted),
    "events_mine": Handler(event_mine.form, event_mine.chosen, extra=event_mine.options),
    "interest": Handler(interest.form, interest.finish),
    "call": Handler(officer.call_form, officer.to_be_called, officer.declined),
    "officer": Handler(officer.form, officer.finish, officer.declined),
    "report": Handler(fixed(officer.REPORT), officer.reported),
    "siaran": Handler(announcing.form, announcing.written),
    "siaran_sure": Handler(announcing.sure_form, announcing.decided),
    "trouble": Handler(fixed(trouble.AGAIN), trouble.chosen),
    "stop": Handler(fixed(stop.STOP), stop.stopped),
    "stop_like": Handler(fixed(stop.LIKE), stop.meant),
    "start": Handler(fixed(stop.START), stop.started),
    "my_data": Handler(my_data.form, my_data.chosen),
    "mend": Handler(mend.form, mend.finish),
    "correct": Handler(correct.form, correct.finish, extra=correct.options),
    "withdraw_consent": Handler(erase.withdraw_form, erase.withdrawn),
    "delete": Handler(fixed(erase.DELETE), erase.deleted),
}

ACTIONS = {
    Command.STOP: stop.stop,
    Command.STOP_LIKE: stop.like,
    Command.START: stop.start,
    Command.MENU: _menu,
    Command.GREETING: _menu,
    Command.BACK: _menu,
    Command.CANCEL: _menu,
    Command.HELP: _help,
    Command.RESUME: menu.resume,
    Command.OFFICER: officer.start,
    Command.CALL_ME: officer.call,
    Command.READ_ANSWER: officer.waiting,
    Command.STILL_WAITING: officer.waiting,
    Command.SETTLED: officer.settled,
    Command.INTEREST: interest.start,
    Command.MY_DATA: my_data.start,
    Command.DELETE: erase.delete,
    Command.LANGUAGE: menu.language,
    Command.ENGLISH: menu.english,
    Command.INDONESIAN: menu.indonesian,
    Command.CHECK: menu.journey,
    Command.REGISTER: menu.journey,
    Command.STATUS: status.start,
    Command.LADDER: status.to_ladder,
    Command.WITHDRAW: status.to_withdraw,
    Command.EVENTS: events.start,
    Command.QUESTIONS: questions.start,
    Command.REPORT: officer.report,
    Command.GENUINE: questions.genuine,
    Command.TODO: todo.start,
    Command.HAVE_NIB: recheck.have_nib,
    Command.MOVE: move.start,
    Command.NOT_ME: _not_me,
    Command.SWITCH: whose.switch,
    Command.MAKERS: helping.start,
    Command.NEW_ONE: helping.new_one,
    Command.THANKS: _thanks,
}

LINKS = {
    "daftar": menu.journey,
    "register": menu.journey,
    "cek": menu.journey,
    "status": status.start,
    "acara": events.start,
    "tanya": questions.start,
    "petugas": officer.start,
    "lapor": officer.report,
}

REGISTRY = Registry(
    handlers=HANDLERS,
    actions=ACTIONS,
    links=LINKS,
    deep=events.link,
    first=menu.first,
    menu=menu.plain,
    lost=_lost,
    coded=started.coded,
    started={**started.BUTTONS, "ticket": officer.tapped, "nudge": nudge.tapped, "link": move.tapped},
    six_digits=move.six_digits,
    stuck=officer.stuck,
    quiet=officer.quiet,
    photo=officer.photo,
    asked=questions.asked,
    paired=_paired,
    typed=_typed,
)


def answer(desk: Desk, said: Said) -> Reply:
    """The reply to one message: what the inbox calls."""
    reply = staff.hear(desk, said) or _answer(desk, said, REGISTRY)
    return officer.hand_over(desk, said, reply) if desk.chat.answer_waits else reply


def sorry(desk: Desk, again: bool) -> Reply:
    """The reply to a message a fault of ours ate; `again` if it was not the first."""
    return trouble.sorry(desk, REGISTRY, again)


class Guide:
    """What officers do in one chat, and what they see of it, with the conversations as they are."""

    def __init__(self, desk: Desk, officer: str = "") -> None:
        self._desk, self._officer = desk, officer

    def standing(self) -> Standing | None:
        """At which question somebody is."""
        return guiding.standing(self._desk, REGISTRY)

    def again(self) -> Reply | None:
        """The open question once more."""
        return guiding.again(self._desk, REGISTRY, self._officer)

    def back(self) -> Reply | None:
        """One question back."""
        return guiding.one_back(self._desk, REGISTRY, self._officer)

    def lay_aside(self) -> Reply:
        """What is open is closed, and kept."""
        return guiding.lay_aside(self._desk, REGISTRY)

    def go_on(self) -> Reply:
        """The bot speaks again."""
        return guiding.go_on(self._desk, REGISTRY, self._officer)


def counted(form: str, answers: Facts, facts: Facts) -> tuple[int, int] | None:
    """At which question a form that was left stands, and of how many."""
    return upgrade.stands(HANDLERS, Run("", form, answers, {}, facts))


__all__ = ["Desk", "Guide", "Reply", "answer", "counted", "sorry"]
