"""Passwords and tokens: argon2id for what people choose, SHA-256 for what we draw at random."""

from __future__ import annotations

import base64
import hashlib
import secrets
import string
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TOKEN_PREFIX = "frt_"  # noqa: S105 - what a token begins with, so that leaked ones can be searched for
_ALPHABET = string.ascii_lowercase + string.digits


@cache
def hasher() -> PasswordHasher:
    """argon2id with 19 MiB and two passes (OWASP's least for interactive sign-in)."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """An argon2id hash with its salt and parameters."""
    return hasher().hash(password)


def password_fits(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        return hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobody() -> str:
    """Nobody's hash: an unknown account is verified against it, to answer no faster than a wrong password."""
    return hash_password(secrets.token_urlsafe())


def new_token() -> str:
    """A bearer token with 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def new_password() -> str:
    """A random password in groups, for first sign-ins."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def new_recovery_code() -> str:
    """80 random bits in groups of four, without letters that look like digits."""
    code = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def recovery_hash(code: str) -> bytes:
    """What is kept of a recovery code; groups and case do not matter when it is typed."""
    return hashlib.sha256(code.replace("-", "").replace(" ", "").casefold().encode()).digest()
