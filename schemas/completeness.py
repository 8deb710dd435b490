"""Shapes of a request to another State while it is written, and of what it still lacks (ITI 18)."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Code, Country, Text, Year
from schemas.vocabulary import FirearmType, IllicitGround, Severity


@dataclass(frozen=True, kw_only=True)
class RequestDraft:
    """A request to another State as far as it is written (ITI 18).

    confidentiality: whether restrictions on the use of the answer can be kept (ITI 15, 16).
    """

    mark: str = ""
    mark_place: str = ""
    other_marks: str = ""
    photographs: bool = False
    maker: str = ""
    model: str = ""
    calibre: str = ""
    type: FirearmType | None = None
    country: str | None = None
    year: int | None = None
    ground: IllicitGround | None = None
    legal_basis: str = ""
    circumstances: str = ""
    intended_use: str = ""
    confidentiality: bool = False


class RequestDraftSchema(Shape):
    makes = RequestDraft
    mark = Text(longest=128, load_default="")
    mark_place = Text(longest=120, load_default="")
    other_marks = Text(longest=400, load_default="")
    photographs = fields.Boolean(load_default=False)
    maker = Text(longest=200, load_default="")
    model = Text(longest=80, load_default="")
    calibre = Text(longest=80, load_default="")
    type = Code(FirearmType, load_default=None, allow_none=True)
    country = Country(load_default=None, allow_none=True)
    year = Year(load_default=None, allow_none=True)
    ground = Code(IllicitGround, load_default=None, allow_none=True)
    legal_basis = Text(longest=400, load_default="")
    circumstances = Text(longest=2000, load_default="")
    intended_use = Text(longest=400, load_default="")
    confidentiality = fields.Boolean(load_default=False)


@dataclass(frozen=True)
class Gap:
    """Something a request lacks. alarm: it is part of a request; warning, information: it helps."""

    field: str
    severity: Severity
    text: str
    why: str
    article: str


class GapSchema(Shape):
    field = fields.String(required=True)
    severity = Code(Severity, required=True)
    text = fields.String(required=True)
    why = fields.String(required=True)
    article = fields.String(required=True)


class GapsSchema(Shape):
    complete = fields.Boolean(
        required=True, metadata={"description": "Whether nothing that is part of a request is missing."}
    )
    items = fields.List(fields.Nested(GapSchema), required=True)
