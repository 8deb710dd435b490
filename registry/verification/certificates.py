"""The authority's certificate for signing documents: P-256 (FIPS 186-5, D.1.2.3), X.509 (RFC 5280). Pure.

Readers of PDF know ECDSA with P-256; they do not know Ed25519, by which the rest of the registry signs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from cryptography.x509.oid import NameOID

from registry.core.errors import Invalid

LIVES = timedelta(days=1095)  # of a demonstration
FIELD = "file"
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Certificate:
    """What everyone may know of a certificate.

    fingerprint: SHA-256 of it, in hexadecimal; subject, issuer: RFC 4514; pem: with those above it.
    """

    fingerprint: str
    subject: str
    issuer: str
    valid_from: datetime
    valid_until: datetime
    pem: str

    @property
    def shown(self) -> str:
        """The fingerprint as readers of PDF show it."""
        pairs = (self.fingerprint[at : at + 2] for at in range(0, len(self.fingerprint), 2))
        return ":".join(pairs).upper()


def new_key() -> Key:
    """A new private key."""
    return ec.generate_private_key(ec.SECP256R1())


def private_bytes(key: Key) -> bytes:
    """The private half, PKCS#8."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def from_private_bytes(private: bytes) -> Key:
    """The key of a private half, PKCS#8."""
    key = load_der_private_key(private, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("not a key of an elliptic curve")
    return key


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """The public half, SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def request(key: Key, authority: str, state: str) -> str:
    """What the authority's certification authority is asked to certify: PKCS#10 (RFC 2986), as PEM."""
    asked = x509.CertificateSigningRequestBuilder().subject_name(_name(authority, state))
    return (
        asked.add_extension(_SIGNS, critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
        .decode("ascii")
    )


def demonstration(key: Key, authority: str, state: str, now: datetime) -> str:
    """A certificate of an authority made up for this key alone, with that one's own, as PEM.

    The made-up authority's private key is kept nowhere: it signs once.
    """
    above = new_key()
    issuer = _name(f"{authority} – demonstration", state)
    root = _certified(issuer, above.public_key(), issuer, above, now, ca=True)
    own = _certified(_name(authority, state), key.public_key(), issuer, above, now, ca=False)
    return _pem((own, root))


def _certified(
    subject: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    by: Key,
    now: datetime,
    ca: bool,
) -> x509.Certificate:
    begun = now.replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun - timedelta(minutes=5))
        .not_valid_after(begun + LIVES)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(_CERTIFIES if ca else _SIGNS, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .sign(by, hashes.SHA256())
    )


def _usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )


_SIGNS, _CERTIFIES = _usage(signs=True), _usage(signs=False)
_LONGEST_NAME = 64  # characters of a name, RFC 5280, appendix A.1


def _name(authority: str, state: str) -> x509.Name:
    told = (
        (NameOID.COUNTRY_NAME, state),
        (NameOID.ORGANIZATION_NAME, authority),
        (NameOID.COMMON_NAME, authority),
    )
    return x509.Name([x509.NameAttribute(kind, words[:_LONGEST_NAME]) for kind, words in told])


def from_pkcs12(content: bytes, password: str) -> tuple[Key, str]:
    """The key and the certificates, its own first, of a PKCS#12 file (RFC 7292); raises Invalid."""
    if _PKCS7_DATA not in content[:_HEAD]:
        raise Invalid.at(FIELD, "This is no PKCS#12 file (.p12 or .pfx).")
    try:
        found = load_pkcs12(content, password.encode() or None)
    except ValueError:
        told = f"Another password, or {_OLD}" if _OLD_CIPHER.search(content) else "It has another password."
        raise Invalid.at(FIELD, told) from None
    if not isinstance(found.key, ec.EllipticCurvePrivateKey) or found.cert is None:
        raise Invalid.at(FIELD, "The file must hold a P-256 key and its certificate.")
    return found.key, _pem(
        _chain(found.cert.certificate, [one.certificate for one in found.additional_certs])
    )


_HEAD = 64
_PKCS7_DATA = bytes.fromhex("06092a864886f70d010701")  # 1.2.840.113549.1.7.1, RFC 7292 section 4
_OLD_CIPHER = re.compile(rb"\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01[\x01-\x06]")
"""RC4, 3DES and RC2 under SHA-1: 1.2.840.113549.1.12.1.1 to .6, RFC 7292 appendix C."""
_OLD = (
    "the file is encrypted in an old way (RC2, RC4 or 3DES) that this machine no longer reads. Where OpenSSL"
    " still does, write it anew: openssl pkcs12 -legacy -in OLD.p12 -nodes -out ALL.pem, then"
    " openssl pkcs12 -export -in ALL.pem -out NEW.p12, then destroy ALL.pem."
)


def in_order(pem: str) -> str:
    """The certificates in their order, in whatever order they stand: the one that issued no other first,
    behind it the one that issued it, and so on; raises Invalid where there is none.
    """
    found = _read(pem)
    own = next((one for one in found if not any(_issued(other, one) for other in found)), found[0])
    return _pem(_chain(own, found))


def _chain(own: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The certificate and those above it; what belongs to none of them comes last."""
    chain, left = [own], [one for one in others if one != own]
    while above := next((one for one in left if _issued(chain[-1], one)), None):
        chain.append(above)
        left = [one for one in left if one != above]
    return [*chain, *left]


def _pem(chain: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in chain)


def own_public(pem: str) -> bytes:
    """The public key that the first certificate is for; raises Invalid unless it is of P-256."""
    public = _read(pem)[0].public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise Invalid.at(FIELD, "The certificate must be for a key of the curve P-256.")
    return public_bytes(public)


def read(pem: str) -> Certificate:
    """The first of these certificates; raises Invalid where there is none."""
    own = _read(pem)[0]
    return Certificate(
        hashlib.sha256(own.public_bytes(Encoding.DER)).hexdigest(),
        own.subject.rfc4514_string(),
        own.issuer.rfc4514_string(),
        own.not_valid_before_utc,
        own.not_valid_after_utc,
        pem,
    )


def ders(pem: str) -> list[bytes]:
    """Each of the certificates, DER."""
    return [one.public_bytes(Encoding.DER) for one in _read(pem)]


def last(pem: str) -> str:
    """The certificate at the end of the chain, alone."""
    return _read(pem)[-1].public_bytes(Encoding.PEM).decode("ascii")


def refused(pem: str, now: datetime) -> str:
    """Why documents must not be signed by the first of these certificates, "" where they may.

    It is valid now, may sign and certifies nobody; each of the others issued the one before it.
    """
    chain = _read(pem)
    own = chain[0]
    if not own.not_valid_before_utc <= now < own.not_valid_after_utc:
        return "The certificate is not valid today."
    extensions = {one.oid: one.value for one in own.extensions}
    usage = extensions.get(x509.KeyUsage.oid)
    if isinstance(usage, x509.KeyUsage) and not (usage.digital_signature or usage.content_commitment):
        return "The certificate is not one for signing."
    constraints = extensions.get(x509.BasicConstraints.oid)
    if isinstance(constraints, x509.BasicConstraints) and constraints.ca:
        return "The certificate is one of an authority that certifies others."
    if not all(map(_issued, chain, chain[1:])):
        return "A certificate that issued another of the file is missing in it, or one belongs to none."
    return ""


def _issued(own: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        own.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _read(pem: str) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode("ascii", "replace"))
    except ValueError:
        raise Invalid.at(FIELD, "No certificates in PEM.") from None
