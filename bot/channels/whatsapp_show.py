"""A bubble as WhatsApp shows it: quick replies, a list, or numbered lines where there can be neither."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from bot.channels import approved, measure, templates
from bot.channels.telegram_show import TICK
from services.deliveries import NO_TEMPLATE
from services.templates import Approved, carrying, key
from texts.bubble import Bubble, Button, Shape

LONGEST: Final = 1600  # of a plain message
CAPTION: Final = 1024  # below a picture, in the same message
TITLE: Final = 20  # a quick reply, and what opens a list
ITEM: Final = 24  # a row
DESCRIPTION: Final = 72
ID_LONGEST: Final = 200
_NOTHING: Final = "·"
_OPEN_LIST: Final = "☰"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as Twilio takes it: plain words, or a template and its variables."""

    body: str = ""
    content_sid: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    picture: str = ""  # an address WhatsApp fetches a picture from

    def params(self) -> dict[str, Any]:
        """As parameters of the Messages resource; with a template there must be no body."""
        if self.picture:
            return {"media_url": [self.picture], **({"body": self.body} if self.body else {})}
        if not self.content_sid:
            return {"body": self.body}
        return {"content_sid": self.content_sid, "content_variables": orjson.dumps(dict(self.variables)).decode()}


def show(bubble: Bubble, known: Mapping[str, str]) -> tuple[Message, ...]:
    """The messages that put a bubble on the phone, within the 24 hours.

    `known` are the generic templates by name: buttons go
    through the generic ones, and numbered words do where those are not made or do not fit. `redraw` is for channels
    that can: here the bubble is sent anew.
    """
    if bubble.extra.get("captioned") and len(bubble.text) <= CAPTION and not bubble.buttons:
        return tuple(replace(picture, body=bubble.text) for picture in _picture(bubble)) or plain(bubble)
    interactive = _interactive(bubble, known)
    return (*_picture(bubble), interactive) if interactive is not None else plain(bubble)


def plain(bubble: Bubble) -> tuple[Message, ...]:
    """The bubble in words alone, every button as a line one can answer to; cut in parts if it is too long."""
    buttons = bubble.buttons[1:] if bubble.shape is Shape.CONTACT else bubble.buttons
    text = _with_lines(bubble.text, _lines(buttons, bubble))
    cuts = [text[start:end].rstrip() for start, end in measure.pieces(text, LONGEST)]
    return (*_picture(bubble), *(Message(body=cut) for cut in cuts)) or (Message(body=_NOTHING),)


def _picture(bubble: Bubble) -> tuple[Message, ...]:
    """A picture goes first: buttons can hang on words alone."""
    url = str(bubble.extra.get("picture_url", ""))
    return (Message(picture=url),) if url.startswith("https://") else ()


def outside(bubble: Bubble, usable: Mapping[str, Approved]) -> tuple[Message, ...] | None:
    """Outside the 24 hours: the approved template, or None where there is none; never free text.

    What goes along stands above its words where that is approved as well, else it is linked at their end.
    """
    if not bubble.template:
        return None
    carried = approved.carried_by(bubble)
    if not carried:
        return _template(bubble, bubble.template, usable)
    above = _template(bubble, carrying(bubble.template, carried["file"]), usable)
    return above or _template(_linked(bubble, carried["linked"]), bubble.template, usable)


def _template(bubble: Bubble, name: str, usable: Mapping[str, Approved]) -> tuple[Message, ...] | None:
    template = usable.get(key(name, bubble.template_language))
    values = approved.fill(template, bubble) if template else None
    return (Message(content_sid=template.sid, variables=values),) if template and values is not None else None


def _linked(bubble: Bubble, words: str) -> Bubble:
    """The link to what goes along is the last thing the template says."""
    *values, last = bubble.template_values or ("",)
    extra = {name: value for name, value in bubble.extra.items() if name != "carried"}
    return replace(bubble, template_values=(*values, f"{last} {words}"), extra=extra)


def lacking(bubble: Bubble) -> str:
    """Why it may not go out outside the 24 hours: which template it waits for, if any could carry it."""
    return NO_TEMPLATE + (key(bubble.template, bubble.template_language) if bubble.template else "-")


def _interactive(bubble: Bubble, known: Mapping[str, str]) -> Message | None:
    tappable = _tappable(bubble)
    count = len(tappable)
    if not known or not _can_be_told_apart(tappable):
        return None
    beside = tuple(b for b in bubble.buttons if b not in tappable)
    if count in templates.QUICK_REPLIES:
        return _quick_replies(bubble, tappable, beside, known)
    return _list(bubble, tappable, beside, known) if count in templates.ROWS else None


def _tappable(bubble: Bubble) -> tuple[Button, ...]:
    if bubble.shape is Shape.CONTACT:
        return ()
    if bubble.shape is Shape.TICKS:
        # One cannot tick on WhatsApp: the rows are numbers in the text, and only what stands beside them is tapped.
        quick = tuple(b for b in bubble.buttons if b.quick)
        return quick if len(quick) in templates.QUICK_REPLIES else ()
    return bubble.buttons


def _can_be_told_apart(buttons: tuple[Button, ...]) -> bool:
    ids = [b.data for b in buttons]
    return len(set(ids)) == len(ids) and all(templates.value(i) == i and len(i) <= ID_LONGEST for i in ids)


def _quick_replies(
    bubble: Bubble, buttons: tuple[Button, ...], beside: tuple[Button, ...], known: Mapping[str, str]
) -> Message | None:
    titles = [measure.cut(_label(b), TITLE) for b in buttons]
    if len(set(titles)) < len(titles):
        return None  # WhatsApp refuses two buttons of one name
    shortened = tuple(b for b, title in zip(buttons, titles, strict=True) if title != _label(b))
    lines = _text_lines(bubble, _lines(beside + shortened, bubble), templates.QUICK_LINES)
    rows = [(title, b.data) for title, b in zip(titles, buttons, strict=True)]
    return _message("qr", lines, rows, "", known)


def _list(
    bubble: Bubble, buttons: tuple[Button, ...], beside: tuple[Button, ...], known: Mapping[str, str]
) -> Message | None:
    rows = [_row(b) for b in buttons]
    if len({row[0] for row in rows}) < len(rows):
        return None
    shortened = tuple(b for b, row in zip(buttons, rows, strict=True) if _label(b) not in row[0] + "\n" + row[2])
    lines = _text_lines(bubble, _lines(beside + shortened, bubble), templates.LIST_LINES)
    button = measure.cut(templates.value(bubble.list_label, empty=_OPEN_LIST), TITLE)
    if not any(row[2] for row in rows):
        return _message("list", lines, [row[:2] for row in rows], button, known)
    described = [(title, data, description or templates.BLANK) for title, data, description in rows]
    return _message("listd", lines, described, button, known)


def _row(button: Button) -> tuple[str, str, str]:
    """Title, id, description. The number stands before the label if there is room; a label cut off is told below it."""
    label, description = _label(button), " ".join(button.description.split())
    numbered = label if button.number is None else f"{button.number} {label}"
    if measure.units(numbered) <= ITEM:
        title = numbered
    else:
        title = measure.cut(label, ITEM)
        if title != label and not description and measure.units(label) <= DESCRIPTION:
            description = label
    return title, button.data, templates.value(measure.cut(description, DESCRIPTION), empty="")


def _message(
    kind: str, lines: list[str] | None, rows: list[Any], button: str, known: Mapping[str, str]
) -> Message | None:
    if lines is None:
        return None
    wanted = templates.Layout(kind, len(rows), len(lines))
    sid = known.get(wanted.name)
    return Message(content_sid=sid, variables=templates.fill(wanted, lines, rows, button)) if sid else None


def _text_lines(bubble: Bubble, below: list[str], allowed: range) -> list[str] | None:
    """The text line by line, or None if it is too long for a message with buttons."""
    lines = _with_lines(bubble.text, below).strip().split("\n")
    if len(lines) not in allowed:
        lines = [line for line in lines if line.strip()]
    values = [templates.value(line) for line in lines]
    fits = len(values) in allowed and measure.units("\n".join(values)) <= templates.BODY_LONGEST
    return values if fits else None


def _lines(buttons: tuple[Button, ...], bubble: Bubble) -> list[str]:
    """Buttons as lines: what to type, and what it means. A text that names the numbers itself needs no second list."""
    lines = []
    for button in buttons:
        tick = f"{TICK} " if button.ticked and bubble.shape is Shape.TICKS else ""
        if button.number is None:
            lines.append(f"• {tick}{_label(button)}")
        elif not bubble.numbered:
            lines.append(f"{button.number} {tick}{_label(button)}")
    return lines


def _with_lines(text: str, lines: list[str]) -> str:
    return f"{text.rstrip()}\n\n" + "\n".join(lines) if lines else text


def _label(button: Button) -> str:
    return " ".join(button.label.split()).replace("{{", "{ {").replace("}}", "} }") or _NOTHING
