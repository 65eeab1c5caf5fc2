"""Putuskan telaah: a doubt settled with a ready-made reason, its owner's message seen before."""

from starlette.responses import Response

from console import case, meaning
from console.case import find
from console.desk import Desk, to
from models import Session
from services import deciding, moves
from services.deciding import Way
from services.moves import Moved, Refused


def preview(desk: Desk) -> Response:
    """Decided, read, and undone: what is shown is exactly what the owner would get."""
    with desk.trying() as session:
        made = _decide(desk, session)
    if isinstance(made, Refused):
        return _refused(desk, made)
    return case.page(desk, decision=made)


def decide(desk: Desk) -> Response:
    """Decide, and have the owner told. Sent twice it is done once."""
    with desk.writing() as session:
        made = _decide(desk, session)  # a refusal changes nothing
    if isinstance(made, Refused):
        return _refused(desk, made)
    told = "sudah_putus" if made.change_id is None else "putus" if made.told else "putus_diam"
    return to(f"/pendaftaran/{made.number}", pesan=told)


def _refused(desk: Desk, made: Refused) -> Response:
    if made.why is moves.Why.NOT_NEXT:  # somebody else was quicker
        return case.page(desk, changed=True)
    return case.page(desk, fault=case.NO_MOVE[made.why])


def _decide(desk: Desk, session: Session) -> Moved | Refused:
    form, settings = desk.asked.form, desk.settings
    way = meaning.one_of(Way, form.get("jalur"))
    if way is None:
        return Refused(moves.Why.NEEDS_WAY)
    reason = case.reason(desk, {key: key for key in case.REASONS[way]})
    return deciding.decide(
        session, desk.actor, find(session, desk), way, reason, office=settings.office, texts=settings.texts,
        now=desk.now,
    )  # fmt: skip
