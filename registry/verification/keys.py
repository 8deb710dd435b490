"""Keys that sign documents: made here or brought along, certified, used, and destroyed when replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from registry.core import erasing
from registry.core.errors import Conflict, Invalid, RegistryError
from registry.core.work import Work, act
from registry.verification import certificates
from registry.verification.certificates import Certificate, Key
from registry.verification.tables import DocumentKey
from schemas.vocabulary import May

SOON = timedelta(days=30)
_NONCE = 12


class SigningFails(RegistryError):
    """Documents are to be signed and cannot be: none is handed out without its signature."""

    status = 503
    code = "signing-fails"
    title = "Documents cannot be signed now"


@dataclass(frozen=True)
class Serving:
    """The key that signs: its certificate, and its private half (PKCS#8)."""

    certificate: Certificate
    private: bytes


@act(May.DOCUMENT_KEYS)
def make(work: Work, authority: str) -> str:
    """A new key, and what its certification authority is asked for (PKCS#10, PEM).

    It serves once its certificate is here.
    """
    key = certificates.new_key()
    _keep(work, key)
    return certificates.request(key, authority, work.home)


@act(May.DOCUMENT_KEYS)
def certify(work: Work, pem: str) -> Certificate:
    """Take in the certificate of a key that was made here, its chain in any order: it serves from now on.

    A key has one certificate for good: by it the files are known that it signed. Raises Invalid, Conflict.
    """
    pem = certificates.in_order(pem)
    public = certificates.own_public(pem)
    work.lock("document keys")
    row = work.session.scalar(select(DocumentKey).where(DocumentKey.public == public))
    if row is None:
        raise Conflict("The certificate is for no key that was made here: see `documents keygen`")
    if row.state == "ended":
        raise Conflict("This key has been replaced: its private half is destroyed")
    if row.state == "serving":
        raise Conflict("This key has its certificate: make a new one with `documents keygen`")
    return _serve(work, row, pem)


@act(May.DOCUMENT_KEYS)
def bring(work: Work, key: Key, pem: str) -> Certificate:
    """Take in a key with its certificates: it serves from now on. Raises Invalid, Conflict."""
    if certificates.own_public(pem) != certificates.public_bytes(key.public_key()):
        raise Invalid.at(certificates.FIELD, "The first certificate is for another key.")
    return _serve(work, _keep(work, key), pem)


@act(May.DOCUMENT_KEYS)
def demonstrate(work: Work, authority: str) -> Certificate:
    """A key with a certificate that nobody else vouches for, to try with."""
    key = certificates.new_key()
    return _serve(work, _keep(work, key), certificates.demonstration(key, authority, work.home, work.now))


def trouble(work: Work) -> str:
    """What an operator should do something about: none, ended or ending soon; "" where all is well."""
    row = work.session.scalar(select(DocumentKey).where(DocumentKey.state == "serving"))
    if row is None:
        return "none"
    until = certificates.read(row.chain).valid_until
    if until <= work.now:
        return "ended"
    return "ending" if until <= work.now + SOON else ""


def serving(work: Work) -> Serving | None:
    """The key that signs now, None where documents are not signed; raises SigningFails."""
    row = work.session.scalar(select(DocumentKey).where(DocumentKey.state == "serving"))
    if row is None:
        return None
    found = certificates.read(row.chain)
    if not found.valid_from <= work.now < found.valid_until:
        raise SigningFails(
            f"The certificate that documents are signed by is good until {found.valid_until:%Y-%m-%d}: an"
            " operator has to install the next one"
        )
    return Serving(found, _unsealed(work, row))


def known(work: Work) -> list[Certificate]:
    """Certificates that documents were signed by, the newest first."""
    rows = work.session.scalars(
        select(DocumentKey).where(DocumentKey.chain != "").order_by(DocumentKey.id.desc())
    )
    return [certificates.read(row.chain) for row in rows]


def _keep(work: Work, key: Key) -> DocumentKey:
    public = certificates.public_bytes(key.public_key())
    work.lock("document keys")
    if work.session.scalar(select(DocumentKey.id).where(DocumentKey.public == public)):
        raise Conflict("This key is here already")
    nonce = os.urandom(_NONCE)
    cipher = AESGCM(work.key("document keys"))
    sealed = nonce + cipher.encrypt(nonce, certificates.private_bytes(key), public)
    row = DocumentKey(public=public, sealed=sealed, state="waiting", chain="", made_at=work.now)
    work.session.add(row)
    work.session.flush()
    return row


def _serve(work: Work, row: DocumentKey, pem: str) -> Certificate:
    if wrong := certificates.refused(pem, work.now):
        raise Invalid.at(certificates.FIELD, wrong)
    before = work.session.scalars(select(DocumentKey).where(DocumentKey.state == "serving")).all()
    for earlier in before:
        earlier.state, earlier.ended_at = "ended", work.now
    erasing.destroy(work, before)
    row.state, row.chain = "serving", pem
    work.session.flush()
    return certificates.read(row.chain)


def _unsealed(work: Work, row: DocumentKey) -> bytes:
    kept = row.sealed or b""
    try:
        return AESGCM(work.key("document keys")).decrypt(kept[:_NONCE], kept[_NONCE:], row.public)
    except (InvalidTag, ValueError):
        raise SigningFails("The key of documents was made under another secret key of the registry") from None
