"""Shapes of the verification of documents (FP art. 10(5))."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Code
from schemas.vocabulary import Authenticity, IssuedKind


class FactSchema(Shape):
    name = fields.String(required=True)
    value = fields.String(required=True)


class CertificateSchema(Shape):
    fingerprint = fields.String(
        required=True, metadata={"description": "SHA-256 of the certificate, in hexadecimal."}
    )
    subject = fields.String(required=True)
    issuer = fields.String(required=True)
    valid_from = fields.AwareDateTime(required=True)
    valid_until = fields.AwareDateTime(required=True)
    pem = fields.String(required=True, metadata={"description": "The certificate and those above it."})


class VerifiedSchema(Shape):
    code = fields.String(required=True)
    kind = Code(IssuedKind, required=True)
    subject = fields.String(required=True, metadata={"description": "Number of the record it is about."})
    authenticity = Code(Authenticity, required=True)
    state = fields.String(
        required=True, metadata={"description": "State of what the document is about, such as suspended."}
    )
    issued_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was superseded or revoked."}
    )
    facts = fields.List(fields.Nested(FactSchema), required=True)
    digests = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "SHA-256 of each file that this registry printed of it, in hexadecimal. A signed"
            " file begins with those bytes, and its signature follows."
        },
    )
    certificates = fields.List(
        fields.Nested(CertificateSchema),
        required=True,
        metadata={"description": "By one of which a signed file is signed, the newest first."},
    )


class PaperKeySchema(Shape):
    kid = fields.String(required=True, metadata={"description": "First 8 bytes of its SHA-256, hexadecimal."})
    x = fields.String(required=True, metadata={"description": "Ed25519 public key, base64url."})
    valid_from = fields.AwareDateTime(required=True)
    valid_until = fields.AwareDateTime(
        required=True, metadata={"description": "What it signs was issued before that."}
    )
    withdrawn_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "From when nothing it signed is believed."}
    )


class PaperKeysSchema(Shape):
    state = fields.String(required=True, metadata={"description": "State whose papers they sign."})
    now = fields.AwareDateTime(required=True)
    keys = fields.List(fields.Nested(PaperKeySchema), required=True)
