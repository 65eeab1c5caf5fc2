"""Unduhan pengajuan: the queue as a sheet for the office's own lists, with names and numbers; taking it is noted."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from models import Application, Business, Session, Stage
from services import audit, docket, regions
from services.docket import Wanted
from services.office import Office
from services.sheet_writing import Writer
from services.staff import Actor, Right, demand, within
from texts import Catalogue

MOST = 20_000  # rows of one file; who wants more filters by kab/kota
PIECE = 500
COLUMNS = (
    ("Nomor", 18), ("Usaha", 30), ("Pemilik", 26), ("Nomor HP", 16), ("Kab/kota", 20), ("Desa", 18), ("Tahap", 22),
    ("Sejak", 12), ("Janji kabar", 12), ("Sertifikat", 20),
)  # fmt: skip


def write(
    session: Session, actor: Actor, wanted: Wanted, path: Path, *, texts: Catalogue, office: Office, now: dt.datetime
) -> int:
    """Write what is looked for to `path`; how many rows. Raises Forbidden."""
    demand(actor, Right.SEE, wanted.regency)
    demand(actor, Right.EXPORT, wanted.regency)
    day = office.local_day(now)
    titles = ("Pengajuan pendampingan", f"Diunduh {actor.called}, {day:%d-%m-%Y}. Berisi data pribadi.")
    with Writer(path, "Pengajuan", titles, COLUMNS) as sheet:
        for application, business in _rows(session, actor, wanted, now):
            sheet.row(_cells(application, business, texts, office))
        count = sheet.count
    about = {"rows": count, "stage": wanted.stage, "regency": wanted.regency, "late": wanted.late}
    audit.note(session, actor, "applications.exported", "applications", after=about, now=now)
    return count


def _rows(session: Session, actor: Actor, wanted: Wanted, now: dt.datetime) -> Iterator[sa.Row[Application, Business]]:
    which = sa.and_(within(actor, Application.regency), *docket.conditions(wanted, now))
    query = sa.select(Application, Business).join(Business, Business.id == Application.business_id).where(which)
    query = query.order_by(*docket.ORDER).limit(MOST)
    with session.execute(query.execution_options(yield_per=PIECE)) as result:
        yield from result


def _cells(application: Application, business: Business, texts: Catalogue, office: Office) -> list[str | None]:
    region = regions.regency(application.regency or "")
    since, promised = office.local_day(application.since), application.promised_at
    return [
        application.number, business.name, business.owner_name, business.phone, region.name if region else None,
        business.village, _stage(texts, application.stage), f"{since:%d-%m-%Y}",
        f"{office.local_day(promised):%d-%m-%Y}" if promised else None, application.certificate,
    ]  # fmt: skip


def _stage(texts: Catalogue, stage: Stage) -> str:
    return texts.text(f"stage.{stage.value}.name", "id")
