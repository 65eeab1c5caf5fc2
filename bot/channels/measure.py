"""How long a message is on a phone, and where it may be cut.

Telegram counts text in UTF-16 units, Twilio does not say how it counts; units are never fewer than characters,
so measuring everything in units is safe on both.
"""

from collections.abc import Iterator

ELLIPSIS = "…"


def units(text: str) -> int:
    """The length in UTF-16 code units: 1 for most characters, 2 for an emoji. Lone surrogates count as 1."""
    return len(text) + sum(character > "\uffff" for character in text)


def fits(text: str, limit: int) -> int:
    """How many characters from the start fit into `limit` units."""
    used = 0
    for at, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return at
    return len(text)


def cut(text: str, limit: int) -> str:
    """The text if it fits into `limit` units, else its beginning and an ellipsis."""
    if units(text) <= limit:
        return text
    return text[: fits(text, limit - 1)].rstrip() + ELLIPSIS


def pieces(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Where to cut a text so that each piece fits: (start, end) of each, in characters.

    Cuts between paragraphs if it can, else between lines, else between words; only the white space there is lost.
    """
    start = 0
    while True:
        while start < len(text) and text[start].isspace():
            start += 1
        room = start + fits(text[start:], limit)
        if room >= len(text):
            if text[start:].strip():
                yield start, len(text)
            return
        end = _best_end(text, start, room)
        yield start, end
        start = end


def _best_end(text: str, start: int, room: int) -> int:
    for mark in ("\n\n", "\n", " "):
        # The mark itself may lie just beyond the room: what it separates is all that must fit.
        end = text.rfind(mark, start + 1, room + len(mark))
        if end > start:
            return end
    return room
