"""An office with its console, and browsers without a screen: they keep cookies, follow redirects and send forms."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx
import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

import texts
from bot.database import Database
from bot.guided import Engine
from console import proof
from console.app import BASE, create
from console.settings import ConsoleSettings
from models import AuditEntry, Staff
from services import accounts
from tests.services.people import account
from tests.support.engine import NOON
from tests.support.office import OFFICE

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "empat puluh anak tangga"
KEY = b"k" * 32
CATALOGUE = texts.load()
FORM_TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Hands:
    """The clock of the office, moved by the test."""

    def __init__(self) -> None:
        self.now = NOON

    def pass_by(self, **time: float) -> None:
        """Time goes by."""
        self.now += dt.timedelta(**time)


class Office:
    """The console over one database."""

    def __init__(self, database: Database, portal: anyio.from_thread.BlockingPortal, **settings: Any) -> None:
        self.database, self.clock, self.portal = database, Hands(), portal
        self.kept = OFFICE  # what its settings say
        self.settings = ConsoleSettings(
            read_engine=database.read_engine, write_engine=database.write_engine, now=lambda: self.clock.now,
            office_now=lambda: self.kept, texts=CATALOGUE, key=KEY, engine=Engine(CATALOGUE, lambda: self.kept),
            proof=proof.Proof(QUICK), **settings,
        )  # fmt: skip
        self.app = create(self.settings)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of the test's own."""
        with Session(self.database.write_engine, expire_on_commit=False) as session, session.begin():
            yield session

    def hire(self, name: str, *roles: str, regencies: list[str] | None = None, code: bool = False) -> "Browser":
        """Somebody with a password (and, with `code`, a phone that gives codes), and their browser."""
        seed = accounts.hashed(name) if code else None
        with self.writing() as session:
            row = account(session, name, *roles, regencies=regencies)
            row.password_hash, row.totp_secret = QUICK.hash(PASSWORD), seed
        return Browser(self, name, seed)

    def acts(self) -> list[str]:
        """What the audit says was done, oldest first."""
        with Session(self.database.read_engine) as session:
            return list(session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))

    def version(self, name: str) -> str:
        """As the page of an account shows it, for whoever changes it."""
        row = self.staff(name)
        return accounts.version(row.roles, row.regencies, row.disabled_at)

    def staff(self, name: str) -> Staff:
        """An account as it stands."""
        with Session(self.database.read_engine) as session:
            return session.scalars(sa.select(Staff).where(Staff.name == name)).one()


@dataclass
class Browser:
    """One browser."""

    office: Office
    name: str = ""
    seed: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    page: httpx.Response | None = None
    home: str = "http://127.0.0.1:8000"
    headers: dict[str, str] = field(default_factory=dict)

    def code(self) -> str:
        """What the phone shows now."""
        return pyotp.TOTP(proof.secret(KEY, self.seed or "")).at(self.office.clock.now)

    def sign_in(self, **changed: str) -> httpx.Response:
        """Sign in as this browser's owner; fields may be given otherwise."""
        fields = {"nama": self.name, "sandi": PASSWORD, **({"kode": self.code()} if self.seed else {}), **changed}
        return self.post("/masuk", token="", **fields)

    def get(self, path: str, follow: bool = True, **headers: str) -> httpx.Response:
        """Open a page; redirects are followed."""
        return self._go("GET", path, None, headers, follow)

    def post(
        self, path: str, follow: bool = True, where: dict[str, str] | None = None,
        files: dict[str, tuple[str, bytes]] | None = None, **fields: Any
    ) -> httpx.Response:  # fmt: skip
        """Send a form, with the token of the page that is open unless another is given."""
        if "token" not in fields and self.page is not None and (found := FORM_TOKEN.search(self.page.text)):
            fields["token"] = found.group(1)
        headers = {"sec-fetch-site": "same-origin"} if where is None else where
        return self._go("POST", path, fields, headers, follow, files)

    def says(self) -> str:
        """The words of the page, without marks."""
        assert self.page is not None
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.page.text)).split())

    def _go(
        self, method: str, path: str, form: Any, headers: dict[str, str], follow: bool, files: Any = None
    ) -> httpx.Response:
        self.page = self.office.portal.call(self._ask, method, path, form, headers, files)
        for name, value in self.page.cookies.items():
            self.cookies[name] = value
        if "Max-Age=0" in self.page.headers.get("set-cookie", ""):
            self.cookies.clear()
        if follow and self.page.status_code in (302, 303, 307):
            onward = self.page.headers["location"].removeprefix(self.home).removeprefix(BASE)
            return self._go("GET", onward, None, {}, follow)
        return self.page

    async def _ask(
        self, method: str, path: str, form: Any, headers: dict[str, str], files: Any = None
    ) -> httpx.Response:
        sent = {**self.headers, **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        transport = httpx.ASGITransport(self._mounted, client=("10.1.2.3", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=self.home) as client:
            return await client.request(method, BASE + path, data=form, files=files, headers=sent)

    async def _mounted(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"].removeprefix(BASE)
        await self.office.app({**scope, "root_path": BASE, "path": BASE + path}, receive, send)


def shipped(path: str) -> str:
    """A file of the console's."""
    return (Path(__file__).parents[2] / "console" / path).read_text(encoding="utf-8")
