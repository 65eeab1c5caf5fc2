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
