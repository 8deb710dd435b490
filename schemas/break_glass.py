"""Shapes of records opened beyond a role."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from schemas.base import Shape
from schemas.fields import Code, Text
from schemas.glass_vocabulary import GlassFinding, GlassReason, GlassState
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import Purpose, Role


@dataclass(frozen=True)
class GlassNew:
    """record: its number; words: what goes on, for the reviewer; code: of the second factor, on the API."""

    record: str
    reason: GlassReason
    words: str
    case_number: str
    purpose: Purpose
    code: str = ""


class BreakGlassNewSchema(Shape):
    makes = GlassNew
    record = Text(required=True, longest=24, metadata={"description": "Number of a firearm, lot or licence."})
    reason = Code(GlassReason, required=True)
    words = Text(required=True, longest=400)
    case_number = Text(required=True, longest=80)
    purpose = Code(Purpose, required=True)
    code = Text(
        load_default="", longest=80, metadata={"description": "Of your second factor; pages ask for it."}
    )


@dataclass(frozen=True)
class GlassReview:
    finding: GlassFinding
    words: str


class BreakGlassReviewSchema(Shape):
    makes = GlassReview
    finding = Code(GlassFinding, required=True)
    words = Text(required=True, longest=400)


@dataclass(frozen=True, kw_only=True)
class GlassAsked(PageAsked):
    sort: str = "-number"
    state: GlassState | None = None


class BreakGlassAskedSchema(PageAskedSchema):
    makes = GlassAsked
    sort = fields.String(load_default="-number", validate=validate.Length(max=40))
    state = Code(GlassState, load_default=None)


class BreakGlassSchema(Shape):
    number = fields.String(required=True)
    record = fields.String(required=True)
    reason = Code(GlassReason, required=True)
    words = fields.String(required=True)
    purpose = Code(Purpose, required=True)
    case_number = fields.String(required=True)
    opened_by = fields.String(required=True)
    role = Code(Role, required=True)
    opened_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(
        required=True, metadata={"description": "When it ended or will end by itself."}
    )
    ended_by = fields.String(required=True)
    state = Code(GlassState, required=True)
    finding = fields.String(required=True)
    review = fields.String(required=True)
    reviewed_by = fields.String(required=True)
    reviewed_at = fields.AwareDateTime(required=True, allow_none=True)
    readings = fields.Integer(required=True, metadata={"description": "How often it was read by this."})
