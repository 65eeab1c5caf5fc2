"""Pendaftaran: goes on from the check, asks what is still missing, and ends with a number in the programme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from conversation.form import Form
from conversation.hearing import normalise, says_nothing
from conversation.kinds import Choice, Listing, Phone, Review, Written
from conversation.question import Answers, Invalid, Label, Phrase
from conversation.turn import Note, Turn
from handlers import check, later, place
from handlers.desk import Desk
from handlers.next import Facts, Next
from handlers.spoken import REGION, Spoken
from models import Assessment
from services import applications, eligibility, persons, phones, succession
from services.applications import NewBusiness
from services.eligibility import RuleSet

NIB_DIGITS = 13
NIK_DIGITS = 16

# --- what is taken, and how it is tidied ---


BEFORE_NAME = re.compile(
    r"(?:nama(?:ku| saya| lengkap saya| lengkap| pemilik)?\s*[:=]?\s+|saya\s+)(?=\S)", re.IGNORECASE
)
BEFORE_BUSINESS = re.compile(r"nama usaha(?:nya| saya)?\s*[:=]?\s+(?=\S)", re.IGNORECASE)


def _named(text: str, before: re.Pattern[str]) -> str:
    """A name without "nama saya" before it. Raises Invalid("err1") where there is only "belum ada"."""
    if says_nothing(normalise(text)):
        raise Invalid("err1")
    return before.sub("", text, count=1) if before.match(text) else text


def person_name(text: str) -> str:
    """A name: letters, no digits. Raises Invalid("err1")."""
    text = _named(text, BEFORE_NAME)
    if any(c.isdigit() for c in text) or sum(c.isalpha() for c in text) < 2 or len(text) > 100:
        raise Invalid("err1")
    return text.title() if text.islower() or text.isupper() else text


def business_name(text: str) -> str:
    """At least three letters. Raises Invalid("err1")."""
    text = _named(text, BEFORE_BUSINESS)
    if sum(c.isalnum() for c in text) < 3 or len(text) > 100:
        raise Invalid("err1")
    return text


def village_name(text: str) -> str:
    """The name of a desa or kelurahan, its title taken off. Raises Invalid("err2")."""
    plain = text
    for title in ("kelurahan ", "kel. ", "kel ", "desa ", "ds. ", "ds "):
        if plain.casefold().startswith(title):
            plain = plain[len(title) :]
            break
    if sum(c.isalpha() for c in plain) < 3 or len(plain) > 60 or says_nothing(normalise(plain)):
        raise Invalid("err2")
    return plain.title() if plain.islower() or plain.isupper() else plain


def address(text: str) -> str:
    """Enough of an address to be found by. Raises Invalid("err1")."""
    if sum(c.isalnum() for c in text) < 8 or says_nothing(normalise(text)):
        raise Invalid("err1")
    return text


def nib(text: str) -> str:
    """Thirteen digits, spaces, dots and dashes forgiven. Raises Invalid (`err1` with {count}, `looks_like_nik`)."""
    digits = "".join(c for c in text if c.isdigit())
    if "•" in text or len(digits) == NIK_DIGITS:
        raise Invalid("looks_like_nik")
    if not digits:
        raise Invalid("err2")  # "belum ketemu": where to look, and how to go on without
    if len(digits) != NIB_DIGITS:
        raise Invalid("err1", count=len(digits))
    return digits


def phone(text: str) -> str:
    """An Indonesian mobile number as E.164. Raises Invalid (`err1`, `not_mobile`, `foreign`)."""
    try:
        return phones.mobile(text)
    except phones.NotAPhone as fault:
        raise Invalid(fault.reason) from fault


# --- the form ---


def phone_is_unknown(answers: Answers) -> bool:
    """WhatsApp tells the number of whoever writes; the owner's is asked for on Telegram and when somebody helps."""
    return not answers.facts.get("phone") or answers.get("for_whom") == "helping"


def has_nib(answers: Answers) -> bool:
    """The NIB was ticked among the papers."""
    return "nib" in (answers.get("papers") or ())


def knows_nib(answers: Answers) -> bool:
    """A number was given, so its sheet is at hand: the scale printed on it is one tap."""
    return bool(answers.get("nib_number"))


OWNER = Written(key="owner_name", text="register.owner_name", part=2, required=True, check=person_name)
BUSINESS = Written(key="business_name", text="register.business_name", part=2, required=True, check=business_name)
ADDRESS = Written(key="address", text="register.address", part=2, most=300, check=address)
NIB = Written(
    key="nib_number", text="register.nib_number", part=2, when=has_nib, skippable=True, check=nib, commands_win=True
)
PRODUCTS = Listing(key="products", text="register.products", part=2, required=True)


def _place(answers: Answers) -> Mapping[str, Any]:
    district = answers.get("district")
    known = district and district != eligibility.SKIPPED
    return {
        "district": Label(REGION, str(district)) if known else Phrase("register.your_district"),
        "example": "Sidamukti",
    }


VILLAGE = Written(key="village", text="register.village", part=2, most=80, check=village_name, fill=_place)
WHATSAPP = Phone(key="phone", text="register.whatsapp_number", part=2, when=phone_is_unknown, check=phone)


def form(facts: Facts) -> Form:
    """The check's questions, answered already, and the rest, under the rules this run began with."""
    return _form(str(facts["rule_set"]), str(facts["version"]))


@lru_cache(maxsize=8)
def _form(rule_set: str, version: str) -> Form:
    rules = eligibility.get(rule_set, version)
    checked = check.questions(rules)
    scale = Choice(key="scale", text="register.scale", part=2, when=knows_nib, skipped=eligibility.SKIPPED)
    lines = (
        ("owner_name",),
        ("business_name",),
        ("regency", "district", "village"),
        ("address",),
        ("phone",),
        ("nib_number", "scale"),
        ("products",),
    )
    review = Review(key="review", text="register.review", part=0, lines=(*lines, ()), fill=_reviewed)
    rest = (OWNER, BUSINESS, VILLAGE, ADDRESS, WHATSAPP, NIB, scale, PRODUCTS)
    return Form(
        key="registration",
        questions=(*checked, *rest, review),
        title="journey.title",
        stop=check.stops(rules),
        progress=True,
    )


def _reviewed(answers: Answers) -> Mapping[str, Any]:
    known = answers.get("phone") or answers.facts.get("phone")
    regency = answers.get("regency")
    district = answers.get("district")
    skipped = eligibility.SKIPPED
    return {
        "name": answers.get("owner_name"),
        "business": answers.get("business_name"),
        "village": answers.get("village") or "-",
        "district": Label(REGION, str(district)) if district not in (None, skipped) else "-",
        "regency": Label(REGION, str(regency)) if regency not in (None, skipped) else "-",
        "address": answers.get("address") or "-",
        "phone": phones.shown(str(known)) if known else "-",
        "nib": answers.get("nib_number") or Phrase("register.nib_none"),
        "products": ", ".join(answers.get("products") or ()),
    }


# --- the end ---


def finish(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """Judge once more if anything changed, keep the business, and ask the programme for a place."""
    rules = eligibility.get(str(turn.run.facts["rule_set"]), str(turn.run.facts["version"]))
    before = desk.session.get_one(Assessment, int(turn.run.facts["assessment"]))
    assessment = _judged(desk, rules, turn, before)
    outcome = applications.register(
        desk.session,
        business=_business(desk, turn.answers, turn.run.facts),
        assessment_id=assessment.id,
        programme=succession.received_by(desk.session, desk.office, desk.now),
        office=desk.office,
        now=desk.now,
    )
    if turn.answers["for_whom"] != "helping":
        name, phone = str(turn.answers["owner_name"]), turn.answers.get("phone")
        persons.rename(desk.session, before.person_id, name, phone, desk.now)
    later.after_number(desk, spoken, assessment, outcome)
    moved = (Note("register.scheme_moved"),) if before.scheme != assessment.scheme else ()
    return place.show(desk, spoken, turn, assessment, outcome, moved)


def _judged(desk: Desk, rules: RuleSet, turn: Turn, before: Assessment) -> Assessment:
    answers = eligibility.derive(rules, check.said(turn.answers))
    if scale := turn.answers.get("scale"):
        answers = eligibility.overlay(rules, answers, {"scale": scale})
    helping = answers.get("for_whom") == "helping"
    return eligibility.record(
        desk.session,
        person_id=before.person_id,
        business_id=None,
        rules=rules,
        said=dict(turn.run.answers),
        answers=answers,
        facts=before.facts,
        asked_by="helper" if helping else "owner",
        now=desk.now,
    )


def _business(desk: Desk, answers: Answers, facts: Facts) -> NewBusiness:
    papers = answers.get("papers") or ()
    return NewBusiness(
        person_id=check.require(desk.chat.person_id),
        by_helper=answers.get("for_whom") == "helping",
        owner_name=str(answers["owner_name"]),
        name=str(answers["business_name"]),
        regency=_known(answers.get("regency")),
        district=_known(answers.get("district")),
        village=answers.get("village"),
        address=answers.get("address"),
        phone=answers.get("phone") or (facts.get("phone") if not phone_is_unknown(answers) else None),
        nib=answers.get("nib_number"),
        product_kind=answers.get("product"),
        products=tuple(answers.get("products") or ()),
        papers=tuple(p for p in papers if p not in ("none", "unsure", eligibility.SKIPPED)),
    )


def _known(code: Any) -> str | None:
    return str(code) if code and str(code)[0].isdigit() else None


def stop(desk: Desk, spoken: Spoken, turn: Turn) -> Next:
    """A changed answer of the check ended it: the same words as there, and nothing is lost."""
    return check.stop(desk, spoken, turn)
