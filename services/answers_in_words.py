"""Jawaban dalam kata: questions of the check and the registration, and what was said to them, as staff read it."""

from typing import TYPE_CHECKING, Any

from services import regions

if TYPE_CHECKING:
    from texts import Catalogue

PERSONAL = frozenset({"owner_name", "owner_phone", "phone", "address", "village", "nib_number", "email"})
ROOMS = ("journey", "register")  # where the words of questions are
CALLED = {"phone": "register.whatsapp_number"}


def known(texts: "Catalogue", key: str) -> str | None:
    """Where the words of a question are; None: we have none for it."""
    places = (CALLED.get(key), *(f"{room}.{key}" for room in ROOMS))
    return next((place for place in places if place and texts.is_known(place)), None)


def called(texts: "Catalogue", key: str, language: str) -> str:
    """What a question is called in a list."""
    short = f"correction.fields.{key}"
    return texts.text(short, language) if texts.has(short) else key.replace("_", " ").capitalize()


def question(texts: "Catalogue", key: str) -> str:
    """The first line of a question, or what it is called in a list."""
    ask = f"{known(texts, key)}.ask"
    if not texts.has(ask) or texts.needs(ask):
        return called(texts, key, "id")
    return texts.text(ask, "id").partition("\n")[0].replace("*", "")


def said(texts: "Catalogue", key: str, raw: Any) -> str:
    """What was answered, in the words of its buttons; empty where nothing was."""
    if raw is None or raw == []:
        return ""
    if raw is True:
        return "ada"
    labels = {option.id: option.label for option in texts.options(known(texts, key) or "", "id")}
    each = raw if isinstance(raw, list) else [raw]
    return ", ".join(labels.get(str(one), _region(str(one))) for one in each)


def _region(said: str) -> str:
    found = regions.regency(said) or regions.district(said)
    return found.name if found else said
