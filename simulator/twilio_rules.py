"""What Twilio and WhatsApp refuse (twilio.com/docs/api/errors): at once, or later in a callback."""

import json
import re
from collections.abc import Mapping
from typing import Any

from simulator.state import Key

BODY_MOST = 1600
INTERACTIVE_MOST = 1024
BUTTONS, ROWS = 3, 10  # in a session; more need an approved template
BUTTON_TITLE, ROW_TITLE, ROW_ID, ROW_TOLD, LIST_LABEL = 20, 24, 200, 72, 20
VARIABLE = re.compile(r"\{\{(\w+)\}\}")


class Refused(Exception):
    """An answer that is not 2xx, in Twilio's form."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def as_json(self) -> dict[str, Any]:
        """The body Twilio sends with it."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": more, "status": self.status}


class Failed(Exception):
    """Taken at first, then reported as failed in a status callback. `code` is Twilio's."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def variables(said: str) -> dict[str, str]:
    """ContentVariables: a JSON object of texts, each of one line."""
    try:
        found = json.loads(said or "{}")
    except ValueError:
        raise Refused(400, 21656, "The Content Variables parameter is invalid") from None
    if not isinstance(found, dict) or not all(isinstance(v, str) and "\n" not in v for v in found.values()):
        raise Refused(400, 21656, "The Content Variables parameter is invalid")
    return found


def filled(content: Mapping[str, Any], given: Mapping[str, str]) -> tuple[str, Any]:
    """The kind of a content template and its body with every variable in it. What is missing becomes the sample."""
    kind = next(k for k in FIELDS if k in content["types"])
    values = {**{str(k): str(v) for k, v in (content.get("variables") or {}).items()}, **given}
    return kind, _fill(content["types"][kind], values)


def _fill(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return VARIABLE.sub(lambda m: values.get(m.group(1), m.group(0)), node)
    if isinstance(node, dict):
        return {k: _fill(v, values) for k, v in node.items()}
    return [_fill(v, values) for v in node] if isinstance(node, list) else node


def medium(content: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """What a card shows above its words, by its name; raises Failed where it is not of the kind that was approved."""
    (url,), (sample,) = body["media"], filled(content, {})[1]["media"]
    kind = MEDIA.get(url.rpartition(".")[2])
    if kind is None or kind != MEDIA.get(sample.rpartition(".")[2]):
        raise Failed(63019)
    return str(url.rpartition("/")[2])


def check_approved(given: Mapping[str, str]) -> None:
    """Variables of an approved template: no empty one, no run of spaces (63013)."""
    if any(not v or "     " in v for v in given.values()):
        raise Failed(63013)


def buttons(body: Mapping[str, Any]) -> list[Key]:
    """The quick replies of a message, as WhatsApp takes them in a session; raises Failed."""
    _fits(str(body.get("body", "")), INTERACTIVE_MOST)
    keys = [Key(str(a.get("title", "")), str(a.get("id", ""))) for a in body.get("actions", [])]
    if not 0 < len(keys) <= BUTTONS or any(not 0 < len(k.label) <= BUTTON_TITLE or len(k.data) > 256 for k in keys):
        raise Failed(63013)
    return _distinct(keys)


def rows(body: Mapping[str, Any]) -> tuple[str, list[Key]]:
    """What opens a list, and its rows; raises Failed."""
    _fits(str(body.get("body", "")), INTERACTIVE_MOST)
    keys = [
        Key(str(i.get("item", "")), str(i.get("id", "")), str(i.get("description") or ""))
        for i in body.get("items", [])
    ]
    label = str(body.get("button", ""))
    wrong = any(
        not 0 < len(k.label) <= ROW_TITLE or not 0 < len(k.data) <= ROW_ID or len(k.description) > ROW_TOLD
        for k in keys
    )
    if wrong or not 0 < len(keys) <= ROWS or not 0 < len(label) <= LIST_LABEL:
        raise Failed(63013)
    return label, _distinct(keys)


def _distinct(keys: list[Key]) -> list[Key]:
    # WhatsApp refuses a message with two buttons of the same name or id.
    if len({k.data for k in keys}) < len(keys) or len({k.label for k in keys}) < len(keys):
        raise Failed(63013)
    return keys


def _fits(words: str, most: int) -> None:
    if not words.strip():
        raise Failed(63013)
    if len(words) > most:
        raise Failed(63021)


def judged(said: Any, types: Mapping[str, Any]) -> dict[str, str]:
    """What becomes of a request for approval (`ContentApprovalRequest`: a name and a category); raises Refused.

    WhatsApp never approves a list, nor words that begin or end with a variable or have two side by side.
    """
    named = isinstance(said, dict) and re.fullmatch(r"[a-z0-9_]{1,512}", str(said.get("name", "")))
    if not named or said.get("category") not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
        raise Refused(400, 20001, "Bad request: name and category are required")
    bodies = [str(content.get("body", "")).strip() for content in types.values()]
    loose = any(re.search(r"^\{\{\w+\}\}|\{\{\w+\}\}\W*$|\}\}\s*\{\{", body) for body in bodies)
    media = [url for content in types.values() for url in content.get("media", ())]
    loose = loose or not all(re.fullmatch(r"https://[^{}]+/\{\{\w+\}\}", str(url)) for url in media)
    status, reason = "approved", ""
    if "twilio/list-picker" in types or loose:
        status, reason = "rejected", "INVALID_FORMAT"
    return {"name": said["name"], "category": said["category"], "status": status, "rejection_reason": reason}


FIELDS: Mapping[str, frozenset[str]] = {
    "whatsapp/authentication": frozenset({"add_security_recommendation", "code_expiration_minutes", "actions"}),
    "twilio/list-picker": frozenset({"body", "button", "items"}),
    "twilio/quick-reply": frozenset({"body", "actions"}),
    "twilio/text": frozenset({"body"}),
    "whatsapp/card": frozenset({"body", "media", "actions"}),
}
NEEDED: Mapping[str, frozenset[str]] = {
    **FIELDS,
    "whatsapp/authentication": frozenset({"actions"}),
    "whatsapp/card": frozenset({"body", "media"}),
}
# What Meta takes a sample for, by the end of its address, and then every file of that template.
MEDIA: Mapping[str, str] = {"jpg": "picture", "jpeg": "picture", "png": "picture", "pdf": "document"}
PARTS = {
    "QUICK_REPLY": (frozenset({"title"}), frozenset({"type", "title", "id"})),
    "COPY_CODE": (frozenset({"type", "copy_code_text"}), frozenset({"type", "copy_code_text"})),
    "": (frozenset({"item", "id"}), frozenset({"item", "id", "description"})),
}


def _well_formed(kind: str, content: Any) -> bool:
    """A type as the Content API's description has it: no field of its own invention, none missing."""
    if not isinstance(content, dict) or not NEEDED[kind] <= set(content) <= FIELDS[kind]:
        return False
    parts = [(str(a.get("type", "QUICK_REPLY")), a) for a in content.get("actions", ())]
    parts += [("", i) for i in content.get("items", ())]
    return all(name in PARTS and PARTS[name][0] <= set(part) <= PARTS[name][1] for name, part in parts)


def check_content(said: Any) -> dict[str, Any]:
    """A content template as it is handed in; raises Refused."""
    if not isinstance(said, dict) or not said.get("language") or not isinstance(said.get("types"), dict):
        raise Refused(400, 20001, "Bad request: language and types are required")
    if not any(kind in said["types"] for kind in FIELDS):
        raise Refused(400, 20001, "Bad request: no content type this stand-in knows")
    if not all(_well_formed(kind, content) for kind, content in said["types"].items() if kind in FIELDS):
        raise Refused(400, 20001, "Bad request: fields of the type")
    variables = said.get("variables") or {}
    if not isinstance(variables, dict) or not all(isinstance(v, str) for v in variables.values()):
        raise Refused(400, 20001, "Bad request: variables are strings")
    items = said["types"].get("twilio/list-picker", {}).get("items", [])
    actions = said["types"].get("twilio/quick-reply", {}).get("actions", [])
    if len(items) > ROWS or len(actions) > 10:
        raise Refused(400, 20001, "Bad request: too many items")
    return said
