"""A business: who owns it, where it makes what."""

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, validates

from models.base import Base, Id, Moment, enum
from models.likeness import LONGEST_NAME, LONGEST_PLACE, LONGEST_WORD, name_key, name_words, owner_words, place_key


class Business(Base):
    """One business of one owner. A helper's phone may carry several; each is its own record."""

    __tablename__ = "businesses"
    __table_args__ = (
        sa.Index("ix_businesses_person_id", "person_id"),
        sa.Index("ix_businesses_helper_id", "helper_id"),
        sa.Index("ix_businesses_nib", "nib"),
        sa.Index("ix_businesses_phone", "phone"),
        sa.Index("ix_businesses_regency", "regency", "district"),
        sa.Index("ix_businesses_name_key", "district", "name_key"),
        sa.Index("ix_businesses_place_key", "district", "place_key"),
        sa.Index("ix_businesses_name_word1", "name_word1"),
        sa.Index("ix_businesses_name_word2", "name_word2"),
        sa.Index("ix_businesses_name_word3", "name_word3"),
        sa.Index("ix_businesses_owner_word1", "owner_word1"),
        sa.Index("ix_businesses_owner_word2", "owner_word2"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))  # its owner; until they confirm, the helper
    helper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))  # who entered it for its owner
    by_helper: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    owner_confirmed_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # of a helper's entry
    created_at: Mapped[dt.datetime] = mapped_column(Moment())
    owner_name: Mapped[str] = mapped_column(sa.String(200))
    name: Mapped[str] = mapped_column(sa.String(200))
    regency: Mapped[str | None] = mapped_column(sa.String(5))  # "36.02"; None = not known yet
    district: Mapped[str | None] = mapped_column(sa.String(8))  # "36.02.14"
    village: Mapped[str | None] = mapped_column(sa.String(100))
    address: Mapped[str | None] = mapped_column(sa.String(300))
    phone: Mapped[str | None] = mapped_column(sa.String(20))  # the owner's WhatsApp number, E.164
    nib: Mapped[str | None] = mapped_column(sa.String(13))
    product_kind: Mapped[str | None] = mapped_column(sa.String(32))
    products: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # names
    papers: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # for the ladder: pirt, brand …
    brand: Mapped[str | None] = mapped_column(sa.String(60))
    workers: Mapped[int | None] = mapped_column()
    email: Mapped[str | None] = mapped_column(sa.String(254))
    # What doubles are looked up by: the name and the place as two people would both write them. They follow by
    # themselves where the object is changed; a statement that changes the words must change these too.
    name_key: Mapped[str | None] = mapped_column(sa.String(LONGEST_NAME))
    place_key: Mapped[str | None] = mapped_column(sa.String(LONGEST_PLACE))
    # What it is found by when an officer looks for it: a word each, so that any of them can begin a search.
    name_word1: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))
    name_word2: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))
    name_word3: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))
    owner_word1: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))
    owner_word2: Mapped[str | None] = mapped_column(sa.String(LONGEST_WORD))

    @validates("owner_name")
    def _owner(self, column: str, value: str) -> str:
        for name, word in owner_words(value).items():
            setattr(self, name, word)
        return value

    @validates("name", "address", "village")
    def _key(self, column: str, value: str | None) -> str | None:
        if column == "name":
            self.name_key = name_key(value)
            for name, word in name_words(value).items():
                setattr(self, name, word)
        elif column == "address":
            self.place_key = place_key(value, self.village)
        else:
            self.place_key = place_key(self.address, value)
        return value


class ConfirmationState(StrEnum):
    """Where an owner's confirmation of a helper's entry stands."""

    WANTED = "wanted"
    YES = "yes"
    NO = "no"
    ON_PAPER = "on_paper"
    LAPSED = "lapsed"


class Confirmation(Base):
    """ "{helper} mendaftarkan usaha ini atas nama Bapak/Ibu. Betul?": asked once the owner writes from their number."""

    __tablename__ = "confirmations"
    __table_args__ = (
        sa.UniqueConstraint("business_id"),
        sa.Index("ix_confirmations_phone", "phone"),
        sa.Index(
            "ix_confirmations_wanted",
            "due_at",
            sqlite_where=sa.text("state = 'wanted'"),
            postgresql_where=sa.text("state = 'wanted'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    business_id: Mapped[int] = mapped_column(sa.ForeignKey("businesses.id"))
    phone: Mapped[str | None] = mapped_column(sa.String(20))  # the owner's, E.164
    asked_at: Mapped[dt.datetime] = mapped_column(Moment())
    due_at: Mapped[dt.datetime] = mapped_column(Moment())
    state: Mapped[ConfirmationState] = mapped_column(
        enum(ConfirmationState), default=ConfirmationState.WANTED, server_default="wanted"
    )
    answered_at: Mapped[dt.datetime | None] = mapped_column(Moment())
    reference: Mapped[str | None] = mapped_column(sa.String(100))  # of the paper, where it was signed on paper
    code: Mapped[str | None] = mapped_column(sa.String(8))  # "U7": what a typed answer names
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"))
    template_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # the owner, who does not write, was written to
    told_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # the owner, who had written, was asked
    pending_told_at: Mapped[dt.datetime | None] = mapped_column(Moment())  # the helper heard that nobody answered


def _open_todos(context: DefaultExecutionContext) -> str:
    result: dict[str, Any] = context.get_current_parameters()["result"]  # type: ignore[no-untyped-call]
    return "".join(f" {code} " for code in result.get("todos", ()))


class Assessment(Base):
    """One run of the rule set over one set of answers, with every reason. Never rewritten: a re-check writes anew."""

    __tablename__ = "assessments"
    __table_args__ = (
        sa.Index("ix_assessments_person_id", "person_id", "at"),
        sa.Index("ix_assessments_business_id", "business_id", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    business_id: Mapped[int | None] = mapped_column(sa.ForeignKey("businesses.id"))
    at: Mapped[dt.datetime] = mapped_column(Moment())
    asked_by: Mapped[str] = mapped_column(sa.String(32))  # "owner", "helper", "officer:…"
    rule_set: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[str] = mapped_column(sa.String(32))
    said: Mapped[dict[str, Any]] = mapped_column()  # the script's answers, as said, with their sequence
    answers: Mapped[dict[str, Any]] = mapped_column()  # the rule set's answers made from them
    facts: Mapped[dict[str, Any]] = mapped_column()
    result: Mapped[dict[str, Any]] = mapped_column()  # scheme, ended, reasons, todos, … (see services.eligibility)
    # The codes of `result["todos"]`, each between blanks: who lacks what is asked of a hundred thousand at once.
    open_todos: Mapped[str] = mapped_column(sa.Text(), default=_open_todos, server_default="")
    scheme: Mapped[str] = mapped_column(sa.String(16))
