"""`naikkelas tickets` and `naikkelas questions`: what people ask the office, and the office's answers to it."""

import datetime as dt
import json
import re
import sys
from typing import Annotated, Any

import typer

import texts
from bot.cli_common import WRONG, As, AsJson, actor, fail, group, listed, settings, sure, transaction
from bot.clock import Clock
from console import wording
from models import Topic
from services import answers, asked, interests, tickets
from services.answers import NobodyToTell, Way
from services.office import Office
from services.regions import REGENCIES
from services.tickets import Line, NoTicket, Page, Standing

tickets_cli = group("Pertanyaan dan laporan untuk petugas, yang terlambat dulu.")
questions_cli = group("Tanya jawab: pertanyaan yang belum punya jawaban, dan minat.")

LONGEST = 3000  # characters of an answer: it fits one message on both channels
NUMBER = re.compile(r"(?:T-?)?(\d{1,18})", re.IGNORECASE)
COLUMNS = {
    "code": "Nomor", "topic": "Jenis", "name": "Nama", "channel": "Saluran", "opened": "Masuk", "answer_by": "Janji",
    "state": "Keadaan",
}  # fmt: skip
TOPICS = {topic: words[:1].lower() + words[1:] for topic, words in wording.TOPICS.items()}
STATES = {
    Standing.LATE: "TERLAMBAT", Standing.WAITING: "menunggu", Standing.ANSWERED: "dijawab", Standing.CLOSED: "ditutup",
}  # fmt: skip
WAYS = {
    Way.SENT: "Jawaban masuk antrean kirim.",
    Way.HELD: "Jendela 24 jam WhatsApp sudah tutup: yang dikirim kabar bahwa jawaban sudah ada; jawabannya menyusul "
    "begitu orangnya menulis.",
    Way.SILENT: "Orangnya minta tidak dikirimi pesan: jawaban disimpan dan dikirim begitu ia menulis.",
}
Code = Annotated[str, typer.Argument(help="nomor tiket, contoh T-118")]
Sure = Annotated[bool, typer.Option("--yes", help="tanpa bertanya lagi")]


@tickets_cli.command("list")
def list_command(
    everything: Annotated[bool, typer.Option("--all", help="juga yang sudah ditutup")] = False,
    as_json: AsJson = False,
    staff: As = "",
) -> None:
    """Tiket yang terbuka; yang janjinya terlewat paling atas."""
    given, now = settings(), Clock().now()
    with transaction(given) as session:
        found = tickets.listing(session, actor(session, staff), now, closed=everything)
    listed([_row(line, given.office_now()) for line in found], COLUMNS, as_json, "Tidak ada tiket yang terbuka.")


def _row(line: Line, office: Office) -> dict[str, Any]:
    return {
        "code": line.code,
        "topic": TOPICS[Topic(line.topic)],
        "name": line.name,
        "channel": line.channel.value if line.channel else None,
        "opened": _when(line.opened_at, office),
        "answer_by": _when(line.answer_by, office),
        "state": STATES[line.state],
    }


def _when(moment: dt.datetime, office: Office) -> str:
    return f"{moment.astimezone(office.zone):%Y-%m-%d %H.%M}"


@tickets_cli.command("show")
def show_command(code: Code, as_json: AsJson = False, staff: As = "") -> None:
    """Satu tiket: apa yang ditanyakan, sedang di mana orangnya, dan jawaban yang sudah diberikan."""
    given, number = settings(), _number(code)
    try:
        with transaction(given) as session:
            page = tickets.page(session, actor(session, staff), number, Clock().now())
    except NoTicket:
        raise _unknown(number) from None
    shown = _page(page, given.office_now())
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for key, value in shown.items():
        if key != "answers" and value:
            typer.echo(f"{key}: {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}")
    for said in shown["answers"]:
        held = " (menunggu orangnya menulis)" if said["held"] else ""
        typer.echo(f"\n{said['at']} {said['officer']}{held}:\n{said['words']}")


def _page(page: Page, office: Office) -> dict[str, Any]:
    said = [
        {"officer": one.officer, "at": _when(one.at, office), "words": one.words, "held": one.held}
        for one in page.answers
    ]
    return {
        **_row(page.line, office),
        "phone": page.phone,
        "words": page.words,
        "context": dict(page.context),
        "closed_by": page.closed_by,
        "answers": said,
    }


@tickets_cli.command("answer")
def answer_command(
    code: Code,
    words: Annotated[str, typer.Argument(help="jawabannya; kosong atau - dibaca dari masukan")] = "-",
    staff: As = "",
    yes: Sure = False,
) -> None:
    """Jawab satu tiket; jawaban dikirim ke chat orangnya."""
    given, number = settings(), _number(code)
    typed = words != "-"
    said = (words if typed else sys.stdin.read()).strip()
    if not 0 < len(said) <= LONGEST:
        raise fail(f"Jawaban harus 1 sampai {LONGEST} huruf.", code=WRONG)
    if typed and not yes and not sure(f"Kirim jawaban ini untuk T-{number}?\n\n{said}\n\n"):
        raise fail("Tidak jadi; tidak ada yang dikirim.")
    try:
        with transaction(given) as session:
            by, now = actor(session, staff), Clock().now()
            way = answers.answer(session, by, number, words=said, texts=texts.load(), now=now)
    except NoTicket:
        raise _unknown(number) from None
    except NobodyToTell:
        raise fail(f"T-{number} ditulis tanpa izin simpan, jadi tidak ada chat untuk dijawab; tutup saja.") from None
    typer.echo(WAYS[way])


@tickets_cli.command("close")
def close_command(code: Code, staff: As = "", yes: Sure = False) -> None:
    """Tutup satu tiket; orangnya ditanya apakah sudah terbantu."""
    given, number = settings(), _number(code)
    if not yes and not sure(f"Tutup T-{number}?"):
        raise fail("Tidak jadi; tidak ada yang berubah.")
    try:
        with transaction(given) as session:
            by, now = actor(session, staff), Clock().now()
            closed = answers.close(session, by, number, texts=texts.load(), now=now)
    except NoTicket:
        raise _unknown(number) from None
    typer.echo(f"T-{number} ditutup." if closed else f"T-{number} memang sudah ditutup.")


def _number(code: str) -> int:
    found = NUMBER.fullmatch(code.strip())
    if found is None:
        raise fail(f"{code} bukan nomor tiket; contohnya T-118.", code=WRONG)
    return int(found.group(1))


def _unknown(number: int) -> typer.Exit:
    return fail(f"Tidak ada tiket T-{number}.")


# --- what has no answer yet, and what is wanted ---


@questions_cli.command("unanswered")
def unanswered_command(as_json: AsJson = False, staff: As = "") -> None:
    """Pertanyaan yang belum punya halaman jawaban, yang terbaru dulu."""
    given = settings()
    with transaction(given) as session:
        found = asked.unanswered(session, actor(session, staff), now=Clock().now())
        rows = [{"at": _when(one.at, given.office_now()), "words": one.words} for one in found]
    listed(rows, {"at": "Waktu", "words": "Pertanyaan"}, as_json, "Semua pertanyaan ada jawabannya.")


@questions_cli.command("interests")
def interests_command(as_json: AsJson = False, staff: As = "") -> None:
    """Minat per layanan dan kabupaten/kota, yang paling banyak dulu."""
    with transaction(settings()) as session:
        found = interests.counts(session, actor(session, staff))
    names = {code: regency.name for code, regency in REGENCIES.items()}
    rows = [{"step": c.step, "regency": names.get(c.regency or ""), "count": c.count} for c in found]
    columns = {"step": "Layanan", "regency": "Kab/kota", "count": "Jumlah"}
    listed(rows, columns, as_json, "Belum ada minat yang tercatat.")
