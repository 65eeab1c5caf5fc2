"""Pengguna: who works here, taken on and changed; every change says what follows from it before it is made."""

import secrets
from collections.abc import Callable, Sequence

from starlette.responses import Response

from console import looks, user_words
from console.desk import Desk, Gone, to
from console.meaning import places
from models import Session
from services import accounts, signing_in, staff
from services.accounts import Account, Refused, Why


def listing(desk: Desk) -> Response:
    """Every account."""
    with desk.reading() as session:
        found = accounts.listed(session, desk.actor)
    return looks.page(desk, "users.html", accounts=found, roles=staff.roles(), says=user_words)


def show(desk: Desk) -> Response:
    """One account."""
    return _page(desk)


# --- taking on


def blank(desk: Desk) -> Response:
    """The form for a new one."""
    return _form(desk)


def add(desk: Desk) -> Response:
    """Make it, once what it will be able to do was read."""
    form = desk.asked.form
    name, shown = form.get("nama", "").strip().lower()[:64], " ".join(form.get("tampil", "").split())[:100]
    roles, regencies = _roles(desk), _regencies(desk)
    why = accounts.faults(name, shown) or (Why.ROLE if not roles else Why.REGENCY if regencies == [] else None)
    if why is not None:
        return _form(desk, user_words.FAULTS[why])
    if form.get("yakin") != "1":
        says = list(user_words.of_adding(shown, roles, regencies))
        return _sure(desk, f"Buat akun {name}", says, f"Buat akun untuk {shown}", "/pengguna")
    try:
        with desk.writing() as session:
            accounts.add(
                session, desk.actor, name=name, display_name=shown, roles=roles, regencies=regencies, now=desk.now
            )
    except Refused as refused:
        return _form(desk, user_words.FAULTS[refused.why])
    return to(f"/pengguna/{name}", pesan="akun_dibuat")


# --- changing


def change(desk: Desk) -> Response:
    """Other roles, another scope, once what follows was read."""
    roles, regencies, seen = _roles(desk), _regencies(desk), desk.asked.form.get("terlihat", "")
    account, browsers = _found(desk)
    path = f"/pengguna/{account.name}"
    if not roles or regencies == []:
        return _page(desk, user_words.FAULTS[Why.REGENCY if roles else Why.ROLE])
    says = list(user_words.of_change(account, roles, regencies, browsers))
    if not says:  # as it is already: the same form sent twice
        return to(path, pesan="akun_sama")
    if desk.asked.form.get("yakin") != "1":
        if account.version != seen:
            return _page(desk, user_words.FAULTS[Why.CHANGED], 409)
        return _sure(desk, f"Ubah akun {account.name}", says, f"Ubah akun {account.display_name}", path)

    def work(session: Session) -> None:
        accounts.change(session, desk.actor, account.name, roles, regencies, seen=seen, now=desk.now)

    return _done(desk, account, work, "akun_diubah")


def disable(desk: Desk) -> Response:
    """Close an account, once what follows was read."""
    account, browsers = _found(desk)
    if account.disabled_at is not None:
        return to(f"/pengguna/{account.name}", pesan="akun_tutup")
    if desk.asked.form.get("yakin") != "1":
        says, path = list(user_words.of_disabling(account, browsers)), f"/pengguna/{account.name}"
        return _sure(desk, f"Nonaktifkan {account.name}", says, f"Nonaktifkan akun {account.display_name}", path)
    return _done(desk, account, lambda s: accounts.disable(s, desk.actor, account.name, desk.now), "akun_tutup")


def enable(desk: Desk) -> Response:
    """Open it again."""
    account, _ = _found(desk)
    return _done(desk, account, lambda s: accounts.enable(s, desk.actor, account.name, desk.now), "akun_buka")


def sign_out(desk: Desk) -> Response:
    """End every browser of somebody's."""
    account, _ = _found(desk)
    return _done(desk, account, lambda s: accounts.end_sessions(s, desk.actor, account.name, desk.now), "akun_keluar")


def link(desk: Desk) -> Response:
    """A link with which its owner chooses a password and joins a phone, or a code that joins their Telegram.

    Shown once, on the answer itself: an address that could be opened again would hand it out twice. Sent again, it
    makes another and the one before is void.
    """
    account, _ = _found(desk)
    telegram, code = desk.asked.form.get("untuk") == "telegram", secrets.token_urlsafe(16)
    make = accounts.link_code if telegram else signing_in.password_code
    try:
        with desk.writing() as session:
            make(session, desk.actor, account.name, code=code, now=desk.now)
    except Refused as refused:
        return _page(desk, user_words.FAULTS[refused.why])
    home = (desk.settings.public_url or "").rstrip("/")
    return looks.page(desk, "user_link.html", it=account, telegram=telegram, code=code, home=home)


# --- what they share


def _found(desk: Desk) -> tuple[Account, int]:
    with desk.reading() as session:
        try:
            account = accounts.find(session, desk.actor, desk.asked.where["name"])
        except Refused:
            raise Gone from None
        return account, len(signing_in.browsers_of(session, desk.actor, account.name, desk.now))


def _done(desk: Desk, account: Account, work: Callable[[Session], object], said: str) -> Response:
    try:
        with desk.writing() as session:
            work(session)
    except Refused as refused:
        return _page(desk, user_words.FAULTS[refused.why], 409 if refused.why is Why.CHANGED else 422)
    return to(f"/pengguna/{account.name}", pesan=said)


def _roles(desk: Desk) -> list[str]:
    return [name for name in staff.roles() if name in desk.asked.many.get("peran", ())]


def _regencies(desk: Desk) -> list[str] | None:
    """None: all of Banten."""
    if desk.asked.form.get("wilayah") == "semua":
        return None
    chosen = desk.asked.many.get("kab", ())
    return [code for code, _ in places(desk) if code in chosen]


def _page(desk: Desk, fault: str | None = None, status: int = 422) -> Response:
    with desk.reading() as session:
        try:
            account = accounts.find(session, desk.actor, desk.asked.where["name"])
        except Refused:
            raise Gone from None
        browsers = signing_in.browsers_of(session, desk.actor, account.name, desk.now)
    values = {"it": account, "browsers": browsers, "fault": fault, "yourself": account.name == desk.actor.name}
    return looks.page(desk, "user.html", status if fault else 200, **values, **_choices(desk))


def _form(desk: Desk, fault: str | None = None) -> Response:
    typed = {"roles": _roles(desk), "regencies": _regencies(desk), "form": desk.asked.form}
    return looks.page(desk, "user_new.html", 422 if fault else 200, fault=fault, typed=typed, **_choices(desk))


def _choices(desk: Desk) -> dict[str, object]:
    return {"roles": staff.roles(), "places": places(desk), "all": desk.actor.regencies is None, "says": user_words}


def _sure(desk: Desk, title: str, says: Sequence[str], does: str, back: str) -> Response:
    """What follows, in sentences; the form is sent once more on purpose."""
    many = desk.asked.many.items()
    fields = [(name, value) for name, values in many if name not in ("token", "yakin") for value in values]
    return looks.page(desk, "user_sure.html", title=title, says=says, does=does, back=back, fields=fields)
