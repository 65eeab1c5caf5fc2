"""What was typed is kept: a form sent too late, or twice, or while the database was away, can be sent again."""

import json
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from console import looks
from console.desk import Desk

MOST = 100_000  # letters carried through signing in
OURS = ("token", "sekali")  # what is ours, not typed


def sign_in_first(desk: Desk) -> Response:
    """The session ended meanwhile: sign in, and what was typed is still there."""
    return looks.page(desk, "sign_in.html", 401, kept=packed(desk.asked.path, desk.asked.many), fault="ended")


def packed(path: str, many: Mapping[str, Sequence[str]]) -> str:
    """A form as one hidden field."""
    fields = {name: list(values) for name, values in many.items() if name not in OURS}
    whole = json.dumps([path, fields])
    return whole if len(whole) <= MOST else ""


def unpacked(whole: str) -> tuple[str, dict[str, list[str]]] | None:
    """The form again; None if it is not one."""
    try:
        path, fields = json.loads(whole)
        good = isinstance(path, str) and path.startswith("/") and not path.startswith("//")
        texts = {str(name): [str(value) for value in values] for name, values in fields.items()}
    except (ValueError, TypeError, AttributeError):
        return None
    return (path, texts) if good else None


def again(desk: Desk, path: str, many: Mapping[str, Sequence[str]]) -> Response:
    """Show what was typed, to be sent once more on purpose."""
    fields = [(name, value) for name, values in many.items() if name not in OURS for value in values]
    return looks.page(desk, "again.html", 409, path=path, fields=fields)


def unsaved(desk: Desk) -> Response:
    """The database cannot be reached: say so, and keep what was typed."""
    fields = [(name, value) for name, values in desk.asked.many.items() if name not in OURS for value in values]
    if desk.asked.path in ("/masuk", "/mulai") or desk.asked.path.startswith("/mulai/"):
        fields = []  # no password is written into a page
    response = looks.page(desk, "away.html", 503, path=desk.asked.path, fields=fields)
    response.headers["retry-after"] = "5"
    return response
