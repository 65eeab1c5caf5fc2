"""Dates and shortened lines as the page beside the phone shows them, always in the office's own zone."""

import datetime as dt
from zoneinfo import ZoneInfo

from texts import dates

JAKARTA = ZoneInfo("Asia/Jakarta")


def clock(at: dt.datetime) -> str:
    """10.12"""
    return at.astimezone(JAKARTA).strftime("%H.%M")


def day(at: dt.datetime) -> str:
    """8 Des"""
    return dates.brief(at.astimezone(JAKARTA).date(), "id")


def moment(at: dt.datetime) -> str:
    """24 Nov, 10.12 WIB"""
    return f"{day(at)}, {clock(at)} WIB"


def lately(at: dt.datetime, now: dt.datetime) -> str:
    """10.12, and the day where it is not today: 8 Des"""
    return clock(at) if at.astimezone(JAKARTA).date() == now.astimezone(JAKARTA).date() else day(at)


def full_day(at: dt.datetime) -> str:
    """Selasa, 24 November 2026"""
    return dates.full(at.astimezone(JAKARTA).date(), "id")


def separator(at: dt.datetime, now: dt.datetime) -> str:
    """What stands between the bubbles of two days."""
    local, today = at.astimezone(JAKARTA).date(), now.astimezone(JAKARTA).date()
    return "Hari ini" if local == today else dates.of_month(local, "id")


def first_line(text: str, most: int = 80) -> str:
    """The beginning of a message, without its marks."""
    line = text.strip().split("\n")[0].replace("*", "")
    return line if len(line) <= most else line[: most - 1] + "…"
