"""A bubble as Telegram shows it: text in HTML, buttons as an inline keyboard."""

import html
import re
from typing import Any

from bot.channels import measure, payload
from texts.bubble import Bubble, Button, Shape

LONGEST = 4096  # UTF-16 units after the marks are taken out
CAPTION = 1024  # the same, below a picture
_SHORT = 16  # characters; labels no longer than this stand two in a row
_BOLD = re.compile(r"\*([^*\n]+)\*")
TICK = "✅"
_NOTHING = "·"  # Telegram refuses an empty text or label

BELOW = {"photo": "sendPhoto", "document": "sendDocument"}

Call = tuple[str, dict[str, Any]]  # a method's name and its parameters


def show(bubble: Bubble, chat_id: str) -> tuple[Call, ...]:
    """The calls that put a bubble on the phone: one, or several if the text is too long; buttons hang on the last.

    A bubble with `redraw` becomes an edit of that message's buttons. Raises ValueError for a button that cannot be
    carried (data over 64 bytes).
    """
    if bubble.redraw is not None and bubble.redraw.isascii() and bubble.redraw.isdigit():
        return (("editMessageReplyMarkup", _edit(bubble, chat_id, int(bubble.redraw))),)
    return send_anew(bubble, chat_id)


def send_anew(bubble: Bubble, chat_id: str) -> tuple[Call, ...]:
    """The bubble as new messages, whatever it was to redraw. A file goes first: the buttons hang on the words."""
    calls: tuple[Call, ...] = tuple(("sendMessage", _send(text, chat_id)) for text in texts(bubble.text))
    calls = _below_file(bubble, calls)
    markup = keyboard(bubble)
    if markup is not None:
        calls[-1][1]["reply_markup"] = markup
    return (*_document(bubble, chat_id), *calls)


def _below_file(bubble: Bubble, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Words that fit are the caption of the picture (or document) they belong to; longer ones follow it."""
    name = next((n for n, method in BELOW.items() if _captioned(n, bubble.extra.get(n))), None)
    if name is None:
        return calls
    given: dict[str, Any] = {"chat_id": calls[0][1]["chat_id"], name: _file(bubble.extra[name])}
    if len(calls) > 1 or measure.units(_unmark(bubble.text)[0]) > CAPTION:
        return ((BELOW[name], given), *calls)
    return ((BELOW[name], {**given, "caption": calls[0][1]["text"], "parse_mode": "HTML"}),)


def _captioned(name: str, file: dict[str, Any] | None) -> bool:
    """A document of somebody's own stands by itself, the words below it."""
    return file is not None and bool({"content", "ref"} & set(file)) and (name == "photo" or "captioned" in file)


def _file(file: dict[str, Any]) -> tuple[str, bytes, str] | str:
    """The file, or what Telegram calls it: it is not sent a second time."""
    return str(file["ref"]) if "ref" in file else (file["name"], file["content"], file["media_type"])


def _document(bubble: Bubble, chat_id: str) -> tuple[Call, ...]:
    file = bubble.extra.get("document")
    if file is None or "content" not in file or "captioned" in file:
        return ()
    given = {"chat_id": _chat(chat_id), "document": _file(file)}
    return (("sendDocument", given),)


def texts(marked: str) -> tuple[str, ...]:
    """The text in HTML, cut where it must be: never within a tag or a character."""
    visible, bold = _unmark(marked)
    cuts = tuple(measure.pieces(visible, LONGEST))
    return tuple(_html(visible, bold, start, end) for start, end in cuts) or (_NOTHING,)


def keyboard(bubble: Bubble) -> dict[str, Any] | None:
    """The buttons, or what takes an old keyboard away, or None.

    Telegram takes only one of the two with a message. A contact keyboard folds away by itself once used, so inline
    buttons go first.
    """
    if bubble.shape is Shape.CONTACT:
        return _contact_keyboard(bubble)
    if bubble.buttons:
        return {"inline_keyboard": rows(bubble)}
    return {"remove_keyboard": True} if bubble.extra.get("remove_keyboard") else None


def rows(bubble: Bubble) -> list[list[dict[str, str]]]:
    """Options one below the other, short ones in pairs; what leads on and back stands in pairs below."""
    options = [b for b in bubble.buttons if b.number is not None]
    others = [b for b in bubble.buttons if b.number is None]
    if not options:
        return _rows(others, bubble.shape, in_pairs=len(others) > 3)
    in_pairs = len(options) > 3 and bubble.shape is not Shape.TICKS
    return _rows(options, bubble.shape, in_pairs) + _rows(others, bubble.shape, in_pairs=len(others) > 1)


def _rows(buttons: list[Button], shape: Shape, in_pairs: bool) -> list[list[dict[str, str]]]:
    drawn = [_button(b, shape) for b in buttons]
    width = 2 if in_pairs and all(len(b["text"]) <= _SHORT for b in drawn) else 1
    return [drawn[at : at + width] for at in range(0, len(drawn), width)]


def _button(button: Button, shape: Shape) -> dict[str, str]:
    size = len(button.data.encode())
    if not 1 <= size <= payload.LONGEST:
        raise ValueError(f"a button's data takes {size} bytes; Telegram carries 1 to {payload.LONGEST}")
    label = button.label if button.number is None else f"{button.number} {button.label}"
    if shape is Shape.TICKS and button.ticked:
        label = f"{TICK} {label}"
    return {"text": label.strip() or _NOTHING, "callback_data": button.data}


def _contact_keyboard(bubble: Bubble) -> dict[str, Any]:
    """The first button shares the person's own number; the others send their label as words."""
    first, *others = [b.label.strip() or _NOTHING for b in bubble.buttons] or [bubble.list_label.strip() or "📱"]
    keys: list[list[dict[str, Any]]] = [[{"text": first, "request_contact": True}]]
    keys += [[{"text": label}] for label in others]
    return {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}


def _send(text: str, chat_id: str) -> dict[str, Any]:
    return {
        "chat_id": _chat(chat_id),
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def _edit(bubble: Bubble, chat_id: str, message_id: int) -> dict[str, Any]:
    return {"chat_id": _chat(chat_id), "message_id": message_id, "reply_markup": {"inline_keyboard": rows(bubble)}}


def _chat(chat_id: str) -> int | str:
    return int(chat_id) if re.fullmatch(r"-?[0-9]{1,19}", chat_id) else chat_id


def _unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and which stretches of it are bold."""
    visible: list[str] = []
    bold: list[tuple[int, int]] = []
    at = length = 0
    for mark in _BOLD.finditer(marked):
        before, inner = marked[at : mark.start()], mark[1]
        bold.append((length + len(before), length + len(before) + len(inner)))
        visible += [before, inner]
        length += len(before) + len(inner)
        at = mark.end()
    return "".join([*visible, marked[at:]]), bold


def _html(visible: str, bold: list[tuple[int, int]], start: int, end: int) -> str:
    end = start + len(visible[start:end].rstrip())
    out: list[str] = []
    at = start
    for opens, closes in bold:
        opens, closes = max(opens, start), min(closes, end)
        if opens < closes:
            out += [_escape(visible[at:opens]), "<b>", _escape(visible[opens:closes]), "</b>"]
            at = closes
    return "".join([*out, _escape(visible[at:end])])


def _escape(text: str) -> str:
    return html.escape(text, quote=False)
