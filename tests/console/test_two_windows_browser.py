"""Two windows: an owner at the phone in one, an officer at the console in the other, up to the certificate."""

import datetime as dt
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from tests.console.office import PASSWORD, QUICK
from tests.services.people import account
from tests.simulator.test_browser import Watched, browser
from tests.simulator.test_whole_way import Owner
from tests.support import lent
from tests.support.engine import NOON
from tests.support.server import Served, served, settings_for

__all__ = ["browser"]
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
        settings = settings_for(database.url, tmp_path_factory.mktemp("windows"))
        with served(settings, clock=clock, burst=ENOUGH) as program:
            yield program


def _hire(database: Database) -> None:
    with Session(database.write_engine) as session, session.begin():
        account(session, "rina", "verifikator", display_name="Rina Marlina").password_hash = QUICK.hash(PASSWORD)


class Officer:
    """Somebody at the console."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.watched, self.url = Watched(browser, 1280), f"{url}/console"
        self.page = self.watched.page
        self.page.goto(f"{self.url}/")
        self.page.get_by_label("Nama akun").fill("rina")
        self.page.get_by_label("Kata sandi").fill(PASSWORD)
        self.page.get_by_role("button", name="Masuk ke konsol").click()
        expect(self.page.get_by_role("heading", name="Rina Marlina")).to_be_visible()

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
    phone, officer = Watched(browser, 390), Officer(browser, running.url)
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
    expect(owner.bubbles.last).to_contain_text("Rina Marlina")
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
