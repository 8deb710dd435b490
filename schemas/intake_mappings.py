"""Shapes of mappings of columns that people settled, remembered for the next file of the same system."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Code, Number, Text, Whole
from schemas.intake_vocabulary import IntakeKind
from schemas.paging import PageAsked, PageAskedSchema

LONGEST_NAME = 80


@dataclass(frozen=True)
class MappingNew:
    """intake: whose columns are remembered; name: of the system that wrote its file."""

    intake: str
    name: str


class MappingNewSchema(Shape):
    makes = MappingNew
    intake = Number("IN", required=True)
    name = Text(
        required=True, longest=LONGEST_NAME, metadata={"description": "Of the system that wrote the file."}
    )


@dataclass(frozen=True)
class MappingName:
    name: str


class MappingNameSchema(Shape):
    makes = MappingName
    name = Text(required=True, longest=LONGEST_NAME)


@dataclass(frozen=True)
class MappingTaken:
    """mapping: the number of one whose columns the file has."""

    mapping: int


class MappingTakenSchema(Shape):
    makes = MappingTaken
    mapping = Whole(least=1, most=2**63 - 1, required=True)


class MappingSchema(Shape):
    """Columns as a person settled them, by our fields. A retired one is offered no more."""

    number = fields.Integer(required=True)
    kind = Code(IntakeKind, required=True)
    name = fields.String(required=True)
    mapping = fields.Dict(required=True, metadata={"description": "Our field to the column of the file."})
    saved_by = fields.String(required=True)
    saved_at = fields.AwareDateTime(required=True)
    retired_by = fields.String(required=True, allow_none=True)
    retired_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True, kw_only=True)
class MappingsAsked(PageAsked):
    kind: IntakeKind | None = None
    retired: bool = False


class MappingsAskedSchema(PageAskedSchema):
    makes = MappingsAsked
    kind = Code(IntakeKind, load_default=None)
    retired = fields.Boolean(load_default=False, metadata={"description": "Also those that are retired."})
