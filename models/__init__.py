"""The tables, one noun per file. `Session` is the database's."""

from sqlalchemy.orm import Session

from models.base import Base, Moment
from models.business import Assessment, Business
from models.conversation import Channel, Conversation, Draft, Inbound, Language, Media, Reachable, Stopped
from models.delivery import ContentTemplate, Cursor, Delivery, DeliveryEvent, DeliveryState, Gate, Lane
from models.person import Consent, Person, Purpose
from models.programme import Allocation, Application, LikelyDouble, Place, Programme, Stage, StageChange
from models.ticket import Due, DueKind, DueState, Ticket

__all__ = [
    "Allocation",
    "Application",
    "Assessment",
    "Base",
    "Business",
    "Channel",
    "Consent",
    "ContentTemplate",
    "Conversation",
    "Cursor",
    "Delivery",
    "DeliveryEvent",
    "DeliveryState",
    "Draft",
    "Due",
    "DueKind",
    "DueState",
    "Gate",
    "Inbound",
    "Lane",
    "Language",
    "LikelyDouble",
    "Media",
    "Moment",
    "Person",
    "Place",
    "Programme",
    "Purpose",
    "Reachable",
    "Session",
    "Stage",
    "StageChange",
    "Stopped",
    "Ticket",
]
