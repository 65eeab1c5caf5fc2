"""`naikkelas people`: an officer joins a lost phone's chat to the new one, and files what an owner signed on paper."""

import datetime as dt
from typing import Annotated

import typer

import texts
from bot.cli_common import As, AsJson, actor, fail, group, listed, office_now, settings, sure, transaction
from bot.clock import Clock
from models import Channel, Session, Topic
from services import confirmations, finding, links, phones, tickets
from services.finding import Found, NotFound
from services.links import Use
from services.office import Office
from services.staff import Actor

people_cli = group("Orang: pindah HP, dan pemilik yang membenarkan isian pembantunya.")

CHAT = "nomor BTN-…, nomor WhatsApp, telegram:… atau whatsapp:+62…"
COLUMNS = {
    "business_id": "Usaha", "business": "Nama", "owner": "Pemilik", "phone": "HP pemilik", "due": "Batas",
    "state": "Keadaan",
}  # fmt: skip
STATES = {"wanted": "menunggu", "lapsed": "lewat batas"}


@people_cli.command("link")
def link_command(
    old: Annotated[str, typer.Option("--from", help=f"chat lama: {CHAT}")],
    new: Annotated[str, typer.Option("--to", help=f"chat baru: {CHAT}")],
    yes: Annotated[bool, typer.Option("--yes", help="tanpa bertanya lagi")] = False,
    staff: As = "",
) -> None:
    """Sambungkan chat baru ke data di chat lama, sesudah orangnya dicocokkan lewat telepon atau di kantor."""
    given = settings()
    with transaction(given) as session:
        by = actor(session, staff)
        before, after = _chat(session, by, old), _chat(session, by, new)
    typer.echo(f"Dari: {_shown(before)}")
    typer.echo(f"Ke:   {_shown(after)}")
    if not yes and not sure("Orangnya sudah dicocokkan, bukan dari nomor saja. Sambungkan?"):
        raise fail("Tidak ada yang diubah.")
    with transaction(given) as session:
        used = _join(session, actor(session, staff), before, after, given.office_now())
    typer.echo("Memang sudah tersambung." if used is Use.ALREADY else "Tersambung. Kedua chat diberi tahu.")


def _chat(session: Session, by: Actor, named: str) -> Found:
    try:
        return finding.chat(session, by, named, now=Clock().now())
    except NotFound:
        raise fail(f"Tidak ada chat untuk {named}.") from None


def _shown(found: Found) -> str:
    where = found.address.removeprefix("whatsapp:") if found.channel is Channel.WHATSAPP else found.address
    about = ", ".join(found.businesses) or "belum ada usaha"
    return f"{links.NAMES[found.channel.value]} {where}, {found.name or 'tanpa nama'} ({about})"


def _join(session: Session, by: Actor, before: Found, after: Found, office: Office) -> Use:
    if before.person_id is None:
        raise fail("Di chat lama belum ada izin, jadi tidak ada yang bisa dipindahkan.")
    if before.conversation_id == after.conversation_id:
        raise fail("Itu chat yang sama.")
    now = Clock().now()
    used = links.by_officer(
        session, by, old=before.conversation_id, new=after.conversation_id, texts=texts.load(), now=now
    )
    if used.use is Use.TWO_PEOPLE:
        raise fail("Di chat baru sudah ada usaha atas nama orang itu. Dua orang tidak digabung; periksa dulu.")
    if used.use is Use.LINKED:
        _trace(session, before, after, by.called, office, now)
    return used.use


def _trace(session: Session, before: Found, after: Found, officer: str, office: Office, now: dt.datetime) -> None:
    """A closed ticket: who joined what, for whoever asks later."""
    opened = tickets.open_ticket(
        session,
        conversation_id=after.conversation_id,
        person_id=before.person_id,
        topic=Topic.LINK,
        words=None,
        context={"link": "by_officer", "from": before.conversation_id, "by": officer},
        office=office,
        now=now,
    )
    tickets.settle(session, opened.id, after.conversation_id, officer, now)


@people_cli.command("confirm")
def confirm_command(
    business: Annotated[str, typer.Argument(help="nomor BTN-… atau nomor usaha")],
    paper: Annotated[str, typer.Option("--paper", help="nomor arsip kertas yang ditandatangani pemilik")],
    staff: As = "",
) -> None:
    """Catat bahwa pemilik sudah membenarkan di atas kertas."""
    given = settings()
    if not 0 < len(paper.strip()) <= 60:
        raise fail("--paper: 1 sampai 60 huruf.")
    with transaction(given) as session:
        by = actor(session, staff)
        reference = f"{paper.strip()} ({by.called})"[:100]
        try:
            found = finding.business(session, by, business)
        except NotFound:
            raise fail(f"Tidak ada usaha {business}.") from None
        name = found.name
        done = confirmations.on_paper(session, by, found.id, reference, office_now(given, session), Clock().now())
    if not done:
        raise fail(f"{name}: tidak ada yang perlu dibenarkan, atau pemilik sudah menjawab.")
    typer.echo(f"{name}: dibenarkan di atas kertas, {paper.strip()}.")


@people_cli.command("confirmations")
def confirmations_command(as_json: AsJson = False, staff: As = "") -> None:
    """Isian pembantu yang belum dibenarkan pemiliknya, yang paling lama menunggu dulu."""
    given = settings()
    with transaction(given) as session:
        rows = [
            {
                "business_id": business.id,
                "business": business.name,
                "owner": business.owner_name,
                "phone": phones.shown(confirmation.phone) if confirmation.phone else "kertas",
                "due": f"{confirmation.due_at.astimezone(given.office_now().zone):%Y-%m-%d}",
                "state": STATES[confirmation.state.value],
            }
            for confirmation, business in confirmations.open_ones(session, actor(session, staff), now=Clock().now())
        ]
    listed(rows, COLUMNS, as_json, "Semua isian pembantu sudah dibenarkan pemiliknya.")
