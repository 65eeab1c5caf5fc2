"""The public page of one certificate: its number, its day, and the first letters of the name to compare with."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from console import door, templating
from models import Language, Session
from services.events import certifying, words
from services.events.certifying import PATH, Confirmed
from texts import Catalogue
from texts.filling import shown

HEADERS = {**templating.headers("style-src 'self'", "img-src 'self'"), "X-Robots-Tag": "noindex, nofollow"}
STYLE = f"{door.BASE}/berkas"  # the same sheet as the door's
LONGEST = 40  # letters of a token
env = templating.environment(Path(__file__).parent / "templates")


def routes(read: sa.Engine, texts: Catalogue) -> list[Route]:
    """`GET /sertifikat/<token>`, in Indonesian, or English with `?bahasa=en`. Run in a thread."""

    def page(request: Request) -> Response:
        language = templating.language(request)
        try:
            with Session(read) as session:
                found = certifying.confirm(session, request.path_params["token"][:LONGEST])
                html = env.get_template("sertifikat.html").render(_shown(found, texts, language))
        except sa.exc.SQLAlchemyError:
            return templating.away()
        return HTMLResponse(html, 200 if found else 404, headers=HEADERS)

    return [Route(f"{PATH}{{token}}", page)]


def _shown(found: Confirmed | None, texts: Catalogue, language: Language) -> dict[str, Any]:
    def said(key: str) -> str:
        return texts.text(f"papers.check.{key}", language)

    return {
        **templating.languages(language), "said": said, "found": found, "style": STYLE,
        "when": words.when(found.event, language) if found else "",
        "issued": shown(found.issued, language) if found else "",
    }  # fmt: skip
