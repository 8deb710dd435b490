"""Which Ed25519 public keys are admitted: only those a signature really binds to.

A key of low order verifies one signature over many messages, so its owner can deny every one of them;
a key with several spellings or with a part of low order is judged differently by different verifiers.
Libraries accept them all (C2SP CCTV, ed25519). Points by the formulas of RFC 8032 section 5.1.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.core.errors import RegistryError

PUBLIC = 32
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_COFACTOR = 8

# x = X/Z, y = Y/Z, xy = T/Z
Point = tuple[int, int, int, int]
_NEUTRAL: Point = (0, 1, 1, 0)


class KeyRefused(RegistryError):
    """A public key that must not be trusted with anything."""

    status = 422
    code = "ledger-key-refused"
    title = "The public key is refused"


@lru_cache(maxsize=1024)
def admitted(public: bytes) -> Ed25519PublicKey:
    """The key, once it is known to be safe; about 2 ms the first time.

    public: the 32 bytes of RFC 8032. Raises KeyRefused unless they are the one encoding of a point of
    the prime-order subgroup that is not the neutral element.
    """
    if len(public) != PUBLIC:
        raise KeyRefused(f"An Ed25519 public key has {PUBLIC} bytes, this one {len(public)}")
    point = _decoded(public)
    if _is_neutral(_times(_COFACTOR, point)):
        raise KeyRefused("The public key is a point of low order")
    if not _is_neutral(_times(_ORDER, point)):
        raise KeyRefused("The public key has a part of low order")
    return Ed25519PublicKey.from_public_bytes(public)


def _decoded(public: bytes) -> Point:
    """The point of a canonical encoding (RFC 8032 section 5.1.3)."""
    encoded = int.from_bytes(public, "little")
    sign, y = encoded >> 255, encoded & (1 << 255) - 1
    if y >= _P:
        raise KeyRefused("The public key is not in its canonical encoding")
    x = _recovered(y)
    if x is None:
        raise KeyRefused("The public key is not a point of the curve")
    if x == 0 and sign:
        raise KeyRefused("The public key is not in its canonical encoding")
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _recovered(y: int) -> int | None:
    """One of the two x for a y, or None when the curve has no such point."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    return None if (x * x - square) % _P else x


def _sum(one: Point, other: Point) -> Point:
    """Addition (RFC 8032 section 5.1.4)."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * t1 * t2 * _D % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: Point) -> Point:
    """A multiple of a point; not in constant time, for public keys only."""
    total = _NEUTRAL
    while factor:
        if factor & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        factor >>= 1
    return total


def _is_neutral(point: Point) -> bool:
    x, y, z, _ = point
    return x == 0 and y == z
