"""A programme as fields of a form, and the form read again: what is typed wrongly is said, and stays as typed."""

import datetime as dt
from collections.abc import Mapping, Sequence

from console.programme_words import REFUSALS
from services import regions
from services.calendar import JAKARTA
from services.programme_rules import Wanted, Why, moved
from services.target import Target

NOW = "sekarang"
DAY = dt.timedelta(days=1)


class Mistyped(Exception):
    """The form cannot be read. `said`: what is wrong, in sentences."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__("; ".join(said))
        self.said = said


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
    wrong = [*_wrong_days(filled), *_wrong_counts(filled)]
    if wrong:
        raise Mistyped(wrong)
    ways = many.get("jalur") if "sumber" in form else as_it_is.accepts
    return Wanted(
        name=filled["nama"],
        opens_at=_moment(filled["buka"], as_it_is.opens_at, now, 0),
        closes_at=_moment(filled["tutup"], as_it_is.closes_at, now, 1),
        accepts=tuple(one for one in ("self_declare", "reguler") if one in (ways or ())),
        quota=_count(filled["kuota"]) or 0,
        allocations={code: int(filled[f"kuota_{code}"]) for code in regions.REGENCIES if filled[f"kuota_{code}"]},
        source=filled["sumber"],
        as_of=dt.date.fromisoformat(filled["per"]),
        target=_target(filled),
    )


def _wrong_days(filled: Mapping[str, str]) -> list[str]:
    named = {"buka": "Tanggal buka", "tutup": "Tanggal tutup", "per": "Tanggal sumber"}
    empty_too = {"target_mulai": "Tanggal mulai target"} if filled["target_mulai"] else {}
    return [
        f"{name} tidak terbaca: pilih dari kalender." for key, name in {**named, **empty_too}.items()
        if not (filled[key] == NOW or _is_day(filled[key]))
    ]  # fmt: skip


def _is_day(said: str) -> bool:
    try:
        return len(said) <= 40 and dt.datetime.fromisoformat(said).year >= 2000
    except ValueError:
        return False


def _wrong_counts(filled: Mapping[str, str]) -> list[str]:
    named = {"kuota": "Kuota seluruh Banten"}
    named |= {f"kuota_{code}": f"Kuota {region.label}" for code, region in regions.REGENCIES.items()}
    return [
        f"{name}: tulis angka, contoh 1500." for key, name in named.items()
        if (filled[key] or key == "kuota") and _count(filled[key]) is None
    ]  # fmt: skip


def _count(said: str) -> int | None:
    plain = said.replace(".", "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 9 else None


def _moment(said: str, as_it_is: dt.datetime, now: dt.datetime, later: int) -> dt.datetime:
    """A day, or a whole moment; the day that is shown of a moment means that moment."""
    if said == NOW:
        return now
    if "T" in said:
        told = dt.datetime.fromisoformat(said)
        return told if told.tzinfo else told.replace(tzinfo=JAKARTA)
    if said == (_closing(as_it_is) if later else _opening(as_it_is))[:10]:
        return as_it_is
    return dt.datetime.combine(dt.date.fromisoformat(said[:10]) + later * DAY, dt.time(), JAKARTA)


def _target(filled: Mapping[str, str]) -> Target | None:
    said = {key: filled[key] for key in ("target", "target_mulai", "target_hari", "target_sumber")}
    if not any(said.values()):
        return None
    counts = [_count(said["target"]), _count(said["target_hari"])]
    if not all(said.values()) or None in counts:
        raise Mistyped([REFUSALS[Why.TARGET]])
    return Target(counts[0] or 0, dt.date.fromisoformat(said["target_mulai"]), counts[1] or 0, said["target_sumber"])
