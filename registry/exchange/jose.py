"""The strict parser of signed records: compact JWS (RFC 7515), Ed25519 only (RFC 9864).

Three parts, base64url without padding, each re-encoding to itself; a protected header of exactly `alg`,
`kid` (RFC 7638) and `typ`. Whatever else a JWS may be is refused: other algorithms, `EdDSA`, keys or
addresses in the header, `crit`, `b64`, compression.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.exchange import strict_json
from registry.ledger.keys import KeyRefused, admitted

ALG, TYP = "Ed25519", "firearms-exchange+jws"
SIGNATURE = 64
_PART = re.compile(r"[A-Za-z0-9_-]+")
_KID = re.compile(r"[A-Za-z0-9_-]{43}")


class Malformed(ValueError):
    """Not a token of this exchange."""


@dataclass(frozen=True)
class Token:
    """A token whose form is good; whether its signature is, `verify` says."""

    kid: str
    payload: bytes
    signing_input: bytes
    signature: bytes


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """What this encodes; raises Malformed unless it is the one way to write it."""
    if not _PART.fullmatch(text):
        raise Malformed("not base64url")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Malformed("not base64url") from None
    if encoded(raw) != text:
        raise Malformed("base64url that could be written otherwise")
    return raw


def fresh(size: int) -> bytes:
    """Bytes that nobody can foretell."""
    return os.urandom(size)


def digest(token: str) -> str:
    """SHA-256 of a record's exact bytes, in base64url."""
    return encoded(hashlib.sha256(token.encode("utf-8")).digest())


def thumbprint(public: bytes, curve: str = ALG) -> str:
    """The name of a key (RFC 7638, RFC 8037)."""
    jwk = f'{{"crv":"{curve}","kty":"OKP","x":"{encoded(public)}"}}'
    return encoded(hashlib.sha256(jwk.encode("ascii")).digest())


def sign(payload: bytes, key: Ed25519PrivateKey) -> str:
    """The record of a payload."""
    start = f"{_header_of(key)}.{encoded(payload)}"
    return f"{start}.{encoded(key.sign(start.encode('ascii')))}"


@lru_cache(maxsize=64)
def _header_of(key: Ed25519PrivateKey) -> str:
    header = {"alg": ALG, "kid": thumbprint(key.public_key().public_bytes_raw()), "typ": TYP}
    return encoded(strict_json.dumps(header))


def parse(text: str) -> Token:
    """A token's parts; raises Malformed."""
    parts = text.split(".")
    if len(parts) != 3:
        raise Malformed("not three parts")
    header, payload, signature = map(decoded, parts)
    if len(signature) != SIGNATURE:
        raise Malformed("not a signature of Ed25519")
    return Token(_kid(header), payload, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def _kid(header: bytes) -> str:
    try:
        named = strict_json.loads(header)
    except strict_json.NotStrictError as error:
        raise Malformed(f"header: {error}") from None
    kid = named.get("kid")
    if named != {"alg": ALG, "kid": kid, "typ": TYP} or not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise Malformed("the header must hold exactly alg, kid and typ")
    return kid


def verify(token: Token, public: bytes) -> bool:
    """Whether this key, which must be one that binds, signed the token; one of another name is not tried."""
    if thumbprint(public) != token.kid:
        return False
    try:
        admitted(public).verify(token.signature, token.signing_input)
    except (InvalidSignature, KeyRefused):
        return False
    return True
