"""Reading the signature of a file that somebody shows, whoever made it. Pure.

No more of the file is understood than the signature: its range, which must be the whole file, and the CMS
within (RFC 5652). What was signed is told by the digests of the revisions before it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from registry.verification import certificates
from registry.verification.certificates import Certificate

MOST_REVISIONS = 8
_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_END = re.compile(rb"%%EOF\r?\n?")


def signed_by(file: bytes, known: Sequence[Certificate]) -> str:
    """The fingerprint of the certificate among these by which the whole file is signed, "" where by none.

    What the signature does not cover may say nothing else either: the certificates are those that belong to
    it, nothing stands beside it but a time stamp of this very signature, and the rest is filled with zeros.
    """
    ranges = list(_RANGE.finditer(file))
    if not ranges:
        return ""
    begins, ends, after = map(int, ranges[-1].groups())
    if not 0 < begins < ends or ends + after != len(file):
        return ""
    digest = hashlib.sha256(file[:begins] + file[ends:]).digest()
    try:
        signed = _read(file[begins:ends])
        return next((one.fingerprint for one in known if _holds(signed, digest, one)), "")
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, InvalidSignature):
        return ""


def _read(written: bytes) -> Any:
    """The signed data of a CMS that is written as we write it; raises ValueError."""
    content = bytes.fromhex(written[1:-1].decode("ascii"))
    info = cms.ContentInfo.load(content)
    encoded = info.dump()
    if written != b"<" + (encoded + bytes(len(content) - len(encoded))).hex().upper().encode() + b">":
        raise ValueError("not as it is written here")
    return info["content"]


def _holds(signed: Any, digest: bytes, certificate: Certificate) -> bool:
    """Raises InvalidSignature, ValueError."""
    chain = certificates.ders(certificate.pem)
    (signer,) = signed["signer_infos"]
    if {one.chosen.dump() for one in signed["certificates"]} != set(chain):
        return False
    attributes = signer["signed_attrs"]
    told = {one["type"].native: one["values"][0].native for one in attributes}
    if told["message_digest"] != digest or signer["digest_algorithm"]["algorithm"].native != "sha256":
        return False
    public = x509.load_der_x509_certificate(chain[0]).public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return False
    signature = signer["signature"].native
    public.verify(signature, attributes.untag().dump(), ec.ECDSA(hashes.SHA256()))
    return all(_is_time_of(one, signature) for one in signer["unsigned_attrs"])


def _is_time_of(attribute: Any, signature: bytes) -> bool:
    """Whether it is a time stamp of this signature (RFC 5126, 6.1.1)."""
    if attribute["type"].native != "signature_time_stamp_token":
        return False
    (token,) = attribute["values"]
    stamped = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"]
    return bool(stamped.native == hashlib.sha256(signature).digest())


def contents(file: bytes) -> list[str]:
    """SHA-256 of the file as it was at each of its ends, in hexadecimal: before and after each signature."""
    ends = [found.end() for found in _END.finditer(file)][:MOST_REVISIONS]
    return [hashlib.sha256(file[:end]).hexdigest() for end in ends]
