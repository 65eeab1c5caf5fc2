"""The console's reception: what every request passes before a page sees it, and what every answer carries."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import sqlalchemy as sa
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console import kept, looks, proof, wording
from console.desk import Asked, Desk, Gone, Open, Page, Sent, to
from console.settings import BASE, ConsoleSettings
from services import audit, signing_in
from services.signing_in import SignedIn
from services.staff import Forbidden

log = logging.getLogger(__name__)

LARGEST = 200_000  # bytes of a form; the longest thing typed is an answer of some thousand letters
FIELDS = 400
UPLOADED = 64_000_000  # bytes of a form with a file
KEPT = 20_000_000  # bytes of the file; more no page takes
AT_ONCE = 8  # pages worked on at the same moment; others wait their turn
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
LOCAL = ("127.0.0.1", "localhost", "::1", "[::1]")


class Headers:
    """Every answer says what a browser may do with it; pages are not kept by anybody on the way."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._headers = dict(HEADERS)
        if secure:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add them as the answer begins."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


class Refused(Exception):
    """A request no page will see: its status, and why."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status, self.says = status, says


class Reception:
    """Takes requests to pages."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self._settings = settings
        self._room = anyio.CapacityLimiter(AT_ONCE)

    def to(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of one page."""

        async def enter(request: Request) -> Response:
            try:
                asked = await self._read(request, page)
                return await anyio.to_thread.run_sync(self._serve, page, asked, limiter=self._room)
            except Refused as refused:
                return PlainTextResponse(refused.says, refused.status)
            except ClientDisconnect:
                return Response(status_code=400)

        return enter

    # --- reading

    async def _read(self, request: Request, page: Page) -> Asked:
        if not self._settings.secure and request.url.hostname not in LOCAL:
            raise Refused(403, "Konsol hanya dibuka lewat https (atur web.public_url) atau dari komputer ini sendiri.")
        form: dict[str, list[str]] = {}
        files: dict[str, Sent] = {}
        if request.method not in ("GET", "HEAD"):
            self._same_site(request)
            if page.files and request.headers.get("content-type", "").startswith("multipart/form-data"):
                form, files = await _with_files(request)
            else:
                form = _fields(await _body(request))
        headers = request.headers
        return Asked(
            method=request.method,
            path=request.url.path.removeprefix(BASE),
            where=request.path_params,
            query=dict(request.query_params),
            form={name: values[-1] for name, values in form.items()},
            many=form,
            files=files,
            token=request.cookies.get(self._settings.cookie, ""),
            address=request.client.host if request.client else "",
            device=wording.device(headers.get("user-agent", "")),
            fragment="hx-request" in headers,
        )

    def _same_site(self, request: Request) -> None:
        """A form of ours is sent from a page of ours: browsers say from where, and no page can make them lie."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site is not None:
            good = site == "same-origin"
        else:
            good = origin is not None and urlsplit(origin).netloc == request.headers.get("host")
        if not good:
            raise Refused(403, "Formulir ini tidak dikirim dari konsol.")

    # --- serving, in a thread of its own

    def _serve(self, page: Page, asked: Asked) -> Response:
        desk = Desk(self._settings, asked, self._settings.now(), secrets.token_hex(8))
        try:
            desk = self._with_account(desk)
            return self._let_in(page, desk) or page.show(desk)
        except Forbidden as forbidden:
            return self._forbidden(desk, forbidden)
        except (Gone, sa.exc.NoResultFound):
            return looks.page(desk, "missing.html", 404)
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError):
            log.warning("a page could not reach the database (%s)", page.path)
            return kept.unsaved(desk)

    def _with_account(self, desk: Desk) -> Desk:
        token = desk.asked.token
        if not token:
            return desk
        with desk.reading() as session:
            found = signing_in.current(session, token, desk.request, desk.now)
        if found is None or not self._strong_enough(found):
            return desk
        if found.stale:
            with desk.writing() as session:
                signing_in.touch(session, found.session_id, desk.now)
        return Desk(self._settings, desk.asked, desk.now, desk.request, found)

    def _strong_enough(self, found: SignedIn) -> bool:
        """Rights may have been added since; with these one signs in with a code of the phone."""
        return found.with_code or self._settings.demo or not (found.actor.rights & signing_in.CODE_RIGHTS)

    def _let_in(self, page: Page, desk: Desk) -> Response | None:
        """Where the request ends before the page: at signing in, or with a form to be sent again."""
        if page.right is Open.EVERYBODY:
            return None
        posted = desk.asked.method == "POST"
        if desk.signed_in is None and posted and desk.asked.fragment:
            return Response(status_code=204)  # a part of a page: what is typed stays, sending it leads to signing in
        if desk.signed_in is None:
            return kept.sign_in_first(desk) if posted else _to_sign_in(desk)
        if not isinstance(page.right, Open):
            wanted = page.right if isinstance(page.right, frozenset) else frozenset({page.right})
            if not wanted & desk.actor.rights:
                raise Forbidden(min(wanted))
        if posted and not secrets.compare_digest(
            desk.asked.form.get("token", "").encode(), proof.form_token(desk.asked.token).encode()
        ):
            return kept.again(desk, desk.asked.path, desk.asked.many)
        return None

    def _forbidden(self, desk: Desk, forbidden: Forbidden) -> Response:
        """What is of another kab/kota looks as if it were not there. Either is written down."""
        act = "page.outside" if forbidden.outside else "page.refused"
        with desk.writing() as session:
            about = {"right": forbidden.right.value, "path": audit.Plain(_shape(desk.asked.path))}
            audit.note(session, desk.actor, act, "console", after=about, now=desk.now)
        if forbidden.outside:
            return looks.page(desk, "missing.html", 404)
        return looks.page(desk, "forbidden.html", 403, right=forbidden.right)


def _shape(path: str) -> str:
    """A path without what may be anybody's: only its first parts and our own numbers."""
    return "/".join(part[:24] for part in path.split("/")[:4])


def _to_sign_in(desk: Desk) -> Response:
    if desk.asked.fragment:  # a part of a page cannot hold the form: the browser is told to go there
        return Response(status_code=204, headers={"HX-Redirect": f"{BASE}/masuk"})
    return to("/masuk", lanjut=desk.asked.path if desk.asked.path != "/" else None)


async def _with_files(request: Request) -> tuple[dict[str, list[str]], dict[str, Sent]]:
    """A form that brings files. They lie on the disk while they come; what no page would take is not kept at all."""
    said = request.headers.get("content-length", "")
    if not said.isdecimal() or int(said) > UPLOADED:
        async for _ in request.stream():  # read to its end, so that the browser hears why
            pass
        raise Refused(413, "Berkasnya terlalu besar. Kembali ke halaman sebelumnya dan pilih yang lebih kecil.")
    form: dict[str, list[str]] = {}
    files: dict[str, Sent] = {}
    try:
        async with request.form(max_files=1, max_fields=FIELDS, max_part_size=LARGEST) as sent:
            for name, value in sent.multi_items():
                if isinstance(value, str):
                    form.setdefault(name, []).append(value.replace("\x00", ""))
                elif value.filename:
                    files[name] = Sent(await value.read(KEPT), value.size or 0)
    except HTTPException:
        raise Refused(400, "Isian tidak terbaca.") from None
    return form, files


async def _body(request: Request) -> bytes:
    collected = bytearray()
    async for chunk in request.stream():
        collected += chunk
        if len(collected) > LARGEST:
            raise Refused(413, "Isian terlalu panjang. Kembali ke halaman sebelumnya, isiannya masih ada di sana.")
    return bytes(collected)


def _fields(body: bytes) -> dict[str, list[str]]:
    try:
        found: dict[str, Any] = parse_qs(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS
        )
    except (UnicodeDecodeError, ValueError):
        raise Refused(400, "Isian tidak terbaca.") from None
    return {name: [value.replace("\x00", "") for value in values] for name, values in found.items()}
