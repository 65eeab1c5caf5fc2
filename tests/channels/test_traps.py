"""Twenty mistakes that are easily made with these two platforms: each named, and held by tests that must exist."""

import ast
import asyncio
import datetime as dt
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.outbox_results import Report
from models import Channel, DeliveryState
from models.base import Moment
from services.office import Office
from tests.support.engine import FakeChannel, engine, message

TESTS = Path(__file__).parents[1]
HERE = "channels/test_traps.py"
OUTBOX, TURNS, SHOWN = "bot/test_outbox.py", "conversations/test_strange.py", "channels/test_whatsapp_show.py"

# The right way, as a sentence → file and tests.
TRAPS: dict[str, dict[str, str]] = {
    "1 The webhook is answered when the message is kept, whatever the platform's API does meanwhile": {
        HERE: "a_platform_that_does_not_answer_holds_up_no_message",
    },
    "2 The same event is answered once, also at once, and a smaller number is no older message": {
        "bot/test_inbox.py": "a_webhook_repeated_is_answered_once",
        "bot/test_polling.py": "after_a_silent_week_numbers_may_start_anew_anywhere",
    },
    "3 Nobody is believed without the secret or the signature, and a missing one is 403, never 500": {
        "bot/test_web.py": "without_the_secret_nothing_is_kept forged_or_unsigned_is_403_and_nothing_is_kept",
        "channels/test_whatsapp_hear.py": "a_missing_signature_is_a_wrong_one_and_a_second_token_counts",
        "withstand/test_fuzz.py": "telegram_may_post_anything twilio_may_post_anything",
    },
    "4 What is signed is the public address with its query, and every field, empty and unknown ones too": {
        "bot/test_web.py": "the_query_is_part_of_what_is_signed a_whatsapp_message_is_answered",
        "channels/test_whatsapp_calls.py": "a_webhook_is_checked_by_the_public_address",
    },
    "5 Where somebody stands is a row, so that any process can go on, also after one was killed": {
        HERE: "two_processes_take_turns_with_one_person",
        "withstand/test_killed.py": "killed_at_random_nothing_acknowledged_is_lost",
    },
    "6 One person's messages are taken one after the other, and nobody waits for somebody else's": {
        "bot/test_inbox.py": "twenty_messages_at_once_are_answered_in_order_and_superseded"
        " two_hundred_people_at_once_are_each_answered_in_order",
        "conversations/test_strange.py": "the_same_button_twice_is_one_answer",
    },
    "7 The pace is ours: one for all processes, once a second to one chat, and a 429 closes the gate for everybody": {
        "bot/test_pace.py": "the_row_keeps_the_pace_of_all_processes a_429_holds_everything_until_its_deadline"
        " never_more_than_the_rate_in_any_second",
        OUTBOX: "one_chat_hears_us_at_most_once_a_second",
    },
    "8 A refusal is for ever, a wrong token is a wrong setting, a 429 is a pause, also one without seconds": {
        "channels/test_telegram_calls.py": "a_refusal_is_understood a_429_closes_the_gate_for_as_long_as_it_says",
        "channels/test_whatsapp_calls.py": "a_refusal_is_understood a_429_names_a_pause every_code_of_the_table",
    },
    "9 What may have arrived is unknown: a reply goes out once more, a bulk message never": {
        OUTBOX: "an_uncertain_reply_is_sent_once_more_and_bulk_never a_dead_process_leaves_nothing_behind_that_is_lost",
    },
    "10 A call that hangs ends by our own clock, and is unknown": {
        "channels/test_whatsapp_calls.py": "a_refusal_is_understood what_never_left_may_be_sent_again",
        "channels/test_telegram_calls.py": "polling_waits_longer_than_telegram_does",
    },
    "11 Free words or a template is decided at the moment of sending": {
        OUTBOX: "a_closed_window_is_held_and_decided_at_the_moment_of_sending",
        SHOWN: "outside_the_window_only_an_approved_template_goes_out",
        "channels/test_whatsapp_calls.py": "outside_the_window_a_message_is_held",
    },
    "12 Twilio's 201 is no delivery: what the callbacks say counts, with its reason": {
        HERE: "a_message_taken_and_then_refused_is_failed_with_its_reason",
        "simulator/test_twilio_api.py": "outside_the_window_it_is_taken_and_then_fails",
    },
    "13 A status only moves forward, whatever order it comes in, and may outrun the answer to the send": {
        OUTBOX: "a_status_only_moves_forward_and_may_outrun_the_answer a_status_resolves_what_was_uncertain",
    },
    "14 Times are kept in UTC and shown in the office's zone; Twilio is given no time at all": {
        HERE: "a_moment_is_kept_in_utc_and_shown_in_the_offices_zone nothing_is_scheduled_at_twilio",
    },
    "15 What a button carries fits in bytes, whatever the label is written in": {
        "channels/test_telegram_show.py": "any_bubble_is_a_valid_message_and_loses_nothing"
        " a_button_that_cannot_be_carried_is_an_error_of_ours",
        SHOWN: "any_bubble_is_valid_messages_and_loses_nothing",
    },
    "16 A long text is cut between paragraphs, counted as the platform counts, and loses nothing": {
        "channels/test_telegram_show.py": "a_long_text_is_cut_between_paragraphs_and_the_buttons_hang_on_the_last"
        " any_bubble_is_a_valid_message_and_loses_nothing",
        SHOWN: "a_text_over_1024_has_no_buttons_and_one_over_1600_comes_in_parts",
    },
    "17 An old button answers its own question or is told so, twice is once, and every tap is acknowledged": {
        TURNS: "an_old_button_changes_its_own_answer a_button_of_another_run_is_answered_and_never_applied"
        " the_same_button_twice_is_one_answer",
        "channels/test_telegram_hear.py": "a_tap_on_a_message_telegram_no_longer_has"
        " a_tap_without_any_message_is_the_persons",
        "bot/test_web.py": "a_tap_is_acknowledged_in_the_answer",
        "bot/test_polling.py": "a_tap_is_always_acknowledged",
    },
    "18 Who stops is written to no more, also by what was queued before; unblocking is no consent": {
        "conversations/test_stopping.py": "what_was_queued_before_does_not_go_out_after unblocking_is_no_consent"
        " twilios_own_stop_word_counts a_send_refused_because_of_stop_stops_everything",
        OUTBOX: "blocked_and_gone_are_noted_at_the_chat",
    },
    "19 An address is opaque, a phone number is nobody's identity, and a card is one's own only if the app says so": {
        "channels/test_whatsapp_hear.py": "a_sender_is_an_opaque_address a_message_is_heard",
        "channels/test_telegram_hear.py": "a_message_is_heard",
    },
    "20 Many messages are rows: leased, never sent twice by two processes, never faster than allowed": {
        OUTBOX: "two_processes_send_nothing_twice replies_go_before_notices_and_notices_before_bulk"
        " a_dead_process_leaves_nothing_behind_that_is_lost",
        "bot/test_pace.py": "a_crowd_is_answered_no_faster_than_allowed",
    },
    "An edited message is answered and changes nothing": {
        "channels/test_telegram_hear.py": "an_edit_is_answered_but_a_moving_location_is_not",
    },
    "A template's variables cannot be empty, broken over lines or pull in one another": {
        SHOWN: "braces_cannot_pull_in_other_variables any_bubble_is_valid_messages_and_loses_nothing",
    },
    "A picture is fetched from the platform alone, and our token is shown to nobody else": {
        "channels/test_whatsapp_calls.py": "the_token_is_shown_to_nobody_else a_picture_that_cannot_be_had",
    },
    "A group that became a supergroup is followed": {OUTBOX: "a_chat_that_moved_is_followed"},
    "No token and nobody's words are logged": {
        "bot/test_log_scan.py": "nothing_of_anybody_is_in_what_is_written",
        "channels/test_telegram_calls.py": "nothing_is_logged_that_holds_the_token_or_words",
    },
}


@cache
def named_in(file: str) -> frozenset[str]:
    """The tests of a file, by name."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name.removeprefix("test_") for node in found if node.name.startswith("test_"))


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_is_held_by_tests_that_exist(trap: str) -> None:
    for file, names in TRAPS[trap].items():
        assert set(names.split()) <= named_in(file), file


def test_there_are_twenty_of_them() -> None:
    assert [trap.split()[0] for trap in TRAPS if trap[0].isdigit()] == [str(n) for n in range(1, 21)]


def test_a_platform_that_does_not_answer_holds_up_no_message(database: Database) -> None:
    async def story() -> None:
        async with engine(database, channel=FakeChannel(delay=600)) as it:
            async with asyncio.timeout(10):
                for n in range(3):
                    assert not (await it.hear(message(str(n), address="5"))).failed
                await it.until(lambda: len(it.channel.sent) == 1)
            assert len(it.rows("SELECT id FROM inbounds")) == 3

    asyncio.run(story())


def test_two_processes_take_turns_with_one_person(database: Database, kind: str) -> None:
    """On SQLite the second begins when the first has ended; nothing is carried over but the row."""

    async def story() -> None:
        async with engine(database, worker="w1") as one:
            await one.hear(message("satu"))
            await one.settled()
            if kind == "postgres":
                async with engine(database, worker="w2") as other:
                    await other.hear(message("dua"))
                    await other.settled()
                    assert other.channel.words == ["2: dua"]
            else:
                await one.hear(message("dua"))
        async with engine(database, worker="w3") as last:
            await last.hear(message("tiga"))
            await last.settled()
            assert last.channel.words[-1] == "3: tiga"

    asyncio.run(story())


def test_a_message_taken_and_then_refused_is_failed_with_its_reason(database: Database) -> None:
    async def story() -> None:
        async with engine(database, channel=FakeChannel(Channel.WHATSAPP)) as it:
            await it.hear(message("halo", address="whatsapp:+62811", channel=Channel.WHATSAPP))
            await it.settled()
            await it.outbox.report(Report(Channel.WHATSAPP, "m1", "failed", DeliveryState.FAILED, 1, "63016"))
            (row,) = it.rows("SELECT state, reason FROM deliveries")
            assert (row["state"], "63016" in row["reason"]) == ("failed", True)

    asyncio.run(story())


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Jakarta", 2), ("Europe/Berlin", 7)])
def test_a_moment_is_kept_in_utc_and_shown_in_the_offices_zone(database: Database, zone: str, hour: int) -> None:
    local = dt.datetime(2026, 7, 1, 9, tzinfo=ZoneInfo(zone))
    with database.read() as connection:
        kept = connection.execute(sa.select(sa.literal(local, Moment()))).scalar_one()
        assert (kept.utcoffset(), kept.hour) == (dt.timedelta(0), hour)
        with pytest.raises(sa.exc.StatementError):
            connection.execute(sa.select(sa.literal(local.replace(tzinfo=None), Moment())))
    assert kept.astimezone(Office().zone).hour == (hour + 7)


def test_nothing_is_scheduled_at_twilio() -> None:
    for path in (TESTS.parent / "bot" / "channels").glob("*.py"):
        assert "send_at" not in path.read_text(encoding="utf-8"), path.name
