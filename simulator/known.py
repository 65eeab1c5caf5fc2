"""What the program knows of the person at the phone, read from its database and from nowhere else."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from models import (
    Application,
    Assessment,
    Business,
    Channel,
    Consent,
    Conversation,
    Delivery,
    DeliveryState,
    Draft,
    Due,
    DueState,
    Lane,
    Person,
    Ticket,
)
from simulator import labels
from simulator.state import FIRST_TELEGRAM, Phone
from simulator.wording import day, first_line, lately, moment

Row = sa.RowMapping
NEWEST = 8  # deliveries shown
SENTENCE = re.compile(r"[^.!?\n]+\?")
WINDOW = dt.timedelta(hours=24)  # WhatsApp's

STATES = {
    DeliveryState.QUEUED: ("", "menunggu"),
    DeliveryState.LEASED: ("", "menunggu"),
    DeliveryState.SENDING: ("go", "dikirim"),
    DeliveryState.SENT: ("ok", "terkirim"),
    DeliveryState.DELIVERED: ("info", "sampai"),
    DeliveryState.READ: ("ok", "dibaca"),
    DeliveryState.FAILED: ("bad", "gagal"),
    DeliveryState.SKIPPED: ("", "dilewati"),
    DeliveryState.CANCELLED: ("", "diganti"),
    DeliveryState.EXPIRED: ("", "basi"),
    DeliveryState.HELD: ("go", "ditahan"),
    DeliveryState.UNKNOWN: ("go", "tak pasti"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is known: a name, what it is, and how it is kept."""

    name: str
    value: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One row of the outbox."""

    kind: str
    state: str
    text: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """All that the page shows beside the phone."""

    run_id: str = ""
    asked: str = ""
    asked_code: str = ""
    facts: Sequence[Fact] = ()
    answers: Sequence[Fact] = ()
    parked: Sequence[Fact] = ()
    outbox: Sequence[Sent] = ()
    met: bool = False


def highest_person(engine: Engine) -> int:
    """The highest number of a person the program has met on these phones, or 0; invented people are not counted."""
    table, persons = _table(Conversation), _table(Person)
    invented = sa.exists().where(persons.c.id == table.c.person_id, persons.c.demo)
    with engine.connect() as connection:
        addresses = connection.execute(sa.select(table.c.address).where(~invented)).scalars()
        return max((_person(a) for a in addresses), default=0)


def _person(address: str) -> int:
    if address.isdigit() and len(address) == len(str(FIRST_TELEGRAM)):
        return max(0, int(address) - FIRST_TELEGRAM) if int(address) - FIRST_TELEGRAM < 10_000 else 0
    tail = address.removeprefix("whatsapp:+62812")
    return int(tail) if tail.isdigit() and len(tail) == 8 and int(tail) < 10_000 else 0


def read(engine: Engine, phone: Phone, now: dt.datetime) -> Known:
    """Everything about one chat. Blocking: call it in a thread."""
    with engine.connect() as connection:
        chat = _one(connection, Conversation, channel=phone.channel, address=phone.address)
        if chat is None:
            return Known()
        outbox = _newest(connection, Delivery, NEWEST, conversation_id=chat["id"])
        asked, code = _asked(chat, outbox)
        return Known(
            run_id=chat["run_id"] or "",
            asked=asked,
            asked_code=code,
            facts=[*_chat(chat, now), *_person_facts(connection, chat), *_later(connection, chat)],
            answers=_answers(chat),
            parked=[_draft(d) for d in _newest(connection, Draft, 5, conversation_id=chat["id"])],
            outbox=[_sent(d, now) for d in outbox],
            met=True,
        )


# --- the chat ---------------------------------------------------------------------------------------------------------


def _asked(chat: Row, outbox: Sequence[Row]) -> tuple[str, str]:
    """The question now open. The row does not name it (it follows from the answers): the newest reply shows it."""
    replies = [d["bubble"] for d in outbox if d["lane"] == Lane.REPLY]
    if not chat["run_id"] or not replies:
        return "", str(chat["form"] or "")
    datas = [str(b.get("data", "")).split("|") for b in replies[0].get("buttons", [])]
    keys = sorted({data[1] for data in datas if len(data) == 3})
    words = labels.known_question(str(chat["form"]), keys[0]) if keys else ""
    wrong = sum(int(n) for n in (chat["view"] or {}).get("wrong", {}).values())
    code = " · ".join([str(chat["form"]), *keys]) + (f", {wrong}× salah jawab" if wrong else "")
    return words or _last_question(replies[0]), code


def _last_question(bubble: dict[str, Any]) -> str:
    """The last sentence of a bubble that asks something."""
    whole = str(bubble.get("text", "")).replace("*", "").split("\n")
    lines = [line for line in whole if line.strip() and not line.startswith(labels.footers())]
    asked = SENTENCE.findall("\n".join(lines))
    return first_line(asked[-1]) if asked else "menunggu salah satu pilihan"


def _chat(chat: Row, now: dt.datetime) -> list[Fact]:
    facts = []
    if chat["language"]:
        facts.append(Fact("Bahasa", "Indonesia" if chat["language"] == "id" else "Inggris"))
    if chat["channel"] == Channel.WHATSAPP:
        until = chat["last_in_at"] + WINDOW
        open_ = until > now
        facts.append(Fact("Jendela WA", f"{'terbuka sampai' if open_ else 'tutup sejak'} {moment(until)}"))
    if chat["purge_at"]:
        facts.append(Fact("Belum ada izin", "kata-kata tidak disimpan", f"dihapus {moment(chat['purge_at'])}"))
    if chat["wanted"]:
        facts.append(Fact("Tautan menuju", chat["wanted"]))
    if chat["reachable"] != "yes":
        facts.append(Fact("Bisa dihubungi", "tidak", f"reachable = {chat['reachable']}"))
    if chat["stopped"] != "nothing":
        facts.append(Fact("Minta berhenti", "ya", f"stopped = {chat['stopped']}"))
    return facts


def _answers(chat: Row) -> list[Fact]:
    kept = sorted((chat["answers"] or {}).items(), key=lambda item: item[1][0])
    form = str(chat["form"])
    return [
        Fact(labels.question(form, key), labels.answer(form, key, raw), f"{key} = {_short(raw)}")
        for key, (_, raw) in kept
    ]


def _short(raw: Any) -> str:
    kept = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)
    return kept if len(kept) <= 60 else kept[:59] + "…"


def _draft(draft: Row) -> Fact:
    return Fact(draft["form"], f"{len(draft['answers'])} jawaban", f"sampai {day(draft['purge_at'])}")


# --- the person -------------------------------------------------------------------------------------------------------

PURPOSES = {"service": "Izin layanan", "reminders": "Izin pengingat", "announcements": "Izin pengumuman"}


def _person_facts(connection: Connection, chat: Row) -> list[Fact]:
    if chat["person_id"] is None:
        return []
    mine = {"person_id": chat["person_id"]}
    consents = {c["purpose"]: c for c in reversed(_newest(connection, Consent, 20, **mine))}
    facts = [_consent(c) for c in consents.values()]
    facts += [_assessment(a) for a in _newest(connection, Assessment, 1, **mine)]
    for business in reversed(_newest(connection, Business, 5, **mine)):
        facts.append(Fact("Usaha", business["name"], business["owner_name"]))
        facts += [_application(a) for a in _newest(connection, Application, 3, business_id=business["id"])]
    return facts


def _consent(consent: Row) -> Fact:
    shown = f"teks {consent['text_version']} · {consent['text_hash'][:4]}… · {moment(consent['at'])}"
    return Fact(PURPOSES[consent["purpose"]], "ya" if consent["given"] else "tidak", shown)


def _assessment(assessment: Row) -> Fact:
    reasons = assessment["result"].get("reasons") or []
    codes = [str(r.get("code", "")) if isinstance(r, dict) else str(r) for r in reasons][:3]
    made = f"{assessment['rule_set']} {assessment['version']}"
    return Fact("Hasil cek", assessment["scheme"], " · ".join([*filter(None, codes), made]))


def _application(application: Row) -> Fact:
    return Fact("Nomor", application["number"], application["stage"])


def _later(connection: Connection, chat: Row) -> list[Fact]:
    dues = [d for d in _newest(connection, Due, 10, conversation_id=chat["id"]) if d["state"] == DueState.PLANNED]
    tickets = [t for t in _newest(connection, Ticket, 5, conversation_id=chat["id"]) if t["closed_at"] is None]
    facts = [Fact("Jatuh tempo", day(d["due_at"]), f"{d['code']} · {d['kind']}") for d in reversed(dues)]
    return facts + [
        Fact("Petugas", f"dijawab {moment(t['answer_by'])}", f"T-{t['id']} · {t['topic']}") for t in tickets
    ]


# --- the outbox -------------------------------------------------------------------------------------------------------

LANES = {0: "reply", 1: "notice", 2: "bulk"}


def _sent(delivery: Row, now: dt.datetime) -> Sent:
    kind, state = STATES[delivery["state"]]
    if delivery["state"] == DeliveryState.QUEUED and delivery["attempts"]:
        kind, state = "go", "diulang"
    shape = {"choice": "tombol", "ticks": "centang", "contact": "kontak"}.get(delivery["bubble"].get("shape", ""), "")
    why = [LANES.get(delivery["lane"], ""), shape, delivery["because"], delivery["reason"] or ""]
    text = (
        "tombol digambar ulang" if delivery["bubble"].get("redraw") else first_line(delivery["bubble"].get("text", ""))
    )
    return Sent(kind, state, text, lately(delivery["created_at"], now), " · ".join(filter(None, why)))


# --- reading ----------------------------------------------------------------------------------------------------------


def _table(model: Any) -> sa.Table:
    return cast("sa.Table", model.__table__)


def _one(connection: Connection, model: Any, **where: Any) -> Row | None:
    return connection.execute(sa.select(_table(model)).filter_by(**where)).mappings().first()


def _newest(connection: Connection, model: Any, most: int, **where: Any) -> Sequence[Row]:
    table = _table(model)
    wanted = [table.c[name] == value for name, value in where.items()]
    # The bytes of a picture are not among what is looked at here.
    rows = connection.execute(sa.select(table).where(*wanted).order_by(table.c.id.desc()).limit(most))
    return rows.mappings().all()
