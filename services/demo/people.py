"""Pemilik usaha contoh: they greet, agree, answer the check and register, through the same services as everybody."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from models import Assessment, Consent, Conversation, DueKind, Language, Person, Purpose, Topic
from models.likeness import name_words
from services import answers, applications, consents, dues, eligibility, tickets
from services.applications import Kind, NewBusiness, Outcome
from services.demo import names
from services.demo.scene import Life, Scene
from services.eligibility import CANDIDATE, Scheme

READY: dict[str, Any] = {
    "for_whom": "self", "avoid": ["none"], "papers": ["nib"], "turnover": "micro", "form": "packaged", "sites": "one",
    "meat": ["none"], "ingredients": "all", "process": ["none"], "natural": "no",
}  # fmt: skip
HALF = 5  # so many answers were given where the check was left half-way
PROMISED = frozenset((Kind.PLACED, Kind.REVIEW, Kind.INTEREST))
MINUTE = dt.timedelta(minutes=1)


def begin(scene: Scene, life: Life, at: dt.datetime) -> None:
    """Somebody greets, gives consent, and goes through the check."""
    _meet(scene, life, at)
    said = _said(life)
    if life.role.story.half:
        _leave_half_way(scene, life, said, at + 3 * MINUTE)
        return
    checked = at + scene.chance.randint(6, 14) * MINUTE
    scene.on(checked, lambda now: _check(scene, life, said, now))


def _meet(scene: Scene, life: Life, at: dt.datetime) -> None:
    role = life.role
    told = {
        "channel": role.channel, "address": role.address, "language": Language.ID, "first_at": at, "last_in_at": at,
        "answers": {}, "view": {}, "facts": {},
    }  # fmt: skip
    made = sa.insert(Conversation).values(told).returning(Conversation.id)
    life.conversation_id = scene.session.execute(made).scalar_one()
    life.person_id = _agree(scene, life, at)
    person = {"demo": True, "name": role.name, "phone": role.phone, **name_words(role.name)}
    scene.session.execute(sa.update(Person).where(Person.id == life.person_id).values(person))
    more = [(Purpose.REMINDERS, True), (Purpose.ANNOUNCEMENTS, scene.chance.random() < 0.7)]
    rows = [_consent(scene, life, purpose, given, at + MINUTE) for purpose, given in more]
    scene.session.execute(sa.insert(Consent), [{**row, "person_id": life.person_id} for row in rows])


def _agree(scene: Scene, life: Life, at: dt.datetime) -> int:
    """The consent that makes somebody a person."""
    told = _consent(scene, life, Purpose.SERVICE, True, at)
    now = told.pop("at")
    person_id = consents.record(scene.session, conversation_id=life.conversation_id, now=now, **told)
    if person_id is None:
        raise LookupError("a consent for the service made nobody a person")
    return person_id


def _consent(scene: Scene, life: Life, purpose: Purpose, given: bool, at: dt.datetime) -> dict[str, Any]:
    version, shown = scene.texts.version(f"consent.{purpose.value}.ask", "id")
    return {
        "purpose": purpose, "given": given, "text_version": version, "text_hash": shown, "language": Language.ID,
        "channel": life.role.channel, "at": at,
    }  # fmt: skip


def _said(life: Life) -> dict[str, Any]:
    role = life.role
    where = {"regency": role.regency, "district": role.district, "product": role.product}
    return {**READY, **where, "product_count": len(role.products), **role.story.says}


def _leave_half_way(scene: Scene, life: Life, said: dict[str, Any], at: dt.datetime) -> None:
    rules = eligibility.current(scene.office.local_day(scene.now))
    path = eligibility.walk(rules, said).path[:HALF]
    open_form = {
        "run_id": f"contoh{life.role.number}",
        "form": "check",
        "answers": {key: [at, said[key]] for at, key in enumerate(path, 1)},
        "facts": {"rule_set": rules.rule_set, "version": rules.version, "phone": None},
        "changed_at": at,
        "last_in_at": at,
    }
    scene.session.execute(sa.update(Conversation).where(Conversation.id == life.conversation_id).values(open_form))


def _check(scene: Scene, life: Life, said: dict[str, Any], at: dt.datetime) -> None:
    rules = eligibility.current(scene.office.local_day(scene.now))
    whole = eligibility.walk(rules, said)
    kept = eligibility.record(
        scene.session,
        person_id=life.person_id,
        business_id=None,
        rules=rules,
        said={key: [number, said[key]] for number, key in enumerate(whole.path, 1)},  # as a conversation keeps it
        answers=whole.answers,
        facts={},
        asked_by="owner",
        now=at,
    )
    scene.wrote(life, at)
    if life.role.story.registers:
        later = at + scene.chance.randint(4, 12) * MINUTE
        scene.on(later, lambda now: _register(scene, life, kept.id, now))
    elif kept.scheme == Scheme.SELF_DECLARE:
        _remind(scene, life, kept.id, CANDIDATE, DueKind.FOLLOW_UP, at)


def _register(scene: Scene, life: Life, assessment_id: int, at: dt.datetime) -> None:
    outcome = applications.register(
        scene.session,
        business=_business(life),
        assessment_id=assessment_id,
        programme=scene.programme,
        office=scene.office,
        now=at,
    )
    life.business_id, life.application_id = outcome.business_id, outcome.application_id
    scene.wrote(life, at)
    _after_number(scene, life, assessment_id, outcome, at)


def _business(life: Life) -> NewBusiness:
    role = life.role
    return NewBusiness(
        person_id=life.person_id,
        by_helper=False,
        owner_name=role.name,
        name=role.business,
        regency=role.regency,
        district=role.district,
        village=role.village,
        address=f"Kp. Contoh RT {role.number % 9 + 1:02d}/RW {role.number % 5 + 1:02d} No. {role.number}",
        phone=role.phone,
        nib=role.nib if role.story.nib else None,
        product_kind=role.product,
        products=role.products,
        papers=("pirt",) if role.number % 3 == 0 else (),
    )


def _after_number(scene: Scene, life: Life, assessment_id: int, outcome: Outcome, at: dt.datetime) -> None:
    """What the conversation promises with each kind of number."""
    if outcome.kind is Kind.INCOMPLETE and outcome.lacking:
        code = "BUTUH_NIB" if "nib" in outcome.lacking else outcome.lacking[0]
        _remind(scene, life, assessment_id, code, DueKind.TODO, at)
    if outcome.kind is Kind.REVIEW:
        result = scene.session.get_one(Assessment, assessment_id).result
        codes = [*result["reasons"], *result["officer"]]
        context = {"assessment": assessment_id, "codes": codes, "application": outcome.application_id}
        ticket = open_ticket(scene, life, Topic.CHECK, None, at, context)
        scene.on(scene.at_work(at, 1), lambda now: _taken_up(scene, ticket, now))
    if outcome.kind in PROMISED and outcome.promised_at is not None:
        dues.promise(
            scene.session, conversation_id=life.conversation_id, person_id=life.person_id,
            application_id=outcome.application_id, due_at=outcome.promised_at,
        )  # fmt: skip


def _taken_up(scene: Scene, ticket: int, at: dt.datetime) -> None:
    """Most owners hear on the next working day that an officer looks at it; some are forgotten."""
    if scene.chance.random() < 0.8:
        actor = scene.staff["verifikator"]
        answers.answer(scene.session, actor, ticket, words=names.LOOKS, texts=scene.texts, now=at)


def open_ticket(
    scene: Scene, life: Life, topic: Topic, words: str | None, at: dt.datetime, context: dict[str, Any]
) -> int:
    """Put something of theirs before the office; its number."""
    return tickets.open_ticket(
        scene.session,
        conversation_id=life.conversation_id,
        person_id=life.person_id,
        topic=topic,
        words=words,
        context=context,
        office=scene.office,
        now=at,
    ).id


def _remind(scene: Scene, life: Life, assessment_id: int, code: str, kind: DueKind, at: dt.datetime) -> None:
    """ "Ingatkan saya": asked about again on its day. Lines whose words need more than their code are left out."""
    if scene.texts.needs(f"reason.{code}.short"):
        return
    dues.plan(
        scene.session,
        conversation_id=life.conversation_id,
        person_id=life.person_id,
        kind=kind,
        about={"reason": code, "values": {}, "business_id": life.business_id, "assessment": assessment_id},
        due_at=scene.office.morning(scene.office.local_day(at, scene.office.remind_days)),
    )
