"""An officer settles a doubt: the application goes on by the queue time it kept, and old judgements stand."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database import Database
from models import Application, Assessment, Business, Delivery, Language, Session, Stage, Ticket
from services import deciding, eligibility, moves, tickets
from services.applications import Outcome
from services.deciding import Way
from services.moves import Moved, Refused
from tests.console.town import agree
from tests.services import people
from tests.services.asking import HOUR, register
from tests.services.people import CATERING, DEWI, NOON, OFFICE, Judged, transaction
from texts import load

TEXTS = load()
CHECKED = "Bahan dan cara membuatnya sudah kami periksa."


def decide(session: Session, outcome: Outcome, way: Way, reason: str = CHECKED, now: dt.datetime = NOON + HOUR) -> Any:
    return deciding.decide(session, DEWI, outcome.application_id, way, reason, office=OFFICE, texts=TEXTS, now=now)


def owner(session: Session, language: Language = Language.ID) -> int:
    """Somebody with a chat and consent."""
    who = people.person(session)
    agree(session, people.chat(session, who, language=language))
    return who


def told(session: Session) -> list[str]:
    query = sa.select(Delivery.bubble).where(Delivery.because.startswith("decision:")).order_by(Delivery.id)
    return [bubble["text"] for bubble in session.scalars(query)]


def test_who_waited_for_an_officer_has_the_place_before_who_came_later(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=1, allocations={})
        doubted = register(session, CATERING, owner=owner(session))
        later = register(session, now=NOON + HOUR)
        assert (doubted.stage, later.stage) == (Stage.REVIEW, Stage.WAITING)
        about = {"conversation_id": None, "person_id": session.get_one(Business, doubted.business_id).person_id}
        tickets.open_ticket(
            session, **about, topic="check", words=None, context={"application": doubted.application_id},
            office=OFFICE, now=NOON,
        )  # fmt: skip
        made = decide(session, doubted, Way.SELF_DECLARE)
        assert isinstance(made, Moved)
        assert (made.before, made.after) == (Stage.REVIEW, Stage.PLACED)
        application = session.get_one(Application, doubted.application_id)
        assert (application.scheme, application.queued_at) == ("self_declare", doubted.queued_at)
        first, second = session.scalars(
            sa.select(Assessment).where(Assessment.business_id == doubted.business_id).order_by(Assessment.id)
        )
        assert (first.result["officer"], first.scheme) == (["KATERING"], "officer")  # as it was judged then
        assert second.result["decided"] == {
            "way": "self_declare", "reason": CHECKED, "by": "Ibu Dewi", "codes": ["KATERING"],
        }  # fmt: skip
        assert session.scalars(sa.select(Ticket.closed_by)).one() == "Ibu Dewi"
        assert "sudah untuk Bapak/Ibu" in told(session)[0]
        again = decide(session, doubted, Way.SELF_DECLARE)
        assert (again.change_id, len(told(session))) == (None, 1)
        assert decide(session, doubted, Way.REGULER) == Refused(moves.Why.NOT_NEXT, Stage.PLACED)


@pytest.mark.parametrize(
    ("way", "judged", "business", "stage", "says"),
    [
        (Way.SELF_DECLARE, CATERING, {}, Stage.WAITING, "number 2 on the waiting list"),
        (Way.SELF_DECLARE, Judged("officer", officer=("KATERING",), todos=("BUTUH_NIB",)), {"nib": None},
         Stage.INCOMPLETE, "what is missing"),
        (Way.REGULER, CATERING, {}, Stage.INTEREST, "This is no refusal"),
        (Way.INTEREST, CATERING, {}, Stage.INTEREST, "noted as interested"),
    ],
)  # fmt: skip
def test_each_way_leads_where_it_belongs(
    database: Database, way: Way, judged: Judged, business: dict[str, Any], stage: Stage, says: str
) -> None:
    with transaction(database) as session:
        people.programme(session, quota=1, allocations={})
        register(session)
        register(session)  # waits
        doubted = register(session, judged, now=NOON + HOUR, owner=owner(session, Language.EN), **business)
        made = decide(session, doubted, way, now=NOON + 2 * HOUR)
        assert (made.after, session.get_one(Application, doubted.application_id).scheme) == (stage, way.value)
        assert says in told(session)[0]


def test_what_stands_against_it(database: Database) -> None:
    with transaction(database) as session:
        people.programme(session, quota=5, allocations={})
        placed = register(session, nib="1234567890123")
        doubted = register(session, CATERING, nib="1234567890123")
        assert decide(session, placed, Way.REGULER) == Refused(moves.Why.NOT_NEXT, Stage.PLACED)
        assert decide(session, doubted, Way.REGULER, " ") == Refused(moves.Why.NEEDS_REASON, Stage.REVIEW)
        assert decide(session, doubted, Way.SELF_DECLARE) == Refused(moves.Why.SAME_NIB, Stage.REVIEW)
        assert session.get_one(Application, doubted.application_id).stage is Stage.REVIEW


def test_a_decision_counts_for_new_answers_until_they_raise_another_doubt() -> None:
    result = {"scheme": "officer", "ended": None, "officer": ["KATERING"]}
    decided = deciding.decided(result, Way.SELF_DECLARE, CHECKED, "Ibu Dewi")
    carried = eligibility.carried(decided, result)
    assert (carried["scheme"], carried["officer"], carried["decided"]) == ("self_declare", [], decided["decided"])
    for other in (
        {**result, "officer": ["KATERING", "GERAI"]},
        {**result, "scheme": "none", "ended": "RUJUK_LUAR_WILAYAH"},
        {**result, "scheme": "reguler", "officer": []},
    ):
        assert eligibility.carried(decided, other) == other
    assert eligibility.carried(result, result) == result
