"""A database that has served many people already: who they are, what they run, what was said and sent."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from models import Base
from models.base import Moment
from services import regions

LONG_AGO = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
FIRST_CHAT = 1_000_000_000  # addresses of the crowd, far from those of stories

Row = dict[str, Any]


def fill(database: Database, people: int, programme_id: int, messages: int = 3) -> None:
    """Write `people` persons with consent, each with a chat, a business, an assessment, an application and as many
    messages each way. In one statement a table, so a million takes minutes."""
    with database.write() as connection:
        made = _numbers(people)
        for table, columns in _rows(made, programme_id).items():
            _insert(connection, table, columns, made)
        many = _numbers(people * messages)
        for table, columns in _messages(many, people).items():
            _insert(connection, table, columns, many)
        if not database.is_sqlite:
            count_on(connection)
    with database.write_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _numbers(most: int) -> sa.CTE:
    begun = sa.select(sa.literal(1).label("i")).cte("numbers", recursive=True)
    return begun.union_all(sa.select(begun.c.i + 1).where(begun.c.i < most))


def _rows(n: sa.CTE, programme_id: int) -> dict[str, Row]:
    i, at = n.c.i, sa.literal(LONG_AGO, Moment())
    regency, district = _where(i)
    phone = sa.literal("+62811") + _text(i + 10_000_000)
    return {
        "persons": {
            "id": i,
            "created_at": at,
            "name": sa.literal("Ibu Nomor ") + _text(i),
            "phone": phone,
            "name_word1": sa.literal("nomor"),
            "name_word2": _text(i),
        },
        "conversations": {
            "id": i,
            "channel": sa.literal("telegram"),
            "address": _text(i + FIRST_CHAT),
            "person_id": i,
            "first_at": at,
            "last_in_at": at,
            "changed_at": at,
        },
        "consents": {
            "person_id": i,
            "purpose": sa.literal("service"),
            "given": sa.true(),
            "text_version": sa.literal("1"),
            "text_hash": sa.literal("0" * 64),
            "language": sa.literal("id"),
            "channel": sa.literal("telegram"),
            "at": at,
        },
        "businesses": {
            "id": i,
            "person_id": i,
            "created_at": at,
            "owner_name": sa.literal("Ibu Nomor ") + _text(i),
            "name": sa.literal("Dapur Nomor ") + _text(i),
            "regency": regency,
            "district": district,
            "village": sa.literal("Desa ") + _text(i % 7),
            "address": sa.literal("Kp. Nomor ") + _text(i),
            "phone": phone,
            "name_key": sa.literal("dapur nomor ") + _text(i),
            "name_word1": sa.literal("dapur"),
            "name_word2": sa.literal("nomor"),
            "name_word3": _text(i),
            "owner_word1": sa.literal("nomor"),
            "owner_word2": _text(i),
            "place_key": sa.literal("kp nomor ") + _text(i) + sa.literal(" | desa ") + _text(i % 7),
        },
        "assessments": {
            "id": i,
            "person_id": i,
            "business_id": i,
            "at": at,
            "asked_by": sa.literal("owner"),
            "rule_set": sa.literal("halal"),
            "version": sa.literal("1"),
            "said": _json(),
            "answers": _json(),
            "facts": _json(),
            "result": _json(),
            "scheme": sa.literal("self_declare"),
        },
        "applications": {
            "id": i,
            "number": sa.literal("BTN-2026-9") + _text(i + 10_000_000),
            "programme_id": sa.literal(programme_id),
            "business_id": i,
            "assessment_id": i,
            "scheme": sa.literal("self_declare"),
            "regency": regency,
            "stage": sa.literal("KUOTA_DIBERIKAN"),
            "since": at,
            "queued_at": at,
            "created_at": at,
        },
    }


def _messages(n: sa.CTE, people: int) -> dict[str, Row]:
    i, at = n.c.i, sa.literal(LONG_AGO, Moment())
    chat = i % people + 1
    said = sa.literal({"text": "Terima kasih.", "shape": "plain", "buttons": []}, sa.JSON())
    return {
        "inbounds": {
            "channel": sa.literal("telegram"),
            "event_id": sa.literal("crowd-") + _text(i),
            "conversation_id": chat,
            "at": at,
            "kind": sa.literal("text"),
        },
        "deliveries": {
            "conversation_id": chat,
            "channel": sa.literal("telegram"),
            "address": _text(chat + FIRST_CHAT),
            "lane": sa.literal(0),
            "because": sa.literal("turn:") + _text(i),
            "bubble": said,
            "state": sa.literal("sent"),
            "created_at": at,
            "not_before": at,
            "platform_id": sa.literal("crowd-") + _text(i),
            "sent_at": at,
            "changed_at": at,
        },
    }


def _text(number: Any) -> Any:
    return sa.cast(number, sa.String())


def _json() -> Any:
    return sa.literal({}, sa.JSON())


def _where(i: Any) -> tuple[Any, Any]:
    """Spread over all kecamatan as they are."""
    codes = [district.code for regency in regions.REGENCIES.values() for district in regency.districts]
    place = sa.case(dict(enumerate(codes)), value=i % len(codes))
    return sa.func.substr(place, 1, 5), place


def _insert(connection: sa.Connection, name: str, columns: Row, source: sa.CTE) -> None:
    table = Base.metadata.tables[name]
    query = sa.select(*columns.values()).select_from(source)
    connection.execute(sa.insert(table).from_select(list(columns), query, include_defaults=False))


def count_on(connection: sa.Connection) -> None:
    """PostgreSQL's own numbers go on behind those we gave."""
    for name in ("persons", "conversations", "businesses", "assessments", "applications"):
        last = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
        connection.exec_driver_sql(last)
