"""When something may be sent: never by night, never at Friday prayer, announcements only while somebody is there."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.calendar import (
    FRIDAY_PRAYER,
    HORIZON,
    JAKARTA,
    ROOM,
    Calendar,
    NeverAllowed,
    Pause,
    Period,
    Purpose,
    Reason,
    Window,
    allowed,
    allowed_before,
    may_send,
)
from services.national_days import Special, national
from services.office import Office

ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Kathmandu", "Europe/Berlin", "America/Havana", "Pacific/Apia"]
RAMADAN = Period(
    "Ramadan", dt.date(2027, 2, 8), dt.date(2027, 3, 9), dt.time(8), dt.time(15),
    (Pause("berbuka puasa", dt.time(17, 30), dt.time(19)),),
)  # fmt: skip

times = st.integers(0, 24 * 12 - 1).map(lambda n: dt.time(n // 12, n % 12 * 5))
stretches = st.tuples(times, times).filter(lambda t: t[0] != t[1]).map(sorted)
days = st.dates(dt.date(2026, 11, 1), dt.date(2027, 4, 30))
windows = st.builds(lambda t, w: Window(t[0], t[1], w), stretches, st.booleans())
pauses = st.builds(lambda t, w: Pause("jeda", t[0], t[1], w), stretches, st.none() | st.integers(0, 6))
specials = st.builds(Special, day=days, name=st.just("hari khusus"), closed=st.booleans())
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    windows=st.fixed_dictionaries({Purpose.ANNOUNCEMENT: windows, Purpose.REMINDER: windows}),
    pauses=st.lists(pauses, max_size=3).map(tuple),
    periods=st.lists(
        st.builds(lambda d, n, p: Period("masa", d, d + dt.timedelta(days=n), pauses=p), days, st.integers(0, 40),
                  st.lists(pauses, max_size=2).map(tuple)), max_size=2,
    ).map(tuple),
    national_days=st.booleans(),
    days=st.lists(specials, max_size=4).map(lambda them: {one.day: one for one in them}),
)  # fmt: skip
moments = st.integers(0, 180 * 86_400).map(lambda s: dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=s))
purposes = st.sampled_from(Purpose)
shares = st.integers(0, 98).map(lambda n: n / 100)


@settings(max_examples=150, deadline=None)
@given(purposes, moments, calendars, shares)
def test_the_next_moment_is_allowed_not_earlier_and_the_first(
    purpose: Purpose, at: dt.datetime, calendar: Calendar, share: float
) -> None:
    try:
        found = allowed(purpose, at, calendar)
    except NeverAllowed:
        tries = (at + dt.timedelta(hours=n * 7 + share) for n in range(50))
        assert not any(may_send(purpose, t, calendar) for t in tries)
        return
    assert found.at >= at
    assert may_send(purpose, found.at, calendar)
    assert allowed(purpose, found.at, calendar).reason is None
    assert (found.reason is None) == (found.at == at)
    assert found.at == at or not may_send(purpose, at + (found.at - at) * share, calendar)


@settings(max_examples=150, deadline=None)
@given(purposes, moments, calendars, shares, st.timedeltas(dt.timedelta(0), dt.timedelta(days=20)))
def test_the_moment_before_mirrors_it(
    purpose: Purpose, at: dt.datetime, calendar: Calendar, share: float, back: dt.timedelta
) -> None:
    found = allowed_before(purpose, at, calendar, at - back)
    if found is None:
        assert not may_send(purpose, at - back * share, calendar)
        return
    assert at - back <= found.at <= at
    assert may_send(purpose, found.at, calendar)
    assert allowed_before(purpose, found.at, calendar, at - back) is not None
    rest = at - found.at - ROOM
    assert rest <= dt.timedelta(0) or not may_send(purpose, at - rest * share, calendar)


@given(moments)
def test_an_answer_goes_out_at_any_hour(at: dt.datetime) -> None:
    assert allowed(Purpose.REPLY, at, Calendar()).at is at


def test_a_calendar_that_is_always_closed_says_so() -> None:
    always = Calendar(pauses=(Pause("tutup", dt.time(0), dt.time.max),))
    noon = dt.datetime(2026, 11, 24, 12, tzinfo=JAKARTA)
    with pytest.raises(NeverAllowed, match=f"reminder: no moment within {HORIZON} days of 2026-11-24"):
        allowed(Purpose.REMINDER, noon, always)
    assert allowed_before(Purpose.REMINDER, noon, always, noon - dt.timedelta(days=9)) is None


@pytest.mark.parametrize(
    ("purpose", "wanted", "sent", "reason", "name"),
    [
        ("announcement", "2026-11-24 10:00", "2026-11-24 10:00", None, ""),
        ("announcement", "2026-11-24 17:00", "2026-11-25 08:00", Reason.HOURS, ""),
        ("reminder", "2026-11-24 17:00", "2026-11-24 17:00", None, ""),
        ("reminder", "2026-11-24 20:00", "2026-11-25 08:00", Reason.HOURS, ""),
        ("reminder", "2026-11-27 12:00", "2026-11-27 13:00", Reason.PAUSE, "salat Jumat"),
        ("announcement", "2026-11-28 10:00", "2026-11-30 08:00", Reason.WEEKEND, ""),
        ("reminder", "2026-11-28 10:00", "2026-11-28 10:00", None, ""),
        ("announcement", "2026-12-24 10:00", "2026-12-28 08:00", Reason.HOLIDAY, "Cuti Bersama Hari Raya Natal"),
        ("reminder", "2027-02-10 18:00", "2027-02-10 19:00", Reason.PAUSE, "berbuka puasa"),
        ("reply", "2027-02-10 03:00", "2027-02-10 03:00", None, ""),
    ],
)
def test_examples(purpose: str, wanted: str, sent: str, reason: Reason | None, name: str) -> None:
    at = dt.datetime.fromisoformat(wanted).replace(tzinfo=JAKARTA)
    found = allowed(Purpose(purpose), at, Calendar(periods=(RAMADAN,)))
    assert (f"{found.at:%Y-%m-%d %H:%M}", found.reason, found.name) == (sent, reason, name)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ("2026-11-24 07:00", "2026-11-23 19:55"),
        ("2026-11-24 22:00", "2026-11-24 19:55"),
        ("2026-11-27 12:30", "2026-11-27 11:25"),
        ("2026-11-27 09:00", "2026-11-27 09:00"),
    ],
)
def test_examples_before(wanted: str, sent: str) -> None:
    at = dt.datetime.fromisoformat(wanted).replace(tzinfo=JAKARTA)
    found = allowed_before(Purpose.REMINDER, at, Calendar(), at - dt.timedelta(days=1))
    assert found is not None
    assert f"{found.at:%Y-%m-%d %H:%M}" == sent


def test_national_days_and_joint_leave_are_known_and_what_hangs_on_the_moon_is_marked() -> None:
    assert len(national(2026)) == 25
    assert not any(day.estimated for day in national(2026).values())
    idul_fitri = national(2027)[dt.date(2027, 3, 10)]
    assert (idul_fitri.name, idul_fitri.name_en) == ("Hari Raya Idul Fitri", "Eid al-Fitr")
    assert idul_fitri.estimated


def test_the_offices_own_day_goes_before_the_nations() -> None:
    christmas, saturday = dt.date(2026, 12, 25), dt.date(2026, 11, 28)
    own = {
        christmas: Special(christmas, "buka", closed=False, opens=dt.time(9), closes=dt.time(12)),
        saturday: Special(saturday, "pelayanan Sabtu", closed=False),
    }
    office = Office(calendar=Calendar(days=own))
    assert Calendar().holiday(christmas)
    assert not office.calendar.holiday(christmas)
    assert [office.is_open(dt.datetime(2026, 12, 25, h, tzinfo=JAKARTA)) for h in (8, 9, 11, 12)] == [
        False,
        True,
        True,
        False,
    ]
    assert may_send(Purpose.ANNOUNCEMENT, dt.datetime(2026, 11, 28, 10, tzinfo=JAKARTA), office.calendar)


def test_in_ramadan_the_office_closes_earlier_and_promises_with_it() -> None:
    office = Office(calendar=Calendar(periods=(RAMADAN,), pauses=(FRIDAY_PRAYER,)))
    day = dt.datetime(2027, 2, 10, 9, tzinfo=JAKARTA)
    assert office.promise(day, 1) == dt.datetime(2027, 2, 11, 15, tzinfo=JAKARTA)
    assert office.promise(day.replace(month=1), 1) == dt.datetime(2027, 1, 11, 16, tzinfo=JAKARTA)
