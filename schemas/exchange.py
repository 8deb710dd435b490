"""The signed message between States: what every message says beside its body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Country, Day, Text, Whole

VERSIONS = ("1.0",)
LONGEST_LIFE = 14 * 24 * 3600  # seconds
LATEST = 253_402_300_799  # seconds since 1970: the last one that a calendar can say, in the year 9999
JTI = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_ATTACHMENTS, LONGEST_ATTACHMENT = 5, 10 * 1024 * 1024  # of one message; bytes of one
MEDIA = ("application/pdf", "image/jpeg", "image/png")
TYPE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*){0,3}")


def _matching(pattern: re.Pattern[str], error: str, **options: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(rf"\A(?:{pattern.pattern})\Z", error=error), **options)


def Jti(**options: Any) -> fields.String:  # noqa: N802 - a field
    """A UUID of version 7."""
    return _matching(JTI, "A UUID of version 7, in lower case.", **options)


def Digest(**options: Any) -> fields.String:  # noqa: N802 - a field
    """A SHA-256 in base64url."""
    return _matching(DIGEST, "A SHA-256 in base64url.", **options)


@dataclass(frozen=True)
class Place:
    """Where a message stands in its directed channel; prev: digest of the one before, "" for the first."""

    seq: int
    prev: str = ""


class PlaceSchema(Shape):
    makes = Place
    seq = Whole(least=1, most=2**53, required=True)
    prev = _matching(re.compile(rf"(?:{DIGEST.pattern})?"), "A SHA-256 in base64url.", load_default="")


@dataclass(frozen=True)
class Reference:
    """Which message an answer answers, by identifier and digest of its exact record."""

    jti: str
    sha256: str


class ReferenceSchema(Shape):
    makes = Reference
    jti = Jti(required=True)
    sha256 = Digest(required=True)


@dataclass(frozen=True)
class Sender:
    """Who stands behind a message in the sending State; codes that mean something there, no names."""

    unit: str = ""
    user: str = ""
    approver: str = ""


class SenderSchema(Shape):
    makes = Sender
    unit = Text(longest=60, load_default="")
    user = Text(longest=60, load_default="")
    approver = Text(longest=60, load_default="")


@dataclass(frozen=True)
class Use:
    """Why: ITI paragraph 18(a) and (c)."""

    code: str = ""
    case: str = ""
    legal_basis: str = ""
    intended_use: str = ""


class UseSchema(Shape):
    makes = Use
    code = Text(longest=60, load_default="")
    case = Text(longest=120, load_default="")
    legal_basis = Text(longest=400, load_default="")
    intended_use = Text(longest=400, load_default="")


@dataclass(frozen=True)
class Handling:
    """What may be done with it (FP art. 12(4)-(5), ITI paragraph 15); only ever tightened.

    onward: none, or with the source's consent. retain_until: YYYY-MM-DD or None.
    """

    audience: tuple[str, ...] = ()
    onward: str = "none"
    retain_until: Any = None
    caveat: str = ""


class HandlingSchema(Shape):
    makes = Handling
    audience = fields.List(Text(longest=60), load_default=(), validate=validate.Length(max=20))
    onward = fields.String(validate=validate.OneOf(("none", "consent")), load_default="none")
    retain_until = Day(load_default=None, allow_none=True)
    caveat = Text(longest=60, load_default="")


@dataclass(frozen=True)
class Attachment:
    """A file that belongs to a message and is fetched apart from it. sha256, size: of its bytes."""

    sha256: str
    size: int
    media: str
    name: str


class AttachmentSchema(Shape):
    makes = Attachment
    sha256 = Digest(required=True)
    size = Whole(least=1, most=LONGEST_ATTACHMENT, required=True)
    media = fields.String(validate=validate.OneOf(MEDIA), required=True)
    name = Text(required=True, longest=200)


@dataclass(frozen=True)
class Message:
    """A message without its body's meaning. iat, exp: seconds since 1970."""

    ver: str
    type: str
    jti: str
    iss: str
    aud: str
    iat: int
    exp: int
    thread: str
    ch: Place
    body: dict[str, Any]
    re: Reference | None = None
    actor: Sender = field(default_factory=Sender)
    purpose: Use = field(default_factory=Use)
    handling: Handling = field(default_factory=Handling)
    delegation: str = "none"
    path: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    attachments: Sequence[Attachment] = ()


class MessageSchema(Shape):
    makes = Message
    ver = fields.String(validate=validate.OneOf(VERSIONS), required=True)
    type = _matching(TYPE, "Such as trace.request.", required=True)
    jti = Jti(required=True)
    iss = Country(required=True)
    aud = Country(required=True)
    iat = Whole(least=0, most=LATEST, required=True)
    exp = Whole(least=0, most=LATEST, required=True)
    thread = Jti(required=True)
    ch = fields.Nested(PlaceSchema, required=True)
    re = fields.Nested(ReferenceSchema, load_default=None, allow_none=True)
    actor = fields.Nested(SenderSchema, load_default=Sender)
    purpose = fields.Nested(UseSchema, load_default=Use)
    handling = fields.Nested(HandlingSchema, load_default=Handling)
    delegation = fields.String(validate=validate.OneOf(("none", "allowed")), load_default="none")
    path = fields.List(Country(), load_default=(), validate=validate.Length(max=4))
    must = fields.List(Text(longest=60), load_default=(), validate=validate.Length(max=20))
    body = fields.Dict(keys=fields.String(), required=True)
    attachments = fields.List(
        fields.Nested(AttachmentSchema), load_default=(), validate=validate.Length(max=MOST_ATTACHMENTS)
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """A message lives at most fourteen days, no State writes to itself, and no file comes twice."""
        if not 0 < values["exp"] - values["iat"] <= LONGEST_LIFE:
            raise ValidationError("At most 14 days after iat.", "exp")
        if values["iss"] == values["aud"]:
            raise ValidationError("A State does not write to itself.", "aud")
        attached = values["attachments"]
        if len({one.sha256 for one in attached}) < len(attached):
            raise ValidationError("A file comes twice.", "attachments")


@dataclass(frozen=True)
class FileOrder:
    """That a State asks for a file. re: the message to it that names the file; sha256: of the file."""

    ver: str
    type: str
    iss: str
    aud: str
    iat: int
    re: Reference
    sha256: str


class FileOrderSchema(Shape):
    """What is sent to fetch an attachment: a JWS of this; the answer is the file, sealed for who asks."""

    makes = FileOrder
    ver = fields.String(validate=validate.OneOf(VERSIONS), required=True)
    type = fields.String(validate=validate.Equal("attachment.fetch"), required=True)
    iss = Country(required=True)
    aud = Country(required=True)
    iat = Whole(least=0, most=LATEST, required=True)
    re = fields.Nested(ReferenceSchema, required=True)
    sha256 = Digest(required=True, metadata={"description": "Of the file."})


@dataclass(frozen=True)
class Log:
    size: int


@dataclass(frozen=True)
class Receipt:
    """That a message and its effect are durable."""

    ver: str
    type: str
    iss: str
    aud: str
    re: Reference
    status: str
    at: int
    log: Log


class LogSchema(Shape):
    makes = Log
    size = Whole(least=0, most=2**53, required=True, metadata={"description": "Leaves of the ledger then."})


class ReceiptSchema(Shape):
    """What the sender gets for a message that is kept: a JWS of this."""

    makes = Receipt
    ver = fields.String(validate=validate.OneOf(VERSIONS), required=True)
    type = fields.String(validate=validate.Equal("receipt"), required=True)
    iss = Country(required=True)
    aud = Country(required=True)
    re = fields.Nested(ReferenceSchema, required=True)
    status = fields.String(validate=validate.Equal("stored"), required=True)
    at = Whole(least=0, most=LATEST, required=True)
    log = fields.Nested(LogSchema, required=True)


@dataclass(frozen=True)
class Problem:
    """That a message was not taken. re: SHA-256 of the very bytes that arrived."""

    ver: str
    type: str
    iss: str
    iat: int
    re: str
    code: str
    detail: str = ""


class ProblemSchema(Shape):
    """What the sender gets for a message that is not taken: a JWS of this."""

    makes = Problem
    ver = fields.String(validate=validate.OneOf(VERSIONS), required=True)
    type = fields.String(validate=validate.Equal("problem"), required=True)
    iss = Country(required=True)
    iat = Whole(least=0, most=LATEST, required=True)
    re = Digest(required=True, metadata={"description": "Of the bytes as they arrived."})
    code = Text(required=True, longest=60)
    detail = Text(longest=2000, load_default="")
