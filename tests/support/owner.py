"""An owner who knows what to answer: walks any open question on towards a number in the programme."""

from collections.abc import Callable

from tests.support.chat import Chat
from texts.bubble import Shape

# What the maker of packaged keripik without NIB says to each question.
KERIPIK = {
    "agree": "yes",
    "consent.service_page": "yes",
    "consent.service_page_2": "yes",
    "for_whom": "1",
    "helper": "1",
    "regency": "kota serang",
    "district": "kasemen",
    "product": "keripik",
    "avoid": "tidak ada",
    "replaceable": "bisa",
    "natural": "2",
    "papers": "belum ada",
    "certified_changed": "3",
    "turnover": "2",
    "capital": "1",
    "form": "1",
    "sites": "1",
    "meat": "tidak ada",
    "meat_source": "1",
    "minced": "1",
    "ingredients": "1",
    "ingredients_which": "minyak curah",
    "process": "4",
    "preservation": "9",
    "product_count": "2",
    "owner_name": "Siti Aminah",
    "business_name": "Keripik Bu Siti",
    "village": "Sawah Luhur",
    "address": "Kp. Cikulur RT 02/RW 03",
    "phone": "0812 3456 7890",
    "nib_number": "lewati",
    "scale": "1",
    "products": "Keripik Asin, Keripik Balado",
    "review": "benar",
}
ON_THE_WAY = {"consent_service", "check", "registration"}
NEVER_MORE = 70  # answers from the menu to a number; more is a circle


def goes_on(chat: Chat, **otherwise: str) -> None:
    """Answer the question that is open; `otherwise` says what this owner says instead."""
    answers = {**KERIPIK, **otherwise}
    if chat.over:
        chat.taps(next(o for o in ("yes", "keep", "skip", "again", "menu", *chat.options) if o in chat.options))
        return
    key = str(chat.asked)
    said = answers[key]
    if said in chat.options and chat.bubble and chat.bubble.shape is Shape.CHOICE:
        chat.taps(said)
    else:
        chat.says(said)


def reaches_result(chat: Chat, **otherwise: str) -> Chat:
    """From the first question of the check to its result."""
    return until(chat, lambda: chat.form == "result", **otherwise)


def reaches_number(chat: Chat, **otherwise: str) -> Chat:
    """From wherever one is to the number, by the menu if need be."""
    for _ in range(NEVER_MORE):
        form = chat.form
        if form in ("placed", "helper_next"):
            return chat
        if form in ON_THE_WAY:
            goes_on(chat, **otherwise)
        elif form == "result":
            chat.taps("register" if "register" in chat.options else "another")
        elif form in ("which_business", "helper_list"):
            chat.taps("new")
        elif form == "resume":
            chat.taps("resume" if "resume" in chat.options else "no")
        elif form == "menu" and "journey" in chat.options:
            chat.taps("journey")
        else:
            chat.says("MENU")
    raise AssertionError("no number at the end of:\n" + "\n".join(chat.transcript()))


def until(chat: Chat, reached: Callable[[], bool], **otherwise: str) -> Chat:
    """Answer until something is reached."""
    for _ in range(NEVER_MORE):
        if reached():
            return chat
        goes_on(chat, **otherwise)
    raise AssertionError("it is never reached:\n" + "\n".join(chat.transcript()))


def at(chat: Chat, question: str, **otherwise: str) -> Chat:
    """At a question of the journey; a chat in which nothing was said yet begins with hello."""
    if chat.bubble is None:
        chat.says("halo").taps("journey")

    def there() -> bool:
        if chat.form == "result":
            chat.taps("register")
        return chat.asked == question

    return until(chat, there, **otherwise)
