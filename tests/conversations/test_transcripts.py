"""Golden transcripts: whole conversations as they read on each phone; `pytest --update-transcripts` writes them."""

from collections.abc import Callable

import pytest

from conversation.said import Contact, Other, Photo, Text
from models import Channel
from tests.conversations import on_both_channels
from tests.conversations.conftest import Phone
from tests.support.chat import Chat
from tests.support.owner import reaches_number, reaches_result, until
from tests.support.prose import matches, prose

WITH_NIB = {"papers": "nib", "nib_number": "1234 5678 90123"}


def keripik(chat: Chat) -> None:
    """The commonest: packaged keripik without NIB, to the number and what follows it."""
    reaches_number(chat.says("Assalamualaikum"))
    chat.taps("status", "yes", "yes").says("Renyah Banten", "lewati", "lewati").shares(Photo("p"))
    chat.says("NIB", "1234567890123", "mikro", "status")


def nuggets(chat: Chat) -> None:
    """Somebody who types everything, with slips, and mends the list afterwards."""
    chat.says("DAFTAR", "iya bu", "usaha saya", "serang", "2", "kasemn", "naget", "nggak pakai", "nib sama pirt")
    chat.says("500rb sehari", "ya", "dikemas", "di rumah saja", "belum", "tukang giling pasar", "ada yg belum")
    chat.says("ada yang belum", "tepung curah, merica", "sederhana", "dua")
    chat.says("kenapa begitu?", "daftar tugas", "1").taps("list").says("2").taps("forward", "recheck").says("semua")
    chat.says("MENU", "DAFTAR").says("1", "kota serang").says("MENU")


def doubts(chat: Chat) -> None:
    """Somebody who does not know, makes mistakes, asks for help, and is helped by an officer."""
    chat.says("halo", "apa ini", "MENU").taps("journey").says("maksudnya gimana", "bantuan", "1")
    chat.says("saya", "tangerang", "1", "bantuan", "atlantis", "lemuria", "mu").taps("again")
    chat.says("tigaraksa", "tahu", "hmm", "entah", "lewati")
    chat.log.append(("me", "nik saya ••••"))  # masked by the channel
    chat.hears(Text("nik saya ••••", had_nik=True))
    chat.shares(Other("voice"))
    chat.says("batal").taps("resume")
    reaches_result(chat, turnover="tidak tahu", sites="tidak tahu", meat="tidak tahu", ingredients="3", process="5",
                   product_count="belum tahu")  # fmt: skip
    chat.taps("why").taps("officer").says("MENU", "PETUGAS", "Saya bingung soal NIB", "tolong ya", "MENU", "BERHENTI")
    chat.taps("announcements").says("MULAI")


def ends(chat: Chat) -> None:
    """The check comes to an end, and goes on all the same."""
    reaches_result(chat.says("halo").taps("journey"), regency="di luar banten")
    chat.taps("next", "another")
    reaches_result(chat, product="sabun").taps("interest", "another")
    reaches_result(chat, avoid="babi", replaceable="tidak bisa").taps("another")
    reaches_result(chat, product="buah segar", natural="ya").taps("another")
    reaches_result(chat, papers="halal", certified_changed="tidak").taps("another")
    reaches_result(chat, papers="halal", certified_changed="ya").taps("officer")


def helper(chat: Chat) -> None:
    """A village facilitator, a caterer and a bakery with outlets, and the review."""
    chat.starts("daftar") if chat.channel is Channel.TELEGRAM else chat.says("DAFTAR")
    chat.taps("yes", "helping").says("belum").says("lanjut", "sudah")
    reaches_result(chat, product="masakan", form="katering", meat="1", **WITH_NIB).taps("register")
    until(chat, lambda: chat.asked == "phone", **WITH_NIB)
    chat.shares(Contact("", False)).says("0254 123456", "0812-9999-8888")
    until(chat, lambda: chat.asked == "review", **WITH_NIB)
    chat.says("salah", "4", "Jl. Merdeka 10", "8", "selesai", "benar")
    chat.says("DAFTAR")
    reaches_number(chat, for_whom="2", product="roti", sites="2", **UNMARKED, owner_name="Neng Sari",
                   business_name="Bolu Neng", phone="0812 1111 2222", address="Jl. Anyer 12")  # fmt: skip
    chat.says("status")


UNMARKED = {"ingredients": "2", "ingredients_which": "mentega curah"}


def english(chat: Chat) -> None:
    """The whole way in English."""
    chat.says("hello", "english").taps("journey", "page", "more", "yes")
    said = {"for_whom": "my own business", "product": "crisps", "papers": "1", "nib_number": "1234567890123",
            "form": "packaged", "review": "right", "avoid": "6", "meat": "5"}  # fmt: skip
    reaches_number(chat, **said)
    chat.taps("menu", "no", "later").says("questions").taps("cost").says("my data").taps("see")


CONVERSATIONS: dict[str, Callable[[Chat], None]] = {
    "keripik": keripik,
    "nuggets": nuggets,
    "doubts": doubts,
    "ends": ends,
    "helper": helper,
    "english": english,
}


@on_both_channels
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_reads_as_before(phone: Phone, channel: str, name: str, request: pytest.FixtureRequest) -> None:
    chat = phone(Channel(channel), hint="en" if name == "english" else None)
    CONVERSATIONS[name](chat)
    matches(request, f"{name}.{channel}", prose(chat))
