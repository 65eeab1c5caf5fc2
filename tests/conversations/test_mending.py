"""An officer asks for a correction: the owner answers only that, in the chat, and it stands in the same record."""

import datetime as dt

import pytest
import sqlalchemy as sa

from bot.database import Database
from conversation.said import Photo
from models import Application, Assessment, Business, Correction, CorrectionState, Delivery, Media, Stage
from services import correcting
from services.correcting import Asked, Refused, Why
from tests.conversations.conftest import Phone, Rows
from tests.conversations.data_owner import placed
from tests.services.people import DEWI, transaction
from tests.support.chat import Chat
from tests.support.office import OFFICE
from tests.support.prose import matches, prose
from texts.bubble import Bubble, Button, Shape

MARK = "correction_wanted_v1"
REASON = "Belum sama dengan yang tertulis di NIB."
BOTH = pytest.mark.parametrize(("channel", "kind"), [("telegram", "sqlite"), ("whatsapp", "postgres")])


def asks(database: Database, chat: Chat, *fields: str, reason: str = REASON) -> Asked | Refused:
    """An officer asks for the correction of the one application there is."""
    with transaction(database) as session:
        number = session.scalars(sa.select(Application.id)).one()
        return correcting.ask(session, DEWI, number, fields, reason, office=OFFICE, texts=chat.texts, now=chat.now)


def gets(database: Database, chat: Chat) -> list[str]:
    """What the bot wrote first, as it stands in the chat now."""
    with database.read() as connection:
        query = sa.select(Delivery.bubble).where(Delivery.because.startswith("correction:")).order_by(Delivery.id)
        rows = list(connection.execute(query).scalars())
    new = rows[sum(bubble.template == MARK for bubble in chat.bubbles) :]
    for row in new:
        bubble = Bubble(
            row["text"],
            Shape(row["shape"]),
            tuple(Button(**button) for button in row["buttons"]),
            numbered=True,
            template=MARK,
        )
        chat.bubble = bubble
        chat.bubbles.append(bubble)
        chat.log.append(("bot", bubble.text))
    return [row["text"] for row in new]


def business(database: Database) -> Business:
    with transaction(database) as session:
        found = session.scalars(sa.select(Business)).one()
        session.expunge(found)
        return found


@BOTH
def test_only_what_was_asked_is_answered_and_what_stood_there_is_kept(
    phone: Phone, database: Database, rows: Rows, channel: str, request: pytest.FixtureRequest
) -> None:
    chat = placed(phone, channel)
    chat.taps("menu")
    assert isinstance(asks(database, chat, "products", "address", "nonsense"), Asked)
    assert len(gets(database, chat)) == 1
    chat.taps("mend")
    assert chat.asked == "address"
    chat.says("Kp.", "Kp. Sawah RT 05/RW 06", "Keripik Talas, Keripik Ubi")
    assert "sudah diperbaiki" in chat.text
    chat.says("PERBAIKI C1")
    matches(request, f"correction.{channel}", prose(chat))
    kept = business(database)
    assert (kept.address, kept.products) == ("Kp. Sawah RT 05/RW 06", ["Keripik Talas", "Keripik Ubi"])
    (row,) = rows("SELECT state, answered_at, reminded_at FROM corrections")
    assert (row["state"], row["reminded_at"]) == ("answered", None)
    with transaction(database) as session:
        found = session.scalars(sa.select(Correction)).one()
        assert found.before == {"address": "Kp. Cikulur RT 02/RW 03", "products": ["Keripik Asin", "Keripik Balado"]}
        assert found.after == {"address": "Kp. Sawah RT 05/RW 06", "products": ["Keripik Talas", "Keripik Ubi"]}
        first, second = session.scalars(sa.select(Assessment).order_by(Assessment.id.desc()).limit(2)).all()[::-1]
        assert first.said["address"][1] == "Kp. Cikulur RT 02/RW 03"  # nothing old was rewritten
        assert second.said["address"][1] == "Kp. Sawah RT 05/RW 06"
        assert (first.result, first.version) == (second.result, second.version)
        assert session.scalars(sa.select(Application.assessment_id)).one() == second.id


@BOTH
def test_an_answer_that_changes_the_way_is_judged_anew_with_what_it_opens(
    phone: Phone, database: Database, channel: str
) -> None:
    chat = placed(phone, channel, papers="belum ada")  # waits for its NIB, with its queue time kept
    with transaction(database) as session:
        queued = session.scalars(sa.select(Application.queued_at)).one()
    assert isinstance(asks(database, chat, "nib_number", "form", "product"), Asked)
    gets(database, chat)
    chat.taps("mend")
    heard = []
    while chat.form == "mend":
        heard.append(chat.asked)
        chat.says({"product": "nugget", "form": "katering", "nib_number": "1234 5678 90123"}.get(str(chat.asked), "1"))
    assert heard == ["product", "form", "meat_source", "minced", "nib_number", "scale"]  # and nothing else
    assert "petugas" in chat.text.casefold()
    with transaction(database) as session:
        application = session.scalars(sa.select(Application)).one()
        assert (application.scheme, application.stage) == ("officer", Stage.REVIEW)
        assert application.queued_at == queued
        found = session.scalars(sa.select(Correction)).one()
        assert (found.before["product"], found.after["product"]) == ("snack", "meat")
        assert found.after["nib_number"] == "1234567890123"
        assert found.judged_before != found.judged_after
    kept = business(database)
    assert (kept.product_kind, kept.nib) == ("meat", "1234567890123")


def test_silence_is_reminded_once_then_shown_and_may_still_be_answered(phone: Phone, database: Database) -> None:
    chat = placed(phone, hint="en").says("english", "2", "menu")
    asks(database, chat, "village", reason="There seems to be a slip in the typing.")
    assert "Reply" not in chat.text
    (first,) = gets(database, chat)
    assert "*CORRECT C1*" in first
    days = dt.timedelta(days=OFFICE.correction_days, hours=3)
    for told, state in ((1, CorrectionState.OPEN), (0, CorrectionState.LAPSED), (0, CorrectionState.LAPSED)):
        chat.now += days
        with transaction(database) as session:
            correcting.sweep(session, chat.texts, OFFICE, chat.now)
        assert len(gets(database, chat)) == told
        with transaction(database) as session:
            assert session.scalars(sa.select(Correction.state)).one() is state
    chat.says("correct c1", "Kasunyatan")
    assert "has been corrected" in chat.text
    assert business(database).village == "Kasunyatan"


def test_a_photo_is_asked_for_and_comes_beside_a_form_that_is_open(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    asks(database, chat, "photo", reason="Fotonya kurang jelas.")
    gets(database, chat)
    chat.taps("mend").shares(Photo("file-7"))
    assert "sudah diperbaiki" in chat.text
    with transaction(database) as session:
        assert session.scalars(sa.select(Media.ref).where(Media.business_id.is_not(None))).one() == "file-7"
        assert session.scalars(sa.select(Correction.after)).one() == {"photo": True}


def test_who_is_asked_twice_and_who_cannot_be_asked(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    assert asks(database, chat) == Refused(Why.NO_FIELD)
    assert asks(database, chat, "for_whom", "helper", "nothing") == Refused(Why.NO_FIELD)
    assert asks(database, chat, "address", reason="  ") == Refused(Why.NO_REASON)
    many = ("owner_name", "business_name", "village", "address", "phone", "nib_number", "products")
    assert asks(database, chat, *many) == Refused(Why.TOO_MANY)
    once, again = asks(database, chat, "address"), asks(database, chat, "address")
    assert isinstance(once, Asked)
    assert again == Asked(once.correction_id, once.number, None)
    assert asks(database, chat, "village") == Refused(Why.OPEN)
    gets(database, chat)
    stale = chat.button("mend")
    with transaction(database) as session:
        assert correcting.cancel(session, DEWI, 1, now=chat.now)
        assert not correcting.cancel(session, DEWI, 1, now=chat.now)
    chat.presses(stale)
    assert "sudah dijawab" in chat.text
    other = phone(address="700000009").says("halo")
    other.presses(stale)
    assert chat.form != "mend"
    assert other.form != "mend"  # nobody else's


def test_who_is_half_way_through_something_else_comes_back_to_it(phone: Phone, database: Database) -> None:
    chat = placed(phone).says("tidak", "MENU", "MENU").taps("journey")
    while chat.form != "check":
        chat.taps(chat.options[-1] if "new" not in chat.options else "new")
    chat.taps("self")
    asks(database, chat, "address")
    gets(database, chat)
    chat.taps("mend")
    assert (chat.form, chat.asked) == ("mend", "address")
    chat.says("MENU", "PERBAIKI C1", "Kp. Baru RT 01/RW 01", "LANJUT")
    assert (chat.form, chat.asked) == ("check", "regency")
    assert business(database).address == "Kp. Baru RT 01/RW 01"
    asks(database, chat, "village")
    gets(database, chat)
    chat.taps("officer")
    assert chat.form == "officer"


def test_an_answer_that_came_meanwhile_from_the_other_phone_counts_once(phone: Phone, database: Database) -> None:
    chat = placed(phone)
    asks(database, chat, "address")
    gets(database, chat)
    chat.taps("mend")
    with transaction(database) as session:
        assert correcting.cancel(session, DEWI, 1, now=chat.now)
    chat.says("Kp. Baru RT 01/RW 01")
    assert "tidak diperlukan lagi" in chat.text
    assert business(database).address == "Kp. Cikulur RT 02/RW 03"
