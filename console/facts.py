"""Fakta program: what owners read only once somebody of the office vouches for it; confirmed, corrected, taken back."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from console import fact_words, looks, meaning
from console.desk import Desk, Gone, to
from models import Session
from services import facts
from services.facts import NotSaid, Why
from services.office import Fact, Office
from services.staff import Right

Act = Callable[[Session, str, int], Any]


def listing(desk: Desk) -> Response:
    """Every fact, those that owners do not see yet first."""
    with desk.reading() as session:
        lines = facts.listed(session, desk.actor, desk.settings.office, desk.settings.texts.facts())
    hidden = [line for line in lines if line.fact is None or not line.fact.confirmed]
    shown = [line for line in lines if line not in hidden]
    return looks.page(desk, "facts.html", hidden=hidden, shown=shown, named=fact_words.name)


def show(desk: Desk) -> Response:
    """One fact, with the sentences that wait for it and what was said of it before."""
    return _page(desk)


def confirm(desk: Desk) -> Response:
    """Vouch for it: owners read it from then on."""
    return _do(desk, lambda s, name, seen: facts.confirm(s, desk.actor, name, seen, **_told(desk)), "fakta_pasti")


def withdraw(desk: Desk) -> Response:
    """Vouch for it no longer."""
    return _do(desk, lambda s, name, seen: facts.withdraw(s, desk.actor, name, seen, **_told(desk)), "fakta_ditarik")


def correct(desk: Desk) -> Response:
    """Another value or source."""
    form = desk.asked.form
    as_of = meaning.day(form.get("per"))
    if as_of is None:
        return _page(desk, "Tanggal sumber tidak terbaca: pilih dari kalender.")
    wanted = Fact(form.get("nilai", "").strip(), form.get("sumber", "").strip(), as_of, form.get("pasti") == "1")
    known = desk.settings.texts.facts()
    return _do(
        desk,
        lambda s, name, seen: facts.correct(s, desk.actor, name, wanted, seen, known=known, **_told(desk)),
        "fakta_pasti" if wanted.confirmed else "fakta_disimpan",
    )


def _told(desk: Desk) -> dict[str, Any]:
    return {"office": desk.settings.office, "now": desk.now}


def _do(desk: Desk, act: Act, said: str) -> Response:
    name, seen = _name(desk), meaning.number(desk.asked.form.get("dilihat"))
    try:
        with desk.writing() as session:
            act(session, name, -1 if seen is None else seen)
    except NotSaid as refused:
        if refused.why is Why.UNKNOWN:
            raise Gone from None
        return _page(desk, fact_words.REFUSALS[refused.why], 409 if refused.why is Why.CHANGED else 422)
    return to(f"/program/fakta/{name}", pesan=said)


def _name(desk: Desk) -> str:
    return str(desk.asked.where["name"])[:64]


def _page(desk: Desk, fault: str | None = None, status: int = 422) -> Response:
    name, office, texts = _name(desk), desk.settings.office, desk.settings.texts
    with desk.reading() as session:
        lines = facts.listed(session, desk.actor, office, texts.facts())
        past = facts.past(session, desk.actor, name)
    fact = next((line.fact for line in lines if line.name == name), None)
    if fact is None and name not in texts.facts():
        raise Gone
    values = {
        "name": name, "called": fact_words.name(name), "fact": fact, "past": past, "fault": fault,
        "sentences": fact_words.sentences(name, fact or _nothing(office, desk.now), texts),
        "may_say": desk.may(Right.PROGRAMME), "typed": _typed(desk, fact),
    }  # fmt: skip
    return looks.page(desk, "fact.html", status if fault else 200, **values)


def _nothing(office: Office, now: dt.datetime) -> Fact:
    return Fact("…", "…", office.local_day(now))


def _typed(desk: Desk, fact: Fact | None) -> dict[str, str]:
    kept = {"nilai": fact.value, "sumber": fact.source, "per": fact.as_of.isoformat()} if fact else {}
    return {**kept, **{key: desk.asked.form[key] for key in ("nilai", "sumber", "per") if key in desk.asked.form}}
