"""Mengisi data contoh: a whole office with its weeks behind it, invented, on a database that knows nobody yet."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Person, Session
from services import certificates, dues, lateness, programmes, waiting_news
from services.demo import announcements, careers, days, desk, fates, lists, names, people, stories
from services.demo.cast import cast
from services.demo.presence import PEOPLE, Filled, RealPeople, present, real_people
from services.demo.scene import Act, Life, Scene
from services.events import reminding, tending
from services.office import Office
from services.programmes import ProgrammeSpec

if TYPE_CHECKING:
    from texts import Catalogue

SEED = 1505  # the day of the article
LONG_AGO = 50  # days
WATCHED = 24  # days on which the program did what it does by itself
SLOW = dt.timedelta(days=2)  # so long the office takes for a broken promise
# Places of each kab/kota; of the one whose places are all given, as many as are taken there.
QUOTAS: Mapping[str, int] = {
    "36.01": 980, "36.02": 1010, "36.03": 1290, "36.04": 1095, "36.71": 860, "36.72": 445, "36.73": 590,
}  # fmt: skip


def fill(
    session: Session,
    *,
    texts: "Catalogue",
    office: Office,
    programme: ProgrammeSpec,
    now: dt.datetime,
    count: int = PEOPLE,
    seed: int = SEED,
) -> Filled:
    """Fill an empty database with `count` invented people and everything about them, ending at `now`.

    The same numbers give the same demo. Where there is one, nothing is done. Raises RealPeople.
    """
    if present(session):
        known = sa.select(sa.func.count()).select_from(Person).where(Person.demo)
        return Filled(session.execute(known).scalar_one(), new=False)
    if real_people(session):
        raise RealPeople
    chance = Random(seed)
    scene = Scene(session, texts, office, now, chance, programme.code)
    scene.lives = [Life(role) for role in cast(count, chance)]
    programmes.ensure(session, _with_quotas(programme, stories.held([life.role.story for life in scene.lives])))
    _write_diary(scene)
    scene.live()
    fates.settle(scene)
    fates.leave(scene)
    return Filled(count, new=True)


def _with_quotas(programme: ProgrammeSpec, held: int) -> ProgrammeSpec:
    """Places per kab/kota, unless the office has set its own."""
    return replace(programme, allocations=programme.allocations or {**QUOTAS, names.FULL: held})


# --- the weeks


def _write_diary(scene: Scene) -> None:
    opened = scene.ago(LONG_AGO, 8, 9)
    desk.take_on(scene, opened)
    for life in scene.lives:
        first, last = life.role.story.began
        scene.on(scene.ago(scene.chance.randint(first, last)), _beginning(scene, life))
    scene.on(scene.ago(20, 9, 10), lambda at: lists.bring(scene, at))
    scene.on(scene.ago(1, 9, 10), lambda at: announcements.write(scene, at))
    desk.ask(scene)
    days.plan(scene)
    for ago in range(WATCHED, 0, -1):
        scene.on(scene.ago(ago, 9, 10), lambda at: _heartbeat(scene, at))


def _beginning(scene: Scene, life: Life) -> Act:
    def act(at: dt.datetime) -> None:
        people.begin(scene, life, at)
        careers.follow(scene, life, at)

    return act


def _heartbeat(scene: Scene, at: dt.datetime) -> None:
    """What the program does by itself, once a day: it asks, owns up, offers and reminds."""
    careers.offer_places(scene, at)
    told = scene.session, scene.texts, scene.office, at
    for sweep in (dues.sweep, certificates.sweep, lateness.sweep, waiting_news.sweep, tending.sweep, reminding.sweep):
        while sweep(*told):
            pass
    careers.make_good(scene, at - SLOW, at)
