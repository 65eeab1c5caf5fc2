"""Buat program baru: the next programme, begun from a copy of the last one and made once its consequences were read."""

from collections.abc import Mapping

from starlette.responses import Response

from console import looks, programme_form, programme_words
from console.desk import Desk, to
from console.programme_form import AT, Mistyped
from services import programme_changes, programme_making, regions
from services.programme_rules import NotChanged, Wanted, Why


def compose(desk: Desk) -> Response:
    """The form, filled in with what the last programme had."""
    return _form(desk)


def preview(desk: Desk) -> Response:
    """What it would come to, nothing is made; or, from there, back to the form with what was typed."""
    if desk.asked.form.get("_ubah"):
        return _form(desk)
    return _preview(desk)


def _preview(desk: Desk, status: int = 200, changed: bool = False) -> Response:
    try:
        code, wanted = _typed(desk)
        with desk.reading() as session:
            it = programme_making.foreseen(
                session, desk.actor, code, wanted, office=desk.settings.office, now=desk.now
            )  # fmt: skip
    except (Mistyped, NotChanged) as refused:
        return _refused(desk, refused)
    return looks.page(
        desk, "programme_sure.html", status, it=it, changed=changed, terms=list(programme_words.terms(wanted)),
        consequences=list(programme_words.begun(it, desk.now)), kept={**programme_form.fields(wanted), "kode": code},
    )  # fmt: skip


def create(desk: Desk) -> Response:
    """Make it, if the programmes are still those that were read. Sent twice it is made once."""
    code, wanted = "", None
    try:
        code, wanted = _typed(desk)
        with desk.writing() as session:
            programme_making.create(
                session, desk.actor, code, wanted, desk.asked.form.get("terlihat", "")[:40], now=desk.now
            )
    except (Mistyped, NotChanged) as refused:
        if isinstance(refused, NotChanged) and refused.why is Why.CHANGED:
            return _preview(desk, 409, changed=True)
        if wanted is None or not _made_just_now(desk, code, wanted):
            return _refused(desk, refused)
    return to(f"/program/{code}", pesan="program_baru")


def _typed(desk: Desk) -> tuple[str, Wanted]:
    return programme_form.read_new(desk.asked.form, desk.asked.many, desk.now)


def _made_just_now(desk: Desk, code: str, wanted: Wanted) -> bool:
    """Whether this account has made exactly this one already: the button was pressed twice."""
    try:
        with desk.reading() as session:
            seen = programme_changes.seen(session, desk.actor, code, desk.now)
    except NotChanged:
        return False
    return seen.version == 1 and seen.changed_by == desk.actor.name and seen.now == wanted


def _refused(desk: Desk, refused: Mistyped | NotChanged) -> Response:
    at = refused.at if isinstance(refused, Mistyped) else {AT.get(refused.why, ""): programme_words.refusal(refused)[0]}
    return _form(desk, 422, at)


def _form(desk: Desk, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    with desk.reading() as session:
        last = programme_making.last(session, desk.actor, desk.now)
    copy = last.now if last else None
    filled = {**programme_form.copied(copy), **desk.asked.form}
    sent = "kode" in desk.asked.form
    return looks.page(
        desk, "programme_new.html", status, last=last, typed=filled, wrong=wrong or {}, schemes=programme_words.SCHEMES,
        ways=desk.asked.many.get("jalur", ()) if sent else copy.accepts if copy else (), places=regions.REGENCIES,
        hints=programme_words.of_the_last(copy) if copy else {}, may_change=desk.actor.regencies is None,
    )  # fmt: skip
