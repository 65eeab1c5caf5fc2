"""Checking the WhatsApp templates by the rules under which Meta approves them."""

import re
from collections.abc import Iterator

from texts.catalogue import Catalogue, Template
from texts.reading import LANGUAGES

CATEGORIES = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
VARIABLE = re.compile(r"\{\{(\d+)\}\}")
NAME = re.compile(r"[a-z0-9_]+_v\d+")
BODY, BUTTONS, BUTTON = 1024, 3, 25  # characters, quick replies, characters of one
CARRIED = ("picture", "document")  # WhatsApp's other one, a video, we do not send


def template_problems(catalogue: Catalogue, language: str) -> Iterator[str]:
    """What Meta would refuse, or what would not fill in; plain sentences."""
    for template in catalogue.templates(language).values():
        first = catalogue.templates(LANGUAGES[0]).get(template.name, template)
        for what in (*_form(template), *_variables(template), *_unlike(template, first)):
            yield f"texts/{language}/templates.yaml: templat '{template.name}' {what}"


def refused_by_meta(template: Template) -> Iterator[str]:
    """Why Meta would refuse this one; plain sentences."""
    yield from (*_form(template), *_variables(template), *_custom(template))


def _custom(template: Template) -> Iterator[str]:
    """Rules of approval beyond form and variables."""
    if re.search(r"\n{3,}|\t| {5,}", template.text):
        yield "punya baris kosong berturut-turut, tab, atau lebih dari empat spasi."
    if len(set(template.buttons)) < len(template.buttons) or any(set(b) & set("{}*_~\n") for b in template.buttons):
        yield "tombolnya kembar, atau memuat isian, baris baru, atau tanda tebal."


def _form(template: Template) -> Iterator[str]:
    if not NAME.fullmatch(template.name):
        yield "namanya harus huruf kecil dan berakhiran _v1, _v2, dan seterusnya."
    if template.category not in CATEGORIES:
        yield "category-nya harus UTILITY, MARKETING, atau AUTHENTICATION."
    if not 0 < len(template.text) <= BODY:
        yield f"isinya {len(template.text)} huruf, harus 1 sampai {BODY}."
    if len(template.buttons) > BUTTONS or any(not 0 < len(button) <= BUTTON for button in template.buttons):
        yield f"tombolnya paling banyak {BUTTONS}, masing-masing paling banyak {BUTTON} huruf."
    if len(set(template.carries) & set(CARRIED)) < len(template.carries):
        yield f"carries-nya hanya boleh berisi {' dan '.join(CARRIED)}, masing-masing sekali."


def _variables(template: Template) -> Iterator[str]:
    numbers = [int(number) for number in VARIABLE.findall(template.text)]
    if set(numbers) != set(range(1, len(set(numbers)) + 1)):
        yield "nomor {{…}}-nya harus urut dari {{1}} tanpa bolong."
    if len(template.sample) != len(set(numbers)) or not all(template.sample):
        yield f"punya {len(set(numbers))} isian, tetapi {len(template.sample)} contoh di sample."
    if re.search(r"[{}]", VARIABLE.sub("", template.text)):
        yield "punya kurung kurawal yang bukan {{angka}}."
    text = template.text.strip()
    if VARIABLE.match(text) or re.search(r"\{\{\d+\}\}\W*$", text):
        yield "tidak boleh diawali atau diakhiri {{…}}."
    if re.search(r"\}\}\s*\{\{", text):
        yield "punya dua {{…}} yang bersebelahan."


def _unlike(template: Template, first: Template) -> Iterator[str]:
    if set(VARIABLE.findall(template.text)) != set(VARIABLE.findall(first.text)):
        yield "tidak memakai {{…}} yang sama di kedua bahasa."
    if template.category != first.category or len(template.buttons) != len(first.buttons):
        yield "category atau jumlah tombolnya tidak sama di kedua bahasa."
    if template.carries != first.carries:
        yield "carries-nya tidak sama di kedua bahasa."
