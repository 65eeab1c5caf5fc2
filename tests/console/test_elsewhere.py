"""Every page about one thing, asked for by an account of another kab/kota: not there for it, and written down."""

import re
from types import SimpleNamespace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console.desk import Open, Page
from console.pages import PAGES
from models import Business, Conversation, Delivery, LikelyDouble, RequestKind, Ticket
from services import requests, staff
from services.broadcasts import drafting
from services.broadcasts.audience import Audience
from services.broadcasts.drafting import Draft
from tests.console.office import CATALOGUE, Office
from tests.console.town import LEBAK, SERANG, asks, settle
from tests.services.eventful import event, owner, signs_up
from tests.services.people import DEWI, NOON
from tests.support.office import OFFICE

# The beginning of every page about one thing of a place, with what it is called by; a page in neither table fails here.
OF_A_PLACE = {
    "/pendaftaran/{number}": "{number}",
    "/percakapan/orang/{conversation:int}": "{conversation}",
    "/percakapan/{ticket:int}": "{ticket}",
    "/siaran/{number:int}": "{broadcast}",
    "/permintaan/{request:int}": "{request}",
    "/acara/{code}": "{event}",
    "/kiriman/{which:int}": "{delivery}",
    "/orang/{person:int}": "{person}",
    "/usaha/{business:int}": "{business}",
}
# A code or a filter of one's own; accounts, which have scopes of their own; what is Banten's.
OF_NONE = (
    "/mulai/{code}",
    "/pengguna/{name}",
    "/program/{code}",
    "/program/fakta/{name}",
    "/siaran/saringan/{number:int}",
)
PARTS = {"photo:int": "1", "id:int": "{sign_up}", "part": "rencana", "pair:int": "{pair}"}  # within the thing
# What must be filled in for a page to look at the thing at all.
TYPED = {
    "/percakapan/{ticket:int}/jawab": {"jawaban": "Halo", "terlihat": "0"},
    "/percakapan/orang/{conversation:int}/pratinjau": {"apa": "ulang", "terlihat": "-"},
    "/acara/{code}/pintu/buat": {"nama": "Pintu A", "_kunci": "k" * 32},
    "/acara/{code}/pintu/cabut": {"pintu": "semua"},
    "/percakapan/orang/{conversation:int}/bantu": {"apa": "ulang", "terlihat": "-"},
}


def things(session: Session) -> SimpleNamespace:
    """One of everything, all of it in Kab. Serang."""
    numbers, ticket = settle(session), asks(session)
    chat = session.get_one(Conversation, session.get_one(Ticket, ticket).conversation_id)
    business = session.scalars(sa.select(Business).where(Business.person_id == chat.person_id)).one()
    others = sa.select(Business.id).where(Business.regency == SERANG, Business.id != business.id)
    double = LikelyDouble(business_id=business.id, other_id=session.scalars(others).first(), because="name", at=NOON)
    session.add(double)
    day = event(session, regency=SERANG)
    signed = signs_up(session, day.id, owner(session))
    assert signed.sign_up is not None
    told = {"conversation_id": chat.id, "person_id": chat.person_id, "detail": None, "now": NOON}
    draft = Draft("NIB", {"id": "Pendampingan NIB gratis."}, Audience(regencies=(SERANG,)))
    letter = session.scalars(sa.select(Delivery.id).where(Delivery.conversation_id == chat.id)).first()
    return SimpleNamespace(
        delivery=letter,
        number=numbers["Emping Menes"], ticket=ticket, conversation=chat.id, person=chat.person_id,
        business=business.id, event=day.code, sign_up=signed.sign_up.id, pair=double.id,
        request=requests.ask(session, kind=RequestKind.SEE, **told).id,
        broadcast=drafting.create(session, DEWI, draft, texts=CATALOGUE, office=OFFICE, now=NOON).id,
    )  # fmt: skip


def address(page: Page, of: SimpleNamespace) -> str | None:
    """Where this page would show it; None: it is about nothing of a place."""
    if "{" not in page.path or page.path.startswith(OF_NONE):
        return None
    start, named = next((one for one in OF_A_PLACE.items() if page.path.startswith(one[0])), (None, ""))
    assert start, f"say in tests/console/test_elsewhere.py what {page.path} is about"
    rest = re.sub(r"{([^}]+)}", lambda part: PARTS[part[1]], page.path.removeprefix(start))
    return (start[: start.index("{")] + named + rest).format(**vars(of))


def test_what_is_of_another_kab_kota_is_not_there_and_asking_for_it_is_written_down(office: Office) -> None:
    with office.writing() as session:
        of = things(session)
    lia = office.hire("lia", *staff.roles(), regencies=[LEBAK], code=True)
    lia.sign_in()
    lia.get("/saya")
    own, found = lia.page, {}
    for page in PAGES:
        if isinstance(page.right, Open) or (path := address(page, of)) is None:
            continue
        lia.page, before = own, office.acts()
        answer = lia.get(path) if page.method == "GET" else lia.post(path, **TYPED.get(page.path, {}))
        new = office.acts()[len(before) :]
        found[f"{page.method} {page.path}"] = (answer.status_code, new)
    assert {name: seen for name, seen in found.items() if seen != (404, ["page.outside"])} == {}
    assert len(found) > 40
