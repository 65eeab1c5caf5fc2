"""An announcement is written, looked at, approved by somebody else, and its results can be read."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

import texts
from bot.database import Database
from models import (
    Broadcast,
    BroadcastState,
    Channel,
    Delivery,
    DeliveryState,
    EventKind,
    Inbound,
    Lane,
    Recipient,
    RecipientState,
    Session,
)
from services import staff
from services.announcing import Announcing, Prices
from services.broadcasts import approving, drafting, fates, inviting, planning, running
from services.broadcasts.audience import Audience, Left
from services.broadcasts.drafting import Draft, DraftRefused
from services.broadcasts.running import BroadcastRefused, Why
from services.broadcasts.selecting import Count
from services.broadcasts.warnings import Fault, Warn, faults, foreign_links, look
from services.broadcasts.wording import Words
from services.calendar import Calendar
from services.events import arranging
from services.events.arranging import EventSpec
from services.events.rules import EventRefused
from services.staff import Actor, Forbidden, Via
from tests.services import announced, people
from tests.services.announced import owner
from tests.services.people import NOON, OFFICE, transaction

TEXTS = texts.load()
TWO = replace(OFFICE, announcing=Announcing(second_from=2))
TEXT = "Halo {nama}, pelatihan NIB gratis di {wilayah} hari Kamis."
DRAFT = Draft("Pelatihan NIB", {"id": TEXT, "en": "Hello {nama}, a training on Thursday."})
DAY = dt.timedelta(days=1)


def acting(session: Session, name: str, *roles: str, chat: str | None = None) -> Actor:
    """An account with its Telegram."""
    row = people.account(session, name, *roles, telegram=chat)
    if chat:
        people.chat(session, address=chat)
    return staff.actor_of(row, Via.COMMAND)


def how(office: Any = TWO, now: dt.datetime = NOON) -> dict[str, Any]:
    return {"texts": TEXTS, "office": office, "now": now}


def test_a_draft_is_looked_at_and_approved_by_somebody_else(database: Database) -> None:
    with transaction(database) as session:
        rina = acting(session, "rina", "humas", chat="901")
        dewi = acting(session, "dewi", "penyetuju", chat="902")
        acting(session, "ujang", "verifikator", chat="903")
        for n in range(3):
            owner(session, f"Ibu {n}", business={"regency": "36.02"})
        owner(session, agreed=False)
        with pytest.raises(Forbidden):
            drafting.create(session, dewi, DRAFT, **how())
        number = drafting.create(session, rina, DRAFT, **how()).id
        seen = drafting.preview(session, rina, number, **how())
        assert (seen.count.total, seen.left, seen.second, seen.cost) == (3, {Left.NO_CONSENT: 1}, True, 0)
        assert seen.samples[0].bubble.text.startswith("Halo Ibu 0, pelatihan NIB gratis di Kabupaten Lebak")
        assert (seen.start, seen.found) == (NOON, ())
        assert seen.finish is not None
        assert seen.finish - NOON < dt.timedelta(seconds=1)

        drafting.try_out(session, rina, number, texts=TEXTS, now=NOON)
        assert approving.ask(session, rina, number, **how()) == 1
        tested, request = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
        assert (tested.address, tested.lane, request.address) == ("901", Lane.NOTICE, "902")
        assert [button["data"] for button in request.bubble["buttons"]] == [
            f"siaran|{number}.1|approve", f"siaran|{number}.1|reject",
        ]  # fmt: skip
        drafting.change(session, rina, number, replace(DRAFT, audience=Audience(regencies=("36.02",))), **how())

        for actor, version, why in (
            (dewi, 1, Why.CHANGED),
            (replace(dewi, name="rina", staff_id=rina.staff_id), 2, Why.OWN),
            (staff.operator("root"), 2, Why.OWN),
        ):
            with pytest.raises(BroadcastRefused) as refused:
                approving.approve(session, actor, number, version, **how())
            assert refused.value.why is why
        with pytest.raises(Forbidden):
            approving.approve(session, rina, number, 2, **how())
        assert session.execute(sa.select(sa.func.count()).select_from(Recipient)).scalar_one() == 0

        night = NOON + dt.timedelta(hours=12)
        row = approving.approve(session, dewi, number, 2, **how(now=night))
        assert (row.state, row.total, row.left_out) == (BroadcastState.SCHEDULED, 3, {"no_consent": 1})
        assert row.send_at == NOON + DAY - dt.timedelta(hours=4)  # eight in the morning
        for again in (approving.approve, approving.reject):
            with pytest.raises(BroadcastRefused):
                again(session, dewi, number, 2, **({"now": NOON} if again is approving.reject else how()))
        with pytest.raises(BroadcastRefused):
            drafting.change(session, rina, number, DRAFT, **how())

        twice = drafting.create(session, rina, DRAFT, **how()).id
        found = [(one.what, one.about) for one in drafting.preview(session, rina, twice, **how(now=night)).found]
        assert (Warn.SAME, "3") in found
        alone = replace(TWO, announcing=Announcing())  # three people: whoever writes may let it go
        assert approving.approve(session, rina, twice, 1, **how(alone)).total == 3


def test_an_approver_who_is_away_has_a_stand_in_and_may_give_it_back(database: Database) -> None:
    with transaction(database) as session:
        rina = acting(session, "rina", "humas")
        dewi = acting(session, "dewi", "penyetuju", chat="902")
        acting(session, "agus", "pimpinan", chat="904")
        number = drafting.create(session, rina, replace(DRAFT, approver="dewi"), **how()).id
        with pytest.raises(BroadcastRefused) as refused:
            approving.ask(session, rina, number, **how())
        assert refused.value.why is Why.EMPTY
        with pytest.raises(BroadcastRefused) as refused:
            drafting.try_out(session, rina, number, texts=TEXTS, now=NOON)
        assert refused.value.why is Why.NO_CHAT
        owner(session)
        assert approving.ask(session, rina, number, **how()) == 1
        assert approving.remind(session, TEXTS, TWO, NOON + dt.timedelta(hours=3)) == 0
        assert approving.remind(session, TEXTS, TWO, NOON + dt.timedelta(hours=5)) == 1
        assert approving.remind(session, TEXTS, TWO, NOON + dt.timedelta(hours=6)) == 0
        told = list(session.scalars(sa.select(Delivery.address).order_by(Delivery.id)))
        assert told == ["902", "902", "904"]
        assert approving.reject(session, dewi, number, 1, NOON).state is BroadcastState.DRAFT


def test_what_became_of_everybody_and_who_replied_is_counted(database: Database) -> None:
    later = NOON + dt.timedelta(hours=1)
    with transaction(database) as session:
        ids = [owner(session, f"Ibu {n}", business=False) for n in range(4)]
        number = announced.approved(session).id
        running.tend(session, TEXTS, OFFICE, {Channel.TELEGRAM: 3}, NOON)
        sent = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
        for row, state in zip(sent, (DeliveryState.SENT, DeliveryState.READ, DeliveryState.UNKNOWN), strict=True):
            row.state, row.reason = state, "time_out" if state is DeliveryState.UNKNOWN else None
            row.sent_at = NOON
        for n, row in enumerate((sent[0], sent[0], sent[1])):
            at = later if n < 2 else NOON + dt.timedelta(hours=80)
            said = {"channel": Channel.TELEGRAM, "event_id": f"e{n}", "conversation_id": row.conversation_id}
            session.execute(sa.insert(Inbound).values(**said, at=at, kind="text"))
        session.flush()
        found = fates.progress(session, people.DEWI, number)
        assert found.fates == {"sent": 1, "read": 1, "unknown": 1, "waiting": 1}
        assert (found.done, found.total, found.reasons, found.replied) == (3, 4, {"time_out": 1}, 0)
        fates.count_replies(session, later + DAY)
        fates.count_replies(session, NOON + dt.timedelta(hours=90))
        assert fates.progress(session, people.DEWI, number).replied == 1
        running.cancel(session, people.DEWI, number, later)
        assert fates.close(session, later + DAY) == 0
        assert fates.close(session, later + 4 * DAY, 2) == 2
        while fates.close(session, later + 4 * DAY, 2):
            pass
    with transaction(database) as session:
        assert fates.forget(session, later, 10) == 0
    with Session(database.read_engine) as session:
        states = dict(session.execute(sa.select(Recipient.person_id, Recipient.state)).all())
        assert list(map(states.get, ids)) == [
            RecipientState.SENT, RecipientState.READ, RecipientState.UNKNOWN, RecipientState.CANCELLED,
        ]  # fmt: skip
        assert session.get_one(Broadcast, number).closed_at is not None
        assert [row.id for row in fates.listed(session, people.DEWI)] == [number]
    lebak = replace(people.DEWI, regencies=frozenset({"36.02"}))
    with transaction(database) as session:  # what concerns others only does not crowd out one's own
        own = announced.approved(session, Audience(districts=("36.02.14",))).id
        announced.approved(session)
        assert fates.seen(session, lebak, own).id == own
        assert [row.id for row in fates.listed(session, lebak, 1)] == [own]
        session.execute(sa.delete(Recipient).where(Recipient.broadcast_id != number))
    with transaction(database) as session:  # years later: how many, and not who
        assert [fates.forget(session, later + 9 * DAY, 3) for _ in range(3)] == [3, 1, 0]
        assert fates.progress(session, people.DEWI, number).fates["read"] == 1
        assert list(session.scalars(sa.select(Recipient.person_id))) == [None] * 4


def test_an_audience_becomes_the_list_of_an_event(database: Database) -> None:
    with transaction(database) as session:
        for n in range(2):
            owner(session, f"Ibu {n}", business={"regency": "36.02"})
        owner(session, business={"regency": "36.04"})
        owner(session, business=False)
        owner(session, agreed=False, business={"regency": "36.02"})
        made = drafting.create(session, people.DEWI, replace(DRAFT, audience=Audience(regencies=("36.02",))), **how())
        starts = NOON + 7 * DAY
        spec = EventSpec(EventKind.INFORMATION, "Sosialisasi", starts, starts + DAY / 8, "Aula", 10)
        event = arranging.create(session, people.DEWI, spec, calendar=OFFICE.calendar, now=NOON)
        assert inviting.invite(session, people.DEWI, made.id, event.code, **how()) == 2
        assert inviting.invite(session, people.DEWI, made.id, event.code, **how()) == 0
        with pytest.raises(BroadcastRefused):
            inviting.invite(session, people.DEWI, 99, event.code, **how())
        with pytest.raises(EventRefused):
            inviting.invite(session, people.DEWI, made.id, "NONE99", **how())


def test_bad_drafts_are_refused_whole(database: Database) -> None:
    wrong = [
        (replace(DRAFT, texts={"en": "x"}), Fault.NO_TEXT),
        (replace(DRAFT, texts={"id": "Halo {zodiak}"}), Fault.PLACEHOLDER),
        (replace(DRAFT, texts={"id": "a" * 1500}), Fault.TOO_LONG),
        (replace(DRAFT, template="no_such_v1"), Fault.TEMPLATE),
        (replace(DRAFT, template="announcement_v1", template_values=("a",)), Fault.TEMPLATE_VALUES),
        (replace(DRAFT, template="announcement_v1", template_values=("a", "b\nc")), Fault.TEMPLATE_VALUES),
        (replace(DRAFT, send_at=NOON - DAY), Fault.PAST),
        (replace(DRAFT, send_at=NOON + DAY, expires_at=NOON + DAY), Fault.EXPIRY),
        (replace(DRAFT, title=" "), Fault.TITLE),
    ]
    with transaction(database) as session:
        for draft, fault in wrong:
            with pytest.raises(DraftRefused) as refused:
                drafting.create(session, people.DEWI, draft, **how())
            assert fault in {one.what for one in refused.value.found}
        with pytest.raises(BroadcastRefused):
            drafting.preview(session, people.DEWI, 1, **how())
    with Session(database.read_engine) as session:
        assert session.scalars(sa.select(Broadcast)).all() == []


def test_what_looks_like_a_fraud_is_pointed_out() -> None:
    def warned(text: str) -> set[Warn]:
        return {one.what for one in look(Words({"id": text, "en": "x"}), frozenset({"bot.contoh.org"}), TEXTS)}

    assert warned("Kirim NIK dan kode OTP ke petugas") == {Warn.ASKS}
    assert warned("Transfer biaya admin dulu") == {Warn.ASKS}
    assert warned("Pelatihan gratis, tidak dipungut biaya, tidak perlu bayar") == set()
    assert warned("Klik https://bit.ly/abc") == {Warn.LINK}
    assert warned("Klik daftar-halal.com sekarang") == {Warn.LINK}
    assert warned("Lihat https://bptsi.bantenprov.go.id/x dan https://bot.contoh.org/y") == set()
    assert warned("a" * 800) == {Warn.LONG}
    assert foreign_links("https://bptsi.go.id.jahat.com/x", frozenset()) == ["bptsi.go.id.jahat.com"]
    assert [one.what for one in faults(Words({"id": "Halo {nama}"}), TEXTS)] == []
    assert Warn.NO_ENGLISH in {one.what for one in look(Words({"id": "x"}), frozenset(), TEXTS)}


def test_the_finish_follows_pace_hours_and_people_a_day() -> None:
    calendar, quick = Calendar(), Announcing()
    telegram = Count(channels={Channel.TELEGRAM: 103_828})
    end = planning.finish(telegram, quick, calendar, NOON)
    assert end is not None
    assert dt.timedelta(minutes=58) < end - NOON < dt.timedelta(minutes=59)
    evening = NOON + dt.timedelta(hours=4, minutes=30)  # half an hour before it is too late
    end = planning.finish(telegram, quick, calendar, evening)
    assert end is not None
    assert NOON.date() + DAY == end.date()
    slow = Announcing(people_a_day=2000, kept=0.25, prices=Prices(Decimal(600), Decimal(10), "faktur", NOON.date()))
    away = Count(channels={Channel.WHATSAPP: 5_000}, opens=4_000)
    end = planning.finish(away, slow, calendar, NOON)
    assert end is not None
    assert (end - NOON).days == 2  # 1,500, 1,500 and 1,000
    assert planning.beyond(4_000, slow, calendar, NOON, NOON + 2 * DAY) == 1_000
    assert planning.beyond(4_000, slow, calendar, NOON, NOON + 3 * DAY) == 0
    assert planning.finish(away, replace(slow, kept=0.9999), calendar, NOON) is None
    assert planning.cost(away.channels, away.opens, slow) == 4_000 * 600 + 1_000 * 10
    assert planning.cost(away.channels, away.opens, quick) is None
    assert planning.cost(telegram.channels, 0, quick) == 0
