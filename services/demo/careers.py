"""Jalan sebuah pengajuan: officers of the demo move it on from day to day, and owners answer or step back."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import Application, Conversation, Due, DueKind, Lane, Offer, OfferState, Stage, Ticket, Topic
from services import (
    applications,
    certificates,
    companions,
    correcting,
    deliveries,
    dues,
    history,
    moves,
    offering,
    offers,
)
from services.demo import names
from services.demo.scene import Act, Life, Scene
from services.inserting import quietly
from services.moves import Refused
from services.offers import Answer
from services.staff import Actor, covers
from services.stages import about
from services.telling import News, bubble

FIRST_MOVE = {Stage.DRAFTED: 4, Stage.PLACED: 4, Stage.READY: 4, Stage.LAPSED: 15}  # working days after the number
BETWEEN = {
    Stage.SUBMITTED: 4, Stage.COMPANION: 5, Stage.AGENCY: 4, Stage.FATWA: 3, Stage.ISSUED: 3, Stage.SENT_BACK: 4,
    Stage.REFUSED: 5, Stage.TO_REGULAR: 3, Stage.BILLED: 4, Stage.AUDIT: 3,
}  # fmt: skip
REASONS = {
    Stage.REFUSED: "Bahan utama tidak dapat dibuktikan halal.",
    Stage.TO_REGULAR: "Punya lebih dari satu gerai, perlu jalur reguler.",
    Stage.LAPSED: "Tidak ada kabar sesudah tiga kali dihubungi.",
    Stage.BILLED: "Tagihan LPH diterbitkan.",
}
# What owners answer to the offers of a demo, one after the other; None: nothing, so that an officer must call.
ANSWERS = (Answer.TAKE, None, Answer.SKIP, None, None)


def follow(scene: Scene, life: Life, began: dt.datetime) -> None:
    """Write into the diary what becomes of an application after its number."""
    at = began
    path = life.role.story.path
    for count, stage in enumerate(path, 1):
        at = scene.at_work(at, FIRST_MOVE[stage] if at == began else BETWEEN[stage])
        scene.on(at, _moving(scene, life, stage) if count == len(path) else _passing(scene, life, stage))
    if Stage.COMPANION in path:
        scene.on(scene.at_work(began, FIRST_MOVE[Stage.PLACED]), lambda now: _accompanied(scene, life, now))
    if path and path[-1] is Stage.SENT_BACK:
        scene.on(scene.at_work(at, 1), lambda now: _to_correct(scene, life, now))
    if life.role.story.withdraws:
        scene.on(scene.ago(life.role.story.withdraws, 8, 9), lambda now: _withdraw(scene, life, now))
    if life.role.story.received:
        scene.on(scene.at_work(at, 2), lambda now: _received(scene, life, now))


def _moving(scene: Scene, life: Life, stage: Stage) -> Act:
    return lambda now: move(scene, life, stage, now)


def _passing(scene: Scene, life: Life, stage: Stage) -> Act:
    return lambda now: _pass(scene, life, stage, now)


def officer(scene: Scene, regency: str) -> Actor:
    """An officer who works for this kab/kota."""
    mine = [actor for name, actor in scene.staff.items() if name.startswith("verifikator") and covers(actor, regency)]
    return scene.chance.choice(mine)


def move(scene: Scene, life: Life, to: Stage, at: dt.datetime) -> None:
    """An officer moves it. What the rules refuse by then, because something else became of it, stays as it is."""
    if life.application_id is None:
        return
    actor = officer(scene, life.role.regency)
    told: dict[str, Any] = {
        "note": scene.chance.choice(names.SENT_BACK) if to is Stage.SENT_BACK else REASONS.get(to),
        "certificate": f"ID3611000{life.role.number:07d}0126" if to is Stage.ISSUED else None,
        "audit_date": scene.office.local_day(at, 7) if to is Stage.AUDIT else None,
    }
    done = moves.move(
        scene.session, actor, life.application_id, to, now=at, office=scene.office, texts=scene.texts, **told
    )
    if not isinstance(done, Refused):
        _close_doubts(scene, life, actor, at)


def _pass(scene: Scene, life: Life, to: Stage, at: dt.datetime) -> None:
    """A step on the way: written into its history and told, in fewer statements than an officer's own move."""
    application = scene.session.get(Application, life.application_id) if life.application_id else None
    chat = scene.session.get_one(Conversation, life.conversation_id)
    if application is None or to not in about(application.stage).then:
        return
    days, note = about(to).promise, REASONS.get(to)
    application.promised_at = scene.office.promise(at, days) if days else None
    change_id = history.enter(scene.session, application, to, at, officer(scene, life.role.regency).called, note)
    told = News(to, note, None)
    shown = bubble(scene.session, application, told, chat=chat, texts=scene.texts, office=scene.office, now=at)
    deliveries.post(
        scene.session, conversation_id=chat.id, bubble=shown, lane=Lane.NOTICE, because=f"stage:{change_id}", now=at
    )


def _close_doubts(scene: Scene, life: Life, actor: Actor, at: dt.datetime) -> None:
    """What an officer was to look at has been looked at."""
    theirs = sa.and_(Ticket.conversation_id == life.conversation_id, Ticket.topic.in_((Topic.CHECK, Topic.PROMISE)))
    change = sa.update(Ticket).where(theirs, Ticket.closed_at.is_(None))
    scene.session.execute(quietly(change.values(closed_at=at, closed_by=actor.called)))


def make_good(scene: Scene, opened: dt.datetime, at: dt.datetime) -> None:
    """Broken promises of which the office was told before `opened` have been seen to."""
    old = sa.and_(Ticket.topic == Topic.PROMISE, Ticket.opened_at < opened, Ticket.closed_at.is_(None))
    by = scene.staff["verifikator"].called
    scene.session.execute(quietly(sa.update(Ticket).where(old).values(closed_at=at, closed_by=by)))


def _accompanied(scene: Scene, life: Life, at: dt.datetime) -> None:
    """The office gives it a companion, and its owner hears the name."""
    companion = scene.staff.get(companions.ROLE)
    if life.application_id is None or companion is None or companion.staff_id is None:
        return
    companions.assign(
        scene.session, officer(scene, life.role.regency), life.application_id, companion.staff_id,
        office=scene.office, texts=scene.texts, now=at,
    )  # fmt: skip


def _to_correct(scene: Scene, life: Life, at: dt.datetime) -> None:
    """What came back is asked for again in the chat; nobody has answered yet."""
    if life.application_id is not None:
        correcting.ask(
            scene.session, officer(scene, life.role.regency), life.application_id, ("products", "address"),
            scene.texts.text("correction.reason.incomplete", "id"), office=scene.office, texts=scene.texts, now=at,
        )  # fmt: skip


def _withdraw(scene: Scene, life: Life, at: dt.datetime) -> None:
    if life.application_id is not None:
        applications.withdraw(scene.session, life.application_id, now=at, by="owner")
        scene.wrote(life, at)


def _received(scene: Scene, life: Life, at: dt.datetime) -> None:
    """ "Sudah terima?" was answered with yes."""
    query = sa.select(Due).where(Due.conversation_id == life.conversation_id, Due.kind == DueKind.RECEIVED)
    due = scene.session.scalars(query).first()
    if due is not None:
        dues.answer(scene.session, conversation_id=life.conversation_id, code=due.code, answer="yes", now=at)
        certificates.received(scene.session, due, at)
        scene.wrote(life, at)


# --- the waiting list


def offer_places(scene: Scene, at: dt.datetime) -> None:
    """The heartbeat that gives free places to whose turn it is; a day later some owners answer."""
    before = _offers(scene)
    while offering.sweep(scene.session, scene.texts, scene.office, at):
        pass
    for count, offer in enumerate(_offers(scene)[len(before) :], len(before)):
        said = ANSWERS[count % len(ANSWERS)]
        if said is not None:
            scene.on(at + dt.timedelta(hours=20), _answering(scene, offer.id, said))


def _offers(scene: Scene) -> list[Offer]:
    return list(scene.session.scalars(sa.select(Offer).order_by(Offer.id)))


def _answering(scene: Scene, offer_id: int, said: Answer) -> Act:
    def act(at: dt.datetime) -> None:
        offer = scene.session.get_one(Offer, offer_id, populate_existing=True)
        life = next((one for one in scene.lives if one.application_id == offer.application_id), None)
        if life is None or offer.state is not OfferState.OPEN:
            return
        offers.answer(
            scene.session, conversation_id=life.conversation_id, person_id=life.person_id, which=str(offer_id),
            said=said, office=scene.office, now=at,
        )  # fmt: skip
        scene.wrote(life, at)

    return act
