"""Days are written as people of both languages write them."""

import datetime as dt

from models import Language
from texts import dates


def test_every_month_and_every_day_of_the_week_has_its_name() -> None:
    year = [dt.date(2026, month, 20 + month % 7) for month in range(1, 13)]
    assert [dates.of_month(day, "id").split()[1] for day in year] == (
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
    )
    assert [
        dates.brief(day, "id").split()[1] for day in year
    ] == "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
    assert [dates.of_month(day, "en").split()[1] for day in year] == [f"{day:%B}" for day in year]
    assert [dates.brief(day, Language.EN) for day in year] == [f"{day.day} {day:%b}" for day in year]
    week = [dt.date(2026, 11, 23) + dt.timedelta(days=n) for n in range(7)]
    assert [dates.full(day, Language.ID).split(",")[0] for day in week] == (
        "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split()
    )
    assert [dates.full(day, "en") for day in week[:2]] == ["Monday, 23 November 2026", "Tuesday, 24 November 2026"]
    assert dates.full(week[1], Language.ID) == "Selasa, 24 November 2026"
