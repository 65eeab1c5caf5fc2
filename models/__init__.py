"""The tables, one noun per file. `Session` is the database's."""

from sqlalchemy.orm import Session

from models.assignment import Assignment
from models.audit import AuditEntry, AuditHead
from models.base import Base, Moment
from models.broadcast import Broadcast, BroadcastState, FileKind, KeptAudience, Recipient, RecipientState
from models.business import Assessment, Business, Confirmation, ConfirmationState
from models.calendar import CalendarEntry
from models.certificate import EventCertificate
from models.contact import Contact, ContactList, PaperConsent, PastAttendance
from models.conversation import Channel, Conversation, Draft, Inbound, Language, Media, Reachable, Stopped
from models.correction import Correction, CorrectionState
from models.delivery import (
    Approval,
    ContentTemplate,
    Cursor,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Gate,
    Lane,
    MessageTemplate,
)
from models.door import EventDoor
from models.event import Audience, Event, EventArrival, EventKind, EventShare, EventSource, EventState, PlanEntry
from models.fact import FactEntry
from models.feedback import EventFeedback
from models.file import StoredFile
from models.person import Consent, LinkCode, Person, Purpose
from models.programme import (
    Allocation,
    Application,
    Interest,
    LikelyDouble,
    Offer,
    OfferState,
    Place,
    Programme,
    Stage,
    StageChange,
    Verdict,
)
from models.reminder import Reminder, ReminderState
from models.signup import ACTIVE, Invitation, SignUp, SignUpState
from models.staff import CodePurpose, Staff, StaffCode, StaffSession, StaffTries
from models.ticket import DataRequest, Due, DueKind, DueState, RequestKind, Ticket, TicketAnswer, Topic, Unanswered

__all__ = [
    "ACTIVE",
    "Allocation",
    "Application",
    "Approval",
    "Assessment",
    "Assignment",
    "Audience",
    "AuditEntry",
    "AuditHead",
    "Base",
    "Broadcast",
    "BroadcastState",
    "Business",
    "CalendarEntry",
    "Channel",
    "CodePurpose",
    "Confirmation",
    "ConfirmationState",
    "Consent",
    "Contact",
    "ContactList",
    "ContentTemplate",
    "Conversation",
    "Correction",
    "CorrectionState",
    "Cursor",
    "DataRequest",
    "Delivery",
    "DeliveryEvent",
    "DeliveryState",
    "Draft",
    "Due",
    "DueKind",
    "DueState",
    "Event",
    "EventArrival",
    "EventCertificate",
    "EventDoor",
    "EventFeedback",
    "EventKind",
    "EventShare",
    "EventSource",
    "EventState",
    "FactEntry",
    "FileKind",
    "Gate",
    "Inbound",
    "Interest",
    "Invitation",
    "KeptAudience",
    "Lane",
    "Language",
    "LikelyDouble",
    "LinkCode",
    "Media",
    "MessageTemplate",
    "Moment",
    "Offer",
    "OfferState",
    "PaperConsent",
    "PastAttendance",
    "Person",
    "Place",
    "PlanEntry",
    "Programme",
    "Purpose",
    "Reachable",
    "Recipient",
    "RecipientState",
    "Reminder",
    "ReminderState",
    "RequestKind",
    "Session",
    "SignUp",
    "SignUpState",
    "Staff",
    "StaffCode",
    "StaffSession",
    "StaffTries",
    "Stage",
    "StageChange",
    "Stopped",
    "StoredFile",
    "Ticket",
    "TicketAnswer",
    "Topic",
    "Unanswered",
    "Verdict",
]
