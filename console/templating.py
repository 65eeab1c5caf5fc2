"""What pages begin with: how their templates are read, and what is said with each that anybody may open."""

from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import Response

from models import Language


def environment(folder: Path) -> jinja2.Environment:
    """The templates of a folder."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def headers(*allowed: str) -> dict[str, str]:
    """With a page that anybody may open: what it may load ("style-src 'self'"), and that nobody keeps it."""
    policy = ("default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def away() -> Response:
    """The database cannot be reached just now: ask again."""
    return Response(status_code=503, headers={**headers(), "Retry-After": "5"})


def language(request: Request) -> Language:
    """Indonesian, or English with `?bahasa=en`."""
    return Language.EN if request.query_params.get("bahasa") == "en" else Language.ID


def languages(read: Language) -> dict[str, str]:
    """The language a page is in, and the other one, as a template names them."""
    other = Language.ID if read is Language.EN else Language.EN
    return {"language": read.value, "other": other.value}
