"""The console in a real browser: a day at the office, readable by everybody, under the headers it is served with."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from console.app import BASE
from console.pages import PAGES
from models import (
    Channel,
    Delivery,
    DeliveryState,
    LikelyDouble,
)
from services import signing_in
from services.broadcasts import drafting
from services.broadcasts.audience import Audience
from services.broadcasts.drafting import Draft
from tests.console.examples import CODE, TO_THEM, example
from tests.console.office import CATALOGUE, PASSWORD, QUICK
from tests.console.town import SERANG, asks, settle
from tests.services import announced
from tests.services.eventful import event, owner, signs_up
from tests.services.people import DEWI, account
from tests.support import lent
from tests.support.browsing import DESK, PHONE, Watched
from tests.support.chat import Chat
from tests.support.engine import NOON, echo
from tests.support.office import OFFICE
from tests.support.owner import goes_on
from tests.support.photos import photo
from tests.support.server import Served, served, settings_for

RIGHT: set[str] = set()  # pages on which nothing was wrong
TO_SERANG = Draft("NIB", {"id": "Pendampingan NIB gratis."}, Audience(regencies=(SERANG,)))
AT_A_DESK = pytest.mark.parametrize("clerk", [DESK], indirect=True)
ON_A_PHONE = pytest.mark.parametrize("clerk", [PHONE], indirect=True)
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.fixture(scope="module")
def lent_database(sqlite_files: lent.Files) -> Iterator[Database]:
    """One database is enough for the browser: what it asks for is tried on both beside it."""
    with lent.lent(sqlite_files) as database:
        yield database


@pytest.fixture(scope="module")
def running(lent_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program with a town in it, at noon of a Tuesday, for all tests of this file."""
    with Session(lent_database.write_engine) as session, session.begin():
        settle(session)
        session.add(LikelyDouble(business_id=1, other_id=2, because="phone", at=NOON))
        day = event(session, regency="36.73", capacity=30)
        for _ in range(4):
            signs_up(session, day.id, owner(session))
        announced.owner(session, "Siti Aminah")
        asks(session)
        asks(session, "Gula Semut Cihara", "Sertifikatnya tidak bisa diunduh, Bu.")
        roles = ("verifikator", "administrator", "humas", "petugas_acara", "pengelola_program")
        account(session, "dewi", "verifikator")
        account(session, "ujang", "pendamping", display_name="Ujang Hidayat")
        account(session, "rina", *roles, display_name="Rina Marlina").password_hash = QUICK.hash(PASSWORD)
        drafting.create(session, DEWI, TO_SERANG, texts=CATALOGUE, office=OFFICE, now=NOON)
        signing_in.password_code(session, DEWI, "rina", code=CODE, now=NOON)
    _is_stuck(lent_database)
    settings = settings_for(lent_database.url, tmp_path_factory.mktemp("console"))
    with served(settings, answer=echo, clock=Clock(lambda: NOON)) as program:
        yield program


def _is_stuck(database: Database) -> None:
    """Somebody who was asked one thing after the other this morning, and read all of it."""
    chat = Chat(database, OFFICE, now=NOON - dt.timedelta(minutes=30))
    chat.says("halo").taps("journey")
    while chat.asked != "product_count":
        chat.now += dt.timedelta(seconds=40)
        goes_on(chat)
    for said in ("banyak bu tergantung pesanan", "emping"):
        chat.now += dt.timedelta(seconds=40)
        chat.says(said)
    with database.write() as connection:
        sent = sa.update(Delivery).where(Delivery.because.startswith("turn:"), Delivery.channel == Channel.TELEGRAM)
        seconds = dt.timedelta(seconds=1)
        for row in connection.execute(sa.select(Delivery.id, Delivery.created_at)).all():
            then = {"state": DeliveryState.SENT, "sent_at": row.created_at + seconds}
            connection.execute(sent.where(Delivery.id == row.id).values(then))


class Noting(Watched):
    """A page that remembers where nothing was found to be wrong."""

    def check(self) -> None:
        """As everywhere, and noted."""
        super().check()
        RIGHT.add(urlsplit(self.page.url).path.removeprefix(BASE))


class Clerk:
    """Somebody at a screen."""

    def __init__(self, browser: Browser, running: Served, width: int, request: pytest.FixtureRequest) -> None:
        self.watched, self.url = Noting(browser, width), running.url
        self.page: Page = self.watched.page
        self._draws = bool(request.config.getoption("--update-pictures"))

    def signs_in(self) -> None:
        """To Beranda."""
        self.page.goto(f"{self.url}/console/")
        self.page.get_by_label("Nama akun").fill("rina")
        self.page.get_by_label("Kata sandi").fill(PASSWORD)
        self.page.get_by_role("button", name="Masuk ke konsol").click()
        expect(self.page.get_by_role("heading", name="Selamat siang, Rina Marlina")).to_be_visible()

    def looks(self, name: str, part: str = "") -> None:
        """Nothing is wrong on this page; with `--update-pictures` it, or a region of it, is drawn for the handbook."""
        self.watched.check()
        if self._draws and part:
            self.watched.resized(DESK)
            self.page.get_by_role("region", name=part).screenshot(path=PICTURES / f"konsol-{name}-{DESK}.png")
            self.page.set_viewport_size(self.watched.size)
        elif self._draws and name:
            self.watched.draw(PICTURES / f"konsol-{name}-{DESK}.png")


@pytest.fixture
def clerk(browser: Browser, running: Served, request: pytest.FixtureRequest) -> Iterator[Clerk]:
    """Rina, at her desk or with her phone."""
    made = Clerk(browser, running, request.param, request)
    yield made
    made.watched.context.close()


@AT_A_DESK
def test_from_signing_in_to_the_queue(clerk: Clerk) -> None:
    page = clerk.page
    page.goto(f"{clerk.url}/console/pendaftaran")
    clerk.looks("masuk")
    clerk.signs_in()
    clerk.looks("beranda")
    page.get_by_role("link", name="Janji kabar terlewat").click()
    expect(page.get_by_role("link", name="Katering Ibu Yati")).to_be_visible()
    clerk.looks("pendaftaran")
    page.goto(f"{clerk.url}/console/pendaftaran?tab=semua")
    search = page.get_by_label("Nama, usaha, nomor", exact=True)
    search.fill("emping")
    search.press("Enter")
    expect(page.get_by_role("link", name="Katering Ibu Yati")).to_have_count(0)
    # No answer to the search is on its way any more: it would draw the table anew, without the tick.
    page.goto(f"{clerk.url}/console/pendaftaran?tab=semua&cari=emping")
    page.get_by_label("Pilih Emping Menes").check()
    page.get_by_text("Pindahkan beberapa sekaligus").click()
    page.get_by_label("Ke tahap").select_option("DIKEMBALIKAN")
    page.get_by_label("Alasan untuk pemilik").fill("Foto kurang jelas.")
    clerk.watched.check()
    page.get_by_role("button", name="Lihat yang dicentang").click()
    expect(page.get_by_role("button", name="Pindahkan 1 pengajuan dan kabari 1 pemilik")).to_be_visible()
    clerk.looks("pindah-banyak")
    page.goto(f"{clerk.url}/console/pendaftaran/status")
    clerk.watched.check()
    page.goto(f"{clerk.url}/console/pendaftaran?tab=semua&cari=emping")
    expect(page.get_by_role("link", name="Emping Menes")).to_be_visible()
    assert "cari=emping" in page.url
    clerk.looks("cari")
    page.get_by_role("link", name="Acara").first.click()
    expect(page.get_by_role("heading", name="Acara")).to_be_visible()
    clerk.watched.check()
    page.get_by_role("link", name="Sosialisasi Standardisasi").click()
    expect(page.get_by_text("Dari undangan sampai sertifikat")).to_be_visible()
    clerk.looks("acara")
    for tab in ("Sertifikat", "Pendapat", "Peserta"):
        page.get_by_role("link", name=tab, exact=True).click()
        clerk.watched.check()
    page.get_by_text("Keluarkan").first.click()
    clerk.watched.check()
    page.get_by_role("link", name="Undangan", exact=True).click()
    clerk.looks("acara-undangan")
    page.get_by_role("link", name="Undang orang").click()
    page.get_by_role("button", name="Hitung dulu").first.click()
    expect(page.get_by_role("heading", name="akan masuk daftar undangan")).to_be_visible()
    clerk.watched.check()
    page.get_by_role("link", name="Peserta", exact=True).click()
    clerk.looks("acara-peserta")
    page.get_by_role("link", name="Pintu dan hadir").click()
    page.get_by_role("button", name="Buat tautan pintu").click()
    expect(page.get_by_role("img", name="Kode QR tautan pintu")).to_be_visible()
    clerk.looks("acara-pintu")
    page.get_by_role("link", name="Ubah", exact=True).click()
    clerk.watched.check()
    starts = page.get_by_role("region", name="Waktu dan tempat").get_by_label("Mulai")
    starts.fill("2026-12-11T10:00")
    page.get_by_role("region", name="Waktu dan tempat").get_by_role("button").click()
    expect(page.get_by_role("heading", name="4 orang akan diberi tahu")).to_be_visible()
    clerk.looks("acara-pindah")
    page.goto(f"{clerk.url}/console/acara/baru")
    clerk.looks("acara-baru")
    page.goto(f"{clerk.url}/console/siaran")
    clerk.watched.check()
    page.get_by_role("link", name="Tulis siaran").click()
    page.get_by_label("Judul (untuk petugas)").fill("Undangan pelatihan")
    page.get_by_label("Naskah Indonesia").fill("Halo {nama}, ada pelatihan *gratis*.")
    page.get_by_label("Templat").select_option("announcement_v1")
    page.get_by_label("Isian {{1}}").fill("{usaha}")
    page.get_by_label("Isian {{2}}").fill("ada pelatihan gratis hari Kamis")
    page.locator("summary").filter(has_text="Yang masih kurang").click()
    page.get_by_label("Kabupaten Pandeglang").check()
    expect(page.get_by_text("Tidak ada yang akan menerimanya")).to_be_visible(timeout=10_000)
    page.get_by_label("Kabupaten Pandeglang").uncheck()
    expect(page.get_by_text("untuk Keripik Bu Siti: ada pelatihan gratis")).to_be_visible()
    expect(page.get_by_text("Tidak ada yang akan menerimanya")).to_have_count(0)
    clerk.looks("siaran-baru")
    page.get_by_role("button", name="Simpan dan lihat pratinjaunya").click()
    page.get_by_label("Pilih berkas").set_input_files(
        {"name": "undangan.png", "mimeType": "image/png", "buffer": photo(320, 180)}
    )
    page.get_by_role("button", name="Pasang").click()
    expect(page.get_by_role("heading", name="Siapa yang menerima")).to_be_visible()
    expect(page.get_by_role("img", name="Gambar yang ikut").first).to_be_visible()
    clerk.looks("siaran")
    page.get_by_role("button", name="Setujui dan kirim").click()
    expect(page.get_by_text("Siaran berangkat pada waktunya")).to_be_visible()
    clerk.watched.check()
    page.goto(f"{clerk.url}/console/saya")
    clerk.looks("akun-saya")
    page.goto(f"{clerk.url}/console/permintaan")
    clerk.watched.check()
    for path, name in (
        ("program/BANTEN-2026/ubah", ""), ("program/fakta", ""), ("program/fakta/obligation_text", "fakta"),
        ("kiriman", "kiriman"), (TO_THEM, "ajak"), ("cetak", "cetak"),
        ("program", "program"),
    ):  # fmt: skip
        page.goto(f"{clerk.url}/console/{path}")
        clerk.looks(name)
        if path == "cetak":
            assert len(re.findall(rb"/Type */Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.get_by_role("button", name="Tutup program sekarang").click()
    expect(page.get_by_role("heading", name="Simpan perubahan ini?")).to_be_visible()
    clerk.looks("program-akibat")
    page.goto(f"{clerk.url}/console/program")
    page.get_by_role("link", name="Buat program baru").click()
    typed = {"Kode": "BANTEN-2027", "Nama program": "Fasilitasi Halal Banten 2027", "Dibuka mulai": "2027-01-04"}
    typed |= {"Sampai dengan": "2027-12-31", "Sumber kuota": "SK Kepala Dinas 9/2026", "Sumber per": "2026-11-20"}
    for label, value in typed.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Kab. Lebak").fill("1200")
    clerk.looks("program-baru")
    page.get_by_role("button", name="Lihat akibatnya").click()
    expect(page.get_by_role("heading", name="Buat BANTEN-2027?")).to_be_visible()
    clerk.looks("program-baru-akibat")
    clerk.watched.expected = ("422",)
    page.get_by_role("button", name="Kembali ke isian").click()
    page.get_by_label("Sampai dengan").fill("2026-12-31")
    page.get_by_role("button", name="Lihat akibatnya").click()
    expect(page.locator("#p-tutup-e")).to_have_text("Tanggal tutup harus sesudah tanggal buka.")
    clerk.watched.check()


@ON_A_PHONE
def test_a_doubt_decided_and_a_question_answered(clerk: Clerk) -> None:
    page = clerk.page
    clerk.signs_in()
    page.goto(f"{clerk.url}/console/pendaftaran?tab=telaah")
    page.get_by_text("Cari dan saring").click()
    page.get_by_label("Nama, usaha, nomor", exact=True).fill("yati")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Katering Ibu Yati").click()
    clerk.looks("pengajuan")
    page.get_by_role("button", name="Tampilkan data pribadi").click()
    expect(page.get_by_text("pembukaan ini dicatat atas nama Anda")).to_be_visible()
    clerk.looks("data-pribadi")
    page.get_by_role("region", name="Pendamping").get_by_role("button", name="Lihat dulu pesannya").click()
    expect(page.get_by_role("button", name="Tugaskan Ujang Hidayat")).to_be_visible()
    clerk.looks("pendamping", "Pendamping")
    page.get_by_role("link", name="Minta perbaikan").click()
    page.get_by_label("Alamat tempat membuat").check()
    page.get_by_label("Belum lengkap").check()
    clerk.looks("minta-perbaikan")
    page.get_by_role("button", name="Lihat dulu pesannya").click()
    page.get_by_role("button", name="Kirim ke pemilik").click()
    expect(page.get_by_role("region", name="Perbaikan dari pemilik")).to_contain_text("Menunggu pemilik")
    clerk.watched.check()
    page.get_by_label("Peminat saja").check()
    page.get_by_label("Alasan untuk pemilik").select_option("decision.reason.not_now")
    page.get_by_role("button", name="Lihat dulu pesannya").first.click()
    expect(page.get_by_text("dicatat sebagai peminat").first).to_be_visible()
    clerk.watched.check()
    page.get_by_role("link", name="Batal, jangan putuskan").click()
    page.get_by_label("Pindah jalur reguler").check()
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_label("Katering diperiksa LPH").check()
    clerk.looks("alasan")
    page.get_by_role("button", name="Lihat dulu pesannya").first.click()
    expect(page.get_by_text("dipindah ke jalur reguler")).to_be_visible()
    clerk.looks("pratinjau")
    page.get_by_role("button", name="dan kabari pemilik").click()
    expect(page.get_by_text("pemiliknya dikabari")).to_be_visible()
    clerk.watched.check()
    page.goto(f"{clerk.url}/console/percakapan")
    clerk.looks("percakapan")
    page.get_by_role("link", name="Pertanyaan").first.click()
    page.get_by_label("Dibaca sebagai jawaban").fill("Besok pukul 9 pagi ya, Bu.")
    clerk.looks("jawab")
    page.get_by_role("button", name="Kirim jawaban").dblclick()
    expect(page.get_by_text("Jawaban dikirim.")).to_be_visible()
    expect(page.get_by_text("Besok pukul 9 pagi ya, Bu.")).to_have_count(2)
    page.get_by_role("button", name="Tutup tiket").click()
    expect(page.get_by_text("Tiket ditutup.")).to_be_visible()
    clerk.looks("tutup")
    page.get_by_role("link", name="Buka percakapan ini").click()
    expect(page.get_by_role("log")).to_contain_text("Besok pukul 9 pagi ya, Bu.")
    clerk.looks("obrolan")


@ON_A_PHONE
def test_somebody_is_stuck(clerk: Clerk) -> None:
    """Why, and what taking the chat over would come to."""
    page = clerk.page
    clerk.signs_in()
    page.goto(f"{clerk.url}/console/percakapan/macet")
    clerk.watched.check()
    page.get_by_role("link", name="Orang tanpa nama").click()
    expect(page.locator(".tries q")).to_have_text(["emping", "banyak bu tergantung pesanan"])
    clerk.looks("macet")
    page.get_by_role("button", name="Ambil alih percakapan").click()
    expect(page.get_by_text("Asisten diam. Yang ia tulis masuk ke satu tiket")).to_be_visible()
    clerk.looks("ambil-alih")
    page.get_by_role("link", name="Tidak jadi").click()
    expect(page.get_by_role("button", name="Tanyakan lagi pertanyaan ini")).to_be_visible()


@AT_A_DESK
def test_people_businesses_and_accounts(clerk: Clerk) -> None:
    page = clerk.page
    clerk.signs_in()
    page.goto(f"{clerk.url}/console/orang?cari=emp")
    page.get_by_role("link", name="(orang nomor").click()
    clerk.looks("orang")
    page.get_by_role("button", name="Tampilkan data pribadi").click()
    expect(page.get_by_text("pembukaan ini dicatat atas nama Anda")).to_be_visible()
    clerk.watched.check()
    for path, name in (
        ("orang", ""), ("usaha/1", ""), ("usaha/1/ganda/1", "ganda"), ("pengguna-baru", ""),
        ("pengguna", "pengguna"), ("audit?apa=broadcast", "audit"), ("pengguna/dewi", ""),
    ):  # fmt: skip
        page.goto(f"{clerk.url}/console/{path}")
        clerk.looks(name)
    page.get_by_role("button", name="Nonaktifkan akun ini").click()
    expect(page.get_by_text("belum ada yang berubah")).to_be_visible()
    clerk.watched.check()
    page.get_by_role("link", name="Batal").click()
    page.get_by_role("button", name="Buat tautan kata sandi").click()
    expect(page.get_by_text("Hanya tampil sekali")).to_be_visible()
    clerk.watched.check()


@ON_A_PHONE
def test_no_page_is_left_out(clerk: Clerk, lent_database: Database) -> None:
    """Every page of the table is looked at: those above were, the others are now."""
    clerk.signs_in()
    for one in PAGES:
        shape = re.compile(re.sub(r"{[^}]+}", "[^/]+", one.path))
        if one.method != "GET" or any(map(shape.fullmatch, RIGHT)):
            continue
        where = example(one.path, lent_database)
        if where is not None:
            clerk.page.goto(f"{clerk.url}{BASE}{where}")
            clerk.watched.check()
