"""Shapes of signed messages that travel as files."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from schemas.base import Shape

LONGEST = 180 * 1024


@dataclass(frozen=True)
class SignedFile:
    content: str


class SignedFileSchema(Shape):
    """The file's text: a compact JWS."""

    makes = SignedFile
    content = fields.String(
        required=True,
        validate=validate.Regexp(rf"\A[A-Za-z0-9_.\-]{{1,{LONGEST}}}\s*\Z", error="A compact JWS."),
    )


class BroughtSchema(Shape):
    """What the file was. receipt: our signed word, to be carried back; empty where it was a receipt."""

    type = fields.String(required=True)
    state = fields.String(required=True)
    jti = fields.String(required=True)
    thread = fields.String(required=True)
    receipt = fields.String(required=True)
