"""BERHENTI stops at once and then asks what was meant; MULAI starts only what is asked for, with proof."""

import datetime as dt

import pytest
import sqlalchemy as sa

from bot import outbox_rows
from bot.channels import whatsapp_hear
from bot.database import Database
from bot.outbox_results import Report, report
from conversation.said import Reach, Text
from models import Channel, Delivery, DeliveryState, Lane, Reachable, Session, Stopped
from services import deliveries
from tests.conversations import on_both
from tests.conversations.conftest import Phone, Rows
from tests.services.people import transaction
from tests.support.chat import NOON, Chat
from tests.support.owner import reaches_number
from texts.bubble import Bubble


def placed(phone: Phone, channel: str = "telegram") -> Chat:
    """An owner with a number."""
    return reaches_number(
        phone(Channel(channel)).says("halo").taps("journey"), papers="nib", nib_number="1234567890123"
    )


def stopped(rows: Rows) -> str:
    """What the chat's row says."""
    return str(rows("SELECT stopped FROM conversations ORDER BY id DESC")[0]["stopped"])


def would_go(database: Database, lane: Lane, because: str = "due:1") -> bool:
    """Whether a message would go out now."""
    with transaction(database) as session:
        chat_id = session.execute(sa.text("SELECT max(id) FROM conversations")).scalar_one()
        written = deliveries.post(
            session, conversation_id=chat_id, bubble=Bubble("kabar"), lane=lane, because=because, now=NOON
        )
    with database.write() as connection:
        asked = {"channel": Channel.TELEGRAM, "now": NOON, "most": 9, "pause": NOON}
        found = connection.execute(outbox_rows._WAITING, asked).mappings().all()
        return any(row["id"] == written and outbox_rows.reason_against(row, NOON) is None for row in found)


@pytest.mark.parametrize("word", ["BERHENTI", "stop", "Stop!", "berhenti "])
def test_it_stops_at_once_and_then_asks(phone: Phone, rows: Rows, word: str) -> None:
    chat = placed(phone).says(word)
    assert stopped(rows) == "everything"
    assert "berhenti sekarang juga" in chat.text
    assert chat.options == ["announcements", "everything", "delete"]


def test_it_stops_in_the_middle_of_a_free_text_and_keeps_the_form(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo").taps("journey").taps("yes").says("1", "kota serang", "kasemen", "BERHENTI")
    assert stopped(rows) == "everything"
    assert rows("SELECT form FROM drafts") == [{"form": "check"}]
    chat.taps("everything").says("LANJUT")
    assert chat.form == "check"


def test_announcements_alone_are_stopped_with_proof(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).taps("menu").taps("yes").says("BERHENTI").taps("announcements")
    assert "Kabar tentang nomor" in chat.text
    assert stopped(rows) == "announcements"
    proof = rows("SELECT purpose, given FROM consents ORDER BY id DESC")[0]
    assert (proof["purpose"], bool(proof["given"])) == ("announcements", False)
    assert would_go(database, Lane.NOTICE)
    assert not would_go(database, Lane.BULK)


def test_everything_is_stopped_but_answers(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).says("BERHENTI").taps("everything")
    assert "tidak bisa mengabari" in chat.text
    assert not would_go(database, Lane.NOTICE)
    assert not would_go(database, Lane.BULK)
    assert would_go(database, Lane.REPLY)
    assert would_go(database, Lane.NOTICE, "request:31")  # they asked for it
    assert rows("SELECT stage FROM applications")[0]["stage"] == "KUOTA_DIBERIKAN"  # the place is safe
    assert chat.says("STATUS").text


def test_the_third_choice_leads_to_deletion(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).says("BERHENTI").taps("delete")
    assert (chat.form, stopped(rows)) == ("delete", "everything")
    chat.taps("no")
    assert stopped(rows) == "everything"


def test_no_answer_is_needed_and_a_strange_one_changes_nothing(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).says("BERHENTI").says("apa ya", "hmm")
    assert stopped(rows) == "everything"
    assert "1" in chat.text


@pytest.mark.parametrize("word", ["jangan kirim lagi", "unsubscribe", "setop", "eureun"])
def test_what_sounds_like_stopping_is_asked(phone: Phone, rows: Rows, word: str) -> None:
    chat = placed(phone).taps("menu").taps("no").says("MENU").says(word)
    assert "ingin *berhenti*" in chat.text
    assert stopped(rows) == "nothing"
    chat.says("ya")
    assert stopped(rows) == "everything"
    other = phone(address="700000005").says("halo").says(word).says("tidak")
    assert other.form == "menu"
    assert stopped(rows) == "nothing"


def test_twice_is_once(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).says("BERHENTI").says("BERHENTI")
    assert "memang sudah berhenti" in chat.text
    assert stopped(rows) == "everything"


# --- MULAI


def test_mulai_asks_what_and_starts_the_news_alone(phone: Phone, rows: Rows, database: Database) -> None:
    chat = placed(phone).says("BERHENTI").taps("everything").says("MULAI")
    assert stopped(rows) == "everything"
    assert chat.options == ["service", "all"]
    assert "paling banyak 2 pesan" in chat.text
    chat.taps("service")
    assert "dinyalakan lagi" in chat.text
    assert "pengumuman" not in chat.text.lower()
    assert stopped(rows) == "announcements"
    assert rows("SELECT * FROM consents WHERE purpose = 'announcements'") == []
    assert would_go(database, Lane.NOTICE)
    assert not would_go(database, Lane.BULK)


def test_mulai_with_announcements_is_a_consent_with_proof(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).says("BERHENTI").taps("announcements").says("MULAI").taps("all")
    assert stopped(rows) == "nothing"
    assert "dan pengumuman" in chat.text
    proof = rows("SELECT * FROM consents ORDER BY id DESC")[0]
    assert (proof["purpose"], bool(proof["given"]), proof["text_version"]) == ("announcements", True, "2026.1")
    from texts import digest

    assert proof["text_hash"] == digest(chat.texts.text("stop.start_which", "id", max_per_month=2))


def test_mulai_where_nothing_was_stopped_is_the_menu(phone: Phone, rows: Rows) -> None:
    assert placed(phone).says("MULAI").form == "menu"


def test_without_consent_it_stops_and_starts_too_and_nothing_is_kept(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo", "BERHENTI").taps("announcements")
    assert stopped(rows) == "announcements"
    chat.says("BERHENTI")
    assert stopped(rows) == "everything"
    chat.says("MULAI")
    assert stopped(rows) == "nothing"
    chat.says("BERHENTI").taps("delete")
    assert "belum menyimpan data" in chat.text
    assert rows("SELECT * FROM consents") == []


# --- what the platforms say


def test_unblocking_is_no_consent(phone: Phone, rows: Rows) -> None:
    chat = placed(phone).says("BERHENTI").taps("everything")
    for reachable in (False, True):
        chat.hears(Reach(reachable))
    assert rows("SELECT reachable, stopped FROM conversations")[0] == {"reachable": "yes", "stopped": "everything"}


@pytest.mark.parametrize(("opted", "state"), [("STOP", "everything"), ("START", "nothing")])
def test_twilios_own_stop_word_counts(phone: Phone, rows: Rows, opted: str, state: str) -> None:
    chat = placed(phone, "whatsapp")
    form = {"From": chat.address, "MessageSid": "SM1", "Body": "arret", "OptOutType": opted}
    inbound = whatsapp_hear.hear(form, NOON)
    assert inbound is not None
    assert inbound.said == Text(opted)
    chat.hears(inbound.said)
    assert stopped(rows) == state


@on_both
def test_a_send_refused_because_of_stop_stops_everything(phone: Phone, rows: Rows, database: Database) -> None:
    placed(phone, "whatsapp")
    with transaction(database) as session:
        last = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc())).first()
        assert last is not None
        last.state, last.platform_id = DeliveryState.SENT, "SM9"
    update = whatsapp_hear.hear_status({"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": "21610"})
    assert update is not None
    from bot.web import report_of

    with database.write() as connection:
        told: Report = report_of(update)
        assert report(connection, told, NOON)
    assert rows("SELECT reachable, stopped FROM conversations")[0] == {
        "reachable": Reachable.BLOCKED.value,
        "stopped": Stopped.EVERYTHING.value,
    }


def test_what_was_queued_before_does_not_go_out_after(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    with transaction(database) as session:
        _notice(session)
    chat.waits(seconds=1).says("BERHENTI")
    with database.write() as connection:
        asked = {"channel": Channel.TELEGRAM, "now": NOON + dt.timedelta(minutes=1), "most": 9, "pause": NOON}
        found = connection.execute(outbox_rows._OTHERS, asked).mappings().all()
        assert [outbox_rows.reason_against(row, NOON) for row in found] == [(DeliveryState.SKIPPED, "stopped")]


def _notice(session: Session) -> None:
    chat_id = session.execute(sa.text("SELECT id FROM conversations")).scalar_one()
    deliveries.post(
        session, conversation_id=chat_id, bubble=Bubble("kabar"), lane=Lane.NOTICE, because="due:1", now=NOON
    )
