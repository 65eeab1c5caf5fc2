"""Isian yang tertunda: a form that was interrupted is laid aside and can be gone on with."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from models import Conversation, Draft, Session
from services.inserting import quietly

KEPT = ("check", "registration")  # the forms that are laid aside when they are interrupted


def park(
    session: Session,
    *,
    conversation_id: int,
    run_id: str,
    form: str,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    now: dt.datetime,
    days: int,
    at: tuple[int, int] = (1, 1),
    refused: Sequence[Sequence[str]] = (),
) -> Draft:
    """Lay a form aside for `days` calendar days; an older draft of the same form gives way to it.

    `at` is the question it stopped at and of how many; `refused` which answers to it were not taken, without a word.
    """
    session.execute(sa.delete(Draft).where(Draft.conversation_id == conversation_id, Draft.form == form))
    draft = Draft(
        conversation_id=conversation_id,
        run_id=run_id,
        form=form,
        answers=dict(answers),
        view={"n": at[0], "total": at[1], **({"refused": list(refused)} if refused else {})},
        facts=dict(facts),
        parked_at=now,
        purge_at=now + dt.timedelta(days=days),
    )
    session.add(draft)
    session.flush()
    return draft


def of_run(session: Session, conversation_id: int, run_id: str) -> Draft | None:
    """The draft of one run, if it has not been gone on with or thrown away."""
    query = sa.select(Draft).where(Draft.conversation_id == conversation_id, Draft.run_id == run_id)
    return session.scalars(query.limit(1)).first()


def newest(session: Session, conversation_id: int, form: str | None = None) -> Draft | None:
    """The draft laid aside last, of one form or of any."""
    query = sa.select(Draft).where(Draft.conversation_id == conversation_id).order_by(Draft.parked_at.desc())
    if form:
        query = query.where(Draft.form == form)
    return session.scalars(query.limit(1)).first()


def drop(session: Session, conversation_id: int, form: str | None = None) -> None:
    """Throw drafts away: gone on with, started again, or no longer wanted."""
    query = sa.delete(Draft).where(Draft.conversation_id == conversation_id)
    session.execute(query.where(Draft.form == form) if form else query)


def note_expired(session: Session, now: dt.datetime) -> None:
    """Before drafts past their day are thrown away: remember to tell, once, whoever comes back for one."""
    gone = sa.select(Draft.conversation_id).where(Draft.purge_at <= now, Draft.form.in_(KEPT))
    mark = sa.update(Conversation).where(Conversation.id.in_(gone), Conversation.draft_expired_at.is_(None))
    session.execute(quietly(mark.values(draft_expired_at=now)))
