"""Roots and key sets of States, which are also their cards in the directory of authorities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marshmallow import fields, validate

from schemas.base import Shape
from schemas.exchange import LATEST, VERSIONS
from schemas.fields import Country, Text, Whole

MOST_KEYS = 10
"""Of one use in a key set."""


def _key(**options: Any) -> fields.String:
    return fields.String(required=True, validate=validate.Regexp(r"\A[A-Za-z0-9_-]{43}\Z"), **options)


@dataclass(frozen=True)
class Root:
    """keys: Ed25519, base64url; threshold: how many of them sign."""

    ver: str
    type: str
    state: str
    version: int
    keys: tuple[str, ...]
    threshold: int


class RootSchema(Shape):
    makes = Root
    ver = fields.String(validate=validate.OneOf(VERSIONS), required=True)
    type = fields.String(validate=validate.Equal("root"), required=True)
    state = Country(required=True)
    version = Whole(least=1, most=10**6, required=True)
    keys = fields.List(_key(), required=True, validate=validate.Length(min=2, max=5))
    threshold = Whole(least=2, most=5, required=True)


@dataclass(frozen=True)
class SigningKey:
    """nbf, exp: its interval; revoked: from when it binds nobody; proof: that the State holds it."""

    x: str
    nbf: int
    exp: int
    proof: str
    revoked: int | None = None


class SigningKeySchema(Shape):
    makes = SigningKey
    x = _key()
    nbf = Whole(least=0, most=LATEST, required=True)
    exp = Whole(least=0, most=LATEST, required=True)
    proof = Text(required=True, longest=90)
    revoked = Whole(least=0, most=LATEST, load_default=None, allow_none=True)


@dataclass(frozen=True)
class EncryptionKey:
    x: str
    nbf: int
    exp: int


class EncryptionKeySchema(Shape):
    makes = EncryptionKey
    x = _key()
    nbf = Whole(least=0, most=LATEST, required=True)
    exp = Whole(least=0, most=LATEST, required=True)


@dataclass(frozen=True)
class Card:
    """What other States read about an authority."""

    authority: str = ""
    contact: str = ""
    answers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    requirements: str = ""
    public: str = ""


class CardSchema(Shape):
    makes = Card
    authority = Text(longest=200, load_default="")
    contact = Text(longest=400, load_default="")
    answers = fields.List(Text(longest=60), load_default=(), validate=validate.Length(max=40))
    languages = fields.List(Text(longest=20), load_default=(), validate=validate.Length(max=20))
    requirements = Text(longest=2000, load_default="")
    public = Text(longest=2000, load_default="")


@dataclass(frozen=True)
class KeySet:
    """root: version of the root that signed; tls: SHA-256 of public keys of certificates, hexadecimal."""

    ver: str
    type: str
    state: str
    root: int
    version: int
    iat: int
    exp: int
    signing: tuple[SigningKey, ...]
    encryption: tuple[EncryptionKey, ...]
    endpoints: tuple[str, ...]
    tls: tuple[str, ...] = ()
    versions: tuple[str, ...] = VERSIONS
    card: Card = field(default_factory=Card)


class KeySetSchema(Shape):
    makes = KeySet
    ver = fields.String(validate=validate.OneOf(VERSIONS), required=True)
    type = fields.String(validate=validate.Equal("keyset"), required=True)
    state = Country(required=True)
    root = Whole(least=1, most=10**6, required=True)
    version = Whole(least=1, most=10**9, required=True)
    iat = Whole(least=0, most=LATEST, required=True)
    exp = Whole(least=0, most=LATEST, required=True)
    signing = fields.List(
        fields.Nested(SigningKeySchema), required=True, validate=validate.Length(max=MOST_KEYS)
    )
    encryption = fields.List(
        fields.Nested(EncryptionKeySchema), required=True, validate=validate.Length(max=MOST_KEYS)
    )
    endpoints = fields.List(
        fields.String(validate=validate.Regexp(r"\Ahttps?://[A-Za-z0-9.\[\]:-]{1,255}/?\Z")),
        required=True,
        validate=validate.Length(min=1, max=4),
    )
    tls = fields.List(
        fields.String(validate=validate.Regexp(r"\A[0-9a-f]{64}\Z")),
        load_default=(),
        validate=validate.Length(max=10),
    )
    versions = fields.List(Text(longest=10), load_default=VERSIONS, validate=validate.Length(max=10))
    card = fields.Nested(CardSchema, load_default=Card)
