"""Baris perintah berbahasa Indonesia: the frame of every help page and every mistake in typing, as staff read them."""

import difflib
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import typer
from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import (
    BadParameter,
    ClickException,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperGroup

NAME = "naikkelas"
FRAME = {
    "ARGUMENTS_PANEL_TITLE": "Isian",
    "OPTIONS_PANEL_TITLE": "Pilihan",
    "COMMANDS_PANEL_TITLE": "Perintah",
    "ERRORS_PANEL_TITLE": "Keliru",
    "DEFAULT_STRING": "[kalau kosong: {}]",
    "ENVVAR_STRING": "[atau variabel {}]",
    "REQUIRED_LONG_STRING": "[wajib]",
}
# What stands beside an option: what is written after it. A switch takes nothing.
TYPES = {
    "str": "TEKS", "int": "ANGKA", "float": "ANGKA", "bool": "", "Path": "BERKAS", "path": "BERKAS",
    "int range": "ANGKA",
}  # fmt: skip
# What an argument is called in the line of use, where its command does not say so itself.
ARGUMENTS = {
    "number": "NOMOR", "stage": "TAHAP", "code": "KODE", "file": "BERKAS", "path": "BERKAS", "to": "BERKAS",
    "name": "NAMA", "names": "NAMA", "which": "TAWARAN", "document": "DOKUMEN", "words": "JAWABAN", "old": "LAMA",
    "new": "BARU", "business": "USAHA", "places": "JUMLAH", "who": "SIAPA", "first": "TANGGAL", "moment": "SAAT",
    "event": "ACARA", "share": "JATAH",
}  # fmt: skip
SERVER = frozenset({"run", "chat", "check", "seed", "backup", "restore", "db", "whatsapp"})
OFFICE_PANEL, SERVER_PANEL = "Pekerjaan kantor", "Menjalankan bot"


class Root(TyperGroup):
    """The command `naikkelas` with everything below it, spoken in Indonesian."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for command in _all(self):
            _speak(command)
        for name, one in self.commands.items():
            vars(one)["rich_help_panel"] = SERVER_PANEL if name in SERVER else OFFICE_PANEL

    def list_commands(self, ctx: Context) -> list[str]:
        """The office's work first, then what keeps the bot running."""
        return sorted(super().list_commands(ctx), key=lambda name: name in SERVER)

    def main(self, *args: Any, **given: Any) -> Any:
        """Run it; whatever was typed wrongly is said in a sentence that tells what to do next."""
        if not given.get("standalone_mode", True):
            return super().main(*args, **given)
        given |= {"standalone_mode": False, "prog_name": NAME}
        try:
            code = super().main(*args, **given)
        except ClickException as wrong:
            typer.echo(sentence(wrong), err=True)
            code = wrong.exit_code
        except typer.Abort:
            typer.echo("Dihentikan.", err=True)
            code = 1
        sys.exit(code if isinstance(code, int) else 0)


def _all(command: Command) -> Iterator[Command]:
    yield command
    if isinstance(command, TyperGroup):
        for one in command.commands.values():
            yield from _all(one)


def _speak(command: Command) -> None:
    command.options_metavar = "[PILIHAN]"
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = "PERINTAH …"
    context = Context(command)
    helping = command.get_help_option(context)
    for parameter in (*command.params, *([helping] if helping else [])):
        _name_type(parameter, context)
    if helping is not None:
        helping.help = "tampilkan bantuan ini"
    vars(command)["get_usage"] = partial(_usage, command)
    vars(command)["format_help"] = partial(_help, command)


def _help(command: Command, context: Context, formatter: Any) -> None:
    from typer import rich_utils  # only who asks for help loads what draws it

    for name, text in FRAME.items():
        setattr(rich_utils, name, text)
    type(command).format_help(command, context, formatter)


def _name_type(parameter: Parameter, context: Context) -> None:
    said = getattr(parameter, "display_type")(context) or ""  # noqa: B009 -- Typer's own, not in its parent's types
    if parameter.param_type_name == "argument":
        parameter.metavar = parameter.metavar or ARGUMENTS.get(parameter.name or "", (parameter.name or "").upper())
        vars(parameter)["display_type_rich"] = lambda ctx: None
    elif parameter.metavar is None:
        bare = said.strip("<>[]").partition(" [")[0]
        parameter.metavar = TYPES.get(bare.removeprefix("list[").rstrip("]"), bare)


def _usage(command: Command, context: Context) -> str:
    return type(command).get_usage(command, context).replace("Usage:", "Cara pakai:", 1)


# --- what was typed wrongly


def sentence(wrong: ClickException) -> str:
    """What is wrong with a command as it was typed, and where to read how it is typed."""
    if isinstance(wrong, NoArgsIsHelpError):
        return wrong.format_message()
    context = wrong.ctx if isinstance(wrong, UsageError) else None
    where = context.command_path if context else NAME
    return f"{_fault(wrong, context)} Bantuan: {where} --help"


def _fault(wrong: ClickException, context: Context | None) -> str:
    if isinstance(wrong, MissingParameter):
        return f"{_called(wrong)} belum ditulis{_meant(wrong)}."
    if isinstance(wrong, BadParameter):
        return f"{_called(wrong)} tidak bisa dibaca{_meant(wrong)}."
    if isinstance(wrong, NoSuchOption):
        known = [name for one in (context.command.params if context else ()) for name in one.opts]
        return f"Pilihan {wrong.option_name} tidak ada{_near(wrong.option_name, known)}"
    unknown = wrong.message.partition("No such command '")[2].partition("'")[0]
    if unknown and context and isinstance(context.command, TyperGroup):
        return f"Perintah {unknown} tidak ada{_near(unknown, list(context.command.commands))}"
    extra = wrong.message.rpartition("(")[2].rstrip(".)")
    if "unexpected extra argument" in wrong.message:
        return f"Isian ini berlebih: {extra}. Kata yang berspasi ditulis di antara tanda kutip."
    return f"Perintah ini tidak bisa dibaca: {wrong.format_message().rstrip('.')}."


def _called(wrong: BadParameter) -> str:
    parameter = wrong.param
    if parameter is None:
        return "Satu isian"
    kind = "Pilihan" if parameter.param_type_name == "option" else "Isian"
    name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
    return f"{kind} {name}"


def _meant(wrong: BadParameter) -> str:
    told = getattr(wrong.param, "help", None)
    return f" ({told})" if told else ""


def _near(said: str, known: list[str]) -> str:
    near = difflib.get_close_matches(said, known, n=1)
    return f"; maksudnya {near[0]}?" if near else "."
