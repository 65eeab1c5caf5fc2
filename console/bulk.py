"""Pindah banyak dan lembar status: many applications looked at together, and moved on one yes, each of them once."""

import secrets
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response

from console import applications, looks, meaning
from console.case import NO_MOVE
from console.desk import Desk
from models import Session, Stage
from services import bulk, confirming, sheets, stage_import
from services.bulk import Preview, TooMany
from services.confirming import NotConfirmed
from services.moves import Refused, Told
from services.sheet_writing import Writer
from services.sheets import SheetRefused
from services.stage_import import Plan, Wrong

UPLOAD = 5_000_000  # bytes: 500 rows are some 40 thousand
WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # Excel's; the older ones are refused in a sentence where they are read
PICTURES = (b"\xff\xd8", b"\x89PNG", b"%PDF")
NOT_DONE = {
    confirming.Why.USED: "Ini sudah dijalankan. Lihat hasilnya di daftar.",
    confirming.Why.TOO_MANY: "Terlalu sering dalam satu jam ini. Coba lagi nanti.",
}
ASK_AGAIN = "Pratinjau itu sudah tidak berlaku (lebih dari 5 menit, atau ada yang lebih baru). Lihat lagi dari awal."


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    moved: int
    told: int
    refused: Sequence[tuple[str, int]]


# --- chosen in the list


def choose(desk: Desk) -> Response:
    """What the ticked ones, or all of the list, would become."""
    form = desk.asked.form
    to = meaning.one_of(bulk.together(), form.get("ke"))
    if to is None:
        return _page(desk, fault="Pilih dulu tahapnya.")
    told = Told(form.get("alasan", "").strip()[:500] or None)
    try:
        with desk.writing() as session:
            made = _plan(session, desk, to, told)
    except TooMany as many:
        return _page(
            desk, fault=f"{many.count} pengajuan; paling banyak {bulk.MOST} sekali jalan. Saring dulu daftarnya."
        )
    if not (made.moves or made.wrong or made.unchanged):
        return _page(desk, fault="Belum ada yang dipilih.")
    return _look(desk, made)


def _plan(session: Session, desk: Desk, to: Stage, told: Told) -> Plan:
    if desk.asked.form.get("semua") == "1":
        wanted = applications.read(desk.asked.form, desk.actor.staff_id)
        return bulk.of_filter(session, desk.actor, wanted, to, told, now=desk.now)
    return bulk.of_numbers(session, desk.actor, desk.asked.many.get("nomor", ()), to, told)


# --- brought as a sheet


def sheet(desk: Desk) -> Response:
    """Where a sheet is chosen, and what it must hold."""
    return _page(desk)


def bring(desk: Desk) -> Response:
    """What a sheet would do. Its rows are kept no longer than the yes is waited for."""
    brought = desk.asked.files.get("berkas")
    if brought is None or not brought.content:
        return _page(desk, fault="Pilih dulu berkasnya.")
    if brought.size > UPLOAD:
        return _page(desk, fault=f"Berkas lebih dari {UPLOAD // 1_000_000} MB. Bagi berkasnya, lalu kirim lagi.")
    ending = _ending(brought.content)
    if ending is None:
        return _page(desk, fault="Berkasnya harus xlsx atau csv. Di Excel: Simpan sebagai, Buku Kerja Excel.")
    try:
        rows = _rows(brought.content, ending)
        if len(rows) - 1 > bulk.MOST:
            return _page(desk, fault=f"{len(rows) - 1} baris; paling banyak {bulk.MOST} sekali kirim. Bagi berkasnya.")
        with desk.writing() as session:
            made = stage_import.plan(session, desk.actor, rows, desk.settings.texts)
    except SheetRefused as refused:
        return _page(desk, fault=str(refused))
    return _look(desk, made)


def _ending(content: bytes) -> str | None:
    """What a file is by what is in it; a browser may call it anything."""
    if content.startswith(WORKBOOKS):
        return ".xlsx"
    return None if b"\x00" in content[:1000] or content.startswith(PICTURES) else ".csv"


def _rows(content: bytes, ending: str) -> list[sheets.Row]:
    with tempfile.TemporaryDirectory(prefix="naikkelas-") as folder:
        path = Path(folder) / f"status{ending}"
        path.write_bytes(content)
        return sheets.read(path)


def wrong(desk: Desk) -> Response:
    """The rows that are not taken, as a sheet: their numbers and why, nothing of what stands in them."""
    with tempfile.TemporaryDirectory(prefix="naikkelas-") as folder:
        path = Path(folder) / "salah.xlsx"
        with Writer(path, "Baris", ("Baris yang tidak diambil",), (("Baris", 10), ("Sebabnya", 90))) as made:
            for line, said in _unpacked(desk.asked.form.get("salah", "")):
                made.row([line, said])
        content = path.read_bytes()
    return looks.as_file(content, looks.XLSX, "baris-tidak-diambil.xlsx")


def _packed(found: Sequence[Wrong]) -> str:
    return ",".join(f"{one.line}:{(one.why or one.fault).value}" for one in found)


def _unpacked(said: str) -> list[tuple[int, str]]:
    """Only our own words come back out: an address or a form cannot bring its own."""
    known = {fault.value: words for fault, words in stage_import.SAID.items()}
    known |= {why.value: words for why, words in NO_MOVE.items() if why.value not in known}
    pairs = [one.partition(":") for one in said.split(",")[: bulk.MOST]]
    return [(int(line), known[why]) for line, _, why in pairs if line.isdecimal() and len(line) < 7 and why in known]


# --- looked at, and done


def _look(desk: Desk, made: Plan) -> Response:
    """Some of it is really moved, read, and undone; a yes is asked for exactly this."""
    with desk.trying() as session:
        found = bulk.preview(
            session, desk.actor, made, texts=desk.settings.texts, office=desk.settings.office, now=desk.now
        )
    code = ""
    if made.moves:
        try:
            with desk.writing() as session:
                code = confirming.ask(
                    session, desk.actor, bulk.ACT, f"{len(made.moves)}", bulk.packed(made.moves),
                    chance=lambda: secrets.randbelow(10_000), now=desk.now,
                )  # fmt: skip
        except NotConfirmed as refused:
            return _page(desk, fault=NOT_DONE.get(refused.why, ASK_AGAIN))
    return _page(desk, plan=made, preview=found, code=code)


def run(desk: Desk) -> Response:
    """Move them, some at a time. A second click, or another preview since, does nothing."""
    refused: NotConfirmed | None = None
    with desk.writing() as session:
        try:
            confirmed = confirming.confirm(session, desk.actor, desk.asked.form.get("kode", ""), now=desk.now)
        except NotConfirmed as problem:
            refused = problem  # kept: a wrong code is counted
    if refused is not None:
        return _page(desk, fault=NOT_DONE.get(refused.why, ASK_AGAIN))
    if confirmed.act != bulk.ACT:
        return _page(desk, fault=ASK_AGAIN)
    return _page(desk, done=_moved(desk, bulk.unpacked(confirmed.content)))


def _moved(desk: Desk, planned: Sequence[stage_import.Planned]) -> Done:
    counts: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for piece in stage_import.chunks(planned):
        with desk.writing() as session:
            made = stage_import.apply(
                session, desk.actor, piece, now=desk.now, office=desk.settings.office, texts=desk.settings.texts
            )
        for _, result in made:
            if isinstance(result, Refused):
                refused[NO_MOVE[result.why]] += 1
            else:
                counts["moved"] += result.change_id is not None
                counts["told"] += result.told is not None
    return Done(counts["moved"], counts["told"], refused.most_common())


def _page(
    desk: Desk, *, fault: str = "", plan: Plan | None = None, preview: Preview | None = None, code: str = "",
    done: Done | None = None,
) -> Response:  # fmt: skip
    values: dict[str, Any] = {"fault": fault, "plan": plan, "preview": preview, "code": code, "done": done}
    if plan is not None:
        why: Counter[str] = Counter()
        for _, said in _unpacked(_packed(plan.wrong)):
            why[said] += 1
        values |= {"why": why.most_common(), "wrong": _packed(plan.wrong), "ways": plan.ways.most_common()}
    return looks.page(desk, "bulk.html", 422 if fault else 200, **values)
