"""Baris kontak: one row of a list as the office would keep it, what is doubtful about it, or why it is not taken."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from models.likeness import plain
from services import phones, regions, sheets
from services.contacts.columns import Field, Heading
from services.phones import NotAPhone
from services.sheet_files import Row

YES = frozenset("ya y yes iya ada v x √ ✓ ✔ 1 hadir true setuju bersedia sudah h".split())
NO = frozenset("tidak t no n 0 - tdk false absen alpa alpha izin sakit belum bukan".split())
RUNS = re.compile(r"=\s*[A-Za-z(]|#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
TOTALS = frozenset({"jumlah", "total", "jumlah total", "grand total"})
EMPTY = frozenset({"", "-", "--", "n/a", "na", "nihil", "tidak ada", "tdk ada", "belum ada", "kosong", "."})
MONTHS = (
    "januari februari maret april mei juni juli agustus september oktober november desember".split(),
    "jan feb mar apr mei jun jul agu sep okt nov des".split(),
)
LONGEST = {
    Field.NAME: 200, Field.BUSINESS: 200, Field.VILLAGE: 100, Field.ADDRESS: 300, Field.PRODUCT: 200,
    Field.EMAIL: 254, Field.REFERENCE: 100, Field.EVENT: 120,
}  # fmt: skip
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Fault(StrEnum):
    """Why a row is not taken."""

    NIK = "nik"
    LOST_DIGITS = "lost_digits"
    FORMULA = "formula"  # "#REF!", or a formula as text
    NO_NAME = "no_name"
    ONLY_NAME = "only_name"
    PHONE = "phone"
    NOT_MOBILE = "not_mobile"
    FOREIGN = "foreign"
    REPEATED = "repeated"  # the same person once more in this file, with other details
    OUTSIDE = "outside"  # not a kab/kota of whoever brings the list
    ERASED = "erased"  # they asked us to delete their data; a list does not bring it back


class Doubt(StrEnum):
    """What an officer should look at; the row is taken all the same."""

    REGENCY = "regency"  # which one is not clear
    DISTRICT = "district"
    NIB = "nib"
    EMAIL = "email"
    SEVERAL_PHONES = "several_phones"
    NO_PHONE = "no_phone"  # words where a number should be
    SHARED_PHONE = "shared_phone"  # another contact has the same number; they are not made one
    OTHER_NAME = "other_name"  # the number is verified, but its owner goes by another name
    NO_DOCUMENT = "no_document"  # consent on paper is claimed without a document: it does not count
    ATTENDED = "attended"
    SHORTENED = "shortened"  # a cell was longer than what is kept


@dataclass(frozen=True, slots=True)
class Asked:
    """What is said of the whole list on the command line."""

    event: str | None = None  # the list is one of those who came; None: only where it has such columns
    document: str | None = None  # of the consent that its rows claim
    year_from: int = 2015  # an event before that is a mistake in typing


@dataclass(slots=True)
class Entry:
    """One row, read. `line` as the spreadsheet numbers it."""

    line: int
    name: str
    business: str | None = None
    phone: str | None = None
    regency: str | None = None
    district: str | None = None
    village: str | None = None
    address: str | None = None
    nib: str | None = None
    product: str | None = None
    email: str | None = None
    claims: bool = False
    reference: str | None = None
    event: str | None = None
    day: dt.date | None = None
    attended: bool = True
    doubts: tuple[Doubt, ...] = ()
    _key: str = ""

    @property
    def key(self) -> str:
        """Who this is, as lists write it: the same name, business and number (or place) is the same line again.

        A number alone joins nobody: no platform vouches for it. It is worked out once, when the entry is read.
        """
        self._key = self._key or self._worked_out()
        return self._key

    def _worked_out(self) -> str:
        where = self.phone or f"{self.regency}/{self.district}/{plain(self.village)}"
        said = "\n".join((plain(self.name), plain(self.business), where))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is not taken. Never what stands in it: it may be anything."""

    line: int
    fault: Fault


class _Refuse(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def read(line: int, row: Row, heading: Heading, asked: Asked) -> Entry | Wrong | None:
    """One row; None for what is no row of the list: empty, a total, a signature below."""
    cells = [sheets.words(cell) for cell in row]
    said = [cell for cell in cells if cell]
    if not said or said[0].casefold().strip(" :") in TOTALS:
        return None
    if not _text(cells, heading, Field.NAME) and not _text(cells, heading, Field.PHONE):
        name_only = heading.columns[Field.NAME]
        return None if len(said) <= 2 or name_only >= len(row) else Wrong(line, Fault.NO_NAME)
    try:
        return _Reader(line, row, cells, heading, asked).entry()
    except _Refuse as refused:
        return Wrong(line, refused.fault)


def _text(cells: Sequence[str], heading: Heading, field: Field) -> str:
    at = heading.columns.get(field)
    said = " ".join(cells[at].split()) if at is not None and at < len(cells) else ""
    return "" if said.casefold() in EMPTY else said


class _Reader:
    """One row on its way to an entry."""

    def __init__(self, line: int, row: Row, cells: Sequence[str], heading: Heading, asked: Asked) -> None:
        self.row, self.cells, self.heading, self.asked = row, cells, heading, asked
        self.doubts: list[Doubt] = []
        self.made = Entry(line, "")

    def entry(self) -> Entry:
        """The entry. Raises _Refuse."""
        self._refuse_cells()
        made = self.made
        made.name = self._words(Field.NAME) or ""
        made.business = self._words(Field.BUSINESS)
        if not re.search(r"[^\W\d_]{2}", made.name):
            raise _Refuse(Fault.NO_NAME)
        made.phone = self._phone()
        self._place()
        for name, field in (("village", Field.VILLAGE), ("address", Field.ADDRESS), ("product", Field.PRODUCT)):
            setattr(made, name, self._words(field))
        made.nib, made.email = self._nib(), self._email()
        self._consent()
        self._attendance()
        if not (made.phone or made.business or made.regency or made.district or made.nib or made.address):
            raise _Refuse(Fault.ONLY_NAME)
        made.doubts = tuple(dict.fromkeys(self.doubts))
        return made

    def _refuse_cells(self) -> None:
        for cell in self.row:
            if isinstance(cell, str) and len(cell) < 9 and not cell.startswith("#"):
                continue  # too short for either; most cells are
            if sheets.holds_nik(cell):
                raise _Refuse(Fault.NIK)
        for field, at in self.heading.columns.items():
            if at >= len(self.row):
                continue
            if self.cells[at].startswith(("=", "#")) and RUNS.match(self.cells[at]):
                raise _Refuse(Fault.FORMULA)
            if field in (Field.PHONE, Field.NIB) and sheets.lost_digits(self.row[at]):
                raise _Refuse(Fault.LOST_DIGITS)

    def _words(self, field: Field) -> str | None:
        said = _text(self.cells, self.heading, field)
        if len(said) > LONGEST[field]:
            self.doubts.append(Doubt.SHORTENED)
        return said[: LONGEST[field]].strip() or None

    def _phone(self) -> str | None:
        said = _text(self.cells, self.heading, Field.PHONE)
        if not any(c.isdigit() for c in said):
            self.doubts += [Doubt.NO_PHONE] if said else []
            return None
        try:
            number, others = phones.first_mobile(said)
        except NotAPhone as wrong:
            raise _Refuse(PHONE_FAULTS[wrong.reason]) from None
        if others:
            self.doubts.append(Doubt.SEVERAL_PHONES)
        return number

    def _place(self) -> None:
        regency, district = (
            _text(self.cells, self.heading, Field.REGENCY),
            _text(self.cells, self.heading, Field.DISTRICT),
        )
        found = place(regency, district)
        self.made.regency, self.made.district = found[0], found[1]
        self.doubts += found[2]

    def _nib(self) -> str | None:
        said = re.sub(r"[\s.\-]", "", _text(self.cells, self.heading, Field.NIB))
        if not said:
            return None
        if said.isdecimal() and 11 <= len(said) <= 13:  # as a number it has lost its leading noughts
            return said.zfill(13)
        if re.search(r"\d{6}", said):
            self.doubts.append(Doubt.NIB)
        return None

    def _email(self) -> str | None:
        said = (self._words(Field.EMAIL) or "").lower()
        if said and not EMAIL.fullmatch(said):
            self.doubts.append(Doubt.EMAIL)
            return None
        return said or None

    def _consent(self) -> None:
        made = self.made
        if yes_or_no(_text(self.cells, self.heading, Field.CONSENT)) is not True:
            return
        made.reference = self._words(Field.REFERENCE) or self.asked.document
        made.claims = made.reference is not None
        if not made.claims:
            self.doubts.append(Doubt.NO_DOCUMENT)

    def _attendance(self) -> None:
        made = self.made
        day = self.heading.cell(self.row, Field.EVENT_DAY)
        named = self._words(Field.EVENT) or self.asked.event
        if named is None and Field.ATTENDED not in self.heading.columns:
            return
        made.event = (named or sheets.words(day) or None) and (named or sheets.words(day))[: LONGEST[Field.EVENT]]
        made.day = sheets.day(day) or written_day(named or "", self.asked.year_from)
        if made.event is None:
            return
        if Field.ATTENDED in self.heading.columns:
            said = yes_or_no(sheets.words(self.heading.cell(self.row, Field.ATTENDED)))
            made.attended = bool(said)
            if said is None:
                self.doubts.append(Doubt.ATTENDED)


PHONE_FAULTS = {"err1": Fault.PHONE, "not_mobile": Fault.NOT_MOBILE, "foreign": Fault.FOREIGN}


# --- what words mean


@lru_cache(maxsize=20_000)  # a list has thousands of rows and a few hundred ways to write a place
def place(regency: str, district: str) -> tuple[str | None, str | None, tuple[Doubt, ...]]:
    """Codes of a kab/kota and a kecamatan as written, and what is not clear. A kecamatan may settle "Serang"."""
    here = regions.find_regency(regency) if regency else None
    code = here.exact.code if here and here.exact else None
    fits = {one.code for one in here.candidates} if here else set()
    if not district:
        return code, None, (Doubt.REGENCY,) if regency and code is None else ()
    match = regions.find_district(district, code)
    if code is None and fits and match.exact is None:
        narrowed = [one for one in (regions.find_district(district, each).exact for each in sorted(fits)) if one]
        if len(narrowed) == 1:
            return narrowed[0].regency, narrowed[0].code, ()
    if match.exact is not None and (code is not None or not fits or match.exact.regency in fits):
        return match.exact.regency, match.exact.code, ()
    unclear = (Doubt.REGENCY,) if code is None else ()
    return code, None, (*unclear, Doubt.DISTRICT)


def yes_or_no(said: str) -> bool | None:
    """A tick, "ya", "hadir", "tidak", an empty cell (no); None where it is neither."""
    word = said.casefold().strip(" .")
    if word in YES:
        return True
    if word in NO or word in EMPTY:
        return False
    if word.startswith(("tidak", "tdk", "belum")):
        return False
    return True if word.startswith(("ya", "hadir", "setuju", "bersedia")) else None


def written_day(said: str, year_from: int) -> dt.date | None:
    """A date in words somewhere in a title: "Sosialisasi 15 Mei 2025"."""
    found = re.search(r"\b(\d{1,2})\s+([a-z]{3,9})\.?\s+(\d{4})\b", said.casefold())
    if not found or int(found[3]) < year_from:
        return None
    month = next((at for names in MONTHS for at, name in enumerate(names, 1) if found[2] in (name, name[:3])), None)
    try:
        return dt.date(int(found[3]), month or 0, int(found[1]))
    except ValueError:
        return None


def entries(rows: Iterator[tuple[int, Row]], heading: Heading, asked: Asked) -> Iterator[tuple[Row, Entry | Wrong]]:
    """Each row of the list below its heading, with what became of it."""
    for line, row in rows:
        if line > heading.line:
            made = read(line, row, heading, asked)
            if made is not None:
                yield row, made
