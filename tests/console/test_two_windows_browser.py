"""Two windows: an owner at the phone in one, officers at the console in the other; a case, an event, a broadcast."""

import datetime as dt
import re
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from models import Conversation
from tests.console.office import PASSWORD, QUICK
from tests.services import announced
from tests.services.people import account
from tests.simulator.test_whole_way import Owner
from tests.support import lent
from tests.support.browsing import Watched
from tests.support.engine import NOON
from tests.support.server import Served, served, settings_for

ENOUGH = 1000  # replies to one chat within four seconds: this owner is quick
# Where the officer moves the case, and what the owner reads of it.
STAGES = (
    ("Sudah diajukan", "diajukan"),
    ("Diperiksa pendamping", "pendamping"),
    ("Sidang fatwa", "fatwa"),
    ("Sertifikat terbit", "ID36110012345"),
)


@pytest.fixture(scope="module")
def running(sqlite_files: lent.Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program as it is, from noon of a Tuesday on."""
    began = time.monotonic()
    clock = Clock(lambda: NOON + dt.timedelta(seconds=time.monotonic() - began))
    with lent.lent(sqlite_files) as database:
        _hire(database)
        settings = settings_for(database.url, tmp_path_factory.mktemp("windows"), broadcast={"second_person_from": 1})
        with served(settings, clock=clock, burst=ENOUGH) as program:
            yield program


def _hire(database: Database) -> None:
    with Session(database.write_engine) as session, session.begin():
        for name, role in (
            ("rina", "verifikator"),
            ("tuti", "petugas_acara"),
            ("putri", "humas"),
            ("kepala", "penyetuju"),
        ):
            account(session, name, role).password_hash = QUICK.hash(PASSWORD)


class Officer:
    """Somebody at the console."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.watched, self.url = Watched(browser, 1280), f"{url}/console"
        self.page = self.watched.page
        self.page.goto(f"{self.url}/")
        self.page.get_by_label("Nama akun").fill(name)
        self.page.get_by_label("Kata sandi").fill(PASSWORD)
        self.page.get_by_role("button", name="Masuk ke konsol").click()
        expect(self.page.get_by_role("heading", name=f"Ibu {name.capitalize()}")).to_be_visible()

    def opens(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def says(self, words: str) -> Locator:
        """What the page says."""
        found = self.page.get_by_text(words).first
        expect(found).to_be_visible()
        return found

    def helps(self, act: str, sure: str) -> None:
        """Sees first what the owner would get, then does it."""
        self.presses(act)
        self.presses(sure)

    def fills(self, **fields: str) -> None:
        """Type into fields, by their labels."""
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).first.fill(value)

    def moves(self, number: str, stage: str) -> None:
        """To another stage, the owner's message seen before."""
        self.opens(f"/pendaftaran/{number}")
        self.page.get_by_label(stage).check()
        self.presses("Lanjut")
        if stage == "Sertifikat terbit":
            self.page.get_by_label("Nomor sertifikat").fill("ID36110012345")
        self.presses("Lihat dulu pesannya")
        self.presses("dan kabari pemilik")
        self.says("pemiliknya dikabari")


def test_from_hello_to_the_certificate(running: Served, browser: Browser) -> None:
    phone, officer = Watched(browser, 390), Officer(browser, running.url, "rina")
    phone.page.goto(f"{running.url}/simulator/telegram")
    owner = Owner(phone.page)
    phone.page.get_by_role("button", name="MULAI", exact=True).click()
    owner.answered()
    owner.tap("Cek & daftar halal", "Ya, setuju", "Usaha saya sendiri", "Kab. Serang")
    owner.say("baros")
    owner.tap("Keripik & camilan", "Tidak ada")
    owner.tick("1 NIB")
    owner.tap("Selesai")
    owner.say("1", "1", "1", "1", "5", "1", "4", "banyak bu", "emping")
    _is_helped(owner, officer)
    owner.say("1")
    owner.tap("Lanjut daftar")
    owner.say("Siti Aminah", "Keripik Bu Siti", "Sidamukti", "Kp. Cikulur RT 02/RW 03")
    phone.page.locator(".instead").get_by_role("button").first.click()
    owner.answered()
    owner.say("1234 5678 90123", "mikro", "Keripik Singkong Balado", "benar")
    found = re.search(r"BTN-\d{4}-\d{6}", owner.bubbles.last.inner_text())
    assert found is not None
    for stage, reads in STAGES:
        officer.moves(found[0], stage)
        owner.answered()
        expect(owner.bubbles.last).to_contain_text(re.compile(reads, re.IGNORECASE))
    officer.watched.check()
    phone.check()
    for watched in (phone, officer.watched):
        watched.context.close()


def _is_helped(owner: Owner, officer: Officer) -> None:
    """The owner is stuck; an officer sees why, takes over, answers, and hands back."""
    officer.opens("/percakapan/macet")
    officer.page.get_by_role("link", name="Orang tanpa nama").click()
    officer.says("Mengapa macet?")
    expect(officer.page.locator(".tries q")).to_have_text(["emping", "banyak bu"])
    officer.helps("Ambil alih percakapan", "Ya, ambil alih")
    owner.answered()
    expect(owner.bubbles.last).to_contain_text("Ibu Rina")
    owner.say("Ada yang asin ada yang pedes")
    expect(owner.bubbles.last).to_contain_text("Ditambahkan ke T-")
    officer.page.reload()
    officer.says("Ada yang asin ada yang pedes")
    officer.page.get_by_label("Dibaca sebagai jawaban").fill("Asin dan pedas berarti 2 nama, Bu.")
    officer.presses("Kirim jawaban")
    officer.says("Jawaban dikirim.")
    owner.answered()
    expect(owner.bubbles.last).to_contain_text("berarti 2 nama, Bu.")
    officer.helps("Serahkan lagi ke asisten", "Ya, serahkan ke asisten")
    owner.answered()
    expect(owner.bubbles.last).to_contain_text("Ada berapa nama produk")


def passes(running: Served, **time: float) -> None:
    """Time goes by, and what falls due meanwhile is done."""
    running.program.clock.shift(dt.timedelta(**time))
    running.call(running.program.forwarded())


def test_an_event_and_a_broadcast(running: Served, browser: Browser) -> None:
    tuti, phone = Officer(browser, running.url, "tuti"), Watched(browser, 1280)
    tuti.opens("/acara/baru")
    tuti.fills(Mulai="2026-11-25T09:00", Selesai="2026-11-25T13:00", Tempat="Aula UPTD", Jumlah_kursi="30")
    tuti.page.get_by_label("Judul, seperti di surat undangan").fill("Pelatihan label")
    tuti.page.get_by_label("Kab/kota tempat acara").select_option(label="Kota Serang")
    tuti.presses("Simpan acara")
    tuti.says("Dari undangan sampai sertifikat")
    event = tuti.page.url.split("?")[0]

    owner = Owner(phone.page)
    phone.page.goto(f"{running.url}/simulator/telegram")
    phone.page.get_by_role("button", name="Mulai sebagai orang baru").click()
    expect(phone.page.get_by_text("belum pernah menyapa")).to_be_visible()
    phone.page.get_by_role("button", name="MULAI", exact=True).click()
    owner.answered()
    owner.tap("Acara & pelatihan", "Pelatihan label", "Ikut", "Ya, setuju")
    owner.say("Siti Aminah", "Keripik Bu Siti")
    owner.tap("Kota Serang")
    phone.page.locator(".turn").last.get_by_role("button", name="Ya, ingatkan").click()
    joined = owner.bubbles.filter(has_text="Kode hadir:")  # and its picture
    expect(joined).to_have_count(1, timeout=10_000)
    digits = re.search(r"Kode hadir: (\d{4})", joined.inner_text())
    assert digits is not None
    _is_announced_to(running, browser, owner)

    passes(running, days=1)
    tuti = Officer(browser, running.url, "tuti")  # sessions left alone are over
    tuti.page.goto(f"{event}/pintu")
    tuti.page.get_by_label("Nama pintu").fill("Pintu A")
    tuti.presses("Buat tautan pintu")
    door = Watched(browser, 390)
    door.page.goto(tuti.page.locator("#tautan-pintu").inner_text())
    door.page.get_by_label("Ketik 4 angka").fill(digits[1])
    door.page.get_by_role("button", name="Hadir Siti Aminah").click()
    expect(door.page.get_by_text("Siti Aminah. Hadir")).to_be_visible()
    tuti.page.goto(f"{event}/sertifikat")
    tuti.presses("Terbitkan untuk yang hadir")
    passes(running, days=1)
    expect(owner.bubbles.filter(has_text="ertifikat").last).to_be_visible()
    tuti = Officer(browser, running.url, "tuti")
    tuti.page.goto(f"{event}/sertifikat")
    tuti.says("1 dari 1 yang hadir sudah punya")


def _is_announced_to(running: Served, browser: Browser, owner: Owner) -> None:
    """Written by one, approved by another, read on the phone, and counted."""
    with Session(running.program.database.write_engine) as session, session.begin():
        for person_id in session.scalars(sa.select(Conversation.person_id).where(Conversation.person_id.is_not(None))):
            announced.agrees(session, person_id)
    putri, kepala = Officer(browser, running.url, "putri"), Officer(browser, running.url, "kepala")
    putri.opens("/siaran/baru")
    putri.fills(Naskah_Indonesia="Halo {nama}, besok ada *pelatihan label* gratis.")
    putri.page.get_by_label("Judul (untuk petugas)").fill("Undangan pelatihan")
    putri.page.locator("#sibuk").check()  # who wrote a moment ago is not left out
    putri.presses("Simpan dan lihat pratinjaunya")
    putri.presses("Minta persetujuan")
    putri.says("Persetujuan diminta")
    kepala.page.goto(putri.page.url.split("?")[0])
    kepala.presses("Setujui dan kirim")
    kepala.says("Disetujui")
    passes(running, minutes=40)  # nobody is written to in the middle of something else
    expect(owner.bubbles.filter(has_text="besok ada pelatihan label")).to_have_count(1, timeout=10_000)
    putri = Officer(browser, running.url, "putri")  # sessions left alone are over
    putri.opens("/siaran")
    putri.page.get_by_role("link", name="Undangan pelatihan").click()
    putri.says("Selesai")
    putri.says("Terkirim")
    putri.watched.check()
