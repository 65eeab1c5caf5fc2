"""The short codes by which a person without buttons answers a question of ours: "SUDAH T5"."""

from collections.abc import Collection

# Read aloud on the phone, O I L S Z B are taken for 0 1 1 5 2 8.
LETTERS = "ACDEFGHJKMNPQRTUVWXY"
HIGHEST = 99


class NoCodeLeft(Exception):
    """A chat has more open questions than there are codes (about two thousand)."""


def next_code(letter: str, open_codes: Collection[str], last: str | None = None) -> str:
    """The code after the last one given, so that an old message's code does not soon mean something else.

    One letter and one or two digits. `open_codes` are skipped; when a letter is full, the next one is used.
    """
    start = _digits(last) if last and last.startswith(letter) else 0
    at = LETTERS.index(letter)
    for each in LETTERS[at:] + LETTERS[:at]:
        for step in range(HIGHEST):
            code = f"{each}{(start + step) % HIGHEST + 1}"
            if code not in open_codes:
                return code
    raise NoCodeLeft


def _digits(code: str) -> int:
    return int(code[1:])
