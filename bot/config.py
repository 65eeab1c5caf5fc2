"""The settings of the office: what can be set, and which settings contradict each other."""

import datetime as dt
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.config_broadcast import BroadcastSettings
from bot.config_calendar import CalendarSettings
from bot.config_section import Section
from models import Channel
from services.announcing import FILE_LIMITS, Announcing, FileLimits, Prices
from services.calendar import JAKARTA
from services.keeping import Keeping
from services.letterhead import Letterhead
from services.office import Fact, Office
from services.target import Target

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class DatabaseSettings(Section):
    """Where everything is kept."""

    url: SecretStr = SecretStr("sqlite:///var/naikkelas.db")  # a PostgreSQL address carries its password
    writers: int = Field(default=2, ge=1, le=8)  # PostgreSQL: threads that write; a server far away wants more

    @field_validator("url")
    @classmethod
    def known(cls, value: SecretStr) -> SecretStr:
        """SQLite in a file, or PostgreSQL."""
        if not re.match(r"(sqlite:///.|postgres(ql)?(\+psycopg)?://)", value.get_secret_value()):
            raise ValueError("harus diawali sqlite:///berkas.db atau postgresql://")
        return value


class WebSettings(Section):
    """Where the program listens, and how the world calls it."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    # where worker and scheduler say how they fare (/healthz, /readyz, /metrics); unset: they listen nowhere
    health_port: int | None = Field(default=None, ge=1, le=65535)
    public_url: str | None = None
    secret: SecretStr | None = None  # signs the links we give out; unset: one is made and kept beside the database

    def port_of(self, role: str) -> int | None:
        """Where a process of this role listens; None if it does not."""
        return self.port if role in ("all", "web") else self.health_port

    @field_validator("secret")
    @classmethod
    def secret_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        """Nobody may guess it."""
        if value and len(value.get_secret_value()) < 32:
            raise ValueError("harus paling sedikit 32 huruf acak")
        return value

    @field_validator("public_url")
    @classmethod
    def without_end(cls, value: str | None) -> str | None:
        """The address as the platforms write it, without a slash at its end."""
        if value and not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", value):
            raise ValueError("harus alamat lengkap, contoh https://bot.contoh.go.id")
        return value.rstrip("/") if value else None


class TelegramSettings(Section):
    """The bot on Telegram."""

    token: SecretStr | None = None
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: SecretStr | None = None
    base_url: str = Field(default="https://api.telegram.org/bot", pattern=r"^https?://")
    base_file_url: str = Field(default="https://api.telegram.org/file/bot", pattern=r"^https?://")
    rate_per_second: float = Field(default=29.5, gt=0, le=1_000_000)

    @field_validator("token")
    @classmethod
    def token_shape(cls, value: SecretStr | None) -> SecretStr | None:
        """Digits, a colon, letters: as @BotFather gives it."""
        if value and not re.fullmatch(r"\d+:[A-Za-z0-9_-]{3,}", value.get_secret_value()):
            raise ValueError("bukan token dari @BotFather (bentuknya 123456:ABC-…)")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def secret_shape(cls, value: SecretStr | None) -> SecretStr | None:
        """What Telegram accepts as `secret_token`; `naikkelas check` speaks up about one that is easily guessed."""
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("harus 1 sampai 256 huruf, angka, _ atau -")
        return value


class WhatsappSettings(Section):
    """The bot on WhatsApp, through Twilio."""

    account_sid: str | None = Field(default=None, pattern=r"^AC[0-9a-zA-Z]+$")
    auth_token: SecretStr | None = None
    sender: str | None = Field(default=None, pattern=r"^whatsapp:\+\d{6,15}$")
    messaging_service_sid: str | None = Field(default=None, pattern=r"^MG[0-9a-zA-Z]+$")
    base_url: str | None = Field(default=None, pattern=r"^https?://")
    rate_per_second: float = Field(default=79, gt=0, le=1_000_000)
    # How many people Meta lets us write to first in 24 hours (250, 2000, 10000, 100000); unset: unlimited.
    people_per_day: int | None = Field(default=None, ge=1)
    kept_for_reminders: float = Field(default=0.2, ge=0, lt=1)  # the share of them broadcasts leave to reminders
    # "text": never buttons or lists, only numbered words (docs/decisions/0004-whatsapp-interactive.md)
    interactive: Literal["auto", "text"] = "auto"

    @property
    def begun(self) -> bool:
        """Somebody filled in a part of it, so the rest must be there too."""
        return bool(self.account_sid or self.auth_token)

    @property
    def identity(self) -> str:
        """Who sends: templates are made and approved for it; "" where nothing is filled in."""
        return self.sender or self.messaging_service_sid or self.account_sid or ""


class FactSettings(Section):
    """One fact of the programme that may change; shown to owners once it is confirmed."""

    value: str
    source: str
    as_of: dt.date
    confirmed: bool = False


class TargetSettings(Section):
    """What the office has set itself: so many certificates in so many days from a first day."""

    certificates: int = Field(gt=0)
    starts: dt.date
    days: int = Field(default=100, gt=0)
    source: str


class LetterheadSettings(Section):
    """How the office's papers are headed, signed and numbered."""

    lines: tuple[str, ...] = Field(default=Letterhead().lines, min_length=1, max_length=5)
    town: str = Letterhead().town
    signer: str = Letterhead().signer
    signer_title: str = Letterhead().signer_title
    number: str = Letterhead().number

    @field_validator("number")
    @classmethod
    def countable(cls, value: str) -> str:
        """A number that differs for each certificate of each event."""
        try:
            same = value.format(n=1, event="A", year=2026) in (
                value.format(n=2, event="A", year=2026), value.format(n=1, event="B", year=2026),
            )  # fmt: skip
        except (KeyError, IndexError, ValueError):
            same = True
        if same:
            raise ValueError("harus memuat {n} dan {event}, boleh {year}; contoh {n:03d}/{event}/BPTSI/{year}")
        return value


class OfficeSettings(Section):
    """The office: what it is called, when it is open, what it promises."""

    opens: dt.time = dt.time(8)
    closes: dt.time = dt.time(16)
    calendar: CalendarSettings = CalendarSettings()
    hours: str = Office().hours
    hours_en: str = Office().hours_en
    address: str = ""
    phone: str = ""
    verify_url: str = ""
    complaint_url: str = ""
    bpjph_phone: str = ""
    dpo_contact: str = ""
    retention: str = ""
    retention_en: str = ""
    answer_days: int = Field(default=1, ge=1)
    review_days: int = Field(default=5, ge=1)
    contact_days: int = Field(default=5, ge=1)
    remind_days: int = Field(default=14, ge=1)
    confirm_days: int = Field(default=14, ge=1)
    correction_days: int = Field(default=3, ge=1, le=60)
    offer_hours: int = Field(default=72, ge=12, le=720)
    target: TargetSettings | None = None
    alert_chat: int | None = None  # the Telegram chat of the staff
    letterhead: LetterheadSettings = LetterheadSettings()
    facts: dict[str, FactSettings] = Field(default_factory=dict)

    @field_validator("verify_url")
    @classmethod
    def of_the_government(cls, value: str) -> str:
        """Where people check that this number is ours: a page that only a government office can have.

        Empty, or words in brackets, while it is not filled in.
        """
        host = re.sub(r"^https?://", "", value).partition("/")[0].lower()
        if value and not value.startswith("(") and not re.fullmatch(r"([a-z0-9-]+\.)+go\.id", host):
            raise ValueError(
                "harus laman resmi pemerintah yang berakhir .go.id, contoh https://bptsi.contoh.go.id/chat"
            )
        return value


class ProgrammeSettings(Section):
    """The programme people register for. Dates are whole days on the office's calendar, both included."""

    code: str = Field(min_length=1, max_length=32)
    name: str = Field(min_length=1, max_length=200)
    opens: dt.date
    closes: dt.date
    accepts: tuple[Literal["self_declare", "reguler"], ...] = Field(min_length=1)
    quota: int = Field(ge=0)
    taken_before: int = Field(default=0, ge=0)
    source: str = Field(max_length=300)
    as_of: dt.date
    allocations: dict[str, int] = Field(default_factory=dict)  # quota per kab/kota by its code, "36.01"

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Open before closed, taken within the quota."""
        if self.closes < self.opens:
            raise ValueError("tanggal tutup (closes) lebih awal daripada tanggal buka (opens)")
        if self.taken_before > self.quota:
            raise ValueError("taken_before lebih besar daripada quota")
        return self

    @property
    def opens_at(self) -> dt.datetime:
        """The first moment of the first day."""
        return dt.datetime.combine(self.opens, dt.time(), JAKARTA)

    @property
    def closes_at(self) -> dt.datetime:
        """The first moment after the last day."""
        return dt.datetime.combine(self.closes + dt.timedelta(days=1), dt.time(), JAKARTA)


class KeepSettings(Section):
    """How long one kind of thing is kept, and why so long."""

    days: int = Field(ge=1, le=36_500)
    reason: str = Field(default="", max_length=300)


def _keep(days: int) -> KeepSettings:
    return KeepSettings(days=days)


class RetentionSettings(Section):
    """Calendar days until something is emptied or removed (UU 27/2022 Ps 42 to 44). What each means: Keeping."""

    before_consent: KeepSettings = _keep(Keeping().before_consent)
    drafts: KeepSettings = _keep(Office().draft_days)
    words: KeepSettings = _keep(Keeping().words)
    bubbles: KeepSettings = _keep(Keeping().bubbles)
    files: KeepSettings = _keep(Keeping().files)
    tickets: KeepSettings = _keep(Keeping().tickets)
    unanswered: KeepSettings = _keep(Keeping().unanswered)
    events: KeepSettings = _keep(Keeping().events)
    contacts: KeepSettings = _keep(Keeping().contacts)
    codes: KeepSettings = _keep(Keeping().codes)
    audit: KeepSettings = _keep(Keeping().audit)
    staff: KeepSettings = _keep(Keeping().staff)

    def keeping(self) -> Keeping:
        """As services know it."""
        days = {name: getattr(self, name).days for name in type(self).model_fields if name != "drafts"}
        return Keeping(**days)


class WatchSettings(Section):
    """When the staff's chat (`office.alert_chat`) is told that something stands still."""

    away_minutes: int = Field(default=5, ge=1)  # a platform does not answer, or nothing can be written down
    waiting_minutes: int = Field(default=10, ge=1)  # the oldest message that could go out
    failures: int = Field(default=3, ge=1)  # of one heartbeat, in a row


class SimulatorSettings(Section):
    """The phone in the browser. Unset: on exactly when there is no real channel and we listen to ourselves only."""

    enabled: bool | None = None


class DataSettings(Section):
    """Where files of our own live that are neither rows nor settings: the key that signs our links."""

    dir: Path = Path("var")


class Settings(Section):
    """All settings, whole and checked. Constructing it reads nothing from outside; `load` does."""

    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    telegram: TelegramSettings = TelegramSettings()
    whatsapp: WhatsappSettings = WhatsappSettings()
    office: OfficeSettings = OfficeSettings()
    programme: ProgrammeSettings | None = None
    retention: RetentionSettings = RetentionSettings()
    broadcast: BroadcastSettings = BroadcastSettings()
    watch: WatchSettings = WatchSettings()
    simulator: SimulatorSettings = SimulatorSettings()
    data: DataSettings = DataSettings()

    @property
    def simulated(self) -> bool:
        """Whether the phone in the browser stands in for the real platforms."""
        if self.simulator.enabled is not None:
            return self.simulator.enabled
        return self.web.host in LOOPBACK and not self.telegram.token and not self.whatsapp.begun

    def office_now(self) -> Office:
        """The office as services know it."""
        office = self.office
        apart = {"facts", "calendar", "opens", "closes", "target", "letterhead"}
        kept = office.model_dump(exclude=apart)
        facts = {name: Fact(**fact.model_dump()) for name, fact in self.office.facts.items()}
        code = self.programme.code if self.programme else ""
        return Office(
            **kept,
            calendar=office.calendar.whole(office.opens, office.closes),
            facts=facts,
            target=Target(**office.target.model_dump()) if office.target else None,
            letterhead=Letterhead(**office.letterhead.model_dump()),
            programme=code,
            public_url=self.web.public_url or "",
            draft_days=self.retention.drafts.days,
            keeping=self.retention.keeping(),
            announcing=self._announcing(),
        )

    def _announcing(self) -> Announcing:
        told, whatsapp = self.broadcast, self.whatsapp
        host = re.sub(r"^https?://", "", self.web.public_url or "").partition("/")[0].partition(":")[0].lower()
        return Announcing(
            rates={Channel.TELEGRAM: self.telegram.rate_per_second, Channel.WHATSAPP: whatsapp.rate_per_second},
            people_a_day=whatsapp.people_per_day,
            kept=whatsapp.kept_for_reminders,
            sender=whatsapp.identity or None,
            prices=Prices(**told.prices.model_dump()) if told.prices else None,
            hosts=frozenset({host}) if host else frozenset(),
            second_from=told.second_person_from,
            remind_hours=told.remind_hours,
            file_limits={**FILE_LIMITS, **{c: FileLimits(**one.model_dump()) for c, one in told.file_limits.items()}},
        )

    def faults(self) -> list[str]:
        """What is wrong between keys that are each right by themselves."""
        found = [*self._channel_faults(), *self._simulator_faults()]
        if self.office.alert_chat and not (self.simulated or self.telegram.token):
            found.append("office.alert_chat sudah diisi, padahal telegram.token belum.")
        if not (self.simulated or self.telegram.token or self.whatsapp.begun):
            found.append("Belum ada saluran: isi telegram.token atau whatsapp.account_sid dan whatsapp.auth_token.")
        return found

    def _channel_faults(self) -> list[str]:
        found = []
        if self.telegram.token and self.telegram.mode == "webhook":
            if not self.web.public_url:
                found.append("web.public_url belum diisi, padahal telegram.mode adalah webhook.")
            if not self.telegram.webhook_secret:
                found.append("telegram.webhook_secret belum diisi, padahal telegram.mode adalah webhook.")
        if self.whatsapp.begun:
            for key in ("account_sid", "auth_token"):
                if not getattr(self.whatsapp, key):
                    found.append(f"whatsapp.{key} belum diisi, padahal WhatsApp sudah mulai diatur.")
            if not (self.whatsapp.sender or self.whatsapp.messaging_service_sid):
                found.append("whatsapp.sender (whatsapp:+62…) belum diisi.")
            if not self.web.public_url:
                found.append("web.public_url belum diisi, padahal tanda tangan Twilio dihitung dari alamat itu.")
        return found

    def _simulator_faults(self) -> list[str]:
        if not self.simulator.enabled:
            return []
        found = []
        if self.telegram.token or self.whatsapp.begun:
            found.append("simulator.enabled tidak boleh menyala bersama token Telegram atau Twilio yang sungguhan.")
        if self.web.host not in LOOPBACK:
            found.append("simulator.enabled hanya boleh menyala bila web.host adalah 127.0.0.1.")
        return found


class WrongSettings(Exception):
    """The settings cannot be used; `faults` are sentences for the person who wrote them, without any value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
