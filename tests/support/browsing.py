"""Debian's Chromium, and a page in it that is watched: whatever it complains of, and whoever could not read it."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.lacking import lacks

CHROMIUM = ("chromium-headless-shell", "chromium")  # the first draws the same pages at two thirds of the work
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
AXE = Path(__file__).parent.parent / "vendor" / "axe-4.14.1.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# What else axe found out, of every element, would cost more to hand over than all of its looking.
ONLY = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
FAULTS = "only => axe.run(only).then(r => r.violations.map(v => [v.id, v.nodes.map(node => node.html)]))"
DESK, PHONE = 1280, 390
WIDTHS = pytest.mark.parametrize("width", [DESK, PHONE])


@cache
def axe() -> str:
    """The script that looks for what keeps people out."""
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        lacks(f"no {CHROMIUM[0]} on this machine: nothing is walked through in a browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield running
        running.close()


class Watched:
    """A page, and everything it complained about."""

    def __init__(self, browser: Browser, width: int = DESK, javascript: bool = True) -> None:
        self.size: Any = {"width": width, "height": 900 if width > 600 else 844}
        self.context = browser.new_context(
            viewport=self.size, locale="id-ID", java_script_enabled=javascript, reduced_motion="reduce"
        )
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.expected: tuple[str, ...] = ()  # what a browser says of what the test itself takes away
        self.page.on("console", lambda m: self.said.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.said.append(str(e)))
        self.page.on("response", lambda r: self.said.append(f"{r.status} {r.url}") if r.status >= 400 else None)

    def check(self) -> None:
        """At a desk and on a phone: no fault for assistive technology, nothing to scroll sideways, none in the log."""
        self.page.evaluate(axe())
        for width in {DESK, PHONE} - {self.size["width"]}:
            self.resized(width)
            self._fits(width)
        self.page.set_viewport_size(self.size)
        self._fits(self.size["width"])
        assert [said for said in self.said if not any(part in said for part in self.expected)] == []

    def resized(self, width: int) -> None:
        """The same page on another screen."""
        self.page.set_viewport_size({"width": width, "height": self.size["height"]})

    def draw(self, path: Path) -> None:
        """The page as it is at a desk, whole."""
        self.resized(DESK)
        tall = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": DESK, "height": max(tall, 844)})  # fixed bars stand at its end
        self.page.screenshot(path=path)
        self.page.set_viewport_size(self.size)

    def _fits(self, width: int) -> None:
        assert self.page.evaluate(FAULTS, ONLY) == [], f"{width} px: {self.page.url}"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, f"{width} px: {self.page.url}"
