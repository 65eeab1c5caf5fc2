"""From MULAI to a number in the programme, on the phone in the browser, with the real program behind it."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import Watched

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`naikkelas run` as a newcomer starts it: no account, a fresh database."""
    folder = tmp_path_factory.mktemp("program")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NAIKKELAS_")}
    own = {"WEB__PORT": str(port), "DATA__DIR": str(folder), "DATABASE__URL": f"sqlite:///{folder / 'way.db'}"}
    environment = {**kept, **{f"NAIKKELAS_{k}": v for k, v in own.items()}}
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", running, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)


def _wait_for(url: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            assert running.poll() is None, log.read_text()
            try:
                running.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError(log.read_text())


class Owner:
    """Somebody who types and taps, and waits for each answer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.bubbles = page.locator(".msg:not(.me)")
        self.heard = 0

    def answered(self) -> None:
        """One more bubble of the bot has come."""
        self.heard += 1
        expect(self.bubbles).to_have_count(self.heard, timeout=10_000)

    def say(self, *words: str) -> None:
        for said in words:
            self.page.get_by_label("Pesan", exact=True).fill(said)
            self.page.keyboard.press("Enter")
            self.answered()

    def tap(self, *labels: str) -> None:
        for label in labels:
            self.page.locator(".turn").last.get_by_role("button", name=label).click()
            self.answered()

    def tick(self, label: str) -> None:
        """A row of a tick list: its keys are drawn anew in place."""
        self.page.locator(".turn").last.get_by_role("button", name=label).click()
        expect(self.page.locator(".turn").last.get_by_role("button", name="✅")).to_have_count(1)

    def pick(self, label: str) -> None:
        """A row of a WhatsApp list."""
        self.page.locator(".turn").last.locator(".keys button").click()
        sheet = self.page.get_by_role("dialog")
        sheet.get_by_label(label).check()
        sheet.get_by_role("button", name="Kirim").click()
        self.answered()


def test_on_telegram(program: str, browser: Browser) -> None:
    watched = Watched(browser, 390)
    page, owner = watched.page, Owner(watched.page)
    page.goto(program + "/simulator/telegram")
    page.get_by_role("button", name="MULAI", exact=True).click()
    owner.answered()
    owner.tap("Cek & daftar halal", "Ya, setuju", "Usaha saya sendiri", "Kab. Serang")
    owner.say("baros")
    owner.tap("Keripik & camilan", "Tidak ada")
    owner.tick("1 NIB")
    owner.tap("Selesai")
    owner.say("1", "1", "1", "1", "5", "1", "4", "1")
    owner.tap("Lanjut daftar")
    owner.say("Siti Aminah", "Keripik Bu Siti", "Sidamukti", "Kp. Cikulur RT 02/RW 03")
    page.locator(".instead").get_by_role("button").first.click()
    owner.answered()
    owner.say("1234 5678 90123", "mikro", "Keripik Singkong Balado", "benar")
    expect(owner.bubbles.last).to_contain_text("BTN-")
    expect(page.locator("#tahu")).to_contain_text("BTN-")
    expect(page.locator("#tahu")).to_contain_text("Keripik Bu Siti")
    watched.check()
    watched.context.close()


def test_on_whatsapp_without_nib(program: str, browser: Browser) -> None:
    watched = Watched(browser, 1280)
    page, owner = watched.page, Owner(watched.page)
    page.goto(program + "/simulator/whatsapp")
    page.get_by_role("button", name="Kirim “Halo”").click()
    owner.answered()
    owner.pick("Cek & daftar halal")
    owner.tap("Ya, setuju", "Usaha saya sendiri")
    owner.pick("Kab. Serang")
    owner.say("baros")
    owner.pick("Keripik & camilan")
    owner.tap("Tidak ada", "Belum ada")
    owner.say("1", "1", "1", "1", "5", "1", "4", "1")
    owner.pick("Lanjut daftar")
    owner.say("Siti Aminah", "Keripik Bu Siti", "Sidamukti", "Kp. Cikulur RT 02/RW 03")
    owner.say("Keripik Singkong Balado", "benar")
    expect(owner.bubbles.last).to_contain_text("BTN-")
    expect(page.locator("#tahu")).to_contain_text("Jatuh tempo")
    watched.check()
    watched.context.close()
