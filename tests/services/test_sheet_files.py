"""A file is opened before it is read: what would hurt us, or is no list at all, is refused in a sentence."""

import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from services import sheets
from services.sheet_files import LARGEST, SheetRefused, opened
from tests.support import xlsx

FILES = Path(__file__).parent.parent / "files"
SHEET = "xl/worksheets/sheet1.xml"


def altered(tmp_path: Path, xml: Callable[[zipfile.ZipFile], None]) -> Path:
    """A small good workbook with its sheet written anew."""
    good = xlsx.write(tmp_path / "good.xlsx", [["Nama", "No HP"], ["Siti", "081200000001"]])
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != SHEET:
                new.writestr(part, old.read(part))
        xml(new)
    return bad


def cell(name: str) -> str:
    return f'<c r="{name}" t="inlineStr"><is><t>x</t></is></c>'


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("kata-sandi.xlsx", "dikunci kata sandi"),
        ("excel-lama.xls", "Excel lama"),
        ("halaman-web.xlsx", "halaman web"),
        ("terpotong.xlsx", "belum utuh terunduh"),
        ("README.md", "bukan xlsx atau csv"),
        ("tidak-ada.xlsx", "tidak ada"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(name: str, says: str) -> None:
    with pytest.raises(SheetRefused, match=says):
        opened(FILES / name)


def test_a_bomb_a_lie_and_forty_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    large = tmp_path / "besar.xlsx"
    with large.open("wb") as file:
        file.truncate(40_000_000)
    with pytest.raises(SheetRefused, match="25 MB"):
        opened(large)

    def bomb(new: zipfile.ZipFile) -> None:
        with new.open(SHEET, "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(b" " * 1_000_000)

    bad = altered(tmp_path, bomb)
    assert bad.stat().st_size < LARGEST / 20
    with pytest.raises(SheetRefused, match="terlalu besar sesudah dibuka"):
        opened(bad)
    # The same size said to be small: what unpacks to more than it says is no good file.
    raw = bad.read_bytes()
    at = raw.rindex(b"PK\x01\x02")
    bad.write_bytes(raw[: at + 24] + (1000).to_bytes(4, "little") + raw[at + 28 :])
    with pytest.raises(SheetRefused):
        opened(bad)


@pytest.mark.parametrize("corner", ["XFD1048576", "A1048576", "ZZ100000"])
def test_a_stray_cell_far_away_does_not_fill_the_memory(tmp_path: Path, corner: str) -> None:
    row = f'<row r="1">{cell("A1")}{cell("B1")}</row><row r="9">{cell("Z9")}{cell(corner)}</row>'
    bad = altered(
        tmp_path,
        lambda new: new.writestr(SHEET, f"<worksheet xmlns='{xlsx.MAIN}'><sheetData>{row}</sheetData></worksheet>"),
    )
    with pytest.raises(SheetRefused, match="tersesat jauh"):
        opened(bad)


def test_a_million_empty_rows_are_none(tmp_path: Path) -> None:
    def empty(new: zipfile.ZipFile) -> None:
        with new.open(SHEET, "w") as part:
            part.write(f'<worksheet xmlns="{xlsx.MAIN}"><sheetData><row r="1">{cell("A1")}{cell("B1")}</row>'.encode())
            part.write(f'<row r="2">{cell("A2")}{cell("B2")}</row>'.encode())
            for first in range(3, 1_000_003, 10_000):
                part.write(
                    "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(first, first + 10_000)).encode()
                )
            part.write(b"</sheetData></worksheet>")

    path = altered(tmp_path, empty)
    tracemalloc.start()
    try:
        rows = sheets.read(path)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert rows == [["x", "x"], ["x", "x"]]


def test_macros_are_seen_and_left_alone() -> None:
    made = opened(FILES / "makro.xlsm")
    assert made.macros
    assert next(iter(made.rows()))[0] == "Nama"
    assert not opened(FILES / "kembar.xlsx").macros


def test_what_is_joined_over_rows_is_said_of_all_and_hidden_sheets_are_passed_over() -> None:
    made = opened(FILES / "sel-gabung.xlsx")
    assert made.sheets == ("Peserta", "Lebak")
    assert [row[0] for row in made.rows("Lebak")] == ["Kabupaten/Kota", "Kab. Lebak", "Kab. Lebak", "Kab. Lebak"]


def test_three_encodings_of_one_csv_say_the_same() -> None:
    names = ("excel-indonesia.csv", "windows-1252.csv", "teks-unicode.csv")
    said = [list(opened(FILES / name).rows()) for name in names]
    assert said[0] == said[1]
    assert said[0][4:] == said[2][4:]
    assert said[0][3] == ["1", "Hj. Ai’ Rohimah; Spd", '="081200000801"', "Labuan"]
    assert sheets.words(said[0][3][2]) == "081200000801"


@pytest.mark.parametrize("cell", ["8,12E+11", "8.12e11", 8.12e15, 3604010101010001])
def test_a_number_that_lost_its_digits_is_known(cell: object) -> None:
    assert sheets.lost_digits(cell)
    assert not sheets.lost_digits("081200000101")
    assert not sheets.lost_digits(81200000101.0)
