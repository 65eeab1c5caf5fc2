"""Perbaiki: which business, which line, the new value, with the same checks as when it was first told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conversation.form import Form
from conversation.hearing import Option, normalise
from conversation.kinds import Choice, Listing, Phone, Written
from conversation.question import Answers, Label, Phrase, Question
from conversation.turn import Note, Turn
from handlers import registration
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import REGION, Spoken
from models import RequestKind, Topic
from services import businesses, rectifying, requests, tickets
from services.rectifying import Field

WHICH = "my_data.correct_which"
LONGEST = 24  # characters of a business's name on a button


def start(desk: Desk, spoken: Spoken) -> Next:
    """The businesses this person may correct."""
    person_id = desk.chat.person_id
    known = businesses.of_person(desk.session, person_id) if person_id is not None else []
    if not known:
        return Next((Note("my_data.correct_none"),), open="menu")
    return Next(open="correct", facts={"businesses": [[b.id, b.name, b.district] for b in known]})


def options(facts: Facts) -> Mapping[str, tuple[Option, ...]]:
    """The businesses, by their names."""
    return {
        "my_data.correct_business": tuple(
            Option(str(number), name[:LONGEST], frozenset((normalise(name),)))
            for number, name, _ in facts["businesses"]
        )
    }


def form(facts: Facts) -> Form:
    """One line of one business at a time."""
    several = len(facts["businesses"]) > 1
    business = Choice(
        key="business",
        text="my_data.correct_business",
        prompt="my_data.correct_business",
        when=lambda answers: several,
        third="lost",
    )
    which = Choice(key="which", text=WHICH, prompt=WHICH, third="lost")
    rest = (
        Written(key="owner_name", text="register.owner_name", check=registration.person_name, **_asked(Field.OWNER)),
        Written(
            key="business_name", text="register.business_name", check=registration.business_name,
            **_asked(Field.BUSINESS),
        ),
        Written(
            key="village", text="register.village", most=80, fill=_place_of(facts), check=registration.village_name,
            **_asked(Field.VILLAGE),
        ),
        Written(key="address", text="register.address", most=300, check=registration.address, **_asked(Field.ADDRESS)),
        Phone(key="phone", text="register.whatsapp_number", check=registration.phone, **_asked(Field.PHONE)),
        Written(key="nib", text="register.nib_number", skippable=True, check=registration.nib, **_asked(Field.NIB)),
        Listing(key="products", text="register.products", **_asked(Field.PRODUCTS)),
    )  # fmt: skip
    questions: tuple[Question[Any], ...] = (business, which, *rest)
    return Form(key="correct", questions=questions)


def _asked(field: Field) -> dict[str, Any]:
    when: Callable[[Answers], bool] = lambda answers: answers.get("which") == field.value  # noqa: E731
    return {"when": when, "required": True, "third": "lost"}


def _place_of(facts: Facts) -> Callable[[Answers], Mapping[str, Any]]:
    districts = {str(number): district for number, _, district in facts["businesses"]}
    first = str(facts["businesses"][0][0])

    def fill(answers: Answers) -> Mapping[str, Any]:
        district = districts.get(str(answers.get("business") or first))
        known = Label(REGION, district) if district else Phrase("register.your_district")
        return {"district": known, "example": "Sidamukti"}

    return fill


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Put in at once; where it was handed in already, or another business has that NIB, an officer does it."""
    field = Field(str(turn.answers["which"]))
    value: Any = turn.answers[field.value]
    if value is None:  # LEWATI: nothing is changed
        return Next(open="menu")
    chosen = int(turn.answers.get("business") or turn.run.facts["businesses"][0][0])
    if chosen not in {b.id for b in businesses.of_person(desk.session, desk.chat.person_id or 0)}:
        return start(desk, spoken)  # meanwhile it is somebody else's
    if rectifying.handed_in(desk.session, chosen):
        return _for_an_officer(desk, "my_data.correct_staff", field, value, chosen)
    done = rectifying.correct(desk.session, chosen, field, value, office=desk.office, now=desk.now, by="owner")
    if not done:
        return _for_an_officer(desk, "my_data.correct_check", field, value, chosen)
    _ask(desk, field, done=True)
    values = {"label": Label(WHICH, field.value), "date": desk.office.local_day(desk.now)}
    return Next((Note("my_data.corrected", values),), open="menu")


def _for_an_officer(desk: Desk, key: str, field: Field, value: Any, business_id: int) -> Next:
    """The new value is the ticket's; the request itself names only the field."""
    asked = _ask(desk, field, done=False)
    tickets.open_ticket(
        desk.session,
        conversation_id=desk.chat.id,
        person_id=desk.chat.person_id,
        topic=Topic.DATA,
        words=", ".join(value) if isinstance(value, tuple | list) else str(value),
        context={"request": asked.code, "field": field.value, "business_id": business_id},
        office=desk.office,
        now=desk.now,
    )
    values = {"label": Label(WHICH, field.value), "ticket": asked.code, "due_date": desk.office.local_day(asked.due_at)}
    return Next((Note(key, values),), open="menu")


def _ask(desk: Desk, field: Field, *, done: bool) -> requests.Asked:
    if desk.chat.person_id is None:
        raise LookupError("nobody's data are corrected")
    return requests.ask(
        desk.session,
        person_id=desk.chat.person_id,
        conversation_id=desk.chat.id,
        kind=RequestKind.CORRECT,
        detail=field.value,
        now=desk.now,
        done=done,
    )
