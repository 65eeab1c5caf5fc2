"""An announcement reaches whom it is meant for, once; staff can stop it at any moment, and trouble stops it too."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

import texts
from bot.channels.base import OutcomeKind
from bot.channels.whatsapp_errors import CODES
from bot.database import Database
from models import (
    Broadcast,
    BroadcastState,
    Channel,
    Conversation,
    Delivery,
    DeliveryState,
    Lane,
    Language,
    Reachable,
    Recipient,
    RecipientState,
    RequestKind,
    Session,
    Stage,
    Stopped,
)
from services import businesses, erasure
from services.announcing import Announcing
from services.broadcasts import drafting, feeding, running, saying, selecting, spikes
from services.broadcasts.audience import Audience, AudienceRefused, Left, checked, in_words, within
from services.broadcasts.feeding import Facts, reason_against
from services.broadcasts.running import BroadcastRefused, Tended, Why
from services.broadcasts.selecting import Terms
from services.office import Office
from services.staff import Actor, Forbidden, Right, Via
from tests.services import announced, asking, people
from tests.services.announced import TERMS, agrees, approved, owner
from tests.services.people import DEWI, NO_NIB, NOON, OFFICE, READY, transaction

TEXTS = texts.load()
DEPTH = {Channel.TELEGRAM: 10, Channel.WHATSAPP: 10}
LONG_AGO = NOON - dt.timedelta(days=3)
SAID: dict[str, Any] = {"lane": Lane.REPLY, "because": "turn", "state": DeliveryState.SENT}
SAID |= {"created_at": NOON, "not_before": NOON, "changed_at": NOON}


def tend(
    database: Database, now: dt.datetime = NOON, depth: Mapping[Channel, int] = DEPTH, office: Office = OFFICE
) -> Tended:
    """One round of the worker."""
    with transaction(database) as session:
        return running.tend(session, TEXTS, office, depth, now)


def states(session: Session, number: int) -> dict[int | None, tuple[RecipientState, str | None]]:
    """What became of everybody."""
    query = sa.select(Recipient.person_id, Recipient.state, Recipient.reason).where(Recipient.broadcast_id == number)
    return {person: (state, reason) for person, state, reason in session.execute(query)}


def goes_out(session: Session, state: DeliveryState = DeliveryState.SENT, reason: str | None = None) -> int:
    """What waits in the outbox has been sent, or has not; how many."""
    change = sa.update(Delivery).where(Delivery.state == DeliveryState.QUEUED, Delivery.lane == Lane.BULK)
    return len(session.execute(change.values(state=state, reason=reason).returning(Delivery.id)).all())


def state_of(database: Database, number: int) -> Broadcast:
    with Session(database.read_engine) as session:
        return session.get_one(Broadcast, number)


def test_the_filter_finds_them_and_says_why_others_are_left_out(database: Database) -> None:
    with transaction(database) as session:
        lebak = owner(session, business={"regency": "36.02", "district": "36.02.14"})
        snack = owner(session, business={"regency": "36.04", "product_kind": "snack", "products": ["Rengginang"]})
        english = owner(session, channel=Channel.WHATSAPP, language=Language.EN, business=False)
        owner(session, agreed=False)
        owner(session, agreed=None)
        owner(session, stopped=Stopped.ANNOUNCEMENTS)
        owner(session, reachable=Reachable.BLOCKED)
        owner(session, form="check", run_id="r", changed_at=NOON)
        far = owner(session, channel=Channel.WHATSAPP, last_in_at=LONG_AGO)
        changed = owner(session, agreed=False)
        agrees(session, changed, True, NOON + dt.timedelta(seconds=1))
        two = owner(session, business=False)
        people.chat(session, two, last_in_at=NOON + dt.timedelta(minutes=1), channel=Channel.WHATSAPP)
        people.chat(session)  # somebody who has not agreed to anything yet
        nib = owner(session, business={"regency": "36.03"})
        (bakery,) = businesses.of_person(session, nib)
        people.assessment(session, nib, READY, bakery.id)
        people.assessment(session, nib, NO_NIB, bakery.id)

        found = selecting.count(session, Audience(), TERMS, NOON)
        assert found.channels == {Channel.TELEGRAM: 4, Channel.WHATSAPP: 2}
        assert found.languages == {Language.ID: 5, Language.EN: 1}
        assert found.left == {
            Left.NO_CONSENT: 2, Left.STOPPED: 1, Left.UNREACHABLE: 1, Left.BUSY: 1, Left.NO_TEMPLATE: 1,
        }  # fmt: skip

        def who(terms: Terms = TERMS, **told: Any) -> set[int]:
            audience = checked(Audience.from_json(Audience(**told).as_json()))
            return {row.person_id for row in selecting.samples(session, audience, terms, NOON, 50)}

        assert who(regencies=("36.02",), districts=("36.02.14",)) == {lebak, changed}
        assert who(sectors=("snack",), product="rengginang") == {snack}
        assert who(product="%") == set()
        assert who(language="en") == {english}
        assert who(channel="whatsapp", wrote_within=1) == {english, two}
        assert who(Terms(2, frozenset(Language)), silent_for=2) == {far}
        assert who(todos=("BUTUH_NIB",), only_todo=True) == {nib}
        assert who(todos=("NIB_DICEK",)) == set()
        assert who(schemes=("self_declare",)) == {nib}
        assert who(stages=(Stage.WAITING.value,)) == set()
        assert who(event="SOS01") == who(event="SOS01", queued=True) == set()
        people.programme(session)
        asking.register(session, owner=lebak, regency="36.02")
        assert who(programme=people.CODE) == who(programme=people.CODE, stages=("KUOTA_DIBERIKAN",)) == {lebak}
        assert who(programme=people.CODE, stages=("TERBIT",)) == who(programme="LAIN") == set()
        with pytest.raises(AudienceRefused):
            drafting.fitting(session, Audience(programme="halal-2025"))
        with pytest.raises(AudienceRefused):
            drafting.fitting(session, Audience(event="SOS99"))
        assert selecting.count(session, Audience(busy_too=True), TERMS, NOON).total == found.total + 1


def test_a_filter_is_said_in_words_and_nothing_unknown_is_taken() -> None:
    audience = Audience(regencies=("36.02",), todos=("BUTUH_NIB",), only_todo=True, channel="whatsapp", silent_for=30)
    said = in_words(audience, TEXTS)
    assert (
        said == "di Kabupaten Lebak; tinggal NIB; lewat WhatsApp; tidak menulis selama 30 hari atau lebih"
        or "Lebak" in said
    )
    assert "everybody" in in_words(Audience(), TEXTS, Language.EN)
    everything = Audience(
        ("36.02",), ("36.02.14",), ("snack",), "rengginang", ("reguler",), ("TERBIT",), ("BUTUH_NIB",), False, "SOS01",
        True, "id", "telegram", 1, 2, True, "BANTEN-2026",
    )  # fmt: skip
    for language in Language:
        assert in_words(checked(everything), TEXTS, language).count(";") == 13
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"regencies": ["99"]}, "99"), ({"stages": ["TUNGGU"]}, "DAFTAR_TUNGGU (Daftar tunggu)"),
        ({"silent_for": -1}, "-1"),
        ({"attended": False}, "acaranya"), ({"queued": True}, "acaranya"), ({"zodiac": "ram"}, "zodiac"),
        ({"sectors": ["kue"]}, "bakery (Roti & kue)"),
        ({"sectors": [1]}, "sectors"), ({"product": "x" * 81}, "80"), ({"districts": ["Baros"]}, "36.04.22"),
        ({"schemes": ["zzz"]}, "none (di luar program)"), ({"only_todo": "ya"}, "only_todo"),
    )  # fmt: skip
    for told, says in wrong:
        with pytest.raises(AudienceRefused) as refused:
            checked(Audience.from_json(told))
        assert says in saying.broken(refused.value, TEXTS)[0], told
    rina = Actor("rina", frozenset({Right.DRAFT}), frozenset({"36.02"}), Via.COMMAND, 1)
    assert within(Audience(), rina).regencies == ("36.02",)
    with pytest.raises(Forbidden):
        within(Audience(districts=("36.04.22",)), rina)


def test_everybody_gets_one_message_and_what_changed_since_is_looked_at_again(database: Database) -> None:
    with transaction(database) as session:
        fine, gone, no, moved = (owner(session, f"Ibu {n}", business=n == 0) for n in range(4))
        number = approved(session).id
        session.execute(sa.update(Conversation).where(Conversation.person_id == gone).values(reachable=Reachable.GONE))
        agrees(session, no, False, NOON + dt.timedelta(seconds=1))
        session.execute(sa.update(Conversation).where(Conversation.person_id == moved).values(person_id=fine))
    assert tend(database).given == 4
    with transaction(database) as session:
        (row,) = session.scalars(sa.select(Delivery)).all()
        assert row.bubble["text"].startswith("Halo Ibu 0, ada pelatihan.")
        assert "BERHENTI" in row.bubble["text"]
        assert states(session, number) == {
            fine: (RecipientState.GIVEN, None),
            gone: (RecipientState.SKIPPED, "unreachable"),
            no: (RecipientState.SKIPPED, "no_consent"),
            moved: (RecipientState.SKIPPED, "moved"),
        }
    assert tend(database).given == 0
    assert state_of(database, number).state is BroadcastState.SENDING  # until the message has gone
    with transaction(database) as session:
        goes_out(session)
    tend(database)
    assert state_of(database, number).state is BroadcastState.DONE
    with transaction(database) as session:  # the office promised two a month
        approved(session)
        approved(session)
    tend(database)
    with transaction(database) as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Delivery)).scalar_one() == 2
        assert approved(session).total == 0


def test_a_pause_takes_back_what_is_not_being_sent_and_nobody_gets_it_twice(database: Database) -> None:
    announced.many(database, 25)
    with transaction(database) as session:
        number = approved(session).id
    assert tend(database).given == 10
    assert tend(database).given == 0  # the lane is full
    with transaction(database) as session:
        first = session.scalars(sa.select(Delivery.id).order_by(Delivery.id).limit(4)).all()
        session.execute(sa.update(Delivery).where(Delivery.id.in_(first)).values(state=DeliveryState.SENDING))
        running.pause(session, DEWI, number, NOON)
        with pytest.raises(BroadcastRefused):
            running.pause(session, DEWI, number, NOON)
    with transaction(database) as session:
        assert sorted(session.scalars(sa.select(Delivery.id))) == sorted(first)
        assert [s for s, _ in states(session, number).values()].count(RecipientState.WAITING) == 21
    assert tend(database).given == 0
    with transaction(database) as session:
        running.resume(session, DEWI, number, NOON)
    for _ in range(5):
        tend(database)
        with transaction(database) as session:
            goes_out(session)
    with transaction(database) as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.SENT))
        chats = list(session.scalars(sa.select(Delivery.conversation_id)))
        assert len(chats) == len(set(chats)) == 25
    tend(database)
    assert state_of(database, number).state is BroadcastState.DONE
    with transaction(database) as session, pytest.raises(BroadcastRefused) as refused:
        running.cancel(session, DEWI, number, NOON)
    assert refused.value.why is Why.STATE


def test_cancelled_ended_and_erased_nothing_more_goes(database: Database) -> None:
    with transaction(database) as session:
        ids = [owner(session, f"Ibu {n}", business=False) for n in range(15)]
        number = approved(session).id
        late = approved(session, expires_at=NOON + dt.timedelta(hours=1)).id
    tend(database, depth={Channel.TELEGRAM: 8})
    with transaction(database) as session:
        chat = session.scalars(sa.select(Conversation.id).where(Conversation.person_id == ids[-1])).one()
        erasure.erase(session, person_id=ids[-1], conversation_id=chat, kind=RequestKind.DELETE, detail=None, now=NOON)
        running.cancel(session, DEWI, number, NOON)
        found = [state for state, _ in states(session, number).values()]
        assert found.count(RecipientState.CANCELLED) == 15 - found.count(RecipientState.GIVEN)
        assert states(session, late)[None] == (RecipientState.CANCELLED, "erased")
    tend(database, NOON + dt.timedelta(hours=2))
    with transaction(database) as session:
        assert {s for s, _ in states(session, late).values()} == {
            RecipientState.GIVEN, RecipientState.EXPIRED, RecipientState.CANCELLED,
        }  # fmt: skip
        goes_out(session)
    tend(database, NOON + dt.timedelta(hours=2), {Channel.WHATSAPP: 8})
    assert state_of(database, late).state is BroadcastState.DONE
    with transaction(database) as session:
        away = approved(session, expires_at=NOON + dt.timedelta(hours=3)).id
    tend(database, NOON + dt.timedelta(hours=4), {Channel.WHATSAPP: 8})  # nobody serves Telegram here any more
    assert state_of(database, away).state is BroadcastState.DONE
    rina = Actor("rina", frozenset({Right.REVIEW}), None, Via.COMMAND, 1)
    serang = Actor("ani", frozenset({Right.DRAFT}), frozenset({"36.04"}), Via.COMMAND, 1)
    for actor in (rina, serang):
        with transaction(database) as session, pytest.raises(Forbidden):
            running.pause(session, actor, late, NOON)


def test_two_broadcasts_share_the_lane_and_the_night_is_quiet(database: Database) -> None:
    announced.many(database, 20)
    with transaction(database) as session:
        one, two = approved(session).id, approved(session).id
    tend(database)
    with transaction(database) as session:
        assert feeding.waiting_in_lane(session, Channel.TELEGRAM, NOON) == {one: 5, two: 5}
    night = NOON + dt.timedelta(hours=12)
    assert tend(database, night).given == 0
    with transaction(database) as session:
        assert session.scalars(sa.select(Delivery.id)).all() == []
    tend(database, NOON + dt.timedelta(days=1))
    with transaction(database) as session:
        assert goes_out(session) == 10


def test_whatsapp_reaches_so_many_people_a_day_and_keeps_some_for_reminders(database: Database) -> None:
    office = replace(OFFICE, announcing=Announcing(people_a_day=5, kept=0.4, sender=announced.SENDER))
    away: dict[str, Any] = {"channel": Channel.WHATSAPP, "last_in_at": LONG_AGO, "business": False}
    with transaction(database) as session:
        announced.template(session, TEXTS, "announcement_v1")
        for _ in range(7):
            owner(session, **away)
        near = owner(session, **{**away, "last_in_at": NOON})
        terms = replace(TERMS, templates=frozenset(Language))
        number = approved(
            session, terms=terms, template="announcement_v1", template_values=["{usaha}", "ada pelatihan"]
        ).id
    counts = []
    for day in range(4):
        tend(database, NOON + dt.timedelta(days=day, minutes=day), {Channel.WHATSAPP: 20}, office)
        with transaction(database) as session:
            counts.append(goes_out(session))
            if day == 0:
                sent = session.scalars(sa.select(Delivery).where(Delivery.conversation_id == near)).all()
                assert states(session, number)[near][0] is RecipientState.GIVEN, sent
    assert counts[0] in (3, 4)
    assert sum(counts) == 8
    assert max(counts[1:]) <= 3


def test_trouble_stops_it(database: Database) -> None:
    announced.many(database, 220)
    with transaction(database) as session:
        number = approved(session).id
    tend(database, depth={Channel.TELEGRAM: 205})
    with transaction(database) as session:
        some = sa.select(Delivery.id).order_by(Delivery.id.desc()).limit(11)
        refused = sa.update(Delivery).where(Delivery.id.in_(some))
        session.execute(refused.values(state=DeliveryState.FAILED, reason="blocked by the person"))
        goes_out(session)
        row = session.get_one(Broadcast, number)
        assert spikes.wrong(session, row) == "errors: 11/200"
        here = session.scalars(sa.select(Delivery.conversation_id).limit(1)).one()
        last = {"id": 21_000, "conversation_id": here, "channel": Channel.TELEGRAM, "address": "1", "bubble": {}}
        session.execute(sa.insert(Delivery).values(**last, **SAID))
        assert spikes.wrong(session, row) is None  # not looked for through all that was ever sent
        session.execute(sa.delete(Delivery).where(Delivery.id == last["id"]))
    assert tend(database).paused == (number,)
    assert state_of(database, number).pause_reason == "errors: 11/200"
    with transaction(database) as session:
        running.resume(session, DEWI, number, NOON + dt.timedelta(minutes=1))
    assert tend(database, NOON + dt.timedelta(minutes=1)).given == 10  # what went wrong before was looked at by staff
    with transaction(database) as session:
        held = sa.update(Delivery).where(Delivery.state == DeliveryState.QUEUED)
        session.execute(held.values(reason="token refused"))
    assert tend(database, NOON + dt.timedelta(minutes=2)).paused == (number,)
    with transaction(database) as session:
        assert goes_out(session) == 0  # and nothing is left in the outbox


def test_whatever_twilio_says_of_all_of_us_stops_it_and_of_one_person_does_not() -> None:
    for code, (kind, words) in CODES.items():
        alone = kind in (OutcomeKind.BLOCKED, OutcomeKind.GONE, OutcomeKind.OPTED_OUT, OutcomeKind.RETRY)
        if kind is OutcomeKind.MISCONFIGURED:
            assert spikes.of_everybody(f"{code}: {words}"), code
        assert not (alone and spikes.of_everybody(f"{code}: {words}")), code
    assert spikes.judge([(DeliveryState.FAILED, "x")] * 199, []) is None
    assert spikes.judge([(DeliveryState.SENT, None)] * 190 + [(DeliveryState.FAILED, "x")] * 10, []) is None


def test_why_somebody_gets_nothing_is_one_reason() -> None:
    fine = Facts(True, True, False, True, False, False, False)
    assert reason_against(fine) is None
    for change, reason in (
        ({"ours": False, "agreed": False}, "moved"),
        ({"stopped": True}, "stopped"),
        ({"agreed": False}, "no_consent"),
        ({"reachable": False}, "unreachable"),
        ({"enough": True}, "cap"),
        ({"needs_template": True}, "no_template"),
    ):
        assert reason_against(replace(fine, **change)) == reason  # type: ignore[arg-type]
    assert announced.TERMS.cap == 2
