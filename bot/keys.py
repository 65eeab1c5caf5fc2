"""The office's own secret: it signs the links we give out, so that nobody can make or guess one."""

import hmac
import os
import secrets
from pathlib import Path

from bot.config import Settings

FILE = "secret.key"


def office_secret(settings: Settings) -> bytes:
    """`web.secret`, or one made at the first start and kept beside the database, readable by us alone.

    Several machines need the same one: there `web.secret` must be set.
    """
    if settings.web.secret is not None:
        return settings.web.secret.get_secret_value().encode()
    path = settings.data.dir / FILE
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return _make(path)


def derived(secret: bytes, purpose: str) -> bytes:
    """The key for one purpose: a link for a file is worth nothing at another door."""
    return hmac.digest(secret, b"naikkelas:" + purpose.encode(), "sha256")


def _make(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_hex(32).encode()
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, made)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)  # whole or not at all, and the first process wins
    except FileExistsError:
        return path.read_bytes()
    finally:
        draft.unlink()
    return made
