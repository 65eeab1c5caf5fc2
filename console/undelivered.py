"""Kiriman: messages that failed or are held, why, and what to do; tried again or let go, one by one."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from console import letter_words, looks, meaning
from console.desk import Desk, Gone, to
from models import Session
from services import undelivered
from services.staff import Right
from services.undelivered import Kind, NotDone, Why

REFUSALS = {
    Why.OVER: "Pesan itu sudah berpindah keadaan sejak halaman ini dibuka.",
    Why.LATE: "Pesan itu sudah terlambat untuk dikirim. Hubungi orangnya dengan cara lain.",
    Why.NOT_THIS: "Jawaban bot dan siaran tidak diulang dari sini.",
}
# The beginning of a reason, and what an officer can do about it. The first that fits is said.
TO_DO = {
    "no_template:": "Terkirim sendiri begitu orangnya menulis, atau templatnya disetujui.",
    "window_closed": "Terkirim sendiri begitu orangnya menulis.",
    "blocked by": "Telepon: selama bot diblokir, tidak ada pesan yang sampai.",
    "reachable:": "Telepon, lalu minta orangnya menulis ke bot.",
    "account deactivated": "Telepon; chat ini tidak dipakai lagi.",
    "chat not found": "Telepon; chat ini tidak dipakai lagi.",
    "never started": "Minta orangnya membuka bot dan menekan MULAI.",
    "gave_up": "Coba lagi; bila gagal lagi, telepon.",
    "http 429": "Coba lagi beberapa menit lagi.",
}


def listing(desk: Desk, fault: str | None = None, status: int = 422) -> Response:
    """One page of those that failed lately, or of those that are held."""
    query = {**desk.asked.query, **desk.asked.form}
    kind = Kind.HELD if query.get("keadaan") == Kind.HELD.value else Kind.FAILED
    with desk.reading() as session:
        found = undelivered.find(session, desk.actor, kind, meaning.page(query), desk.now)
        counts = undelivered.counts(session, desk.actor, desk.now)
    values = {"found": found, "kind": kind.value, "counts": counts, "kinds": Kind, "letters": letter_words}
    may = desk.may(Right.REVIEW)
    return looks.page(
        desk, "undelivered.html", status if fault else 200, **values, to_do=to_do, fault=fault, may_act=may
    )


def to_do(reason: str | None) -> str:
    """What to do about it."""
    said = reason or ""
    return next((words for begins, words in TO_DO.items() if said.startswith(begins)), "Coba lagi, atau telepon.")


def try_again(desk: Desk) -> Response:
    """Send it once more."""
    office = desk.settings.office
    return _do(
        desk, lambda s, which: undelivered.try_again(s, desk.actor, which, office=office, now=desk.now), Kind.FAILED
    )


def let_go(desk: Desk) -> Response:
    """It is not sent any more."""
    return _do(desk, lambda s, which: undelivered.let_go(s, desk.actor, which, now=desk.now), Kind.HELD)


def _do(desk: Desk, act: Callable[[Session, int], Any], kind: Kind) -> Response:
    try:
        with desk.writing() as session:
            act(session, desk.numbered("which"))
    except NotDone as refused:
        if refused.why is Why.UNKNOWN:
            raise Gone from None
        return listing(desk, REFUSALS[refused.why], 409 if refused.why is Why.OVER else 422)
    return to("/kiriman", keadaan=kind.value, pesan="kiriman_ulang" if kind is Kind.FAILED else "kiriman_lepas")
