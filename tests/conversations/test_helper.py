"""A village facilitator registers several makers from her own phone: each its own record, each to be confirmed."""

from models import Channel
from tests.conversations import on_both, on_both_channels
from tests.conversations.conftest import Phone, Rows
from tests.support.owner import reaches_number, reaches_result


@on_both
@on_both_channels
def test_a_helper_says_so_and_the_owner_must_confirm(phone: Phone, rows: Rows, channel: str) -> None:
    chat = phone(Channel(channel)).says("halo").taps("journey", "yes", "helping")
    assert "pemilik perlu membenarkan" in chat.text
    assert "Bagian" not in chat.text
    chat.says("sudah setuju")
    assert "Bagian 1: 2 dari 13" in chat.text
    reaches_number(chat, phone="0812 9999 8888")
    business = rows("SELECT by_helper, owner_confirmed_at, phone FROM businesses")[0]
    assert bool(business["by_helper"])
    assert business["owner_confirmed_at"] is None
    assert business["phone"] == "+6281299998888"  # the owner's, asked for on WhatsApp too
    assert "KONFIRMASI_PEMILIK" in str(rows("SELECT result FROM assessments ORDER BY id DESC LIMIT 1"))
    assert rows("SELECT asked_by FROM assessments")[0] == {"asked_by": "helper"}


def test_an_owner_who_was_not_asked_yet_keeps_everything_waiting(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo").taps("journey", "yes", "helping").says("belum")
    assert "ketik *LANJUT*" in chat.text
    assert chat.form is None
    assert rows("SELECT * FROM assessments") == rows("SELECT * FROM businesses") == []
    chat.says("LANJUT")
    assert chat.asked == "helper"
    chat.taps("yes")
    assert chat.asked == "regency"


def test_five_makers_from_one_phone(phone: Phone, rows: Rows) -> None:
    chat = phone().says("halo")
    for n in range(1, 6):
        chat.says("DAFTAR")
        reaches_number(
            chat, for_whom="2", owner_name=f"Ibu {'ABCDE'[n - 1]}tik", business_name=f"Keripik {n}",
            phone=f"08121111222{n}", address=f"Kp. Cikulur RT 0{n}/RW 03",
        )  # fmt: skip
    assert len(rows("SELECT * FROM businesses WHERE by_helper")) == 5
    assert len(rows("SELECT DISTINCT number FROM applications")) == 5
    assert len(rows("SELECT * FROM persons")) == 1
    chat.says("STATUS")
    assert "Ada 5 usaha" in chat.text
    assert len(chat.options) == 5


def test_the_helpers_own_result_names_the_confirmation_first(phone: Phone) -> None:
    chat = reaches_result(phone().says("halo").taps("journey"), for_whom="2").taps("list").says("1")
    assert chat.form == "todo_line"
    assert "remind" in chat.options
