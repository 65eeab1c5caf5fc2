"""Which languages have a WhatsApp template that may be sent now: without one nobody is written to after 24 hours."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from models import Language, Session
from services import files, templates
from services.broadcasts.wording import Words
from services.templates import Standing

if TYPE_CHECKING:
    from texts import Catalogue


def languages(session: Session, sender: str | None, texts: "Catalogue", template: str | None) -> frozenset[Language]:
    """The languages in which a sender may send this template."""
    if sender is None or template is None:
        return frozenset()
    found = ((one, templates.one(session, sender, texts, template, one.value)) for one in Language)
    return _usable(found)


def carrying(
    session: Session, sender: str | None, texts: "Catalogue", words: Words, public_url: str | None
) -> frozenset[Language]:
    """The languages in which what goes along may stand above the words of its template; elsewhere it is linked."""
    if sender is None or words.template is None or words.file_kind is None:
        return frozenset()
    name, how = words.template, (words.file_kind.value, files.at(public_url))
    return _usable((one, templates.one(session, sender, texts, name, one.value, *how)) for one in Language)


def _usable(found: Iterable[tuple[Language, Standing | None]]) -> frozenset[Language]:
    return frozenset(one for one, standing in found if standing is not None and standing.usable is not None)
