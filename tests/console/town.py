"""A small town: owners with businesses at this stage and that, in two kab/kota; one of them with an awkward name."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import Application, Business, Channel, Conversation, Inbound, Lane, Purpose, Stage
from services import applications, consents, deliveries, programmes, tickets
from tests.services.people import CATERING, NO_NIB, READY, assessment, chat, new_business, person
from tests.support.engine import NOON
from tests.support.office import OFFICE, PROGRAMME
from texts.bubble import Bubble

_asked = itertools.count(1)
AWKWARD = '<script>alert("x")</script> & \'Bu "Siti"\''
LEBAK, SERANG = "36.02", "36.04"
# name, what the check found, kab/kota, stage it stands at, days until the promise (None: none)
FOLK: Sequence[tuple[str, Any, str, Stage, int | None]] = (
    ("Katering Ibu Yati", CATERING, SERANG, Stage.REVIEW, -2),
    ("Kue Bu Ida", CATERING, LEBAK, Stage.REVIEW, 2),
    (AWKWARD, READY, SERANG, Stage.PLACED, 3),
    ("Keripik Lebak Jaya", NO_NIB, LEBAK, Stage.INCOMPLETE, -1),
    ("Gula Semut Cihara", READY, LEBAK, Stage.ISSUED, None),
    ("Emping Menes", READY, SERANG, Stage.SUBMITTED, 0),
)


def settle(session: Session) -> dict[str, str]:
    """Everybody moves in; business → number."""
    programmes.ensure(session, PROGRAMME)
    numbers = {}
    for name, judged, regency, stage, days in FOLK:
        owner = person(session, f"Pemilik {name[:8]}")
        row = chat(session, owner, Channel.WHATSAPP, address=f"whatsapp:+62812000{owner:05d}")
        agree(session, row)
        business = new_business(owner, name=name, regency=regency, district=f"{regency}.01", owner_name="Yati Suryani")
        outcome = applications.register(
            session, business=business, assessment_id=assessment(session, owner, judged),
            programme=PROGRAMME.code, office=OFFICE, now=NOON,
        )  # fmt: skip
        numbers[name] = outcome.number or ""
        promised = None if days is None else NOON + dt.timedelta(days=days, hours=-1 if days <= 0 else 0)
        change = sa.update(Application).where(Application.number == outcome.number)
        session.execute(change.values(stage=stage, promised_at=promised))
    return numbers


def asks(session: Session, name: str = "Emping Menes", words: str = "Kapan pendamping datang?") -> int:
    """An owner asked something; the ticket."""
    query = sa.select(Conversation).join(Business, Business.person_id == Conversation.person_id)
    row = session.scalars(query.where(Business.name == name)).first()
    assert row is not None
    told = {"channel": row.channel, "conversation_id": row.id, "at": NOON}
    session.add(Inbound(event_id=f"e{row.id}.{next(_asked)}", kind="text", words=words, **told))
    bubble = Bubble("Petugas menjawab *paling lambat besok*.")
    deliveries.post(session, conversation_id=row.id, bubble=bubble, lane=Lane.REPLY, because="turn:1", now=NOON)
    return tickets.open_ticket(
        session, conversation_id=row.id, person_id=row.person_id, topic="question", words=words, context={},
        office=OFFICE, now=NOON,
    ).id  # fmt: skip


def agree(session: Session, row: Conversation) -> None:
    """They consent to be served."""
    told = {"text_version": "1", "text_hash": "0" * 64, "language": "id", "channel": row.channel, "now": NOON}
    consents.record(session, conversation_id=row.id, purpose=Purpose.SERVICE, given=True, **told)
