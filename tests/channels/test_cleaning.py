"""What a person typed is made safe before anything is written."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.cleaning import MASK, clean, line
from tests.channels.made import unhurried

# A run of 16 digits with nothing but spaces, dots and dashes between them.
NIK_LEFT = re.compile(r"\d(?:[ .\-]*\d){15}")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  halo  ", "halo"),
        ("a\x00b\x07c", "abc"),
        ("satu\r\ndua\rtiga", "satu\ndua\ntiga"),
        ("satu\tdua", "satu dua"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("ke\u200bri\u200cpik\ufeff", "keripik"),
        ("👩\u200d🍳 masak", "👩\u200d🍳 masak"),
        ("👁\ufe0f\u200d🗨\ufe0f", "👁\ufe0f\u200d🗨\ufe0f"),
        ("a\u200db", "ab"),
        ("cafe\u0301", "café"),
        ("half \ud83d pair", "half  pair"),
        ("<b>{x}</b> & co", "<b>{x}</b> & co"),
        ("الحلال", "الحلال"),
    ],
)
def test_hidden_characters_go_and_words_stay(raw: str, kept: str) -> None:
    assert clean(raw).text == kept


def test_a_very_long_message_is_cut() -> None:
    assert len(clean("x" * 10_000).text) == 4096


@pytest.mark.parametrize(
    "raw", ["otp" + " " * 20_000, "password " * 2_500, "1 " * 10_000, "kode\n" * 4_000, "*" * 20_000]
)
def test_no_message_takes_long_to_clean(raw: str) -> None:
    started = time.perf_counter()
    clean(raw)
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    "raw",
    [
        "3604123456789012",
        "NIK saya 3604 1234 5678 9012 ya",
        "36.04.12.345678.9012",
        "360412-345678-9012",
        "3604123456780 001",
        "3 6 0 4 1 2 3 4 5 6 7 8 9 0 1 2",
        "３６０４１２３４５６７８９０１２",
        "36041234\u200b56789012",
        "3604123456789012345",
        "3604 - 1234 - 5678 - 9012",
        "360412 345678 90123",
        "٣٦٠٤١٢٣٤٥٦٧٨٩٠١٢",
    ],
)
def test_a_nik_is_masked_however_it_is_written(raw: str) -> None:
    cleaned = clean(raw)
    assert cleaned.had_nik
    assert MASK in cleaned.text
    assert not re.search(r"\d{4}", cleaned.text)


@pytest.mark.parametrize(
    "raw",
    [
        "1234567890123",
        "NIB 1234.5678.90123",
        "0812-3456-7890",
        "NIB 1234567890123, HP 081234567890",
        "1234567890123 081234567890",
        "1234567890123\n081234567890",
        "RT 02/RW 03 no 12",
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
        "10000, 15000, 20000, 25000",
        "Rp500.000.000",
    ],
)
def test_a_business_number_or_a_phone_number_stays(raw: str) -> None:
    cleaned = clean(raw)
    assert cleaned.text == raw
    assert not cleaned.had_nik


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("OTP 123456", f"OTP {MASK}"),
        ("kode otp saya: 123 456", f"kode otp saya: {MASK}"),
        ("Kode verifikasi WA 482913 ya", f"Kode verifikasi WA {MASK} ya"),
        ("kata sandi: mawar", f"kata sandi: {MASK}"),
        ("password saya rahasia123", f"password saya {MASK}"),
        ("Password = Mawar", f"Password = {MASK}"),
        ("PIN 4821", f"PIN {MASK}"),
        ("my password is hunter", f"my password is {MASK}"),
    ],
)
def test_a_password_or_a_code_is_masked(raw: str, kept: str) -> None:
    cleaned = clean(raw)
    assert cleaned.text == kept
    assert cleaned.had_secret


@pytest.mark.parametrize(
    "raw", ["lupa password", "password saya lupa", "Pak Sandi 0812345678", "spin 4821", "pin 1234567890123", "kode K7"]
)
def test_what_only_sounds_like_a_secret_stays(raw: str) -> None:
    cleaned = clean(raw)
    assert (cleaned.text, cleaned.had_secret) == (raw, False)


digits = st.text("0123456789０１２３４５６７８９", min_size=1, max_size=1)
gaps = st.sampled_from(["", "", "", " ", ".", "-", " - "])


@unhurried
@given(
    st.text(max_size=30), st.lists(st.tuples(digits, gaps), min_size=16, max_size=24), st.text("abc ,\n", max_size=20)
)
def test_no_run_of_sixteen_digits_survives(before: str, run: list[tuple[str, str]], after: str) -> None:
    number = "".join(digit + gap for digit, gap in run)
    groups = [len(group) for group in re.findall(r"\d+", number)]
    whole_numbers = len(groups) > 1 and sum(groups) > 16 and all(9 <= size <= 15 for size in groups)
    cleaned = clean(f"{before}\n{number}\n{after}")
    if not whole_numbers:  # two phone numbers side by side
        assert cleaned.had_nik
        assert not NIK_LEFT.search(unicodedata.normalize("NFKC", cleaned.text.split("\n", 1)[-1]))


@unhurried
@given(st.text("abc ,:\n", max_size=20), st.from_regex(r"[0-9]{13}", fullmatch=True), st.text("xyz ,\n", max_size=20))
def test_no_business_number_is_harmed(before: str, nib: str, after: str) -> None:
    cleaned = clean(f"{before}{nib}{after}")
    assert nib in cleaned.text
    assert not cleaned.had_nik


@unhurried
@given(st.text(max_size=300))
def test_what_is_kept_can_always_be_stored(raw: str) -> None:
    kept = clean(raw).text
    assert kept == kept.strip()
    assert "\x00" not in kept
    kept.encode("utf-8")
    assert clean(kept).text == kept
    assert "\n" not in line(raw)
