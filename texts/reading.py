"""Reading the YAML files that people edit, and saying in plain words where one cannot be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from texts.filling import HOLE

LANGUAGES = ("id", "en")
KEY = re.compile(r"[A-Za-z0-9_.]+")
OPTION = re.compile(r"!?[A-Za-z0-9_.]+")  # "!skip" is no answer to the question but a way past it
_COMPOSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one where PyYAML was built with it: ten times faster
_STRING = "tag:yaml.org,2002:str"
_BESIDE = frozenset({"text", "kind", "if_fact", "version", "options", "heard_only"})

Tree = str | list[str] | dict[str, "Tree"]


class TextError(Exception):
    """The texts cannot be used. `faults` says why, one sentence each, with file and key."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(slots=True)
class Page:
    """One YAML file being read; faults are gathered, so that a person sees them all at once."""

    path: Path
    faults: list[str]

    def fault(self, what: str, line: int | None = None) -> None:
        """Note a fault with the file's name and, where known, the line (counted from 1)."""
        name = (
            f"texts/{self.path.parent.name}/{self.path.name}" if self.path.parent.name in LANGUAGES else self.path.name
        )
        self.faults.append(f"{name}{f', baris {line}' if line else ''}: {what}")

    def read(self) -> dict[str, Tree]:
        """The file as a tree of strings; empty if it could not be read at all."""
        try:
            node = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=_COMPOSER)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            self.fault("tanda kutip, titik dua, atau spasi di depan tidak pas, jadi tidak terbaca.", line)
            return {}
        except (UnicodeDecodeError, yaml.YAMLError):
            self.fault("ada huruf yang tidak terbaca. Simpan berkas sebagai UTF-8.")
            return {}
        tree = self._tree(node, "") if node else {}
        if not isinstance(tree, dict):
            self.fault("isinya harus 'kunci: kalimat'.")
            return {}
        return tree

    def _tree(self, node: yaml.Node, key: str) -> Tree:
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, key))
        line = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self._word(item, key) for item in node.value]
        if node.tag != _STRING:
            self.fault(f"isi '{key}' kosong, atau perlu diberi tanda kutip: \"…\".", line)
        return str(node.value)

    def _word(self, node: yaml.Node, key: str) -> str:
        word = self._tree(node, key)
        if isinstance(word, str):
            return word
        self.fault(f"daftar '{key}' hanya boleh berisi kalimat.", node.start_mark.line + 1)
        return ""

    def _pairs(self, node: yaml.MappingNode, above: str) -> Iterator[tuple[str, Tree]]:
        seen = set()
        for key_node, value in node.value:
            line, name = key_node.start_mark.line + 1, str(key_node.value)
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _STRING:
                self.fault(f'kunci {name} perlu diberi tanda kutip: "{name}".', line)
            if name in seen:
                self.fault(f"kunci '{name}' ditulis dua kali.", line)
            seen.add(name)
            yield name, self._tree(value, f"{above}.{name}" if above else name)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as it stands in its file."""

    text: str
    fact: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a question as it stands in its file."""

    label: str
    words: str = ""
    description: str = ""
    shown: bool = True  # False: only heard when typed


@dataclass(slots=True)
class Book:
    """All the files of one language, flattened to dotted keys."""

    language: str
    texts: dict[str, Wording] = field(default_factory=dict)
    options: dict[str, dict[str, Choice]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    templates: dict[str, dict[str, Tree]] = field(default_factory=dict)


def read_book(folder: Path, language: str, faults: list[str]) -> Book:
    """Read `folder/<language>/*.yaml`. Faults are added to `faults`, not raised."""
    book = Book(language)
    for path in sorted((folder / language).glob("*.yaml")):
        page = Page(path, faults)
        for top, node in page.read().items():
            if top != path.stem:
                page.fault(f"kunci paling luar '{top}' harus sama dengan nama berkas.")
            elif top == "templates":
                book.templates = _templates(page, node)
            else:
                _Flattener(page, book).walk(top, node)
    if not book.texts:
        faults.append(f"texts/{language}: tidak ada naskah di sini.")
    return book


def _templates(page: Page, node: Tree) -> dict[str, dict[str, Tree]]:
    if not isinstance(node, dict):
        page.fault("'templates' harus berisi templat.")
        return {}
    good = {name: template for name, template in node.items() if isinstance(template, dict)}
    for name in sorted(set(node) - set(good)):
        page.fault(f"templat '{name}' tidak lengkap.")
    return good


@dataclass(frozen=True, slots=True)
class _Flattener:
    """Turns the tree of one file into dotted keys."""

    page: Page
    book: Book

    def walk(self, key: str, node: Tree) -> None:
        if not KEY.fullmatch(key):
            self.page.fault(f"kunci '{key}' hanya boleh berisi huruf, angka, garis bawah, dan titik.")
        if isinstance(node, str):
            self.put(key, Wording(node))
        elif isinstance(node, list):
            self.page.fault(f"'{key}' berisi daftar, seharusnya satu kalimat.")
        else:
            self.branch(key, node)

    def branch(self, key: str, node: dict[str, Tree]) -> None:
        if "text" in node:
            self.put(
                key,
                Wording(
                    self.string(key, node, "text"), self.beside(key, node, "if_fact"), self.beside(key, node, "version")
                ),
            )
        elif "if_fact" in node or "version" in node:
            self.page.fault(f"'{key}' punya if_fact atau version, tetapi tidak punya text.")
        if "kind" in node:
            self.book.kinds[key] = self.string(key, node, "kind")
        for group in ("options", "heard_only"):
            if group in node:
                self.choices(key, group, node[group])
        for name, below in node.items():
            if name not in _BESIDE:
                self.walk(f"{key}.{name}", below)

    def choices(self, key: str, group: str, node: Tree) -> None:
        if not isinstance(node, dict):
            self.page.fault(f"pilihan '{key}.{group}' harus berisi 'nama: tulisan'.")
            return
        choices = self.book.options.setdefault(key, {})
        for name, below in node.items():
            if not OPTION.fullmatch(name):
                self.page.fault(
                    f"pilihan '{name}' dari '{key}' hanya boleh berisi huruf, angka, garis bawah, dan titik."
                )
            if name in choices:
                self.page.fault(f"pilihan '{name}' dari '{key}' ada dua kali.")
            choices[name] = self.choice(f"{key}.options.{name}", below, group == "options")

    def choice(self, key: str, node: Tree, shown: bool) -> Choice:
        if isinstance(node, str):
            node = {"label": node}
        if not isinstance(node, dict) or "label" not in node or set(node) - {"label", "words", "description"}:
            self.page.fault(f"pilihan '{key}' harus punya label, dan boleh words dan description.")
            return Choice("?")
        label = self.string(key, node, "label")
        words, description = (self.beside(key, node, name) or "" for name in ("words", "description"))
        self.put(f"{key}.label", Wording(label))
        if description:
            self.put(f"{key}.description", Wording(description))
        return Choice(label, words, description, shown)

    def put(self, key: str, wording: Wording) -> None:
        if key in self.book.texts:
            self.page.fault(f"kunci '{key}' ada dua kali.")
        if re.search(r"[{}]", HOLE.sub("", wording.text)):
            self.page.fault(f"'{key}' punya kurung kurawal yang bukan {{nama}} (huruf kecil, angka, garis bawah).")
        self.book.texts[key] = wording

    def string(self, key: str, node: dict[str, Tree], name: str) -> str:
        value = node[name]
        if isinstance(value, str):
            return value
        self.page.fault(f"'{key}.{name}' harus berupa kalimat.")
        return ""

    def beside(self, key: str, node: dict[str, Tree], name: str) -> str | None:
        return self.string(key, node, name) if name in node else None


def read_table(path: Path, faults: list[str]) -> dict[str, Tree]:
    """A flat file beside the language folders (hearing, long, samples); empty if it is not there."""
    return Page(path, faults).read() if path.exists() else {}
