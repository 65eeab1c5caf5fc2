"""Akun petugas: who is taken on, for what and for where; nobody makes themselves more, one administrator stays."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from models import CodePurpose, Session, Staff, StaffCode, StaffSession
from services import audit, staff
from services.inserting import quietly
from services.refusing import Refusal
from services.regions import REGENCIES
from services.staff import Actor, Right, demand

NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
LONGEST_DISPLAY = 60
# What history and audit write for who is not an officer.
TAKEN = frozenset({"bot", "owner", "helper", "operator", "officer", "kantor"})
FORMER = "Mantan petugas"
LINK_TIME = dt.timedelta(minutes=15)


class Why(StrEnum):
    """Why an account stays as it is."""

    UNKNOWN = "unknown"
    NAME = "name"  # two to 32 small letters and digits, beginning with a letter
    DISPLAY = "display"
    TAKEN = "taken"
    ROLE = "role"
    REGENCY = "regency"
    BEYOND = "beyond"  # a kab/kota that is not the actor's own to give
    YOURSELF = "yourself"
    LAST = "last"  # nobody would be left who can make accounts
    DISABLED = "disabled"
    CHANGED = "changed"  # it is not as it was seen: somebody else was at it meanwhile


class Refused(Refusal[Why]):
    """Nothing is changed."""

    def __init__(self, why: Why, about: str = "") -> None:
        super().__init__(why)
        self.about = about


class Use(StrEnum):
    """What came of a code that was brought to a chat."""

    LINKED = "linked"
    ALREADY = "already"  # this chat is that account's
    WRONG = "wrong"  # no such code
    USED = "used"
    EXPIRED = "expired"
    OTHER = "other"  # the chat is another account's
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Account:
    """An account in the list."""

    name: str
    display_name: str
    roles: tuple[str, ...]
    regencies: tuple[str, ...] | None
    linked: bool
    disabled_at: dt.datetime | None
    password: bool = False  # one was chosen
    phone: bool = False  # a phone that gives codes was joined

    @property
    def version(self) -> str:
        """As it was seen, for `change`."""
        return version(self.roles, self.regencies, self.disabled_at)


# --- the rules


def faults(name: str, display_name: str) -> Why | None:
    """What is wrong with the two names of an account."""
    if not NAME.fullmatch(name):
        return Why.NAME
    if name in TAKEN:
        return Why.TAKEN
    shown = display_name.strip()
    if not 0 < len(shown) <= LONGEST_DISPLAY or shown.lower() in TAKEN:
        return Why.DISPLAY
    return None


def _checked_roles(names: Sequence[str]) -> list[str]:
    known = staff.roles()
    for name in names:
        if name not in known:
            raise Refused(Why.ROLE, name)
    if not names:
        raise Refused(Why.ROLE)
    return sorted(set(names))


def _checked_scope(actor: Actor, regencies: Sequence[str] | None) -> list[str] | None:
    """Nobody gives away what is not theirs: who works for one kab/kota takes on people for that one."""
    if regencies is None:
        if actor.regencies is not None:
            raise Refused(Why.BEYOND)
        return None
    for code in regencies:
        if code not in REGENCIES:
            raise Refused(Why.REGENCY, code)
        if not staff.covers(actor, code):
            raise Refused(Why.BEYOND, code)
    if not regencies:
        raise Refused(Why.REGENCY)
    return sorted(set(regencies))


# --- what an administrator does


def add(
    session: Session,
    actor: Actor,
    *,
    name: str,
    display_name: str,
    roles: Sequence[str],
    regencies: Sequence[str] | None,
    now: dt.datetime,
) -> int:
    """A new account; its id. `regencies` None: all of Banten. Raises Refused."""
    demand(actor, Right.USERS)
    name, shown = name.strip().lower(), " ".join(display_name.split())
    wrong = faults(name, shown)
    if wrong is not None:
        raise Refused(wrong, name)
    _hold(session)
    if staff.named(session, name) is not None:
        raise Refused(Why.TAKEN, name)
    account = Staff(name=name, display_name=shown, created_at=now)
    account.roles, account.regencies = _checked_roles(roles), _checked_scope(actor, regencies)
    session.add(account)
    session.flush()
    audit.note(session, actor, "staff.added", f"staff:{name}", after=_kept(account), now=now)
    return account.id


def listed(session: Session, actor: Actor) -> list[Account]:
    """Every account, those in use first."""
    demand(actor, Right.USERS)
    query = sa.select(Staff).order_by(Staff.disabled_at.is_not(None), Staff.name)
    return [_account(row) for row in session.scalars(query.execution_options(populate_existing=True))]


def find(session: Session, actor: Actor, name: str) -> Account:
    """One account. Raises Refused."""
    demand(actor, Right.USERS)
    row = staff.named(session, name)
    if row is None:
        raise Refused(Why.UNKNOWN, name)
    return _account(row)


def set_roles(session: Session, actor: Actor, name: str, roles: Sequence[str], now: dt.datetime) -> None:
    """Give an account these roles and no others. Raises Refused."""
    demand(actor, Right.USERS)
    account = _theirs(session, actor, name)
    wanted = _checked_roles(roles)
    if Right.USERS not in staff.rights_of(wanted):
        _keep_one(session, account)
    before, account.roles = _kept(account), wanted
    session.flush()
    audit.note(session, actor, "staff.roles", f"staff:{account.name}", before=before, after=_kept(account), now=now)


def set_scope(session: Session, actor: Actor, name: str, regencies: Sequence[str] | None, now: dt.datetime) -> None:
    """Let an account work for these kab/kota; None: all. Raises Refused."""
    demand(actor, Right.USERS)
    account = _theirs(session, actor, name)
    before, account.regencies = _kept(account), _checked_scope(actor, regencies)
    session.flush()
    audit.note(session, actor, "staff.scope", f"staff:{account.name}", before=before, after=_kept(account), now=now)


def change(
    session: Session,
    actor: Actor,
    name: str,
    roles: Sequence[str],
    regencies: Sequence[str] | None,
    *,
    seen: str,
    now: dt.datetime,
) -> None:
    """Roles and kab/kota in one, for whoever saw the account as `version` says. Raises Refused."""
    demand(actor, Right.USERS)
    account = _theirs(session, actor, name)
    if version(account.roles, account.regencies, account.disabled_at) != seen:
        raise Refused(Why.CHANGED, account.name)
    if _checked_roles(roles) != account.roles:
        set_roles(session, actor, name, roles, now)
    if _checked_scope(actor, regencies) != account.regencies:
        set_scope(session, actor, name, regencies, now)


def version(roles: Sequence[str], regencies: Sequence[str] | None, disabled_at: dt.datetime | None) -> str:
    """What an account may and where, in one word that changes with it."""
    where = "semua" if regencies is None else ".".join(regencies)
    return f"{'.'.join(roles)}|{where}|{'tutup' if disabled_at else 'buka'}"


def end_sessions(session: Session, actor: Actor, name: str, now: dt.datetime) -> None:
    """Sign somebody out in every browser; the password stays good. Raises Refused."""
    demand(actor, Right.USERS)
    account = _theirs(session, actor, name)
    sign_out(session, StaffSession.staff_id == account.id, now)
    audit.note(session, actor, "staff.sessions_ended", f"staff:{account.name}", now=now)


def disable(session: Session, actor: Actor, name: str, now: dt.datetime) -> None:
    """Close an account: from this moment it may nothing, on no door, and its chat is a chat like any other."""
    demand(actor, Right.USERS)
    account = _theirs(session, actor, name)
    if account.disabled_at is not None:
        raise Refused(Why.DISABLED, account.name)
    _keep_one(session, account)
    account.disabled_at, account.telegram, account.password_hash, account.totp_secret = now, None, None, None
    session.flush()
    _void(session, StaffCode.staff_id == account.id)
    sign_out(session, StaffSession.staff_id == account.id, now)
    audit.note(session, actor, "staff.disabled", f"staff:{account.name}", now=now)


def enable(session: Session, actor: Actor, name: str, now: dt.datetime) -> bool:
    """Open a closed account again; its chat has to be linked anew. False: it was open. Raises Refused."""
    demand(actor, Right.USERS)
    account = _theirs(session, actor, name)
    if account.disabled_at is None:
        return False
    account.disabled_at = None
    session.flush()
    audit.note(session, actor, "staff.enabled", f"staff:{account.name}", after=_kept(account), now=now)
    return True


def link_code(session: Session, actor: Actor, name: str, *, code: str, now: dt.datetime) -> None:
    """Make `code` (22 random letters) join one Telegram chat to an account, once, within a quarter of an hour.

    An earlier code of the account is void. Raises Refused.
    """
    account = give_code(session, actor, name, CodePurpose.LINK, code=code, until=now + LINK_TIME, now=now)
    audit.note(session, actor, "staff.code_made", f"staff:{account.name}", now=now)


def give_code(
    session: Session, actor: Actor, name: str, purpose: CodePurpose, *, code: str, until: dt.datetime, now: dt.datetime
) -> Staff:
    """Make a code good for one thing, once, until a moment; an earlier one for it is void. Raises Refused."""
    demand(actor, Right.USERS)
    account = _theirs(session, actor, name, oneself=True)
    if account.disabled_at is not None:
        raise Refused(Why.DISABLED, account.name)
    earlier = sa.and_(StaffCode.staff_id == account.id, StaffCode.purpose == purpose)
    _void(session, sa.and_(earlier, StaffCode.used_at.is_(None)))
    session.add(
        StaffCode(
            purpose=purpose, staff_id=account.id, actor=actor.name, code_hash=hashed(code), made_at=now,
            expires_at=until,
        )
    )  # fmt: skip
    session.flush()
    return account


def forget(session: Session, before: dt.datetime) -> int:
    """Nobody's name stands in an account that was closed before a moment; how many. The row and its number stay."""
    gone = sa.and_(Staff.disabled_at <= before, Staff.display_name != FORMER)
    number = sa.literal("mantan-").concat(sa.cast(Staff.id, sa.String()))
    nobody = sa.update(Staff).where(gone).values(name=number, display_name=FORMER, roles=[], regencies=[])
    return len(session.execute(quietly(nobody.returning(Staff.id))).all())


# --- what the account's owner does


def hashed(code: str) -> str:
    """What is kept of a linking code: it is long and random, so a plain sum is enough."""
    return hashlib.sha256(f"staff:{code}".encode()).hexdigest()


def use_code(session: Session, code: str, telegram: str, now: dt.datetime) -> Use:
    """A code was brought to a private Telegram chat. Of two chats that bring it at once, one is linked."""
    query = sa.select(StaffCode).where(StaffCode.code_hash == hashed(code), StaffCode.purpose == CodePurpose.LINK)
    found = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if found is None or found.staff_id is None:
        return Use.WRONG
    account = session.get_one(Staff, found.staff_id, populate_existing=True, with_for_update=True)
    held = session.scalars(sa.select(Staff).where(Staff.telegram == telegram)).first()
    against = _against(found, account, held, now)
    if against is not None:
        return against
    claimed = sa.update(StaffCode).where(StaffCode.id == found.id, StaffCode.used_at.is_(None)).values(used_at=now)
    if session.execute(quietly(claimed.returning(StaffCode.id))).first() is None:
        return Use.USED
    account.telegram = telegram
    session.flush()
    who = staff.actor_of(account, staff.Via.CHAT)
    audit.note(session, who, "staff.linked", f"staff:{account.name}", after={"channel": "telegram"}, now=now)
    return Use.LINKED


def _against(found: StaffCode, account: Staff, held: Staff | None, now: dt.datetime) -> Use | None:
    if found.used_at is not None:
        return Use.ALREADY if held is not None and held.id == account.id else Use.USED
    if found.expires_at <= now:
        return Use.EXPIRED
    if account.disabled_at is not None:
        return Use.DISABLED
    return Use.OTHER if held is not None and held.id != account.id else None


def in_chat(session: Session, telegram: str, request: str) -> Actor | None:
    """Whose private chat this is, with the rights of this moment; None: nobody's who works here."""
    query = sa.select(Staff).where(Staff.telegram == telegram, Staff.disabled_at.is_(None))
    account = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    return None if account is None else staff.actor_of(account, staff.Via.CHAT, request)


# --- what they share


def sign_out(session: Session, which: sa.ColumnElement[bool], now: dt.datetime) -> None:
    """End browsers that are still signed in."""
    change = sa.update(StaffSession).where(which, StaffSession.ended_at.is_(None)).values(ended_at=now)
    session.execute(quietly(change))


def _hold(session: Session) -> None:
    """Every account, ours until the transaction ends: two administrators at once cannot both be the last but one."""
    session.execute(sa.select(Staff.id).order_by(Staff.id).with_for_update()).all()


def _theirs(session: Session, actor: Actor, name: str, *, oneself: bool = False) -> Staff:
    _hold(session)
    account = staff.named(session, name)
    if account is None:
        raise Refused(Why.UNKNOWN, name)
    if account.id == actor.staff_id and not oneself:
        raise Refused(Why.YOURSELF, account.name)
    beyond = actor.regencies is not None and not set(account.regencies or [""]) <= actor.regencies
    if beyond:
        raise Refused(Why.BEYOND, account.name)
    return account


def _keep_one(session: Session, account: Staff) -> None:
    """Without this account somebody must be left who can take people on."""
    if Right.USERS not in staff.rights_of(account.roles) or account.disabled_at is not None:
        return
    others = session.scalars(sa.select(Staff).where(Staff.disabled_at.is_(None), Staff.id != account.id))
    if not any(Right.USERS in staff.rights_of(row.roles) for row in others):
        raise Refused(Why.LAST, account.name)


def _kept(account: Staff) -> dict[str, object]:
    return {"roles": account.roles, "regencies": account.regencies}


def _account(row: Staff) -> Account:
    scope = None if row.regencies is None else tuple(row.regencies)
    return Account(
        row.name, row.display_name, tuple(row.roles), scope, row.telegram is not None, row.disabled_at,
        row.password_hash is not None, row.totp_secret is not None,
    )  # fmt: skip


def _void(session: Session, which: sa.ColumnElement[bool]) -> None:
    session.execute(quietly(sa.delete(StaffCode).where(which)))
