"""`naikkelas whatsapp`: the templates at Twilio, their approval, and the messages that wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
import typer

import texts
from bot import app as program
from bot import approvals
from bot.channels.whatsapp import WhatsAppChannel
from bot.cli_common import WRONG, As, AsJson, actor, fail, group, listed, opened, plainly, settings, transaction
from bot.clock import Clock
from bot.config import Settings
from bot.logs import unalarmed
from models import Session
from services import audit, files, held, staff, templates
from services.staff import Right

T = TypeVar("T")

whatsapp_cli = group("WhatsApp melalui Twilio.")
templates_cli = group("Templat: tombol dan daftar, dan pesan di luar 24 jam yang perlu disetujui Meta.")
whatsapp_cli.add_typer(templates_cli, name="templates")

STATES = {
    "unsubmitted": "belum diajukan",
    "received": "diterima Twilio",
    "pending": "menunggu Meta",
    "approved": "disetujui",
    "rejected": "ditolak",
    "paused": "dijeda Meta",
    "disabled": "dimatikan Meta",
    "gone": "hilang di Twilio; jalankan sync",
}


def _at_twilio(given: Settings, work: Callable[[WhatsAppChannel, sa.Engine], Awaitable[T]]) -> T:
    async def done() -> T:
        async with program.borrowed(given) as made:
            if made.whatsapp is None:
                raise fail("whatsapp.auth_token belum diisi.", code=WRONG)
            with opened(given) as database:
                return await work(made.whatsapp, database.write_engine)

    with plainly():
        return asyncio.run(done())


def _begun(named: str, right: Right) -> Settings:
    """The settings, if WhatsApp is in them and whoever asks may do it: seen to before Twilio hears of it."""
    given = settings()
    if not given.whatsapp.begun:
        raise fail("whatsapp.account_sid belum diisi.", code=WRONG)
    with transaction(given) as session:
        staff.demand(actor(session, named), right)
    return given


def _noted(given: Settings, named: str, act: str, **after: Any) -> None:
    with transaction(given) as session:
        audit.note(session, actor(session, named), act, "templates:whatsapp", after=after, now=Clock().now())


@templates_cli.command()
def sync(named: As = "") -> None:
    """Buat templat yang belum ada di Twilio; boleh diulang kapan saja, tidak ada yang dihapus."""
    given, catalogue = _begun(named, Right.TEXTS), texts.load()

    async def work(channel: WhatsAppChannel, engine: sa.Engine) -> tuple[int, int]:
        generic = len(await channel.sync_templates(engine))
        return generic, await approvals.sync(channel, engine, catalogue, Clock().now())

    generic, own = _at_twilio(given, work)
    _noted(given, named, "template.synced", count=own)
    typer.echo(f"{generic} templat siap dipakai.")
    typer.echo(f"{own} templat baru dibuat; ajukan dengan `naikkelas whatsapp templates submit`.")


@templates_cli.command()
def submit(
    names: Annotated[list[str] | None, typer.Argument(help="nama templat; kosong: semua yang belum diajukan")] = None,
    named: As = "",
) -> None:
    """Ajukan templat ke Meta. Yang pasti ditolak tidak dikirim, dan alasannya disebut."""
    given, catalogue = _begun(named, Right.TEXTS), texts.load()
    known = {one.name for one in templates.wanted(catalogue, files.at(given.web.public_url))}
    unknown = [name for name in names or [] if name not in known]
    if unknown:
        raise fail(f"Templat {', '.join(unknown)} tidak ada: lihat naikkelas whatsapp templates status.", code=WRONG)
    done = _at_twilio(given, lambda c, e: approvals.submit(c, e, catalogue, Clock().now(), names or []))
    _noted(given, named, "template.submitted", count=done.handed_in)
    typer.echo(f"{done.handed_in} templat diajukan. Lihat hasilnya: naikkelas whatsapp templates status")
    if done.refused:
        raise fail("Tidak diajukan:", *(f"- {why}" for why in done.refused))


@templates_cli.command()
def status(as_json: AsJson = False, named: As = "") -> None:
    """Tanyakan ke Twilio dan perlihatkan keadaan tiap templat."""
    given, catalogue = _begun(named, Right.SEE), texts.load()

    async def work(channel: WhatsAppChannel, engine: sa.Engine) -> list[dict[str, Any]]:
        asked_at = Clock().now()
        told = await channel.approvals()
        with Session(engine) as session, session.begin():
            approvals.heard(session, channel.name, told, catalogue, given.office_now(), asked_at)
            found = templates.standing(session, channel.name, catalogue, channel.files_at)
            return [_row(one, as_json) for one in found]

    columns = {
        "name": "TEMPLAT", "language": "BAHASA", "category": "JENIS", "state": "KEADAAN", "sendable": "BISA DIKIRIM",
        "reason": "ALASAN",
    }  # fmt: skip
    with unalarmed():
        rows = _at_twilio(given, work)
    listed(rows, columns, as_json, "Belum ada templat.")
    if not as_json:
        for sentence in advice(rows):
            typer.echo(sentence)


def advice(rows: list[dict[str, Any]]) -> list[str]:
    """What to do next about templates that cannot be sent; nothing where all can."""
    refused = sorted({row["name"] for row in rows if row["state"] == STATES["rejected"]})
    waiting = any(row["state"] in (STATES["unsubmitted"], "belum dibuat") for row in rows)
    said = []
    if refused:
        said.append(f"Ditolak: {', '.join(refused)}. Ubah kata-katanya (docs/texts.md), lalu sync dan submit lagi.")
    if waiting:
        said.append("Yang belum diajukan belum bisa dikirim: naikkelas whatsapp templates submit")
    return said


def _row(one: templates.Standing, as_json: bool) -> dict[str, Any]:
    state = one.row.state.value if one.row else ""
    can: bool | str = one.usable is not None
    return {
        "name": one.template.name,
        "language": one.template.language,
        "category": one.category,
        "state": state if as_json else STATES.get(state, "belum dibuat"),
        "sendable": can if as_json else "ya" if can else "tidak",
        "reason": one.row.reason if one.row else None,
        "sid": one.row.sid if one.row else None,
        "checked_at": one.row.checked_at if one.row else None,
    }


@whatsapp_cli.command("held")
def held_messages(as_json: AsJson = False, named: As = "") -> None:
    """Pesan yang ditahan: di luar 24 jam, templatnya belum bisa dipakai. Terkirim begitu bisa atau orangnya menulis."""
    with transaction(settings()) as session:
        rows = [asdict(one) for one in held.waiting(session, actor(session, named))]
    columns = {
        "template": "TEMPLAT", "language": "BAHASA", "because": "SEBAB", "count": "PESAN", "since": "SEJAK",
        "first_ends": "PALING CEPAT BASI", "reason": "ALASAN",
    }  # fmt: skip
    listed(rows, columns, as_json, "Tidak ada pesan yang ditahan.")
