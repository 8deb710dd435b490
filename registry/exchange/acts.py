"""What people do to the exchange: keys and roots, peers, dead letters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import and_, or_, select

from registry.access import approval_queries, rules
from registry.core import erasing
from registry.core.errors import Conflict, Invalid, NotFound, Refused
from registry.core.work import Work, act
from registry.exchange import jose, key_queries, keysets, queries, renewing, sealing, strict_json
from registry.exchange.key_queries import Stands
from registry.exchange.keysets import ENCRYPTION, SIGNING, KeysRefused
from registry.exchange.tables import ExchangeKey, ExchangeKeySet, ExchangeOut, ExchangeOwnKey, ExchangeRoot
from schemas.exchange import VERSIONS
from schemas.exchange_keys import Card, KeySet, Root
from schemas.vocabulary import May
from schemas.words import said

SIGNS_FOR, READS_FOR, GRACE = timedelta(days=365), timedelta(days=90), timedelta(days=30)
SET_LIVES = timedelta(days=400)
ROOT_KEYS, THRESHOLD = 3, 2
REVOCABLE = frozenset({Stands.SERVES, Stands.OVER, Stands.UNPUBLISHED})


@dataclass(frozen=True)
class Bundle:
    """What one State hands to another: its newest root and its key set, as documents.

    roots: those before the newest, the oldest first, for whoever missed one.
    """

    root: str
    key_set: str = ""
    roots: tuple[str, ...] = ()


def bundle_of(text: str) -> Bundle:
    """What a file of another State holds; raises KeysRefused."""
    with suppress(strict_json.NotStrictError, KeyError, TypeError, AttributeError):
        found = strict_json.loads(text.encode("utf-8"))
        root, listed = str(found["root"]), found.get("roots", [])
        if isinstance(listed, list):
            roots = tuple(str(one) for one in listed)[: keysets.MOST_ROOTS]
            return Bundle(root, str(found.get("keyset", "")), roots)
    raise KeysRefused("This is no key file of a State")


def text_of(bundle: Bundle) -> str:
    """The file that is handed to other States."""
    told = {"root": bundle.root, "keyset": bundle.key_set, "roots": list(bundle.roots)}
    return json.dumps(told, indent=1) + "\n"


@act(May.EXCHANGE_MANAGE)
def make_keys(work: Work) -> tuple[str, str]:
    """A new signing and a new encryption key; names of both. They serve once a key set names them."""
    signing, reading = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    made = []
    for use, key, lives in (
        (SIGNING, signing, SIGNS_FOR),
        (ENCRYPTION, reading, READS_FOR + GRACE),
    ):
        public = key.public_key().public_bytes_raw()
        kid = jose.thumbprint(public, jose.ALG if use == SIGNING else sealing.CURVE)
        work.session.add(
            ExchangeOwnKey(
                kid=kid,
                use=use,
                public=jose.encoded(public),
                sealed=key_queries.sealed(work, kid, key.private_bytes_raw()),
                valid_from=work.now.replace(microsecond=0),
                valid_until=work.now.replace(microsecond=0) + lives,
            )
        )
        made.append(kid)
    work.session.flush()
    return made[0], made[1]


@act(May.EXCHANGE_MANAGE)
def destroy_old_keys(work: Work) -> int:
    """Private halves of encryption keys whose interval is over are destroyed; how many."""
    rows = queries.keys_to_destroy(work)
    erasing.destroy(work, rows)
    return len(rows)


def make_root(
    work: Work, before: Sequence[Ed25519PrivateKey] = ()
) -> tuple[Sequence[Ed25519PrivateKey], int, str]:
    """Our first root, or the next one, which keys of the one before sign too: its private keys, which are
    kept nowhere here, its version and its fingerprint. Raises KeysRefused.
    """
    known = queries.trusted(work, work.home)
    keys = [Ed25519PrivateKey.generate() for _ in range(ROOT_KEYS)]
    version = known.root.version + 1 if known else 1
    payload = {
        "ver": VERSIONS[0],
        "type": "root",
        "state": work.home,
        "version": version,
        "keys": [jose.encoded(key.public_key().public_bytes_raw()) for key in keys],
        "threshold": THRESHOLD,
    }
    return keys, version, set_own_root(work, keysets.signed_by(payload, [*before, *keys]))


@act(May.EXCHANGE_MANAGE)
def set_own_root(work: Work, document: str) -> str:
    """Our own root, the first one or the next; its fingerprint. Raises KeysRefused."""
    before = queries.trusted(work, work.home)
    root = keysets.root(document, before.root if before else None)
    if root.state != work.home:
        raise KeysRefused(said("The root is of %(state)s", state=root.state))
    _keep_root(work, root, document, trusted=True)
    return keysets.fingerprint(document)


@act(May.EXCHANGE_MANAGE)
def publish(
    work: Work,
    root_keys: Sequence[Ed25519PrivateKey],
    endpoints: Sequence[str],
    tls: Sequence[str] = (),
    card: Card | None = None,
) -> Bundle:
    """A new key set of ours with every key in force, signed by the root. Raises Refused, KeysRefused.

    Signing keys carry the proof that we hold them.
    """
    known = queries.trusted(work, work.home)
    if known is None:
        raise Refused("There is no root of ours yet")
    now = work.now.replace(microsecond=0)
    payload = {
        "ver": VERSIONS[0],
        "type": "keyset",
        "state": work.home,
        "root": known.root.version,
        "version": known.keys.version + 1 if known.keys else 1,
        "iat": int(now.timestamp()),
        "exp": int((now + SET_LIVES).timestamp()),
        SIGNING: [_signing_entry(work, row) for row in _in_force(work, SIGNING)],
        ENCRYPTION: [_entry(row) for row in _in_force(work, ENCRYPTION)],
        "endpoints": list(endpoints),
        "tls": list(tls),
        "card": _plain(asdict(card or (known.keys.card if known.keys else Card()))),
    }
    document = keysets.signed_by(payload, root_keys)
    take_key_set(work, work.home, document)
    return own_bundle(work)


def own_bundle(work: Work) -> Bundle:
    """What other States pin. Raises NotFound."""
    roots = select(ExchangeRoot.document).where(ExchangeRoot.state == work.home)
    newest_first = roots.order_by(ExchangeRoot.version.desc()).limit(1 + keysets.MOST_ROOTS)
    known = work.session.scalars(newest_first).all()
    sets = select(ExchangeKeySet.document).where(ExchangeKeySet.state == work.home)
    key_set = work.session.scalar(sets.order_by(ExchangeKeySet.version.desc()).limit(1))
    if not known or key_set is None:
        raise NotFound("There is no key set of ours yet")
    return Bundle(known[0], key_set, tuple(reversed(known[1:])))


@act(May.EXCHANGE_MANAGE)
def pin(work: Work, bundle: Bundle, fingerprint: str) -> str:
    """Take in the first root of another State, or its next one, and its key set; the State's code.

    fingerprint: as the other side read it out. A first root is trusted once another person confirms it; the
    next one because the one before has signed it, and newer keys because the root has.
    Raises Invalid, KeysRefused, Conflict.
    """
    _read_back(bundle.root, fingerprint)
    state = str(keysets.payload_of(bundle.root).get("state", ""))
    known = queries.trusted(work, state)
    if known is not None and known.root == queries.root_in(bundle.root):
        take_key_set(work, state, bundle.key_set)
        return state
    if known is not None:
        keysets.root(bundle.root, take_roots(work, state, bundle.roots))
        take_roots(work, state, (bundle.root,))
        if bundle.key_set:
            take_key_set(work, state, bundle.key_set)
        return state
    root = keysets.root(bundle.root, None)
    if root.state == work.home:
        raise Conflict("That is our own root")
    _keep_root(work, root, bundle.root, trusted=False, key_set=bundle.key_set)
    return state


@act(May.EXCHANGE_MANAGE)
def confirm(work: Work, state: str, fingerprint: str) -> None:
    """The second person's word on a first root; from now on its State and its key set are trusted.

    Raises NotFound, Conflict for whoever pinned it or could have, Invalid for another fingerprint.
    """
    row = _newest_root(work, state, locked=True)
    if row is None or row.trusted_since is not None:
        raise NotFound(said("No root of %(state)s waits for a second person", state=state[:2]))
    pinned_by = approval_queries.holder_of(work, row.pinned_by)
    if unmet := rules.unmet_for_two([pinned_by], approval_queries.holder(work, work.actor)):
        raise Conflict("Another person than the one who pinned it confirms a root", unmet)
    _read_back(row.document, fingerprint)
    row.confirmed_by, row.trusted_since = work.actor.user_id, work.now
    work.session.flush()
    _keep_root_keys(work, queries.root_in(row.document))
    if row.key_set:
        take_key_set(work, state, row.key_set)


def take_roots(work: Work, state: str, documents: Iterable[str]) -> Root:
    """Take in a State's next roots one by one, each signed by the one before; the newest that is trusted.

    Raises KeysRefused, Refused.
    """
    known = queries.trusted(work, state)
    if known is None:
        raise Refused(said("The root of %(state)s is not confirmed", state=state[:2]))
    newest = known.root
    for newest, document in keysets.next_roots(documents, known.root):
        _keep_root(work, newest, document, trusted=True)
    return newest


def take_key_set(work: Work, state: str, document: str) -> KeySet:
    """Take in a State's newer key set, which its root has signed. Raises KeysRefused, Refused.

    Keys stay for ever; an interval that was published never grows, a revocation never goes away.
    """
    known = queries.trusted(work, state)
    if known is None:
        raise Refused(said("The root of %(state)s is not confirmed", state=state[:2]))
    found = keysets.key_set(document, known.root, known.keys, int(work.now.timestamp()))
    work.session.add(
        ExchangeKeySet(
            state=state,
            version=found.version,
            document=document,
            expires_at=_moment(found.exp),
            received_at=work.now,
        )
    )
    for key in found.signing:
        _keep_key(work, state, SIGNING, key.x, key.nbf, key.exp, key.revoked)
    for reading in found.encryption:
        _keep_key(work, state, ENCRYPTION, reading.x, reading.nbf, reading.exp, None)
    work.session.flush()
    return found


@act(May.EXCHANGE_MANAGE)
def revoke(work: Work, kid: str, since: datetime) -> None:
    """A signing key of ours signs no more; the next key set says so to everyone, and names none that was not
    published yet. Raises NotFound.
    """
    row, own = work.session.get(ExchangeKey, kid), work.session.get(ExchangeOwnKey, kid)
    if row is None and own is not None and own.use == SIGNING and own.sealed is not None:
        return erasing.destroy(work, [own])  # nobody knows it yet, and no key set will ever name it
    if row is None or row.state != work.home or row.use != SIGNING:
        raise NotFound("No signing key of ours is called so")
    row.revoked_from = min(since, row.revoked_from or since)
    return None


@act(May.EXCHANGE_MANAGE)
def revoke_all(work: Work, since: datetime) -> int:
    """Every signing key of ours that is not revoked, published or not; how many. We say nothing more until
    the root has signed a key set with a new one.
    """
    rows = [row for row in key_queries.own_keys(work) if row.use == SIGNING and row.stands in REVOCABLE]
    for row in rows:
        revoke(work, row.kid, since)
    return len(rows)


@act(May.EXCHANGE_MANAGE)
def resend(work: Work, jti: str) -> None:
    """Send a dead letter again. One that has expired, or whose key was revoked, is shown again first: where
    the receiver has it, its receipt comes; where it never came, the courier sends a new record that says the
    same.

    Raises NotFound, Conflict also where it is of no use any more, as whoever posted it says.
    """
    row = _dead(work, jti)
    if renewing.is_binding(work, row):
        renewing.try_again(work, row)
    else:
        renewing.show_again(work, row)


@act(May.EXCHANGE_MANAGE)
def close(work: Work, jti: str, reason: str) -> None:
    """Close a dead letter without sending it again, saying why. Raises NotFound, Conflict, Invalid."""
    if not reason.strip():
        raise Invalid.at("reason", "Say why, or by which other way it went.")
    row = _dead(work, jti)
    row.state, row.closed_by, row.reason, row.ended_at = (
        "closed",
        work.actor.user_id,
        reason.strip()[:400],
        work.now,
    )


def _dead(work: Work, jti: str) -> ExchangeOut:
    row = queries.out_row(work, jti)
    if row.state != "dead":
        raise Conflict("Only what could not be delivered is sent again or closed")
    return row


def _read_back(document: str, fingerprint: str) -> None:
    if "".join(fingerprint.split()).upper() != "".join(keysets.fingerprint(document).split()):
        raise Invalid.at("fingerprint", "This is not the fingerprint of that root.")


def _newest_root(work: Work, state: str, *, locked: bool = False) -> ExchangeRoot | None:
    known = select(ExchangeRoot).where(ExchangeRoot.state == state)
    newest = known.order_by(ExchangeRoot.version.desc()).limit(1)
    return work.session.scalar(newest.with_for_update() if locked else newest)


def _keep_root(work: Work, root: Root, document: str, trusted: bool, key_set: str = "") -> None:
    kept = work.session.get(ExchangeRoot, (root.state, root.version), with_for_update=True)
    if kept is not None and kept.trusted_since is not None:
        raise Conflict("This root is known already")
    row = kept or ExchangeRoot(state=root.state, version=root.version)
    row.document, row.fingerprint = document, keysets.fingerprint(document)
    row.key_set = key_set
    row.pinned_at, row.pinned_by, row.confirmed_by = work.now, work.actor.user_id, None
    row.trusted_since = work.now if trusted else None
    work.session.add(row)
    work.session.flush()
    if trusted:
        _keep_root_keys(work, root)


def _keep_root_keys(work: Work, root: Root) -> None:
    far = int((work.now + timedelta(days=36500)).timestamp())
    for key in root.keys:
        _keep_key(work, root.state, "root", key, int(work.now.timestamp()), far, None)
    work.session.flush()


def _keep_key(work: Work, state: str, use: str, x: str, nbf: int, exp: int, revoked: int | None) -> None:
    kid = jose.thumbprint(jose.decoded(x), sealing.CURVE if use == ENCRYPTION else jose.ALG)
    row = queries.key_of(work, x)
    if row is None:
        row = ExchangeKey(kid=kid, state=state, use=use, public=x)
        row.valid_from, row.valid_until, row.revoked_from = _moment(nbf), _moment(exp), None
        work.session.add(row)
    if (row.state, row.use) != (state, use):
        raise KeysRefused(said("A key of %(state)s is in use already", state=state))
    if use != "root" and (row.valid_from, row.valid_until) != (_moment(nbf), _moment(exp)):
        raise KeysRefused("The interval of a key that was published has changed")
    if revoked is not None:
        row.revoked_from = min(_moment(revoked), row.revoked_from or _moment(revoked))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _in_force(work: Work, use: str) -> Sequence[ExchangeOwnKey]:
    """Keys whose interval is not over; and what was revoked, until nobody can have missed that."""
    revoked = and_(ExchangeKey.revoked_from.is_not(None), ExchangeOwnKey.valid_until > work.now - SET_LIVES)
    published = select(ExchangeOwnKey).outerjoin(ExchangeKey, ExchangeKey.kid == ExchangeOwnKey.kid)
    rows = published.where(
        ExchangeOwnKey.use == use,
        or_(ExchangeOwnKey.valid_until > work.now, revoked),
        ExchangeOwnKey.sealed.is_not(None),
    )
    return work.session.scalars(rows.order_by(ExchangeOwnKey.valid_from, ExchangeOwnKey.kid)).all()


def _entry(row: ExchangeOwnKey) -> dict[str, Any]:
    return {
        "x": row.public,
        "nbf": int(row.valid_from.timestamp()),
        "exp": int(row.valid_until.timestamp()),
    }


def _signing_entry(work: Work, row: ExchangeOwnKey) -> dict[str, Any]:
    key = Ed25519PrivateKey.from_private_bytes(key_queries.unsealed(work, row.kid, row.sealed or b""))
    entry = _entry(row) | {"proof": keysets.proof_of(work.home, key)}
    published = work.session.get(ExchangeKey, row.kid)
    if published is not None and published.revoked_from is not None:
        entry["revoked"] = int(published.revoked_from.timestamp())
    return entry


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value
