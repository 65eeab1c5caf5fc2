"""Sertifikat terbit: what an owner answers to "sudah Bapak/Ibu terima?", and how the label is printed."""

from __future__ import annotations

from conversation.turn import Note
from handlers.desk import Desk
from handlers.next import Next
from models import Due
from services import businesses, certificates

RECEIVED = frozenset({"yes", "done"})  # tapped, or typed as SUDAH H4


def answered(desk: Desk, due: Due, option: str) -> Next:
    """They have it: how the label is put on. Not yet, or they cannot: an officer helps, and we ask again."""
    if option not in RECEIVED:
        stuck = option == "help"
        by = certificates.not_received(desk.session, due, desk.office, desk.now, stuck=stuck)
        label = (Note("certificate.label"),) if stuck else ()
        return Next((Note("certificate.not_received", {"next_date": desk.office.local_day(by)}), *label), open="menu")
    application = certificates.received(desk.session, due, desk.now)
    if application is None:
        return Next((Note("common.old_button_done"),), open="menu")
    business = businesses.get(desk.session, application.business_id)
    name = "" if business.by_helper else business.owner_name
    return Next((Note("certificate.received", {"name": name}), Note("certificate.label")), open="menu")
