"""Shapes of the one box: what a scanned text leads to."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Text


@dataclass(frozen=True)
class LookupAsked:
    text: str


class LookupAskedSchema(Shape):
    makes = LookupAsked
    text = Text(
        longest=3200,
        required=True,
        metadata={
            "description": "A registry number, also with a wrong character, the code or square of a paper, a"
            " GS1 code, an SSCC, what a label says, the code of a lot with or without a number, a mark."
        },
    )


class LookupCandidateSchema(Shape):
    kind = fields.String(required=True, metadata={"description": "Such as firearm, lot, paper, mark."})
    text = fields.String(required=True, metadata={"description": "Its number, or what was read."})
    why = fields.String(required=True)
    page = fields.String(required=True, metadata={"description": "Path of the page that it opens."})


class LookupSchema(Shape):
    """sure: whether the text says itself what it is, or one thing alone fits."""

    sure = fields.Boolean(required=True)
    candidates = fields.List(fields.Nested(LookupCandidateSchema), required=True)
