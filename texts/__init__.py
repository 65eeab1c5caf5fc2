"""Every sentence a person reads: `id/*.yaml`, `en/*.yaml`, and the few functions that fill them in and check them."""

from texts.catalogue import Catalogue, Option, Template, UnknownText, digest, load
from texts.filling import Marked, MissingValue
from texts.reading import LANGUAGES, TextError

__all__ = [
    "LANGUAGES",
    "Catalogue",
    "Marked",
    "MissingValue",
    "Option",
    "Template",
    "TextError",
    "UnknownText",
    "digest",
    "load",
]
