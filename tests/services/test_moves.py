"""An officer moves an application, its owner hears of it once, and no place is lost or given twice on the way."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels import whatsapp_show
from bot.database import Database
from models import (
    Application,
    Channel,
    Conversation,
    Delivery,
    Due,
    DueKind,
    DueState,
    Lane,
    Language,
    Programme,
    Purpose,
    Session,
    Stage,
    StageChange,
)
from services import applications, consents, dues, history, moves, programmes
from services.applications import Kind
from services.moves import Moved, Refused, Told, Why, reason_against
from services.stages import about
from services.templates import Approved, key
from tests.services import people
from tests.services.people import DEWI, NOON, OFFICE, transaction
from texts import load
from texts.bubble import Bubble

TEXTS = load()
AUDIT_DAY = dt.date(2026, 12, 10)
TOLD: dict[str, Any] = {
    "note": "foto produk kurang jelas",
    "certificate": "ID36110000000000001",
    "audit_date": AUDIT_DAY,
}


def owner(session: Session, channel: Channel = Channel.TELEGRAM, **values: Any) -> Conversation:
    """Somebody who agreed, in their chat."""
    row = people.chat(session, channel=channel, **values)
    agrees(session, row)
    session.expire_all()
    return row


def agrees(session: Session, row: Conversation, given: bool = True) -> None:
    consents.record(
        session,
        conversation_id=row.id,
        purpose=Purpose.SERVICE,
        given=given,
        text_version="1",
        text_hash="0" * 64,
        language=Language.ID,
        channel=row.channel,
        now=NOON if given else NOON + dt.timedelta(minutes=1),
    )


def apply(session: Session, chat: Conversation, judged: people.Judged = people.READY, **changes: Any) -> Application:
    """Register a business of theirs; with READY and a free place it is PLACED."""
    person_id = chat.person_id or 0
    outcome = applications.register(
        session,
        business=people.new_business(person_id, **{"name": "Keripik Bu Siti", **changes}),
        assessment_id=people.assessment(session, person_id, judged),
        programme=people.CODE,
        office=OFFICE,
        now=NOON,
    )
    return session.get_one(Application, outcome.application_id)


def move(session: Session, application_id: int, to: Stage, now: dt.datetime = NOON, **told: Any) -> Moved | Refused:
    return moves.move(session, DEWI, application_id, to, now=now, office=OFFICE, texts=TEXTS, **told)


def moved(session: Session, application_id: int, to: Stage, **told: Any) -> Moved:
    result = move(session, application_id, to, **told)
    assert isinstance(result, Moved), result
    return result


def sent(session: Session) -> list[Delivery]:
    return list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def taken(session: Session) -> int:
    return session.scalars(sa.select(Programme.taken)).one()


def put(session: Session, application: Application, stage: Stage) -> None:
    """As if it had been moved there before."""
    history.enter(session, application, stage, NOON, "test", None)


def test_a_move_is_written_down_promised_and_told(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        chat = owner(session)
        application = apply(session, chat)
        result = moved(session, application.id, Stage.SUBMITTED)
        assert (result.before, result.after) == (Stage.PLACED, Stage.SUBMITTED)
        assert application.since == NOON
        assert application.promised_at == OFFICE.promise(NOON, about(Stage.SUBMITTED).promise or 0)
        last = history.of(session, application.id)[-1]
        assert (last.stage, last.by, last.at) == (Stage.SUBMITTED, "Ibu Dewi", NOON)
        (row,) = sent(session)
        assert (row.lane, row.because, row.conversation_id) == (Lane.NOTICE, f"stage:{result.change_id}", chat.id)
        text = Bubble.from_json(row.bubble).text
        assert "Keripik Bu Siti *sudah diajukan ke BPJPH*" in text
        assert "Selasa, 8 Desember 2026" in text
        promise = session.scalars(sa.select(Due).where(Due.kind == DueKind.PROMISE)).one()
        assert promise.due_at == application.promised_at


def test_the_same_move_again_says_nothing_twice(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        application = apply(session, owner(session))
        moved(session, application.id, Stage.SUBMITTED)
        again = moved(session, application.id, Stage.SUBMITTED, now=NOON + dt.timedelta(days=1))
        assert again.change_id is None
        assert len(sent(session)) == 1
        assert application.since == NOON


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("kind", ["sqlite"])
def test_each_stage_is_told_in_its_own_words(database: Database, stage: Stage, channel: Channel) -> None:
    for language in Language:
        with transaction(database) as session:
            people.programme(session, quota=9)
            chat = owner(session, channel, language=language)
            application = apply(session, chat)
            before = next(one for one in Stage if stage in about(one).then)
            if stage is Stage.PLACED:
                applications.places.release(session, _place(session, application), NOON)
            put(session, application, before)
            told = moved(session, application.id, stage, **TOLD).told
            assert told is not None
            key = "certificate.issued" if stage is Stage.ISSUED else f"stage.{stage.value}.tell"
            fixed = max(TEXTS.books[language].texts[key].text.split("{")[0].split("}"), key=len)
            assert fixed in told.text
            assert "Keripik Bu Siti" in told.text
            assert len(told.text) <= 450
            for value, name in ((TOLD["note"], "reason"), (TOLD["note"], "items")):
                assert value in told.text or name not in TEXTS.needs(key)
            _fits_its_template(told, channel, language)


def _place(session: Session, application: Application) -> Any:
    return applications.places.held_by(session, application.id)


def _fits_its_template(told: Bubble, channel: Channel, language: Language) -> None:
    """On WhatsApp an approved template says it outside the 24 hours, with exactly the values it has."""
    if channel is Channel.TELEGRAM:
        assert told.template is None
        return
    template = TEXTS.templates(language)[str(told.template)]
    assert len(told.template_values) == len(template.sample)
    assert all(told.template_values)
    usable = Approved("HX1", template.text, len(template.sample))
    shown = whatsapp_show.outside(told, {key(told.template, told.template_language): usable})
    assert shown is not None
    assert len(shown[0].variables) == len(template.sample)


def test_it_is_told_in_the_chat_they_wrote_from_last(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        chat = owner(session)
        application = apply(session, chat)
        other = people.chat(session, chat.person_id, Channel.WHATSAPP, last_in_at=NOON + dt.timedelta(hours=1))
        moved(session, application.id, Stage.SUBMITTED)
        assert [row.conversation_id for row in sent(session)] == [other.id]


def test_by_night_it_waits_for_the_morning(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        application = apply(session, owner(session))
        night = NOON + dt.timedelta(hours=10)  # 22.00 WIB
        moved(session, application.id, Stage.SUBMITTED, now=night)
        (row,) = sent(session)
        assert row.not_before == dt.datetime(2026, 11, 25, 1, tzinfo=dt.UTC)


def test_somebody_who_took_their_consent_back_is_moved_and_not_told(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        chat = owner(session)
        application = apply(session, chat)
        agrees(session, chat, given=False)
        result = moved(session, application.id, Stage.ISSUED, certificate="ID1")
        assert (result.told, sent(session)) == (None, [])
        assert application.certificate == "ID1"


def test_what_a_move_must_tell() -> None:
    nothing = Told()
    assert reason_against(Stage.SUBMITTED, Stage.SENT_BACK, nothing) is Why.NEEDS_REASON
    assert reason_against(Stage.FATWA, Stage.ISSUED, nothing) is Why.NEEDS_CERTIFICATE
    assert reason_against(Stage.BILLED, Stage.AUDIT, nothing) is Why.NEEDS_DATE
    assert reason_against(Stage.WAITING, Stage.ISSUED, Told(certificate="ID1")) is Why.NOT_NEXT
    assert reason_against(Stage.FATWA, Stage.ISSUED, Told(certificate="ID1")) is None


def test_a_refused_move_changes_nothing(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        application = apply(session, owner(session))
        lines = len(history.of(session, application.id))
        assert move(session, application.id, Stage.WAITING) == Refused(Why.NOT_NEXT, Stage.PLACED)
        assert move(session, application.id, Stage.SENT_BACK, note="  ") == Refused(Why.NEEDS_REASON, Stage.PLACED)
        assert move(session, 4711, Stage.ISSUED) == Refused(Why.UNKNOWN)
        assert len(history.of(session, application.id)) == lines
        assert (application.stage, sent(session)) == (Stage.PLACED, [])


@pytest.mark.parametrize("end", [Stage.WITHDRAWN, Stage.LAPSED])
def test_an_end_gives_the_place_back(database: Database, end: Stage) -> None:
    with transaction(database) as session:
        people.programme(session)
        application = apply(session, owner(session))
        assert taken(session) == 1
        moved(session, application.id, end)
        assert taken(session) == 0
        assert (application.promised_at, _place(session, application)) == (None, None)
        business = application.business_id
        again = applications.register(
            session,
            business=business,
            assessment_id=people.assessment(session, _owner(session, application), people.READY, business),
            programme=people.CODE,
            office=OFFICE,
            now=NOON + dt.timedelta(days=1),
        )
        assert (again.kind, again.queued_at) == (Kind.PLACED, NOON + dt.timedelta(days=1))


def _owner(session: Session, application: Application) -> int:
    return session.get_one(applications.Business, application.business_id).person_id


def test_refused_and_regular_give_it_back_and_the_way_on_keeps_it(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=9)
        kept, refused, regular = (apply(session, owner(session)) for _ in range(3))
        for application in (kept, refused, regular):
            moved(session, application.id, Stage.SUBMITTED)
        assert taken(session) == 3
        moved(session, refused.id, Stage.REFUSED, note="bahan")
        moved(session, regular.id, Stage.TO_REGULAR, note="daging giling")
        assert (taken(session), regular.scheme) == (1, "reguler")
        moved(session, kept.id, Stage.ISSUED, certificate="ID1")
        assert taken(session) == 1
        programmes.ensure(session, _both_routes())
        takes_both = apply(session, owner(session))
        moved(session, takes_both.id, Stage.TO_REGULAR, note="daging giling")
        assert taken(session) == 2


def _both_routes() -> programmes.ProgrammeSpec:
    return programmes.ProgrammeSpec(
        code=people.CODE,
        name="Fasilitasi Halal Banten 2026",
        opens_at=NOON - dt.timedelta(days=30),
        closes_at=NOON + dt.timedelta(days=30),
        accepts=("self_declare", "reguler"),
        quota=9,
        source="SK",
        as_of=NOON.date(),
    )


def test_an_officer_gives_a_place_by_the_same_rule_as_the_bot(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=1)
        placed = apply(session, owner(session))
        first, second = (apply(session, owner(session)) for _ in range(2))
        assert (first.stage, second.stage) == (Stage.WAITING, Stage.WAITING)
        assert move(session, second.id, Stage.PLACED) == Refused(Why.NO_PLACE, Stage.WAITING)
        moved(session, placed.id, Stage.WITHDRAWN)
        assert move(session, second.id, Stage.PLACED) == Refused(Why.NO_PLACE, Stage.WAITING)
        moved(session, first.id, Stage.PLACED)
        assert taken(session) == 1


def test_one_nib_holds_one_place(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        apply(session, owner(session), nib="1234567890123")
        double = apply(session, owner(session), nib="1234567890123")
        assert double.stage is Stage.REVIEW
        assert move(session, double.id, Stage.PLACED) == Refused(Why.SAME_NIB, Stage.REVIEW)


def test_what_is_on_its_way_is_not_judged_anew(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        application = apply(session, owner(session))
        moved(session, application.id, Stage.SUBMITTED)
        judged = people.assessment(session, _owner(session, application), people.NO_NIB, application.business_id)
        outcome = applications.settle(session, application.id, judged, office=OFFICE, now=NOON)
        assert (outcome.kind, application.stage) == (Kind.ALREADY, Stage.SUBMITTED)
        outcome = applications.register(
            session,
            business=application.business_id,
            assessment_id=judged,
            programme=people.CODE,
            office=OFFICE,
            now=NOON,
        )
        assert (outcome.kind, application.stage) == (Kind.ALREADY, Stage.SUBMITTED)


def test_a_promise_that_another_office_breaks_is_said_as_that(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        application = apply(session, owner(session))
        moved(session, application.id, Stage.FATWA)
        later = NOON + dt.timedelta(days=20)
        assert dues.sweep(session, TEXTS, OFFICE, later) == 1
        told = Bubble.from_json(sent(session)[-1].bubble)
        assert "Tahapnya masih *Sidang fatwa*" in told.text
        assert told.template == "stage_changed_v1"
        assert application.promised_at is not None
        assert application.promised_at > later


def test_two_officers_at_once_move_it_once(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session)
        chosen = [apply(session, owner(session)).id for _ in range(2)]
    barrier = threading.Barrier(4)

    def one(to: Stage, application_id: int) -> Moved | Refused:
        barrier.wait()
        with transaction(database) as session:
            return move(session, application_id, to, **TOLD)

    work = [
        (Stage.SENT_BACK, chosen[0]),
        (Stage.SENT_BACK, chosen[0]),
        (Stage.LAPSED, chosen[1]),
        (Stage.WITHDRAWN, chosen[1]),
    ]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda each: one(*each), work))
    changed = [r for r in results if isinstance(r, Moved) and r.change_id is not None]
    assert len(changed) == 2
    with transaction(database) as session:
        assert taken(session) == 1
        assert len(sent(session)) == 2
        for application_id in chosen:
            lines = session.scalars(sa.select(StageChange.stage).where(StageChange.application_id == application_id))
            assert len(list(lines)) == 2
        planned = session.scalars(sa.select(Due).where(Due.state == DueState.PLANNED, Due.kind == DueKind.PROMISE))
        assert len(list(planned)) == 1
