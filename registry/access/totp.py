"""Time-based one-time passwords (RFC 6238): six digits, steps of 30 seconds, SHA-1, as every app has them."""

from __future__ import annotations

import hmac
import re
from datetime import datetime

import pyotp

PERIOD = 30
TOLERANCE = 1  # steps before and after, for clocks that differ and fingers that are slow (RFC 6238, 5.2)
CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """160 random bits in base32 (RFC 4226, 4)."""
    return pyotp.random_base32()


def step_at(now: datetime) -> int:
    """The time step of a moment."""
    return int(now.timestamp()) // PERIOD


def code_at(secret: str, step: int) -> str:
    """The code of a time step."""
    return pyotp.HOTP(secret).at(step)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step a code belongs to, now or within the tolerance; never one up to `after`.

    So each code is taken once, and none that is older than one taken before (RFC 6238, 5.2).
    """
    if not CODE.fullmatch(code):
        return None
    present = step_at(now)
    fitting = [
        step
        for step in range(present - TOLERANCE, present + TOLERANCE + 1)
        if hmac.compare_digest(code_at(secret, step), code) and step > after
    ]
    return fitting[0] if fitting else None


def address(secret: str, login: str, issuer: str) -> str:
    """What the QR code says: an otpauth address that apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def grouped(secret: str) -> str:
    """The secret in groups of four, to type it in."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
