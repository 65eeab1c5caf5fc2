"""Kartu hadir: the picture to show at the door, and the entry for the phone's calendar."""

import datetime as dt
import io

from models import Event
from services.events.rules import zone_of

DOOR = "/hadir/"  # the address a ticket's QR opens on the phone of whoever stands at the door
MARK = "t"  # what a ticket's token begins with; a door's link begins with another letter
SCALE, BORDER = 10, 4  # points a module; the quiet zone that readers need
PRODUCT = "-//UPTD BPTSI Banten//Naik Kelas//ID"


def address(public_url: str, token: str) -> str:
    """What the QR of a ticket says."""
    return f"{public_url.rstrip('/')}{DOOR}{token}"


def picture(public_url: str, token: str) -> bytes:
    """The QR of a ticket as PNG, large enough to be read off a scratched screen."""
    return qr(address(public_url, token))


def qr(words: str) -> bytes:
    """Words as a QR code, PNG."""
    import segno

    out = io.BytesIO()
    segno.make(words, error="m", micro=False).save(out, kind="png", scale=SCALE, border=BORDER)
    return out.getvalue()


def calendar(event: Event, url: str, now: dt.datetime, note: str = "") -> bytes:
    """The event for a phone's calendar (RFC 5545), with its zone. The same event again replaces the older entry.

    `note`: for somebody's own copy, the digits to say at the door. Nothing else of a person is in it.
    """
    import icalendar

    zone = zone_of(event.zone)
    entry = icalendar.Event()
    entry.add("uid", f"{event.code.lower()}@naikkelas")
    entry.add("sequence", event.version - 1)
    entry.add("dtstamp", now.astimezone(dt.UTC))
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("location", event.place)
    entry.add("description", f"{note}\n{url}" if note else url)
    entry.add("url", url)
    entry.add("status", "CANCELLED" if event.state.value == "cancelled" else "CONFIRMED")
    book = icalendar.Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add_component(entry)
    book.add_missing_timezones()
    return bytes(book.to_ical())
