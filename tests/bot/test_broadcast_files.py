"""A picture or a document goes along with an announcement: looked at, sent once to Telegram, fetched by WhatsApp."""

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

import texts
from bot import links
from bot.channels import approved
from bot.channels.telegram import TelegramChannel
from bot.channels.whatsapp import WhatsAppChannel
from bot.database import Database
from bot.documents import Documents
from bot.outbox import Outbox
from bot.writer import Writer
from models import Broadcast, BroadcastState, Channel, Delivery, FileKind, Language, Session, StoredFile
from services import files, staff, templates
from services.announcing import Announcing
from services.broadcasts import approving, attaching, drafting, running
from services.broadcasts.drafting import Draft, DraftRefused
from services.broadcasts.running import BroadcastRefused, Why
from services.broadcasts.warnings import Fault, Warn
from services.staff import Via
from tests.services import announced, people
from tests.services.announced import SENDER, owner
from tests.services.people import NOON, OFFICE, transaction
from tests.standins import telegram as telegram_standin
from tests.standins import twilio as twilio_standin
from tests.standins import twilio_rules
from tests.support.photos import SECRET, photo

TEXTS = texts.load()
PUBLIC = "https://bot.contoh.go.id"
KEY = b"k" * 32
PDF = b"%PDF-1.7\n" + b"0" * 40 + b"\n%%EOF\n"
FILES_AT = files.at(PUBLIC)
OURS = replace(OFFICE, public_url=PUBLIC, announcing=Announcing(sender=SENDER, hosts=frozenset({"bot.contoh.go.id"})))
HOW: dict[str, Any] = {"texts": TEXTS, "office": OURS, "now": NOON}
DRAFT = Draft(
    "Pelatihan", {"id": "Halo {nama}, ada *pelatihan*."}, template="announcement_v1",
    template_values=("{usaha}", "ada pelatihan"),
)  # fmt: skip


@pytest.fixture
def anyio_backend() -> str:
    """The loop the program runs on."""
    return "asyncio"


def documents(database: Database) -> Documents:
    """What reads files for messages."""
    return Documents(database, KEY, lambda: NOON, TEXTS, PUBLIC, telegram_bot=telegram_standin.TOKEN.partition(":")[0])


def test_only_what_both_platforms_take_goes_along_and_nothing_is_half_done(database: Database) -> None:
    with transaction(database) as session:
        rina = staff.actor_of(people.account(session, "rina", "humas"), Via.COMMAND)
        number = drafting.create(session, rina, DRAFT, **HOW).id
        for content, size, why in (
            (b"MZ\x90\x00", None, Fault.FILE_TYPE),
            (b"\xff\xd8\xff broken", None, Fault.FILE_TYPE),
            (b"%PDF-1.7 cut off", None, Fault.FILE_TYPE),
            (b"<svg/>", None, Fault.FILE_TYPE),
            (PDF[:20], 40_000_000, Fault.FILE_SIZE),
            (photo(8, 8)[:40], 5_000_001, Fault.FILE_SIZE),
        ):
            with pytest.raises(DraftRefused) as refused:
                attaching.attach(session, rina, number, content, size=size, **HOW)
            assert [one.what for one in refused.value.found] == [why]
        row = session.get_one(Broadcast, number)
        assert (row.version, row.file_id) == (1, None)
        row = attaching.attach(session, rina, number, photo(40, 30, "JPEG"), **HOW)
        kept = files.read(session, row.file_id or 0, NOON)
        assert kept is not None
        assert (kept.media_type, kept.name, row.file_kind, row.version) == (
            "image/jpeg", f"pengumuman-{number}.jpg", FileKind.PICTURE, 2,
        )  # fmt: skip
        assert SECRET not in kept.content
        for text, value, why in (
            ("a" * 960, "x", Fault.TOO_LONG), ("Halo", "x" * 200, Fault.TEMPLATE_LONG)
        ):  # fmt: skip
            changed = replace(DRAFT, texts={"id": text}, template_values=("x", value))
            with pytest.raises(DraftRefused) as refused:
                drafting.change(session, rina, number, changed, **HOW)
            assert refused.value.found[0].what is why
        first = row.file_id
        row = attaching.attach(session, rina, number, PDF, **HOW)
        assert (row.file_kind, row.version, files.read(session, first or 0, NOON)) == (FileKind.DOCUMENT, 3, None)
        assert attaching.of(session, row, NOON) == attaching.Attached(
            row.file_id or 0, FileKind.DOCUMENT, f"pengumuman-{number}.pdf", "application/pdf", len(PDF)
        )
        owner(session)
        session.execute(sa.update(StoredFile).values(expires_at=NOON))
        with pytest.raises(BroadcastRefused) as gone:
            approving.approve(session, rina, number, 3, **HOW)
        assert gone.value.why is Why.FILE
        assert attaching.detach(session, rina, number, NOON).version == 4
        assert attaching.detach(session, rina, number, NOON).version == 4
        assert approving.approve(session, rina, number, 4, **HOW).state is BroadcastState.SCHEDULED
        with pytest.raises(BroadcastRefused):
            attaching.attach(session, rina, number, PDF, **HOW)


@pytest.mark.anyio
@pytest.mark.parametrize("what", ["picture", "document"])
async def test_each_gets_one_message_with_it_and_telegram_is_sent_it_once(database: Database, what: str) -> None:
    with transaction(database) as session:
        rina = staff.actor_of(people.account(session, "rina", "humas"), Via.COMMAND)
        for n in range(4):
            owner(session, f"Ibu {n}", address=str(700 + n))
        long_ago = NOON - dt.timedelta(days=3)
        for n, last, language in ((1, NOON, "id"), (2, long_ago, "id"), (3, long_ago, "en")):
            chat = {"address": f"whatsapp:+62812000000{n}", "last_in_at": last, "language": Language(language)}
            owner(session, f"Ibu W{n}", channel=Channel.WHATSAPP, **chat)
        above = templates.with_file(TEXTS.templates("id")["announcement_v1"], what, FILES_AT)
        templates.keep(session, SENDER, above, "HXabove", NOON)
        announced.template(session, TEXTS, "announcement_v1")  # approved, and the one with the file, in one language
        usable = templates.usable(session, SENDER, TEXTS, FILES_AT)
        number = drafting.create(session, rina, DRAFT, **HOW).id
        attaching.attach(session, rina, number, photo(40, 30) if what == "picture" else PDF, **HOW)
        assert Warn.LINKED in {one.what for one in drafting.preview(session, rina, number, **HOW).found}
        approving.approve(session, rina, number, 2, **HOW)
    async with telegram_standin.telegram() as telegram, twilio_standin.twilio() as twilio:
        twilio.contents["HXabove"] = twilio_rules.content(approved.definition(above))
        twilio.contents["HXen"] = approved.definition(TEXTS.templates("en")["announcement_v1"])
        twilio.approved |= {"HXabove", "HXen"}
        bot = TelegramChannel(telegram_standin.TOKEN, base_url=telegram.base_url)
        whatsapp = WhatsAppChannel(
            twilio_standin.SID, twilio_standin.TOKEN, twilio_standin.SENDER, base_url=twilio.address, public_url=PUBLIC
        )
        whatsapp.approved = usable
        rates = {Channel.TELEGRAM: 1_000_000.0, Channel.WHATSAPP: 1_000_000.0}
        outbox = Outbox(
            database, {Channel.TELEGRAM: bot, Channel.WHATSAPP: whatsapp}, rates, lambda: NOON, "w",
            documents=documents(database),
        )  # fmt: skip
        writer = Writer(database, outbox.finish, outbox.after)
        await outbox.start(writer)
        try:
            async with asyncio.timeout(20):
                await _goes_out(database, number, outbox)
        finally:
            await outbox.close()
            await writer.close()
            await bot.close()
            await whatsapp.close()
    assert telegram.wrong == twilio.wrong == []
    part, method = ("photo", "sendPhoto") if what == "picture" else ("document", "sendDocument")
    assert [name for name, _ in telegram.calls] == [method] * 4
    assert sorted(str(call["chat_id"]) for _, call in telegram.calls) == ["700", "701", "702", "703"]
    assert isinstance(telegram.calls[0][1][part], tuple), "the first sends it"
    assert len({call[part] for _, call in telegram.calls[1:]} & telegram.kept) == 1, "the others name it"
    assert all("ada <b>pelatihan</b>." in call["caption"] for _, call in telegram.calls)
    inside, outside, english = sorted(twilio.sent, key=lambda form: form["To"])
    assert (outside["ContentSid"], english["ContentSid"]) == ("HXabove", "HXen")
    assert PUBLIC in english["ContentVariables"]
    shown = next(one for one in twilio.shown if one and one["type"] == "whatsapp/card")
    assert PUBLIC not in shown["body"]
    (fetched,) = shown["media"]
    assert fetched.endswith(f"/pengumuman-{number}.{'jpg' if what == 'picture' else 'pdf'}")
    _opens(database, fetched.rpartition("/")[0])
    if what == "picture":
        assert inside["Body"].startswith("Halo Ibu W1, ada")
        link = inside["MediaUrl"]
    else:
        assert "MediaUrl" not in inside
        link = inside["Body"].rpartition(" ")[2]
    _opens(database, link)


async def _goes_out(database: Database, number: int, outbox: Outbox) -> None:
    """Rounds of the worker until nobody waits."""
    while True:
        with transaction(database) as session:
            running.tend(session, TEXTS, OURS, {Channel.TELEGRAM: 10, Channel.WHATSAPP: 10}, NOON)
            state = session.scalar(sa.select(Broadcast.state).where(Broadcast.id == number))
            fates = set(session.scalars(sa.select(Delivery.state)))
        if state is BroadcastState.DONE:
            assert {fate.value for fate in fates} == {"sent"}
            return
        outbox.wake()
        await asyncio.sleep(0.01)


def _opens(database: Database, link: str) -> None:
    assert link.startswith(f"{PUBLIC}/files/")
    signed = link.rpartition("/")[2]
    assert links.read(KEY, signed, NOON + dt.timedelta(days=7)) is not None
    with pytest.raises(links.LinkOver):
        links.read(KEY, signed, NOON + dt.timedelta(days=9))
    with Session(database.read_engine) as session:
        kept = session.scalars(sa.select(StoredFile)).one()
        assert kept.expires_at > NOON + dt.timedelta(days=9)
        assert kept.telegram_ref is not None
