"""How long what is kept: numbers of days from the settings, each with its reason there (`retention:`)."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keeping:
    """Calendar days until something is emptied or removed. Drafts: `Office.draft_days`."""

    before_consent: int = 7  # a chat whose person agreed to nothing, from their last message on
    words: int = 30  # what people wrote, word for word
    bubbles: int = 90  # what we wrote to them
    files: int = 1  # a file for one person
    tickets: int = 365  # the words of a closed ticket, and of its answers
    unanswered: int = 365  # a question without an answer
    events: int = 730  # the names of who came to an event, after its end
    contacts: int = 730  # a contact from a list, since a list last had it, who never wrote to us
    codes: int = 1  # a one-time code, after it has expired; staff's too
    audit: int = 1825  # what staff did; whole months of it go
    staff: int = 1825  # who worked here, since the account was closed: as long as the audit names them

    def before(self, name: str, now: dt.datetime) -> dt.datetime:
        """What is from this moment or older has had its time."""
        days: int = getattr(self, name)
        return now - dt.timedelta(days=days)
