"""What `naikkelas broadcast` says: drafts, previews and progress, for eyes and for programs."""

from collections.abc import Iterator
from typing import Any

import texts
from models import Broadcast, FileKind
from services.broadcasts import saying
from services.broadcasts.attaching import Attached
from services.broadcasts.audience import Audience, AudienceRefused, in_words
from services.broadcasts.drafting import DraftRefused, Preview
from services.broadcasts.fates import Progress
from services.broadcasts.running import BroadcastRefused, Why
from services.calendar import JAKARTA

# Where at the keyboard one looks next.
LOOK = {
    Why.UNKNOWN: "naikkelas broadcast list", Why.STATE: "naikkelas broadcast status",
    Why.EMPTY: "naikkelas broadcast preview", Why.CHANGED: "naikkelas broadcast preview",
    Why.NO_CHAT: "naikkelas staff link",
}  # fmt: skip


def broken(refused: BroadcastRefused | DraftRefused | AudienceRefused) -> list[str]:
    """Why not, in sentences."""
    said = saying.broken(refused, texts.load())
    look = LOOK.get(refused.why) if isinstance(refused, BroadcastRefused) else None
    return [*said, f"Lihat {look}."] if look else said


def drafted(row: Broadcast, catalogue: texts.Catalogue) -> dict[str, Any]:
    """A broadcast, for programs and lists."""
    return {
        "number": f"S-{row.id}", "title": row.title, "version": row.version,
        "state": saying.state(row.state, catalogue), "total": row.total,
        "audience": in_words(Audience.from_json(row.audience), catalogue),
        "filter": row.audience, "send_at": row.send_at, "expires_at": row.expires_at, "by": row.created_by,
        "approved_by": row.approved_by,
    }  # fmt: skip


def as_dict(found: Progress) -> dict[str, Any]:
    """Progress, for programs."""
    return {
        "number": f"S-{found.number}", "state": found.state.value, "total": found.total, "done": found.done,
        "fates": dict(found.fates), "reasons": dict(found.reasons), "replied": found.replied,
        "pause_reason": found.pause_reason,
    }  # fmt: skip


def previewed(found: Preview, row: Broadcast, catalogue: texts.Catalogue) -> dict[str, Any]:
    """A preview, for programs; nobody's name or number is in it."""
    return {
        **drafted(row, catalogue), "total": found.count.total, "channels": dict(found.count.channels),
        "languages": dict(found.count.languages), "opens": found.count.opens,
        "left_out": {why.value: many for why, many in found.left.items()},
        "warnings": [saying.finding(one, catalogue) for one in found.found], "start": found.start,
        "finish": found.finish, "cost": found.cost, "second_person": found.second,
    }  # fmt: skip


def lines(found: Preview, row: Broadcast, catalogue: texts.Catalogue) -> Iterator[str]:
    """A preview, for eyes."""
    yield f"S-{row.id} versi {row.version}: {row.title}"
    yield f"Untuk: {in_words(Audience.from_json(row.audience), catalogue)}"
    by_channel = ", ".join(f"{name.value} {many}" for name, many in found.count.channels.items()) or "tidak ada"
    yield f"Penerima: {found.count.total} ({by_channel}); di luar 24 jam WhatsApp: {found.count.opens}"
    for why, many in found.left.items():
        yield f"  tidak ikut: {many} {catalogue.text(f'broadcast.left.{why.value}', 'id')}"
    yield f"Mulai {found.start.astimezone(JAKARTA):%d-%m-%Y %H.%M} WIB"
    done = f"{found.finish.astimezone(JAKARTA):%d-%m-%Y %H.%M} WIB" if found.finish else "tidak dalam setahun"
    yield f"Selesai kira-kira {done}"
    price = "belum diketahui: isi broadcast.prices" if found.cost is None else f"paling banyak Rp{found.cost:,.0f}"
    yield f"Biaya: {price}"
    for one in found.found:
        yield f"⚠ {saying.finding(one, catalogue)}"
    if found.second:
        yield "Perlu disetujui akun lain."
    for sample in found.samples:
        yield f"--- {sample.channel.value}, {sample.language.value} ---"
        yield sample.by_template or sample.bubble.text


def attached(file: Attached | None) -> Iterator[str]:
    """What goes along."""
    if file is not None:
        kind = "gambar" if file.kind is FileKind.PICTURE else "dokumen"
        yield f"Lampiran: {kind} {file.name}, {max(1, file.size // 1000)} kB"
