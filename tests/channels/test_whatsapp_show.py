"""A bubble on WhatsApp, checked against Twilio's and WhatsApp's rules."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import templates
from bot.channels.approved import fill
from bot.channels.whatsapp_show import Message, outside, plain, show
from services.templates import Approved
from tests.channels.made import bubbles, choice, unhurried
from tests.standins import twilio_rules
from tests.standins.twilio import SENDER
from texts.bubble import Bubble, Button, Shape

KNOWN = {layout.name: f"HX{number:032x}" for number, layout in enumerate(templates.layouts())}
CONTENTS = {KNOWN[layout.name]: templates.definition(layout) for layout in templates.layouts()}


def seen(message: Message) -> dict[str, object]:
    """What the person sees of a message; Refused if Twilio would not take it."""
    form = {"To": "whatsapp:+6281234567890", "From": SENDER}
    names = {"body": "Body", "content_sid": "ContentSid", "content_variables": "ContentVariables"}
    form |= {names[name]: value for name, value in message.params().items()}
    return twilio_rules.message(form, CONTENTS, set()) or {"type": "text", "body": message.body}


def only(bubble: Bubble, known: dict[str, str] | None = None) -> dict[str, object]:
    """The one message a bubble becomes."""
    messages = show(bubble, KNOWN if known is None else known)
    assert messages is not None
    assert len(messages) == 1
    return seen(messages[0])


def test_three_options_are_quick_replies_and_the_lines_stay_lines() -> None:
    whole = only(choice(3))
    assert whole["type"] == "twilio/quick-reply"
    assert whole["body"] == "Bagian 1: 2 dari 13\n\u200b\n*Di mana* usahanya?"
    assert whole["actions"] == [
        {"type": "QUICK_REPLY", "title": f"Pilihan {n}", "id": f"r1|regency|{n}"} for n in (1, 2, 3)
    ]


def test_ten_options_are_a_list_with_their_numbers() -> None:
    whole = only(choice(10))
    assert (whole["type"], whole["button"]) == ("twilio/list-picker", "Lihat pilihan")
    items = whole["items"]
    assert isinstance(items, list)
    assert [item["item"] for item in items][:2] == ["1 Pilihan 1", "2 Pilihan 2"]
    assert "description" not in items[0]


def test_eleven_options_are_numbered_lines() -> None:
    whole = only(choice(11))
    assert whole["type"] == "text"
    assert str(whole["body"]).endswith("\n\n" + "\n".join(f"{n} Pilihan {n}" for n in range(1, 12)))


def test_a_text_that_names_the_numbers_gets_no_second_list() -> None:
    assert only(choice(11, numbered=True))["body"] == choice(11).text


def test_without_templates_words_do() -> None:
    assert only(choice(2), {})["body"] == choice(2).text + "\n\n1 Pilihan 1\n2 Pilihan 2"
    navigation = Bubble("x", Shape.CHOICE, (Button("r|q|1", "Ya", number=1), Button("r|q|>", "Berikutnya ▶")))
    assert only(navigation, {})["body"] == "x\n\n1 Ya\n• Berikutnya ▶"


def test_a_long_label_loses_its_number_then_is_told_below() -> None:
    labels = ["Kab. Serang", "Kabupaten Pandeglang 24", "Kota Tangerang Selatan dan sekitarnya", "Kota Cilegon"]
    buttons = tuple(Button(f"r|q|{n}", label, number=n) for n, label in enumerate(labels, 1))
    items = only(Bubble("x", Shape.CHOICE, buttons))["items"]
    assert isinstance(items, list)
    assert [item["item"] for item in items] == [
        "1 Kab. Serang",
        "Kabupaten Pandeglang 24",
        "Kota Tangerang Selatan…",
        "4 Kota Cilegon",
    ]
    assert [item["description"] for item in items] == ["\u200b", "\u200b", labels[2], "\u200b"]


def test_a_quick_reply_cut_short_is_told_in_full_above() -> None:
    buttons = (Button("r|q|1", "Saya membantu pemilik usaha", number=1), Button("r|q|2", "Usaha saya", number=2))
    whole = only(Bubble("Untuk siapa?", Shape.CHOICE, buttons))
    assert whole["body"] == "Untuk siapa?\n\u200b\n1 Saya membantu pemilik usaha"
    assert twilio_rules.units(str(whole["actions"][0]["title"])) <= 20  # type: ignore[index]


def test_ticks_are_numbers_in_the_text_and_only_some_are_tapped() -> None:
    rows = tuple(Button(f"r|q|{n}", f"Bahan {n}", number=n, quick=False) for n in range(1, 8))
    bubble = Bubble(
        "Ada bahan ini?", Shape.TICKS, (*rows, Button("r|q|none", "Tidak ada"), Button("r|q|?", "Tidak tahu"))
    )
    whole = only(bubble)
    assert [action["title"] for action in whole["actions"]] == ["Tidak ada", "Tidak tahu"]  # type: ignore[attr-defined]
    assert str(whole["body"]).split("\n")[2:4] == ["1 Bahan 1", "2 Bahan 2"]


def test_ones_own_number_is_asked_in_words() -> None:
    bubble = Bubble("Nomor WA?", Shape.CONTACT, (Button("r|q|c", "Bagikan"), Button("r|q|s", "Lewati")))
    assert only(bubble)["body"] == "Nomor WA?\n\n• Lewati"


def test_buttons_of_one_name_or_one_id_fall_back_to_words() -> None:
    alike = (Button("r|q|1", "Ya", number=1), Button("r|q|2", "Ya", number=2))
    assert only(Bubble("x", Shape.CHOICE, alike))["type"] == "text"
    same = (Button("r|q|1", "Ya"), Button("r|q|1", "Tidak"))
    assert only(Bubble("x", Shape.CHOICE, same))["type"] == "text"


@pytest.mark.parametrize(("lines", "kind"), [(20, "twilio/quick-reply"), (39, "twilio/quick-reply"), (41, "text")])
def test_a_text_of_many_lines_first_loses_its_blank_ones(lines: int, kind: str) -> None:
    text = "\n".join("isi" if n % 2 == 0 else "" for n in range(lines))
    assert only(Bubble(text, Shape.CHOICE, choice(2).buttons))["type"] == kind


def test_a_text_over_1024_has_no_buttons_and_one_over_1600_comes_in_parts() -> None:
    assert only(Bubble("kata " * 250, Shape.CHOICE, choice(2).buttons))["type"] == "text"
    messages = show(Bubble("\n\n".join(["kata " * 250] * 3), Shape.CHOICE, choice(2).buttons), KNOWN)
    assert messages is not None
    assert len(messages) == 3
    assert messages[-1].body.endswith("2 Pilihan 2")


def test_braces_cannot_pull_in_other_variables() -> None:
    whole = only(Bubble("Usaha {{2}} {x}", Shape.CHOICE, choice(1).buttons))
    assert whole["body"] == "Usaha { {2} } {x}"


def test_outside_the_window_only_an_approved_template_goes_out() -> None:
    bubble = Bubble("Kabar", template="stage_changed_v1", template_values=("Keripik\nBu Siti", "", "K7     ya"))
    usable = {"stage_changed_v1.id": Approved("HX1", "Usaha {{1}} sekarang {{2}} ({{3}}).", 3)}
    assert outside(bubble, {}) is None
    assert outside(choice(2), usable) is None
    assert outside(replace(bubble, template_language="en"), usable) is None
    assert outside(replace(bubble, template_values=("Keripik",)), usable) is None  # a sample would stand in the gap
    assert outside(bubble, usable) == (
        Message(content_sid="HX1", variables={"1": "Keripik Bu Siti", "2": "-", "3": "K7 ya"}),
    )


def test_what_goes_along_stands_above_the_template_where_that_is_approved_and_else_is_linked_at_its_end() -> None:
    carried = {
        "file": "picture",
        "path": "7.1.x/pengumuman-7.jpg",
        "linked": "Berkasnya: https://bot.go.id/files/7.1.x",
    }
    bubble = Bubble("Kabar", template="kabar_v1", template_values=("Siti", "ada"), extra={"carried": carried})
    plainly = Approved("HX1", "Untuk {{1}}: {{2}}.", 2, (("Menu", ""),))
    above = replace(plainly, sid="HX2", file="picture")
    usable = {"kabar_v1.id": plainly, "kabar_document_v1.id": replace(above, file="document")}
    last = "ada Berkasnya: https://bot.go.id/files/7.1.x"
    assert outside(bubble, usable) == (Message(content_sid="HX1", variables={"1": "Siti", "2": last}),)
    variables = {"1": "Siti", "2": "ada", "3": "7.1.x/pengumuman-7.jpg"}
    assert outside(bubble, usable | {"kabar_picture_v1.id": above}) == (
        Message(content_sid="HX2", variables=variables),
    )
    assert fill(plainly, bubble) is None  # what it carries would be lost
    assert fill(above, replace(bubble, extra={})) is None  # a sample would be shown


def test_a_button_of_a_template_carries_the_row_it_answers() -> None:
    template = Approved(
        "HX1", "Ada tempat untuk {{1}} ya.", 1, (("Ambil", "take"), ("Petugas", ""), ("Lewati", "skip"))
    )
    buttons = (Button("offer|17|skip", "Lewati dulu"), Button("offer|17|take", "Ambil tempat"))
    bubble = Bubble("", Shape.CHOICE, buttons, template="t_v1", template_values=("Keripik",))
    assert fill(template, bubble) == {"1": "Keripik", "2": "offer|17|take", "3": "offer|17|skip"}


@given(st.lists(st.text(), min_size=2, max_size=5))
def test_any_values_are_clean_and_the_whole_is_short_enough(values: list[str]) -> None:
    body = "Kabar " + " dan ".join(f"{{{{{n}}}}}" for n in range(1, len(values) + 1)) + " ya."
    filled = fill(Approved("HX1", body, len(values)), Bubble("", template="t_v1", template_values=tuple(values)))
    assert filled is not None
    assert all(v and not re.search(r"[\n\t]| {4,}|\{\{", v) and len(v) <= 250 for v in filled.values())
    assert len(re.sub(r"\{\{(\d)\}\}", lambda found: filled[found[1]], body)) <= 1024


def test_inside_the_window_the_words_go_out_and_not_the_template() -> None:
    bubble = Bubble("Kabar", template="stage_changed_v1", template_values=("a",))
    assert show(bubble, {"stage_changed_v1": "HX1"}) == (Message(body="Kabar"),)


def test_variables_that_do_not_fit_their_template_are_an_error_of_ours() -> None:
    wanted = templates.Layout("qr", 1, 1)
    with pytest.raises(ValueError, match="takes 3"):
        templates.fill(wanted, ["a", "b"], [("t", "i")])
    with pytest.raises(ValueError, match="empty"):
        templates.fill(wanted, [""], [("t", "i")])


def test_every_template_is_one_twilio_takes() -> None:
    wanted = list(templates.layouts())
    for layout in wanted:
        twilio_rules.content(templates.definition(layout))
        assert templates.layout(layout.name) == layout
    names = {templates.definition(layout)["friendly_name"] for layout in wanted}
    assert len(names) == len(wanted) == len(KNOWN)


def strings(value: object) -> str:
    """Every string in a message."""
    if isinstance(value, dict):
        return "".join(map(strings, value.values()))
    return "".join(map(strings, value)) if isinstance(value, list) else str(value)


def squeezed(text: str) -> str:
    """Text without what a channel may change: white space, blank lines' stand-in, braces kept apart."""
    return "".join(text.split()).replace("\u200b", "")


@unhurried
@given(bubbles())
def test_any_bubble_is_valid_messages_and_loses_nothing(bubble: Bubble) -> None:
    for messages in (show(bubble, KNOWN), plain(bubble)):
        assert messages is not None
        whole = squeezed("".join(strings(seen(message)) for message in messages))
        text = squeezed("".join(str(seen(message)["body"]) for message in messages))
        assert squeezed(bubble.text) in text or squeezed(templates.value(bubble.text, "")) in text
        buttons = bubble.buttons[1:] if bubble.shape is Shape.CONTACT else bubble.buttons
        told = [b for b in buttons if b.number is None or not bubble.numbered]
        for button in told:
            assert squeezed(templates.value(button.label, "·")) in whole
