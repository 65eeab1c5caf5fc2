"""Is it really them? Passwords, and the codes a phone shows for half a minute."""

import base64
import datetime as dt
import hashlib
import hmac
import threading

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

STEP = 30  # seconds a code of the phone is shown
AT_ONCE = 2  # passwords compared at the same moment: each takes 64 MiB


class Proof:
    """Compares passwords, slowly on purpose (Argon2id with the library's own figures); never more than two at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = ""

    def hashed(self, password: str) -> str:
        """What is kept of a password."""
        with self._room:
            return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is that password. Where none is kept, it takes as long: nobody learns which accounts there are."""
        with self._room:
            self._nobodys = self._nobodys or self._hasher.hash("nobody's")
            try:
                return self._hasher.verify(kept or self._nobodys, password) and kept is not None
            except (VerificationError, InvalidHashError):
                return False


def secret(key: bytes, seed: str) -> str:
    """The secret a phone and we share (base32), made from the office's own and a seed: the database alone has none."""
    return base64.b32encode(hmac.digest(key, f"totp:{seed}".encode(), "sha256")[:20]).decode()


def step_of(shared: str, code: str, now: dt.datetime) -> int | None:
    """The half minute whose code this is: this one, one before or after (RFC 6238, 5.2). None: none of them."""
    plain = "".join(code.split())
    current = int(now.timestamp()) // STEP
    device = pyotp.TOTP(shared)
    for step in (current, current - 1, current + 1):
        if plain.isascii() and hmac.compare_digest(device.generate_otp(step), plain):
            return step
    return None


def picture(shared: str, name: str) -> str:
    """The QR picture an authenticator app reads, as a `data:` address."""
    import segno

    address = pyotp.TOTP(shared).provisioning_uri(name=name, issuer_name="Naik Kelas")
    return segno.make(address, error="m").svg_data_uri(scale=5, border=2)


def form_token(token: str) -> str:
    """What a form of this browser carries, so that no other page can send it in its name."""
    return hashlib.sha256(f"form:{token}".encode()).hexdigest()[:40]
