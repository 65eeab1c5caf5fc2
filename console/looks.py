"""How pages look: the templates, and how days, hours, numbers and people are written on them."""

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from console import audience_link, group_link, menu, proof, templating, wording
from console.desk import Desk
from console.settings import BASE
from services.calendar import JAKARTA
from services.staff import Right
from texts import dates

HERE = Path(__file__).parent
STATIC = HERE / "static"
XLSX, PDF = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/pdf"
BOLD = re.compile(r"\*([^*\n]+)\*")


def _version() -> str:
    """Changes with the files, so that browsers keep them until then."""
    found = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        found.update(path.read_bytes())
    return found.hexdigest()[:10]


env = templating.environment(HERE / "templates")


def day(moment: dt.datetime | dt.date) -> str:
    """Selasa, 24 November 2026."""
    local = moment.astimezone(JAKARTA).date() if isinstance(moment, dt.datetime) else moment
    return dates.full(local, "id")


def short_day(moment: dt.datetime) -> str:
    """24 Nov 2026."""
    local = moment.astimezone(JAKARTA).date()
    return f"{dates.brief(local, 'id')} {local.year}"


def hour(moment: dt.datetime) -> str:
    """09.05."""
    return f"{moment.astimezone(JAKARTA):%H.%M}"


def moment(when: dt.datetime) -> str:
    """Selasa, 24 November 2026, 09.05 WIB."""
    return f"{day(when)}, {hour(when)} WIB"


def number(value: int) -> str:
    """1.204."""
    return f"{value:,}".replace(",", ".")


def share(part: int, whole: int) -> str:
    """60 %, or nothing where there is nothing to share."""
    return f"{round(100 * part / whole)} %" if whole else ""


def address(path: str, asked: dict[str, Any] | None = None, **changed: Any) -> str:
    """The address of a page of the console, with what is asked of it."""
    query = {key: value for key, value in {**(asked or {}), **changed}.items() if value not in (None, "", False)}
    return f"{BASE}{path}" + (f"?{urlencode(query)}" if query else "")


def bold(words: str) -> Markup:
    """A message as the chat shows it: *bold*, line by line; everything else in it is words."""
    lines = [BOLD.sub(r"<b>\1</b>", str(escape(line))) for line in words.split("\n")]
    return Markup("<br>".join(lines))  # noqa: S704 -- each line has been escaped, the marks are ours


env.filters.update(
    bold=bold, opening=wording.opening, unmarked=lambda words: words.replace("*", ""),
    day=day, short_day=short_day, hour=hour, moment=moment, number=number, hidden=wording.hidden,
    hidden_phone=wording.hidden_phone, iso=lambda when: when.astimezone(JAKARTA).isoformat(timespec="minutes"),
)  # fmt: skip
env.globals.update(
    review=Right.REVIEW,
    export=Right.EXPORT,
    draft=Right.DRAFT,
    approve=Right.APPROVE,
    manage=Right.EVENTS,
    door=Right.DOOR,
    base=BASE,
    version=_version(),
    share=share,
    address=address,
    siaran=audience_link.siaran,
    undang=audience_link.undang,
    ajak=group_link.ajak,
    ajak_orang=group_link.ajak_orang,
    ajak_peserta=group_link.ajak_peserta,
    siaran_to=audience_link.to_broadcast,
    words=wording,
)


def as_file(content: bytes, kind: str, name: str) -> Response:
    """Something to be kept on the computer."""
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def page(desk: Desk, template: str, status: int = 200, /, **values: Any) -> Response:
    """A page, or a part of one, for whoever is asking."""
    shared = {
        "desk": desk,
        "now": desk.now,
        "menu_of": lambda: menu.of(desk),
        "me": desk.signed_in,
        "form_token": proof.form_token(desk.asked.token) if desk.signed_in else "",
        "said": desk.asked.query.get("pesan", ""),
    }
    html = env.get_template(template).render({**shared, **values})
    return HTMLResponse(html, status)
