"""The door in a real browser: found, noted, taken back; the signal goes, and all is sent once when it is back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from bot.clock import Clock
from tests.console.test_door import TOKEN, came, the_day
from tests.services.eventful import THURSDAY
from tests.support.browsing import Watched
from tests.support.engine import echo
from tests.support.server import Served, served, settings_for


@pytest.fixture
def kind() -> str:
    """One database is enough for the browser: what it asks for is tried on both beside it."""
    return "sqlite"


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[Served]:
    """The program, at 09.11 WIB on the event's day."""
    at = THURSDAY.replace(minute=11, second=30)
    with served(settings_for(database_url, tmp_path), answer=echo, clock=Clock(lambda: at)) as program:
        yield program


def test_a_morning_without_signal(running: Served, browser: Browser) -> None:
    expect.set_options(timeout=20_000)  # on a busy machine
    database = running.program.database
    siti, _, _, neng = the_day(database)[1]
    watched = Watched(browser, 390)
    page = watched.page
    page.goto(f"{running.url}/hadir/{TOKEN}")
    expect(page.locator("#expected")).to_have_text("4")
    page.get_by_label("Ketik 4 angka").fill(siti.digits)
    page.get_by_role("button", name="Hadir Siti Aminah").click()
    expect(page.get_by_text("Siti Aminah. Hadir")).to_be_visible()
    expect(page.locator("#came")).to_have_text("1")
    page.get_by_label("Cari nama atau usaha").fill("sur")
    expect(page.get_by_role("button", name="Hadir Surti")).to_be_visible()
    expect(page.get_by_role("button", name="Hadir Ujang Suryana")).to_be_visible()
    watched.check()

    lost = []  # requests that reach the program, though their answers never come back

    def cut(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            lost.append(route.request.post_data)
        route.abort()

    page.context.route("**/catat", cut)
    page.get_by_role("button", name="Surti diwakili").click()
    page.get_by_label("Siapa yang datang?").fill("Asep")
    page.get_by_role("button", name="Hadir, diwakili").click()
    expect(page.get_by_text("Tanpa sinyal sejak")).to_be_visible()
    assert len(lost) >= 1, "noted by the program, unknown to the phone"
    page.context.unroute("**/catat")
    page.context.set_offline(True)
    page.get_by_label("Cari nama atau usaha").fill("ujang")
    page.get_by_role("button", name="Hadir Ujang Suryana").click()
    page.get_by_text("Catat tamu tanpa daftar").click()
    page.get_by_label("Nama", exact=True).fill("Tini <b>")
    page.get_by_label("Kabupaten/kota").select_option(value="36.02")
    page.get_by_label("Tamu sudah menandatangani").check()
    page.get_by_role("button", name="Catat hadir").click()
    page.get_by_label("Ketik 4 angka").fill(neng.digits)
    page.get_by_role("button", name="Hadir Neng Rahma").click()
    page.get_by_role("button", name="Urungkan").click()
    expect(page.get_by_text("3 catatan disimpan di HP ini")).to_be_visible()
    watched.expected = ("net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED")
    watched.check()

    page.context.set_offline(False)
    expect(page.get_by_text("Tanpa sinyal sejak")).to_be_hidden()
    expect(page.locator("#came")).to_have_text("4")
    assert came(database) == {"Siti Aminah": None, "Surti": "Asep", "Ujang Suryana": None, "Tini <b>": None}
    page.get_by_label("Cari nama atau usaha").fill("tini")
    expect(page.locator(".badge", has_text="Hadir")).to_have_count(1)

    card = page.context.new_page()  # the phone's own camera has read a card
    card.goto(f"{running.url}/hadir/{neng.token}")
    expect(card.get_by_text("Neng Rahma. Hadir 09.11.")).to_be_visible()
    card.get_by_role("link", name="Kembali ke halaman pintu").click()
    expect(card.locator("#came")).to_have_text("5")
    own = Watched(browser, 390)
    own.page.goto(f"{running.url}/hadir/{neng.token}")
    expect(own.page.get_by_text("Tunjukkan kartu ini")).to_be_visible()
    own.check()
    watched.context.close()
    own.context.close()
