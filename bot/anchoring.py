"""The head of the audit, vouched for outside of the database: whoever cuts the chain's end there is found out here."""

import json
import logging
import os
import secrets
from pathlib import Path

from bot.config import Settings
from bot.keys import derived, office_secret
from models import Session
from services import auditing
from services.auditing import Anchor

FILE = "audit.anchor"
log = logging.getLogger(__name__)


class AnchorSpoiled(Exception):
    """The file is there, and not as we left it."""


def key(settings: Settings) -> bytes:
    """What signs the anchor."""
    return derived(office_secret(settings), "audit")


def read(settings: Settings) -> Anchor | None:
    """What was vouched for last; None before the first time. Raises AnchorSpoiled."""
    path = settings.data.dir / FILE
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        anchor = Anchor(int(kept["count"]), str(kept["hash"]), str(kept["signature"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise AnchorSpoiled(path) from None
    if not anchor.is_ours(key(settings)):
        raise AnchorSpoiled(path)
    return anchor


def drop(settings: Settings, session: Session) -> bool:
    """Vouch for the head as it is now, unless that was done; whether it was anew. Never for less than before."""
    count, chain = auditing.head(session)
    before = read(settings)
    if before is not None and count <= before.count:
        return False
    anchor = Anchor.of(count, chain, key(settings))
    _write(settings.data.dir / FILE, {"count": count, "hash": chain, "signature": anchor.signature})
    log.info("the audit stands at %d, %s", count, chain)  # kept where logs are kept, too
    return True


def _write(path: Path, kept: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.write_text(json.dumps(kept), encoding="utf-8")
    draft.replace(path)  # whole or not at all
