"""Daftar kontak contoh: two lists the office was given, taken in as any list is; a list is no consent."""

import datetime as dt
import hashlib
from collections.abc import Sequence

import sqlalchemy as sa

from models import Contact
from services import regions
from services.contacts import keeping, papers
from services.contacts.columns import Heading
from services.contacts.judging import Judge, pieces
from services.contacts.listing import Listing
from services.contacts.reading import Entry
from services.demo import names
from services.demo.scene import Life, Scene
from services.inserting import quietly
from services.sheet_files import Opened

ATTENDED = "Sosialisasi 15 Mei 2025"
CAME = 30
DAY = dt.date(2025, 5, 15)
REFERENCE = "BA-07/BPTSI/2026"
NUMBER = 34_560_000  # numbers of people on lists: 0812-3456-xxxx


def bring(scene: Scene, at: dt.datetime) -> None:
    """The attendance of last year's event, and a list of a dinas that claims consent on paper."""
    some = scene.lives[:4]  # who wrote to us themselves stands on lists, too
    came = [_person(scene, n) for n in range(CAME - len(some))] + [_of(life) for life in some]
    for n, entry in enumerate(came):
        entry.event, entry.day, entry.attended = ATTENDED, DAY, n % 6 != 5
    _bring(scene, "Daftar hadir 15 Mei 2025.xlsx", "Disperindag, daftar hadir", came, at)
    listed = [_person(scene, CAME + n) for n in range(max(20, len(scene.lives) // 2))]
    for entry in listed[::3]:
        entry.claims, entry.reference = True, REFERENCE if entry.line % 2 else "BA-08/BPTSI/2026"
    _bring(scene, "Data IKM binaan 2026.xlsx", "Dinas kabupaten dan kota", listed, at + dt.timedelta(hours=2))
    second = scene.staff["verifikator.selatan"]
    papers.decide(scene.session, second, REFERENCE, confirmed=True, now=at + dt.timedelta(days=2))


def _person(scene: Scene, n: int) -> Entry:
    first, last = scene.chance.choice(names.WOMEN), scene.chance.choice(names.LAST)
    regency = list(names.WEIGHTS)[n % len(names.WEIGHTS)]
    district = scene.chance.choice(regions.districts_of(regency)).code
    _, business, products = scene.chance.choice(names.GOODS)
    name = f"{first} {last}"
    phone = f"+62812{NUMBER + n:08d}" if n % 9 else None
    return Entry(
        n + 1, name, business.format(name=f"Bu {first}"), phone, regency, district, scene.chance.choice(names.VILLAGES),
        product=products[0],
    )  # fmt: skip


def _of(life: Life) -> Entry:
    role = life.role
    return Entry(
        role.number, role.name, role.business, role.phone, role.regency, role.district, role.village,
        product=role.products[0],
    )  # fmt: skip


def _bring(scene: Scene, file: str, source: str, entries: Sequence[Entry], at: dt.datetime) -> None:
    actor = scene.staff["verifikator"]
    digest = hashlib.sha256(f"contoh {file}".encode()).hexdigest()
    listing = Listing(Opened(file, ("Daftar",)), "Daftar", (), Heading(1, {}, ()), digest)
    list_id = keeping.begin(scene.session, actor, listing, source, at)
    judge = Judge(actor)
    for piece in pieces(((), entry) for entry in entries):
        judged = judge.judge(scene.session, piece)
        keeping.keep(scene.session, actor, list_id, judged, at)
        judge.accept(judged)
    keeping.finish(scene.session, actor, list_id, judge.tally, at)
    scene.session.execute(quietly(sa.update(Contact).where(Contact.list_id == list_id).values(demo=True)))
