"""What falls due: "ingatkan saya 2 minggu lagi" is a row, asked once, by day, answered by a tap or its code."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from models import (
    Application,
    Business,
    Conversation,
    Due,
    DueKind,
    DueState,
    Lane,
    Language,
    Person,
    Purpose,
    Reachable,
    Session,
    Stage,
    Stopped,
    Topic,
)
from models.prepared import Prepared
from services import chats, consents, deliveries, tickets
from services.codes import next_code
from services.office import Office
from services.stages import Turn, about
from texts import Marked, MissingValue, UnknownText
from texts.bubble import Bubble, Button, Shape
from texts.filling import shown

if TYPE_CHECKING:
    from texts import Catalogue

TOO_LATE = dt.timedelta(days=14)
MAKES_SENSE = dt.timedelta(days=3)  # a reminder that could not be sent within this time is not sent any more
SAID = re.compile(r"[0-9]{1,18}|[A-Z][0-9]{1,2}")  # a row's number, or a code
OPEN = (DueState.PLANNED, DueState.ASKED)
LETTERS = {DueKind.TODO: "T", DueKind.FOLLOW_UP: "F", DueKind.PROMISE: "P", DueKind.RECEIVED: "H"}
KEYS = {DueKind.TODO: "todo.remind", DueKind.FOLLOW_UP: "todo.follow_up", DueKind.PROMISE: "place.late_sorry"}


def lost(due: Due, chat: Conversation, consented: bool, now: dt.datetime) -> DueState | None:
    """Why a question is not asked: VOID, the person would not want it or not get it; MISSED, it is too late."""
    if chat.stopped is Stopped.EVERYTHING or chat.reachable is not Reachable.YES or not consented:
        return DueState.VOID
    return DueState.MISSED if now - due.due_at > TOO_LATE else None


@dataclass(frozen=True, slots=True)
class Planned:
    """What will be asked: its row, and the code that a typed answer names."""

    id: int
    code: str


class _Open(NamedTuple):
    """A question that is planned, or waits for its answer."""

    id: int
    code: str
    kind: DueKind
    state: DueState
    about: Mapping[str, Any]


_IT, _IN_CHAT = Due.id == sa.bindparam("it"), Due.conversation_id == sa.bindparam("it")
_LOCK_CHAT = Prepared(
    sa.select(Conversation.id).where(Conversation.id == sa.bindparam("it")).with_for_update(key_share=True)
)
_OPEN_ONES = Prepared(
    sa.select(*(getattr(Due, name) for name in _Open._fields))
    .where(_IN_CHAT, sa.or_(*(Due.state == state for state in OPEN)))
    .order_by(Due.id)
)
_LAST_CODE = Prepared(
    sa.select(Due.code).where(_IN_CHAT, Due.code.like(sa.bindparam("letter"))).order_by(Due.id.desc()).limit(1)
)
_PLANNED = ["conversation_id", "person_id", "kind", "code", "about", "due_at", "state"]
_PLAN = Prepared(sa.insert(Due).returning(Due.id), _PLANNED)
_MOVE = Prepared(sa.update(Due).where(_IT).values(due_at=sa.bindparam("when")))
_VOID = Prepared(sa.update(Due).where(_IT).values(state=DueState.VOID))


def plan(
    session: Session,
    *,
    conversation_id: int,
    person_id: int | None,
    kind: DueKind,
    about: Mapping[str, Any],
    due_at: dt.datetime,
) -> Planned:
    """Ask about something later. What is planned already is moved to the new time, not asked twice.

    `about` is JSON. TODO and FOLLOW_UP: "reason" (a code with texts `reason.<code>.short`), "values" for that text,
    "business_id", and whatever the answer needs. PROMISE and RECEIVED: "application_id".
    """
    session.flush()
    _LOCK_CHAT.run(session, {"it": conversation_id})  # its codes are given out one at a time
    open_ones = [_Open(*row) for row in _OPEN_ONES.rows(session, {"it": conversation_id})]
    for known in open_ones:
        if known.state is DueState.PLANNED and known.kind is kind and known.about == dict(about):
            _MOVE.run(session, {"it": known.id, "when": due_at})
            return Planned(known.id, known.code)
    letter = LETTERS[kind]
    code = next_code(letter, {due.code for due in open_ones}, _last_code(session, conversation_id, letter))
    values = {"conversation_id": conversation_id, "person_id": person_id, "kind": kind, "code": code}
    row = {**values, "about": dict(about), "due_at": due_at, "state": DueState.PLANNED}
    ((new_id,),) = _PLAN.rows(session, row)
    return Planned(new_id, code)


def promise(
    session: Session, *, conversation_id: int, person_id: int | None, application_id: int, due_at: dt.datetime
) -> Planned:
    """Should the day pass without news of an application, its owner is told so and given another."""
    return plan(
        session, conversation_id=conversation_id, person_id=person_id, kind=DueKind.PROMISE,
        about={"application_id": application_id}, due_at=due_at,
    )  # fmt: skip


def void_planned(session: Session, conversation_id: int, business_id: int | None) -> int:
    """Ask no more what was planned about a business; None: about a check that belonged to none. How many."""
    session.flush()
    open_ones = [_Open(*row) for row in _OPEN_ONES.rows(session, {"it": conversation_id})]
    planned = [due for due in open_ones if due.state is DueState.PLANNED and "reason" in due.about]
    lost_reason = [{"it": due.id} for due in planned if due.about.get("business_id") == business_id]
    if lost_reason:
        _VOID.many(session, lost_reason)
    return len(lost_reason)


def broken(session: Session, person_id: int, application_id: int, since: dt.datetime) -> bool:
    """Whether a day that was promised for an application has passed without news since a moment."""
    mine = sa.and_(Due.person_id == person_id, Due.kind == DueKind.PROMISE, Due.asked_at >= since)
    return any(due.about.get("application_id") == application_id for due in session.scalars(sa.select(Due).where(mine)))


def _last_code(session: Session, conversation_id: int, letter: str) -> str | None:
    found = _LAST_CODE.rows(session, {"it": conversation_id, "letter": f"{letter}%"})
    return str(found[0][0]) if found else None


def answer(session: Session, *, conversation_id: int, code: str, answer: str, now: dt.datetime) -> Due | None:
    """Note what a person answered. `code` is what they typed ("t5"), or the row's number that a button carries ("17").

    None: no such question in this chat, or the same answer once more. An old message may still be answered, and an
    answer may be changed: somebody who said "belum" is done a week later.
    """
    mine, said = Due.conversation_id == conversation_id, code.strip().upper()
    if not SAID.fullmatch(said):
        return None
    which = Due.id == int(said) if said[0] in "0123456789" else Due.code == said
    open_first = sa.case((Due.state.in_(OPEN), 0), else_=1)
    query = sa.select(Due).where(mine, which).order_by(open_first, Due.id.desc()).limit(1)
    due = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if due is None or due.answer == answer:
        return None
    due.state, due.answer, due.answered_at = DueState.ANSWERED, answer, now
    session.flush()
    return due


def known(session: Session, conversation_id: int, code: str) -> bool:
    """Whether a question of this code was ever put in this chat."""
    mine = sa.and_(Due.conversation_id == conversation_id, Due.code == code.strip().upper())
    put = sa.or_(Due.state != DueState.PLANNED, Due.answer.is_not(None))  # answered, and to be asked again
    return session.scalars(sa.select(Due.id).where(mine, put).limit(1)).first() is not None


def sweep(session: Session, texts: "Catalogue", office: Office, now: dt.datetime, limit: int = 100) -> int:
    """Ask what is due, at most `limit` questions; how many were asked. By night nothing is done.

    The rows are claimed and their messages written in one transaction, and rows another sweep is at are passed over:
    two sweeps at once, or one cut short, ask nobody twice. Passed over, until the next sweep, is also a chat whose
    person is writing to us at this moment.
    """
    if not office.may_write(now):
        return 0
    query = sa.select(Due).join(Conversation, Conversation.id == Due.conversation_id)
    mine = Due.kind.in_(list(KEYS))  # "sudah terima?" is asked until it is answered: services.certificates
    query = query.where(mine, Due.state == DueState.PLANNED, Due.due_at <= now)
    query = query.order_by(Due.due_at, Due.id).limit(limit)
    claimed = query.with_for_update(skip_locked=True, key_share=True, of=(Due, Conversation))
    rows = list(session.scalars(claimed.execution_options(populate_existing=True)))
    asked = sum(_ask(session, due, texts, office, now) for due in rows)
    session.flush()
    return asked


@dataclass(frozen=True, slots=True)
class Message:
    """The text of a question, and what fills WhatsApp's template where the text itself may not be sent."""

    values: Mapping[str, Any]
    template: str
    template_values: tuple[str, ...]
    key: str | None = None  # where it is not that of its kind


def _ask(session: Session, due: Due, texts: "Catalogue", office: Office, now: dt.datetime) -> bool:
    chat = _chat(session, due)
    due.state = lost(due, chat, _consented(session, due), now) or DueState.ASKED
    if due.state is not DueState.ASKED:
        return False
    try:
        bubble = _bubble(session, due, chat.language or Language.ID, texts, office, now)
    except (MissingValue, UnknownText) as problem:
        _tell_office(session, due, Topic.TROUBLE, office, now, {"problem": str(problem)})
        due.state = DueState.VOID
        return False
    if bubble is None:
        due.state = DueState.VOID
        return False
    due.asked_at = now
    because, until = f"due:{due.id}", now + MAKES_SENSE
    deliveries.post(
        session,
        conversation_id=chat.id,
        bubble=bubble,
        lane=Lane.NOTICE,
        because=because,
        now=now,
        expires_at=until,
    )
    return True


def _chat(session: Session, due: Due) -> Conversation:
    """Who has several chats is asked where they wrote last; the question moves there, under a code free in it."""
    chat = session.get_one(Conversation, due.conversation_id, populate_existing=True)
    last = chats.last_used(session, due.person_id) if due.person_id is not None else None
    if last is None or last.id == chat.id:
        return chat
    theirs = session.scalars(sa.select(Due.code).where(Due.conversation_id == last.id, Due.state.in_(OPEN)))
    due.code, due.conversation_id = next_code(LETTERS[due.kind], set(theirs)), last.id
    return last


def _consented(session: Session, due: Due) -> bool:
    """A question planned before there was any consent was asked for by the person themselves."""
    return due.person_id is None or consents.agreed(session, due.person_id, Purpose.SERVICE)


def _tell_office(
    session: Session, due: Due, topic: Topic, office: Office, now: dt.datetime, context: Mapping[str, Any]
) -> None:
    tickets.open_ticket(
        session,
        conversation_id=due.conversation_id,
        person_id=due.person_id,
        topic=topic,
        words=None,
        context={"due_id": due.id, "kind": due.kind.value, **context},
        office=office,
        now=now,
    )


def _bubble(
    session: Session, due: Due, language: Language, texts: "Catalogue", office: Office, now: dt.datetime
) -> Bubble | None:
    """The message of a due row; None if the reason for it is gone."""
    key = KEYS[due.kind]
    if due.kind is DueKind.PROMISE:
        message = _broken_promise(session, due, language, texts, office, now)
    else:
        message = _reminder(session, due, language, texts)
    if message is None:
        return None
    buttons = tuple(
        Button(data=f"due|{due.id}|{option.id}", label=option.label, description=option.description)
        for option in (texts.options(key, language) if due.kind is not DueKind.PROMISE else ())
    )
    return Bubble(
        text=texts.text(message.key or key, language, **message.values),
        shape=Shape.CHOICE if buttons else Shape.PLAIN,
        buttons=buttons,
        numbered=True,  # a bare "1" belongs to the form that is open; the text names the words with their code
        template=message.template,
        template_values=message.template_values,
    )


def _reminder(session: Session, due: Due, language: Language, texts: "Catalogue") -> Message:
    business_id = due.about.get("business_id")
    business = session.get(Business, business_id) if business_id is not None else None
    person = session.get(Person, due.person_id) if due.person_id is not None else None
    name = (person and person.name) or (business.owner_name if business and not business.by_helper else "")
    what = business.name if business else texts.text("common.fallbacks.business", language)
    short = texts.text(f"reason.{due.about['reason']}.short", language, **due.about.get("values", {}))
    values = {"name": name, "short": Marked(short), "business": what, "code": due.code}
    # A template's variable may not be empty: without a name the business stands there.
    return Message(values, "todo_reminder_v1", (name or what, what, short, due.code))


def _broken_promise(
    session: Session, due: Due, language: Language, texts: "Catalogue", office: Office, now: dt.datetime
) -> Message | None:
    """News was promised by today. None if it came, or if a later day was promised since.

    Otherwise the office is told, a new day is promised, and the person hears both.
    """
    application = session.get(Application, due.about["application_id"], populate_existing=True)
    if application is None or application.stage in (Stage.WITHDRAWN, Stage.WAITING):
        return None  # who waits has regular news (services.waiting_news)
    if application.promised_at is None or application.promised_at > due.due_at:
        return None
    application.promised_at = office.promise(now, office.review_days)
    conversation_id, person_id = due.conversation_id, due.person_id
    _tell_office(session, due, Topic.PROMISE, office, now, {"application_id": application.id})
    promise(
        session, conversation_id=conversation_id, person_id=person_id, application_id=application.id,
        due_at=application.promised_at,
    )  # fmt: skip
    if about(application.stage).waits_for is Turn.AGENCY:
        return _no_news(session, application, language, texts, office.local_day(application.promised_at))
    days = office.local_day(due.due_at), office.local_day(application.promised_at)
    values = {"number": application.number, "due_date": days[0], "next_date": days[1]}
    shown_days = tuple(shown(day, language) for day in days)
    return Message(values, "promise_late_v1", (application.number, *shown_days))


def _no_news(
    session: Session, application: Application, language: Language, texts: "Catalogue", next_date: dt.date
) -> Message:
    """Another office has it: we can only say that it still lies there, and when we ask again."""
    stage = f"stage.{application.stage.value}"
    business = session.get_one(Business, application.business_id).name
    name, then = texts.text(f"{stage}.name", language), texts.text(f"{stage}.next", language)
    values = {"business": business, "stage": Marked(name), "next_date": next_date}
    filled = (business, application.number, name, then, shown(next_date, language))
    return Message(values, "stage_changed_v1", filled, key="stage.stale")
