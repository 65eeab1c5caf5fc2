"""Masuk ke konsol: who may try, how often; the browsers an account is signed in with, each to be ended by its row."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models import CodePurpose, Session, Staff, StaffCode, StaffSession, StaffTries
from services import accounts, audit, staff
from services.inserting import insert_into, quietly
from services.staff import Actor, Right, Via, demand

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
SEEN_EVERY = dt.timedelta(minutes=1)  # how exactly `seen_at` is kept: not every look writes a row
WINDOW = dt.timedelta(minutes=15)
# Tries in vain within WINDOW: for one account from one address, from one address, for one account from anywhere. An
# office may share one address, and a stranger should not keep somebody out easily: so the last two are higher.
MOST_BOTH, MOST_ADDRESS, MOST_ACCOUNT = 5, 60, 30
LINK_TIME = dt.timedelta(hours=24)
SHORTEST = 12  # letters of a password
LONGEST_PASSWORD = 200
COMMON = (
    "password",
    "katasandi",
    "kata sandi",
    "12345678",
    "qwerty",
    "bismillah",
    "indonesia",
    "disperindag",
    "banten",
)
# Whoever may do one of these signs in with a code of their phone, too.
CODE_RIGHTS = frozenset({Right.USERS, Right.DRAFT, Right.APPROVE, Right.PROGRAMME})


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody wants to sign in. `wait_until`: too many tries, nothing is looked at before. `left`: tries after it."""

    wait_until: dt.datetime | None
    left: int
    account: "Known | None" = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a try is checked against."""

    id: int
    name: str
    password_hash: str | None
    totp_seed: str | None
    totp_step: int | None
    needs_code: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a request."""

    session_id: int
    actor: Actor
    display_name: str
    with_code: bool
    stale: bool  # `touch` is due


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser in the list of an account's own."""

    id: int
    device: str
    made_at: dt.datetime
    seen_at: dt.datetime


# --- the rules


def needs_code(roles: Sequence[str]) -> bool:
    """Whether an account of these roles must sign in with a code of the phone, too."""
    return bool(staff.rights_of(roles) & CODE_RIGHTS)


def fault_of(password: str, name: str) -> str | None:
    """What is wrong with a password that is chosen: "short", "long", "common" or "name"."""
    plain = password.strip().lower()
    if len(plain) < SHORTEST:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    if name in plain:
        return "name"
    if len(set(plain)) < 5 or any(word in plain and len(plain) < len(word) + 8 for word in COMMON):
        return "common"
    return None


def hashed(token: str) -> str:
    """What is kept of a browser's token: it is long and random, so a plain sum is enough."""
    return hashlib.sha256(f"session:{token}".encode()).hexdigest()


# --- signing in


def knock(session: Session, name: str, address: str, now: dt.datetime) -> Knock:
    """Count a try before anything is compared; two at once are counted one after the other.

    The address first, and no further than to the limit that is reached: one that tries too often makes no more rows,
    whatever names it tries, and does not use up an account's tries from elsewhere.
    """
    limits = {
        ("address", address): MOST_ADDRESS,
        ("both", f"{name}|{address}"): MOST_BOTH,
        ("name", name): MOST_ACCOUNT,
    }
    left = MOST_BOTH
    for (kind, what), most in limits.items():
        count, until = _counted(session, kind, what, now)
        if count > most:
            return Knock(until, 0)
        left = min(left, most - count)
    return Knock(None, left, _known(staff.named(session, name)))


def _known(account: Staff | None) -> Known | None:
    if account is None or account.disabled_at is not None:
        return None
    code = needs_code(account.roles)
    return Known(account.id, account.name, account.password_hash, account.totp_secret, account.totp_step, code)


def _key(kind: str, what: str) -> str:
    return hashlib.sha256(f"tries:{kind}:{what}".encode()).hexdigest()


def _counted(session: Session, kind: str, what: str, now: dt.datetime) -> tuple[int, dt.datetime]:
    insert = insert_into(session, StaffTries).values(key=_key(kind, what), count=1, until=now + WINDOW)
    old = StaffTries.until <= now
    changed = {
        "count": sa.case((old, 1), else_=StaffTries.count + 1),
        "until": sa.case((old, insert.excluded.until), else_=StaffTries.until),
    }
    upsert = insert.on_conflict_do_update(index_elements=[StaffTries.key], set_=changed)
    count, until = session.execute(quietly(upsert.returning(StaffTries.count, StaffTries.until))).one()
    return count, until


def _forgive(session: Session, name: str, address: str) -> None:
    """It was no try in vain: those of the account are forgotten, of the address this one."""
    mine = sa.and_(StaffTries.key == _key("address", address), StaffTries.count > 0)  # locked in the order of a try
    session.execute(quietly(sa.update(StaffTries).where(mine).values(count=StaffTries.count - 1)))
    keys = [_key("both", f"{name}|{address}"), _key("name", name)]
    session.execute(quietly(sa.delete(StaffTries).where(StaffTries.key.in_(keys))))


def failed(session: Session, known: Known, now: dt.datetime) -> None:
    """Write down that somebody tried in vain."""
    nobody = Actor("console", frozenset(), None, Via.CONSOLE)
    audit.note(session, nobody, "staff.sign_in_failed", f"staff:{known.name}", now=now)


def enter(
    session: Session, known: Known, *, token: str, step: int | None, device: str, address: str, now: dt.datetime
) -> bool:
    """Sign in a browser. False where the account was changed meanwhile, or this code was used before.

    `step`: the half minute of the code that was given, None where none was asked for.
    """
    same = sa.and_(Staff.id == known.id, Staff.disabled_at.is_(None), Staff.password_hash == known.password_hash)
    change = sa.update(Staff).where(same)
    if step is None:
        change = change.where(Staff.totp_secret.is_(None)).values(totp_step=None)
    else:
        unused = sa.or_(Staff.totp_step.is_(None), Staff.totp_step < step)
        change = change.where(Staff.totp_secret == known.totp_seed, unused).values(totp_step=step)
    if session.execute(quietly(change.returning(Staff.id))).first() is None:
        return False
    row = StaffSession(
        staff_id=known.id, token_hash=hashed(token), with_code=step is not None, device=device[:40], made_at=now,
        seen_at=now, ends_at=now + LONGEST,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _forgive(session, known.name, address)
    actor = staff.actor_of(session.get_one(Staff, known.id, populate_existing=True), Via.CONSOLE)
    audit.note(session, actor, "staff.signed_in", f"staff:{known.name}", now=now)
    return True


# --- who it is


def _alive(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(StaffSession.ended_at.is_(None), StaffSession.ends_at > now, StaffSession.seen_at > now - IDLE)


def current(session: Session, token: str, request: str, now: dt.datetime) -> SignedIn | None:
    """Who is signed in with this token; None where nobody is any more."""
    query = sa.select(StaffSession, Staff).join(Staff, Staff.id == StaffSession.staff_id)
    query = query.where(StaffSession.token_hash == hashed(token), _alive(now), Staff.disabled_at.is_(None))
    found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        return None
    row, account = found
    actor = staff.actor_of(account, Via.CONSOLE, request)
    return SignedIn(row.id, actor, account.display_name, row.with_code, now - row.seen_at >= SEEN_EVERY)


def touch(session: Session, session_id: int, now: dt.datetime) -> None:
    """The browser is still in use."""
    session.execute(quietly(sa.update(StaffSession).where(StaffSession.id == session_id).values(seen_at=now)))


def leave(session: Session, signed_in: SignedIn, now: dt.datetime, *, everywhere: bool = False) -> None:
    """Sign out this browser, or all of this account's."""
    mine = StaffSession.staff_id == signed_in.actor.staff_id
    which = mine if everywhere else sa.and_(mine, StaffSession.id == signed_in.session_id)
    accounts.sign_out(session, which, now)
    about = f"staff:{signed_in.actor.name}"
    audit.note(session, signed_in.actor, "staff.signed_out", about, after={"everywhere": everywhere}, now=now)


def browsers(session: Session, actor: Actor, now: dt.datetime) -> list[Browser]:
    """Where this account is signed in now."""
    query = sa.select(StaffSession).where(StaffSession.staff_id == actor.staff_id, _alive(now))
    rows = session.scalars(query.order_by(StaffSession.seen_at.desc()))
    return [Browser(row.id, row.device, row.made_at, row.seen_at) for row in rows]


def browsers_of(session: Session, actor: Actor, name: str, now: dt.datetime) -> list[Browser]:
    """Where somebody else is signed in now, for whoever looks after the accounts."""
    demand(actor, Right.USERS)
    query = sa.select(StaffSession).join(Staff, Staff.id == StaffSession.staff_id)
    rows = session.scalars(query.where(Staff.name == name, _alive(now)).order_by(StaffSession.seen_at.desc()))
    return [Browser(row.id, row.device, row.made_at, row.seen_at) for row in rows]


# --- a password, chosen with a code that an administrator made


def password_code(session: Session, actor: Actor, name: str, *, code: str, now: dt.datetime) -> None:
    """Make `code` (22 random letters) good for choosing a password, once, within a day. An earlier one is void.

    Raises Refused.
    """
    until = now + LINK_TIME
    account = accounts.give_code(session, actor, name, CodePurpose.PASSWORD, code=code, until=until, now=now)
    audit.note(session, actor, "staff.password_code_made", f"staff:{account.name}", now=now)


def whose_code(session: Session, code: str, now: dt.datetime) -> Known | None:
    """The account a code is for; None where it is good for nothing (any more)."""
    good = sa.and_(StaffCode.used_at.is_(None), StaffCode.expires_at > now)
    query = sa.select(Staff).join(StaffCode, StaffCode.staff_id == Staff.id)
    query = query.where(StaffCode.code_hash == accounts.hashed(code), StaffCode.purpose == CodePurpose.PASSWORD, good)
    return _known(session.scalars(query.execution_options(populate_existing=True)).one_or_none())


def choose(
    session: Session, code: str, *, password_hash: str, totp_seed: str | None, step: int | None, now: dt.datetime
) -> bool:
    """Take a chosen password, and the phone that gives codes from now on; every browser has to sign in anew.

    False where the code was used meanwhile.
    """
    known = whose_code(session, code, now)
    used = sa.update(StaffCode).where(StaffCode.code_hash == accounts.hashed(code), StaffCode.used_at.is_(None))
    if known is None or session.execute(quietly(used.values(used_at=now).returning(StaffCode.id))).first() is None:
        return False
    account = session.get_one(Staff, known.id, populate_existing=True)
    account.password_hash, account.totp_secret, account.totp_step = password_hash, totp_seed, step
    session.flush()
    accounts.sign_out(session, StaffSession.staff_id == known.id, now)
    actor = staff.actor_of(account, Via.CONSOLE)
    with_code = {"with_code": totp_seed is not None}
    audit.note(session, actor, "staff.password_chosen", f"staff:{known.name}", after=with_code, now=now)
    return True
