"""Shapes of a State's rules for ammunition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Code, Day, Text, Whole
from schemas.paging import PageAsked, PageAskedSchema
from schemas.problems import UnmetSchema
from schemas.vocabulary import Exceeding, MarkingScheme, PartyKind, RuleKind


@dataclass(frozen=True)
class RuleNew:
    """quantity: cartridges, or years of age; scheme: the least marking. Left out: for all."""

    kind: RuleKind
    begins_on: date
    source: str
    quantity: int | None = None
    scheme: MarkingScheme | None = None
    calibre: str = ""
    buyer_kind: PartyKind | None = None
    exceeding: Exceeding = Exceeding.REFUSED
    ends_on: date | None = None


class RuleNewSchema(Shape):
    makes = RuleNew
    kind = Code(RuleKind, required=True)
    begins_on = Day(required=True)
    source = Text(required=True, longest=120, metadata={"description": "The law that asks for it."})
    quantity = Whole(
        least=1,
        most=10**9,
        load_default=None,
        allow_none=True,
        metadata={"description": "Cartridges; for `least_age`, years."},
    )
    scheme = Code(MarkingScheme, load_default=None, allow_none=True)
    calibre = Text(longest=80, load_default="", metadata={"description": "Empty: every calibre."})
    buyer_kind = Code(PartyKind, load_default=None, allow_none=True)
    exceeding = Code(Exceeding, load_default=Exceeding.REFUSED)
    ends_on = Day(load_default=None, allow_none=True)


@dataclass(frozen=True)
class RuleEnd:
    ends_on: date


class RuleEndSchema(Shape):
    makes = RuleEnd
    ends_on = Day(required=True, metadata={"description": "The last day it is in force."})


class RuleSchema(Shape):
    number = fields.String(required=True)
    kind = fields.String(required=True)
    calibre = fields.String(required=True, allow_none=True)
    calibre_name = fields.String(required=True)
    buyer_kind = fields.String(required=True)
    quantity = fields.Integer(required=True, allow_none=True)
    scheme = fields.String(required=True)
    exceeding = fields.String(required=True)
    begins_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)
    version = fields.Integer(required=True)


class ExceptionSchema(Shape):
    """What was recorded although a rule does not allow it."""

    sale = fields.Integer(required=True, allow_none=True)
    unmet = fields.List(fields.Nested(UnmetSchema), required=True)
    reason = fields.String(required=True)
    approved_at = fields.AwareDateTime(required=True)


@dataclass(frozen=True, kw_only=True)
class RulesAsked(PageAsked):
    kind: RuleKind | None = None
    on: date | None = None


class RulesAskedSchema(PageAskedSchema):
    makes = RulesAsked
    kind = Code(RuleKind, load_default=None)
    on = Day(load_default=None, metadata={"description": "Only rules in force on this day."})
