"""Sertifikat hadir: a number for each who came, the paper, and what anybody reads who checks it."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import Event, EventCertificate, Language, Session, SignUp, SignUpState
from services import audit, printing
from services.events import seating, words
from services.events.attending import CAME
from services.events.rules import zone_of
from services.letterhead import Letterhead
from services.printing import A4, BOLD, GOLD, GREEN, INK, MM, PLAIN
from services.staff import Actor, Right, demand_for
from texts.filling import shown

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from texts import Catalogue

PATH = "/sertifikat/"
HEIGHT, WIDTH = A4  # across


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the public page says: that it is ours, for which day, and the beginnings of the name."""

    number: str
    title: str
    event: Event
    name: str  # "S••• A•••"; "" once the name is forgotten
    issued: dt.date


# --- the rules


def masked(name: str) -> str:
    """The first letter of each word: enough to compare with the paper in hand, too little to learn a name from."""
    return " ".join(f"{word[0]}•••" for word in name.split()[:5])


def address(public_url: str, token: str) -> str:
    """Where a certificate is confirmed."""
    return f"{public_url.rstrip('/')}{PATH}{token}"


def bearer(row: SignUp) -> str:
    """Whose name stands on it: who came."""
    return row.stand_in or row.name


# --- numbers


def without(session: Session, event_id: int, limit: int) -> list[SignUp]:
    """Who came and has no certificate yet, in the order of the list."""
    has_one = sa.exists(sa.select(EventCertificate.id).where(EventCertificate.sign_up_id == SignUp.id))
    came = sa.and_(SignUp.event_id == event_id, CAME)
    return list(session.scalars(sa.select(SignUp).where(came, ~has_one).order_by(SignUp.id).limit(limit)))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an event's certificates are. `issued`: the highest number; `held`: by who still counts as having come."""

    came: int
    issued: int
    held: int


def standing(session: Session, event: Event) -> Standing:
    """How many who came hold one."""
    has_one = sa.exists(sa.select(EventCertificate.id).where(EventCertificate.sign_up_id == SignUp.id))
    counts = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((has_one, 1), else_=0)), 0))
    came, held = session.execute(counts.select_from(SignUp).where(SignUp.event_id == event.id, CAME)).one()
    highest = sa.select(sa.func.coalesce(sa.func.max(EventCertificate.n), 0))
    issued = session.execute(highest.where(EventCertificate.event_id == event.id)).scalar_one()
    return Standing(came, issued, int(held))


def issue(
    session: Session, event: Event, row: SignUp, letterhead: Letterhead, token: str, now: dt.datetime
) -> EventCertificate:
    """The next number of an event, for one who came. The event is locked: no number is given twice."""
    highest = sa.select(sa.func.coalesce(sa.func.max(EventCertificate.n), 0))
    n = session.execute(highest.where(EventCertificate.event_id == event.id)).scalar_one() + 1
    number = letterhead.numbered(n, event.code, words.day(event).year)
    made = EventCertificate(
        event_id=event.id, sign_up_id=row.id, n=n, number=number[:80], token=token, issued_at=now
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def of_card(session: Session, token: str) -> tuple[SignUp, Event, EventCertificate] | None:
    """The certificate of whoever holds an entry card."""
    return _one(session, SignUp.token == token)


def of_sign_up(session: Session, sign_up_id: int) -> tuple[SignUp, Event, EventCertificate] | None:
    """The certificate of a sign-up."""
    return _one(session, SignUp.id == sign_up_id)


def _one(session: Session, which: sa.ColumnElement[bool]) -> tuple[SignUp, Event, EventCertificate] | None:
    query = sa.select(SignUp, Event, EventCertificate).join(Event, Event.id == SignUp.event_id)
    query = query.join(EventCertificate, EventCertificate.sign_up_id == SignUp.id)
    found = session.execute(query.where(which, CAME)).one_or_none()
    return (found[0], found[1], found[2]) if found else None


def confirm(session: Session, token: str) -> Confirmed | None:
    """What is said of the certificate with this address; None: none of ours, or it was taken back."""
    query = sa.select(EventCertificate, SignUp, Event).join(SignUp, SignUp.id == EventCertificate.sign_up_id)
    query = query.join(Event, Event.id == EventCertificate.event_id)
    came = sa.and_(EventCertificate.token == token, SignUp.state == SignUpState.ATTENDED)
    found = session.execute(query.where(came)).one_or_none()
    if found is None:
        return None
    made, row, event = found
    issued = made.issued_at.astimezone(zone_of(event.zone)).date()
    return Confirmed(made.number, event.title, event, masked(bearer(row)), issued)


# --- paper


def paper(
    rows: Sequence[tuple[SignUp, Event, EventCertificate]], letterhead: Letterhead, texts: "Catalogue", public_url: str
) -> bytes:
    """Certificates as PDF, one to a page, A4 across. In the office's own language, whatever its bearer reads."""
    out = io.BytesIO()
    canvas = printing.blank(out, (WIDTH, HEIGHT))
    for row, event, made in rows:
        _draw(canvas, row, event, made, letterhead, texts, public_url)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(
    canvas: "Canvas",
    row: SignUp,
    event: Event,
    made: EventCertificate,
    letterhead: Letterhead,
    texts: "Catalogue",
    public_url: str,
) -> None:
    def said(key: str, **more: object) -> str:
        return texts.text(f"papers.certificate.{key}", Language.ID, **more)

    canvas.setTitle(made.number)
    _frame(canvas)
    y = printing.heading(canvas, letterhead, HEIGHT - 24 * MM) - 6 * MM
    canvas.setFillColor(GREEN)
    printing.centred(canvas, said("title"), y, BOLD, 26)
    canvas.setFillColor(INK)
    printing.centred(canvas, said("number", certificate_number=made.number), y - 9 * MM, PLAIN, 11)
    printing.centred(canvas, said("given_to"), y - 21 * MM, PLAIN, 12)
    printing.centred(canvas, bearer(row), y - 33 * MM, BOLD, 24)
    if row.business:
        printing.centred(canvas, row.business, y - 41 * MM, PLAIN, 12)
    y -= 52 * MM
    for line in printing.lines(said("for", event=event.title), PLAIN, 12, WIDTH - 70 * MM)[:3]:
        printing.centred(canvas, line, y, PLAIN, 12)
        y -= 6 * MM
    when = said("when", date=words.day(event), place=event.place)
    printing.centred(canvas, when, y - 1 * MM, PLAIN, 11)
    checks = (said("check"), address(public_url, made.token), said("not_halal"))
    _foot(canvas, event, made, letterhead, checks)


def _frame(canvas: "Canvas") -> None:
    for inset, width, colour in ((8, 2.4, GREEN), (10.5, 0.8, GOLD)):
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(width)
        canvas.rect(inset * MM, inset * MM, WIDTH - 2 * inset * MM, HEIGHT - 2 * inset * MM)


def _foot(
    canvas: "Canvas", event: Event, made: EventCertificate, letterhead: Letterhead, checks: Sequence[str]
) -> None:
    printing.qr(canvas, checks[1], 22 * MM, 18 * MM, 32 * MM)
    for n, line in enumerate(checks):
        said = printing.printable(line)
        canvas.setFont(PLAIN, printing.fitted(said, PLAIN, 8, 110 * MM))
        canvas.drawString(56 * MM, (31 - 4.5 * n) * MM, said)
    issued = shown(made.issued_at.astimezone(zone_of(event.zone)).date(), Language.ID)
    x = WIDTH - 60 * MM
    canvas.setFont(PLAIN, 10)
    canvas.drawCentredString(
        x, 50 * MM, printing.printable(f"{letterhead.town}, {issued.partition(', ')[2] or issued}")
    )
    canvas.drawCentredString(x, 45 * MM, printing.printable(letterhead.signer_title))
    canvas.setFont(BOLD, 10)
    canvas.drawCentredString(x, 22 * MM, printing.printable(letterhead.signer) or "_" * 26)


def sheet(
    session: Session, actor: Actor, code: str, now: dt.datetime, *, sign_up_id: int | None = None
) -> list[tuple[SignUp, Event, EventCertificate]]:
    """All certificates of an event, or one, to be printed. That is noted. Raises EventRefused, Forbidden."""
    event = seating.find(session, code)
    demand_for(actor, Right.EXPORT, event.regency)
    query = sa.select(SignUp, EventCertificate).join(EventCertificate, EventCertificate.sign_up_id == SignUp.id)
    came = sa.and_(SignUp.event_id == event.id, CAME)
    query = query.where(came) if sign_up_id is None else query.where(came, SignUp.id == sign_up_id)
    rows = session.execute(query.order_by(EventCertificate.n)).all()
    after = {"count": len(rows)}
    audit.note(session, actor, "event.certificates_exported", f"event:{event.code}", after=after, now=now)
    return [(row, event, made) for row, made in rows]
