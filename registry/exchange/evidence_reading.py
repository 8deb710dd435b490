"""Signed records as they are explained to somebody: what each says, who signed it, and whether that holds.

Everything is checked anew from the evidence alone, as a stranger would: signatures, digests, the interval of
the key, the key set that names it, and the root that signed the key set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from registry.exchange import jose, keysets, strict_json
from registry.exchange.evidence import EvidenceView, KeyView, RecordView
from registry.exchange.keysets import KeysRefused
from schemas.exchange_keys import KeySet, Root
from schemas.words import said


@dataclass(frozen=True)
class Signature:
    """Who signed a record. key_set, root: versions of what warrants the key, 0 for none; wrong: what does
    not hold, nothing where all does.
    """

    kid: str
    key: KeyView | None
    key_set: int
    root: int
    fingerprint: str
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A record with its receipt. says: its payload; receipted: what the receipt says, None before it came.

    One that is not shown has no payload, and the day on which we made or took it instead of its signature's.
    """

    n: int
    record: RecordView
    says: Mapping[str, Any]
    signed_at: datetime
    signature: Signature
    receipted: Mapping[str, Any] | None
    receipt_signature: Signature | None

    @property
    def shown(self) -> bool:
        """Whether the record itself is there: it may be erased, or withheld from whoever reads this."""
        return bool(self.record.jws)

    @property
    def holds(self) -> bool:
        """Whether every check of the record, and of its receipt if there is one, is good."""
        receipt = self.receipt_signature
        return not self.signature.wrong and not (receipt and receipt.wrong)


def read(found: EvidenceView) -> list[Reading]:
    """Every record in the order of time, the first one first."""
    warrants = _Warrants(found)
    return [_reading(n, record, warrants) for n, record in enumerate(found.records, 1)]


def _reading(n: int, record: RecordView, warrants: _Warrants) -> Reading:
    if record.jws:
        says, signed_at, signature = warrants.judged(record.jws, record.sender)
    else:
        says, signed_at, signature = (
            {},
            record.at,
            Signature("", None, 0, 0, "", (record.withheld or _ERASED,)),
        )
    if record.jws and jose.digest(record.jws) != record.sha256:
        signature = _also(signature, said("Its digest is not the one on record."))
    receipted, by = None, None
    if record.receipt:
        receipted, _, by = warrants.judged(record.receipt, record.receiver)
        if receipted.get("re") != {"jti": record.jti, "sha256": record.sha256}:
            by = _also(by, said("The receipt is of another message."))
    return Reading(n, record, says, signed_at, signature, receipted, by)


_ERASED = said("It was erased when the time was over for which its State let us keep it; its digest stays.")


def _also(signature: Signature, wrong: str) -> Signature:
    given = vars(signature) | {"wrong": (*signature.wrong, wrong)}
    return Signature(**given)


class _Warrants:
    """Roots and key sets that hold, each under the one that signed it."""

    def __init__(self, found: EvidenceView) -> None:
        self.keys = {key.kid: key for key in found.keys}
        self.roots: dict[tuple[str, int], tuple[Root, str]] = {}
        self.sets: list[KeySet] = []
        for warrant in found.roots:
            before = self.roots.get((warrant.state, warrant.version - 1))
            try:
                root = keysets.root(warrant.document, before[0] if before else None)
            except KeysRefused:
                continue
            self.roots[warrant.state, root.version] = root, keysets.fingerprint(warrant.document)
        for warrant in found.key_sets:
            payload = keysets.payload_of(warrant.document)
            by = self.roots.get((warrant.state, int(payload.get("root", 0))))
            if by is not None:
                try:
                    held = keysets.key_set(warrant.document, by[0], None, int(payload.get("iat", 0)))
                except KeysRefused:
                    continue
                self.sets.append(held)

    def judged(self, jws: str, state: str) -> tuple[Mapping[str, Any], datetime, Signature]:
        """What a record says, when it was signed, and by whom; state: who must have signed it."""
        token = jose.parse(jws)
        says = strict_json.loads(token.payload)
        at = datetime.fromtimestamp(int(says.get("iat") or says.get("at") or 0), UTC)
        key = self.keys.get(token.kid)
        named = next((one for one in self.sets if key and _names(one, key)), None)
        root, fingerprint = self.roots.get((state, named.root), (None, "")) if named else (None, "")
        wrong = tuple(_wrong(token, key, state, at, named))
        return (
            says,
            at,
            Signature(
                token.kid, key, named.version if named else 0, root.version if root else 0, fingerprint, wrong
            ),
        )


def _names(one: KeySet, key: KeyView) -> bool:
    return one.state == key.state and any(signing.x == key.public for signing in one.signing)


def _wrong(
    token: jose.Token, key: KeyView | None, state: str, at: datetime, named: KeySet | None
) -> Iterator[str]:
    if key is None or key.state != state:
        yield said("No key of that State signed it.")
        return
    if not jose.verify(token, jose.decoded(key.public)):
        yield said("The signature is not good.")
    if not key.valid_from <= at < key.valid_until:
        yield said("It was signed outside of the interval of the key.")
    if key.revoked_from is not None and at >= key.revoked_from:
        yield said("The key was revoked before it was signed.")
    if named is None:
        yield said("No key set that its root signed names the key.")
