"""One message as every channel can show it: marked text and, below it, what can be tapped."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Shape(StrEnum):
    """How the buttons below a message are meant; each channel shows it in its own way."""

    PLAIN = "plain"  # no buttons
    CHOICE = "choice"  # tap one (Telegram: inline keyboard; WhatsApp: up to 3 quick replies, up to 10 list rows)
    TICKS = "ticks"  # tick several (Telegram: rows that toggle; WhatsApp: numbers in the body, quick replies beside)
    CONTACT = "contact"  # share one's own number (Telegram: reply keyboard; WhatsApp: plain text)


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to tap. `data` comes back as it is: `run|question|option`, at most 64 bytes."""

    data: str
    label: str  # at most 24 characters, 20 where there are three or fewer
    description: str = ""  # at most 72 characters; shown in WhatsApp's lists only
    number: int | None = None  # what to type instead of tapping; None for "Berikutnya ▶" and its like
    ticked: bool = False
    quick: bool = True  # TICKS on WhatsApp: shown as a quick reply beside the numbered body


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message. `text` holds *bold* marks; everything else in it is literal.

    A person's own words in it carry no ASCII `*`: `texts` puts a look-alike there, so that no mark is read out of them.
    """

    text: str
    shape: Shape = Shape.PLAIN
    buttons: tuple[Button, ...] = ()
    list_label: str = ""  # what opens a WhatsApp list ("Lihat pilihan")
    numbered: bool = False  # the text already names the numbers; a channel without buttons need not add them
    redraw: str | None = None  # the platform's message id whose buttons are to be drawn anew instead of sending
    template: str | None = None  # WhatsApp outside its 24-hour window: the name of an approved template …
    template_language: str = ""  # set when the message is posted: that of its chat
    template_values: tuple[str, ...] = ()  # … and its variables {{1}}, {{2}}, …
    extra: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The bubble as it is kept in a delivery row. Written out: `asdict` copies deeply, for every message."""
        return {
            "text": self.text,
            "shape": self.shape,
            "buttons": [
                {
                    "data": button.data,
                    "label": button.label,
                    "description": button.description,
                    "number": button.number,
                    "ticked": button.ticked,
                    "quick": button.quick,
                }
                for button in self.buttons
            ],
            "list_label": self.list_label,
            "numbered": self.numbered,
            "redraw": self.redraw,
            "template": self.template,
            "template_language": self.template_language,
            "template_values": list(self.template_values),
            "extra": self.extra,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Bubble":
        """Read back what `as_json` wrote."""
        buttons = tuple(Button(**b) for b in kept.get("buttons", ()))
        return cls(
            text=kept["text"],
            shape=Shape(kept.get("shape", "plain")),
            buttons=buttons,
            list_label=kept.get("list_label", ""),
            numbered=kept.get("numbered", False),
            redraw=kept.get("redraw"),
            template=kept.get("template"),
            template_language=kept.get("template_language", ""),
            template_values=tuple(kept.get("template_values", ())),
            extra=kept.get("extra", {}),
        )
