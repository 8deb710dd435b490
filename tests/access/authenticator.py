"""A security key in software: makes and uses passkeys as a browser would pass them on, rightly or wrongly."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost"  # of Flask's test client


class SoftKey:
    """One credential on the curve P-256 (WebAuthn Level 2, 6)."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.count = 0

    def make(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        """What the browser sends after making the credential."""
        attested = b"\0" * 16 + len(self.id).to_bytes(2, "big") + self.id + self._public()
        data = self._data(options["rp"]["id"], 0x45) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = _client("webauthn.create", options["challenge"], origin)
        return self._json({"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def use(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        """What the browser sends after signing a challenge."""
        self.count += 1
        data = self._data(options["rpId"], 0x05)
        client = _client("webauthn.get", options["challenge"], origin)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._json(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(signature),
            }
        )

    def _data(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public(self) -> bytes:
        point = self.private.public_key().public_numbers()
        return cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )

    def _json(self, response: dict[str, str]) -> str:
        return json.dumps(
            {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
        )


def text(content: bytes) -> str:
    """Base64url without padding, as WebAuthn writes bytes."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _client(kind: str, challenge: str, origin: str) -> bytes:
    stated = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
    return json.dumps(stated).encode()
