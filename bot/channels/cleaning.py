"""What a person typed, made safe to keep: no control characters, no identity number, no password.

A NIK, the 16-digit identity number, is masked before anything is written; so are one-time codes and passwords. A NIB,
the business number of 13 digits, is asked for and stays.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 4096  # characters kept of one message; Telegram itself allows no more
RAW_LONGEST = 20_000  # what is looked at at all: beyond it nobody is typing
MASK = "••••"

# What people put between the digits of a number. Not a line break and not a comma: those separate two numbers.
_GAP = r"[ \t\u00a0\u2000-\u200a\u202f\u3000.·_/\u2010-\u2015\u2212\uff0d\uff0e\ufe0f\u20e3-]"
_DIGITS = re.compile(rf"\d(?:{_GAP}*\d)*")
_GROUP = re.compile(r"\d+")
NIK_DIGITS = 16
# A whole phone number or NIB. Two of them side by side are two numbers, not a long one.
_WHOLE_NUMBER = range(9, 16)

_CODE_WORDS = r"otp|kode\s+otp|kode\s+verifikasi|verification\s+code|kode\s+rahasia|pin|passcode"
_OF = r"(?:\s+(?:saya|sy|aku|anda|saudara|my|your|is|code|wa|nya|itu|adalah|nomor|no)\b)*(?:nya)?\s{0,3}[:=.]?\s{0,3}"
_CODE = re.compile(rf"\b(?:{_CODE_WORDS}){_OF}(?P<secret>\d(?:[ -]?\d){{3,7}})(?![ -]?\d)", re.IGNORECASE)
_PASSWORD = re.compile(
    r"\b(?:kata\s+sandi|sandi\s+(?:akun|wifi)|password|passwd|pass\s?word|pwd|kata\s+kunci)(?:nya)?"
    r"(?:\s+(?:saya|sy|aku|anda|my|your|itu|akun|wifi))*"
    r"(?P<sign>\s{0,3}[:=]\s{0,3}|\s{1,3}(?:adalah|is)\s{1,3}|\s{1,3})(?P<secret>\S+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text that may be kept, and what had to be taken out of it."""

    text: str
    had_nik: bool = False
    had_secret: bool = False


def clean(raw: str, longest: int = LONGEST) -> Cleaned:
    """Make typed words safe: canonical Unicode, no hidden characters, NIK and secrets masked, trimmed, cut."""
    visible = without_hidden(unicodedata.normalize("NFC", _whole(raw[:RAW_LONGEST])))
    masked, had_nik = mask_nik(visible)
    masked, had_secret = mask_secrets(masked)
    return Cleaned(masked.strip()[:longest].rstrip(), had_nik, had_secret)


def line(raw: str, longest: int = 200) -> str:
    """A short text on one line: a label, a language, a file's type."""
    return " ".join(clean(raw, longest).text.split())


def without_hidden(text: str) -> str:
    """Take out control characters, bidi overrides and zero-width characters; an emoji's joiner stays."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    for at, character in enumerate(text):
        if character in "\n\t" or _shows(character):
            kept.append(" " if character == "\t" else character)
        elif character == "\u200d" and _joins(kept, text[at + 1 : at + 2]):
            kept.append(character)
    return "".join(kept)


def mask_nik(text: str) -> tuple[str, bool]:
    """Mask every run of 16 or more digits, however it is spaced. Two phone numbers or NIBs side by side stay."""
    found = False

    def masked(match: re.Match[str]) -> str:
        nonlocal found
        if not _may_be_nik(match.group()):
            return match.group()
        found = True
        return MASK

    return _DIGITS.sub(masked, text), found


def mask_secrets(text: str) -> tuple[str, bool]:
    """Mask one-time codes, PINs and passwords that are named as such."""
    found = False

    def masked(match: re.Match[str]) -> str:
        nonlocal found
        if not _is_secret(match):
            return match.group()
        found = True
        start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
        return match.group()[:start] + MASK + match.group()[end:]

    return _PASSWORD.sub(masked, _CODE.sub(masked, text)), found


def _whole(text: str) -> str:
    # JSON may hold half a surrogate pair; no database takes it.
    return text.encode("utf-8", "ignore").decode("utf-8")


def _shows(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn"}


def _joins(before: list[str], after: str) -> bool:
    """Whether a zero-width joiner stands between two parts of one emoji."""
    previous = next((c for c in reversed(before) if c != "\ufe0f"), "")
    return bool(previous and after) and {unicodedata.category(previous), unicodedata.category(after)} <= {"So", "Sk"}


def _may_be_nik(run: str) -> bool:
    groups = [len(group) for group in _GROUP.findall(run)]
    if sum(groups) < NIK_DIGITS:
        return False
    return len(groups) == 1 or sum(groups) == NIK_DIGITS or not all(size in _WHOLE_NUMBER for size in groups)


def _is_secret(match: re.Match[str]) -> bool:
    """After a colon anything is the password; in a mere sentence only what looks like one ("lupa password saya")."""
    secret = match.group("secret")
    if MASK in secret:
        return False
    named = match.groupdict().get("sign")
    if named is None or named.strip():
        return True
    return any(not c.isalpha() for c in secret.rstrip(".,!?")) or not (secret.islower() or secret.istitle())
