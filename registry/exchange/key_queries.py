"""Reading keys: those of States, and our own, each opened once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from registry.core.database import Prepared, Statement
from registry.core.errors import RegistryError
from registry.core.turns import as_moment
from registry.core.work import Work
from registry.exchange import jose, keysets
from registry.exchange.tables import ExchangeKey, ExchangeOwnKey

NONCE = 12
_OPEN_KEYS = 64  # key objects that are kept
_PUBLIC = Prepared(
    'SELECT kid, state, "use", public, valid_from, valid_until, revoked_from, EXISTS (SELECT 1 FROM'
    " exchange_root r WHERE r.state = k.state AND r.trusted_since IS NOT NULL)"
    " FROM exchange_key k WHERE kid = :kid"
)
_OWN = Prepared(
    "SELECT o.kid, o.sealed FROM exchange_own_key o JOIN exchange_key k ON k.kid = o.kid"
    ' WHERE o."use" = :use AND o.sealed IS NOT NULL AND k.valid_from <= :now AND k.valid_until > :now'
    " AND k.revoked_from IS NULL ORDER BY k.valid_until LIMIT 1"
)
_NAMED = Prepared("SELECT sealed FROM exchange_own_key WHERE kid = :kid AND sealed IS NOT NULL")


class NoKey(RegistryError):
    """The registry has no key that it could use now."""

    status = 503
    code = "exchange-not-ready"
    title = "The exchange has no valid keys"


class PublicKey(NamedTuple):
    """A key of a State with its interval.

    revoked_from: None while it is not; is_trusted: whether that State's root is confirmed.
    """

    kid: str
    state: str
    use: str
    public: str
    valid_from: datetime
    valid_until: datetime
    revoked_from: datetime | None
    is_trusted: bool


def public_key(work: Work, kid: str) -> PublicKey | None:
    """A key of whatever State, by its name."""
    return public_in(work.beside(public(kid))[0])


def public(kid: str) -> Statement:
    """What finds a key of whatever State by its name; `public_in` makes it of the rows."""
    return _PUBLIC, {"kid": kid}


def public_in(rows: Sequence[tuple[Any, ...]]) -> PublicKey | None:
    """A key by the rows of `public`."""
    for name, state, use, public, begins, ends, revoked, trusted in rows:
        over = as_moment(revoked) if revoked is not None else None
        return PublicKey(name, state, use, public, as_moment(begins), as_moment(ends), over, bool(trusted))
    return None


def is_good(key: PublicKey, at: datetime, now: datetime) -> bool:
    """Whether a signing key binds its State: in its interval then, and not revoked by now."""
    return (
        key.use == keysets.SIGNING
        and key.valid_from <= at < key.valid_until
        and (key.revoked_from is None or now < key.revoked_from)
    )


def own_key(work: Work, use: str) -> tuple[str, bytes]:
    """Name and private half of the key of ours to use now: the published one that ends first.

    Raises NoKey.
    """
    return _found(work, work.sees(_OWN, use=use, now=work.now))


def _found(work: Work, rows: Sequence[tuple[Any, ...]]) -> tuple[str, bytes]:
    for kid, kept in rows:
        return kid, unsealed(work, kid, bytes(kept))
    raise NoKey("No published key of ours is valid now: see `flask --app wsgi exchange keygen`")


def signing(work: Work) -> Statement:
    """What finds the key to sign with now."""
    return _OWN, {"use": keysets.SIGNING, "now": work.now}


def signing_key(work: Work) -> Ed25519PrivateKey:
    """The key to sign with now; raises NoKey."""
    return _signing(own_key(work, keysets.SIGNING)[1])


class Stands(StrEnum):
    """What becomes of a key of ours now."""

    UNPUBLISHED = "unpublished"
    SERVES = "serves"
    REVOKED = "revoked"
    OVER = "over"


@dataclass(frozen=True)
class OwnKeyView:
    """A key of ours, by its name."""

    kid: str
    use: str
    valid_from: datetime
    valid_until: datetime
    revoked_from: datetime | None
    stands: Stands


def own_keys(work: Work) -> list[OwnKeyView]:
    """Our keys, the newest first."""
    asked = select(ExchangeOwnKey, ExchangeKey.kid, ExchangeKey.revoked_from).outerjoin(
        ExchangeKey, ExchangeKey.kid == ExchangeOwnKey.kid
    )
    in_order = asked.order_by(ExchangeOwnKey.valid_from.desc(), ExchangeOwnKey.use, ExchangeOwnKey.kid)
    return [
        OwnKeyView(
            own.kid, own.use, own.valid_from, own.valid_until, revoked, _stands(work, own, published, revoked)
        )
        for own, published, revoked in work.session.execute(in_order)
    ]


def _stands(work: Work, own: ExchangeOwnKey, published: str | None, revoked: datetime | None) -> Stands:
    if revoked is not None or (own.sealed is None and not published):
        return Stands.REVOKED
    if own.valid_until <= work.now:
        return Stands.OVER
    return Stands.SERVES if published else Stands.UNPUBLISHED


def reading(kid: str) -> Statement:
    """What finds a key of ours to read with, whatever its interval; `reading_key` opens it."""
    return _NAMED, {"kid": kid}


def reading_key(
    work: Work, kid: str, rows: Sequence[tuple[Any, ...]] | None = None
) -> X25519PrivateKey | None:
    """A key of ours to read with; None when it is gone or none of ours. rows: of `reading`, as above."""
    for (kept,) in work.beside(reading(kid))[0] if rows is None else rows:
        return _reading(unsealed(work, kid, bytes(kept)))
    return None


def sealed(work: Work, kid: str, private: bytes) -> bytes:
    """A private half as it is kept."""
    nonce = jose.fresh(NONCE)
    return nonce + AESGCM(work.key("exchange keys")).encrypt(nonce, private, kid.encode("ascii"))


def unsealed(work: Work, kid: str, kept: bytes) -> bytes:
    """A private half; raises NoKey when the registry's secret key is another one."""
    try:
        return _unsealed(work.key("exchange keys"), kid, kept)
    except (InvalidTag, ValueError):
        raise NoKey("The keys of the exchange were made under another secret key") from None


@lru_cache(maxsize=_OPEN_KEYS)
def _unsealed(key: bytes, kid: str, kept: bytes) -> bytes:
    return AESGCM(key).decrypt(kept[:NONCE], kept[NONCE:], kid.encode("ascii"))


@lru_cache(maxsize=_OPEN_KEYS)
def _signing(private: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(private)


@lru_cache(maxsize=_OPEN_KEYS)
def _reading(private: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(private)
