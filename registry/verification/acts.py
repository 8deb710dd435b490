"""What people do to the keys that sign papers."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core import erasing
from registry.core.errors import Conflict, Invalid, NotFound
from registry.core.work import Work, act
from registry.verification import key_queries, signed
from registry.verification.tables import PaperKey
from schemas.vocabulary import May
from schemas.words import said

SERVES, ANNOUNCED = timedelta(days=2 * 366), timedelta(hours=48)
"""A new key is published before it serves, so that devices which fetched lists lately know it."""


@act(May.DOCUMENT_KEYS)
def make_key(work: Work, serves_from: datetime | None = None) -> PaperKey:
    """A new key; the first one serves at once, others two days later unless it is said when.

    Raises Invalid for a moment in the past.
    """
    now = work.now.replace(microsecond=0)
    begins = serves_from or (now + ANNOUNCED if key_queries.keys(work) else now)
    if begins < now:
        raise Invalid.at("from", said("A key serves from now on, or from later."))
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    kid = signed.key_id(public).hex()
    row = PaperKey(
        kid=kid,
        public=public,
        sealed=key_queries.sealed(work, kid, key.private_bytes_raw()),
        valid_from=begins,
        valid_until=begins + SERVES,
        made_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def make_first_key(work: Work) -> None:
    """A key, where there is none yet."""
    if not key_queries.keys(work):
        make_key(work)


@act(May.DOCUMENT_KEYS)
def withdraw_key(work: Work, kid: str, reason: str) -> None:
    """A key is no longer believed, as somebody else may have it, and signs no more.

    Raises NotFound, Conflict where it was withdrawn before, Invalid without a reason.
    """
    row = work.session.get(PaperKey, kid.strip().lower())
    if row is None:
        raise NotFound(said("No key has the name %(name)s", name=kid[:40]))
    if row.withdrawn_at is not None:
        raise Conflict(said("This key was withdrawn before."))
    if not reason.strip():
        raise Invalid.at("reason", said("Say why the key is withdrawn."))
    row.withdrawn_at, row.withdrawn_for = work.now, reason.strip()[:400]
    erasing.destroy(work, [row])
