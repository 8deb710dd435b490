"""Shapes of notices and questions between States as pages and API take and give them (FP art. 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Number, Text, Whole
from schemas.notices_vocabulary import Matter, NoticeAct, NoticeState
from schemas.paging import PageAsked, PageAskedSchema
from schemas.requests_vocabulary import Direction


@dataclass(frozen=True)
class NoticeNew:
    """What is asked or told of a licence or of a shipment. state: "" for the importing one."""

    matter: Matter
    licence: str = ""
    shipment: str = ""
    state: str = ""


class NoticeNewSchema(Shape):
    """Of a licence whether the paper is genuine, or of a transit; of a shipment that it comes, or came."""

    makes = NoticeNew
    matter = Code(Matter, required=True)
    licence = Number("LC", load_default="")
    shipment = Number("SH", load_default="")
    state = Country(load_default="", metadata={"description": "A State on the way; left out: the importing."})

    def consistent(self, values: dict[str, Any]) -> None:
        """A licence is verified with its issuer; a State on the way is named."""
        of_licence = values["matter"] in (Matter.LICENCE, Matter.TRANSIT)
        needed = "licence" if of_licence else "shipment"
        if not values.get(needed):
            raise ValidationError("Say which one.", needed)
        if values["matter"] is Matter.TRANSIT and not values.get("state"):
            raise ValidationError("Which State on the way.", "state")


@dataclass(frozen=True)
class AnswerNew:
    """received: by line, in the order of what was asked; shipment: ours that it is, where one is."""

    act: NoticeAct
    words: str = ""
    reference: str = ""
    valid_until: date | None = None
    received_on: date | None = None
    received: tuple[int, ...] = ()
    shipment: str | None = None


class AnswerNewSchema(Shape):
    makes = AnswerNew
    act = Code(NoticeAct, required=True)
    words = Text(longest=1000, load_default="", metadata={"description": "The other State reads them."})
    reference = Text(longest=80, load_default="", metadata={"description": "Of our notice or clearance."})
    valid_until = Day(load_default=None, allow_none=True)
    received_on = Day(load_default=None, allow_none=True)
    received = fields.List(Whole(least=0, most=10**12), load_default=(), validate=validate.Length(max=50))
    shipment = Number("SH", load_default=None, allow_none=True)


@dataclass(frozen=True)
class NoticeBack:
    words: str


class NoticeBackSchema(Shape):
    makes = NoticeBack
    words = Text(required=True, longest=1000, metadata={"description": "The other State reads them."})


@dataclass(frozen=True, kw_only=True)
class NoticesAsked(PageAsked):
    direction: Direction | None = None
    matter: Matter | None = None
    state: NoticeState | None = None
    peer: str | None = None
    licence: str | None = None
    shipment: str | None = None
    alarm: bool | None = None


class NoticesAskedSchema(PageAskedSchema):
    makes = NoticesAsked
    direction = Code(Direction, load_default=None)
    matter = Code(Matter, load_default=None)
    state = Code(NoticeState, load_default=None)
    peer = Country(load_default=None)
    licence = Number("LC", load_default=None)
    shipment = Number("SH", load_default=None)
    alarm = fields.Boolean(load_default=None)


class NoticeRowSchema(Shape):
    number = fields.String(required=True)
    direction = Code(Direction, required=True)
    matter = Code(Matter, required=True)
    peer = fields.String(required=True)
    state = Code(NoticeState, required=True)
    licence = fields.String(required=True, metadata={"description": "Ours that it is about, if one is."})
    shipment = fields.String(required=True)
    their_number = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    alarm = fields.String(
        required=True, metadata={"description": "Why somebody has to look; empty for none."}
    )


class NoticeStepSchema(Shape):
    n = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    what = fields.String(required=True)
    by_us = fields.Boolean(required=True)
    effect = fields.String(
        required=True, metadata={"description": "Of another State's word; empty for none."}
    )
    words = fields.String(required=True)
    message = fields.String(required=True, metadata={"description": "Identifier of the signed message."})
    sha256 = fields.String(required=True)
    delivered = fields.Boolean(required=True, allow_none=True)


class NoticeSchema(NoticeRowSchema):
    version = fields.Integer(required=True)
    thread = fields.String(required=True)
    asked = fields.Dict(required=True, metadata={"description": "The body of the message that began it."})
    answer = fields.Dict(required=True, metadata={"description": "The body of the last answer, if any."})
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    escalated_at = fields.AwareDateTime(required=True, allow_none=True)
    possible = fields.List(Code(NoticeAct), required=True)
    proposed = fields.List(
        fields.Integer(),
        required=True,
        allow_none=True,
        metadata={"description": "What our customs' record says of each line, where it can be held against."},
    )
    steps = fields.List(fields.Nested(NoticeStepSchema), required=True)


class SignedRecordSchema(Shape):
    jti = fields.String(required=True)
    type = fields.String(required=True)
    sender = fields.String(required=True)
    receiver = fields.String(required=True)
    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    sha256 = fields.String(required=True)
    jws = fields.String(required=True, metadata={"description": "The exact record as it was signed."})
    withheld = fields.String(
        required=True, metadata={"description": "Why it is empty for whoever asks; empty where nothing is."}
    )
    receipt = fields.String(required=True, metadata={"description": "The receiver's signed receipt."})


class SigningKeySchema(Shape):
    kid = fields.String(required=True)
    state = fields.String(required=True)
    public = fields.String(required=True, metadata={"description": "Ed25519, base64url."})
    valid_from = fields.AwareDateTime(required=True)
    valid_until = fields.AwareDateTime(required=True)
    revoked_from = fields.AwareDateTime(required=True, allow_none=True)


class WarrantSchema(Shape):
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    document = fields.String(required=True)


class NamedFileSchema(Shape):
    """A file that a record names; fetched from the request where it is kept."""

    jti = fields.String(required=True, metadata={"description": "The record that names it."})
    sha256 = fields.String(required=True, metadata={"description": "Base64url, as it was signed."})
    name = fields.String(required=True)
    media = fields.String(required=True)
    size = fields.Integer(required=True)
    kept = fields.Boolean(required=True)


class SignedEvidenceSchema(Shape):
    """Enough for whoever checks the signatures without us."""

    thread = fields.String(required=True)
    records = fields.List(fields.Nested(SignedRecordSchema), required=True)
    keys = fields.List(fields.Nested(SigningKeySchema), required=True)
    key_sets = fields.List(fields.Nested(WarrantSchema), required=True)
    roots = fields.List(fields.Nested(WarrantSchema), required=True)
    files = fields.List(fields.Nested(NamedFileSchema), required=True)


class ExpectedGoodsSchema(Shape):
    description = fields.String(required=True)
    quantity = fields.Integer(required=True)
    names = fields.List(fields.String(), required=True)


class ExpectedSchema(Shape):
    """A shipment that another State has announced to us."""

    notice = fields.String(required=True)
    state = fields.String(required=True)
    their_number = fields.String(required=True)
    import_country = fields.String(required=True)
    licence = fields.String(required=True, metadata={"description": "Our import licence; empty for none."})
    shipment = fields.String(required=True, metadata={"description": "The importer's, once it is known."})
    carrier = fields.String(required=True)
    waybill = fields.String(required=True)
    seal = fields.String(required=True)
    expected_on = fields.Date(required=True, allow_none=True)
    departed_on = fields.Date(required=True, allow_none=True)
    alarm = fields.String(required=True)
    lines = fields.List(fields.Nested(ExpectedGoodsSchema), required=True)
