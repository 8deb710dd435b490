"""The outer layer in transit: JWE compact, ECDH-ES over X25519 with A256GCM (RFC 7516, 7518, 8037).

One receiver, no compression; the header is exactly `alg`, `enc`, `epk` and `kid`.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.exchange import jose, strict_json

ALG, ENC, CURVE = "ECDH-ES", "A256GCM", "X25519"
PUBLIC, NONCE, TAG = 32, 12, 16
_FIELD = 2**255 - 19


class Unsealable(ValueError):
    """What arrived is not sealed for this key, or was changed on the way."""


def admitted(public: bytes) -> X25519PublicKey:
    """The key, once it is known that a secret can be agreed with it; raises Unsealable."""
    if len(public) != PUBLIC or int.from_bytes(public, "little") >= _FIELD:
        raise Unsealable("not the one encoding of an X25519 key")
    key = X25519PublicKey.from_public_bytes(public)
    _agreed(X25519PrivateKey.generate(), key)
    return key


def recipient(text: str) -> str:
    """Which key a sealed message names; raises Unsealable."""
    return _header(text.split(".")[0])[0]


def seal(content: bytes, public: bytes) -> str:
    """Encrypted so that only the holder of the key can read it."""
    ours = X25519PrivateKey.generate()
    epk = {"crv": CURVE, "kty": "OKP", "x": jose.encoded(ours.public_key().public_bytes_raw())}
    header = {"alg": ALG, "enc": ENC, "epk": epk, "kid": jose.thumbprint(public, CURVE)}
    start = jose.encoded(strict_json.dumps(header))
    nonce = os.urandom(NONCE)
    key = derived(_agreed(ours, X25519PublicKey.from_public_bytes(public)))
    sealed = AESGCM(key).encrypt(nonce, content, start.encode("ascii"))
    return ".".join(
        (start, "", jose.encoded(nonce), jose.encoded(sealed[:-TAG]), jose.encoded(sealed[-TAG:]))
    )


def unseal(text: str, key: X25519PrivateKey) -> bytes:
    """What was sealed for this key; raises Unsealable."""
    parts = text.split(".")
    if len(parts) != 5 or parts[1]:
        raise Unsealable("not five parts, the second of them empty")
    kid, public = _header(parts[0])
    if kid != _name_of(key):
        raise Unsealable("sealed for another key")
    try:
        nonce, sealed, tag = map(jose.decoded, parts[2:])
        if (len(nonce), len(tag)) != (NONCE, TAG):
            raise Unsealable("nonce or tag of another length")
        secret = _agreed(key, X25519PublicKey.from_public_bytes(public))
        return AESGCM(derived(secret)).decrypt(nonce, sealed + tag, parts[0].encode("ascii"))
    except (InvalidTag, jose.Malformed):
        raise Unsealable("changed on the way") from None


@lru_cache(maxsize=64)
def _name_of(key: X25519PrivateKey) -> str:
    return jose.thumbprint(key.public_key().public_bytes_raw(), CURVE)


def derived(secret: bytes) -> bytes:
    """The content key: Concat KDF (NIST SP 800-56A, RFC 7518 section 4.6), one round of SHA-256."""
    name = ENC.encode("ascii")
    other = len(name).to_bytes(4) + name + bytes(4) + bytes(4) + (256).to_bytes(4)
    return hashlib.sha256((1).to_bytes(4) + secret + other).digest()


def _agreed(key: X25519PrivateKey, public: X25519PublicKey) -> bytes:
    try:
        return key.exchange(public)
    except ValueError:
        raise Unsealable("a point of low order") from None


def _header(part: str) -> tuple[str, bytes]:
    """The receiver's key and the sender's passing one."""
    try:
        header = strict_json.loads(jose.decoded(part))
        epk = header["epk"]
        kid, x = header["kid"], epk["x"]
        wanted = {"alg": ALG, "enc": ENC, "epk": {"crv": CURVE, "kty": "OKP", "x": x}, "kid": kid}
        public = jose.decoded(x)
    except (jose.Malformed, strict_json.NotStrictError, KeyError, TypeError):
        raise Unsealable("the header must hold exactly alg, enc, epk and kid") from None
    if header != wanted or not isinstance(kid, str) or len(public) != PUBLIC:
        raise Unsealable("the header must hold exactly alg, enc, epk and kid")
    return kid, public
