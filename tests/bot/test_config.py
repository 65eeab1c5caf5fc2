"""A wrong setting stops the program with one plain sentence, and no sentence carries a secret."""

from pathlib import Path

import pytest

from bot.config import Settings, WrongSettings
from bot.config_load import load

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOO"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import os

    for name in os.environ:
        if name.startswith("NAIKKELAS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _faults() -> list[str]:
    with pytest.raises(WrongSettings) as wrong:
        load()
    return wrong.value.faults


def test_with_nothing_set_the_phone_is_on() -> None:
    settings = load()
    assert settings.simulated
    assert settings.database.url.get_secret_value() == "sqlite:///var/naikkelas.db"
    assert (settings.telegram.rate_per_second, settings.whatsapp.rate_per_second) == (29.5, 79)
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8000)


def test_the_file_that_comes_with_the_program_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Path(__file__).parents[2] / "config.yaml"
    monkeypatch.setenv("NAIKKELAS_CONFIG", str(shipped))
    settings = load()
    assert settings.programme is not None
    assert (settings.programme.code, settings.programme.quota, settings.programme.taken_before) == (
        "BANTEN-2026",
        14000,
        7000,
    )
    assert settings.office_now().programme == "BANTEN-2026"


def test_environment_over_dotenv_over_secret_files_over_yaml(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config.yaml").write_text("web: {port: 1, host: a, public_url: 'https://yaml.example'}")
    (folder / "secrets").mkdir()
    (folder / "secrets" / "naikkelas_web__port").write_text("2")
    (folder / "secrets" / "NAIKKELAS_TELEGRAM__TOKEN").write_text(TOKEN)
    (folder / ".env").write_text("NAIKKELAS_WEB__PORT=3\nNAIKKELAS_WEB__HOST=b\n")
    monkeypatch.setenv("NAIKKELAS_SECRETS_DIR", str(folder / "secrets"))
    monkeypatch.setenv("NAIKKELAS_WEB__PORT", "4")
    settings = load()
    assert (settings.web.port, settings.web.host, settings.web.public_url) == (4, "b", "https://yaml.example")
    assert settings.telegram.token is not None
    assert settings.telegram.token.get_secret_value() == TOKEN
    assert not settings.simulated


def test_a_misspelt_key_is_named_with_the_likely_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config.yaml").write_text("web: {prot: 8000}\nofice: {}")
    assert _faults() == [
        "Kunci web.prot tidak dikenal. Mungkin maksudnya port?",
        "Kunci ofice tidak dikenal. Mungkin maksudnya office?",
    ]
    (folder / "config.yaml").unlink()
    monkeypatch.setenv("NAIKKELAS_TELEGRM__TOKEN", "x")
    assert _faults() == ["Nama lingkungan NAIKKELAS_TELEGRM__TOKEN tidak dikenal. Mungkin maksudnya telegram?"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TELEGRAM__TOKEN", "rahasia-sekali", "telegram.token"),
        ("TELEGRAM__MODE", "push", "telegram.mode salah: pilihannya 'polling' atau 'webhook'."),
        ("WEB__PORT", "delapan", "web.port salah: harus bilangan bulat."),
        ("WEB__PORT", "70000", "web.port salah: angkanya terlalu besar, paling banyak 65535."),
        ("WEB__PUBLIC_URL", "bot.contoh.go.id", "web.public_url salah: harus alamat lengkap"),
        ("DATABASE__URL", "mysql://u:rahasia-sekali@h/d", "database.url salah: harus diawali sqlite"),
        ("TELEGRAM__WEBHOOK_SECRET", "rahasia sekali", "telegram.webhook_secret salah"),
        ("WHATSAPP__SENDER", "08123", "whatsapp.sender salah: contohnya whatsapp:+62"),
        ("OFFICE__OPENS", "pagi", "office.opens salah: harus jam"),
        ("OFFICE__VERIFY_URL", "https://bptsi-banten.com", "office.verify_url salah: harus laman resmi pemerintah"),
        ("OFFICE__VERIFY_URL", "https://x.com/a.go.id", "office.verify_url salah: harus laman resmi pemerintah"),
        ("OFFICE__VERIFY_URL", "go.id.contoh.com", "office.verify_url salah: harus laman resmi pemerintah"),
        (
            "TELEGRAM__RATE_PER_SECOND",
            "0",
            "telegram.rate_per_second salah: angkanya terlalu kecil, harus lebih dari 0",
        ),
    ],
)
def test_one_sentence_per_fault_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"NAIKKELAS_{name}", value)
    (fault,) = _faults()
    assert fault.startswith(said)
    assert "rahasia" not in fault
    assert fault.endswith(".")


def test_keys_that_contradict_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAIKKELAS_TELEGRAM__TOKEN", TOKEN)
    monkeypatch.setenv("NAIKKELAS_TELEGRAM__MODE", "webhook")
    monkeypatch.setenv("NAIKKELAS_WHATSAPP__ACCOUNT_SID", "AC" + "0" * 32)
    assert [fault.split()[0] for fault in _faults()] == [
        "web.public_url",
        "telegram.webhook_secret",
        "whatsapp.auth_token",
        "whatsapp.sender",
        "web.public_url",
    ]


def test_the_phone_never_stands_beside_real_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAIKKELAS_TELEGRAM__TOKEN", TOKEN)
    assert not load().simulated
    monkeypatch.setenv("NAIKKELAS_SIMULATOR__ENABLED", "true")
    assert _faults() == ["simulator.enabled tidak boleh menyala bersama token Telegram atau Twilio yang sungguhan."]


def test_the_phone_is_for_this_computer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAIKKELAS_WEB__HOST", "0.0.0.0")
    assert "Belum ada saluran" in _faults()[0]
    monkeypatch.setenv("NAIKKELAS_SIMULATOR__ENABLED", "true")
    assert "127.0.0.1" in _faults()[0]


def test_secrets_do_not_stand_in_the_file(folder: Path) -> None:
    (folder / "config.yaml").write_text(f"telegram: {{token: '{TOKEN}'}}")
    (fault,) = _faults()
    assert "telegram.token adalah rahasia" in fault
    assert TOKEN not in fault


@pytest.mark.parametrize("text", ["web: [", "- a", "web: 5\n  x: y", "\x00"])
def test_a_broken_file_is_said(folder: Path, text: str) -> None:
    (folder / "config.yaml").write_text(text)
    assert "config.yaml" in _faults()[0]


def test_a_named_file_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAIKKELAS_CONFIG", "nirgends.yaml")
    assert _faults() == ["Berkas pengaturan nirgends.yaml tidak ada."]


def test_a_programme_must_make_sense(folder: Path) -> None:
    programme = "{code: A, name: B, opens: 2026-02-01, closes: 2026-01-01, accepts: [self_declare], quota: 1, "
    (folder / "config.yaml").write_text(f"programme: {programme} source: s, as_of: 2026-01-01}}")
    assert _faults() == ["programme salah: tanggal tutup (closes) lebih awal daripada tanggal buka (opens)."]


def test_printing_the_settings_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAIKKELAS_TELEGRAM__TOKEN", TOKEN)
    monkeypatch.setenv("NAIKKELAS_DATABASE__URL", "postgresql://u:geheim@h/d")
    shown = repr(load()) + str(load())
    assert TOKEN not in shown
    assert "geheim" not in shown


def test_constructed_settings_read_nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAIKKELAS_WEB__PORT", "9999")
    assert Settings().web.port == 8000


def test_a_secrets_folder_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAIKKELAS_SECRETS_DIR", "nirgends")
    assert "folder rahasia" in _faults()[0]


def test_the_example_environment_changes_nothing_until_it_is_filled_in(folder: Path) -> None:
    example = Path(__file__).parents[2] / ".env.example"
    (folder / ".env").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    assert load().model_dump() == Settings().model_dump()
