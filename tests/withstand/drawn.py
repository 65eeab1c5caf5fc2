"""Whatever a platform may post, drawn at random from what it says it posts: right, nearly right, and wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

FILES = Path(__file__).parents[1] / "files"
DEEPEST = 4
PEOPLE = (71, 72, 73, 2**52 + 7, -5)
ADDRESSES = ("whatsapp:+6281200000071", "whatsapp:+6281200000072", "whatsapp:ID.45661", "whatsapp:ID." + "9" * 120)
BUTTON = "its own button"  # stands for one of the buttons the person has before them

WORDS = (
    *("halo", "MENU", "daftar", "1", "2", "10", "ya", "tidak", "tidak tahu", "Keripik Bu Siti", "0812-0000-0001"),
    *("petugas", "berhenti", "mulai", "data saya", "hapus", "status", "tanya", "lapor", "kembali", "batal", "lanjut"),
    *("berapa biaya sertifikat halal?", "SUDAH T5", "HADIR K7", "SUDAH T-999999999", "MINAT 4", "123 456", "minat 99"),
    *(
        "/start",
        "/start daftar",
        "/start x y",
        "/daftar@Lain",
        "/" * 40,
        "3604123456789012",
        "OTP 123456",
        "🙏",
        "👩‍🍳",
    ),
    *("", " ", "\x00", "\u202eabc", "\ufeff", "\u200d", "שלום", "١٢٣", "①", "{nama}", "{{1}}", "<b>&", "*_`~", "%s %d"),
    *("'; DROP TABLE x; --", "a" * 10_000, "é" * 5_000, "0" * 300, "BTN-2026-000001", "\n" * 50, "t-1", "null", "NaN"),
)
NUMBERS = (0, 1, -1, 2**31, 2**53, 2**63 - 1, -(2**63), 2**64 - 1, 10**25)
DATA = (
    *(BUTTON, BUTTON, BUTTON, "", "x", "a|b|c", "a|b|c|d", "menu|service|journey", "r" * 64, "é|é|é"),
    *("due|1|done", "due|99999999999999999999|done", "due|-1|x", "due|١|done", "offer|1|yes", "offer|x|yes"),
    *(
        "ticket|1|yes",
        "ticket|9999999999999999999999|yes",
        "ticket|٣|no",
        "nudge|1|go",
        "nudge||",
        "link|1|no",
        "link|x|",
    ),
)

HALVES = ("\ud800", "Siti \udc00!", "\ud83d")  # half an emoji: JSON may hold a name cut in the middle of one

words = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.text(max_size=12))
numbers = st.one_of(st.integers(0, 9), st.sampled_from(NUMBERS))
junk = st.one_of(
    st.none(), st.booleans(), numbers, st.floats(allow_nan=False, allow_infinity=False), words, st.just([]),
    st.just({}), st.just([[[[[[]]]]]]), st.dictionaries(words, words, max_size=2), st.lists(numbers, max_size=2),
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of a type: what it may hold, and whether it may be missing."""

    name: str
    kinds: tuple[str, ...]
    optional: bool


@dataclass(frozen=True)
class Shape:
    """One type: its fields, or the types it is one of."""

    fields: tuple[Field, ...] = ()
    one_of: tuple[str, ...] = ()


@cache
def shapes(file: str) -> Mapping[str, Shape]:
    """The types written down in a file of `tests/files`."""
    lines = (FILES / file).read_text(encoding="utf-8").splitlines()
    return dict(_shape(line) for line in lines if line and not line.startswith("#"))


def _shape(line: str) -> tuple[str, Shape]:
    name, _, rest = line.partition(":")
    if rest.startswith(" one of "):
        return name, Shape(one_of=tuple(rest.removeprefix(" one of ").split()))
    found = re.findall(r"(\w+)(\??) ([\w\[\]|]+)", rest)
    return name, Shape(tuple(Field(field, tuple(kinds.split("|")), bool(mark)) for field, mark, kinds in found))


# --- Telegram ---

TELEGRAM = "telegram_updates.txt"
people = st.sampled_from(PEOPLE)
chats = people.map(lambda it: {"id": it, "type": "private", "first_name": "Siti"})
senders = people.map(lambda it: {"id": it, "is_bot": False, "first_name": "Siti", "language_code": "id"})
ONE_IN = 12  # so often a field holds what it should not


@st.composite
def holding(draw: st.DrawFn, kind: str, depth: int = 0) -> Any:
    """A value of a kind; now and then one of another."""
    if draw(st.integers(1, ONE_IN)) == 1:
        return draw(junk)
    if kind.startswith("["):
        return [draw(holding(kind[1:-1], depth + 1)) for _ in range(draw(st.integers(0, 2)))]
    if kind in ("int", "float"):
        return draw(numbers if kind == "int" else st.one_of(numbers, st.floats(-200, 200)))
    if kind in ("str", "bool"):
        return draw(st.one_of(words, words, st.sampled_from(HALVES)) if kind == "str" else st.booleans())
    return draw(thing(kind, depth)) if kind in shapes(TELEGRAM) and depth < DEEPEST else draw(junk)


@st.composite
def thing(draw: st.DrawFn, name: str, depth: int = 0, wanted: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object of a type: what it must hold, a few of what it may hold, sometimes less, sometimes something new."""
    shape = shapes(TELEGRAM)[name]
    if shape.one_of:
        return draw(thing(draw(st.sampled_from(shape.one_of)), depth))
    may = [field.name for field in shape.fields if field.optional]
    kept = {*wanted, *draw(st.lists(st.sampled_from(may), max_size=2))} if may else set()
    made: dict[str, Any] = {}
    for field in shape.fields:
        if field.name in kept or (not field.optional and draw(st.integers(0, ONE_IN))):
            made[field.name] = draw(holding(draw(st.sampled_from(field.kinds)), depth + 1))
    if not draw(st.integers(0, ONE_IN)):
        made[draw(words)] = draw(junk)
    return made


SAYING = ("text", "text", "text", "text", "photo", "document", "contact", "location", "voice", "sticker", "venue")


@st.composite
def private(draw: st.DrawFn) -> dict[str, Any]:
    """A message in somebody's own chat, with whatever else a message may carry."""
    made = draw(thing("Message", 1, (draw(st.sampled_from(SAYING)),)))
    made |= {"chat": draw(chats), "from": draw(senders), "date": 1}
    if "text" in made and draw(st.booleans()):
        made["text"] = draw(words)
    return made


@st.composite
def tapped(draw: st.DrawFn) -> dict[str, Any]:
    """A tap, on a message that is there, gone, or not of our making."""
    made = draw(thing("CallbackQuery", 1))
    person = draw(people)
    made |= {"id": draw(st.one_of(st.just("44"), words)), "from": {"id": person, "is_bot": False}}
    made["data"] = draw(st.sampled_from(DATA))
    if draw(st.booleans()):
        made["message"] = {"message_id": 8, "date": draw(st.sampled_from([0, 1])), "chat": {"id": person}}
    return made


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """One update without its number: mostly somebody saying or tapping something, else any kind there is."""
    kind = draw(st.sampled_from(("message", "message", "message", "callback_query", "callback_query", "any")))
    if kind == "message":
        return {kind: draw(private())}
    if kind == "callback_query":
        return {kind: draw(tapped())}
    update = draw(thing("Update"))
    return {name: value for name, value in update.items() if name != "update_id"}


# --- WhatsApp ---

TWILIO = "twilio_forms.txt"
FORM_VALUES: Mapping[str, st.SearchStrategy[str]] = {
    "words": words,
    "data": st.sampled_from(DATA),
    "address": st.sampled_from((*ADDRESSES, "whatsapp:", "+62", "", "\x00")),
    "type": st.sampled_from(
        ("text", "image", "interactive", "button", "sticker", "location", "order", "reaction", "audio", "new")
    ),
    "count": st.sampled_from(("0", "0", "0", "1", "2", "99999999999999999999", "-1", "١", "x", "")),
    "degrees": st.sampled_from(("-6.1", "106.1", "nan", "inf", "999", "", "x", "1e400", "-0")),
    "url": st.sampled_from(
        ("https://api.twilio.com/Media/ME1", "http://127.0.0.1/x", "file:///etc/passwd", "x" * 600, "\x00", "")
    ),
    "mime": st.sampled_from(
        ("image/jpeg", "image/png; x=y", "image/webp", "audio/ogg", "text/vcard", "a/b", "", "\x00")
    ),
    "opt": st.sampled_from(("STOP", "START", "HELP", "stop", "x", "")),
    "status": st.sampled_from(
        ("queued", "sent", "delivered", "read", "failed", "undelivered", "accepted", "canceled", "new_one", "READ", "")
    ),
    "code": st.sampled_from(("63016", "63024", "21610", "30004", "0", "99999", "9" * 40, "x", "", "-1")),
    "json": st.sampled_from(('{"type":"whatsapp"}', "{", "")),
    "flag": st.sampled_from(("true", "false", "")),
}
SOMETHING = st.one_of(st.just("SM1"), words)


@st.composite
def forms(draw: st.DrawFn, name: str = "Message") -> dict[str, str]:
    """One form; `MessageSid` is the caller's to give."""
    shape = shapes(TWILIO)[name]
    made: dict[str, str] = {}
    for field in shape.fields:
        kind = field.kinds[0]
        if not field.optional or not draw(st.integers(0, 3)):
            made[field.name] = draw(FORM_VALUES.get(kind, SOMETHING))
    if not draw(st.integers(0, ONE_IN)):
        made[draw(words)] = draw(words)
    if name == "Message" and draw(st.booleans()):  # mostly somebody who can be answered, saying something
        made |= {"From": draw(st.sampled_from(ADDRESSES)), "Body": draw(words)}
    return made


broken = st.one_of(
    st.sampled_from((b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"[" * 5000, b"{}{}")),
    st.sampled_from((b'{"a":' * 3000, b'{"a": "\\ud800', b"\x00", b"1" * 5000)),
    st.binary(max_size=40).filter(lambda raw: not raw.strip().startswith(b"{")),
)
