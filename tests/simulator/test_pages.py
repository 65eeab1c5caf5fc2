"""The pages without a browser: only this computer, only safe HTML, and usable without JavaScript."""

import asyncio
import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from models import Channel, Consent, Draft, Person
from simulator import app as simulator
from simulator import door, labels, markup
from simulator.door import NotLoopback
from simulator.state import Phone
from tests.simulator.fakes import START, Stage, a_conversation, a_delivery


def ask(
    stage: Stage, path: str, method: str = "GET", headers: dict[str, str] | None = None, **form: str
) -> tuple[int, str, Any]:
    async def go() -> tuple[int, str, Any]:
        how: dict[str, Any] = {"headers": headers or {}, "data": form or None, "allow_redirects": False}
        async with aiohttp.ClientSession() as session, session.request(method, stage.url + path, **how) as answer:
            return answer.status, await answer.text(), answer.headers

    return asyncio.run(go())


def test_only_this_computer(on_stage: Stage) -> None:
    assert ask(on_stage, "/simulator/")[0] == 200
    assert ask(on_stage, "/simulator/", headers={"Host": "phone.example.com"})[0] == 403
    evil = {"Sec-Fetch-Site": "cross-site"}
    assert ask(on_stage, "/simulator/telegram/1/do/say", "POST", evil, text="x")[0] == 403
    assert ask(on_stage, "/v1/Content", headers={"Host": "phone.example.com"})[0] == 403
    settings = on_stage.world.settings
    with pytest.raises(NotLoopback):
        simulator.create(type(settings)(**{**vars(settings), "bot_url": "https://bot.example.go.id"}))


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("", False),
        ("localhost.example.com", False),
    ],
)
def test_what_counts_as_this_computer(host: str, here: bool) -> None:
    assert door.is_loopback(host) is here


def test_every_answer_carries_the_content_policy(on_stage: Stage) -> None:
    for path in ("/simulator/", "/simulator/telegram", "/simulator/static/phone.css", "/simulator/telegram/999999"):
        _, body, headers = ask(on_stage, path)
        assert headers["content-security-policy"] == door.CSP
        assert "style=" not in body
        assert "onclick" not in body
    assert "unsafe" not in door.CSP


def test_the_vendored_files_are_what_they_say() -> None:
    static = Path(simulator.__file__).parent / "static"
    htmx = hashlib.sha256((static / "htmx-4.0.1.min.js").read_bytes()).hexdigest()
    assert htmx == "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
    axe = Path(__file__).parent.parent / "vendor" / "axe-4.14.1.min.js"
    found = hashlib.sha256(axe.read_bytes()).hexdigest()
    assert found == "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"


def test_without_javascript_a_form_is_enough(on_stage: Stage) -> None:
    status, _, headers = ask(on_stage, "/simulator/telegram/1/do/start", "POST", payload="daftar")
    assert (status, headers["location"]) == (303, "/simulator/telegram/1")
    _, page, _ = ask(on_stage, "/simulator/telegram/1")
    assert "Tempat membuat <i>produknya</i> ada di mana? 1 &lt; 2 &amp; 3" in page
    turn = on_stage.world.phone(Channel.TELEGRAM, 1).turns[-1]
    assert ask(on_stage, "/simulator/telegram/1/do/tap", "POST", key=f"{turn.id}-0")[0] == 303
    assert "<b>Kab. Serang</b>" in ask(on_stage, "/simulator/telegram/1")[1]
    status, _, headers = ask(on_stage, "/simulator/telegram/new", "POST")
    assert headers["location"] == "/simulator/telegram/2"
    assert ask(on_stage, "/simulator/telegram/2/hard/block", "POST")[0] == 303
    assert "Buka blokir" in ask(on_stage, "/simulator/telegram/2")[1]
    for what in ("twice", "fail", "forward"):
        assert ask(on_stage, f"/simulator/telegram/2/hard/{what}", "POST")[0] == 303


def test_a_whatsapp_list_opens_without_javascript(on_stage: Stage) -> None:
    ask(on_stage, "/simulator/whatsapp/1/do/say", "POST", text="Halo")
    turn = on_stage.world.phone(Channel.WHATSAPP, 1).turns[-1]
    _, page, _ = ask(on_stage, f"/simulator/whatsapp/1?list={turn.id}")
    assert f'value="{turn.id}-2"' in page
    assert 'role="dialog"' in page


def test_news_is_only_sent_when_there_is_some(on_stage: Stage) -> None:
    assert ask(on_stage, "/simulator/telegram/1/chat?v=0")[0] == 204
    mark = ask(on_stage, "/simulator/telegram/1/known")[1].split("known?v=")[1][:12]
    assert ask(on_stage, f"/simulator/telegram/1/known?v={mark}")[0] == 204
    ask(on_stage, "/simulator/telegram/1/do/say", "POST", text="halo")
    assert ask(on_stage, "/simulator/telegram/1/chat?v=0")[0] == 200


@pytest.mark.parametrize("path", ["/simulator/sms", "/simulator/telegram/0", "/simulator/telegram/1/chat?v=x"])
def test_what_is_not_there_is_404(standing_stage: Stage, path: str) -> None:
    assert ask(standing_stage, path)[0] == 404


@pytest.mark.parametrize(("what", "form"), [("love", {}), ("tap", {"key": "9-9"}), ("attach", {"what": "gun"})])
def test_what_cannot_be_done_is_404(standing_stage: Stage, what: str, form: dict[str, str]) -> None:
    assert ask(standing_stage, f"/simulator/telegram/1/do/{what}", "POST", **form)[0] == 404


NASTY = '<script>alert(1)</script> {curly} ‮rtl <b onclick="x">b</b> &amp; "'


def test_words_of_anybody_are_text_never_html(on_stage: Stage) -> None:
    on_stage.bot.replies = False
    for channel in ("telegram", "whatsapp"):
        ask(on_stage, f"/simulator/{channel}/1/do/say", "POST", text=NASTY)
        page = ask(on_stage, f"/simulator/{channel}/1")[1]
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_page_shows_what_the_program_knows(on_stage: Stage) -> None:
    with on_stage.engine.begin() as connection:
        person = connection.execute(sa.insert(Person.__table__).values(created_at=START)).lastrowid
        values = {"purpose": "service", "given": True, "text_version": "v3", "text_hash": "9c41" + "0" * 60}
        where = {"language": "id", "channel": "whatsapp", "at": START, "person_id": person}
        connection.execute(sa.insert(Consent.__table__).values(**values, **where))
    answers = {"for_whom": [1, "self"], "regency": [2, "36.04"]}
    open_run = {"run_id": "7f3a", "form": "check", "answers": answers, "person_id": person, "language": "id"}
    chat = a_conversation(on_stage.engine, "whatsapp", "whatsapp:+6281200000001", **open_run)
    buttons = [{"data": "7f3a|regency|36.04", "label": "Kab. Serang"}]
    bubble = {"text": "Dicatat.\n\nBagian 1: 2 dari 13\nDi *mana* tempatnya?", "shape": "choice", "buttons": buttons}
    a_delivery(on_stage.engine, chat, channel="whatsapp", state="read", bubble=bubble)
    a_delivery(on_stage.engine, chat, state="failed", lane=1, because="due:7", reason="63016")
    later = START + dt.timedelta(days=90)
    with on_stage.engine.begin() as connection:
        kept = {"run_id": "81c0", "form": "events", "answers": {"a": [1, 2]}, "view": {}, "facts": {}}
        connection.execute(
            sa.insert(Draft.__table__).values(conversation_id=chat, parked_at=START, purge_at=later, **kept)
        )
    page = ask(on_stage, "/simulator/whatsapp/1")[1]
    for shown in (
        "run 7f3a",
        "Tempat membuat produknya ada di",
        "check · regency",
        "Usaha saya sendiri",
        "Kab. Serang",
    ):
        assert shown in page
    for shown in (
        "Izin layanan",
        "teks v3 · 9c41…",
        "terbuka sampai 25 Nov, 10.12 WIB",
        "1 jawaban",
        "notice · tombol · due:7 · 63016",
    ):
        assert shown in page
    on_stage.clock.shift(dt.timedelta(hours=25))
    assert "tutup sejak" in ask(on_stage, "/simulator/whatsapp/1")[1]


def test_somebody_new_is_really_new_after_a_restart(on_stage: Stage) -> None:
    a_conversation(on_stage.engine, "telegram", "700000004")
    assert "Orang 5" in ask(on_stage, "/simulator/telegram")[1]
    assert "Orang 5" in ask(on_stage, "/simulator/whatsapp")[1]


def test_a_persons_names() -> None:
    assert Phone(Channel.WHATSAPP, 1).shown_address == "WhatsApp 0812-0000-0001"
    assert Phone(Channel.TELEGRAM, 1).address == "700000001"


@pytest.mark.parametrize(
    ("said", "html"),
    [
        ("*tebal* dan *tidak", ["<b>tebal</b> dan *tidak"]),
        ("a\n\nb", ["a", "b"]),
        ("2*3*4 _x_y ~s~", ["2*3*4 _x_y <s>s</s>"]),
        ("lihat https://oss.go.id.", ['lihat <a href="https://oss.go.id" rel="noopener noreferrer" ']),
    ],
)
def test_whatsapp_marks(said: str, html: list[str]) -> None:
    shown = [str(p) for p in markup.paragraphs(markup.whatsapp(said))]
    assert all(s.startswith(h) for s, h in zip(shown, html, strict=True))


def test_a_link_only_goes_to_the_web() -> None:
    shown = markup.paragraphs(markup.telegram('<a href="javascript:alert(1)">x</a> <a href="https://a.id">y</a>'))
    assert "javascript" not in shown[0]
    assert 'href="https://a.id"' in shown[0]


@pytest.mark.parametrize(
    ("key", "raw", "shown"),
    [
        ("for_whom", "self", "Usaha saya sendiri"),
        ("count", 1, "1"),
        ("sure", True, "ya"),
        ("sure", None, "dilewati"),
        ("avoid", ["none"], "Tidak ada"),
        ("avoid", [], "tidak ada"),
        ("at", {"lat": 1}, "lat 1"),
    ],
)
def test_answers_read_like_the_chat(key: str, raw: Any, shown: str) -> None:
    assert labels.answer("check", key, raw) == shown
    assert labels.question("check", "never_heard") == "never heard"
