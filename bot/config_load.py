"""Reading the settings once at start: from where, in what order, and every fault in one plain sentence."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError

from bot.config import Settings, WrongSettings

PREFIX = "NAIKKELAS_"
# Names with our prefix that are no settings: where the settings are, and the tests' own server.
APART = frozenset({"CONFIG", "STAFF", "SECRETS_DIR", "TEST_POSTGRES_URL"})
SECRETS = (("web", "secret"), ("telegram", "token"), ("telegram", "webhook_secret"), ("whatsapp", "auth_token"))


class _Sources(BaseSettings, Settings):
    """The settings as they are written outside: environment, then `.env`, then secret files, then `config.yaml`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of precedence."""
        sources = [init_settings, env_settings, dotenv_settings]
        if os.environ.get(PREFIX + "SECRETS_DIR"):
            sources.append(NestedSecretsSettingsSource(file_secret_settings, secrets_dir_missing="error"))
        return (*sources, YamlConfigSettingsSource(settings_cls, yaml_file=config_path()))


def config_path() -> Path:
    """`NAIKKELAS_CONFIG`, or `config.yaml` in the folder the program is started in."""
    return Path(os.environ.get(PREFIX + "CONFIG", "config.yaml"))


def load(dotenv: Path | None = Path(".env")) -> Settings:
    """Read the settings from outside. Raises WrongSettings with one sentence per fault."""
    faults = [*_file_faults(config_path()), *_name_faults(os.environ), *_secret_file_faults()]
    if faults:
        raise WrongSettings(faults)
    secrets = os.environ.get(PREFIX + "SECRETS_DIR")
    try:
        settings = _Sources(_env_file=dotenv, _secrets_dir=secrets)  # type: ignore[call-arg]
    except ValidationError as wrong:
        raise WrongSettings([_sentence(dict(error)) for error in wrong.errors()]) from None
    except SettingsError:
        raise WrongSettings(["Isi folder rahasia atau lingkungan (NAIKKELAS_…) tidak dapat dibaca."]) from None
    if settings.faults():
        raise WrongSettings(settings.faults())
    return settings


def _secret_file_faults() -> list[str]:
    """A secret under a name that is not read would be missed in silence."""
    folder = Path(os.environ.get(PREFIX + "SECRETS_DIR", ""))
    if PREFIX + "SECRETS_DIR" not in os.environ or not folder.is_dir():
        return []
    names = sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))
    return [
        f"Berkas rahasia {name} tidak akan dibaca: namanya harus {PREFIX.lower()}{name}."
        for name in names
        if not name.upper().startswith(PREFIX)
    ]


def _file_faults(path: Path) -> list[str]:
    """The file must be there if it was named, must be YAML, and must hold no secrets."""
    if not path.exists():
        return [f"Berkas pengaturan {path} tidak ada."] if PREFIX + "CONFIG" in os.environ else []
    try:
        kept = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        line = getattr(getattr(wrong, "problem_mark", None), "line", None)
        return [f"Berkas pengaturan {path} bukan YAML yang benar" + (f" (baris {line + 1})." if line else ".")]
    if not isinstance(kept, dict):
        return [f"Berkas pengaturan {path} harus berisi bagian seperti web: atau telegram:."]
    return [
        f"{a}.{b} adalah rahasia: pindahkan dari {path} ke .env (NAIKKELAS_{a.upper()}__{b.upper()})."
        for a, b in SECRETS
        if isinstance(kept.get(a), dict) and kept[a].get(b)
    ]


def _name_faults(environ: Mapping[str, str]) -> list[str]:
    """A misspelt section in the environment would otherwise be silently ignored."""
    found = []
    for name in environ:
        section = name.upper().removeprefix(PREFIX).split("__")[0]
        if name.upper().startswith(PREFIX) and section not in APART and section.lower() not in Settings.model_fields:
            found.append(f"Nama lingkungan {name} tidak dikenal.{_perhaps(section.lower(), Settings)}")
    return found


def _perhaps(word: str, model: type[BaseModel]) -> str:
    near = difflib.get_close_matches(word, model.model_fields, 1)
    return f" Mungkin maksudnya {near[0]}?" if near else ""


def _sentence(error: Mapping[str, Any]) -> str:
    """One fault in plain words; never the value, which may be a secret."""
    where = ".".join(str(part) for part in error["loc"])
    kind = str(error["type"])
    context = error.get("ctx") or {}
    if kind == "extra_forbidden":
        return f"Kunci {where} tidak dikenal.{_near(error['loc'])}"
    if kind == "missing":
        return f"{where} belum diisi."
    if kind == "value_error":
        return f"{where} salah: {context.get('error')}."
    if kind in {"literal_error", "enum"}:
        return f"{where} salah: pilihannya {str(context.get('expected')).replace(' or ', ' atau ')}."
    if where in SHAPES:
        return f"{where} salah: {SHAPES[where]}."
    return f"{where} salah: {KINDS.get(kind.split('_')[0], 'nilainya tidak dapat dibaca')}{_bound(context)}."


def _bound(context: Mapping[str, Any]) -> str:
    """How large or small a number may be."""
    said = {"ge": "paling sedikit", "gt": "harus lebih dari", "le": "paling banyak", "lt": "harus kurang dari"}
    return next((f", {words} {context[name]}" for name, words in said.items() if name in context), "")


SHAPES = {  # what a text of a certain shape looks like
    "whatsapp.sender": "contohnya whatsapp:+6281234567890",
    "whatsapp.account_sid": "disalin dari konsol Twilio, diawali AC",
    "whatsapp.messaging_service_sid": "disalin dari konsol Twilio, diawali MG",
    "whatsapp.base_url": "harus diawali http:// atau https://",
    "telegram.base_url": "harus diawali http:// atau https://",
    "telegram.base_file_url": "harus diawali http:// atau https://",
}


KINDS = {
    "int": "harus bilangan bulat",
    "float": "harus angka",
    "bool": "harus true atau false",
    "date": "harus tanggal, contoh 2026-11-24",
    "time": "harus jam, contoh 08:00",
    "string": "bentuknya tidak sesuai",
    "greater": "angkanya terlalu kecil",
    "less": "angkanya terlalu besar",
    "dict": "harus berisi kunci dan nilai",
    "model": "harus berisi kunci dan nilai",
    "tuple": "harus berupa daftar",
    "too": "isinya terlalu sedikit atau terlalu banyak",
}


def _near(loc: tuple[Any, ...]) -> str:
    """A known key close to the misspelt one, in the same section."""
    model: type[BaseModel] = Settings
    for part in loc[:-1]:
        inner = model.model_fields.get(str(part))
        if inner is None or not (isinstance(inner.annotation, type) and issubclass(inner.annotation, BaseModel)):
            return ""
        model = inner.annotation
    return _perhaps(str(loc[-1]), model)
