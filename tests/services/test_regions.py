"""People write where they make their product as they say it; the program finds the kecamatan, or asks back."""

import pytest

from services.regions import REGENCIES, district, districts_of, find_district, find_regency, regency

NAMES = {place.code: place.name for one in REGENCIES.values() for place in one.districts}


def code(text: str, within: str | None = None) -> str | None:
    found = find_district(text, within).exact
    return found.code if found else None


def test_banten_has_8_kabupaten_and_kota_and_155_kecamatan() -> None:
    counts = {one.code: len(one.districts) for one in REGENCIES.values()}
    assert counts == {
        "36.01": 35,
        "36.02": 28,
        "36.03": 29,
        "36.04": 29,
        "36.71": 13,
        "36.72": 8,
        "36.73": 6,
        "36.74": 7,
    }
    assert len(NAMES) == 155
    assert all(place.code.startswith(f"{place.regency}.") for one in REGENCIES.values() for place in one.districts)
    assert all(len(one.label) <= 24 for one in REGENCIES.values())


def test_codes_are_looked_up() -> None:
    assert (regency("36.04") or 0) == REGENCIES["36.04"]
    assert (district("36.04.22") or districts_of("36.01")[0]).name == "Baros"
    assert regency("31.71") is None
    assert district("36.04.99") is None
    with pytest.raises(KeyError):
        districts_of("31.71")


@pytest.mark.parametrize("place", NAMES)
def test_every_kecamatan_is_found_by_its_name_and_by_one_typo(place: str) -> None:
    within, name = place[:5], NAMES[place]
    assert code(name, within) == place
    assert code(f"Kec. {name.upper()}", within) == place
    assert code(name.replace(" ", ""), within) == place
    assert code(place, within) == place
    if len(name) >= 6:
        swapped = name[:2] + name[3] + name[2] + name[4:]
        found = find_district(swapped, within)
        assert NAMES[place] in [one.name for one in ([found.exact] if found.exact else found.candidates) if one]


@pytest.mark.parametrize(
    ("text", "within", "expected"),
    [
        ("anyer", "36.04", "36.04.30"),
        ("rangkas", "36.02", "36.02.14"),
        ("Merak", "36.72", "36.72.03"),
        ("pulo merak", "36.72", "36.72.03"),
        ("grogol", "36.72", "36.72.06"),
        ("puloampel", "36.04", "36.04.08"),
        ("karangtengah", "36.71", "36.71.12"),
        ("batu ceper", "36.71", "36.71.03"),
        ("teluk naga", "36.03", "36.03.13"),
        ("paku haji", "36.03", "36.03.15"),
        ("tiga raksa", "36.03", "36.03.03"),
        ("warung gunung", "36.02", "36.02.15"),
        ("gunung kencana", "36.02", "36.02.08"),
        ("mandala wangi", "36.01", "36.01.17"),
        ("cipocok", "36.73", "36.73.05"),
        ("pd aren", "36.74", "36.74.03"),
        ("pondokaren", "36.74", "36.74.03"),
        ("kecamatan baros", "36.04", "36.04.22"),
        ("Desa Sidamukti Kec. Baros", "36.04", "36.04.22"),
        ("baros, kab serang", "36.04", "36.04.22"),
        ("di Baros", "36.04", "36.04.22"),
        ("barus", "36.04", "36.04.22"),
        ("rangkasbitun", "36.02", "36.02.14"),
        ("sepatan", "36.03", "36.03.16"),
        ("sepatan timr", "36.03", "36.03.30"),
        ("sepatn timr", "36.03", "36.03.30"),
        ("kelapa", "36.03", "36.03.28"),
        ("cibeber", "36.72", "36.72.01"),
        ("cibeber", "36.02", "36.02.19"),
    ],
)
def test_names_are_understood_as_people_write_them(text: str, within: str, expected: str) -> None:
    assert code(text, within) == expected


@pytest.mark.parametrize("name", ["Curug", "Sobang", "Cibeber", "cibebr"])
def test_a_name_that_is_there_twice_is_never_guessed(name: str) -> None:
    found = find_district(name)
    assert found.exact is None
    assert len({one.regency for one in found.candidates}) == 2


def test_a_name_of_another_kabupaten_is_reported_and_not_taken() -> None:
    found = find_district("Curug", "36.04")
    assert found.exact is None
    assert sorted(one.code for one in found.elsewhere) == ["36.03.17", "36.73.04"]
    assert find_district("Rangkasbitung", "36.01").elsewhere == (district("36.02.14"),)
    well_written = find_district("Cipanas", "36.01")  # Lebak's; nothing of Pandeglang is taken for it
    assert well_written.exact is None
    assert [one.code for one in well_written.elsewhere] == ["36.02.04"]


def test_bsd_is_asked_back() -> None:
    assert find_district("BSD", "36.74").exact is None
    assert [one.name for one in find_district("BSD", "36.74").candidates] == ["Serpong"]
    assert sorted(one.name for one in find_district("bsd", "36.03").candidates) == ["Cisauk", "Pagedangan"]
    assert find_district("bsd", "36.04").candidates == ()
    assert len(find_district("bsd", "36.04").elsewhere) == 3


def test_a_beginning_that_fits_several_is_asked_back() -> None:
    assert code("cika", "36.04") == "36.04.15"
    assert [one.name for one in find_district("ciputa", "36.74").candidates] == ["Ciputat", "Ciputat Timur"]


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂", "zzzzzzzz", "ya", "13", "x" * 5000])
def test_what_is_no_place_is_no_place(text: str) -> None:
    found = find_district(text, "36.04")
    assert found.exact is None
    assert found.elsewhere == ()


def test_names_not_unlike_it_are_offered() -> None:
    assert "Waringinkurung" in [one.name for one in find_district("wringin kurng", "36.04").candidates]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kab. Serang", "36.04"),
        ("kabupaten serang", "36.04"),
        ("kab serang", "36.04"),
        ("Kota Serang", "36.73"),
        ("serang kota", "36.73"),
        ("tangsel", "36.74"),
        ("tangerang selatan", "36.74"),
        ("kota tangerang", "36.71"),
        ("lebak", "36.02"),
        ("rangkas", "36.02"),
        ("cilegn", "36.72"),
        ("Pandegalng", "36.01"),
    ],
)
def test_a_kabupaten_is_understood(text: str, expected: str) -> None:
    found = find_regency(text).exact
    assert found is not None
    assert found.code == expected


@pytest.mark.parametrize(("text", "codes"), [("Serang", ["36.04", "36.73"]), ("tangerang", ["36.03", "36.71"])])
def test_serang_and_tangerang_are_each_two_places(text: str, codes: list[str]) -> None:
    assert [one.code for one in find_regency(text).candidates] == codes
    assert find_regency(text).exact is None


def test_jakarta_is_not_in_banten() -> None:
    assert find_regency("Jakarta").candidates == ()
