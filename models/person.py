"""A person who agreed that we keep their data, and the proof that they did."""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from models.base import Base, Id, Moment, enum
from models.conversation import Channel, Language
from models.likeness import LONGEST_WORD, name_words


class Purpose(StrEnum):
    """What a consent is for; one at a time (UU 27/2022 Ps 22)."""

    SERVICE = "service"
    REMINDERS = "reminders"
    ANNOUNCEMENTS = "announcements"


class Person(Base):
    """Somebody with consent for the service. One person may write from several chats."""

    __tablename__ = "persons"
    __table_args__ = (
        sa.Index("ix_persons_phone", "phone"),
        sa.Index("ix_persons_name_word1", "name_word1"),
        sa.Index("ix_persons_name_word2", "name_word2"),
        sa.Index("ix_persons_name_word3", "name_word3"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    name: Mapped[str | None] = mapped_column(sa.String(200))
    phone: Mapped[str | None] = mapped_column(sa.String(20))  # E.164
    phone_vouched: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # the platform vouches for it
    demo: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # invented, for a phone in the browser
    # What an officer finds them by. They follow the name by themselves where the object is changed; a statement that
    # changes the name changes these too (models.likeness.name_words).
    name_word1: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))
    name_word2: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))
    name_word3: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))

    @validates("name")
    def _words(self, column: str, value: str | None) -> str | None:
        for name, word in name_words(value).items():
            setattr(self, name, word)
        return value


class LinkCode(Base):
    """A one-time code that continues the same journey in another chat. Only its hash is kept."""

    __tablename__ = "link_codes"
    __table_args__ = (
        sa.Index("ix_link_codes_code_hash", "code_hash"),
        sa.Index("ix_link_codes_conversation_id", "conversation_id"),
        sa.Index("ix_link_codes_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    conversation_id: Mapped[int] = mapped_column(sa.ForeignKey("conversations.id", ondelete="CASCADE"))  # that asked
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[dt.datetime] = mapped_column(Moment())
    expires_at: Mapped[dt.datetime] = mapped_column(Moment())
    used_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    used_in: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"))
    was_person: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))  # whose that chat was before
    undone_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # "BUKAN SAYA"


class Consent(Base):
    """One answer to one request for consent, with what was shown: version and hash of the text. Never rewritten."""

    __tablename__ = "consents"
    __table_args__ = (sa.Index("ix_consents_person_id", "person_id", "purpose", "at", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    purpose: Mapped[Purpose] = mapped_column(enum(Purpose))
    given: Mapped[bool] = mapped_column()
    text_version: Mapped[str] = mapped_column(sa.String(32))
    text_hash: Mapped[str] = mapped_column(sa.String(64))  # SHA-256, hex, of exactly what was shown
    language: Mapped[Language] = mapped_column(enum(Language))
    channel: Mapped[Channel] = mapped_column(enum(Channel))
    at: Mapped[dt.datetime] = mapped_column(Moment())
