"""Which page answers a question: by the words people use for it, with slips of the finger forgiven. Pure.

The words of each page stand in `texts/hearing.yaml` (`faq.words.<page>`). Words that follow one another in the question
as in the list count for more than a single one; what counts most wins, and pages that count the same are all offered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from conversation.hearing import normalise
from conversation.question import Ear, Heard, Take
from handlers.spoken import Spoken

SUBJECTS = ("nib", "pirt", "md", "slhs", "brand", "sni")  # what one can get: "biaya SNI" is a question about SNI
PAGES = ("process", "documents", "cost", "how_long", "scams", "genuine", *SUBJECTS)
MOST = 3  # pages offered where several fit
FORGIVING = 5  # letters: below this one slip makes another word ("lama", "nama")
SLIP = 0.8  # what a word with a slip counts

Words = Callable[[str], frozenset[str]]
Phrases = Sequence[tuple[str, ...]]


def pages(words: Words, text: str) -> tuple[str, ...]:
    """The pages that answer a typed question, none to three; `words` gives a list of `texts/hearing.yaml`."""
    said = tuple(normalise(text).split())
    common = words("faq.words.not_typos")
    scores = {page: _score(_phrases(words(f"faq.words.{page}")), said, common) for page in PAGES}
    subjects = {page: score for page, score in scores.items() if page in SUBJECTS and score}
    if subjects and not scores["scams"]:
        scores = subjects
    best = max(scores.values())
    return tuple(page for page in PAGES if best and scores.get(page) == best)[:MOST]


@lru_cache(maxsize=64)
def _phrases(words: frozenset[str]) -> Phrases:
    return sorted((tuple(word.split()) for word in words), key=lambda phrase: (-len(phrase), phrase))


def _score(phrases: Phrases, said: tuple[str, ...], common: frozenset[str]) -> float:
    """Longer phrases are looked for first; every word of the question counts once."""
    free = [True] * len(said)
    total = 0.0
    for exactly in (True, False):
        for phrase in phrases:
            for at in range(len(said) - len(phrase) + 1):
                here = range(at, at + len(phrase))
                if all(free[i] and _like(said[i], phrase[i - at], exactly, common) for i in here):
                    total += (2 * len(phrase) - 1) * (1 if exactly else SLIP)
                    free[at : at + len(phrase)] = [False] * len(phrase)
    return total


def _like(said: str, word: str, exactly: bool, common: frozenset[str]) -> bool:
    if exactly or said == word:
        return said == word
    if min(len(said), len(word)) < FORGIVING or abs(len(said) - len(word)) > 1 or said in common:
        return False
    return bool(OSA.distance(said, word, score_cutoff=1) <= 1)


def is_question(words: Words, text: str) -> bool:
    """Whether a message asks something, rather than names a service: "berapa biayanya", "bisa cepat?".

    "Saya ditipu calo" asks for help without asking.
    """
    said = normalise(text)
    if len(said.split()) < 2:
        return False
    if pages(words, text) == ("scams",):
        return True
    return text.rstrip().endswith("?") or any(f" {word} " in f" {said} " for word in words("faq.words.asking"))


def is_about_events(words: Words, text: str) -> bool:
    """ "Kapan ada pelatihan?" asks for the calendar of events, not how long a certificate takes."""
    named = not words("common.words.events").isdisjoint(normalise(text).split())
    return named and set(pages(words, text)) <= {"how_long"}


def in_menu(text: str, ear: Ear) -> Heard | None:
    """A question typed at the menu is answered with its page at once; where several fit, the list is shown."""
    if not isinstance(ear.words, Spoken) or not is_question(ear.words.words, text):
        return None
    if is_about_events(ear.words.words, text):
        return Take("events", sure=False)
    found = pages(ear.words.words, text)
    if not found:
        return None
    return Take(f"faq.{found[0]}" if len(found) == 1 else "questions", sure=False)
