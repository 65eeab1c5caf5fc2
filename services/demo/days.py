"""Acara contoh: the day of the article moved to next week, one that is over, one that is planned, one called off."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from models import Event, EventKind, SignUp, SignUpState
from services.demo import names
from services.demo.scene import Act, Life, Scene
from services.events import after, arranging, attending, giving, inviting, reminding, signing, sources, tending
from services.events.arranging import EventSpec
from services.events.attending import Tap
from services.events.inviting import Invitee
from services.events.signing import Guest
from services.staff import Actor

TITLE = "Sosialisasi Standarisasi dan Fasilitasi Pangan Sertifikasi Halal"  # rubrikbanten.com, 15 Mei 2025
HALL = "Aula UPTD BPTSI, Kota Serang"
SEATS = 30
WAITING = 6  # more than there are seats
THURSDAY = 3
SHARES = {"36.01": 3, "36.02": 3, "36.04": 4, "36.73": 4}
LINKS = (
    ("dinas", "Disperindag Kab. Lebak", "36.02"),
    ("kecamatan", "Kecamatan Baros", "36.04"),
    ("grup", "Forum IKM Contoh", None),
)


def plan(scene: Scene) -> None:
    """Write the events into the diary: called for, filled, held."""
    actor = scene.staff["petugas_acara"]
    next_day = _thursday(scene, 1)
    scene.on(scene.ago(12, 8, 9), _calling(scene, actor, next_day))
    if scene.now - _thursday(scene, -3) > dt.timedelta(days=1):
        scene.on(scene.ago(40, 8, 9), _called(scene, actor, _thursday(scene, -3)))
    scene.on(scene.ago(5, 8, 9), lambda at: _others(scene, actor, at))


def _thursday(scene: Scene, weeks: int) -> dt.datetime:
    """Nine o'clock on the Thursday so many weeks from this one; a week later where the office is closed then."""
    today = scene.office.local_day(scene.now)
    day = today + dt.timedelta(days=THURSDAY - today.weekday(), weeks=weeks)
    while not scene.office.is_working(day):
        day += dt.timedelta(weeks=1 if weeks > 0 else -1)
    return dt.datetime.combine(day, dt.time(9), scene.office.zone)


def _spec(starts_at: dt.datetime, capacity: int) -> EventSpec:
    return EventSpec(
        kind=EventKind.INFORMATION,
        title=TITLE,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=6),
        place=HALL,
        capacity=capacity,
        audience="pelaku usaha makanan dan minuman kemasan, dan katering",
        bring="contoh produk dan NIB bila ada",
        regency="36.73",
        letter_number="005/1187/BPTSI/2026",
        letter_date=starts_at.date() - dt.timedelta(days=14),
        conditions=("halal",),
        certificates=True,
    )


# --- the one that is to come


def _calling(scene: Scene, actor: Actor, starts_at: dt.datetime) -> Act:
    def act(at: dt.datetime) -> None:
        event = arranging.create(scene.session, actor, _spec(starts_at, SEATS), calendar=scene.office.calendar, now=at)
        arranging.set_shares(scene.session, actor, event.code, SHARES, now=at)
        links = [
            sources.add(scene.session, actor, event.code, kind=kind, name=name, regency=regency, now=at)
            for kind, name, regency in LINKS
        ]
        invited = _met(scene)[: SEATS // 2]
        people = [Invitee(business_id=life.business_id, phone=life.role.phone, name=life.role.name) for life in invited]
        inviting.invite(scene.session, actor, event.code, people, now=at)
        _fill(scene, event, [link.id for link in links], at)

    return act


def _met(scene: Scene) -> list[Life]:
    return [life for life in scene.lives if life.business_id is not None]


def _fill(scene: Scene, event: Event, links: Sequence[int], opened: dt.datetime) -> None:
    """They sign up from day to day, until the hall is full and some wait; two say that they cannot come after all."""
    guests = scene.some(_met(scene), SEATS + WAITING + 2)
    span = scene.now - opened
    for at, life in enumerate(guests):
        moment = opened + span * (at + 1) / (len(guests) + 1)
        scene.on(moment, _signing(scene, event.id, life, links[at % len(links)]))
    for life in guests[4:6]:
        scene.on(opened + span * 0.95, _leaving(scene, event.id, life))
    for life in guests[8:20:3]:
        scene.on(opened + span * 0.9, _confirming(scene, event.id, life))


def _signing(scene: Scene, event_id: int, life: Life, source_id: int | None) -> Act:
    def act(at: dt.datetime) -> None:
        guest = Guest(
            person_id=life.person_id,
            conversation_id=life.conversation_id,
            business_id=life.business_id,
            name=life.role.name,
            business=life.role.business,
            regency=life.role.regency,
            product_kind=life.role.product,
            source_id=source_id,
        )
        token = f"{scene.chance.getrandbits(96):024x}"
        signing.sign_up(scene.session, event_id, guest, token=token, calendar=scene.office.calendar, now=at)
        if source_id is not None:
            scene.wrote(life, at)

    return act


def _of(scene: Scene, event_id: int, life: Life) -> SignUp | None:
    return signing.of_business(scene.session, event_id, life.person_id, life.business_id)


def _leaving(scene: Scene, event_id: int, life: Life) -> Act:
    def act(at: dt.datetime) -> None:
        row = _of(scene, event_id, life)
        if row is not None:
            signing.leave(scene.session, row.id, at)

    return act


def _confirming(scene: Scene, event_id: int, life: Life) -> Act:
    def act(at: dt.datetime) -> None:
        row = _of(scene, event_id, life)
        if row is not None and row.state is SignUpState.REGISTERED:
            signing.confirm(scene.session, row.id, late=False, now=at)

    return act


# --- the one that is over


def _called(scene: Scene, actor: Actor, starts_at: dt.datetime) -> Act:
    def act(at: dt.datetime) -> None:
        event = arranging.create(scene.session, actor, _spec(starts_at, SEATS), calendar=scene.office.calendar, now=at)
        for days in range(2, (starts_at - at).days, 1):
            scene.on(at + dt.timedelta(days=days, hours=2), _some_sign_up(scene, event.id))
        evening = starts_at - dt.timedelta(hours=13, minutes=50)
        scene.on(evening, lambda now: _remind(scene, now))
        scene.on(starts_at + dt.timedelta(hours=1), lambda now: _attend(scene, event.id, actor, now))
        scene.on(starts_at + dt.timedelta(hours=7), lambda now: _over(scene, now))

    return act


def _some_sign_up(scene: Scene, event_id: int) -> Act:
    def act(at: dt.datetime) -> None:
        for life in scene.some(_met(scene), 2):
            _signing(scene, event_id, life, None)(at)

    return act


def _attend(scene: Scene, event_id: int, actor: Actor, at: dt.datetime) -> None:
    """Four of five come; noted at the door."""
    registered = sa.and_(SignUp.event_id == event_id, SignUp.state == SignUpState.REGISTERED)
    ids = scene.session.scalars(sa.select(SignUp.id).where(registered).order_by(SignUp.id)).all()
    for n, each in enumerate(ids):
        if n % 5 != 4:
            attending.check_in(scene.session, actor, event_id, each, Tap(at), at)


def _remind(scene: Scene, at: dt.datetime) -> None:
    while reminding.sweep(scene.session, scene.texts, scene.office, at):
        pass


def _over(scene: Scene, at: dt.datetime) -> None:
    """It is over: they are asked what they thought of it, and given their certificates."""
    for sweep in (tending.sweep, after.sweep):
        while sweep(scene.session, scene.texts, scene.office, at):
            pass
    while giving.sweep(scene.session, scene.texts, scene.office, lambda: f"{scene.chance.getrandbits(96):024x}", at):
        pass


# --- one that is a draft, one that was called off


def _others(scene: Scene, actor: Actor, at: dt.datetime) -> None:
    later = _thursday(scene, 4)
    fair = EventSpec(
        kind=EventKind.FAIR,
        title="Pameran Produk IKM Naik Kelas",
        starts_at=later,
        ends_at=later + dt.timedelta(hours=8),
        place="Alun-alun Contoh, Kota Serang",
        capacity=40,
        regency="36.73",
        conditions=("halal",),
    )
    arranging.create(scene.session, actor, fair, calendar=scene.office.calendar, now=at, opened=False)
    called_off = EventSpec(
        kind=EventKind.TRAINING,
        title="Pelatihan Penyelia Halal",
        starts_at=_thursday(scene, 2),
        ends_at=_thursday(scene, 2) + dt.timedelta(hours=6),
        place=f"Balai Desa {names.VILLAGES[0]}",
        capacity=20,
        regency="36.02",
    )
    made = arranging.create(scene.session, actor, called_off, calendar=scene.office.calendar, now=at)
    for life in _met(scene)[:3]:
        _signing(scene, made.id, life, None)(at)
    later_on = at + dt.timedelta(hours=26)
    scene.on(later_on, lambda now: _call_off(scene, actor, made.code, now))


def _call_off(scene: Scene, actor: Actor, code: str, at: dt.datetime) -> None:
    reason = "Narasumber berhalangan; tanggal baru dikabarkan."
    arranging.cancel(scene.session, actor, code, reason=reason, calendar=scene.office.calendar, now=at)
