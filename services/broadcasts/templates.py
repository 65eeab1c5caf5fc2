"""Which languages have a WhatsApp template that may be sent now: without one nobody is written to after 24 hours."""

from typing import TYPE_CHECKING

from models import Language, Session
from services import templates

if TYPE_CHECKING:
    from texts import Catalogue


def languages(session: Session, sender: str | None, texts: "Catalogue", template: str | None) -> frozenset[Language]:
    """The languages in which a sender may send this template."""
    if sender is None or template is None:
        return frozenset()
    found = ((one, templates.one(session, sender, texts, template, one.value)) for one in Language)
    return frozenset(one for one, standing in found if standing is not None and standing.usable is not None)
