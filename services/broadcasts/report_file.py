"""Hasil siaran sebagai berkas: who was written to, what became of it and why, for the office's own lists."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models import Broadcast, Business, Channel, Delivery, Language, Person, Recipient, Session
from services import audit, regions
from services.broadcasts import fates, saying
from services.broadcasts.audience import Audience, in_words
from services.calendar import JAKARTA
from services.sheet_writing import Writer
from services.staff import Actor, Right, demand
from texts import Catalogue

PIECE = 500
COLUMNS = (
    ("Nama", 26), ("Usaha", 30), ("Kab/kota", 20), ("Saluran", 12), ("Hasil", 18), ("Sebab", 40), ("Dikirim", 18),
    ("Membalas", 18),
)  # fmt: skip


def write(session: Session, actor: Actor, number: int, path: Path, *, texts: Catalogue, now: dt.datetime) -> int:
    """Write everybody it was meant for to `path`; how many. Raises BroadcastRefused, Forbidden."""
    demand(actor, Right.EXPORT)
    row = fates.seen(session, actor, number)
    words = in_words(Audience.from_json(row.audience), texts)
    titles = (
        f"S-{row.id} {row.title}: {words}",
        f"Diunduh {actor.called}, {now.astimezone(JAKARTA):%d-%m-%Y %H.%M} WIB. Berisi data pribadi.",
        *_left_out(row, texts),
    )
    with Writer(path, "Hasil", titles, COLUMNS) as sheet:
        for one in _rows(session, number):
            sheet.row(_cells(one, texts))
        count = sheet.count
    audit.note(session, actor, "broadcast.exported", f"broadcast:{number}", after={"rows": count}, now=now)
    return count


def _left_out(row: Broadcast, texts: Catalogue) -> Iterator[str]:
    for why, many in row.left_out.items():
        yield f"Tidak ikut: {many} {saying.reason(why, texts)}"


def _rows(session: Session, number: int) -> Iterator[sa.Row[Any]]:
    about = (Person.name, Business.name.label("business"), Business.owner_name, Business.regency, Recipient.channel)
    outcome = (fates.FATE.label("fate"), fates.WHY.label("why"), Delivery.sent_at, Recipient.replied_at)
    query = sa.select(*about, *outcome).select_from(Recipient).where(Recipient.broadcast_id == number)
    query = query.outerjoin(Person, Person.id == Recipient.person_id).order_by(Recipient.id)
    query = query.outerjoin(Business, Business.id == Recipient.business_id)
    query = query.outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
    with session.execute(query.execution_options(yield_per=PIECE)) as result:
        yield from result


def _cells(one: sa.Row[Any], texts: Catalogue) -> list[str | None]:
    region = regions.regency(one.regency or "")
    return [
        one.name or one.owner_name, one.business, region.name if region else None,
        texts.text(f"broadcast.name.{Channel(one.channel).value}", Language.ID), saying.fate(str(one.fate), texts),
        saying.reason(one.why, texts) if one.why else None, _at(one.sent_at), _at(one.replied_at),
    ]  # fmt: skip


def _at(when: dt.datetime | None) -> str | None:
    return f"{when.astimezone(JAKARTA):%d-%m-%Y %H.%M}" if when else None
