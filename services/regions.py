"""Where in Banten: the 8 kabupaten and kota, the 155 kecamatan, and what people write for them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from rapidfuzz.distance import OSA

SOURCE = Path(__file__).with_name("regions.yaml")
SHORTEST_TYPO = 4  # letters: in a shorter word one wrong letter makes another word
SHORTEST_CUT = 4  # letters of a name that is cut off
MOST_CANDIDATES = 5
NEAR = 0.6  # similarity from which a name is worth asking back

# What stands in front of a name on forms and letters, and says nothing about it.
_TITLES = re.compile(r"^(?:(?:di|kec|kecamatan)\b ?)+")
_AFTER_KEC = re.compile(r"\bkec(?:amatan)?\b (.+)")


@dataclass(frozen=True, slots=True)
class District:
    """A kecamatan, with its official code ("36.04.22") and that of its kabupaten or kota ("36.04")."""

    code: str
    name: str
    regency: str


@dataclass(frozen=True, slots=True)
class Regency:
    """A kabupaten or kota: its full name, and the label that fits a button."""

    code: str
    name: str
    label: str
    aliases: tuple[str, ...]
    districts: tuple[District, ...]  # by name


@dataclass(frozen=True, slots=True)
class Match:
    """What a written kecamatan may mean. `elsewhere`: the same name in other kabupaten or kota."""

    exact: District | None = None
    candidates: tuple[District, ...] = ()
    elsewhere: tuple[District, ...] = ()


@dataclass(frozen=True, slots=True)
class RegencyMatch:
    """What a written kabupaten or kota may mean."""

    exact: Regency | None = None
    candidates: tuple[Regency, ...] = ()


def _read() -> tuple[Mapping[str, Regency], Mapping[str, tuple[str, ...]]]:
    raw = yaml.load(SOURCE.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    regencies = {}
    for code, about in raw["regencies"].items():
        districts = [District(key, name, code) for key, name in about["districts"].items()]
        by_name = tuple(sorted(districts, key=lambda one: one.name))
        regencies[code] = Regency(code, about["name"], about["label"], tuple(about["aliases"]), by_name)
    return regencies, {_squash(alias): tuple(codes) for alias, codes in raw["district_aliases"].items()}


def clean(text: str) -> str:
    """Lower-case words without accents, points and the titles in front ("Kec.", "Kab.")."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    return " ".join(words)


def _squash(text: str) -> str:
    """Without spaces: "Pulo Ampel" and "puloampel" are the same place."""
    return clean(text).replace(" ", "")


REGENCIES, _ALIASES = _read()
_DISTRICTS: Mapping[str, District] = {one.code: one for regency in REGENCIES.values() for one in regency.districts}
_NAMES: Mapping[str, str] = {one.code: _squash(one.name) for one in _DISTRICTS.values()}


def regency(code: str) -> Regency | None:
    """The kabupaten or kota with this code."""
    return REGENCIES.get(code)


def district(code: str) -> District | None:
    """The kecamatan with this code."""
    return _DISTRICTS.get(code)


def districts_of(code: str) -> tuple[District, ...]:
    """The kecamatan of a kabupaten or kota, by name. Raises KeyError for an unknown code."""
    return REGENCIES[code].districts


def find_district(text: str, regency: str | None = None) -> Match:
    """Read a written kecamatan. With `regency`, names elsewhere are reported, never taken."""
    for reading in _readings(text):
        found = _find(reading, regency)
        if found.exact or found.elsewhere or found.candidates:
            return found
    return Match(candidates=_near(_readings(text), regency))


def _readings(text: str) -> tuple[str, ...]:
    """What in the message may be the name: what follows "Kec.", the whole, the part before the first comma."""
    whole, first = clean(text), clean(text.split(",")[0])
    after = _AFTER_KEC.search(whole)
    parts = [clean(after[1]) if after else "", _TITLES.sub("", whole).strip(), _TITLES.sub("", first).strip()]
    return tuple(dict.fromkeys(part for part in parts if part))


def _find(reading: str, regency: str | None) -> Match:
    written = reading.replace(" ", "")
    if reading.replace(" ", ".") in _DISTRICTS:
        return _placed([_DISTRICTS[reading.replace(" ", ".")]], regency)
    if len(_ALIASES.get(written, ())) > 1:
        return _asked_back([_DISTRICTS[code] for code in _ALIASES[written]], regency)
    exact = [one for one in _DISTRICTS.values() if _same(one, written)]
    if any(regency in (None, one.regency) for one in exact):
        return _placed(exact, regency)
    loose = [one for one in _DISTRICTS.values() if _cut_off(one, written)]
    loose = _here(loose, regency) or [one for one in _DISTRICTS.values() if _mistyped(one, reading)]
    if exact:  # well written, but elsewhere: what is merely like it here is asked back
        return Match(candidates=tuple(_here(loose, regency)), elsewhere=tuple(exact))
    return _placed(loose, regency)


def _same(one: District, written: str) -> bool:
    return _NAMES[one.code] == written or one.code in _ALIASES.get(written, ())


def _cut_off(one: District, written: str) -> bool:
    return len(written) >= SHORTEST_CUT and _NAMES[one.code].startswith(written)


def _mistyped(one: District, reading: str) -> bool:
    """One typo in each word of four letters or more, or in the name as a whole."""
    written, name = reading.replace(" ", ""), _NAMES[one.code]
    if _one_off(written, name):
        return True
    pairs = list(zip(reading.split(), clean(one.name).split(), strict=False))
    whole = len(reading.split()) == len(clean(one.name).split())
    return whole and all(a == b or _one_off(a, b) for a, b in pairs)


def _one_off(written: str, name: str) -> bool:
    return min(len(written), len(name)) >= SHORTEST_TYPO and OSA.distance(written, name, score_cutoff=1) <= 1


def _here(found: Iterable[District], regency: str | None) -> list[District]:
    return [one for one in found if regency in (None, one.regency)]


def _placed(found: list[District], regency: str | None) -> Match:
    """One here: that one. Several here, or only elsewhere: the person is asked."""
    here = _here(found, regency)
    if len(here) == 1:
        return Match(exact=here[0])
    if here:
        return Match(candidates=tuple(here[:MOST_CANDIDATES]))
    return Match(elsewhere=tuple(found[:MOST_CANDIDATES]))


def _asked_back(found: list[District], regency: str | None) -> Match:
    here = _here(found, regency)
    return Match(candidates=tuple(here), elsewhere=tuple(one for one in found if one not in here))


def _near(readings: Iterable[str], regency: str | None) -> tuple[District, ...]:
    """Names not unlike what was written: "Mungkin maksudnya salah satu ini?" """
    likeness: Callable[[District], float] = lambda one: max(  # noqa: E731
        (OSA.normalized_similarity(reading.replace(" ", ""), _NAMES[one.code]) for reading in readings), default=0.0
    )
    scored = sorted(((likeness(one), one) for one in _here(_DISTRICTS.values(), regency)), key=lambda pair: -pair[0])
    return tuple(one for score, one in scored[:MOST_CANDIDATES] if score >= NEAR)


def find_regency(text: str) -> RegencyMatch:
    """Read a written kabupaten or kota. "Serang" and "Tangerang" are both, so they are asked back."""
    written = _full(text)
    for fits in (lambda one: written == _full(one.name), _called(written), _called(written, one_off=True)):
        found = [one for one in REGENCIES.values() if fits(one)]
        if found:
            return RegencyMatch(found[0]) if len(found) == 1 else RegencyMatch(candidates=tuple(found))
    return RegencyMatch()


def _full(text: str) -> str:
    """Squashed, with "Kab." written out."""
    return re.sub(r"^kab\b", "kabupaten", clean(text)).replace(" ", "")


def _called(written: str, one_off: bool = False) -> Callable[[Regency], bool]:
    """Does a name, bare name or alias fit what was written?"""

    def fits(one: Regency) -> bool:
        names = {_full(one.name), _squash(re.sub(r"^(Kabupaten|Kota) ", "", one.name)), *map(_squash, one.aliases)}
        return any(_one_off(written, name) for name in names) if one_off else written in names

    return fits
