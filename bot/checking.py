"""`naikkelas check`: what is missing or wrong, in sentences the office's own people understand."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

import migrations
import texts
from bot.app import Channels, borrowed
from bot.channels.base import OutcomeKind
from bot.channels.errors import PlatformError
from bot.clock import Clock
from bot.config import Settings
from bot.database import open_database
from models import Session
from services import programmes, succession
from services.calendar import JAKARTA
from services.eligibility import ruleset
from texts import TextError
from texts.checking import problems

SECOND = dt.timedelta(seconds=1)  # before the moment at which a programme is closed: its last day


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    good: bool
    says: str
    to_do: bool = False  # nothing is broken, but somebody must still see to it

    @property
    def mark(self) -> str:
        """What stands before the sentence."""
        return "✗" if not self.good else "!" if self.to_do else "✓"


async def findings(settings: Settings, clock: Clock) -> list[Finding]:
    """Everything that is looked at, in the order in which it would be mended."""
    return [
        Finding(True, "Pengaturan dapat dibaca."),
        *database_findings(settings),
        *secret_findings(settings),
        *text_findings(),
        *rule_findings(settings, clock),
        *programme_findings(settings, clock),
        *office_findings(settings),
        *await channel_findings(settings),
    ]


def database_findings(settings: Settings) -> list[Finding]:
    """Reachable, and at the newest step."""
    database = open_database(settings.database.url.get_secret_value())
    if database.file is not None and not database.file.exists():
        return [
            Finding(
                True, f"Basis data {database.file} belum ada; dibuat saat program pertama kali dijalankan.", to_do=True
            )
        ]
    try:
        with database.read() as connection:
            step = migrations.current(connection)
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        return [Finding(False, f"Basis data tidak dapat dihubungi ({type(error).__name__}): periksa database.url.")]
    finally:
        database.close()
    if step is None:
        return [
            Finding(True, "Basis data masih kosong; diisi tabelnya saat program pertama kali dijalankan.", to_do=True)
        ]
    if step != migrations.head():
        return [Finding(False, "Basis data belum mutakhir: jalankan `naikkelas db upgrade`.")]
    return [Finding(True, "Basis data dapat dihubungi dan mutakhir.")]


def secret_findings(settings: Settings) -> list[Finding]:
    """What signs our links: several processes on PostgreSQL need one and the same."""
    on_sqlite = settings.database.url.get_secret_value().startswith("sqlite")
    if settings.web.secret is None and not on_sqlite:
        says = "web.secret belum diisi: proses di mesin lain tidak bisa membuka tautan berkas yang dibuat di sini."
        return [Finding(True, says, to_do=True)]
    return []


def text_findings() -> list[Finding]:
    """The words, in both languages."""
    try:
        wrong = problems(texts.load())
    except TextError as error:
        return [Finding(False, f"Teks: {error}")]
    return [Finding(False, f"Teks: {what}") for what in wrong] or [Finding(True, "Semua teks lengkap dan benar.")]


def rule_findings(settings: Settings, clock: Clock) -> list[Finding]:
    """The rules of eligibility, and that one version is in force today."""
    try:
        rules = ruleset.current(settings.office_now().local_day(clock.now()))
    except (ruleset.RuleSetRefused, ruleset.NoRuleSet) as error:
        return [Finding(False, f"Aturan kelayakan: {error}")]
    return [Finding(True, f"Aturan kelayakan berlaku: {rules.rule_set} versi {rules.version}.")]


def programme_findings(settings: Settings, clock: Clock) -> list[Finding]:
    """The programme people register for."""
    found = _receiving(settings, clock.now())
    if found is None:
        return [Finding(False, "programme belum diisi: belum ada program untuk didaftari.")]
    code, opens_at, closes_at, by = found
    opens, closes = f"{opens_at.astimezone(JAKARTA):%Y-%m-%d}", f"{closes_at.astimezone(JAKARTA) - SECOND:%Y-%m-%d}"
    if not opens_at <= clock.now() < closes_at:
        return [Finding(False, f"Program {code} sedang tidak dibuka ({opens}–{closes}{by}).")]
    return [Finding(True, f"Program {code} dibuka sampai {closes}{by}.")]


def _receiving(settings: Settings, now: dt.datetime) -> tuple[str, dt.datetime, dt.datetime, str] | None:
    """The programme registrations go to: as the settings say, or as staff have made or changed it."""
    told = settings.programme
    as_told = (told.code, told.opens_at, told.closes_at, "") if told else None
    database = open_database(settings.database.url.get_secret_value())
    if database.file is not None and not database.file.exists():
        return as_told
    try:
        with Session(database.read_engine) as session:
            found = programmes.by_code(session, succession.receiving(session, settings.office_now(), now))
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, programmes.UnknownProgramme):
        return as_told  # what is wrong with the database is said by its own line
    finally:
        database.close()
    by = f"; diatur {found.changed_by}, programme di config.yaml tidak dipakai"
    return (found.code, found.opens_at, found.closes_at, by) if found.version else as_told


def office_findings(settings: Settings) -> list[Finding]:
    """What owners would read as it stands in the file as it came."""
    told = settings.office.model_dump(include={"address", "phone", "verify_url", "dpo_contact", "retention"})
    empty = [f"office.{name}" for name, value in told.items() if not value or "belum diisi" in value]
    if not empty:
        page = settings.office.verify_url
        return [
            Finding(True, f"Keaslian nomor dapat dicek warga di {page}."),
            Finding(True, "Alamat, telepon, dan laman kantor sudah diisi."),
        ]
    says = f"{', '.join(empty)} belum diisi di config.yaml; pemilik usaha akan membacanya."
    return [Finding(settings.simulated, says, to_do=True)]


async def channel_findings(settings: Settings) -> list[Finding]:
    """Whether the platforms know us."""
    if settings.simulated:
        return [Finding(True, "Belum ada token Telegram atau Twilio: program memakai HP percobaan (/simulator).")]
    async with borrowed(settings) as made:
        return [*await _telegram(settings, made), *await _whatsapp(settings, made)]


async def _telegram(settings: Settings, made: Channels) -> list[Finding]:
    if made.telegram is None:
        return [Finding(True, "Telegram tidak dipakai (telegram.token kosong).")]
    try:
        await made.telegram.me()
        found = [Finding(True, f"Telegram mengenal bot ini: @{made.telegram.username}.")]
        info = await made.telegram.webhook_info()
    except PlatformError as error:
        return [Finding(False, _trouble("Telegram", error, "telegram.token"))]
    secret = settings.telegram.webhook_secret
    if settings.telegram.mode == "webhook" and secret and len(secret.get_secret_value()) < 16:
        found.append(Finding(False, "telegram.webhook_secret mudah ditebak: pakai paling sedikit 16 huruf acak."))
    wanted = f"{settings.web.public_url}/webhooks/telegram" if settings.telegram.mode == "webhook" else ""
    if info.get("url", "") != wanted:
        found.append(Finding(True, "Webhook Telegram belum sesuai; dibetulkan saat program dijalankan.", to_do=True))
    if info.get("last_error_message"):
        found.append(Finding(False, "Telegram baru saja gagal menghubungi web.public_url."))
    return found


async def _whatsapp(settings: Settings, made: Channels) -> list[Finding]:
    if made.whatsapp is None:
        return [Finding(True, "WhatsApp tidak dipakai (whatsapp.account_sid kosong).")]
    try:
        account = await made.whatsapp.me()
    except PlatformError as error:
        return [Finding(False, _trouble("Twilio", error, "whatsapp.account_sid dan whatsapp.auth_token"))]
    found = [Finding(account.get("status") == "active", f"Akun Twilio berstatus {account.get('status')}.")]
    if not (settings.web.public_url or "").startswith("https://"):
        found.append(Finding(False, "web.public_url harus diawali https:// agar Twilio dapat menghubungi bot."))
    return found


def _trouble(who: str, error: PlatformError, keys: str) -> str:
    if error.kind is OutcomeKind.MISCONFIGURED:
        return f"{who} menolak kami: periksa {keys}."
    return f"{who} tidak dapat dihubungi ({error.outcome.reason or error.kind.value})."
