"""A State whose keys are all revoked or over comes back by its root: a key set that the root has signed names
the key that signs the message it comes in (TUF 1.0, section 5.3). Nobody's word counts for it but the root's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from registry.core.work import Work
from registry.exchange import jose, keysets, queries, strict_json
from registry.exchange.key_queries import PublicKey
from registry.exchange.keysets import SIGNING, KeysRefused
from schemas.exchange_keys import MOST_KEYS, SigningKey

TYPE = "keyset.update"


def key_within(work: Work, token: jose.Token) -> PublicKey | None:
    """The key that a message of new keys is signed by, where a confirmed State's root has signed the key set
    within and it may follow the one that is known; None for anything else. Reads only.

    Anybody may send such a message, so what costs least comes first: State, form, the message's own signature
    by a key that the key set names, and only then whether the State's roots warrant the key set.
    """
    try:
        says = strict_json.loads(token.payload)
    except strict_json.NotStrictError:
        return None
    state, body = says.get("iss"), says.get("body")
    if says.get("type") != TYPE or not isinstance(state, str) or not isinstance(body, dict):
        return None
    try:
        named = _named(work, token, state, body)
    except KeysRefused:
        return None
    return next((_as_known(state, key) for key in named if _kid(key) == token.kid), None)


def _named(work: Work, token: jose.Token, state: str, body: dict[str, Any]) -> tuple[SigningKey, ...]:
    """Signing keys of the key set within; raises KeysRefused."""
    known = queries.trusted(work, state)
    root, key_set, before = body.get("root") or "", body.get("key_set"), body.get("roots") or []
    if known is None or not isinstance(before, list) or len(before) > keysets.MOST_ROOTS:
        return ()
    roots = [*before, root] if root else []
    if not isinstance(key_set, str) or not all(isinstance(one, str) for one in roots):
        return ()
    if not _signed_within(token, keysets.first_payload(key_set)):
        return ()
    trusted = next((one for one, _ in reversed(keysets.next_roots(roots, known.root))), known.root)
    return tuple(keysets.key_set(key_set, trusted, known.keys, int(work.now.timestamp())).signing)


def _signed_within(token: jose.Token, claimed: dict[str, Any]) -> bool:
    """Whether a key signed a message that a key set names, which nobody has verified yet."""
    signing = claimed.get("signing")
    listed = signing[:MOST_KEYS] if isinstance(signing, list) else ()
    named = [one.get("x") for one in listed if isinstance(one, dict)]
    try:
        return any(jose.verify(token, jose.decoded(x)) for x in named if isinstance(x, str))
    except jose.Malformed:
        return False


def _kid(key: SigningKey) -> str:
    return jose.thumbprint(jose.decoded(key.x))


def _as_known(state: str, key: SigningKey) -> PublicKey:
    begins, ends = (datetime.fromtimestamp(at, UTC) for at in (key.nbf, key.exp))
    revoked = None if key.revoked is None else datetime.fromtimestamp(key.revoked, UTC)
    return PublicKey(_kid(key), state, SIGNING, key.x, begins, ends, revoked, True)
