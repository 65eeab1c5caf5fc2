"""Templates with words of their own, at Twilio and in our register: made, handed in for approval, asked about."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.channels.base import OutcomeKind
from bot.channels.errors import PlatformError
from models import Approval, Session
from services import alerts, files, templates
from services.office import Office
from services.templates import Standing, Told
from texts import Catalogue
from texts.checking_templates import refused_by_meta

if TYPE_CHECKING:
    from bot.channels.whatsapp import WhatsAppChannel

UNMADE = (None, Approval.GONE)


@dataclass(slots=True)
class Submitted:
    """What became of asking for approval: how many were handed in, and why others were not."""

    handed_in: int = 0
    refused: list[str] = field(default_factory=list)


async def sync(channel: "WhatsAppChannel", engine: sa.Engine, catalogue: Catalogue, now: dt.datetime) -> int:
    """Make every version that is missing; how many. Nothing is removed. Raises PlatformError; may be run again:
    what was made before it failed is found by its name."""
    with Session(engine) as session:
        standing = templates.standing(session, channel.name, catalogue, channel.files_at)
        missing = [s.template for s in standing if (s.row.state if s.row else None) in UNMADE]
    made = await channel.hand_in(missing)
    with Session(engine) as session, session.begin():
        for template in missing:
            templates.keep(session, channel.name, template, made[templates.handed_in_as(template)], now)
    return len(missing)


async def submit(
    channel: "WhatsAppChannel", engine: sa.Engine, catalogue: Catalogue, now: dt.datetime, names: Iterable[str] = ()
) -> Submitted:
    """Ask for the approval of what has not been handed in; `names`: only these. What Meta would refuse is not sent.

    Each is written down as it is handed in, so that a failure half-way (PlatformError) leaves nothing half-done.
    """
    only, done = set(names), Submitted()
    with Session(engine) as session:
        standing = templates.standing(session, channel.name, catalogue, channel.files_at)
        waiting = [s for s in standing if not only or s.template.name in only]
        asked = [(s, s.row.sid) for s in waiting if s.row is not None and _may_ask(s, done)]
    for one, sid in asked:
        await _ask(channel, engine, one, sid, done, now)
    return done


def _may_ask(one: Standing, done: Submitted) -> bool:
    """A version that was refused stays so: other words are another version."""
    against = list(refused_by_meta(one.template))
    if one.row is not None and one.row.state is Approval.REJECTED:
        against.append(f"sudah ditolak ({one.row.reason or 'tanpa alasan'}): ubah kata-katanya, lalu sync dan submit.")
    done.refused += [f"{one.template.name} ({one.template.language}) {why}" for why in against]
    return not against and one.row is not None and one.row.state is Approval.UNSUBMITTED


async def _ask(
    channel: "WhatsAppChannel", engine: sa.Engine, one: Standing, sid: str, done: Submitted, now: dt.datetime
) -> None:
    template = one.template
    try:
        told = await channel.ask_approval(sid, templates.handed_in_as(template), template.category)
    except PlatformError as error:
        if error.kind is not OutcomeKind.FAILED:
            raise
        done.refused.append(f"{template.name} ({template.language}) ditolak Twilio: {error.outcome.reason}")
        return
    with Session(engine) as session, session.begin():
        templates.submitted(session, channel.name, sid, told, now)
    done.handed_in += 1


def heard(
    session: Session, sender: str, told: Mapping[str, Told], catalogue: Catalogue, office: Office, asked_at: dt.datetime
) -> None:
    """Write down how all of them stand; what was lost by it and has nothing in its place is told to the staff, once."""
    lost = templates.learn(session, sender, told, asked_at)
    still = templates.usable(session, sender, catalogue, files.at(office.public_url)) if lost else {}
    names = {f"{r.name} {r.language}" for r in lost if templates.key(r.name, r.language) not in still}
    if names:
        alerts.templates(session, sorted(names), catalogue, office, asked_at)
