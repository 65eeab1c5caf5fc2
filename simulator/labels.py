"""What the program's keys are called in its own texts, so that the page beside the phone reads like the chat."""

from functools import cache
from typing import Any

import texts

# Where the words of a form's questions stand; a form not named here has a file of its own name.
FILES = {"check": ("journey", "consent"), "recheck": ("journey",), "registration": ("register", "journey", "consent")}
LANGUAGE = "id"


@cache
def _catalogue() -> texts.Catalogue:
    return texts.load()


@cache
def footers() -> tuple[str, ...]:
    """How the line begins that stands below a question and tells what else can be typed."""
    return tuple(_catalogue().text("common.footer", language).split()[0] for language in texts.LANGUAGES)


def known_question(form: str, key: str) -> str:
    """The question behind a key, or nothing. What would be filled in is left open: "Kecamatan apa di …?"."""
    for file in _files(form):
        text = f"{file}.{key}.ask"
        if _catalogue().has(text):
            gaps = dict.fromkeys(_catalogue().needs(text), "…")
            return _catalogue().text(text, LANGUAGE, **gaps).split("\n")[0].replace("*", "")
    return ""


def question(form: str, key: str) -> str:
    """The question behind a key, or the key itself."""
    return known_question(form, key) or key.replace("_", " ")


def answer(form: str, key: str, raw: Any) -> str:
    """A kept answer by the label of its option."""
    if isinstance(raw, list):
        return ", ".join(answer(form, key, r) for r in raw) or "tidak ada"
    if isinstance(raw, dict):
        return ", ".join(f"{k} {v}" for k, v in raw.items())
    if raw is None or isinstance(raw, bool):
        return "dilewati" if raw is None else "ya" if raw else "tidak"
    return _option(form, key, raw) if isinstance(raw, str) else str(raw)


def _option(form: str, key: str, id: str) -> str:
    for file in _files(form):
        if _catalogue().is_known(f"{file}.{key}"):
            found = [o.label for o in _catalogue().options(f"{file}.{key}", LANGUAGE) if o.id == id]
            if found:
                return found[0]
    return id


def _files(form: str) -> tuple[str, ...]:
    return FILES.get(form, (form,))
