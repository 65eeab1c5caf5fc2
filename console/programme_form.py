"""A programme as fields of a form, and the form read again: what is typed wrongly is said at its field, and stays."""

import datetime as dt
from collections.abc import Mapping, Sequence

from console.programme_words import REFUSALS
from services import regions
from services.calendar import JAKARTA
from services.programme_making import reason_against_code
from services.programme_rules import Wanted, Why, moved
from services.target import Target

NOW = "sekarang"
DAY = dt.timedelta(days=1)
AIM = ("target", "target_mulai", "target_hari", "target_sumber")
FIELDS = (
    "nama", "buka", "tutup", "kuota", *(f"kuota_{code}" for code in regions.REGENCIES), "sumber", "per", *AIM,
)  # fmt: skip
ANEW = ("buka", "tutup", "sumber", "per", *AIM)


# The field at which a refusal is said.
AT = {
    Why.NAME: "nama", Why.ORDER: "tutup", Why.SCHEMES: "jalur", Why.NUMBER: "kuota", Why.SOURCE: "sumber",
    Why.TARGET: "target", Why.CODE: "kode", Why.EXISTS: "kode",
}  # fmt: skip


class Mistyped(Exception):
    """The form cannot be read. `at`: what is wrong, a sentence for each field."""

    def __init__(self, at: Mapping[str, str]) -> None:
        super().__init__("; ".join(at.values()))
        self.at = at

    @property
    def said(self) -> tuple[str, ...]:
        """The sentences alone."""
        return tuple(self.at.values())


def fields(wanted: Wanted) -> dict[str, str]:
    """The form filled in. A moment within a day is written whole, so that nothing is lost on the way back."""
    target = wanted.target
    shares = {f"kuota_{code}": str(wanted.allocations.get(code, "")) for code in regions.REGENCIES}
    return {
        "nama": wanted.name, "buka": _opening(wanted.opens_at), "tutup": _closing(wanted.closes_at),
        "kuota": str(wanted.quota), **shares, "sumber": wanted.source, "per": wanted.as_of.isoformat(),
        "target": str(target.certificates) if target else "",
        "target_mulai": target.starts.isoformat() if target else "", "target_hari": str(target.days) if target else "",
        "target_sumber": target.source if target else "",
    }  # fmt: skip


def shown(wanted: Wanted) -> dict[str, str]:
    """The same with days only, as the fields of a browser show them."""
    return {key: value[:10] if key in ("buka", "tutup") else value for key, value in fields(wanted).items()}


def _opening(moment: dt.datetime) -> str:
    local = moment.astimezone(JAKARTA)
    return local.date().isoformat() if local.time() == dt.time() else local.isoformat()


def _closing(moment: dt.datetime) -> str:
    local = moment.astimezone(JAKARTA)
    return (local.date() - DAY).isoformat() if local.time() == dt.time() else local.isoformat()


def read(form: Mapping[str, str], many: Mapping[str, Sequence[str]], as_it_is: Wanted, now: dt.datetime) -> Wanted:
    """What the form asks for: everything, or places moved (`dari`, `ke`, `banyak`), or `buka`/`tutup` = "sekarang".

    What it does not name stays as it is. Raises Mistyped, `NotChanged`.
    """
    if "dari" in form:
        return moved(as_it_is, form["dari"], form.get("ke", ""), _count(form.get("banyak", "")) or 0)
    filled = {**fields(as_it_is), **{key: value.strip() for key, value in form.items()}}
    wrong = {**_wrong_days(filled), **_wrong_counts(filled)}
    if wrong:
        raise Mistyped(wrong)
    ways = many.get("jalur") if "sumber" in form else as_it_is.accepts
    return _wanted(filled, ways or (), as_it_is, now)


def copied(last: Wanted | None) -> dict[str, str]:
    """A new programme begun from the last one: what is sure to differ, dates and sources, is left to be typed."""
    known = shown(last) if last else dict.fromkeys(FIELDS, "")
    return {**known, **dict.fromkeys(ANEW, ""), "kode": ""}


def read_new(form: Mapping[str, str], many: Mapping[str, Sequence[str]], now: dt.datetime) -> tuple[str, Wanted]:
    """The code and what is asked for; everything must be told. Raises Mistyped, with every field that is wrong."""
    filled = {**dict.fromkeys((*FIELDS, "kode"), ""), **{key: value.strip() for key, value in form.items()}}
    ways = many.get("jalur") or ()
    wrong = {} if reason_against_code(filled["kode"].upper()) is None else {"kode": REFUSALS[Why.CODE]}
    wrong |= {key: REFUSALS[why] for key, why in (("nama", Why.NAME), ("sumber", Why.SOURCE)) if not filled[key]}
    wrong |= {**_wrong_days(filled), **_wrong_counts(filled), **_wrong_target(filled)}
    wrong |= {} if ways else {"jalur": REFUSALS[Why.SCHEMES]}
    if not {"buka", "tutup"} & wrong.keys():  # the other fields need not be right for this to be said
        wrong |= {} if _ordered(filled, now) else {"tutup": REFUSALS[Why.ORDER]}
    if wrong:
        raise Mistyped(wrong)
    return filled["kode"].upper(), _wanted(filled, ways, None, now)


def _ordered(filled: Mapping[str, str], now: dt.datetime) -> bool:
    return _moment(filled["buka"], None, now, 0) < _moment(filled["tutup"], None, now, 1)


def _wanted(filled: Mapping[str, str], ways: Sequence[str], as_it_is: Wanted | None, now: dt.datetime) -> Wanted:
    return Wanted(
        name=filled["nama"],
        opens_at=_moment(filled["buka"], as_it_is.opens_at if as_it_is else None, now, 0),
        closes_at=_moment(filled["tutup"], as_it_is.closes_at if as_it_is else None, now, 1),
        accepts=tuple(one for one in ("self_declare", "reguler") if one in ways),
        quota=_count(filled["kuota"]) or 0,
        allocations={
            code: _count(filled[f"kuota_{code}"]) or 0 for code in regions.REGENCIES if filled[f"kuota_{code}"]
        },
        source=filled["sumber"],
        as_of=dt.date.fromisoformat(filled["per"][:10]),
        target=_target(filled),
    )


def _wrong_days(filled: Mapping[str, str]) -> dict[str, str]:
    named = {"buka": "Tanggal buka", "tutup": "Tanggal tutup", "per": "Tanggal sumber"}
    empty_too = {"target_mulai": "Tanggal mulai target"} if filled["target_mulai"] else {}
    return {
        key: f"{name} tidak terbaca: pilih dari kalender." for key, name in {**named, **empty_too}.items()
        if not (_is_day(filled[key]) or (filled[key] == NOW and key in ("buka", "tutup")))
    }  # fmt: skip


def _is_day(said: str) -> bool:
    try:
        return len(said) <= 40 and 2000 <= dt.datetime.fromisoformat(said).year < 2200
    except ValueError:
        return False


def _wrong_counts(filled: Mapping[str, str]) -> dict[str, str]:
    named = {"kuota": "Kuota seluruh Banten"}
    named |= {f"kuota_{code}": f"Kuota {region.label}" for code, region in regions.REGENCIES.items()}
    return {
        key: f"{name}: tulis angka, contoh 1500." for key, name in named.items()
        if (filled[key] or key == "kuota") and _count(filled[key]) is None
    }  # fmt: skip


def _count(said: str) -> int | None:
    plain = said.replace(".", "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 9 else None


def _moment(said: str, as_it_is: dt.datetime | None, now: dt.datetime, later: int) -> dt.datetime:
    """A day, or a whole moment; the day that is shown of a moment means that moment."""
    if said == NOW:
        return now
    if "T" in said:
        told = dt.datetime.fromisoformat(said)
        return told if told.tzinfo else told.replace(tzinfo=JAKARTA)
    if as_it_is and said == (_closing(as_it_is) if later else _opening(as_it_is))[:10]:
        return as_it_is
    return dt.datetime.combine(dt.date.fromisoformat(said[:10]) + later * DAY, dt.time(), JAKARTA)


def _wrong_target(filled: Mapping[str, str]) -> dict[str, str]:
    """A target is told whole, or not at all."""
    said = [filled[key] for key in AIM]
    whole = all(said) and None not in (_count(filled["target"]), _count(filled["target_hari"]))
    return {} if whole or not any(said) else {"target": REFUSALS[Why.TARGET]}


def _target(filled: Mapping[str, str]) -> Target | None:
    wrong = _wrong_target(filled)
    if wrong:
        raise Mistyped(wrong)
    if not filled["target"]:
        return None
    counts = (_count(filled["target"]) or 0, _count(filled["target_hari"]) or 0)
    first = dt.date.fromisoformat(filled["target_mulai"][:10])
    return Target(counts[0], first, counts[1], filled["target_sumber"])
