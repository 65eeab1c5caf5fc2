"""Every page of the console, and the right it asks for: read this first."""

from collections.abc import Sequence

from console import (
    admin,
    applications,
    broadcasts,
    case,
    chats,
    conversations,
    events,
    home,
    requests,
    residents,
    signing,
)
from console.desk import Open, Page
from services.staff import Right

SENDERS = frozenset({Right.DRAFT, Right.APPROVE})  # the services ask which of the two, and for where

PAGES: Sequence[Page] = (
    Page("GET", "/masuk", Open.EVERYBODY, signing.form),
    Page("POST", "/masuk", Open.EVERYBODY, signing.enter),
    Page("GET", "/mulai/{code}", Open.EVERYBODY, signing.choosing),
    Page("POST", "/mulai/{code}", Open.EVERYBODY, signing.choose),
    Page("POST", "/keluar", Open.SIGNED_IN, signing.leave),
    Page("GET", "/saya", Open.SIGNED_IN, signing.own),
    Page("GET", "/", Right.SEE, home.show),
    Page("GET", "/pendaftaran", Right.SEE, applications.listing),
    Page("POST", "/pendaftaran/unduh", Right.EXPORT, applications.download),
    Page("GET", "/pendaftaran/{number}", Right.SEE, case.show),
    Page("POST", "/pendaftaran/{number}/buka", Right.SEE, case.unmask),
    Page("GET", "/pendaftaran/{number}/foto/{photo:int}", Right.SEE, case.picture),
    Page("POST", "/pendaftaran/{number}/pratinjau", Right.REVIEW, case.preview),
    Page("POST", "/pendaftaran/{number}/pindah", Right.REVIEW, case.move),
    Page("GET", "/percakapan", Right.SEE, conversations.listing),
    Page("GET", "/percakapan/cari", Right.REVIEW, conversations.search),
    Page("GET", "/percakapan/orang/{conversation:int}", Right.REVIEW, chats.show),
    Page("GET", "/percakapan/{ticket:int}", Right.SEE, conversations.show),
    Page("POST", "/percakapan/{ticket:int}/jawab", Right.REVIEW, conversations.answer),
    Page("POST", "/percakapan/{ticket:int}/tutup", Right.REVIEW, conversations.close),
    Page("GET", "/siaran", Right.SEE, broadcasts.listing),
    Page("GET", "/siaran/baru", Right.DRAFT, broadcasts.compose),
    Page("POST", "/siaran/baru", Right.DRAFT, broadcasts.create),
    Page("GET", "/siaran/{number:int}", Right.SEE, broadcasts.show),
    Page("POST", "/siaran/{number:int}/minta", Right.DRAFT, broadcasts.ask),
    Page("POST", "/siaran/{number:int}/setujui", SENDERS, broadcasts.approve),
    Page("POST", "/siaran/{number:int}/kembalikan", Right.APPROVE, broadcasts.reject),
    Page("POST", "/siaran/{number:int}/jeda", SENDERS, broadcasts.pause),
    Page("POST", "/siaran/{number:int}/lanjut", SENDERS, broadcasts.resume),
    Page("POST", "/siaran/{number:int}/batal", SENDERS, broadcasts.cancel),
    Page("GET", "/orang", Right.SEE, residents.listing),
    Page("GET", "/permintaan", Right.SEE, requests.listing),
    Page("POST", "/permintaan/{request:int}/tutup", Right.REVIEW, requests.close),
    Page("GET", "/acara", Right.SEE, events.listing),
    Page("GET", "/acara/{code}", Right.SEE, events.show),
    Page("GET", "/pengguna", Right.USERS, admin.people),
    Page("GET", "/audit", Right.AUDIT, admin.audit),
)
