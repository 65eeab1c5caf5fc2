"""The phone in a real browser: used like a phone, without a fault in the console, readable by everybody."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from models import Channel
from tests.simulator.fakes import Stage
from tests.support.browsing import WIDTHS, Watched


@pytest.fixture
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A page 1280 px wide, or as wide as the test says."""
    width = request.getfixturevalue("width") if "width" in request.fixturenames else 1280
    made = Watched(browser, width)
    yield made
    made.context.close()


@WIDTHS
def test_telegram_is_used_like_a_phone(on_stage: Stage, watched: Watched, width: int) -> None:
    page = watched.page
    page.goto(on_stage.url + "/simulator/")
    watched.check()
    page.get_by_role("link", name="Telegram").click()
    expect(page.get_by_text("Apa yang bisa dilakukan bot ini?")).to_be_visible()
    watched.check()
    page.get_by_role("button", name="MULAI", exact=True).click()
    expect(page.locator(".msg.me", has_text="/start")).to_be_visible()
    expect(page.locator(".msg b", has_text="2 dari 13")).to_be_visible()
    page.get_by_role("button", name="Kab. Lebak").click()
    expect(page.locator(".msg", has_text="Baik: Kab. Lebak.")).to_be_visible()
    expect(page.locator(".picked", has_text="Kab. Lebak")).to_be_visible()
    page.get_by_text("Tombol lama").first.click()
    page.get_by_label("Pesan", exact=True).fill("usaha saya")
    page.keyboard.press("Enter")
    expect(page.locator(".msg.me", has_text="usaha saya")).to_be_visible()
    expect(page.get_by_label("Pesan", exact=True)).to_have_value("")
    expect(page.get_by_label("Pesan", exact=True)).to_be_focused()
    expect(page.locator(".keys button", has_text="Di luar Banten")).to_have_count(2)
    expect(page.locator("details.old[open]")).to_have_count(1)
    assert page.locator(".chat").evaluate("e => e.scrollTop") == 0
    watched.check()


@WIDTHS
def test_whatsapp_lists_and_quick_replies(on_stage: Stage, watched: Watched, width: int) -> None:
    page = watched.page
    page.goto(on_stage.url + "/simulator/whatsapp")
    watched.check()
    page.get_by_role("button", name="Kirim “Halo”").click()
    page.get_by_role("button", name="Lihat pilihan").click()
    sheet = page.get_by_role("dialog", name="Lihat pilihan")
    expect(sheet.get_by_label("Kab. Serang")).to_be_focused()
    watched.check()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.get_by_role("button", name="Lihat pilihan").click()
    sheet.get_by_label("Kab. Lebak").check()
    sheet.get_by_role("button", name="Kirim").click()
    expect(sheet).to_have_count(0)
    expect(page.locator(".msg.me", has_text="Kab. Lebak")).to_be_visible()
    expect(page.locator(".msg", has_text="Baik:")).to_be_visible()
    on_stage.bot.whatsapp.append({})
    page.get_by_label("Pesan", exact=True).fill("lanjut")
    page.get_by_role("button", name="Kirim", exact=True).click()
    page.get_by_role("button", name="Bantu pemilik lain").click()
    expect(page.locator(".msg.me", has_text="Bantu pemilik lain")).to_be_visible()
    watched.check()


@WIDTHS
def test_everything_can_be_attached(on_stage: Stage, watched: Watched, width: int) -> None:
    page = watched.page
    on_stage.bot.replies = False
    page.goto(on_stage.url + "/simulator/whatsapp")
    page.get_by_label("Lampirkan").click()
    watched.check()
    for name in ("Foto kemasan", "Foto 12 MB", "Kontak saya", "Kontak orang lain", "Lokasi", "Pesan suara", "Stiker"):
        if not page.locator(".attach[open]").count():
            page.get_by_label("Lampirkan").click()
        page.locator(".tray").get_by_role("button", name=name, exact=True).click()
        expect(page.locator(".attach[open]")).to_have_count(0)
    expect(page.locator(".msg.me")).to_have_count(7)
    expect(page.locator(".msg.me .meta .visually-hidden", has_text="dibaca")).to_have_count(7)
    watched.check()


def test_a_contact_is_asked_for_by_a_key_below(on_stage: Stage, watched: Watched) -> None:
    page = watched.page
    page.goto(on_stage.url + "/simulator/telegram")
    page.get_by_role("button", name="MULAI", exact=True).click()
    page.get_by_label("Pesan", exact=True).fill("foto")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bagikan nomor").click()
    expect(page.locator(".msg.me", has_text="Kontak saya")).to_be_visible()
    on_stage.wait(lambda: "contact" in on_stage.bot.telegram[-1]["message"])
    expect(page.get_by_role("button", name="Bagikan nomor")).to_have_count(0)
    watched.check()


def test_it_is_made_hard_for_the_program(on_stage: Stage, watched: Watched) -> None:
    page = watched.page
    page.goto(on_stage.url + "/simulator/telegram")
    page.get_by_role("button", name="MULAI", exact=True).click()
    expect(page.locator(".msg b", has_text="2 dari 13")).to_be_visible()
    page.get_by_role("button", name="Kirim pesan terakhir dua kali").click()
    on_stage.wait(lambda: len(on_stage.bot.telegram) == 2)
    assert on_stage.bot.telegram[0] == on_stage.bot.telegram[1]
    page.get_by_role("button", name="Gagalkan kiriman berikutnya").click()
    expect(page.locator(".act[aria-pressed=true]")).to_have_count(1)
    page.get_by_role("button", name="Maju 24 jam").click()
    expect(page.get_by_text("Rabu, 25 November 2026,")).to_be_visible()
    page.get_by_role("button", name="Blokir bot").click()
    expect(page.get_by_text("Bot ini diblokir.")).to_be_visible()
    expect(page.get_by_label("Pesan", exact=True)).to_be_hidden()
    watched.check()
    page.locator(".halt").get_by_role("button", name="Buka blokir").click()
    expect(page.get_by_label("Pesan", exact=True)).to_be_visible()
    page.get_by_role("button", name="Mulai sebagai orang baru").click()
    expect(page.get_by_text("belum pernah menyapa")).to_be_visible()
    assert on_stage.world.people(Channel.TELEGRAM) == [1, 2]
    watched.check()


def test_without_javascript_it_still_works(on_stage: Stage, browser: Browser) -> None:
    watched = Watched(browser, javascript=False)
    page = watched.page
    page.goto(on_stage.url + "/simulator/whatsapp")
    page.get_by_label("Pesan", exact=True).fill("Halo")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Lihat pilihan").click()
    page.get_by_role("dialog").get_by_label("Kab. Lebak").check()
    page.get_by_role("dialog").get_by_role("button", name="Kirim").click()
    expect(page.locator(".msg.me", has_text="Kab. Lebak")).to_be_visible()
    expect(page.locator(".msg", has_text="Baik:")).to_be_visible()
    assert watched.said == []
    watched.context.close()


def test_the_policy_really_forbids(on_stage: Stage, watched: Watched) -> None:
    watched.page.goto(on_stage.url + "/simulator/telegram")
    watched.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    watched.page.wait_for_timeout(100)
    assert any("Content Security Policy" in said for said in watched.said)
