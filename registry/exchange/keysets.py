"""Roots and key sets: who may sign for a State, and how that changes (TUF 1.0, section 5.3).

Root N+1 is signed by a threshold of N and of N+1; versions never decrease; a key set is signed by a
threshold of the root and expires. A document is one or more records of one payload, a line each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from marshmallow import ValidationError

from registry.core.errors import RegistryError
from registry.exchange import jose, sealing, strict_json
from registry.ledger.keys import KeyRefused, admitted
from schemas.exchange_keys import KeySet, KeySetSchema, Root, RootSchema
from schemas.words import said

MOST_LINES = 10
SIGNING, ENCRYPTION = "signing", "encryption"
DAY = 24 * 3600
LONGEST_SET = 400 * DAY
LONGEST_USE = {SIGNING: 366 * DAY, ENCRYPTION: 120 * DAY}


class KeysRefused(RegistryError):
    """A root or key set that must not be trusted."""

    status = 422
    code = "exchange-keys-refused"
    title = "The keys are refused"


def signed_by(payload: dict[str, Any], keys: Sequence[Ed25519PrivateKey]) -> str:
    """A document: one record for each key, of the same payload."""
    content = strict_json.dumps(payload)
    return "\n".join(jose.sign(content, key) for key in keys)


def proof_of(state: str, key: Ed25519PrivateKey) -> str:
    """That whoever names this key for a State holds it."""
    return jose.encoded(key.sign(_claim(state, key.public_key().public_bytes_raw())))


def _claim(state: str, public: bytes) -> bytes:
    return f"firearms-exchange key\n{state}\n{jose.thumbprint(public)}".encode("ascii")


MOST_ROOTS = 60
"""Roots that go along for whoever missed them: those of decades, and with the key set less than a message."""


def next_roots(documents: Iterable[str], trusted: Root) -> list[tuple[Root, str]]:
    """Of a State's roots those after the trusted one, each verified by the one before it, never one skipped
    (TUF 1.0, section 5.3.3); raises KeysRefused where one is missing or not signed so.

    Anybody may send them: of those that are known nothing but the version is read, the first that does not
    follow ends it, and one that followed is not verified again.
    """
    found: list[tuple[Root, str]] = []
    newer = {version: text for text in documents if (version := _version_in(text)) > trusted.version}
    for version in sorted(newer):
        before = vars(trusted) | {"keys": tuple(trusted.keys)}
        trusted = _next_root(newer[version], *before.values())
        found.append((trusted, newer[version]))
    return found


def _version_in(document: str) -> int:
    """Of which version a root says that it is."""
    version = first_payload(document).get("version")
    if not isinstance(version, int):
        raise KeysRefused(said("Not a document of keys: %(error)s", error="version"))
    return version


def first_payload(document: str) -> dict[str, Any]:
    """What the first record of a document says, its form and all others unseen; raises KeysRefused."""
    try:
        return strict_json.loads(jose.decoded(f"{document.strip()}..".split(".")[1]))
    except (jose.Malformed, strict_json.NotStrictError) as error:
        raise KeysRefused(said("Not a document of keys: %(error)s", error=str(error))) from None


@lru_cache(maxsize=512)
def _next_root(document: str, *before: Any) -> Root:
    return root(document, Root(*before))


def root(document: str, before: Root | None) -> Root:
    """The root in a document; raises KeysRefused unless the one before and its own keys signed it.

    before: the root that is trusted now; None for the first one, which people confirm to each other.
    """
    payload, signers = _opened(document)
    found: Root = shaped(RootSchema(), payload)
    _refuse_if(len(set(found.keys)) < len(found.keys), "A key of the root comes twice")
    _refuse_if(not 2 <= found.threshold <= len(found.keys), "Fewer than two keys would be enough")
    for key in found.keys:
        _admitted(key)
    if before is not None:
        _refuse_if(found.state != before.state, "The root is of another State")
        _refuse_if(found.version != before.version + 1, "The root is not the next version")
        _by_threshold(before, signers)
    _by_threshold(found, signers)
    return found


def key_set(document: str, trusted: Root, before: KeySet | None, now: int) -> KeySet:
    """The key set in a document; raises KeysRefused unless the root signed it and it may follow.

    now: seconds since 1970; an expired one is refused, it can only keep a State from newer ones.
    """
    payload, signers = _opened(document)
    found: KeySet = shaped(KeySetSchema(), payload)
    _refuse_if(found.state != trusted.state, "The key set is of another State")
    _by_threshold(trusted, signers)
    _refuse_if(found.exp <= now, "The key set has expired")
    _refuse_if(not 0 < found.exp - found.iat <= LONGEST_SET, "A key set lives at most 400 days")
    _refuse_if(before is not None and found.version <= before.version, "A key set of this version is known")
    _refuse_if(found.root < trusted.version, "The key set names an older root")
    _refuse_if(not found.signing or not found.encryption, "The key set has no keys")
    names = [key.x for key in found.signing] + [key.x for key in found.encryption] + list(trusted.keys)
    _refuse_if(len(set(names)) < len(names), "One key has two uses")
    for key in found.signing:
        _refuse_if(not 0 < key.exp - key.nbf <= LONGEST_USE[SIGNING], "A signing key serves a year at most")
        _prove(found.state, key.x, key.proof)
    for reading in found.encryption:
        lives = reading.exp - reading.nbf
        _refuse_if(not 0 < lives <= LONGEST_USE[ENCRYPTION], "An encryption key serves too long")
        _sealable(reading.x)
    return found


def payload_of(document: str) -> dict[str, Any]:
    """What a document says, before anything in it is believed; raises KeysRefused."""
    return _opened(document)[0]


def fingerprint(document: str) -> str:
    """What two officers read to each other: the digest of a root's payload, in groups of four."""
    payload = document.split("\n")[0].split(".")[1]
    text = jose.digest(payload)
    raw = jose.decoded(text).hex()[:40].upper()
    return " ".join(raw[at : at + 4] for at in range(0, 40, 4))


def _opened(document: str) -> tuple[dict[str, Any], list[jose.Token]]:
    """The payload and the tokens of it."""
    lines = document.strip().split("\n")
    _refuse_if(not 0 < len(lines) <= MOST_LINES, "Not a document of keys")
    try:
        tokens = [jose.parse(line) for line in lines]
        payload = strict_json.loads(tokens[0].payload)
    except (jose.Malformed, strict_json.NotStrictError) as error:
        raise KeysRefused(said("Not a document of keys: %(error)s", error=str(error))) from None
    _refuse_if(len({token.payload for token in tokens}) > 1, "The lines do not say the same")
    return payload, tokens


def shaped(schema: Any, payload: dict[str, Any]) -> Any:
    """What a shape makes of a payload; raises KeysRefused."""
    try:
        return schema.load(payload)
    except ValidationError as error:
        raise KeysRefused(
            said("Not a document of keys: %(error)s", error=str(error.messages)[:300])
        ) from None


def _by_threshold(trusted: Root, signers: Sequence[jose.Token]) -> None:
    """Each key counts once, however often it signed."""
    publics = [jose.decoded(key) for key in trusted.keys]
    good = {public for public in publics if any(jose.verify(token, public) for token in signers)}
    if len(good) < trusted.threshold:
        raise KeysRefused(
            said(
                "%(found)s of the %(needed)s signatures of root %(version)s",
                found=len(good),
                needed=trusted.threshold,
                version=trusted.version,
            )
        )


def _admitted(text: str) -> bytes:
    try:
        public = jose.decoded(text)
        admitted(public)
    except (jose.Malformed, KeyRefused) as error:
        raise KeysRefused(str(error)) from None
    return public


def _prove(state: str, text: str, proof: str) -> None:
    public = _admitted(text)
    try:
        admitted(public).verify(jose.decoded(proof), _claim(state, public))
    except (InvalidSignature, jose.Malformed):
        raise KeysRefused("A signing key without proof that the State holds it") from None


def _sealable(text: str) -> None:
    try:
        sealing.admitted(jose.decoded(text))
    except (jose.Malformed, sealing.Unsealable) as error:
        raise KeysRefused(str(error)) from None


def _refuse_if(wrong: bool, message: str) -> None:
    if wrong:
        raise KeysRefused(message)
