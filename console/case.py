"""Satu pengajuan: read whole, moved on with the owner's message seen before it goes, and never twice."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from console import looks, meaning
from console.desk import Desk, Gone, to
from models import Session, Stage
from services import companions, dossier, moves, redrawn
from services.companions import Assigned
from services.deciding import Way
from services.dossier import Dossier
from services.moves import Moved, Refused
from services.staff import Right
from services.stages import Need, about

# Ready-made reasons, worded for owners in texts/*/console.yaml.
READY: Mapping[Stage, Sequence[str]] = {
    Stage.INCOMPLETE: ("nib", "photo", "ingredients", "address"),
    Stage.SENT_BACK: ("photo", "ingredients", "logo", "address", "process"),
    Stage.REFUSED: ("forbidden", "not_food", "elsewhere"),
    Stage.TO_REGULAR: ("catering", "outlets", "meat", "turnover"),
}
# The same for the ways out of a doubt, with texts/*/decision.yaml.
REASONS: Mapping[Way, Sequence[str]] = {
    Way.SELF_DECLARE: ("decision.reason.checked", "decision.reason.answered"),
    Way.REGULER: tuple(f"console.reason.{key}" for key in READY[Stage.TO_REGULAR]),
    Way.INTEREST: ("decision.reason.not_now", "console.reason.not_food"),
}
NO_MOVE = {
    moves.Why.NOT_NEXT: "Dari tahap sekarang tidak bisa langsung ke tahap itu.",
    moves.Why.NEEDS_REASON: "Tulis atau pilih alasannya dulu: pemilik membacanya.",
    moves.Why.NEEDS_CERTIFICATE: "Tulis nomor sertifikatnya dulu.",
    moves.Why.NEEDS_DATE: "Isi tanggal pemeriksaannya dulu.",
    moves.Why.NEEDS_WAY: "Pilih dulu jalurnya.",
    moves.Why.NO_PLACE: "Tidak ada tempat: kuotanya habis, atau yang kosong milik antrean di depannya.",
    moves.Why.SAME_NIB: "NIB ini sudah memegang satu tempat. Periksa kemungkinan usaha yang sama.",
    moves.Why.ELSEWHERE: "Di luar wilayah tugas Anda.",
    moves.Why.UNKNOWN: "Nomor itu tidak ada.",
}


def show(desk: Desk) -> Response:
    """The application, with the owner's own data masked."""
    return page(desk)


def unmask(desk: Desk) -> Response:
    """The same with names, numbers and addresses; the click is written down."""
    return page(desk, shown=True)


def picture(desk: Desk) -> Response:
    """One of its pictures, drawn anew: a browser is never given a file as somebody sent it."""
    with desk.writing() as session:
        found = dossier.photo(session, desk.actor, find(session, desk), desk.numbered("photo"), desk.now)
    drawn = redrawn.redrawn(found) if found else None  # after the transaction: it takes longer than one may
    if drawn is None:
        raise Gone
    headers = {"content-disposition": "inline", "cross-origin-resource-policy": "same-origin"}
    return Response(drawn, media_type=redrawn.MIME, headers=headers)


def preview(desk: Desk) -> Response:
    """The move is made, read, and undone: what is shown is exactly what the owner would get."""
    with desk.trying() as session:
        made = _move(session, desk, find(session, desk))
    if isinstance(made, Refused):
        return page(desk, fault=NO_MOVE[made.why])
    if made.before.value != desk.asked.form.get("dari"):
        return page(desk, changed=True)
    return page(desk, preview=made)


def move(desk: Desk) -> Response:
    """Move it, and have its owner told. Sent twice it is done once; moved by somebody else meanwhile, it is shown."""
    with desk.writing() as session:
        made = _move(session, desk, find(session, desk))
        meanwhile = isinstance(made, Moved) and made.change_id and made.before.value != desk.asked.form.get("dari")
        if meanwhile or isinstance(made, Refused):
            session.rollback()
    if isinstance(made, Refused):
        return page(desk, fault=NO_MOVE[made.why])
    if meanwhile:
        return page(desk, changed=True)
    told = "sudah" if made.change_id is None else "pindah" if made.told else "pindah_diam"
    return to(f"/pendaftaran/{made.number}", pesan=told)


def find(session: Session, desk: Desk) -> int:
    """The application of the address. Raises Gone."""
    found = dossier.find(session, desk.asked.where["number"])
    if found is None:
        raise Gone
    return found


def _stage(desk: Desk) -> Stage | None:
    said = desk.asked.form.get("ke") or desk.asked.query.get("ke")
    return meaning.one_of(Stage, said)


def _move(session: Session, desk: Desk, application_id: int) -> Moved | Refused:
    form, stage = desk.asked.form, _stage(desk)
    if stage is None:
        return Refused(moves.Why.NOT_NEXT)
    return moves.move(
        session, desk.actor, application_id, stage, now=desk.now, office=desk.settings.office,
        texts=desk.settings.texts, note=_note(desk, stage), certificate=form.get("sertifikat", "")[:64] or None,
        audit_date=meaning.day(form.get("tanggal")),
    )  # fmt: skip


def _note(desk: Desk, stage: Stage) -> str | None:
    return reason(desk, {key: f"console.reason.{key}" for key in READY.get(stage, ())}) or None


def reason(desk: Desk, ready: Mapping[str, str]) -> str:
    """What was written for the owner, or the ready-made reason that was chosen. `ready`: the text of each."""
    written, key = desk.asked.form.get("alasan", "").strip()[:500], desk.asked.form.get("siap", "")
    if written or key not in ready:
        return written
    return desk.settings.texts.text(ready[key], meaning.language(desk.asked.form))


def page(
    desk: Desk, *, shown: bool = False, fault: str | None = None, changed: bool = False, preview: Moved | None = None,
    decision: Moved | None = None, companion: Assigned | None = None,
) -> Response:  # fmt: skip
    """The page as it stands now, with what somebody has just looked at or was refused."""
    settings = desk.settings
    with desk.writing() as session:  # looking is written down, so it is a transaction of its own
        found = dossier.open_(
            session, desk.actor, find(session, desk), texts=settings.texts, office=settings.office, shown=shown,
            now=desk.now,
        )  # fmt: skip
        line = found.case.line
        offered = companions.available(session, desk.actor, line.regency) if desk.may(Right.REVIEW) else []
    wanted = None if changed else next((one.stage for one in found.steps if one.stage is _stage(desk)), None)
    values = {
        "it": found, "line": found.case.line, "shown": shown, "fault": fault, "changed": changed, "preview": preview,
        "wanted": wanted, "ready": _ready(desk, found), "needs": about(wanted).needs if wanted else frozenset[Need](),
        "typed": desk.asked.form, "decision": decision, "companion": companion, "companions": offered,
        "doubts": _doubts(desk, found),
    }  # fmt: skip
    return looks.page(desk, "case.html", 409 if changed else 422 if fault else 200, **values)


def _ready(desk: Desk, found: Dossier) -> dict[Stage, list[tuple[str, str]]]:
    """The ready-made reasons of each stage it can go to, as its owner would read them."""
    text = desk.settings.texts.text
    return {
        step.stage: [(key, text(f"console.reason.{key}", found.language)) for key in READY.get(step.stage, ())]
        for step in found.steps
    }


def _doubts(desk: Desk, found: Dossier) -> list[tuple[str, list[tuple[str, str]]]]:
    """The ways out of a doubt, each with its ready-made reasons."""
    if found.case.line.stage is not Stage.REVIEW:
        return []
    text = desk.settings.texts.text
    return [(way.value, [(key, text(key, found.language)) for key in REASONS[way]]) for way in Way]
