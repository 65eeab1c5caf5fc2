"""Templates with words of their own: made once, approved or not, and what waits for them is held and never lost."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot import approvals, outbox_held
from bot.channels.base import Outcome, OutcomeKind
from bot.channels.whatsapp import WhatsAppChannel
from bot.cli_whatsapp import STATES, advice
from bot.database import Database
from bot.outbox_results import ATTEMPTS, Report, next_step, report
from models import (
    Approval,
    Channel,
    Conversation,
    Delivery,
    DeliveryState,
    Lane,
    MessageTemplate,
    Session,
    Staff,
)
from services import deliveries, held, staff, templates
from services.calendar import Purpose
from services.events import words
from services.staff import Forbidden, Via
from services.templates import Told
from tests.services import people
from tests.services.people import NOON, transaction
from tests.standins.twilio import SENDER, SID, TOKEN, twilio
from tests.support.office import OFFICE
from texts import load
from texts.bubble import Bubble
from texts.catalogue import Template
from texts.checking_templates import refused_by_meta

TEXTS = load()
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NEWS = Bubble("Kabar", template="waiting_news_v1", template_values=("Keripik", "3", "Program", "Serang"))
BARE = Bubble("Kabar tanpa templat")
HOURS = {Purpose.REMINDER: DAY / 2, Purpose.ANNOUNCEMENT: DAY}  # until the next hour at which it may go
STAFF_CHAT = replace(OFFICE, alert_chat=-100123)
BOTH = {"waiting_news_v1.id", "waiting_news_v1.en"}


def test_no_template_of_ours_is_one_meta_would_refuse() -> None:
    for language in ("id", "en"):
        for template in TEXTS.templates(language).values():
            assert list(refused_by_meta(template)) == []
    bad = Template("x", "id", "UTILITY", "{{1}}{{2}}\n\n\n", ("a", "b"), ("Ya", "Ya"))
    assert len(list(refused_by_meta(bad))) == 5


def test_a_button_of_a_template_stands_for_an_answer_of_its_question() -> None:
    asked = {words.TEMPLATES[key][0]: key for key in words.QUESTIONS}
    asked |= {"account_moved_v1": "link.moved_notice", "event_feedback_v1": "events.feedback_intro"}
    assert asked.keys() <= templates.OPTIONS.keys()
    for name, key in asked.items():
        meant = {option.label: option.id for option in TEXTS.options(key, "id")}
        for label, option in templates.buttons(TEXTS.templates("id")[name]):
            assert meant.get(label) == option
    for name in templates.OPTIONS:  # as many as it has buttons, in both languages
        assert all(templates.buttons(TEXTS.templates(language)[name]) for language in ("id", "en"))


def test_the_table_of_templates_says_what_to_do_next() -> None:
    def row(name: str, state: str) -> dict[str, str]:
        return {"name": name, "state": STATES[state]}

    assert advice([row("a_v1", "approved"), row("b_v1", "pending")]) == []
    said = advice([row("b_v1", "rejected"), row("b_v1", "rejected"), row("c_v1", "unsubmitted")])
    assert said[0].startswith("Ditolak: b_v1.")
    assert "templates submit" in said[1]


@pytest.mark.anyio
async def test_a_template_from_its_making_to_its_loss(database: Database) -> None:
    engine = database.write_engine
    async with twilio() as standin:
        channel = WhatsAppChannel(SID, TOKEN, SENDER, base_url=standin.address)

        async def asked(at: dt.datetime) -> set[str]:
            told = await channel.approvals()
            with transaction(database) as session:
                approvals.heard(session, SENDER, told, TEXTS, STAFF_CHAT, at)
                return set(templates.usable(session, SENDER, TEXTS))

        try:
            count = await approvals.sync(channel, engine, TEXTS, NOON)
            assert count == standin.made == sum(len(TEXTS.templates(each)) for each in ("id", "en"))
            assert await approvals.sync(channel, engine, TEXTS, NOON) == 0
            done = await approvals.submit(channel, engine, TEXTS, NOON, ["waiting_news_v1"])
            assert (done.handed_in, done.refused) == (2, [])
            assert {one["category"] for one in standin.submitted} == {"UTILITY"}
            assert await asked(NOON + HOUR) == set()
            first, second = [sid for sid, c in standin.contents.items() if "waiting_news" in c["friendly_name"]]
            standin.states = {first: ("approved", ""), second: ("approved", "")}
            assert await asked(NOON + HOUR) == BOTH
            assert (await approvals.submit(channel, engine, TEXTS, NOON, ["waiting_news_v1"])).handed_in == 0
            standin.states[first] = ("paused", "low quality")
            assert await asked(NOON + DAY) == {"waiting_news_v1.en"}
            assert await asked(NOON + DAY) == {"waiting_news_v1.en"}
            standin.states[second] = ("rejected", "INVALID_FORMAT")
            assert await asked(NOON + DAY) == set()
            assert alerts(database) == ["waiting_news_v1 id", "waiting_news_v1 en"]  # each told once
            done = await approvals.submit(channel, engine, TEXTS, NOON, ["waiting_news_v1"])
            assert done.handed_in == 0
            assert "INVALID_FORMAT" in done.refused[0]
            del standin.contents[first], standin.states[first]
            await asked(NOON + DAY)
            with transaction(database) as session:
                lost = templates.one(session, SENDER, TEXTS, "waiting_news_v1", "id")
                assert lost is not None
                assert lost.row is not None
                assert (lost.row.state, lost.usable) == (Approval.GONE, None)
            assert await approvals.sync(channel, engine, TEXTS, NOON + DAY) == 1  # made anew
            assert standin.wrong == []
        finally:
            await channel.close()


def alerts(database: Database) -> list[str]:
    with Session(database.read_engine) as session:
        kept = session.scalars(sa.select(Delivery.bubble).order_by(Delivery.id)).all()
    return [bubble["text"].split("dipakai: ")[1].partition(". Pesan")[0] for bubble in kept]


def test_other_words_are_another_version_and_the_old_one_serves_until_then(database: Database) -> None:
    template = TEXTS.templates("id")["waiting_news_v1"]

    def sid(session: Session) -> str | None:
        standing = templates.one(session, SENDER, TEXTS, "waiting_news_v1", "id")
        assert standing is not None
        return standing.usable.sid if standing.usable else None

    with transaction(database) as session:
        templates.keep(session, SENDER, replace(template, text="Dulu " + template.text), "HXold", NOON)
        assert sid(session) is None
        session.execute(sa.update(MessageTemplate).values(state=Approval.APPROVED))
        assert sid(session) == "HXold"
        templates.keep(session, SENDER, template, "HXnew", NOON)
        assert sid(session) == "HXold"
        told = {"HXold": Told(Approval.APPROVED), "HXnew": Told(Approval.APPROVED, category="MARKETING")}
        assert templates.learn(session, SENDER, told, NOON) == []
        standing = templates.one(session, SENDER, TEXTS, "waiting_news_v1", "id")
        assert (sid(session), standing.category if standing else "") == ("HXnew", "MARKETING")
        assert templates.one(session, SENDER, TEXTS, "no_such_v1", "id") is None
        assert session.scalar(sa.select(sa.func.count()).select_from(MessageTemplate)) == 2
        lost = templates.learn(session, SENDER, told | {"HXnew": Told(Approval.PAUSED)}, NOON)
        assert [row.sid for row in lost] == ["HXnew"]
        assert sid(session) == "HXold"  # it stands in again, so nobody need be told


def put_off(
    session: Session, bubble: Bubble, until: dt.datetime | None = None, why: str = "", lane: Lane = Lane.NOTICE
) -> Delivery:
    """A message that was held an hour after it was written, to somebody who wrote two days ago."""
    chat = people.chat(session, people.person(session), channel=Channel.WHATSAPP, last_in_at=NOON - 2 * DAY)
    made = deliveries.post(
        session, conversation_id=chat.id, bubble=bubble, lane=lane, because="waiting:1", now=NOON,
        expires_at=until,
    )  # fmt: skip
    row = session.get_one(Delivery, made)
    reason = why or f"no_template:{row.bubble['template']}.id"
    row.state, row.reason, row.changed_at = DeliveryState.HELD, reason, NOON + HOUR
    session.flush()
    return row


def gone_on(session: Session, usable: set[str], now: dt.datetime) -> int:
    """One beat; how many go out. What goes by a template waits for the next morning."""
    connection = session.connection()
    found = outbox_held.find(connection, usable, now)
    count = outbox_held.release(connection, found, now, lambda purpose: now + HOURS[purpose])
    session.expire_all()
    return count


def test_what_is_held_goes_by_a_template_or_when_the_person_writes_or_ends(database: Database) -> None:
    with transaction(database) as session:
        carried, written, over = put_off(session, NEWS), put_off(session, NEWS), put_off(session, NEWS, NOON + DAY)
        bare = put_off(session, BARE, why="no_template:-")
        assert carried.bubble["template_language"] == "id"
        assert gone_on(session, set(), NOON + 2 * HOUR) == 0
        shown = held.waiting(session, staff.operator("uji"))
        assert [(one.template, one.language, one.because, one.count) for one in shown] == [
            ("waiting_news_v1", "id", "waiting", 3), ("", "", "waiting", 1),
        ]  # fmt: skip
        assert (shown[0].first_ends, held.count(session, staff.operator("uji"))) == (NOON + DAY, 4)
        with pytest.raises(Forbidden):
            held.waiting(session, staff.actor_of(Staff(name="x", roles=[], regencies=[]), Via.COMMAND))
        wrote = sa.update(Conversation).where(Conversation.id == written.conversation_id)
        session.execute(wrote.values(last_in_at=NOON + DAY - HOUR))
        assert gone_on(session, set(), NOON + DAY) == 1
        assert (written.state, written.not_before) == (DeliveryState.QUEUED, NOON + DAY)
        assert (over.state, over.reason) == (DeliveryState.EXPIRED, "held:no_template:waiting_news_v1.id")
        assert gone_on(session, {"waiting_news_v1.id"}, NOON + DAY) == 1
        assert (carried.state, carried.not_before) == (DeliveryState.QUEUED, NOON + 1.5 * DAY)
        announced = put_off(session, NEWS, lane=Lane.BULK)
        assert gone_on(session, {"waiting_news_v1.id"}, NOON + DAY) == 1
        assert announced.not_before == NOON + 2 * DAY  # announcements have shorter hours
        assert gone_on(session, BOTH, NOON + 8 * DAY) == 0
        assert (bare.state, bare.reason) == (DeliveryState.EXPIRED, "held:no_template:-")


def test_what_whatsapp_itself_held_back_is_tried_again_seldom_and_not_for_ever(database: Database) -> None:
    with transaction(database) as session:
        row = put_off(session, NEWS, why="63041")
        row.platform_id = "SM1"
        session.flush()
        assert gone_on(session, BOTH, row.changed_at + HOUR / 4) == 0
        assert gone_on(session, BOTH, NOON + 2 * HOUR) == 1
        told = Report(Channel.WHATSAPP, "SM1", "failed", DeliveryState.HELD, row.id, "63041")
        assert report(session.connection(), told, NOON + 3 * HOUR)
        session.expire_all()
        assert (row.state, row.reason) == (DeliveryState.HELD, "63041")
        assert gone_on(session, BOTH, NOON + 4 * HOUR) == 1
        assert report(session.connection(), told, NOON + 5 * HOUR)  # told twice: it is on its way again
        session.expire_all()
        assert row.state is DeliveryState.QUEUED
        row.state, row.attempts, row.reason = DeliveryState.HELD, ATTEMPTS, "63041"
        session.flush()
        assert gone_on(session, BOTH, NOON + DAY) == 0


def test_an_answer_that_comes_too_late_is_not_held() -> None:
    outcome = Outcome(OutcomeKind.HELD, reason="no_template:-")
    assert next_step(outcome, Lane.REPLY, 1).state is DeliveryState.SKIPPED
    assert next_step(outcome, Lane.BULK, 1).state is DeliveryState.HELD
