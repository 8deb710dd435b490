"""Signed notes: text with the Ed25519 signatures of one or more keys (c2sp.org/signed-note).

A note is its text, an empty line, and a line for each signature. What it says counts only once `verify`
has found a signature of a key that was known beforehand.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.errors import RegistryError
from registry.ledger.keys import KeyRefused, admitted

LONGEST = 1 << 20
MOST_SIGNATURES = 64
LATEST_TIME = 2**63 - 1
_DASH = "\N{EM DASH}"
_KEY_ID = 4
_TIME = 8
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NO_NAME = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class NoteMalformed(RegistryError):
    """Bytes or text that are not a signed note, or not of the sort expected."""

    status = 422
    code = "ledger-note-malformed"
    title = "This is not a signed note"


class SignatureFails(RegistryError):
    """A signature of a known key does not fit the note: it, or the note, was changed."""

    status = 422
    code = "ledger-signature-fails"
    title = "A signature does not fit the note"


class NotSigned(RegistryError):
    """None of the known keys has signed the note."""

    status = 422
    code = "ledger-note-not-signed"
    title = "No known key has signed the note"


class Kind(IntEnum):
    """Signature types (c2sp.org/signed-note, "Signature types")."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True)
class VerifierKey:
    """A public key and the name it signs under; its text is the vkey form, `name+id+base64`.

    public: 32 bytes. Raises KeyRefused for a name that cannot stand in a note, or an unsafe key.
    """

    name: str
    public: bytes
    kind: Kind = Kind.ED25519

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise KeyRefused(f"{self.name[:80]!r} cannot be the name of a key")
        admitted(self.public)

    @cached_property
    def id(self) -> bytes:
        """The key's four bytes in a signature; short, so that it only tells keys apart."""
        return sha256(b"%b\n%b" % (self.name.encode(), self._typed)).digest()[:_KEY_ID]

    @property
    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.public

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encoded(self._typed)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key of a vkey text. Raises KeyRefused when it is not one, or its id does not fit."""
        name, _, rest = text.partition("+")
        typed = _decoded(rest.partition("+")[2]) or b"\0"
        if typed[0] not in list(Kind):
            raise KeyRefused(f"{text[:80]!r} is not a verifier key of a type known here")
        key = cls(name, typed[1:], Kind(typed[0]))
        if str(key) != text:
            raise KeyRefused(f"{text[:80]!r} is not a verifier key")
        return key

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether the 64 bytes are this key's signature of the message (RFC 8032)."""
        try:
            admitted(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer(Protocol):
    """Whatever holds a private key: a file's key in memory, or a token's behind PKCS#11."""

    @property
    def key(self) -> VerifierKey:
        """The public half, with the name and the kind of signature it makes."""

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of exactly these bytes, 64 bytes (RFC 8032)."""


class LocalSigner:
    """A private key held in memory."""

    def __init__(self, name: str, private: Ed25519PrivateKey, kind: Kind = Kind.ED25519) -> None:
        self._private = private
        self.key = VerifierKey(name, private.public_key().public_bytes_raw(), kind)

    def sign(self, message: bytes) -> bytes:
        """The signature of the message."""
        return self._private.sign(message)


@dataclass(frozen=True)
class Signature:
    """A signature line. key_id: 4 bytes; value: what the key made, for a cosignature after its time.

    Raises NoteMalformed for a name, an id or a value that cannot stand in a note.
    """

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.key_id) != _KEY_ID or not self.value:
            raise NoteMalformed(f"{self.name[:80]!r} has no signature of a note")

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {_encoded(self.key_id + self.value)}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """The signature of a line without its newline. Raises NoteMalformed."""
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        decoded = _decoded(encoded)
        if dash != _DASH or decoded is None:
            raise NoteMalformed(f"{line[:80]!r} is not a signature")
        return cls(name, decoded[:_KEY_ID], decoded[_KEY_ID:])


@dataclass(frozen=True)
class Note:
    """A text that ends with a newline, and its signatures; its bytes are the signed note.

    Raises NoteMalformed for what could not be read back.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        refuse_text(self.text)
        if not 1 <= len(self.signatures) <= MOST_SIGNATURES:
            raise NoteMalformed(f"A note has 1 to {MOST_SIGNATURES} signatures")

    def __bytes__(self) -> bytes:
        return f"{self.text}\n{''.join(map(str, self.signatures))}".encode()

    @classmethod
    def parse(cls, written: bytes) -> Note:
        """The note of these bytes, nothing verified. Raises NoteMalformed."""
        if len(written) > LONGEST:
            raise NoteMalformed(f"A note has at most {LONGEST} bytes")
        try:
            text, blank, lines = written.decode().rpartition("\n\n")
        except UnicodeDecodeError as error:
            raise NoteMalformed("A note is UTF-8") from error
        if not blank or not lines.endswith("\n") or lines.count("\n") > MOST_SIGNATURES:
            raise NoteMalformed("A note ends with an empty line and lines of signatures")
        return cls(f"{text}\n", tuple(map(Signature.parse, lines[:-1].split("\n"))))

    def signed(self, signature: Signature) -> Note:
        """The note with one more signature, instead of one by the same key."""
        others = [s for s in self.signatures if (s.name, s.key_id) != (signature.name, signature.key_id)]
        return replace(self, signatures=(*others, signature))


@dataclass(frozen=True)
class Verified:
    """A key whose signature was verified. time: when it cosigned, in seconds since 1970; else None."""

    key: VerifierKey
    time: int | None = None


def sign(text: str, signer: Signer) -> Note:
    """A note of the text, signed by one key. Raises NoteMalformed for a text no note can have."""
    refuse_text(text)
    return Note(text, (signature_of(text, signer),))


def signature_of(text: str, signer: Signer, time: int | None = None) -> Signature:
    """A signer's signature of a text; a cosigner's with its time.

    It is verified before it is given out. Raises SignatureFails when the signer's key did not make it,
    ValueError when there is a time and the key is no cosigner's, or the other way round.
    """
    if (signer.key.kind is Kind.COSIGNATURE) != (time is not None):
        raise ValueError(f"{signer.key.name} signs as {signer.key.kind.name}, time {time}")
    stamp = b"" if time is None else time.to_bytes(_TIME, "big")
    made = signer.sign(_message(text, time))
    signature = Signature(signer.key.name, signer.key.id, stamp + made)
    _verified(text, signature, signer.key)
    return signature


def verify(note: Note, keys: Iterable[VerifierKey]) -> list[Verified]:
    """Which of the known keys have signed the note, in the order of its lines; at least one.

    Signatures of other keys are passed over. Raises SignatureFails when one of a known key does not fit,
    NotSigned when there is none of a known key. Which keys suffice is for the caller to say.
    """
    known = {(key.name, key.id): key for key in keys}
    pairs = [(known.get((s.name, s.key_id)), s) for s in note.signatures]
    found = [_verified(note.text, signature, key) for key, signature in pairs if key is not None]
    if not found:
        raise NotSigned(f"None of {len(known)} known keys has signed the note")
    return list(dict.fromkeys(found))


def _verified(text: str, signature: Signature, key: VerifierKey) -> Verified:
    """The key and its time, once its signature is found to fit."""
    time, value = None, signature.value
    if key.kind is Kind.COSIGNATURE:
        time, value = int.from_bytes(value[:_TIME], "big"), value[_TIME:]
    if (time or 0) > LATEST_TIME or not key.verifies(_message(text, time), value):
        raise SignatureFails(f"The signature of {key.name} does not fit the note")
    return Verified(key, time)


def _message(text: str, time: int | None) -> bytes:
    """What is signed: the text, for a cosignature after two lines (c2sp.org/tlog-cosignature)."""
    head = "" if time is None else f"cosignature/v1\ntime {time}\n"
    return (head + text).encode()


def refuse_text(text: str) -> None:
    """Raise NoteMalformed unless a note can have this text."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteMalformed("The text of a note ends with a newline and has no other control character")
    if _SURROGATE.search(text):
        raise NoteMalformed("The text of a note cannot be written as UTF-8")


def _is_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no plus, no space of any script, no control character."""
    return bool(name) and not _NO_NAME.search(name)


def _encoded(decoded: bytes) -> str:
    return b64encode(decoded).decode()


def _decoded(encoded: str) -> bytes | None:
    """What base64 stands for, or None when it is not in its one spelling (RFC 4648 section 4)."""
    try:
        decoded = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if _encoded(decoded) == encoded else None
