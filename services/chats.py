"""Which chat a person is reached in: the one they last wrote from."""

import sqlalchemy as sa

from models import Conversation, Reachable, Session


def last_used(session: Session, person_id: int, *, lock: bool = True) -> Conversation | None:
    """The chat a person wrote from last, among those that can still be reached; None if they have none left.

    It is locked unless `lock` is False, and must be before the person and everything of theirs: a message being
    answered holds its chat from the beginning. Others may go on pointing at the row meanwhile (a delivery, a due
    question).
    """
    unreached = sa.case((Conversation.reachable == Reachable.YES, 0), else_=1)
    query = sa.select(Conversation).where(Conversation.person_id == person_id)
    query = query.order_by(unreached, Conversation.last_in_at.desc(), Conversation.id.desc()).limit(1)
    query = query.with_for_update(key_share=True) if lock else query
    return session.scalars(query.execution_options(populate_existing=True)).first()
