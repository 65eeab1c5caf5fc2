"""Usaha yang sama? Settled by an officer, who sees before what is closed and what its owner reads."""

from collections.abc import Callable

from starlette.responses import Response

from console import looks, meaning
from console.desk import Desk, Gone, to
from models import Session
from services.people import settling
from services.people.settling import CannotSettle, Pair, Settled, Why


def different(desk: Desk) -> Response:
    """They are two: the mark goes, and does not come back by itself."""
    return _done(desk, lambda session, it: settling.different(session, desk.actor, it, desk.now), "beda")


def reopen(desk: Desk) -> Response:
    """Take a word back."""
    return _done(desk, lambda session, it: settling.reopen(session, desk.actor, it, desk.now), "ragu_lagi")


def ask(desk: Desk) -> Response:
    """What "the same" would do: done, read, and undone."""
    return _asked(desk, meaning.number(desk.asked.query.get("ganda")))


def same(desk: Desk) -> Response:
    """They are one. What was not seen before is not done."""
    form = desk.asked.form
    double = meaning.number(form.get("ganda")) or 0
    try:
        with desk.writing() as session:
            done = _same(session, desk, double)
            meanwhile = not done.again and seen(done) != form.get("terlihat", "")
            if meanwhile:
                session.rollback()
    except CannotSettle as cannot:
        if cannot.why is Why.UNKNOWN:
            raise Gone from None
        meanwhile = True
    if meanwhile:
        return _asked(desk, double, changed=True)
    return to(f"/usaha/{_business(desk)}", pesan="sudah_ganda" if done.again else "ganda")


def seen(done: Settled) -> str:
    """What was shown, in a few letters: from which stage what is closed."""
    return ",".join(f"{one.number}:{one.before.value}" for one in done.closed)


def _same(session: Session, desk: Desk, double: int) -> Settled:
    settings = desk.settings
    return settling.same(
        session, desk.actor, desk.numbered("pair"), double, texts=settings.texts, office=settings.office, now=desk.now
    )


def _asked(desk: Desk, double: int | None, *, changed: bool = False) -> Response:
    try:
        found, done = _tried(desk, double)
    except CannotSettle as cannot:
        if cannot.why is Why.UNKNOWN:
            raise Gone from None
        return to(f"/usaha/{_business(desk)}", pesan="lain_memutuskan")
    chosen = found.later.id if double is None else double
    values = {"it": found, "done": done, "double": chosen, "seen": seen(done), "changed": changed}
    return looks.page(desk, "firm_same.html", 409 if changed else 200, here_id=_business(desk), **values)


def _tried(desk: Desk, double: int | None) -> tuple[Pair, Settled]:
    """Everything is done and nothing is kept: what is shown is exactly what would happen."""
    with desk.reading() as session:
        found = settling.pair(session, desk.actor, desk.numbered("pair"))
    with desk.trying() as session:
        return found, _same(session, desk, found.later.id if double is None else double)


def _done(desk: Desk, work: Callable[[Session, int], bool], said: str) -> Response:
    try:
        with desk.writing() as session:
            work(session, desk.numbered("pair"))
    except CannotSettle as cannot:
        if cannot.why is Why.UNKNOWN:
            raise Gone from None
        said = "lain_memutuskan"
    return to(f"/usaha/{_business(desk)}", pesan=said)


def _business(desk: Desk) -> int:
    return desk.numbered("business")
