"""What Twilio takes and refuses: the Messages and Content resources, and WhatsApp's rules inside the 24 hours."""

import json
import re
from typing import Any

MESSAGE = {
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
    "ContentVariables",
    "StatusCallback",
}
VARIABLE = re.compile(r"\{\{(\w{1,16})\}\}")


class Refused(Exception):
    """An answer that is not 2xx: HTTP status and Twilio's code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def as_json(self) -> dict[str, Any]:
        """Twilio's body."""
        return {"status": self.status, "code": self.code, "message": str(self), "more_info": ""}


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def message(form: dict[str, str], contents: dict[str, Any], approved: set[str]) -> dict[str, Any] | None:
    """Check a message; gives the filled template, or None for a plain one. Raises Refused."""
    if unknown := set(form) - MESSAGE:
        raise Refused(400, 20001, f"unknown parameters {unknown}")
    if not re.fullmatch(r"whatsapp:(\+\d{6,15}|[A-Z]{2}\.[A-Za-z0-9]{1,128})", form.get("To", "")):
        raise Refused(400, 21211, "Invalid 'To' Phone Number")
    if not re.fullmatch(r"whatsapp:\+\d{6,15}", form.get("From", "")) and not re.fullmatch(
        r"MG[0-9a-f]{32}", form.get("MessagingServiceSid", "")
    ):
        raise Refused(400, 21603, "A 'From' phone number is required")
    _callback(form.get("StatusCallback"))
    if "ContentSid" not in form:
        return _plain(form)
    if "Body" in form:
        raise Refused(400, 21620, "Body beside ContentSid")
    content = contents.get(form["ContentSid"])
    if content is None:
        raise Refused(400, 21655, "The ContentSid is Invalid")
    given = variables(form.get("ContentVariables", "{}"))
    return filled(content, given, session=form["ContentSid"] not in approved)


def variables(said: str) -> dict[str, str]:
    """ContentVariables; error page 21656."""
    try:
        given = json.loads(said)
    except ValueError:
        raise Refused(400, 21656, "not JSON") from None
    if not isinstance(given, dict) or len(given) > 100:
        raise Refused(400, 21656, "not an object of at most 100")
    for name, value in given.items():
        if not re.fullmatch(r"\w{1,16}", name) or not isinstance(value, str) or not value or len(value) > 1600:
            raise Refused(400, 21656, f"variable {name} is not valid")
        if re.search(r"[\n\r\t]| {5}|\{\{|\}\}", value):
            raise Refused(400, 21656, f"variable {name} holds a line break, a tab, a run of spaces or braces")
    return given


def filled(content: dict[str, Any], given: dict[str, str], session: bool = True) -> dict[str, Any]:
    """The template with its variables. What is missing would become its sample, so here it is refused."""
    wanted = set(VARIABLE.findall(json.dumps(content["types"])))
    if wanted != set(given):
        raise Refused(400, 21656, f"variables {wanted ^ set(given)} are missing or too many")
    kind, body = next(iter(content["types"].items()))
    whole = {"type": kind, **_fill(body, given)}
    if kind == "whatsapp/card":
        _card(content, whole, session)
    elif session:
        {"twilio/quick-reply": _quick_reply, "twilio/list-picker": _list, "twilio/text": _text}[kind](whole)
    return whole


def content(said: Any) -> dict[str, Any]:
    """A template as it is handed in."""
    if not isinstance(said, dict) or set(said) - {"friendly_name", "language", "variables", "types"}:
        raise Refused(400, 20001, "not a template")
    if not isinstance(said.get("language"), str) or not isinstance(said.get("types"), dict) or len(said["types"]) != 1:
        raise Refused(400, 20001, "language and types are required")
    kind, body = next(iter(said["types"].items()))
    if kind == "whatsapp/authentication":
        return _authentication(said, body)
    optional = {"actions"} if kind == "whatsapp/card" else set()
    fields = {
        "twilio/quick-reply": {"body", "actions"},
        "twilio/text": {"body"},
        "twilio/list-picker": {"body", "button", "items"},
        "whatsapp/card": {"body", "media"},
    }
    if kind not in fields or set(body) - optional != fields[kind]:
        raise Refused(400, 20001, "fields of the type")
    _rows(body)
    wanted = set(VARIABLE.findall(json.dumps(said["types"])))
    samples = said.get("variables", {})
    if set(samples) != wanted or len(wanted) > 100 or not all(isinstance(v, str) and v for v in samples.values()):
        raise Refused(400, 20001, "a sample for each variable")
    if kind == "whatsapp/card":
        _header(said)
    return said


def _rows(body: dict[str, Any]) -> None:
    for row in body.get("actions", []):
        if set(row) != {"type", "title", "id"} or row["type"] != "QUICK_REPLY":
            raise Refused(400, 20001, "an action")
    for row in body.get("items", []):
        if not {"id", "item"} <= set(row) <= {"id", "item", "description"}:
            raise Refused(400, 20001, "an item")


MEDIA = {"jpg": "IMAGE", "jpeg": "IMAGE", "png": "IMAGE", "pdf": "DOCUMENT"}


def _header(said: dict[str, Any]) -> str:
    """What Meta takes the sample of a card for, and so the template for good: by the end of its whole address
    (twilio.com/docs/content/whatsappcard). A variable is the end of the address."""
    media = said["types"]["whatsapp/card"]["media"]
    if not isinstance(media, list) or len(media) != 1 or not re.fullmatch(r"https://[^{}\s]+/\{\{\d+\}\}", media[0]):
        raise Refused(400, 20001, "one medium, by https, its variable at the end")
    return _media(_fill(media[0], said["variables"]))


def _media(url: str) -> str:
    kind = MEDIA.get(url.rpartition(".")[2])
    if kind is None or not re.fullmatch(r"https://[^\s?#]+", url):
        raise Refused(400, 63019, "Media failed to download: of no known kind")
    return kind


def _card(content: dict[str, Any], whole: dict[str, Any], session: bool) -> None:
    if session:
        raise Refused(400, 63013, "a card must be approved before it is sent")
    if _media(whole["media"][0]) != _header(content):
        raise Refused(400, 63013, "another kind of medium than the approved one")
    _sized(whole["body"], 1024, "body")


def _authentication(said: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """`whatsappAuthentication`: Meta fixes its words."""
    if not {"actions"} <= set(body) <= {"actions", "add_security_recommendation", "code_expiration_minutes"}:
        raise Refused(400, 20001, "fields of the type")
    for action in body["actions"]:
        if set(action) != {"type", "copy_code_text"} or action["type"] != "COPY_CODE":
            raise Refused(400, 20001, "an action")
    return said


def _plain(form: dict[str, str]) -> None:
    if "ContentVariables" in form:
        raise Refused(400, 21654, "ContentSid Required")
    if "MediaUrl" in form:
        if not re.fullmatch(r"https://\S+", form["MediaUrl"]):
            raise Refused(400, 21620, "Invalid media URL(s)")
        if units(form.get("Body", "")) > 1024:
            raise Refused(400, 63021, "a caption has 1024 characters at most")
        return
    if not form.get("Body", "").strip():
        raise Refused(400, 21619, "A text message body or media urls must be specified")
    if units(form["Body"]) > 1600:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")


def _callback(url: str | None) -> None:
    if url is not None and (len(url) > 4000 or not re.fullmatch(r"https?://[^/_\s]+(:\d+)?(/\S*)?", url)):
        raise Refused(400, 21609, "The 'StatusCallback' URL is not a valid URL")


def _fill(node: Any, given: dict[str, str]) -> Any:
    if isinstance(node, str):
        return VARIABLE.sub(lambda found: given[found[1]], node)
    if isinstance(node, dict):
        return {key: _fill(value, given) for key, value in node.items()}
    return [_fill(value, given) for value in node]


def _sized(text: str, longest: int, what: str) -> None:
    if not text.strip() or units(text) > longest:
        raise Refused(400, 63021, f"{what} has {units(text)} of {longest}")


def _unlike(values: list[str], what: str) -> None:
    if len(set(values)) < len(values):
        raise Refused(400, 63013, f"two {what} alike")


def _quick_reply(body: dict[str, Any]) -> None:
    _sized(body["body"], 1024, "body")
    if not 1 <= len(body["actions"]) <= 3:
        raise Refused(400, 63013, "three buttons at most")
    for action in body["actions"]:
        _sized(action["title"], 20, "title")
        _sized(action["id"], 200, "id")
    _unlike([action["title"] for action in body["actions"]], "titles")
    _unlike([action["id"] for action in body["actions"]], "ids")


def _text(body: dict[str, Any]) -> None:
    _sized(body["body"], 1600, "body")


def _list(body: dict[str, Any]) -> None:
    _sized(body["body"], 1024, "body")
    _sized(body["button"], 20, "button")
    if not 1 <= len(body["items"]) <= 10:
        raise Refused(400, 63013, "ten rows at most")
    for item in body["items"]:
        _sized(item["item"], 24, "item")
        _sized(item["id"], 200, "id")
        if "description" in item:
            _sized(item["description"], 72, "description")
    _unlike([item["item"] for item in body["items"]], "items")
    _unlike([item["id"] for item in body["items"]], "ids")


def approval_asked(said: Any) -> dict[str, str]:
    """`ContentApprovalRequest`: a name as Meta takes it, and a category, nothing else."""
    if set(said) != {"name", "category"} or not re.fullmatch(r"[a-z0-9_]{1,512}", str(said["name"])):
        raise Refused(400, 20001, "name and category are required")
    if said["category"] not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
        raise Refused(400, 20001, "no such category")
    return {str(k): str(v) for k, v in said.items()}
