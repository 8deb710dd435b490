"""Shapes of stocks and of counts held against them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import fields, validate

from schemas.base import Shape
from schemas.fields import Day, Number, Text, Whole
from schemas.firearms import PartyNameSchema
from schemas.paging import PageAsked, PageAskedSchema

MOST_LINES = 20_000
MOST_COUNTED = 10**12


@dataclass(frozen=True)
class Counted:
    """How many cartridges of a lot were there."""

    lot: str
    counted: int


class CountedSchema(Shape):
    makes = Counted
    lot = Number("L", required=True)
    counted = Whole(required=True, least=0, most=MOST_COUNTED)


@dataclass(frozen=True)
class CountNew:
    """unit: of the holder, "" for all its units; whole: a lot that is not named was not there."""

    party: str
    counted_on: date
    lines: list[Counted]
    unit: str = ""
    whole: bool = False
    note: str = ""


class CountNewSchema(Shape):
    makes = CountNew
    party = Number("P", required=True, metadata={"description": "Whose stock was counted."})
    counted_on = Day(required=True, metadata={"description": "At the end of this day."})
    unit = Text(longest=80, load_default="", metadata={"description": "Empty: all units together."})
    whole = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "The whole stock was counted: a lot not named was not there."},
    )
    note = Text(longest=400, load_default="")
    lines = fields.List(fields.Nested(CountedSchema), required=True, validate=validate.Length(0, MOST_LINES))


class CountLineSchema(Shape):
    lot = fields.String(required=True)
    code = fields.String(required=True)
    booked = fields.Integer(
        required=True, metadata={"description": "In the register at the end of that day."}
    )
    counted = fields.Integer(required=True)
    difference = fields.String(required=True, metadata={"description": "In words; empty: it adds up."})


class CountSchema(Shape):
    number = fields.String(required=True)
    party = fields.Nested(PartyNameSchema, required=True)
    unit = fields.String(required=True)
    counted_on = fields.Date(required=True)
    whole = fields.Boolean(required=True)
    note = fields.String(required=True)
    lots = fields.Integer(required=True)
    differing = fields.Integer(required=True, metadata={"description": "Lots that do not add up."})
    recorded_at = fields.AwareDateTime(required=True)
    lines = fields.List(
        fields.Nested(CountLineSchema),
        required=True,
        metadata={"description": "Of one count; a list of counts leaves them out."},
    )


class StockRowSchema(Shape):
    lot = fields.String(required=True)
    code = fields.String(required=True)
    maker = fields.String(required=True)
    calibre = fields.String(required=True)
    product = fields.String(required=True)
    unit = fields.String(required=True)
    quantity = fields.Integer(required=True)
    packages = fields.List(
        fields.Tuple((fields.String(), fields.Integer())),
        required=True,
        metadata={"description": "[level, how many] that lie in the stock whole."},
    )
    counted_on = fields.Date(required=True, allow_none=True)
    difference = fields.String(
        required=True, allow_none=True, metadata={"description": "What the last count found."}
    )


@dataclass(frozen=True, kw_only=True)
class StockAsked(PageAsked):
    """on: as it was at the end of a day; None for now."""

    party: str = ""
    calibre: str = ""
    on: date | None = None


class StockAskedSchema(PageAskedSchema):
    makes = StockAsked
    party = Number("P", load_default="", metadata={"description": "Empty: one's own."})
    calibre = Text(longest=80, load_default="")
    on = Day(load_default=None, metadata={"description": "As it was at the end of this day."})


@dataclass(frozen=True, kw_only=True)
class CountsAsked(PageAsked):
    party: str = ""
    differing: bool = False


class CountsAskedSchema(PageAskedSchema):
    makes = CountsAsked
    party = Number("P", load_default="")
    differing = fields.Boolean(load_default=False, metadata={"description": "Those only that do not add up."})
