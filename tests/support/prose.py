"""A conversation as it reads on the phone: what each channel really shows, written down as prose."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels import telegram_show, whatsapp_show
from bot.channels.templates import layout, layouts
from models import Channel
from tests.support.chat import Chat
from texts.bubble import Bubble

MADE = {wanted.name: wanted.name for wanted in layouts()}  # every template is there, under its own name
FOLDER = Path(__file__).parent.parent / "transcripts"
BLANK = "\u200b"


def matches(request: pytest.FixtureRequest, name: str, said: str) -> None:
    """What was said stands in this golden transcript, word for word; `--update-transcripts` writes it there."""
    golden = FOLDER / f"{name}.txt"
    if request.config.getoption("--update-transcripts"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8"), "read the difference; then pytest --update-transcripts"


def prose(chat: Chat) -> str:
    """Everything said in a chat, as the person saw it."""
    lines: list[str] = []
    shown = iter(chat.bubbles)
    for who, words in chat.log:
        if who == "me":
            lines += [f"> {line}".rstrip() for line in words.split("\n")]
        else:
            lines += [f"    {line}".rstrip() for line in on_the_phone(next(shown), chat.channel)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def on_the_phone(bubble: Bubble, channel: Channel) -> Iterator[str]:
    """The lines of one bubble on its channel."""
    yield from _telegram(bubble) if channel is Channel.TELEGRAM else _whatsapp(bubble)


def _telegram(bubble: Bubble) -> Iterator[str]:
    for method, params in telegram_show.show(bubble, "1"):
        if method == "editMessageReplyMarkup":
            yield "(the buttons above are drawn anew)"
        else:
            yield from html.unescape(re.sub("</?b>", "*", params["text"])).split("\n")
        yield from _keyboard(params.get("reply_markup", {}))


def _keyboard(markup: dict[str, Any]) -> Iterator[str]:
    for row in markup.get("inline_keyboard", ()):
        yield " ".join(f"[{button['text']}]" for button in row)
    for row in markup.get("keyboard", ()):
        yield " ".join(f"[[{key['text']}]]" for key in row)


def _whatsapp(bubble: Bubble) -> Iterator[str]:
    for message in whatsapp_show.show(bubble, MADE):
        wanted = layout(message.content_sid)
        if wanted is None:
            yield from message.body.split("\n")
            continue
        values = iter(message.variables.values())
        for _ in range(wanted.lines):
            yield next(values).replace(BLANK, "")
        if wanted.kind == "qr":
            rest = list(values)
            yield " ".join(f"({title})" for title in rest[::2])
            continue
        yield f"[≡ {next(values)}]"
        for _ in range(wanted.count):
            title, _data = next(values), next(values)
            about = next(values).replace(BLANK, "") if wanted.kind == "listd" else ""
            yield f"  ∙ {title}" + (f" – {about}" if about else "")
