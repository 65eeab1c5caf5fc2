"""Menilai daftar: what each row of a list would change, without changing anything."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from models import Contact, PaperConsent, Person, Session
from models.likeness import plain
from services import staff
from services.contacts.reading import Doubt, Entry, Fault, Wrong
from services.inserting import among
from services.sheet_files import Row
from services.staff import Actor, Right

CHUNK = 500  # rows in one transaction: SQLite's lock is not held for longer than that takes
TITLES = frozenset("ibu bu bapak pak hj haji hajjah h drs dra ir st se sp spd".split())
DETAILS = ("regency", "district", "village", "address", "nib", "product", "email")
OWNER = "owner"  # who decided: the person, not the office
WANTED = ("id", "key", "regency", "person_id", "consent", "reference", "decided_by", "erased_at")


NOTHING: dict[str, Any] = {"consent": PaperConsent.NONE, "reference": None, "decided_by": None}


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    KNOWN = "known"  # as it stands already
    CHANGED = "changed"  # known, and this list says more or something else
    REPEATED = "repeated"  # the same line once more in the file
    REFUSED = "refused"


@dataclass(slots=True)
class Judged:
    """One row and what becomes of it. `changes`: column → value, where it is known already."""

    row: Row
    line: int
    verdict: Verdict
    entry: Entry | None = None
    fault: Fault | None = None
    contact_id: int | None = None
    person_id: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


@dataclass(slots=True)
class Tally:
    """How many rows of a list became what."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    doubts: Counter[Doubt] = field(default_factory=Counter)
    doubtful: int = 0
    claims: int = 0  # consents on paper that somebody must confirm
    linked: int = 0  # whose number is a person's we know
    attended: int = 0
    absent: int = 0

    def add(self, judged: Iterable[Judged]) -> None:
        """Count some more."""
        for one in judged:
            self.verdicts[one.verdict] += 1
            if one.fault:
                self.faults[one.fault] += 1
            self.doubts.update(one.doubts)
            self.doubtful += bool(one.doubts)
            self.linked += one.person_id is not None
            self.claims += one.changes.get("consent") is PaperConsent.CLAIMED
            if one.entry and one.entry.event:
                self.attended += one.entry.attended
                self.absent += not one.entry.attended

    def as_json(self) -> dict[str, int]:
        """For the table and the audit: numbers only."""
        counts = {verdict.value: self.verdicts[verdict] for verdict in Verdict}
        extra = {"doubtful": self.doubtful, "claims": self.claims, "linked": self.linked, "attended": self.attended}
        return counts | extra


def pieces(
    rows: Iterable[tuple[Row, Entry | Wrong]], size: int = CHUNK
) -> Iterator[Sequence[tuple[Row, Entry | Wrong]]]:
    """Rows in pieces, each to be one transaction."""
    all_rows = iter(rows)
    while piece := list(itertools.islice(all_rows, size)):
        yield piece


# --- the rules


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two names may be one person's: a word of three letters or more in common. Nobody's name fits none."""
    if not one or not other:
        return False
    mine, theirs = ({word for word in plain(name).split() if word not in TITLES} for name in (one, other))
    return any(len(word) >= 3 for word in mine & theirs) or mine == theirs


def said_anew(entry: Entry, known: Mapping[str, Any]) -> dict[str, Any]:
    """What a list says of a known contact that we do not have yet. An empty cell takes nothing away."""
    told = {name: getattr(entry, name) for name in DETAILS}
    changes = {name: value for name, value in told.items() if value is not None and value != known[name]}
    if "regency" in changes and "district" not in changes and known["district"]:
        changes["district"] = None  # it belonged to the old one
    return changes


def claim_of(entry: Entry, known: Mapping[str, Any]) -> PaperConsent | None:
    """CLAIMED where a row claims consent on a document not decided upon yet. Who writes to us speaks for themselves."""
    if not entry.claims or known["person_id"] is not None or known["decided_by"] == OWNER:
        return None
    standing = known["consent"]
    again = standing is PaperConsent.REFUSED and known["reference"] != entry.reference
    return PaperConsent.CLAIMED if standing is PaperConsent.NONE or again else None


# --- the work


class Judge:
    """One list on its way in: what was seen of it so far, and what came of it. Looking and doing judge alike."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.tally = Tally()
        self._lines: dict[str, bytes] = {}  # key -> what was said
        self._phones: dict[str, str] = {}  # number -> key
        self._unsure: list[tuple[dict[str, Any], str]] = []  # of the piece that is not accepted yet

    def judge(self, session: Session, piece: Sequence[tuple[Row, Entry | Wrong]]) -> list[Judged]:
        """What becomes of some rows. The same rows may be judged again until they are accepted. Raises Forbidden."""
        staff.demand(self.actor, Right.REVIEW)
        for memory, key in self._unsure:
            del memory[key]
        self._unsure.clear()
        entries = [one for _, one in piece if isinstance(one, Entry)]
        found = _Found(session, {one.key for one in entries}, {one.phone for one in entries if one.phone})
        return [
            self._one(row, one, found) if isinstance(one, Entry) else _refused(row, one.line, one.fault)
            for row, one in piece
        ]

    def accept(self, judged: Iterable[Judged]) -> None:
        """What was judged last stands: it is written, or was only looked at."""
        self._unsure.clear()
        self.tally.add(judged)

    def _first(self, memory: dict[str, Any], key: str, value: Any) -> Any:
        """What was remembered first under this key; else this value, from now on."""
        if key not in memory:
            memory[key] = value
            self._unsure.append((memory, key))
        return memory[key]

    def _one(self, row: Row, entry: Entry, found: "_Found") -> Judged:
        if not staff.covers(self.actor, entry.regency):
            return _refused(row, entry.line, Fault.OUTSIDE)
        key = entry.key
        known = found.contacts.get(key)
        if known and known["regency"] and not staff.covers(self.actor, known["regency"]):
            return _refused(row, entry.line, Fault.OUTSIDE)
        if known and known["erased_at"] is not None:
            return _refused(row, entry.line, Fault.ERASED)
        return self._again(row, entry, key) or (
            self._known(row, entry, known, found) if known else self._new(row, entry, key, found)
        )

    def _again(self, row: Row, entry: Entry, key: str) -> Judged | None:
        """The same line as before in this file: once more, or contradicting it."""
        said = _fingerprint(entry)
        before = self._first(self._lines, key, said)
        if before is said:
            return None
        if before != said:
            return _refused(row, entry.line, Fault.REPEATED)
        return Judged(row, entry.line, Verdict.REPEATED, entry)

    def _new(self, row: Row, entry: Entry, key: str, found: "_Found") -> Judged:
        doubts = list(entry.doubts)
        person_id = self._owner(entry, found, doubts)
        if entry.phone:
            others = found.shared.get(entry.phone, set()) | {self._first(self._phones, entry.phone, key)}
            if others - {key}:
                doubts.append(Doubt.SHARED_PHONE)
        made = Judged(row, entry.line, Verdict.NEW, entry, person_id=person_id, doubts=tuple(doubts))
        if claim := claim_of(entry, NOTHING | {"person_id": person_id}):
            made.changes = {"consent": claim}
        return made

    def _known(self, row: Row, entry: Entry, known: Mapping[str, Any], found: "_Found") -> Judged:
        if entry.phone:
            self._first(self._phones, entry.phone, known["key"])
        changes = said_anew(entry, known)
        doubts: list[Doubt] = list(entry.doubts)
        if known["person_id"] is None and (person_id := self._owner(entry, found, doubts)):
            changes["person_id"] = person_id
        if claim := claim_of(entry, {**known, "person_id": changes.get("person_id", known["person_id"])}):
            changes["consent"] = claim
        verdict = Verdict.CHANGED if changes else Verdict.KNOWN
        person = changes.get("person_id")
        return Judged(
            row, entry.line, verdict, entry, None, known["id"], person, changes, tuple(doubts) if changes else ()
        )

    def _owner(self, entry: Entry, found: "_Found", doubts: list[Doubt]) -> int | None:
        """The person whose verified number this is. One who goes by another name is left to an officer."""
        owners = found.owners.get(entry.phone or "", [])
        fitting = [person_id for person_id, name in owners if same_name(entry.name, name)]
        if any(name for _, name in owners) and len(fitting) != 1:
            doubts.append(Doubt.OTHER_NAME)
        return fitting[0] if len(fitting) == 1 else None


def _refused(row: Row, line: int, fault: Fault) -> Judged:
    return Judged(row, line, Verdict.REFUSED, fault=fault)


def _fingerprint(entry: Entry) -> bytes:
    said = "\n".join(str(getattr(entry, name)) for name in (*DETAILS, "claims", "reference"))
    return hashlib.blake2b(said.encode(), digest_size=12).digest()


class _Found:
    """What the tables know of some rows, by three queries."""

    def __init__(self, session: Session, keys: set[str], phones: set[str]) -> None:
        columns = [getattr(Contact, name) for name in dict.fromkeys((*WANTED, *DETAILS))]
        rows = session.execute(sa.select(*columns).where(among(session, Contact.key, sorted(keys)))).mappings()
        self.contacts: dict[str, Mapping[str, Any]] = {row["key"]: dict(row) for row in rows}
        self.shared: dict[str, set[str]] = {}
        self.owners: dict[str, list[tuple[int, str | None]]] = {}
        if phones:
            of = sa.select(Contact.phone, Contact.key).where(among(session, Contact.phone, sorted(phones)))
            for phone, key in session.execute(of).all():
                self.shared.setdefault(str(phone), set()).add(key)
            people = sa.select(Person.phone, Person.id, Person.name).where(among(session, Person.phone, sorted(phones)))
            for phone, person_id, name in session.execute(people.where(Person.phone_vouched)).all():
                self.owners.setdefault(str(phone), []).append((person_id, name))
