"""Menyetujui: somebody else says yes to exactly what they saw; in that moment audience and texts are frozen."""

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Broadcast, BroadcastState, Lane, Language, Session, Staff
from services import audit, deliveries, staff
from services.broadcasts import attaching, drafting, selecting
from services.broadcasts.audience import Audience, all_within, demand_all, in_words
from services.broadcasts.running import BroadcastRefused, Why, locked
from services.broadcasts.selecting import Count
from services.broadcasts.wording import Addressee, bubble, words_of
from services.office import Office
from services.staff import Actor, Forbidden, Right, Via, demand
from texts.bubble import Bubble, Button, Shape
from texts.filling import Marked

if TYPE_CHECKING:
    from texts import Catalogue

MAKES_SENSE = dt.timedelta(days=3)


def ask(session: Session, actor: Actor, number: int, *, texts: "Catalogue", office: Office, now: dt.datetime) -> int:
    """Ask for approval: the one who is named, else all who may; how many were told. Raises BroadcastRefused."""
    demand(actor, Right.DRAFT)
    row = locked(session, number)
    demand_all(Audience.from_json(row.audience), actor, Right.DRAFT)
    if row.state is not BroadcastState.DRAFT:
        raise BroadcastRefused(Why.STATE)
    found = selecting.count(session, Audience.from_json(row.audience), drafting.terms(session, row, texts, office), now)
    if not found.total:
        raise BroadcastRefused(Why.EMPTY)
    row.state, row.asked_at = BroadcastState.ASKED, now
    session.flush()
    told = _tell(session, row, found, texts, now, only=row.approver)
    audit.note(session, actor, "broadcast.asked", f"broadcast:{number}", after={"version": row.version}, now=now)
    return told


def approve(
    session: Session, actor: Actor, number: int, version: int, *, texts: "Catalogue", office: Office, now: dt.datetime
) -> Broadcast:
    """Freeze it and let it go at its time. `version` is what was seen. Raises BroadcastRefused, Forbidden.

    From `office.announcing.second_from` recipients on, by somebody else with the right; below, whoever drafts may.
    """
    row = _approvable(session, actor, number, version, now)
    return _freeze(session, actor, row, texts, office, now)


def promise(session: Session, actor: Actor, number: int, version: int, now: dt.datetime) -> Broadcast:
    """The same yes, from a chat: it is kept at once, and the freeze is a worker's (`settle`). Raises as `approve`.

    To freeze a hundred thousand takes seconds, in which whoever answers in chats would answer nobody.
    """
    row = _approvable(session, actor, number, version, now)
    if row.state is BroadcastState.ASKED:  # so somebody else is to say it, however many they are now
        _second(actor, row)
    row.state, row.approved_at, row.approved_by = BroadcastState.FREEZING, now, actor.name
    row.approved_staff = actor.staff_id
    session.flush()
    about = {"version": version}
    audit.note(session, actor, "broadcast.promised", f"broadcast:{number}", after=about, now=now)
    return row


def settle(session: Session, texts: "Catalogue", office: Office, now: dt.datetime) -> int | None:
    """Freeze one broadcast somebody said yes to in a chat, and tell them what came of it; its number. None: none waits.

    Two workers at once take different ones. Where it cannot be, it waits for a yes again.
    """
    query = sa.select(Broadcast).where(Broadcast.state == BroadcastState.FREEZING).order_by(Broadcast.id).limit(1)
    row = session.scalars(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)).first()
    if row is None:
        return None
    account = session.get(Staff, row.approved_staff) if row.approved_staff is not None else None
    chat = drafting.chat_of(session, row.approved_staff)
    language = (chat.language if chat else None) or Language.ID
    try:
        if account is None or account.disabled_at is not None:
            raise BroadcastRefused(Why.OWN)
        with session.begin_nested():
            _freeze(session, staff.actor_of(account, Via.CHAT), row, texts, office, now)
        values = {"number": f"S-{row.id}", "count": row.total, "deadline": row.send_at}
        said = texts.text("broadcast.approved", language, **values)
    except (BroadcastRefused, Forbidden) as refused:
        session.refresh(row)
        row.state, row.approved_at, row.approved_by, row.approved_staff = BroadcastState.ASKED, None, None, None
        why = refused.why.value if isinstance(refused, BroadcastRefused) else Why.OWN.value
        said = texts.text(f"broadcast.refused.{why}", language)
    session.flush()
    if chat is not None:
        deliveries.post(
            session, conversation_id=chat.id, bubble=Bubble(said), lane=Lane.NOTICE,
            because=f"broadcast_settled:{row.id}", now=now,
        )  # fmt: skip
    return row.id


def _approvable(session: Session, actor: Actor, number: int, version: int, now: dt.datetime) -> Broadcast:
    """The broadcast, locked, if this account may say yes to this version of it now."""
    demand(actor, Right.DRAFT if Right.APPROVE not in actor.rights else Right.APPROVE)
    row = locked(session, number)
    demand_all(Audience.from_json(row.audience), actor, Right.APPROVE)
    if row.state not in (BroadcastState.DRAFT, BroadcastState.ASKED):
        raise BroadcastRefused(Why.STATE)
    if row.version != version:
        raise BroadcastRefused(Why.CHANGED)
    if row.expires_at is not None and row.expires_at <= now:
        raise BroadcastRefused(Why.EXPIRED)
    return row


def _freeze(
    session: Session, actor: Actor, row: Broadcast, texts: "Catalogue", office: Office, now: dt.datetime
) -> Broadcast:
    if not attaching.hold(session, row, now):
        raise BroadcastRefused(Why.FILE)
    audience, given = Audience.from_json(row.audience), drafting.terms(session, row, texts, office)
    with session.begin_nested():  # whom it may not go to is not written down
        frozen = selecting.freeze(session, row.id, audience, given, now)
        _enough(actor, row, frozen.total, office)
    row.total, row.left_out = frozen.total, {why.value: many for why, many in frozen.left.items()}
    row.state, row.send_at = BroadcastState.SCHEDULED, drafting.starts(row, office, now)
    row.approved_at, row.approved_by, row.approved_staff = now, actor.name, actor.staff_id
    session.flush()
    about = {"version": row.version, "count": row.total}
    audit.note(session, actor, "broadcast.approved", f"broadcast:{row.id}", after=about, now=now)
    return row


def _enough(actor: Actor, row: Broadcast, total: int, office: Office) -> None:
    """After the freeze, so that it is about those who will get it."""
    if not total:
        raise BroadcastRefused(Why.EMPTY)
    if total < office.announcing.second_from:
        return
    _second(actor, row)


def _second(actor: Actor, row: Broadcast) -> None:
    demand(actor, Right.APPROVE)
    if not staff.is_second(actor, row.created_staff) or actor.name == row.created_by:
        raise BroadcastRefused(Why.OWN)


def reject(session: Session, actor: Actor, number: int, version: int, now: dt.datetime) -> Broadcast:
    """Give it back to who wrote it. Raises BroadcastRefused, Forbidden."""
    demand(actor, Right.APPROVE)
    row = locked(session, number)
    demand_all(Audience.from_json(row.audience), actor, Right.APPROVE)
    if row.state is not BroadcastState.ASKED:
        raise BroadcastRefused(Why.STATE)
    if row.version != version:
        raise BroadcastRefused(Why.CHANGED)
    row.state, row.asked_at, row.reminded_at = BroadcastState.DRAFT, None, None
    audit.note(session, actor, "broadcast.rejected", f"broadcast:{number}", after={"version": version}, now=now)
    return row


def remind(session: Session, texts: "Catalogue", office: Office, now: dt.datetime) -> int:
    """Who was asked has not answered: now all who may approve are asked, once; how many broadcasts."""
    late = now - dt.timedelta(hours=office.announcing.remind_hours)
    waits = sa.and_(
        Broadcast.state == BroadcastState.ASKED, Broadcast.asked_at <= late, Broadcast.reminded_at.is_(None)
    )
    rows = session.scalars(sa.select(Broadcast).where(waits).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.reminded_at = now
        given = drafting.terms(session, row, texts, office)
        found = selecting.count(session, Audience.from_json(row.audience), given, now)
        _tell(session, row, found, texts, now)
    session.flush()
    return len(rows)


def approvers(session: Session, row: Broadcast) -> list[Staff]:
    """Who may say yes to it: another account with the right, for all the kab/kota it goes to."""
    audience, found = Audience.from_json(row.audience), []
    for account in session.scalars(sa.select(Staff).where(Staff.disabled_at.is_(None)).order_by(Staff.id)):
        actor = staff.actor_of(account, Via.PROGRAM)
        second = Right.APPROVE in actor.rights and staff.is_second(actor, row.created_staff)
        if second and all_within(audience, actor):
            found.append(account)
    return found


def candidates(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Whom an account may ask for a yes: name and how they are called. Raises Forbidden."""
    demand(actor, Right.DRAFT)
    rows = session.scalars(sa.select(Staff).where(Staff.disabled_at.is_(None)).order_by(Staff.display_name))
    others = (row for row in rows if staff.is_second(actor, row.id))
    may = (row for row in others if Right.APPROVE in staff.actor_of(row, Via.PROGRAM).rights)
    return [(row.name, row.display_name or row.name) for row in may]


def _tell(
    session: Session, row: Broadcast, found: Count, texts: "Catalogue", now: dt.datetime, only: str | None = None
) -> int:
    asked = approvers(session, row)
    named = [account for account in asked if account.name == only]
    told = 0
    for account in named or asked:
        chat = drafting.chat_of(session, account.id)
        if chat is None:
            continue
        deliveries.post(
            session, conversation_id=chat.id, bubble=request(row, found, texts, chat.language or Language.ID),
            lane=Lane.NOTICE, because=f"broadcast_ask:{row.id}", now=now, expires_at=now + MAKES_SENSE,
        )  # fmt: skip
        told += 1
    return told


def request(row: Broadcast, found: Count, texts: "Catalogue", language: Language) -> Bubble:
    """What an approver reads, with its two buttons: they carry the version that is shown."""
    about = f"{row.id}.{row.version}"
    shown = bubble(words_of(row), Addressee(language), texts)
    labels = [(option, texts.text(f"broadcast.request_{option}", language)) for option in ("approve", "reject")]
    text = texts.text(
        "broadcast.request", language, number=f"S-{row.id}", officer=row.created_by, count=found.total,
        items=in_words(Audience.from_json(row.audience), texts, language), text=Marked(shown.text),
    )  # fmt: skip
    buttons = tuple(Button(f"siaran|{about}|{option}", label) for option, label in labels)
    return Bubble(text, shape=Shape.CHOICE, buttons=buttons, extra=shown.extra)
