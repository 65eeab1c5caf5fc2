"""A row of a list is read as the office means it: headings, numbers, places, ticks, and what is no row at all."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import phones
from services.contacts import columns, reading
from services.contacts.columns import Field
from services.contacts.reading import Asked, Doubt, Entry, Fault, Wrong
from services.phones import NotAPhone
from services.sheet_files import SheetRefused

HEADING = ("Nama", "Nama Usaha", "No HP", "Kab/Kota", "Kecamatan")


def read(*cells: Any, heading: tuple[str, ...] = HEADING, asked: Asked = Asked()) -> Entry | Wrong | None:
    return reading.read(2, cells, columns.find([heading]), asked)


def entry(*cells: Any, **more: Any) -> Entry:
    made = read(*cells, **more)
    assert isinstance(made, Entry), made
    return made


# --- the heading


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("NAMA PEMILIK USAHA", Field.NAME),
        ("Nama Lengkap (sesuai KTP)", Field.NAME),
        ("Nama IKM", Field.BUSINESS),
        ("No. HP/WA", Field.PHONE),
        ("Nomor Telepon Seluler", Field.PHONE),
        ("Nomor WhatsApp*", Field.PHONE),
        ("KABUPATEN / KOTA", Field.REGENCY),
        ("Kec.", Field.DISTRICT),
        ("Desa / Kelurahan", Field.VILLAGE),
        ("Nomor Induk Berusaha (NIB)", Field.NIB),
    ],
)
def test_a_column_has_many_names(said: str, field: Field) -> None:
    assert columns.meant(said) is field


@pytest.mark.parametrize("name", ["NIK", "No. NIK", "Nomor KTP", "No KK", "NPWP", "Nomor (NIK)", "Kata Sandi SIHALAL"])
def test_what_the_office_does_not_keep_is_not_let_in(name: str) -> None:
    with pytest.raises(SheetRefused, match="tidak menyimpan NIK"):
        columns.find([("Nama", "No HP", name)])


def test_the_heading_stands_where_it_stands() -> None:
    rows = [
        ("DINAS",),
        (),
        ("No", "NAMA", "ALAMAT", "", "KONTAK"),
        ("", "", "DESA", "KECAMATAN", "HP"),
        ("1", "2", "3", "4", "5"),
    ]
    found = columns.find([*rows, ("1", "Siti", "Kiara", "Walantaka", "0812")])
    assert found.line == 5
    assert found.columns == {Field.NAME: 1, Field.VILLAGE: 2, Field.DISTRICT: 3, Field.PHONE: 4}


def test_what_comes_near_is_suggested_and_never_taken() -> None:
    with pytest.raises(SheetRefused) as refused:
        columns.find([("Nma Pemilk", "Nomr HP", "Kecamtan", "Umur")])
    for words in ("“Nma Pemilk” mungkin maksudnya Nama", "“Nomr HP” mungkin maksudnya Nomor HP", "Kecamatan"):
        assert words in str(refused.value)
    assert "“Umur”" not in str(refused.value)


# --- numbers


@given(
    digits=st.from_regex(r"81[1-3][0-9]{8}", fullmatch=True),
    begins=st.sampled_from(["0", "+62", "62", "0062", "+62 (0) ", "", "(0", "+620", "WA 0", "'0"]),
    gap=st.sampled_from(["", " ", "-", ".", " - "]),
    ends=st.sampled_from(["", " (istri)", ".", " / 0813-0000-0009", " atau 0813 0000 0009"]),
)
def test_every_spelling_of_a_number_is_the_same_number(digits: str, begins: str, gap: str, ends: str) -> None:
    said = begins + gap.join((digits[:3], digits[3:7], digits[7:])) + (")" if begins == "(0" else "") + ends
    number, others = phones.first_mobile(said)
    assert number == f"+62{digits}"
    assert others == ("0009" in ends and number != "+6281300000009")


@pytest.mark.parametrize("said", ["021-5551234", "+65 9123 4567", "12", "0812", "tidak tahu 5"])
def test_what_is_no_mobile_number_is_refused(said: str) -> None:
    with pytest.raises(NotAPhone):
        phones.first_mobile(said)


@given(begins=st.sampled_from(["0", "62", "+62"]), digits=st.from_regex(r"8[0-9]{6,13}", fullmatch=True))
def test_the_quick_way_and_the_careful_way_read_the_same_number(begins: str, digits: str) -> None:
    said = f"{begins}{digits}"
    try:
        careful: str | None = phones.mobile(said)
    except NotAPhone:
        careful = None
    try:
        quick: str | None = phones.first_mobile(said)[0]
    except NotAPhone:
        quick = None
    assert quick == careful


@given(st.text(max_size=40))
def test_any_words_are_a_number_or_none(said: str) -> None:
    try:
        number, _ = phones.first_mobile(said)
    except NotAPhone:
        return
    assert number.startswith("+628")


# --- places, ticks, dates


@pytest.mark.parametrize(
    ("regency", "district", "found"),
    [
        ("Kab. Lebak", "Bayah", ("36.02", "36.02.03", ())),
        ("Serang", "Kramatwatu", ("36.04", "36.04.05", ())),
        ("serang", "Walantaka", ("36.73", "36.73.03", ())),
        ("Serang", "", (None, None, (Doubt.REGENCY,))),
        ("", "Labuan", ("36.01", "36.01.12", ())),
        ("", "Curug", (None, None, (Doubt.REGENCY, Doubt.DISTRICT))),
        ("Kota Cilegon", "Bayah", ("36.72", None, (Doubt.DISTRICT,))),
        ("Bandung", "", (None, None, (Doubt.REGENCY,))),
        ("", "", (None, None, ())),
    ],
)
def test_a_place_is_read_or_doubted(regency: str, district: str, found: tuple[Any, ...]) -> None:
    assert reading.place(regency, district) == found


def test_ticks_and_dates_are_words_too() -> None:
    assert [reading.yes_or_no(said) for said in ("√", "Hadir", "ya.", "tidak hadir", "", "-", "izin", "mungkin")] == [
        True, True, True, False, False, False, False, None,
    ]  # fmt: skip
    assert reading.written_day("Sosialisasi 15 Mei 2025", 2015) == dt.date(2025, 5, 15)
    assert reading.written_day("tgl 3 Agst 2025", 2015) == reading.written_day("31 Februari 2025", 2015) is None


# --- rows


def test_a_row_says_who_what_and_where() -> None:
    made = entry("  SITI   AMINAH ", "Keripik Bu Siti", 81200000001.0, "Serang", "Kramatwatu")
    assert (made.name, made.phone, made.regency, made.district) == (
        "SITI AMINAH",
        "+6281200000001",
        "36.04",
        "36.04.05",
    )
    assert made.key == entry("Siti Aminah", "UD. KERIPIK BU SITI", "0812-0000-0001", "", "").key
    assert made.key != entry("Siti Aminah", "Keripik Bu Siti", "0812-0000-0002", "Serang", "Kramatwatu").key
    assert made.key != entry("Nur Aini", "Keripik Bu Siti", "0812-0000-0001", "Serang", "Kramatwatu").key


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("Siti", "Keripik", 3604010101010001.0, "", ""), Fault.NIK),
        (("Siti", "NIK 3604 0101 0101 0001", "", "", ""), Fault.NIK),
        (("Siti", "Keripik", "8,12E+11", "", ""), Fault.LOST_DIGITS),
        (("Siti", "=HYPERLINK(1)", "", "", ""), Fault.FORMULA),
        (("12", "Keripik", "0812-0000-0001", "", ""), Fault.NO_NAME),
        (("", "Keripik", "", "Lebak", "Bayah"), Fault.NO_NAME),
        (("Siti", "-", "", "", ""), Fault.ONLY_NAME),
        (("Siti", "Keripik", "0254-555123", "", ""), Fault.NOT_MOBILE),
        (("Siti", "Keripik", "+6591234567", "", ""), Fault.FOREIGN),
    ],
)
def test_a_row_that_is_not_taken_is_known_by_its_line(cells: tuple[Any, ...], fault: Fault) -> None:
    assert read(*cells) == Wrong(2, fault)


def test_totals_signatures_and_empty_rows_are_no_rows() -> None:
    assert read("", "", "", "", "") is None
    assert read("JUMLAH", "", 30.0, "", "") is None
    assert read("", "", "", "Serang, 15 Mei 2025", "") is None
    assert read() is None


def test_a_doubt_does_not_keep_a_row_out() -> None:
    heading = (*HEADING, "NIB", "Email", "Izin", "Hadir")
    cells = ("Siti", "Keripik " * 40, "belum punya", "Serang", "", "12345678", "siti@", "ya", "entah")
    made = entry(*cells, heading=heading, asked=Asked(event="15 Mei 2025"))
    assert set(made.doubts) == {
        Doubt.SHORTENED, Doubt.NO_PHONE, Doubt.REGENCY, Doubt.NIB, Doubt.EMAIL, Doubt.NO_DOCUMENT, Doubt.ATTENDED,
    }  # fmt: skip
    assert (made.claims, made.attended, made.day) == (False, False, dt.date(2025, 5, 15))
    assert made.business is not None
    assert len(made.business) <= 200


@given(
    cells=st.lists(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.none(), st.booleans()), max_size=6)
)
def test_any_cells_are_a_row_or_none(cells: list[Any]) -> None:
    made = read(*cells)
    assert made is None or isinstance(made, Entry | Wrong)
