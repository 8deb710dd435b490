"""What is signed to be checked without a network: COSE_Sign1 with Ed25519 (RFC 9052, RFC 9864), and the
figures in which a QR code carries it. Pure.

A paper's square holds the address of the online check and, behind #, the signed facts as one decimal
number. What stands behind # never leaves the telephone that opens the address; a QR code holds figures at
1.004 times the bytes, where base64 costs 1.33 and base45 has letters that no address may hold.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.ledger.keys import KeyRefused, admitted
from registry.verification import cbor

SIGN1 = 18
ALGORITHM, KEY_ID = 1, 4
ED25519 = -19
KID, SIGNATURE = 8, 64
PAPER = b"firearms-registry paper 1"
REVOCATIONS = b"firearms-registry revocations 1"
"""What a signature is of: a list never passes for a paper."""
MOST_FIGURES = 2_900
_CARRIED = re.compile(r"(.*?)([0-9]{200,2900})", re.DOTALL)


class NotSigned(ValueError):
    """Not in the one form in which this registry signs."""


@dataclass(frozen=True)
class Signed:
    """A signed content, not verified yet. kid: which key it names; what: the bytes that were signed."""

    kid: bytes
    payload: bytes
    signature: bytes
    protected: bytes

    def is_by(self, public: bytes, what: bytes) -> bool:
        """Whether the holder of this key signed it as this."""
        try:
            admitted(public).verify(self.signature, _to_sign(self.protected, self.payload, what))
        except (InvalidSignature, KeyRefused):
            return False
        return True


def key_id(public: bytes) -> bytes:
    """How a key is named: the beginning of its SHA-256."""
    return hashlib.sha256(public).digest()[:KID]


def sign(key: Ed25519PrivateKey, payload: Any, what: bytes) -> bytes:
    """A signed content as bytes; the same bytes for the same content."""
    kid = key_id(key.public_key().public_bytes_raw())
    protected = cbor.encoded({ALGORITHM: ED25519, KEY_ID: kid})
    body = cbor.encoded(payload)
    signature = key.sign(_to_sign(protected, body, what))
    return cbor.encoded(cbor.Tagged(SIGN1, [protected, {}, body, signature]))


def _to_sign(protected: bytes, payload: bytes, what: bytes) -> bytes:
    return cbor.encoded(["Signature1", protected, what, payload])


def opened(raw: bytes) -> Signed:
    """The parts of a signed content; raises NotSigned for anything in another form."""
    try:
        found = cbor.decoded(raw)
        if not isinstance(found, cbor.Tagged) or found.tag != SIGN1:
            raise NotSigned("no signature")
        match found.value:
            case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)]:
                header = cbor.decoded(protected)
            case _:
                raise NotSigned("not four parts")
    except cbor.NotCbor as error:
        raise NotSigned(str(error)) from None
    if unprotected or not isinstance(header, dict) or set(header) != {ALGORITHM, KEY_ID}:
        raise NotSigned("another header")
    kid = header[KEY_ID]
    if header[ALGORITHM] != ED25519 or not isinstance(kid, bytes) or len(kid) != KID:
        raise NotSigned("another algorithm")
    if len(signature) != SIGNATURE:
        raise NotSigned("no Ed25519 signature")
    return Signed(kid, payload, signature, protected)


def figures(raw: bytes) -> str:
    """Bytes as one decimal number; a one before them keeps zeros at the beginning."""
    return str(int.from_bytes(b"\x01" + raw))


def from_figures(text: str) -> bytes:
    """The inverse of `figures`; raises NotSigned."""
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_FIGURES and text[0] != "0"):
        raise NotSigned("no figures")
    number = int(text)
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    if raw[:1] != b"\x01":
        raise NotSigned("no figures of ours")
    return raw[1:]


def carried(text: str) -> tuple[str, str]:
    """What was scanned: the address or code before, and the figures, "" where there are none.

    The sign between them is what a scanner with another keyboard may have typed for #.
    """
    stripped = text.strip(" \t\r\n")
    found = _CARRIED.fullmatch(stripped)
    return (found[1].rstrip("#£§\\/ "), found[2]) if found else (stripped, "")
