"""Two ways of writing one name or one address are the same to whoever looks for doubles."""

import re
import unicodedata

# "CV Rasa Banten" and "Rasa Banten" are one name.
FORMS = frozenset({"pt", "cv", "ud", "pd", "tb", "toko", "warung", "usaha"})


def plain(words: str | None) -> str:
    """Words as two people would both write them: lower case, no marks, no accents, no form of business."""
    letters = unicodedata.normalize("NFKD", words or "").casefold()
    parts = re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join([part for part in parts if part not in FORMS] or parts)


LONGEST_NAME, LONGEST_PLACE = 200, 300  # characters that are compared; an index takes no more


def name_key(name: str | None) -> str | None:
    """What one name has in common however it is written; None for none."""
    return plain(name)[:LONGEST_NAME] or None


def place_key(address: str | None, village: str | None) -> str | None:
    """Address and village in one; None where nobody gave an address."""
    found = plain(address)
    return f"{found} | {plain(village)}"[:LONGEST_PLACE] if found else None


# What stands before many names and tells none of them apart.
TITLES = frozenset({"bu", "ibu", "pak", "bapak", "bpk", "h", "hj", "haji", "hajah", "dan"})
LONGEST_WORD, NAME_WORDS, OWNER_WORDS = 30, 3, 2


def sought(name: str | None, most: int) -> list[str]:
    """The words of a name that people look for it by, at most so many, as both would write them."""
    parts = [part[:LONGEST_WORD] for part in plain(name).split()]
    return list(dict.fromkeys([part for part in parts if part not in TITLES] or parts))[:most]


def name_words(name: str | None) -> dict[str, str | None]:
    """The columns by which a name is found, for a statement that changes it."""
    return _columns("name_word", sought(name, NAME_WORDS), NAME_WORDS)


def owner_words(name: str | None) -> dict[str, str | None]:
    """The same for a business by its owner's name."""
    return _columns("owner_word", sought(name, OWNER_WORDS), OWNER_WORDS)


def _columns(column: str, words: list[str], most: int) -> dict[str, str | None]:
    return {f"{column}{i + 1}": words[i] if i < len(words) else None for i in range(most)}
