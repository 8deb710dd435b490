"""Shapes of disclosures that cannot be kept from anybody, told to the source before (FP 12(5))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Day, Text


@dataclass(frozen=True)
class DisclosureNew:
    """recipient: who gets it; legal_basis: what compels us; planned_on: not before that day; words: what of
    it, as far as that can be told.
    """

    recipient: str
    legal_basis: str
    planned_on: date
    words: str


class DisclosureNewSchema(Shape):
    """As an officer tells it, and as the message says it."""

    makes = DisclosureNew
    recipient = Text(required=True, longest=200, metadata={"description": "Such as a court."})
    legal_basis = Text(required=True, longest=400, metadata={"description": "What compels us."})
    planned_on = Day(required=True, metadata={"description": "Not before that day."})
    words = Text(required=True, longest=1000, metadata={"description": "What of it; the source reads it."})


@dataclass(frozen=True)
class DisclosureDone:
    disclosed_on: date


class DisclosureDoneSchema(Shape):
    makes = DisclosureDone
    disclosed_on = Day(required=True)


class DisclosureSchema(Shape):
    n = fields.Integer(required=True)
    by_us = fields.Boolean(
        required=True, metadata={"description": "Whether we disclose, or the other State."}
    )
    recipient = fields.String(required=True)
    legal_basis = fields.String(required=True)
    planned_on = fields.Date(required=True)
    words = fields.String(required=True)
    told_at = fields.AwareDateTime(required=True)
    message = fields.String(required=True, metadata={"description": "Identifier of the signed notice."})
    receipted = fields.Boolean(required=True, metadata={"description": "The source has it."})
    seen_at = fields.AwareDateTime(required=True, allow_none=True)
    disclosed_on = fields.Date(required=True, allow_none=True)
