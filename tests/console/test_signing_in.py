"""Signing in: with what, how often one may try, how it ends, and what nobody else can do with one's browser."""

import secrets

import anyio.from_thread
import httpx
import pytest
import sqlalchemy as sa

from bot.database import Database
from console import kept
from console.app import Undeclared, create
from console.desk import Page
from console.reception import HEADERS
from models import Session, StaffSession, StaffTries
from services import accounts, retention, signing_in, staff
from tests.console.office import PASSWORD, Browser, Office
from tests.support.office import OFFICE


def test_from_a_link_to_a_password_a_phone_and_the_console(office: Office) -> None:
    office.hire("tuti", "administrator")
    tuti, link = Browser(office, "tuti"), secrets.token_urlsafe(16)
    with office.writing() as session:
        signing_in.password_code(session, staff.operator("server"), "tuti", code=link, now=office.clock.now)
    assert tuti.sign_in().status_code == 422  # what she may do asks for a phone, and none is joined yet
    assert "HP-nya belum terpasang" in tuti.says()
    assert tuti.get(f"/mulai/{link}").status_code == 200
    tuti.seed = signing_in.accounts.hashed(link)
    for fault, fields in (
        ("paling sedikit 12", {"sandi": "pendek"}),
        ("tidak sama", {"sandi": PASSWORD, "ulang": "lain"}),
        ("tidak boleh memuat nama akun", {"sandi": "bu tuti dari serang"}),
        ("mudah ditebak", {"sandi": "bismillah123"}),
        ("tidak cocok", {"sandi": PASSWORD, "ulang": PASSWORD, "kode": "000000"}),
    ):
        tuti.post(f"/mulai/{link}", **{"ulang": fields["sandi"], **fields})
        assert fault in tuti.says()
    tuti.post(f"/mulai/{link}", sandi=PASSWORD, ulang=PASSWORD, kode=tuti.code())
    assert "Kata sandi tersimpan" in tuti.says()
    assert tuti.get(f"/mulai/{link}").status_code == 404  # once only
    assert tuti.sign_in().status_code == 422  # that code has been used
    office.clock.pass_by(seconds=30)
    tuti.sign_in()
    assert "Selamat siang, Ibu" in tuti.says()
    assert office.acts()[-3:] == ["staff.password_chosen", "staff.sign_in_failed", "staff.signed_in"]


def test_who_tries_too_often_waits_and_nobody_learns_which_accounts_there_are(office: Office) -> None:
    office.hire("rina")
    rina, stranger = Browser(office, "rina"), Browser(office, "hantu")
    for browser in (rina, stranger):
        assert browser.sign_in(sandi="salah").status_code == 422
    assert rina.says().replace("rina", "") == stranger.says().replace("hantu", "")
    assert "Masih 4 kali" in rina.says()
    for _ in range(4):
        rina.sign_in(sandi="salah")
    assert rina.sign_in().status_code == 429  # the right one is not even looked at
    assert "Coba lagi sesudah pukul 12.15" in rina.says()
    office.clock.pass_by(minutes=15)
    assert rina.sign_in().status_code == 200
    with Session(office.database.read_engine) as session:
        rows = session.scalars(sa.select(StaffTries)).all()
    assert all(len(row.key) == 64 for row in rows)  # no account and no address in the clear
    dewi = office.hire("dewi")
    for _ in range(3):
        dewi.sign_in()
    with Session(office.database.read_engine) as session:
        now = sa.select(StaffTries.count).where(StaffTries.until > office.clock.now)
        assert session.scalars(now).all() == [0]  # an office that signs in from one address is no attack
    with office.writing() as session:
        assert retention.sweep(session, OFFICE, office.clock.now)["tries"] > 0


def test_one_address_that_goes_on_and_on_makes_no_rows_and_keeps_nobody_out(office: Office) -> None:
    office.hire("rina")
    with office.writing() as session:
        for _ in range(40):
            signing_in.knock(session, "rina", "203.0.113.9", office.clock.now)
        assert signing_in.knock(session, "rina", "203.0.113.10", office.clock.now).account is not None
        for n in range(30):
            signing_in.knock(session, f"akun{n}", "203.0.113.9", office.clock.now)
        names = sa.select(sa.func.count()).select_from(StaffTries)
        assert session.scalar(names) == 5 + 2 * (signing_in.MOST_ADDRESS - 40)


def test_a_session_ends_when_left_alone_after_half_a_day_and_wherever_it_is_ended(office: Office) -> None:
    rina, phone = office.hire("rina"), Browser(office, "rina")
    assert rina.sign_in().status_code == 200
    for _ in range(24):  # in use all the time
        office.clock.pass_by(minutes=29)
        rina.get("/saya")
    assert "Akun saya" in rina.says()
    office.clock.pass_by(minutes=25)
    rina.get("/saya")
    assert "Masuk ke konsol" in rina.says()  # twelve hours are over
    rina.sign_in()
    office.clock.pass_by(minutes=31)
    assert "Masuk ke konsol" in rina.get("/saya").text
    rina.sign_in()
    phone.sign_in()
    assert rina.get("/saya").text.count("terakhir dipakai") == 2
    rina.post("/keluar", semua="1")
    assert "semua perangkat" in rina.says()
    assert "Masuk ke konsol" in phone.get("/saya").text
    rina.sign_in()
    with office.writing() as session:
        session.get_one(type(office.staff("rina")), office.staff("rina").id).disabled_at = office.clock.now
    assert "Masuk ke konsol" in rina.get("/saya").text
    dewi = office.hire("dewi")
    dewi.sign_in()
    with office.writing() as session:
        accounts.disable(session, staff.operator("server"), "dewi", office.clock.now)
        accounts.enable(session, staff.operator("server"), "dewi", office.clock.now)
    assert "Masuk ke konsol" in dewi.get("/saya").text, "an account that is opened again is signed in nowhere"
    with office.writing() as session:
        counts = retention.sweep(session, OFFICE, office.clock.now + 43 * signing_in.LINK_TIME)
    assert counts["browsers"] == 6


def test_more_rights_ask_for_a_phone_at_once(office: Office) -> None:
    rina = office.hire("rina")
    rina.sign_in()
    with office.writing() as session:
        session.get_one(type(office.staff("rina")), office.staff("rina").id).roles = ["administrator"]
    assert "Masuk ke konsol" in rina.get("/saya").text
    rina.sign_in()
    assert "HP-nya belum terpasang" in rina.says()


def test_no_other_page_sends_a_form_in_ones_name(office: Office) -> None:
    rina = office.hire("rina")
    rina.sign_in()
    rina.get("/saya")
    good = {"host": "127.0.0.1:8000"}
    for headers, status in (
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "https://jahat.contoh"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
        ({"origin": "http://127.0.0.1:8000", **good}, 303),
    ):
        page = rina.page
        assert rina.post("/keluar", follow=False, where=headers).status_code == status, headers
        rina.page = page
    rina.sign_in()
    rina.get("/saya")
    assert rina.post("/keluar", token="x").status_code == 409  # shown, and sent only on purpose
    assert "belum diproses" in rina.says()
    rina.get("/saya")
    assert "Akun saya" in rina.says()


def test_every_answer_carries_its_headers_and_pages_are_kept_nowhere(office: Office) -> None:
    rina = office.hire("rina")
    rina.sign_in()
    for path in ("/", "/saya", "/masuk", "/tidak-ada", "/static/console.css", "/static/tidak-ada", "/mulai/x"):
        answer = rina.get(path, follow=False)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, path
        assert ("no-store" in answer.headers["cache-control"]) != path.startswith("/static/console"), path
    assert "'unsafe" not in HEADERS["content-security-policy"]
    big = rina.post("/keluar", apa="x" * 300_000)
    assert big.status_code == 413


def test_over_https_the_cookie_is_for_this_host_alone(
    database: Database, portal: anyio.from_thread.BlockingPortal
) -> None:
    office = Office(database, portal, public_url="https://bot.contoh.go.id")
    rina = office.hire("rina")
    rina.home = "https://bot.contoh.go.id"
    answer = rina.post("/masuk", follow=False, token="", nama="rina", sandi=PASSWORD)
    given = answer.headers["set-cookie"]
    assert given.startswith("__Host-sesi=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in given
    with Session(database.read_engine) as session:
        token = given.split("=")[1].split(";")[0]
        assert token not in session.scalars(sa.select(StaffSession.token_hash)).all()
    assert "strict-transport-security" in rina.get("/saya").headers


def test_without_https_only_this_computer_comes_in(office: Office) -> None:
    rina = office.hire("rina")
    rina.home = "http://192.168.1.5:8000"
    assert rina.sign_in().status_code == 403
    assert "https" in rina.says()


def test_what_was_typed_outlives_the_session(office: Office) -> None:
    rina = office.hire("rina")
    rina.sign_in()
    rina.get("/saya")
    office.clock.pass_by(hours=1)
    late = rina.post("/keluar", catatan='Ibu Siti <b>belum</b> "dihubungi"', semua="1")
    assert late.status_code == 401
    assert "yang Anda tulis masih ada" in rina.says()
    typed = kept.packed("/keluar", {"catatan": ['Ibu Siti <b>belum</b> "dihubungi"'], "semua": ["1"]})
    rina.sign_in(isian=typed)
    assert rina.page is not None
    assert rina.page.status_code == 200
    assert "<b>belum</b>" not in rina.page.text  # what was typed is words, not marks
    assert 'Ibu Siti <b>belum</b> "dihubungi"' in rina.says()
    assert "semua perangkat" in rina.post("/keluar", semua="1").text
    assert kept.unpacked('["//jahat.contoh", {}]') is None


def test_onward_is_a_page_of_ours(office: Office) -> None:
    rina = office.hire("rina")
    assert "/masuk?lanjut=%2Fsaya" in rina.get("/saya", follow=False).headers["location"]
    for onward, lands in (("/saya", "/console/saya"), ("//jahat.contoh", "/console/"), ("https://x", "/console/")):
        answer: httpx.Response = rina.post("/masuk", follow=False, token="", nama="rina", sandi=PASSWORD, lanjut=onward)
        assert answer.headers["location"] == lands


def test_a_page_that_does_not_say_who_may_open_it_is_not_served(office: Office) -> None:
    undeclared = Page("GET", "/rahasia", None, lambda desk: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(Undeclared):
        create(office.settings, (undeclared,))
