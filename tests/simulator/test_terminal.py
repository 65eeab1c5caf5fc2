"""The phone in the terminal can be piped: lines in, bubbles out."""

import io

import pytest

from simulator import terminal
from simulator.door import NotLoopback
from tests.simulator.fakes import Stage


def talk(stage: Stage, channel: str, *lines: str) -> tuple[int, str]:
    out = io.StringIO()
    return terminal.main(stage.url, channel, list(lines), out), out.getvalue()


def test_telegram_by_numbers(on_stage: Stage) -> None:
    code, said = talk(on_stage, "telegram", "b", "/foto", "/keluar", "not read")
    assert code == 0
    assert "> /start\n" in said
    assert "Bagian 1: *2 dari 13*" in said
    assert "  [a] Kab. Serang\n  [b] Kab. Lebak\n  [c] Di luar Banten\n" in said
    assert "> Kab. Lebak\n" in said
    assert "\nBaik: *Kab. Lebak*.\n" in said
    assert said.count("(Dicatat)") == 1
    assert "not read" not in said
    kinds = [next(k for k in u if k != "update_id") for u in on_stage.bot.telegram]
    assert kinds == ["message", "callback_query", "message"]
    assert "photo" in on_stage.bot.telegram[-1]["message"]


def test_whatsapp_lists_and_words(on_stage: Stage) -> None:
    code, said = talk(on_stage, "whatsapp", "C", "daftar")
    assert code == 0
    assert "  ☰ Lihat pilihan\n  [a] Kab. Serang" in said
    assert "Baik: *r|regency|4*." in said
    assert on_stage.bot.whatsapp[-1]["Body"] == "daftar"


def test_a_number_that_is_no_button_is_said(on_stage: Stage) -> None:
    talk(on_stage, "telegram", "9", "1 3", "/menu")
    assert [u["message"]["text"] for u in on_stage.bot.telegram] == ["/start", "9", "1 3", "/menu"]


def test_a_bot_that_does_not_answer(on_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "REPLY", 0.3)
    on_stage.bot.replies = False
    code, said = talk(on_stage, "whatsapp", "/maju")
    assert code == 1
    assert "(tidak ada jawaban)" in said
    assert len(on_stage.shifted) == 1


def test_nobody_there_or_not_here() -> None:
    with pytest.raises(terminal.NoPhone):
        terminal.main("http://127.0.0.1:9", "telegram", [], io.StringIO())
    with pytest.raises(NotLoopback):
        terminal.main("https://bot.example.go.id", "telegram", [], io.StringIO())


def test_the_bots_own_numbers_stand() -> None:
    def given(*labels: str) -> list[str]:
        return [mark for mark, _ in terminal.marks([({"label": label}, {}) for label in labels])]

    assert given("1 Ya", "2 Tidak") == ["1", "2"]
    assert given("9 Kibin", "✅ 10 Kopo", "Berikutnya ▶") == ["9", "10", "a"]
    assert given("Belum tahu") == ["a"]
