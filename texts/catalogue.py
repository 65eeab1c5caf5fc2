"""The catalogue: every sentence a person reads and every word the bot understands, by dotted key."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from texts.filling import Sentence, sentence
from texts.reading import LANGUAGES, Book, Choice, TextError, Tree, read_book, read_table

HERE = Path(__file__).parent


class UnknownText(KeyError):
    """No text has this key: a mistake in the program, or a key removed from the files."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen. `words`: what people also type, lower-case, both languages, with both labels."""

    id: str
    label: str
    words: tuple[str, ...]
    description: str = ""  # empty where it needs values that were not given
    shown: bool = True  # False: never shown, only understood when typed


@dataclass(frozen=True, slots=True)
class Template:
    """A WhatsApp template as it is handed in for approval; `{{1}}` stands for the first of `sample`.

    `carries`: with what above its words it is handed in besides ("picture", "document"), each by itself. `file` is
    which of them this one is, `files_at` the address that its files have in common.
    """

    name: str
    language: str
    category: str
    text: str
    sample: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    file: str = ""
    files_at: str = ""


class Catalogue:
    """All texts in all languages, read once. `load()` gives it; nothing in it changes afterwards."""

    def __init__(self, books: Mapping[str, Book], tables: Mapping[str, Mapping[str, Tree]]) -> None:
        self.books = books
        self.tables = tables
        self._sentences = {language: _sentences(book) for language, book in books.items()}
        self._options = {
            language: {key: _options(key, language, books) for key in book.options} for language, book in books.items()
        }
        hearing = tables.get("hearing", {})
        self._words = {key: frozenset(split_words(value)) for key, value in hearing.items() if isinstance(value, str)}
        self._templates = {language: _templates(book) for language, book in books.items()}

    def text(self, key: str, language: str, /, **values: Any) -> str:
        """The text filled in with `values`, more of which may be given than it needs.

        Raises UnknownText for a key that is not there and MissingValue for a value that is not given.
        """
        try:
            found = self._sentences[language][key]
        except KeyError:
            raise UnknownText(f"{language}: {key}") from None
        return found.fill(values)

    def has(self, key: str) -> bool:
        """Is there a text with this key?"""
        return key in self._sentences["id"]

    def needs(self, key: str) -> frozenset[str]:
        """The names of the values this text needs."""
        return self._sentence(key).needs

    def fact_of(self, key: str) -> str | None:
        """The fact that must be confirmed by the office before this text may be shown, if any."""
        return self._sentence(key).fact

    def facts(self) -> dict[str, tuple[str, ...]]:
        """Every fact a text waits for, with the keys of those texts."""
        found: dict[str, tuple[str, ...]] = {}
        for key, one in self._sentences["id"].items():
            if one.fact is not None:
                found[one.fact] = (*found.get(one.fact, ()), key)
        return dict(sorted(found.items()))

    def kind_of(self, key: str) -> str | None:
        """How a question is answered where its file says so: "many" or "number"."""
        return self.books["id"].kinds.get(key)

    def options(self, key: str, language: str, /, **values: Any) -> tuple[Option, ...]:
        """The options of a question in their order; none if it has none. `values` fill in descriptions.

        Those that are never shown come last. Raises UnknownText for a key that is not there.
        """
        options = self._options[language].get(key)
        if options is None:
            if self.is_known(key):
                return ()
            raise UnknownText(f"{language}: {key}")
        if values:
            return tuple(self._described(key, option, language, values) for option in options)
        return options

    def is_known(self, key: str) -> bool:
        """Is this the key of a text or of a question that holds texts?"""
        return self.has(key) or any(other.startswith(key + ".") for other in self._sentences["id"])

    def words(self, key: str) -> frozenset[str]:
        """What people may type for this, in both languages, lower-case. Raises UnknownText."""
        try:
            return self._words[key]
        except KeyError:
            raise UnknownText(f"hearing: {key}") from None

    def table(self, key: str) -> Mapping[str, str]:
        """A list of pairs among the words understood, such as `journey.district_aliases`. Raises UnknownText."""
        found = self.tables.get("hearing", {}).get(key)
        if not isinstance(found, dict):
            raise UnknownText(f"hearing: {key}")
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def version(self, key: str, language: str) -> tuple[str, str]:
        """The version a text carries, and the SHA-256 (hex) of the text before it is filled in. Raises UnknownText."""
        found = self._sentence(key, language)
        if found.version is None:
            raise UnknownText(f"{language}: {key} has no version")
        return found.version, digest(found.raw)

    def templates(self, language: str) -> Mapping[str, Template]:
        """The WhatsApp templates by name."""
        return self._templates[language]

    def sentences(self, language: str) -> Mapping[str, Sentence]:
        """Every text by key, for those who check them."""
        return self._sentences[language]

    def _sentence(self, key: str, language: str = "id") -> Sentence:
        try:
            return self._sentences[language][key]
        except KeyError:
            raise UnknownText(f"{language}: {key}") from None

    def _described(self, key: str, option: Option, language: str, values: Mapping[str, Any]) -> Option:
        found = self._sentences[language].get(f"{key}.options.{option.id}.description")
        if found is None or not found.needs or not found.needs <= values.keys():
            return option
        return replace(option, description=found.fill(values))


def digest(text: str) -> str:
    """The SHA-256 of a text exactly as it was shown, in hex: kept with a consent as its proof."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def split_words(words: str) -> tuple[str, ...]:
    """ "ya, iya, Betul" → ("ya", "iya", "betul")."""
    return tuple(dict.fromkeys(word for part in words.split(",") if (word := " ".join(part.lower().split()))))


def load(folder: Path | None = None) -> Catalogue:
    """Read and cut all texts; raises TextError with every fault found. Read once a folder, then remembered."""
    return _load(folder or HERE)


@lru_cache(maxsize=8)
def _load(folder: Path) -> Catalogue:
    faults: list[str] = []
    books = {language: read_book(folder, language, faults) for language in LANGUAGES}
    tables = {name: read_table(folder / f"{name}.yaml", faults) for name in ("hearing", "long", "samples")}
    if faults:
        raise TextError(faults)
    return Catalogue(books, tables)


def _sentences(book: Book) -> dict[str, Sentence]:
    head = "common.fallbacks."
    known = {key.removeprefix(head): found.text for key, found in book.texts.items() if key.startswith(head)}
    # In a message to be forwarded an owner signs for themselves: "(nama saya)" is better than nothing there.
    forward = known | {key.removeprefix("forward_"): text for key, text in known.items() if key.startswith("forward_")}
    return {
        key: sentence(
            key, book.language, found.text, forward if key.endswith(".forward") else known, found.fact, found.version
        )
        for key, found in book.texts.items()
    }


def _options(key: str, language: str, books: Mapping[str, Book]) -> tuple[Option, ...]:
    return tuple(
        Option(
            name,
            choice.label,
            _words_of(key, name, books),
            "" if "{" in choice.description else choice.description,
            choice.shown,
        )
        for name, choice in books[language].options[key].items()
    )


def _words_of(key: str, name: str, books: Mapping[str, Book]) -> tuple[str, ...]:
    twins: list[Choice] = [book.options[key][name] for book in books.values() if name in book.options.get(key, {})]
    labels = ",".join(re.sub(",", " ", choice.label) for choice in twins)
    return split_words(",".join([labels, *(choice.words for choice in twins)]))


def _templates(book: Book) -> dict[str, Template]:
    return {
        name: Template(
            name,
            book.language,
            str(tree.get("category", "")),
            str(tree.get("text", "")),
            _strings(tree.get("sample")),
            _strings(tree.get("buttons")),
            _strings(tree.get("carries")),
        )
        for name, tree in book.templates.items()
    }


def _strings(value: Tree | None) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()
