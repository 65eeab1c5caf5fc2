"""A chat: one address on one channel, and the form that is open in it."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, enum


class Channel(StrEnum):
    """The apps an owner writes from."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


class Language(StrEnum):
    """The languages the bot speaks."""

    ID = "id"
    EN = "en"


class Reachable(StrEnum):
    """Whether a message can arrive. Not a matter of consent: see `Stopped` and `Consent`."""

    YES = "yes"
    BLOCKED = "blocked"  # the person blocked the bot, or never started it
    GONE = "gone"  # the account or number does not exist


class Stopped(StrEnum):
    """What a person told us to stop sending."""

    NOTHING = "nothing"
    ANNOUNCEMENTS = "announcements"
    EVERYTHING = "everything"  # nothing at all unless they write first


class Conversation(Base):
    """One chat and what is being asked in it. Before consent it holds no word of the person.

    The row is found, locked and loaded by one upsert on (channel, address); it is the whole state of the chat.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        sa.UniqueConstraint("channel", "address"),
        sa.Index("ix_conversations_person_id", "person_id"),
        sa.Index("ix_conversations_purge_at", "purge_at", sqlite_where=sa.text("purge_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[Channel] = mapped_column(enum(Channel))
    address: Mapped[str] = mapped_column(sa.String(200))  # opaque: a Telegram chat id, "whatsapp:+62…" or a BSUID
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    language: Mapped[Language | None] = mapped_column(enum(Language))
    reachable: Mapped[Reachable] = mapped_column(enum(Reachable), default=Reachable.YES, server_default="yes")
    stopped: Mapped[Stopped] = mapped_column(enum(Stopped), default=Stopped.NOTHING, server_default="nothing")
    wanted: Mapped[str | None] = mapped_column(sa.String(64))  # where a deep link wanted to go
    first_at: Mapped[dt.datetime] = mapped_column(Moment())
    last_in_at: Mapped[dt.datetime] = mapped_column(Moment())  # opens WhatsApp's 24-hour window
    purge_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # set while there is no consent, 7 days ahead
    quiet_until: Mapped[dt.datetime | None] = mapped_column(Moment())  # an officer is answering; the bot is silent
    answer_waits: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # an officer's, for their word

    business_id: Mapped[int | None] = mapped_column(sa.ForeignKey("businesses.id"))  # which one a shared phone means
    nudged_run: Mapped[str | None] = mapped_column(sa.String(16))  # the run that was asked about once already
    draft_expired_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # a form was thrown away; not told yet
    link_tries: Mapped[int] = mapped_column(default=0, server_default="0")  # wrong codes in a row
    link_blocked_until: Mapped[dt.datetime | None] = mapped_column(Moment())

    # The open form. `run_id` is None when nothing is open.
    run_id: Mapped[str | None] = mapped_column(sa.String(16))
    form: Mapped[str | None] = mapped_column(sa.String(64))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    view: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    changed_at: Mapped[dt.datetime | None] = mapped_column(Moment())


class Draft(Base):
    """A form laid aside: interrupted, never lost. Swept after its day."""

    __tablename__ = "drafts"
    __table_args__ = (
        sa.Index("ix_drafts_conversation_id", "conversation_id"),
        sa.Index("ix_drafts_purge_at", "purge_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversations.id", ondelete="CASCADE"))
    run_id: Mapped[str] = mapped_column(sa.String(16))
    form: Mapped[str] = mapped_column(sa.String(64))
    answers: Mapped[dict[str, Any]] = mapped_column()
    view: Mapped[dict[str, Any]] = mapped_column()
    facts: Mapped[dict[str, Any]] = mapped_column()
    parked_at: Mapped[dt.datetime] = mapped_column(Moment())
    purge_at: Mapped[dt.datetime] = mapped_column(Moment())


class Inbound(Base):
    """One message that came in. Unique, so that a repeated webhook is answered once. Words only after consent."""

    __tablename__ = "inbounds"
    __table_args__ = (
        sa.UniqueConstraint("channel", "event_id"),
        sa.Index("ix_inbounds_conversation_id", "conversation_id"),
        sa.Index("ix_inbounds_at", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[Channel] = mapped_column(enum(Channel))
    event_id: Mapped[str] = mapped_column(sa.String(128))
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(Moment())
    kind: Mapped[str] = mapped_column(sa.String(16))
    words: Mapped[str | None] = mapped_column(sa.Text())
    failed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Media(Base):
    """A picture a person sent for a question: first a row with the platform's reference, then its bytes."""

    __tablename__ = "media"
    __table_args__ = (
        sa.Index("ix_media_wanted", "fetched_at", "tries"),
        sa.Index(
            "ix_media_uncleared",
            "id",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversations.id", ondelete="CASCADE"))
    business_id: Mapped[int | None] = mapped_column(sa.ForeignKey("businesses.id", ondelete="CASCADE"))
    ref: Mapped[str] = mapped_column(sa.String(500))
    mime: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[dt.datetime] = mapped_column(Moment())
    fetched_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    cleared_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # the platform was told to forget its copy
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary(), deferred=True)
