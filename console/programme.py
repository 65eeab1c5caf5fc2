"""Program & kuota: a programme with its places, changed with what the change would do seen before it is done."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from console import looks, programme_form, programme_words
from console.desk import Desk, Gone, to
from console.programme_form import AT, Mistyped
from services import overview, programme_changes, regions, succession
from services.programme_changes import Foreseen, Seen
from services.programme_rules import NotChanged, Wanted, Why
from services.staff import Right


def listing(desk: Desk) -> Response:
    """Every programme; where there is only one, that one."""
    with desk.reading() as session:
        found = programme_changes.listed(session, desk.actor)
        receives = succession.receiving(session, desk.settings.office, desk.now)
    if len(found) == 1:
        return to(f"/program/{found[0].code}")
    return looks.page(desk, "programmes.html", programmes=found, receives=receives, may_make=_may_change(desk))


def show(desk: Desk) -> Response:
    """One programme."""
    return _page(desk, "programme.html")


def edit(desk: Desk) -> Response:
    """The form, filled in with how it is."""
    return _page(desk, "programme_edit.html")


def preview(desk: Desk) -> Response:
    """What the change would do; nothing is changed."""
    try:
        with desk.reading() as session:
            seen = programme_changes.seen(session, desk.actor, _code(desk), desk.now)
            foreseen = programme_changes.foreseen(session, desk.actor, _code(desk), _wanted(desk, seen), desk.now)
    except (Mistyped, NotChanged) as refused:
        return _refused(desk, refused)
    if foreseen.before.version != _version(desk):
        return _refused(desk, NotChanged(Why.CHANGED))
    if foreseen.short:
        return _refused(desk, NotChanged(Why.BELOW, foreseen.short))
    return looks.page(desk, "programme_confirm.html", **_confirming(foreseen))


def change(desk: Desk) -> Response:
    """Do it, to the programme that was shown. Sent twice it is done once."""
    code = _code(desk)
    try:
        with desk.writing() as session:
            seen = programme_changes.seen(session, desk.actor, code, desk.now)
            wanted = _wanted(desk, seen)
            if wanted == seen.now:
                raise NotChanged(Why.SAME)
            programme_changes.change(session, desk.actor, code, wanted, _version(desk), now=desk.now)
    except NotChanged as refused:
        if refused.why is Why.SAME and _version(desk) == seen.version - 1 and seen.changed_by == desk.actor.name:
            return to(f"/program/{code}", pesan="program")
        return _refused(desk, refused)
    except Mistyped as refused:
        return _refused(desk, refused)
    return to(f"/program/{code}", pesan="program")


def _code(desk: Desk) -> str:
    return str(desk.asked.where["code"])[:32]


def _version(desk: Desk) -> int:
    said = desk.asked.form.get("versi", "")
    return int(said) if said.isdecimal() and len(said) < 9 else -1


def _wanted(desk: Desk, seen: Seen) -> Wanted:
    return programme_form.read(desk.asked.form, desk.asked.many, seen.now, desk.now)


def _refused(desk: Desk, refused: Mistyped | NotChanged) -> Response:
    """The form again, with what was typed and what is wrong with it."""
    if isinstance(refused, Mistyped):
        return _page(desk, "programme_edit.html", 422, faults=refused.said, wrong=refused.at)
    if refused.why is Why.UNKNOWN:
        raise Gone
    changed = refused.why is Why.CHANGED
    faults = [] if changed else programme_words.refusal(refused)
    form = "programme_edit.html" if "sumber" in desk.asked.form else "programme.html"
    return _page(desk, form, 409 if changed else 422, faults=faults, changed=changed, wrong=_where(refused, faults))


def _where(refused: NotChanged, faults: Sequence[str]) -> dict[str, str]:
    """What is wrong, at its field."""
    if refused.short:
        fields = (f"kuota_{one.regency}" if one.regency else "kuota" for one in refused.short)
        return dict(zip(fields, faults, strict=True))
    return {AT[refused.why]: faults[0]} if refused.why in AT and faults else {}


def _may_change(desk: Desk) -> bool:
    return desk.may(Right.PROGRAMME) and desk.actor.regencies is None


def _page(desk: Desk, template: str, status: int = 200, **values: Any) -> Response:
    code = _code(desk)
    try:
        with desk.reading() as session:
            seen = programme_changes.seen(session, desk.actor, code, desk.now)
            standing = overview.standing(session, desk.actor, code)
            terms = succession.counting(session, desk.settings.office)
    except NotChanged:
        raise Gone from None
    typed = {**programme_form.shown(seen.now), **desk.asked.form}
    told = {
        "faults": [], "changed": False, "wrong": {}, "seen": seen, "standing": standing, "typed": typed,
        "only": code if len(terms) > 1 else None,
        "receives": succession.receiver(terms, desk.now), "hints": programme_words.as_it_is(seen),
        "ways": desk.asked.many.get("jalur", seen.now.accepts), "schemes": programme_words.SCHEMES,
        "places": regions.REGENCIES, "may_change": _may_change(desk),
        "day": programme_words.day,
    }  # fmt: skip
    return looks.page(desk, template, status, **{**told, **values})


def _confirming(foreseen: Foreseen) -> dict[str, Any]:
    return {
        "it": foreseen, "seen": foreseen.before,
        "differences": list(programme_words.differences(foreseen.before.now, foreseen.wanted)),
        "consequences": list(programme_words.consequences(foreseen)),
        "kept": programme_form.fields(foreseen.wanted),
    }  # fmt: skip
