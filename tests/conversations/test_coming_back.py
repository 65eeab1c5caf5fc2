"""Somebody leaves half-way: one word at the right time, and an offer to go on when they come back."""

import datetime as dt

import pytest

from handlers import counted
from models import Channel, Session
from services import nudges, retention
from tests.conversations import on_both
from tests.conversations.conftest import Phone, Rows
from tests.support.chat import Chat, noting
from tests.support.office import OFFICE
from tests.support.owner import reaches_number, until
from texts.bubble import Bubble, Button

DAY = dt.timedelta(hours=23, minutes=46)


def half_way(phone: Phone, channel: Channel = Channel.TELEGRAM, question: str = "avoid") -> Chat:
    """In the middle of the check."""
    chat = phone(channel).says("halo").taps("journey", "yes")
    return until(chat, lambda: chat.asked == question)


def nudge(chat: Chat, rows: Rows) -> tuple[Button, ...]:
    """A day later the heart beats; the buttons of what it posted."""
    import json

    chat.now += DAY
    with Session(chat.database.write_engine) as session, session.begin():
        assert nudges.sweep(session, noting(), OFFICE, chat.now, counted=counted) == 1
    kept = rows("SELECT bubble FROM deliveries WHERE because LIKE 'nudge:%' ORDER BY id DESC")[0]["bubble"]
    bubble = Bubble.from_json(json.loads(kept) if isinstance(kept, str) else kept)
    assert "berhenti di pertanyaan 5 dari 13" in bubble.text
    return bubble.buttons


# --- the nudge ---


@on_both
def test_lanjutkan_puts_the_open_question_again(phone: Phone, rows: Rows) -> None:
    chat = half_way(phone, Channel.WHATSAPP)
    resume, _, _ = nudge(chat, rows)
    chat.presses(resume)
    assert chat.asked == "avoid"
    assert "disimpan" not in chat.text


def test_a_bare_number_still_belongs_to_the_open_form(phone: Phone, rows: Rows) -> None:
    chat = half_way(phone)
    nudge(chat, rows)
    chat.says("4")
    assert chat.form == "check"
    assert chat.asked != "avoid" or chat.over


def test_nanti_keeps_it_and_reminds_no_more(phone: Phone, rows: Rows) -> None:
    chat = half_way(phone)
    _, later, _ = nudge(chat, rows)
    chat.presses(later)
    assert "Kami tidak mengingatkan lagi" in chat.text
    assert chat.form is None
    chat.now += DAY
    with Session(chat.database.write_engine) as session, session.begin():
        assert nudges.sweep(session, noting(), OFFICE, chat.now, counted=counted) == 0
    chat.says("LANJUT")
    assert chat.asked == "avoid"


def test_from_the_beginning_is_asked_once_more(phone: Phone, rows: Rows) -> None:
    chat = half_way(phone)
    *_, restart = nudge(chat, rows)
    chat.presses(restart)
    assert (chat.form, chat.asked) == ("resume", "sure")
    chat.taps("no")
    assert chat.asked == "avoid"
    chat.presses(restart).taps("yes")
    assert (chat.form, chat.asked) == ("check", "for_whom")
    assert rows("SELECT count(*) AS n FROM drafts")[0]["n"] == 0


def test_a_form_laid_aside_is_gone_on_with_by_the_same_button(phone: Phone, rows: Rows) -> None:
    chat = half_way(phone).says("MENU")
    resume, _, _ = nudge(chat, rows)
    chat.presses(resume)
    assert (chat.form, chat.asked) == ("check", "avoid")


def test_the_buttons_of_a_run_that_is_over_do_nothing(phone: Phone, rows: Rows) -> None:
    chat = half_way(phone)
    resume, later, restart = nudge(chat, rows)
    reaches_number(chat.presses(resume))
    for old in (resume, later, restart):
        chat.presses(old)
        assert "sudah dijawab" in chat.text
    assert rows("SELECT count(*) AS n FROM applications")[0]["n"] == 1


# --- coming back ---


@pytest.mark.parametrize("word", ["halo", "MENU", "assalamualaikum"])
@pytest.mark.parametrize("laid_aside", [False, True])
def test_who_comes_back_after_hours_is_offered_to_go_on(phone: Phone, word: str, laid_aside: bool) -> None:
    chat = half_way(phone)
    if laid_aside:
        chat.says("MENU")
    chat.waits(hours=7).says(word)
    assert chat.form == "resume"
    assert "pertanyaan 5 dari 13" in chat.text
    assert "kami simpan" not in chat.text  # it is said once
    assert chat.options == ["resume", "later", "restart"]
    chat.says("1")
    assert chat.asked == "avoid"


def test_daftar_offers_it_at_any_time(phone: Phone) -> None:
    chat = half_way(phone).says("DAFTAR")
    assert chat.form == "resume"
    chat.says("nanti")
    assert chat.form == "menu"
    assert chat.says("MENU").form == "menu"  # they are here: not offered again at once


def test_a_greeting_after_a_night_is_no_name(phone: Phone) -> None:
    chat = half_way(phone, question="product")
    reaches = until(chat, lambda: chat.form == "result").taps("register")
    assert reaches.asked == "owner_name"
    chat.waits(hours=10).says("Selamat pagi")
    assert chat.form == "resume"
    chat.says("1")
    assert chat.asked == "owner_name"


def test_after_ninety_days_it_is_said_once_that_the_draft_is_gone(phone: Phone) -> None:
    chat = half_way(phone).says("MENU")
    with Session(chat.database.write_engine) as session, session.begin():
        retention.sweep(session, OFFICE, chat.now + dt.timedelta(days=89))
    assert chat.row.draft_expired_at is None
    chat.waits(days=91)
    with Session(chat.database.write_engine) as session, session.begin():
        retention.sweep(session, OFFICE, chat.now)
    chat.says("LANJUT")
    assert "lewat 90 hari" in chat.text
    assert "tertunda" in chat.says("LANJUT").text


def test_an_open_form_that_had_its_time_is_told_as_well(phone: Phone) -> None:
    chat = half_way(phone).waits(days=91)
    with Session(chat.database.write_engine) as session, session.begin():
        retention.sweep(session, OFFICE, chat.now)
    chat.says("DAFTAR")
    assert "lewat 90 hari" in chat.text
    assert (chat.form, chat.asked) == ("check", "for_whom")


def test_an_old_kecamatan_button_while_the_kabupaten_is_open_again(phone: Phone) -> None:
    chat = half_way(phone, question="district")
    old = chat.bubble.buttons[0] if chat.bubble else None
    assert old is not None
    chat.says("kembali")
    assert chat.asked == "regency"
    chat.presses(old)
    assert not chat.received.failed
    assert chat.asked == "regency"
