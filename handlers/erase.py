"""Tarik izin dan hapus data: asked once more, done at once, said goodbye to."""

from __future__ import annotations

from conversation.form import Form
from conversation.kinds import Choice
from conversation.question import Answers
from conversation.turn import Note, Turn
from handlers import consent
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import Spoken
from models import Purpose, RequestKind, Stopped
from services import consents, erasure, requests

# --- delete ---


def delete(desk: Desk, spoken: Spoken) -> Next:
    """It cannot be undone, so it is asked once more."""
    if desk.chat.person_id is None:
        return Next((Note("my_data.nothing"),), open="menu")
    return Next(open="delete")


SURE = Choice(
    key="sure",
    text="my_data.delete_sure",
    prompt="my_data.delete_sure",
    outright=consent.YES,
    required=True,
    third="lost",
)
DELETE = Form(key="delete", questions=(SURE,))


def deleted(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Gone at once; or the messages stop and everything else stays; or nothing happens."""
    sure = str(turn.answers["sure"])
    if sure == "stop_only":
        return Next((Note("stop.everything"),), changes={"stopped": Stopped.EVERYTHING})
    if sure == "no" or desk.chat.person_id is None:
        return Next(open="menu")
    submitted = _erased(desk, spoken, desk.chat.person_id, RequestKind.DELETE, None, "my_data.delete_sure")
    goodbye = Note("my_data.deleted", {"date": desk.office.local_day(desk.now)})
    return Next((goodbye, *((Note("my_data.delete_elsewhere"),) if submitted else ())))


def _erased(desk: Desk, spoken: Spoken, person_id: int, kind: RequestKind, detail: str | None, shown: str) -> bool:
    """Every consent that stands is withdrawn, with proof of what was shown, and everything else goes."""
    for purpose, given in consents.standing(desk.session, person_id).items():
        if given:
            consent.record(desk, spoken, purpose, given=False, shown=shown)
    done = erasure.erase(
        desk.session, person_id=person_id, conversation_id=desk.chat.id, kind=kind, detail=detail, now=desk.now
    )
    return done.submitted


# --- withdraw ---


def withdraw(desk: Desk, spoken: Spoken) -> Next:
    """Which of the consents that stand."""
    if desk.chat.person_id is None:
        return Next((Note("my_data.nothing"),), open="menu")
    standing = consents.standing(desk.session, desk.chat.person_id)
    given = [purpose.value for purpose in Purpose if standing.get(purpose)]
    return Next(open="withdraw_consent", facts={"given": given})


def withdraw_form(facts: Facts) -> Form:
    """The service is asked about once more: without it nothing else can go on."""
    which, sure = "consent.withdraw_which", "consent.withdraw_service_sure"
    ids = [p for p in ("announcements", "reminders", "service") if p in facts["given"]]
    first = Choice(key="which", text=which, prompt=which, ids=ids, required=True, third="lost")
    once_more = Choice(
        key="sure", text=sure, prompt=sure, when=_service, outright=consent.YES, required=True, third="lost"
    )
    return Form(key="withdraw_consent", questions=(first, once_more))


def _service(answers: Answers) -> bool:
    return answers.get("which") == Purpose.SERVICE.value


def withdrawn(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Written down and in force from this moment. Without the service there is nothing left to keep data for."""
    if turn.answers.get("sure") == "no" or desk.chat.person_id is None:
        return Next(open="menu")
    purpose = Purpose(str(turn.answers["which"]))
    today = desk.office.local_day(desk.now)
    if purpose is Purpose.SERVICE:
        shown, person_id = "consent.withdraw_service_sure", desk.chat.person_id
        submitted = _erased(desk, spoken, person_id, RequestKind.WITHDRAW, purpose.value, shown)
        goodbye = Note("consent.withdrawn_service", {"date": today})
        return Next((goodbye, *((Note("my_data.delete_elsewhere"),) if submitted else ())))
    consent.record(desk, spoken, purpose, given=False, shown="consent.withdraw_which")
    requests.ask(
        desk.session,
        person_id=desk.chat.person_id,
        conversation_id=desk.chat.id,
        kind=RequestKind.WITHDRAW,
        detail=purpose.value,
        now=desk.now,
        done=True,
    )
    label = spoken.marked(spoken.said(f"my_data.purposes.{purpose.value}", {}))
    return Next((Note("consent.withdrawn", {"label": label, "date": today}),), open="menu")
