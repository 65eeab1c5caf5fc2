"""A bubble on Telegram, checked against the Bot API's rules."""

import re

import pytest
from hypothesis import given

from bot.channels.telegram_show import show
from tests.channels.made import bubbles, choice, unhurried
from tests.standins import telegram_rules
from texts.bubble import Bubble, Button, Shape


def keys(bubble: Bubble) -> list[list[str]]:
    """The labels of the buttons, row by row."""
    markup = show(bubble, "71")[-1][1]["reply_markup"]
    return [[b["text"] for b in row] for row in markup["inline_keyboard"]]


def test_bold_is_html_and_everything_else_is_literal() -> None:
    ((method, parameters),) = show(Bubble("*Siti & co* <b>5 * 3</b> a_b_c"), "71")
    assert method == "sendMessage"
    assert parameters["text"] == "<b>Siti &amp; co</b> &lt;b&gt;5 * 3&lt;/b&gt; a_b_c"
    assert parameters["chat_id"] == 71
    assert "reply_markup" not in parameters


def test_few_options_stand_one_below_the_other() -> None:
    assert keys(choice(3)) == [["1 Pilihan 1"], ["2 Pilihan 2"], ["3 Pilihan 3"]]


def test_many_short_options_stand_in_pairs_and_long_ones_do_not() -> None:
    assert keys(choice(4)) == [["1 Pilihan 1", "2 Pilihan 2"], ["3 Pilihan 3", "4 Pilihan 4"]]
    assert [len(row) for row in keys(choice(4, "Kabupaten Pandeglang"))] == [1, 1, 1, 1]


def test_what_leads_on_stands_below() -> None:
    buttons = (*choice(8).buttons, Button("r1|regency|>", "Berikutnya ▶"), Button("r1|regency|<", "◀ Sebelumnya"))
    assert keys(Bubble("x", Shape.CHOICE, buttons))[-1] == ["Berikutnya ▶", "◀ Sebelumnya"]


def test_ticks_are_seen() -> None:
    buttons = (
        Button("r|q|a", "NIB", number=1, ticked=True),
        Button("r|q|b", "SPP-IRT", number=2),
        Button("r|q|", "OK"),
    )
    assert keys(Bubble("x", Shape.TICKS, buttons)) == [["✅ 1 NIB"], ["2 SPP-IRT"], ["OK"]]


def test_ones_own_number_is_shared_by_a_key() -> None:
    bubble = Bubble("x", Shape.CONTACT, (Button("r|q|c", "Bagikan nomor"), Button("r|q|s", "Lewati")))
    assert show(bubble, "71")[0][1]["reply_markup"] == {
        "keyboard": [[{"text": "Bagikan nomor", "request_contact": True}], [{"text": "Lewati"}]],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


def test_the_key_is_taken_away_afterwards() -> None:
    assert show(Bubble("x", extra={"remove_keyboard": True}), "71")[0][1]["reply_markup"] == {"remove_keyboard": True}


def test_a_redraw_edits_the_buttons_only() -> None:
    ((method, parameters),) = show(choice(2, redraw="77"), "71")
    assert method == "editMessageReplyMarkup"
    assert (parameters["message_id"], len(parameters["reply_markup"]["inline_keyboard"])) == (77, 2)


def test_a_long_text_is_cut_between_paragraphs_and_the_buttons_hang_on_the_last() -> None:
    calls = show(Bubble("\n\n".join("😀" * 1000 for _ in range(5)), Shape.CHOICE, choice(2).buttons), "71")
    assert [len(call[1]["text"]) for call in calls] == [2002, 2002, 1000]
    assert ["reply_markup" in call[1] for call in calls] == [False, False, True]


def test_a_button_that_cannot_be_carried_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="65 bytes"):
        show(Bubble("x", Shape.CHOICE, (Button("é" * 32 + "x", "Ya"),)), "71")


@unhurried
@given(bubbles())
def test_any_bubble_is_a_valid_message_and_loses_nothing(bubble: Bubble) -> None:
    calls = show(bubble, "71")
    for method, parameters in calls:
        telegram_rules.check(method, parameters)
    drawn = str(calls[-1][1].get("reply_markup", {}))
    if bubble.shape is not Shape.CONTACT:
        assert [b.data for b in bubble.buttons if b.data not in drawn] == []
    if calls[0][0] == "sendMessage":
        read = "".join(telegram_rules.words(call[1]["text"], "HTML") for call in calls)
        assert re.sub(r"[\s*·]", "", read) == re.sub(r"[\s*·]", "", bubble.text)
