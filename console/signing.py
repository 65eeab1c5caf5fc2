"""Masuk: signing in and out, choosing a password with a code from an administrator, and one's own browsers."""

import datetime as dt
import secrets
from dataclasses import replace

from starlette.responses import Response

from console import kept, looks, proof
from console.desk import Desk, Gone, to
from services import accounts, signing_in
from services.signing_in import Known


def form(desk: Desk) -> Response:
    """The page to sign in on."""
    if desk.signed_in is not None:
        return to("/")
    return looks.page(desk, "sign_in.html", onward=_onward(desk.asked.query.get("lanjut")))


def enter(desk: Desk) -> Response:
    """Sign in. Why not is said in one way, whatever was wrong: nobody learns which accounts there are."""
    name, password = desk.asked.form.get("nama", "").strip().lower()[:64], desk.asked.form.get("sandi", "")
    if not name or not password:
        return _refused(desk, name, "empty")
    with desk.writing() as session:
        knock = signing_in.knock(session, name, desk.asked.address, desk.now)
    if knock.wait_until is not None:
        return _refused(desk, name, "wait", until=knock.wait_until, status=429)
    known = knock.account
    good = proof_of(desk, known, password)
    if good == "new_link":  # only who knows the password learns that a phone must be joined first
        return _refused(desk, name, good)
    token = secrets.token_urlsafe(32)
    if known is None or good == "no" or not _entered(desk, known, token, good):
        if known is not None:
            with desk.writing() as session:
                signing_in.failed(session, known, desk.now)
        return _refused(desk, name, "wrong", left=knock.left)
    return _welcome(desk, token)


def proof_of(desk: Desk, known: Known | None, password: str) -> int | str | None:
    """The half minute of the code that was given, None where no code is asked for; or "no", or "new_link"."""
    if not desk.settings.proof.matches(known.password_hash if known else None, password[:1000]) or known is None:
        return "no"
    if known.totp_seed is None:
        return "new_link" if known.needs_code and not desk.settings.demo else None
    shared = proof.secret(desk.settings.key, known.totp_seed)
    step = proof.step_of(shared, desk.asked.form.get("kode", ""), desk.now)
    return "no" if step is None else step


def _entered(desk: Desk, known: Known, token: str, step: int | str | None) -> bool:
    with desk.writing() as session:
        return signing_in.enter(
            session, known, token=token, step=step if isinstance(step, int) else None, device=desk.asked.device,
            address=desk.asked.address, now=desk.now,
        )  # fmt: skip


def _welcome(desk: Desk, token: str) -> Response:
    """On to where one wanted to go; what was typed before the session ended is shown to be sent again."""
    typed = kept.unpacked(desk.asked.form.get("isian", ""))
    if typed is not None:
        with desk.reading() as session:
            found = signing_in.current(session, token, desk.request, desk.now)
        mine = replace(desk, asked=replace(desk.asked, token=token), signed_in=found)
        response = kept.again(mine, *typed)
        response.status_code = 200
    else:
        response = to(_onward(desk.asked.form.get("lanjut")) or "/")
    _give(desk, response, token)
    return response


def _give(desk: Desk, response: Response, token: str) -> None:
    response.set_cookie(
        desk.settings.cookie, token, path="/", secure=desk.settings.secure, httponly=True, samesite="lax",
        max_age=int(signing_in.LONGEST.total_seconds()),
    )  # fmt: skip


def _refused(
    desk: Desk, name: str, fault: str, *, left: int = 0, until: dt.datetime | None = None, status: int = 422
) -> Response:
    form = desk.asked.form
    return looks.page(
        desk, "sign_in.html", status, name=name, fault=fault, left=left, until=until, kept=form.get("isian", ""),
        onward=_onward(form.get("lanjut")),
    )  # fmt: skip


def _onward(path: str | None) -> str | None:
    """A page of ours, and nothing else."""
    good = path and path.startswith("/") and not path.startswith("//") and path.isascii() and "\\" not in path
    return path if good and len(path or "") < 200 else None


def leave(desk: Desk) -> Response:
    """Sign out: this browser, or all of them."""
    everywhere = desk.asked.form.get("semua") == "1"
    if desk.signed_in is not None:
        with desk.writing() as session:
            signing_in.leave(session, desk.signed_in, desk.now, everywhere=everywhere)
    response = to("/masuk", pesan="keluar_semua" if everywhere else "keluar")
    response.delete_cookie(
        desk.settings.cookie, path="/", secure=desk.settings.secure, httponly=True, samesite="lax"
    )  # an ended session is worth nothing; the cookie need not lie there
    return response


def own(desk: Desk) -> Response:
    """One's own account, and where it is signed in."""
    with desk.reading() as session:
        found = signing_in.browsers(session, desk.actor, desk.now)
    return looks.page(desk, "own.html", browsers=found)


# --- choosing a password


def choosing(desk: Desk) -> Response:
    """The page behind the link of an administrator."""
    return _choosing(desk, _known(desk), None)


def choose(desk: Desk) -> Response:
    """Keep the password and the phone."""
    known, form, code = _known(desk), desk.asked.form, desk.asked.where["code"]
    password = form.get("sandi", "")
    fault = signing_in.fault_of(password, known.name) or ("twice" if form.get("ulang") != password else None)
    if fault is not None:
        return _choosing(desk, known, fault, 422)
    seed, step = accounts.hashed(code), None
    if known.needs_code or form.get("kode", "").strip():
        step = proof.step_of(proof.secret(desk.settings.key, seed), form.get("kode", ""), desk.now)
        if step is None:
            return _choosing(desk, known, "code", 422)
    kept_hash = desk.settings.proof.hashed(password)
    with desk.writing() as session:
        done = signing_in.choose(
            session, code, password_hash=kept_hash, totp_seed=None if step is None else seed, step=step, now=desk.now
        )
    if not done:
        raise Gone
    return to("/masuk", pesan="sandi")


def _known(desk: Desk) -> Known:
    with desk.reading() as session:
        known = signing_in.whose_code(session, desk.asked.where["code"], desk.now)
    if known is None:
        raise Gone
    return known


def _choosing(desk: Desk, known: Known, fault: str | None, status: int = 200) -> Response:
    shared = proof.secret(desk.settings.key, accounts.hashed(desk.asked.where["code"]))
    picture = proof.picture(shared, known.name)
    return looks.page(desk, "choose.html", status, known=known, fault=fault, picture=picture, shared=shared)
