"""Templates with words of their own: what is handed in to Twilio, and how one is filled when it is sent.

Outside WhatsApp's 24 hours only these may go out, once approved. Their words are in texts/<language>/templates.yaml.
A button that stands for an answer carries the id of its row in a variable of its own (docs/decisions/0004), and so
does the address of a picture or document, as far as it differs from that of others.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.channels import measure
from bot.channels.templates import BODY_LONGEST, value
from services.templates import SAMPLE_FILES, Approved, buttons, handed_in_as
from texts.bubble import Bubble
from texts.catalogue import Template

VALUE_LONGEST: Final = 250  # Twilio advises so; 1,600 are allowed
EMPTY: Final = "-"
# Meta fixes the words of a code; the label of its one button is ours, in either language.
_CODE: Final = {
    "add_security_recommendation": True,
    "actions": [{"type": "COPY_CODE", "copy_code_text": "Salin kode"}],
}
_VARIABLE: Final = re.compile(r"\{\{(\d+)\}\}")


def definition(template: Template) -> dict[str, Any]:
    """What is handed in to the Content API."""
    if template.category == "AUTHENTICATION":
        return _named(template, "whatsapp/authentication", _CODE, {})
    samples = {str(n): sample for n, sample in enumerate(template.sample, 1)}
    actions = []
    for label, option in buttons(template):
        number = str(len(samples) + 1)
        if option:
            samples[number] = f"due|1|{option}"
        actions.append({"type": "QUICK_REPLY", "title": label, "id": "{{" + number + "}}" if option else label})
    content: dict[str, Any] = {"body": template.text, **({"actions": actions} if actions else {})}
    if template.file:
        number = str(len(samples) + 1)
        samples[number] = SAMPLE_FILES[template.file]
        content["media"] = [f"{template.files_at}{{{{{number}}}}}"]
        return _named(template, "whatsapp/card", content, samples)
    return _named(template, "twilio/quick-reply" if actions else "twilio/text", content, samples)


def _named(template: Template, kind: str, content: dict[str, Any], samples: dict[str, str]) -> dict[str, Any]:
    made = {"language": template.language, "variables": samples, "types": {kind: content}}
    return {"friendly_name": handed_in_as(template), **made}


def fill(template: Approved, bubble: Bubble) -> dict[str, str] | None:
    """The variables of one message, clean; None if they are not those of the template: a sample would be shown."""
    given = [cleaned(one) for one in bubble.template_values]
    carried = carried_by(bubble)
    if len(given) != template.variables or template.file != carried.get("file", ""):
        return None
    given = fitted(template.body, given)
    for label, option in template.buttons:
        if option:
            given.append(_row_id(bubble, option) or label)
    if template.file:
        given.append(carried["path"])
    return {str(number): one for number, one in enumerate(given, 1)}


def carried_by(bubble: Bubble) -> Mapping[str, str]:
    """What an announcement carries (`bot.documents`): its kind (`file`), where it is fetched, below the address of our
    files (`path`), and the words that say so where it can only be linked (`linked`). Empty: nothing."""
    found: Mapping[str, str] = bubble.extra.get("carried", {})
    return found


def cleaned(text: str) -> str:
    """A value as WhatsApp takes it: one line, single spaces, not empty, not too long."""
    return measure.cut(value(text, empty=EMPTY), VALUE_LONGEST)


def fitted(body: str, given: Sequence[str]) -> list[str]:
    """The same values, the longest cut as often as needed so that the whole text stays within 1,024 characters."""
    values = list(given)
    while values and (over := len(_filled(body, values)) - BODY_LONGEST) > 0:
        longest = max(range(len(values)), key=lambda n: len(values[n]))
        short = measure.cut(values[longest], max(1, len(values[longest]) - over))
        if short == values[longest]:
            break
        values[longest] = short
    return values


def _filled(body: str, values: Sequence[str]) -> str:
    return _VARIABLE.sub(lambda found: values[int(found[1]) - 1], body)


def _row_id(bubble: Bubble, option: str) -> str:
    return next((b.data for b in bubble.buttons if b.data.endswith(f"|{option}")), "")
