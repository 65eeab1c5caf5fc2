"""The public page of one certificate: its number, its day, and the first letters of the name to compare with."""

from pathlib import Path
from typing import Any

import jinja2
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from models import Language, Session
from services.events import certifying, words
from services.events.certifying import PATH, Confirmed
from texts import Catalogue
from texts.filling import shown

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
STYLE = "/hadir/berkas"  # the same sheet as the door's
LONGEST = 40  # letters of a token

env = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def routes(read: sa.Engine, texts: Catalogue) -> list[Route]:
    """`GET /sertifikat/<token>`, in Indonesian, or English with `?bahasa=en`. Run in a thread."""

    def page(request: Request) -> Response:
        language = Language.EN if request.query_params.get("bahasa") == "en" else Language.ID
        try:
            with Session(read) as session:
                found = certifying.confirm(session, request.path_params["token"][:LONGEST])
                html = env.get_template("sertifikat.html").render(_shown(found, texts, language))
        except sa.exc.SQLAlchemyError:
            return Response(status_code=503, headers={**HEADERS, "Retry-After": "5"})
        return HTMLResponse(html, 200 if found else 404, headers=HEADERS)

    return [Route(f"{PATH}{{token}}", page)]


def _shown(found: Confirmed | None, texts: Catalogue, language: Language) -> dict[str, Any]:
    def said(key: str) -> str:
        return texts.text(f"papers.check.{key}", language)

    other = Language.ID if language is Language.EN else Language.EN
    return {
        "said": said, "found": found, "style": STYLE, "language": language.value, "other": other.value,
        "when": words.when(found.event, language) if found else "",
        "issued": shown(found.issued, language) if found else "",
    }  # fmt: skip
