"""A fault of ours, again and again: nobody is left in front of a form that swallows every word."""

from dataclasses import replace

import handlers
from conversation.said import Said
from handlers.desk import Desk, Reply
from models import Channel
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.support.owner import until


class Fault(Exception):
    """A fault of ours."""


@on_both_channels
def test_the_second_time_the_form_is_laid_aside_and_an_officer_offered(phone: Phone, channel: str, rows: Rows) -> None:
    chat = phone(Channel(channel)).says("halo").taps("journey", "yes")
    until(chat, lambda: chat.asked == "avoid")
    whole, answered = chat.inbox, chat.row.answers
    chat.inbox = replace(whole, answer=fails_in_the_check)

    assert chat.says("tidak ada").told == {"common.trouble"}
    assert (chat.form, chat.asked) == ("check", "avoid")
    chat.says("PETUGAS")  # even the words for getting out end in the fault
    assert "common.trouble_again" in chat.told
    assert (chat.form, chat.labels[0]) == ("trouble", "Dibantu petugas")
    assert [row["form"] for row in rows("SELECT form FROM drafts")] == ["check"]

    assert chat.says("LANJUT").asked == "avoid", "the form is there, with everything that was answered"
    assert chat.row.answers == answered
    assert "common.trouble_again" in chat.says("tidak ada").told, "tried once more in vain: offered at once"
    chat.taps("officer").says("Tidak bisa lanjut dari tadi")
    tickets = rows("SELECT topic, words FROM tickets ORDER BY id")
    assert [row["topic"] for row in tickets] == ["trouble", "trouble", "trouble", "question"]
    assert tickets[-1]["words"] == "Tidak bisa lanjut dari tadi"

    chat.inbox = whole  # mended
    assert chat.says("LANJUT").asked == "avoid"
    assert not chat.says("tidak ada").received.failed
    assert (chat.form, chat.asked == "avoid") == ("check", False)


@on_both
def test_an_hour_later_it_is_a_first_fault_again(phone: Phone) -> None:
    chat = phone().says("halo").taps("journey", "yes")
    whole = chat.inbox
    chat.inbox = replace(whole, answer=fails_in_the_check)
    assert chat.says("x").told == {"common.trouble"}
    assert chat.waits(minutes=61).says("x").told == {"common.trouble"}
    assert "common.trouble_again" in chat.says("x").told
    assert chat.taps("menu").form == "menu"


def fails_in_the_check(desk: Desk, said: Said) -> Reply:
    """Whatever is said while it is open."""
    if desk.chat.run and desk.chat.run.form == "check":
        raise Fault
    return handlers.answer(desk, said)
