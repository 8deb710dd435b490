"""Sealing what has to be read again: AES-256-GCM under a key derived from the registry's secret key.

What is sealed for one account opens for no other. With another secret key nothing opens: factors made
under the old one have to be reset.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.core.work import Work

NONCE = 12


def seal(work: Work, account_id: int, content: bytes) -> bytes:
    """Encrypted and authenticated, for this account only."""
    nonce = os.urandom(NONCE)
    return nonce + _cipher(work).encrypt(nonce, content, _whose(account_id))


def unseal(work: Work, account_id: int, sealed: bytes) -> bytes | None:
    """What was sealed for this account; None when it was changed, is another's, or the key is another."""
    try:
        return _cipher(work).decrypt(sealed[:NONCE], sealed[NONCE:], _whose(account_id))
    except (InvalidTag, ValueError):
        return None


def _cipher(work: Work) -> AESGCM:
    return AESGCM(work.key("second factors"))


def _whose(account_id: int) -> bytes:
    return f"account {account_id}".encode()
